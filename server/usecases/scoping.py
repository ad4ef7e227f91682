"""Whom a staff member may write about and read: the customers within their role, as things are now.

Who acts or reads is believed (proving it comes later). An actor `staff:ID` is that staff member, if there is one; whoever else
acts or reads - services, jobs, models - is held to nothing.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from pyroaring import BitMap

from domain.catalogue_changes import (
    CatalogueChange,
    GroupDefined,
    Role,
    TagDefined,
    TagRedefined,
    TagRenamed,
    TagRestored,
    TagRetired,
)
from domain.changeset import Changeset, TagColumns
from domain.errors import OutOfScope
from domain.limits import MAX_SHOWN_PROFILES
from domain.staff_catalogue import StaffEntry
from domain.tag_catalogue import Catalogue, GroupEntry
from projections.index import bitmaps
from projections.index.workspace_index import WorkspaceIndex
from server.usecases.staff_commands import refuse_left
from server.usecases.state import WorkspaceState

Said = Callable[[], Collection[str]]
"""Gathers the ids of profiles that a request names: only for staff, for there may be many."""
_REMEDY = (
    "have them transferred (TransferCustomers, tagledger staff transfer), take who is nobody's (ApplyChangeset with their tag "
    "`staff:ID`, tagledger tag staff:ID PROFILE), or ask headquarters"
)


@dataclass(frozen=True, slots=True)
class Scope:
    """What the role of a staff member comes to just now."""

    member: StaffEntry
    tags: frozenset[int]
    """Of the customers of each staff member within the role."""
    customers: BitMap
    """Profiles, and persons."""

    def reaches(self, member: StaffEntry | None) -> bool:
        """Whether what is somebody's own is within the role; nobody's is not."""
        return member is not None and member.tag in self.tags

    def sees(self, catalogue: Catalogue, tag: int) -> bool:
        """Whether the tag is everybody's, or one of somebody within the role."""
        owner = catalogue.owner(tag)
        return owner is None or self.reaches(owner)

    def refuse_tags(self, index: WorkspaceIndex, keys: Iterable[str]) -> None:
        """OutOfScope where one of the keys is that of a tag of somebody else's own."""
        numbers = {key: index.catalogue.meant(key) for key in keys}
        hidden = [key for key, number in numbers.items() if number is not None and not self.sees(index.catalogue, number)]
        if hidden:
            shown = ", ".join(map(repr, sorted(hidden)[:20]))
            raise self.refusal(f"{shown} are tags of somebody else's own; ask them, or headquarters")

    def refuse_group(self, catalogue: Catalogue, group: GroupEntry) -> None:
        """OutOfScope where its tags are somebody else's own."""
        if group.owner is not None and not self.reaches(catalogue.staff.members[group.owner]):
            raise self.refusal(f"the tags of group {group.name!r} are somebody else's own; ask them, or headquarters")

    def refusal(self, why: str) -> OutOfScope:
        """Of what is not within the role."""
        told = f"staff member {self.member.staff_id!r} has the role {self.member.role.value!r}: {why}"
        return OutOfScope(told, metadata={"staff_id": self.member.staff_id, "role": self.member.role.value})

    def for_headquarters(self, what: str) -> OutOfScope:
        """Of what concerns everybody."""
        return self.refusal(f"{what} is for headquarters; have it done by somebody with that role")

    def refuse_outsider(self, ordinal: int, profile_id: str) -> None:
        """OutOfScope for a profile of which they see nothing."""
        if ordinal not in self.customers:
            raise self.refusal(f"profile {profile_id!r} is none of their customers; {_REMEDY}")


def scope_of(index: WorkspaceIndex, actor: str, now: int) -> Scope | None:
    """None for whoever is held to nothing. Raises StaffRetired for who left."""
    staff = index.catalogue.staff
    member = staff.actor(actor) if actor else None
    if member is None:
        return None
    refuse_left(member, "nothing is accepted from them, and they may read nothing; act and read as somebody who is there")
    if member.role is Role.HEADQUARTERS:
        return None
    tags = [member.tag]
    if member.role is Role.DEPARTMENT and member.department is not None:
        tags = [one.tag for one in staff.of_departments(staff.below(member.department))]
    version = index.clock().version
    standing = bitmaps.union([index.holders(tag, now, version) for tag in tags]) - index.gone(version)
    profiles = index.persons.all_profiles(standing)  # a person is read about by each of the ids, and as of before the link
    return Scope(member, frozenset(tags), standing | profiles | index.persons.ever_within(profiles))


def refuse_out_of_scope(state: WorkspaceState, changeset: Changeset, said: Said = tuple) -> Scope | None:
    """OutOfScope where a decided changeset speaks of others than the customers of its actor, or of what is everybody's.

    Who is nobody's customer yet is taken by a changeset that makes them one of somebody within the role. `said`: the ids that
    the request names; the refusal names no others. The scope, of an actor that has one.
    """
    index, now = state.index, changeset.recorded_at
    scope = scope_of(index, changeset.attribution.actor, now)
    if scope is None:
        return None
    kinds = {
        "the catalogue, staff included": not _own(index.catalogue, scope, changeset.catalogue),
        "a list": changeset.listed is not None,
        "an erasure": len(changeset.erased) > 0,
    }
    shared = [what for what, there in kinds.items() if there]
    if shared:
        raise scope.for_headquarters(" and ".join(shared))
    _refuse_tags_of_others(index, scope, changeset.tags)
    outside = _concerned(changeset) - scope.customers
    outside -= _taken(index, scope, changeset, outside)
    if outside:
        raise _none_of_theirs(state, scope, outside, said())
    return scope


def refuse_outsiders(state: WorkspaceState, actor: str, now: int, said: Said) -> None:
    """The same of ids alone, before anything is decided that could tell of them; those that nobody has seen are let pass."""
    scope = scope_of(state.index, actor, now)
    if scope is not None:
        outside = BitMap([one for one in state.profiles.ordinals(list(said())) if one is not None]) - scope.customers
        if outside:
            raise _none_of_theirs(state, scope, outside, said())


def _none_of_theirs(state: WorkspaceState, scope: Scope, outside: BitMap, said: Collection[str]) -> OutOfScope:
    ordinals = zip(said, state.profiles.ordinals(list(said)), strict=True)
    named = [name for name, one in ordinals if one is None or one in outside]
    told = f": {', '.join(map(repr, named[:MAX_SHOWN_PROFILES]))}" if named else ""
    return scope.refusal(f"{len(outside):,} of the profiles are none of their customers{told}; {_REMEDY}")


def _own(catalogue: Catalogue, scope: Scope, changes: Sequence[CatalogueChange]) -> bool:
    """Are they changes of tags of somebody's own within the role, all of them?"""
    groups = {number: group.owner for number, group in catalogue.groups.items()}
    groups |= {change.number: change.owner for change in changes if isinstance(change, GroupDefined)}
    tags = {change.number: change.group for change in changes if isinstance(change, TagDefined)}
    for change in changes:
        match change:
            case GroupDefined():
                owner = change.owner
            case TagDefined() | TagRedefined() | TagRenamed() | TagRetired() | TagRestored():
                number = change.number
                group = tags[number] if number in tags else catalogue.tags[number].group
                owner = None if group is None else groups[group]
            case _:
                return False
        if owner is None or not scope.reaches(catalogue.staff.members[owner]):
            return False
    return True


def _concerned(changeset: Changeset) -> BitMap:
    """Every profile of which it says something."""
    columns: list[Iterable[int]] = [
        part.ordinals for part in (changeset.tags, changeset.traits, changeset.interactions) if part is not None
    ]
    if changeset.retracted:
        columns.append(changeset.retracted.rows.ordinals)
    if changeset.links:
        columns += [changeset.links.firsts, changeset.links.seconds]
    return bitmaps.union([bitmaps.from_ordinals(np.asarray(one, np.uint32)) for one in columns])


def _refuse_tags_of_others(index: WorkspaceIndex, scope: Scope, tags: TagColumns | None) -> None:
    catalogue, staff = index.catalogue, index.catalogue.staff
    of_staff = {one: member for one in set(tags.tags if tags else ()) if (member := staff.of_tag(int(one)))}
    others = sorted(member.staff_id for tag, member in of_staff.items() if tag not in scope.tags)
    scope.refuse_tags(index, [catalogue.key(one) for one in set(tags.tags if tags else ()) if one in catalogue.tags])
    if others:
        told = f"the customers of {', '.join(map(repr, others[:20]))} are not theirs to give or take; {_REMEDY}"
        raise scope.refusal(told)


def _taken(index: WorkspaceIndex, scope: Scope, changeset: Changeset, outside: BitMap) -> BitMap:
    """Those outside whom the changeset makes customers within the role, and who are nobody's."""
    if not changeset.tags or not outside:
        return BitMap()
    tags = scope.tags.intersection(map(int, changeset.tags.tags))
    taken = bitmaps.union([_bound(index, tag, changeset.tags, changeset.recorded_at) for tag in tags]) & outside
    version, ordinals = index.clock().version, bitmaps.to_ordinals(taken)
    lifted = index.persons.at(version).lifted(ordinals).astype(np.uint32)  # a person is a customer as a whole
    asked, somebodys = taken | bitmaps.from_ordinals(lifted), BitMap()
    for member in list(index.catalogue.staff.members.values()) if taken else ():
        somebodys |= asked & index.holders(member.tag, changeset.recorded_at, version)
    pairs = zip(ordinals.tolist(), lifted.tolist(), strict=True)
    free = [not (own in somebodys or person in somebodys) for own, person in pairs]
    return bitmaps.from_ascending(ordinals[np.asarray(free, np.bool_)])


def _bound(index: WorkspaceIndex, tag: int, columns: TagColumns, now: int) -> BitMap:
    """Who carries the tag at this moment by the last row of these columns, and by no later one of before."""
    places = np.flatnonzero((np.asarray(columns.tags) == tag) & (np.asarray(columns.effective_at, np.int64) <= now))
    effective, ordinals = (np.asarray(one)[places] for one in (columns.effective_at, columns.ordinals))
    order = np.lexsort((effective, ordinals))
    last = order[np.append(ordinals[order][1:] != ordinals[order][:-1], True)] if len(order) else order
    held = np.asarray(columns.applied, np.bool_)[places[last]]
    if len(columns.lapses_at):
        held &= np.asarray(columns.lapses_at, np.int64)[places[last]] > now
    last = last[held]
    carriers, since, known = ordinals[last].astype(np.uint32), effective[last], index.tags.get(tag)
    if known is not None:
        history = known.history
        rows = history.first(len(history)).picked(history.places_of(carriers, len(history)))
        rows = rows.picked(rows.effective <= now)
        later = rows.effective > since[np.searchsorted(carriers, rows.ordinals)] if len(rows) else np.empty(0, np.bool_)
        carriers = carriers[~np.isin(carriers, rows.ordinals[later])]
    return bitmaps.from_ascending(carriers)
