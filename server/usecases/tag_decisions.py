"""Decides changes of tags and traits: which ordinals, tags and types they speak of, and what was already so."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np

from domain.catalogue_changes import Valued
from domain.changeset import NEVER, Outcome, TagColumns, TraitColumns, ValueType
from domain.errors import InvalidField, TagRetired, UnknownTag, Violation
from domain.tag_catalogue import Catalogue, TagEntry
from domain.tag_values import TagValue
from server.usecases.drafts import ChangesDraft, PersonalText, TagDraft, TraitDraft
from server.usecases.overlay import Fresh, Overlay, check_types
from server.usecases.state import WorkspaceState


@dataclass(frozen=True, slots=True)
class DecidedChanges:
    """The columns of a changeset, and what its reply says."""

    tags: TagColumns | None
    traits: TraitColumns | None
    outcome: Outcome


def decide_changes(overlay: Overlay, draft: ChangesDraft, now: int, fresh: Fresh) -> DecidedChanges:
    """Raises UnknownTag, TagRetired, TypeConflict, InvalidField. `now`: the moment of recording."""
    catalogue = overlay.state.index.catalogue
    numbers = tag_numbers(catalogue, draft.tags)
    refuse_ended(draft.tags, now)
    _refuse_rivals(catalogue, draft.tags, numbers, now)
    typed = [(f"traits[{i}].value", t.trait, t.type) for i, t in enumerate(draft.traits) if t.type is not None]
    check_types(overlay.state.index.traits, overlay.trait_types, typed)
    kinds = {name: trait.kind for name, trait in overlay.state.index.traits.items()} | overlay.trait_types
    kinds |= {name: kind for _, name, kind in typed}
    _refuse_unknown_traits(draft.traits, kinds)
    overlay.refuse_texts(sum(isinstance(change.value, PersonalText) for change in draft.traits))
    known_before = len(overlay.state.profiles)
    values = [stored_value(catalogue, *pair) for pair in zip(draft.tags, numbers, strict=True)]
    tags = _tag_columns(overlay, draft.tags, numbers, values, now, fresh) if draft.tags else None
    traits, traits_already = None, 0
    if draft.traits:
        traits = _trait_columns(overlay, draft.traits, kinds, now, fresh)
        traits_already = _traits_already_so(overlay.state, traits, known_before)
        overlay.trait_types |= dict(zip(traits.names, traits.types, strict=True))
    already = (sum(tags.already_so) if tags else 0) + traits_already
    overlay.changed_profiles |= profiles_of(draft)
    changed = len(draft.tags) + len(draft.traits) - already
    return DecidedChanges(tags, traits, Outcome(changed=changed, already_so=already, new_profiles=len(fresh.profile_ids)))


def profiles_of(draft: ChangesDraft) -> set[str]:
    """Whom the draft changes."""
    return {change.profile_id for change in draft.tags} | {change.profile_id for change in draft.traits}


class NamesTag(Protocol):
    """What says which tag, whether it is applied, and with which value."""

    @property
    def tag(self) -> str:
        """The key."""

    @property
    def applied(self) -> bool:
        """Or removed."""

    @property
    def value(self) -> TagValue | None:
        """None for none."""


def tag_numbers(catalogue: Catalogue, tags: Sequence[NamesTag], path: str = "tags[{}].tag") -> list[int]:
    """Catalogue numbers of the tags that the keys mean. Refuses, naming every offender, unknown ones, and where one is applied
    that is retired, or with a value that does not go with it.

    `path`: the field of the request that has the tag of that number; the value stands beside it.
    """
    numbers = {key: catalogue.meant(key) for key in dict.fromkeys(change.tag for change in tags)}
    unknown = {key for key, number in numbers.items() if number is None}
    if unknown:
        violations = [Violation(path.format(i), f"unknown tag {c.tag!r}") for i, c in enumerate(tags) if c.tag in unknown]
        raise unknown_tags(catalogue, unknown, violations)
    retired = {key: number for key, number in numbers.items() if number is not None and catalogue.tags[number].retired}
    violations = [
        Violation(path.format(i), _not_applied(catalogue, c.tag, retired[c.tag]))
        for i, c in enumerate(tags)
        if c.tag in retired and c.applied
    ]
    if violations:
        raise TagRetired(violations[0].description, violations=violations[:100])
    found = [number for number in (numbers[change.tag] for change in tags) if number is not None]
    _refuse_values(catalogue, tags, found, path)
    return found


def _not_applied(catalogue: Catalogue, key: str, number: int) -> str:
    member = catalogue.staff.of_tag(number)
    if member:
        told = f"staff member {member.staff_id!r} left, and takes no customers"
        return f"{told}; name somebody else, or bring them back with RestoreStaff (tagledger staff restore {member.staff_id})"
    told = f"tag {key!r} is retired: it can be removed, not applied"
    return f"{told}; restore it with RestoreTag (tagledger catalogue restore-tag KEY)"


def unknown_tags(catalogue: Catalogue, keys: Collection[str], violations: Sequence[Violation]) -> UnknownTag:
    """The refusal of keys that mean no tag, with what was perhaps meant."""
    shown = sorted(keys)[:20]
    hints = {key: catalogue.suggestion(key) for key in shown}
    told = ", ".join(repr(key) + (f" (did you mean {hint!r}?)" if hint else "") for key, hint in hints.items())
    message = f"not in the catalogue: {told}; define with DefineTag (tagledger catalogue define-tag KEY)"
    if any(":" in key for key in keys):
        message += ", or map another system's name with MapForeignTags (tagledger catalogue map-foreign NAME=KEY)"
    return UnknownTag(message, metadata={"tags": ",".join(shown)}, violations=violations[:100])


def _refuse_values(catalogue: Catalogue, tags: Sequence[NamesTag], numbers: Sequence[int], path: str) -> None:
    rules = {number: catalogue.tags[number].values for number in set(numbers)}
    if all(rule.valued is Valued.ANY for rule in rules.values()) and not any(isinstance(one.value, str | date) for one in tags):
        return
    violations = [
        Violation(f"{path.format(i).removesuffix('tag')}value", f"tag {change.tag!r} {problem}")
        for i, (change, number) in enumerate(zip(tags, numbers, strict=True))
        if change.applied and (problem := rules[number].problem(change.value))
    ]
    if violations:
        raise InvalidField.of(violations)


def stored_value(catalogue: Catalogue, change: NamesTag, number: int) -> float | None:
    """The number that stands for the value of a change of this tag, which was not refused."""
    return None if change.value is None else catalogue.tags[number].values.number_of(change.value)


class Expires(Protocol):
    """What may say when it begins and ends."""

    @property
    def effective_at(self) -> int | None:
        """None for the moment of recording."""

    @property
    def expires_at(self) -> int | None:
        """None for never."""


class Assigns(Expires, Protocol):
    """What may also apply."""

    @property
    def applied(self) -> bool:
        """Or removed."""


def lapse(tag: TagEntry, change: Assigns, effective: int) -> int:
    """When what the change assigns lapses; NEVER where nothing does."""
    return tag.lapse(effective) if change.applied and change.expires_at is None else NEVER


def refuse_ended(changes: Sequence[Expires], now: int, path: str = "tags[{}].expires_at_us") -> None:
    """What holds from the moment of recording on has to end after it; what names its own instant was checked by itself."""
    violations = [
        Violation(
            path.format(i),
            "must lie after the moment of recording, from which the tag would hold; leave it out, or give effective_at_us",
        )
        for i, change in enumerate(changes)
        if change.expires_at is not None and change.effective_at is None and change.expires_at <= now
    ]
    if violations:
        raise InvalidField.of(violations)


def _tag_columns(
    overlay: Overlay,
    tags: Sequence[TagDraft],
    numbers: Sequence[int],
    values: Sequence[float | None],
    now: int,
    fresh: Fresh,
) -> TagColumns:
    known_before = len(overlay.state.profiles)
    ordinals = overlay.ordinals([change.profile_id for change in tags], fresh)
    effective = [now if change.effective_at is None else change.effective_at for change in tags]
    catalogue = overlay.state.index.catalogue
    lapses = [lapse(catalogue.tags[number], change, at) for number, change, at in zip(numbers, tags, effective, strict=True)]
    already = _tags_already_so(overlay.state, tags, numbers, values, lapses, ordinals, effective, known_before)
    rows: list[tuple[int, int, bool, int, float | None, bool, bool, int]] = []
    for i, (change, ordinal, number) in enumerate(zip(tags, ordinals, numbers, strict=True)):
        rows.append((ordinal, number, change.applied, effective[i], values[i], False, already[i], lapses[i]))
        if change.expires_at is not None:
            rows.append((ordinal, number, False, change.expires_at, None, True, False, NEVER))
    columns = [list(column) for column in zip(*rows, strict=True)]
    valued = any(value is not None for value in columns[4])
    return TagColumns(
        ordinals=columns[0],
        tags=columns[1],
        applied=columns[2],
        effective_at=columns[3],
        values=columns[4] if valued else (),
        expiries=columns[5] if any(columns[5]) else (),
        already_so=columns[6] if any(columns[6]) else (),
        lapses_at=columns[7] if any(at != NEVER for at in columns[7]) else (),
    )


def _refuse_rivals(catalogue: Catalogue, tags: Sequence[TagDraft], numbers: Sequence[int], now: int) -> None:
    """One profile cannot take two tags of an exclusive group at one instant: neither would be the later one."""
    taken: dict[tuple[str, int, int], int] = {}
    violations = []
    for i, (change, number) in enumerate(zip(tags, numbers, strict=True)):
        group = catalogue.tags[number].group
        if change.applied and group is not None and catalogue.groups[group].exclusive:
            instant = now if change.effective_at is None else change.effective_at
            first = taken.setdefault((change.profile_id, group, instant), number)
            if first != number:
                told = f"{catalogue.key(first)!r} and {change.tag!r} exclude each other, and this changeset applies both to"
                remedy = "send one of them, or give them different instants"
                violations.append(Violation(f"tags[{i}].tag", f"{told} {change.profile_id!r} at one instant; {remedy}"))
    if violations:
        raise InvalidField.of(violations)


def _tags_already_so(
    state: WorkspaceState,
    tags: Sequence[TagDraft],
    numbers: Sequence[int],
    values: Sequence[float | None],
    lapses: Sequence[int],
    ordinals: Sequence[int],
    effective: Sequence[int],
    known_before: int,
) -> list[bool]:
    already = [not change.applied for change in tags]
    of_tag: dict[int, list[int]] = {}
    for i, (number, ordinal) in enumerate(zip(numbers, ordinals, strict=True)):
        if ordinal < known_before and number in state.index.tags:
            of_tag.setdefault(number, []).append(i)
    for number, places in of_tag.items():
        tag = state.index.tags[number]
        asked = [
            (i, one, instant, held)
            for i in places
            for one in _with_person(state, ordinals[i])
            for instant, held in asked_instants(tags[i].applied, effective[i], tags[i].expires_at)
        ]
        codes, until = tag.history.states_at(
            state.version,
            np.asarray([one for _, one, _, _ in asked], np.uint32),
            np.asarray([instant for _, _, instant, _ in asked], np.int64),
        )
        for i in places:
            already[i] = True
        for (i, _, _, held), code, lapses_at in zip(asked, codes.tolist(), until.tolist(), strict=True):
            already[i] &= code == tag.code_of(held, values[i]) and (tags[i].expires_at is not None or lapses_at == lapses[i])
    return already


def _with_person(state: WorkspaceState, ordinal: int) -> Sequence[int]:
    """The profile, and the person that it is of: what is so of one may not be so of the other."""
    person = state.index.persons.of(ordinal, state.version)
    return (ordinal, person.ordinal) if person else (ordinal,)


def asked_instants(applied: bool, effective: int, expires_at: int | None) -> Sequence[tuple[int, bool]]:
    """The instants that a change speaks of, and whether the tag is held then: an expiry says when it is held to, not after."""
    if expires_at is None:
        return ((effective, applied),)
    return ((effective, True), (expires_at - 1, True), (expires_at, False))


def _refuse_unknown_traits(traits: Sequence[TraitDraft], kinds: dict[str, ValueType]) -> None:
    """Clearing needs a trait that somebody has had: a name without a value has no type, and is likely misspelt."""
    violations = [
        Violation(f"traits[{i}].trait", f"no value of {change.trait!r} has ever been recorded, so there is nothing to clear")
        for i, change in enumerate(traits)
        if change.trait not in kinds
    ]
    if violations:
        raise InvalidField.of(violations)


def _trait_columns(
    overlay: Overlay, traits: Sequence[TraitDraft], kinds: dict[str, ValueType], now: int, fresh: Fresh
) -> TraitColumns:
    names = list(dict.fromkeys(change.trait for change in traits))
    place = {name: k for k, name in enumerate(names)}
    ordinals = overlay.ordinals([change.profile_id for change in traits], fresh)
    personal = [(ordinals[i], one.value.text) for i, one in enumerate(traits) if isinstance(one.value, PersonalText)]
    vaulted = iter(overlay.to_vault([ordinal for ordinal, _ in personal], [text for _, text in personal], fresh))
    return TraitColumns(
        ordinals=ordinals,
        names=names,
        types=[kinds[name] for name in names],
        index=[place[change.trait] for change in traits],
        effective_at=[now if change.effective_at is None else change.effective_at for change in traits],
        values=[next(vaulted) if isinstance(one.value, PersonalText) else one.value for one in traits],
    )


def _traits_already_so(state: WorkspaceState, columns: TraitColumns, known_before: int) -> int:
    count = 0
    for k, name in enumerate(columns.names):
        places = [i for i, index in enumerate(columns.index) if index == k]
        count += sum(1 for i in places if columns.ordinals[i] >= known_before and columns.values[i] is None)
        places = [i for i in places if columns.ordinals[i] < known_before]
        trait = state.index.traits.get(name)
        if trait is None:
            count += sum(1 for i in places if columns.values[i] is None)
            continue
        asked = [(i, one) for i in places for one in _with_person(state, columns.ordinals[i])]
        codes, _ = trait.history.states_at(
            state.version,
            np.asarray([one for _, one in asked], np.uint32),
            np.asarray([columns.effective_at[i] for i, _ in asked], np.int64),
        )
        so = dict.fromkeys(places, True)
        for (i, _), code in zip(asked, codes.tolist(), strict=True):
            value = columns.values[i]
            so[i] &= code == 0 if value is None else code != 0 and code == trait.values.code(value)
        count += sum(so.values())
    return count
