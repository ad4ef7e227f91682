"""Decides a draft against the workspace's state: which rows are new, which ordinals and types, what was already so.

A `Transaction` gathers decided drafts that are committed together; what they add is visible to the drafts behind them
through an overlay, and reaches the state only after the commit. Nothing here does I/O.
"""

import uuid
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar, cast

import numpy as np

from domain.changeset import (
    Changeset,
    InteractionColumns,
    Outcome,
    PropertyColumn,
    TagColumns,
    TraitColumns,
    ValueType,
)
from domain.errors import InvalidField, TagRetired, TypeConflict, UnknownTag, UnknownWorkspace, Violation
from projections.index.key_map import MISSING, Int64s
from projections.index.keys import Keys, as_bytes, no_keys
from server.usecases.catalogue_commands import decide_command
from server.usecases.drafts import CatalogueDraft, ChangesDraft, CreateWorkspace, Draft, InteractionsDraft, TagDraft, TraitDraft
from server.usecases.state import ComputedKeys, WorkspaceState

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Decision:
    """A changeset to append, and the ids of the profiles that it sees first."""

    draft: Draft
    changeset: Changeset
    profile_ids: Sequence[str]
    keys: ComputedKeys


@dataclass(slots=True)
class _Fresh:
    """What one draft sees first: ids of profiles with their keys, and the keys of its interaction ids."""

    profile_ids: list[str] = field(default_factory=list)
    profile_keys: list[Keys] = field(default_factory=list)
    id_keys: Keys = field(default_factory=no_keys)

    def computed(self) -> ComputedKeys:
        return ComputedKeys(np.concatenate(self.profile_keys) if self.profile_keys else no_keys(), self.id_keys)


@dataclass(slots=True)
class _Overlay:
    """What the decided drafts of a transaction add to one workspace."""

    state: WorkspaceState
    version: int
    recorded_at: int
    new_profiles: dict[str, int] = field(default_factory=dict)
    new_ids: set[bytes] = field(default_factory=set)
    property_types: dict[str, ValueType] = field(default_factory=dict)
    trait_types: dict[str, ValueType] = field(default_factory=dict)
    changed_profiles: set[str] = field(default_factory=set)

    def ordinals(self, profile_ids: Sequence[str], fresh: _Fresh) -> "array[int]":
        """Ordinals of profiles; those seen for the first time get the next ones, and are noted in `fresh`."""
        keys = self.state.profiles.keys(profile_ids)
        found = self.state.profiles.find(keys)
        unknown = np.flatnonzero(found == MISSING)
        if len(unknown):
            found[unknown] = self._new_ordinals(profile_ids, keys, unknown, fresh)
        return array("I", found.astype(np.uint32).tobytes())

    def _new_ordinals(self, profile_ids: Sequence[str], keys: Keys, places: Int64s, fresh: _Fresh) -> list[int]:
        new, next_ordinal = self.new_profiles, len(self.state.profiles) + len(self.new_profiles)
        ordinals, first_places = [], []
        for place in places.tolist():
            name = profile_ids[place]
            ordinal = new.setdefault(name, next_ordinal)
            if ordinal == next_ordinal:
                next_ordinal += 1
                first_places.append(place)
            ordinals.append(ordinal)
        fresh.profile_ids += [profile_ids[place] for place in first_places]
        fresh.profile_keys.append(keys[first_places])
        return ordinals


class Transaction:
    """Drafts that are committed together."""

    def __init__(self, states: dict[str, WorkspaceState], now: int) -> None:
        self._states = states
        self._now = now
        self._overlays: dict[str, _Overlay] = {}
        self._request_ids: set[tuple[str, bytes]] = set()
        self._closed = False
        self.decisions: list[Decision] = []

    def admits(self, draft: Draft) -> bool:
        """May the draft be decided before the others are committed? If not, commit first.

        A catalogue change stands alone; a request id comes once; and changes of a profile wait for those before them,
        so that "already so" is told from what is recorded.
        """
        request = draft.request
        if self._closed or (request.workspace, request.request_id) in self._request_ids:
            return False
        if isinstance(draft, CatalogueDraft):
            return not self.decisions
        overlay = self._overlays.get(request.workspace)
        if overlay and isinstance(draft, ChangesDraft):
            return overlay.changed_profiles.isdisjoint(_profiles_of(draft))
        return True

    def decide(self, draft: Draft) -> None:
        """Add the draft, or raise the CallerError that refuses it and leave everything as it was."""
        overlay = self._overlay(draft)
        fresh = _Fresh()
        first = len(overlay.state.profiles) + len(overlay.new_profiles)
        match draft:
            case CatalogueDraft():
                changes = decide_command(draft.command, overlay.state)
                decided = self._changeset(overlay, draft, first, Outcome(), catalogue=tuple(changes))
                self._closed = True
            case ChangesDraft():
                decided = self._decide_changes(overlay, draft, first, fresh)
            case InteractionsDraft():
                decided = self._decide_interactions(overlay, draft, first, fresh)
        overlay.version, overlay.recorded_at = decided.version, decided.recorded_at
        self._request_ids.add((draft.request.workspace, draft.request.request_id))
        self._overlays[draft.request.workspace] = overlay
        self.decisions.append(Decision(draft, decided, fresh.profile_ids, fresh.computed()))

    def _overlay(self, draft: Draft) -> _Overlay:
        name = draft.request.workspace
        if name in self._overlays:
            return self._overlays[name]
        state = self._states.get(name)
        if state is None:
            if not (isinstance(draft, CatalogueDraft) and isinstance(draft.command, CreateWorkspace)):
                raise unknown_workspace(name)
            state = WorkspaceState.empty(name)
        return _Overlay(state, state.version, state.recorded_at)

    def _changeset(self, overlay: _Overlay, draft: Draft, first_ordinal: int, outcome: Outcome, **columns: object) -> Changeset:
        return Changeset(
            workspace=draft.request.workspace,
            version=overlay.version + 1,
            changeset_id=str(uuid.UUID(bytes=draft.request.request_id)),
            attribution=draft.request.attribution,
            recorded_at=self._recorded_at(overlay),
            first_ordinal=first_ordinal,
            outcome=outcome,
            **columns,  # type: ignore[arg-type]
        )

    def _recorded_at(self, overlay: _Overlay) -> int:
        return max(self._now, overlay.recorded_at)

    # --- interactions -----------------------------------------------------------------------------------------------------

    def _decide_interactions(self, overlay: _Overlay, draft: InteractionsDraft, first: int, fresh: _Fresh) -> Changeset:
        _check_types(
            overlay.state.index.properties,
            overlay.property_types,
            [(f"interactions.properties[{i}]", column.name, column.type) for i, column in enumerate(draft.columns.properties)],
        )
        columns, profile_ids, duplicates = draft.columns, draft.profile_ids, 0
        if len(columns.ids):
            kept = _first_seen(overlay, columns.ids, fresh)
            duplicates = len(profile_ids) - len(kept)
            if duplicates:
                columns, profile_ids = _picked(columns, kept), [profile_ids[i] for i in kept]
        ordinals = overlay.ordinals(profile_ids, fresh)
        outcome = Outcome(accepted=len(ordinals), duplicates=duplicates, new_profiles=len(fresh.profile_ids))
        if not len(ordinals):
            return self._changeset(overlay, draft, first, outcome)
        overlay.property_types |= {column.name: column.type for column in columns.properties}
        return self._changeset(overlay, draft, first, outcome, interactions=replace(columns, ordinals=ordinals))

    # --- tags and traits --------------------------------------------------------------------------------------------------

    def _decide_changes(self, overlay: _Overlay, draft: ChangesDraft, first: int, fresh: _Fresh) -> Changeset:
        numbers = _tag_numbers(overlay.state, draft.tags)
        typed = [(f"traits[{i}].value", t.trait, t.type) for i, t in enumerate(draft.traits) if t.type is not None]
        _check_types(overlay.state.index.traits, overlay.trait_types, typed)
        kinds = {name: trait.kind for name, trait in overlay.state.index.traits.items()} | overlay.trait_types
        kinds |= {name: kind for _, name, kind in typed}
        _refuse_unknown_traits(draft.traits, kinds)
        now = self._recorded_at(overlay)
        known_before = len(overlay.state.profiles)
        tags = _tag_columns(overlay, draft.tags, numbers, now, fresh) if draft.tags else None
        traits, traits_already = None, 0
        if draft.traits:
            traits = _trait_columns(overlay, draft.traits, kinds, now, fresh)
            traits_already = _traits_already_so(overlay.state, traits, known_before)
            overlay.trait_types |= dict(zip(traits.names, traits.types, strict=True))
        already = (sum(tags.already_so) if tags else 0) + traits_already
        overlay.changed_profiles |= _profiles_of(draft)
        outcome = Outcome(
            changed=len(draft.tags) + len(draft.traits) - already, already_so=already, new_profiles=len(fresh.profile_ids)
        )
        return self._changeset(overlay, draft, first, outcome, tags=tags, traits=traits)


def unknown_workspace(name: str) -> UnknownWorkspace:
    """The refusal, with its remedy."""
    message = f"there is no workspace {name!r}; make it with CreateWorkspace (tagledger catalogue create-workspace {name})"
    return UnknownWorkspace(message, metadata={"workspace": name})


def _profiles_of(draft: ChangesDraft) -> set[str]:
    return {change.profile_id for change in draft.tags} | {change.profile_id for change in draft.traits}


def _first_seen(overlay: _Overlay, ids: Sequence[str], fresh: _Fresh) -> Sequence[int]:
    """Places of the rows that count: without an id, or whose id nobody has seen, in this batch or before."""
    places = range(len(ids)) if all(ids) else [i for i, one in enumerate(ids) if one]
    keys = overlay.state.id_keys.keys([ids[i] for i in places] if len(places) < len(ids) else ids)
    names, known = as_bytes(keys), overlay.state.seen_ids.find(keys) != MISSING
    distinct = set(names)
    if not known.any() and len(distinct) == len(names) and overlay.new_ids.isdisjoint(distinct):
        overlay.new_ids |= distinct
        fresh.id_keys = keys
        return range(len(ids))
    new_ids, dropped, counted = overlay.new_ids, set(), []
    for k, (place, name) in enumerate(zip(places, names, strict=True)):
        if known[k] or name in new_ids:
            dropped.add(place)
        else:
            new_ids.add(name)
            counted.append(k)
    fresh.id_keys = keys[counted]
    return [i for i in range(len(ids)) if i not in dropped]


def _picked(columns: InteractionColumns, kept: Sequence[int]) -> InteractionColumns:
    """The columns of some rows; dictionaries stay as they are."""

    def pick(column: Sequence[_T]) -> Sequence[_T]:
        if isinstance(column, array):
            return cast(Sequence[_T], array(column.typecode, np.asarray(column)[kept].tobytes()))
        return [column[i] for i in kept] if len(column) else column

    properties = [PropertyColumn(c.name, c.type, c.values, pick(c.index)) for c in columns.properties]
    return InteractionColumns(
        ordinals=(),
        types=columns.types,
        type_index=pick(columns.type_index),
        occurred_at=pick(columns.occurred_at),
        touchpoints=columns.touchpoints,
        touchpoint_index=pick(columns.touchpoint_index),
        amounts=pick(columns.amounts),
        currencies=columns.currencies,
        currency_index=pick(columns.currency_index),
        ids=pick(columns.ids),
        properties=properties,
    )


def _check_types(known: object, overlay: dict[str, ValueType], named: Sequence[tuple[str, str, ValueType]]) -> None:
    """Refuse values of another type than their name was first recorded with. Every offender is named."""
    first_here: dict[str, ValueType] = {}
    violations = []
    for path, name, kind in named:
        entry = known.get(name)  # type: ignore[attr-defined]
        expected = entry.kind if entry else overlay.get(name) or first_here.setdefault(name, kind)
        if kind is not expected:
            remedy = f"{name!r} is a {expected.value} here; send a {expected.value}, or use another name"
            violations.append(Violation(path, f"{remedy} (got a {kind.value})"))
    if violations:
        raise TypeConflict(violations[0].description, violations=violations[:100])


def _tag_numbers(state: WorkspaceState, tags: Sequence[TagDraft]) -> list[int]:
    """Catalogue numbers of the tags; refuses unknown ones, and retired ones that are applied, naming every offender."""
    catalogue = state.index.catalogue
    numbers = {key: catalogue.tag_number(key) for key in dict.fromkeys(change.tag for change in tags)}
    unknown = {key for key, number in numbers.items() if number is None}
    if unknown:
        hints = {key: catalogue.suggestion(key) for key in sorted(unknown)[:20]}
        told = ", ".join(repr(key) + (f" (did you mean {hint!r}?)" if hint else "") for key, hint in hints.items())
        violations = [Violation(f"tags[{i}].tag", f"unknown tag {c.tag!r}") for i, c in enumerate(tags) if c.tag in unknown]
        message = f"not in the catalogue: {told}; define with DefineTag (tagledger catalogue define-tag KEY)"
        raise UnknownTag(message, metadata={"tags": ",".join(sorted(unknown)[:20])}, violations=violations[:100])
    retired = {key for key, number in numbers.items() if number is not None and catalogue.tags[number].retired}
    violations = [
        Violation(f"tags[{i}].tag", f"tag {c.tag!r} is retired: it can be removed, not applied")
        for i, c in enumerate(tags)
        if c.tag in retired and c.applied
    ]
    if violations:
        raise TagRetired(violations[0].description, violations=violations[:100])
    return [number for number in (numbers[change.tag] for change in tags) if number is not None]


def _tag_columns(overlay: _Overlay, tags: Sequence[TagDraft], numbers: Sequence[int], now: int, fresh: _Fresh) -> TagColumns:
    known_before = len(overlay.state.profiles)
    ordinals = overlay.ordinals([change.profile_id for change in tags], fresh)
    effective = [now if change.effective_at is None else change.effective_at for change in tags]
    already = _tags_already_so(overlay.state, tags, numbers, ordinals, effective, known_before)
    rows: list[tuple[int, int, bool, int, float | None, bool, bool]] = []
    for change, ordinal, number, instant, so in zip(tags, ordinals, numbers, effective, already, strict=True):
        rows.append((ordinal, number, change.applied, instant, change.value, False, so))
        if change.expires_at is not None:
            rows.append((ordinal, number, False, change.expires_at, None, True, False))
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
    )


def _tags_already_so(
    state: WorkspaceState,
    tags: Sequence[TagDraft],
    numbers: Sequence[int],
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
        codes = tag.history.visible(state.version).codes_at(
            np.asarray([ordinals[i] for i in places], np.uint32), np.asarray([effective[i] for i in places], np.int64)
        )
        for i, code in zip(places, codes.tolist(), strict=True):
            change = tags[i]
            wanted = 0 if not change.applied else 1 if change.value is None else 1 + tag.values.code(change.value)
            already[i] = code == wanted and not (change.value is not None and wanted == 1)
    return already


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
    overlay: _Overlay, traits: Sequence[TraitDraft], kinds: dict[str, ValueType], now: int, fresh: _Fresh
) -> TraitColumns:
    names = list(dict.fromkeys(change.trait for change in traits))
    place = {name: k for k, name in enumerate(names)}
    return TraitColumns(
        ordinals=overlay.ordinals([change.profile_id for change in traits], fresh),
        names=names,
        types=[kinds[name] for name in names],
        index=[place[change.trait] for change in traits],
        effective_at=[now if change.effective_at is None else change.effective_at for change in traits],
        values=[change.value for change in traits],
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
        codes = trait.history.visible(state.version).codes_at(
            np.asarray([columns.ordinals[i] for i in places], np.uint32),
            np.asarray([columns.effective_at[i] for i in places], np.int64),
        )
        for i, code in zip(places, codes.tolist(), strict=True):
            value = columns.values[i]
            count += code == 0 if value is None else code != 0 and code == trait.values.code(value)
    return count
