"""Whom a staff member may write about and read: the customers within their role, as things are now.

Who acts or reads is believed (proving it comes later). An actor `staff:ID` is that staff member, if there is one; whoever else
acts or reads - services, jobs, models - is held to nothing.
"""

from collections.abc import Iterable, Sequence
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
from domain.tag_catalogue import Catalogue
from projections.index import bitmaps
from projections.index.workspace_index import WorkspaceIndex
from server.usecases.staff_commands import refuse_left
from server.usecases.state import WorkspaceState

_REMEDY = "have them transferred first (TransferCustomers, tagledger staff transfer), or ask headquarters"


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
    return Scope(member, frozenset(tags), standing | profiles | index.persons.ever_of(profiles))


def refuse_out_of_scope(state: WorkspaceState, changeset: Changeset, new_ids: Sequence[str] = ()) -> None:
    """OutOfScope where a decided changeset speaks of others than the customers of its actor, or of what is everybody's.

    Who is nobody's customer yet is taken by a changeset that makes them one of somebody within the role. `new_ids`: of the
    profiles that it sees first.
    """
    index, now = state.index, changeset.recorded_at
    scope = scope_of(index, changeset.attribution.actor, now)
    if scope is None:
        return
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
        shown, first = list(outside[:MAX_SHOWN_PROFILES]), changeset.first_ordinal
        known = state.profiles.names([one for one in shown if one < len(state.profiles)])
        new = [new_ids[one - first] for one in shown if 0 <= one - first < len(new_ids)]
        named = ", ".join(map(repr, filter(None, [*known, *new])))
        taken = "who is nobody's customer is taken by applying a tag of theirs in the same changeset; otherwise"
        raise scope.refusal(f"{len(outside):,} of the profiles are none of their customers: {named}; {taken} {_REMEDY}")


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
    tags = changeset.tags
    if not tags or not outside:
        return BitMap()
    bound = (np.isin(np.asarray(tags.tags), list(scope.tags))) & np.asarray(tags.applied, np.bool_)
    bound &= np.asarray(tags.effective_at, np.int64) <= changeset.recorded_at
    taken = bitmaps.from_ordinals(np.asarray(tags.ordinals, np.uint32)[bound]) & outside
    for member in list(index.catalogue.staff.members.values()):
        if not taken:
            break
        taken -= index.holders(member.tag, changeset.recorded_at, index.clock().version)
    return taken
