"""Decides a transfer: who is a customer of one staff member at its instant is one of another from then on.

What the first one has said of them by tags of their own, the second one says from then on, by tags of the same names.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from pyroaring import BitMap

from domain.catalogue_changes import CatalogueChange, GroupDefined, TagDefined
from domain.changeset import NEVER, Outcome, TagColumns
from domain.errors import InvalidField, LimitExceeded, TagRetired, Violation
from domain.limits import MAX_PERSONAL_TAGS, MAX_TAGGED_PROFILES
from domain.staff_catalogue import STAFF_PREFIX, StaffEntry
from domain.tag_catalogue import Catalogue, TagEntry
from domain.tag_values import redefined
from projections.index import bitmaps
from projections.index.bitmaps import Ordinals
from projections.index.workspace_index import WorkspaceIndex
from server.usecases.crediting import values_of
from server.usecases.drafts import TransferDraft
from server.usecases.staff_commands import refuse_left, staff_with_id


@dataclass(frozen=True, slots=True)
class DecidedTransfer:
    """Tags of the second one's own that are made for it; the columns of the changeset, None where there is nobody to transfer;
    what its reply says, and who is transferred.
    """

    catalogue: Sequence[CatalogueChange]
    tags: TagColumns | None
    outcome: Outcome
    changed: BitMap


@dataclass(slots=True)
class _Rows:
    """Some tag goes, another one comes, for the same profiles."""

    at: int
    ordinals: list[Ordinals] = field(default_factory=list)
    tags: list[int] = field(default_factory=list)
    applied: list[bool] = field(default_factory=list)
    values: list[float | None] = field(default_factory=list)
    lapses: list[int] = field(default_factory=list)
    already: list[bool] = field(default_factory=list)

    def add(
        self,
        tag: int,
        ordinals: Ordinals,
        values: Sequence[float | None] | None,
        already: BitMap,
        lapses: Sequence[int] | None = None,
    ) -> None:
        """Removed where `values` is None. `lapses`: None for never."""
        count = len(ordinals)
        self.lapses += [NEVER] * count if lapses is None else lapses
        self.ordinals.append(ordinals)
        self.tags += [tag] * count
        self.applied += [values is not None] * count
        self.values += [None] * count if values is None else values
        self.already += [one in already for one in ordinals.tolist()] if already else [False] * count

    def columns(self) -> TagColumns | None:
        if not self.tags:
            return None
        return TagColumns(
            ordinals=array("I", np.concatenate(self.ordinals).tobytes()),
            tags=array("I", self.tags),
            applied=self.applied,
            effective_at=array("q", [self.at]) * len(self.tags),
            values=self.values if any(value is not None for value in self.values) else (),
            expiries=(),
            already_so=self.already if any(self.already) else (),
            lapses_at=self.lapses if any(at != NEVER for at in self.lapses) else (),
        )


def decide_transfer(index: WorkspaceIndex, draft: TransferDraft, now: int) -> DecidedTransfer:
    """Raises UnknownStaff, StaffRetired, InvalidField, LimitExceeded. `now`: the moment of recording."""
    staff = index.catalogue.staff
    giver, taker = (staff_with_id(staff, one) for one in (draft.from_staff_id, draft.to_staff_id))
    refuse_left(taker, "name somebody who takes customers as to_staff_id")
    if giver.number == taker.number:
        raise InvalidField.of([Violation("to_staff_id", "is from_staff_id; name somebody else")])
    at = now if draft.effective_at is None else draft.effective_at
    persons = index.persons
    members = _carriers(index, giver.tag, at)
    if draft.members is not None:
        members &= persons.all_profiles(draft.members)
    both = members & persons.all_profiles(_standing(index, taker.tag, at))
    LimitExceeded.refuse(
        "tagged profiles",
        field="segment",
        maximum=MAX_TAGGED_PROFILES,
        actual=len(members),
        remedy='transfer a part of them, such as `sample 10% by "1"`, and then the others',
    )
    rows, ordinals = _Rows(at), bitmaps.to_ordinals(members)
    rows.add(giver.tag, ordinals, None, BitMap())
    rows.add(taker.tag, ordinals, [None] * len(ordinals), both)
    made = _hand_over(index, giver, taker, members, rows)
    standing = persons.at(index.clock().version)
    count, already = (len(np.unique(standing.lifted(bitmaps.to_ordinals(of)))) for of in (members, both))
    outcome = Outcome(changed=count - already, already_so=already)
    return DecidedTransfer(tuple(made), rows.columns(), outcome, members)


def _hand_over(
    index: WorkspaceIndex, giver: StaffEntry, taker: StaffEntry, members: BitMap, rows: _Rows
) -> list[CatalogueChange]:
    """What the one has said of the members the other one says; the tags that have to be made for it."""
    catalogue, made = index.catalogue, list[CatalogueChange]()
    next_tag = len(catalogue.tags) + 1
    theirs = catalogue.group_number(f"{STAFF_PREFIX}{giver.staff_id}")
    group = catalogue.group_number(f"{STAFF_PREFIX}{taker.staff_id}")
    for tag in catalogue.tags_of(theirs) if theirs is not None else ():
        carriers = _carriers(index, tag.number, rows.at) & members
        if not carriers or tag.merged_into is not None:
            continue
        number = catalogue.tag_number(f"{STAFF_PREFIX}{taker.staff_id}/{tag.name}")
        if number is not None:
            number = catalogue.meant(catalogue.key(number))
        if number is None:
            if group is None:
                group = len(catalogue.groups) + 1
                made.append(GroupDefined(group, f"{STAFF_PREFIX}{taker.staff_id}", "", owner=taker.number))
            number, next_tag = next_tag, next_tag + 1
            made += _likewise(tag, number, group)
        ordinals = bitmaps.to_ordinals(carriers)
        history = index.tags[tag.number]
        codes, lapses = history.history.states_at(index.clock().version, ordinals, np.full(len(ordinals), rows.at, np.int64))
        values = values_of(codes, history.value_of)
        if number in catalogue.tags:
            values = _taken_over(catalogue, tag, catalogue.tags[number], values)
        rows.add(tag.number, ordinals, None, BitMap())
        rows.add(number, ordinals, values, BitMap(), lapses.tolist())
    if group is not None:
        _refuse_too_many(catalogue, group, made)
    return made


def _taken_over(catalogue: Catalogue, tag: TagEntry, into: TagEntry, values: Sequence[float | None]) -> list[float | None]:
    """What goes with the tag, as the other one has it. Raises TagRetired, InvalidField where that cannot be."""
    key = catalogue.key(into.number)
    if into.retired:
        told = f"tag {key!r}, to which {catalogue.key(tag.number)!r} would be handed over, is retired"
        raise TagRetired(f"{told}; restore it first (RestoreTag, tagledger catalogue restore-tag)", metadata={"tag": key})
    for number in set(values):
        problem = into.values.problem(tag.values.value_of(number))
        if problem:
            told = f"{catalogue.key(tag.number)!r} cannot be handed over to {key!r}, which {problem}"
            remedy = "change what goes with one of them first (ChangeTag, tagledger catalogue change-tag)"
            raise InvalidField.of([Violation("to_staff_id", f"{told}; {remedy}")])
    said = (tag.values.value_of(number) for number in values)
    return [None if one is None else into.values.number_of(one) for one in said]


def _likewise(tag: TagEntry, number: int, group: int) -> list[CatalogueChange]:
    changed = redefined(number, tag.description, tag.values, opt_out=tag.opt_out, lifetime=tag.lifetime)
    return [TagDefined(number, group, tag.name, tag.description), changed]


def _refuse_too_many(catalogue: Catalogue, group: int, made: Sequence[CatalogueChange]) -> None:
    LimitExceeded.refuse(
        "personal tags",
        field="to_staff_id",
        maximum=MAX_PERSONAL_TAGS,
        actual=len(catalogue.members(group)) + sum(isinstance(change, TagDefined) for change in made),
        remedy="remove tags that are not needed any more from these customers first",
    )


def _carriers(index: WorkspaceIndex, tag: int, at: int) -> BitMap:
    """The profiles that carry the tag at the instant, by all that is known; of a person that does, those that do themselves."""
    own = index.holders(tag, at, index.clock().version) - index.persons.everyone  # who has rows of it
    return own & index.persons.all_profiles(_standing(index, tag, at))


def _standing(index: WorkspaceIndex, tag: int, at: int) -> BitMap:
    """Profiles and persons who carry it: not who was erased, and persons in the place of their profiles."""
    version = index.clock().version
    return index.holders(tag, at, version) - index.gone(version)
