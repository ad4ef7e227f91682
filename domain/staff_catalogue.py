"""The staff of one workspace as its events made it: departments in a tree, and who is of which.

To be somebody's customer is to carry a tag, `staff:` and the id of the staff member: whatever tags have - both clocks, history,
undo, bulk, windows - customers and their staff have too. What only departments have is the tree. It has no time of its own: as
with versions of segments, `as_of` does not choose the tree, `known_at` does.
"""

import copy
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final

from domain.catalogue_changes import (
    DepartmentChanged,
    DepartmentDefined,
    DepartmentRetired,
    Role,
    StaffChanged,
    StaffDefined,
    StaffRestored,
    StaffRetired,
)
from domain.names import normalized
from domain.turns import known_count, known_last

STAFF_PREFIX: Final = "staff:"
"""Of the keys of the tags of customers, and of actors who are staff."""
StaffChange = (
    DepartmentDefined | DepartmentChanged | DepartmentRetired | StaffDefined | StaffChanged | StaffRetired | StaffRestored
)
_Turns = list[tuple[int, int | None]]


@dataclass(frozen=True, slots=True)
class DepartmentEntry:
    """A department as it is now; `parent` is a number, None at the top. `created_at` in microseconds."""

    number: int
    department_id: str
    name: str
    parent: int | None
    created_at: int
    retired: bool = False


@dataclass(frozen=True, slots=True)
class StaffEntry:
    """A staff member as they are now; `department` is a number, None for none."""

    number: int
    staff_id: str
    name: str
    department: int | None
    role: Role
    tag: int
    created_at: int
    retired: bool = False


class Staff:
    """Filled by `apply` in the order of the stream; reading never changes it."""

    def __init__(self) -> None:
        self.departments: dict[int, DepartmentEntry] = {}
        self.members: dict[int, StaffEntry] = {}
        self._department_numbers: dict[str, int] = {}
        self._numbers: dict[str, int] = {}
        self._by_tag: dict[int, int] = {}
        self._parents: dict[int, _Turns] = {}
        """Of departments: from which versions on they stand below which others."""
        self._departments_of: dict[int, _Turns] = {}
        """Of staff, likewise."""

    def apply(self, change: StaffChange, version: int, recorded_at: int) -> None:
        """Take in one change of a changeset."""
        number = change.number
        match change:
            case DepartmentDefined():
                entry = DepartmentEntry(number, change.department_id, change.name, change.parent, recorded_at)
                self.departments[number] = entry
                self._department_numbers[change.department_id] = number
                self._parents[number] = [(version, change.parent)]
            case DepartmentChanged():
                self.departments[number] = replace(self.departments[number], name=change.name, parent=change.parent)
                self._parents[number].append((version, change.parent))
            case DepartmentRetired():
                self.departments[number] = replace(self.departments[number], retired=True)
            case StaffDefined():
                member = StaffEntry(
                    number, change.staff_id, change.name, change.department, Role(change.role), change.tag, recorded_at
                )
                self.members[number] = member
                self._numbers[change.staff_id] = number
                self._by_tag[change.tag] = number
                self._departments_of[number] = [(version, change.department)]
            case StaffChanged():
                member = replace(self.members[number], name=change.name, department=change.department, role=Role(change.role))
                self.members[number] = member
                self._departments_of[number].append((version, change.department))
            case StaffRetired() | StaffRestored():
                self.members[number] = replace(self.members[number], retired=isinstance(change, StaffRetired))

    def as_known(self, version: int) -> "Staff":
        """One in which departments are as they were at a version, whatever the version that is asked."""
        other = copy.copy(self)
        for name in ("_parents", "_departments_of"):
            turns: dict[int, _Turns] = getattr(self, name)
            then = {number: [(0, known_last(one, version))] for number, one in list(turns.items()) if known_count(one, version)}
            setattr(other, name, then)
        return other

    def department_ids(self) -> Collection[str]:
        """Of all departments, retired ones too."""
        return self._department_numbers.keys()

    def staff_ids(self) -> Collection[str]:
        """Of all staff, those who left too."""
        return self._numbers.keys()

    def department_id(self, number: int | None) -> str:
        """Of a department; "" for none."""
        return "" if number is None else self.departments[number].department_id

    def department(self, department_id: str) -> DepartmentEntry | None:
        """The department with this id."""
        number = self._department_numbers.get(department_id)
        return None if number is None else self.departments[number]

    def member(self, staff_id: str) -> StaffEntry | None:
        """The staff member with this id."""
        number = self._numbers.get(staff_id)
        return None if number is None else self.members[number]

    def of_tag(self, tag: int) -> StaffEntry | None:
        """Whose customers carry the tag."""
        number = self._by_tag.get(tag)
        return None if number is None else self.members[number]

    def actor(self, actor: str) -> StaffEntry | None:
        """The staff member who acts under this name, if it is one of staff."""
        return self.member(normalized(actor.removeprefix(STAFF_PREFIX))) if actor.startswith(STAFF_PREFIX) else None

    def below(self, department: int, version: int | None = None) -> set[int]:
        """The department and all below it, as the tree was at a version; without one, as it is now."""
        children: dict[int, list[int]] = {}
        for number, turns in list(self._parents.items()):
            parent = known_last(turns, version)
            if parent is not None:
                children.setdefault(parent, []).append(number)
        found, waiting = {department}, [department]
        while waiting:
            new = [one for one in children.get(waiting.pop(), ()) if one not in found]
            found.update(new)
            waiting.extend(new)
        return found

    def of_departments(self, departments: Collection[int], version: int | None = None) -> list[StaffEntry]:
        """The staff of some departments, as it was at a version, those who have left among them: their customers are theirs
        until somebody takes them over.
        """
        within = [number for number, turns in list(self._departments_of.items()) if known_last(turns, version) in departments]
        return [self.members[number] for number in within]

    def customer_tags(self, department_id: str, version: int | None = None) -> list[int]:
        """The tags of the customers of a department and of those below it, as known at a version."""
        entry = self.department(department_id)
        if entry is None or not known_count(self._parents.get(entry.number, ()), version):
            return []
        return [one.tag for one in self.of_departments(self.below(entry.number, version), version)]
