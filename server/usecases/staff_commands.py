"""Decides commands on departments and staff: which changes they make, or why they are refused."""

from typing import assert_never

from domain.catalogue_changes import (
    CatalogueChange,
    DepartmentChanged,
    DepartmentDefined,
    DepartmentRetired,
    Role,
    StaffChanged,
    StaffDefined,
    StaffRestored,
    StaffRetired,
    TagDefined,
    TagRestored,
    TagRetired,
    Valued,
)
from domain.errors import (
    DepartmentInUse,
    InvalidField,
    LimitExceeded,
    NotRetired,
    UnknownDepartment,
    UnknownStaff,
    Violation,
)
from domain.errors import StaffRetired as RetiredError
from domain.limits import MAX_DEPARTMENTS, MAX_STAFF
from domain.names import KnownNames
from domain.staff_catalogue import STAFF_PREFIX, DepartmentEntry, Staff, StaffEntry
from domain.tag_catalogue import Catalogue
from domain.tag_values import ValueRule, redefined
from server.usecases.commands import (
    ChangeDepartment,
    ChangeStaff,
    DefineDepartment,
    DefineStaff,
    RestoreStaff,
    RetireDepartment,
    RetireStaff,
    StaffCommand,
)
from server.usecases.segment_commands import name_taken


def decide_staff_command(command: StaffCommand, catalogue: Catalogue) -> list[CatalogueChange]:
    """The changes, in order. Raises a CallerError when the command cannot be carried out."""
    staff = catalogue.staff
    match command:
        case DefineDepartment():
            return [_defined_department(staff, command)]
        case ChangeDepartment():
            return [_changed_department(staff, command)]
        case RetireDepartment():
            return [_retired_department(staff, command.department_id)]
        case DefineStaff():
            return _defined_staff(catalogue, command)
        case ChangeStaff():
            return [_changed_staff(staff, command)]
        case RetireStaff():
            member = staff_with_id(staff, command.staff_id)
            refuse_left(member, "nothing was changed")
            return [StaffRetired(member.number), TagRetired(member.tag)]
        case RestoreStaff():
            member = staff_with_id(staff, command.staff_id)
            if not member.retired:
                raise NotRetired(f"staff member {member.staff_id!r} has not left: there is nothing to restore")
            department = None if member.department is None else staff.departments[member.department]
            if department and department.retired:
                told = f"the department of staff member {member.staff_id!r}, {department.department_id!r}, is retired"
                remedy = "give them another one first (ChangeStaff, tagledger staff change ID --department DEPARTMENT)"
                raise RetiredError(f"{told}; {remedy}", metadata={"department_id": department.department_id})
            return [StaffRestored(member.number), TagRestored(member.tag)]
        case _:
            assert_never(command)


def department_with_id(staff: Staff, department_id: str) -> DepartmentEntry:
    """The department that has this id, or UnknownDepartment."""
    entry = staff.department(department_id)
    if entry is None:
        hint = KnownNames(staff.department_ids()).nearest(department_id)
        remedy = "define it with DefineDepartment (tagledger staff define-department ID)"
        told = f"did you mean {hint!r}?" if hint else remedy
        raise UnknownDepartment(f"there is no department {department_id!r}; {told}", metadata={"department_id": department_id})
    return entry


def staff_with_id(staff: Staff, staff_id: str) -> StaffEntry:
    """The staff member who has this id, or UnknownStaff."""
    entry = staff.member(staff_id)
    if entry is None:
        hint = KnownNames(staff.staff_ids()).nearest(staff_id)
        told = f"did you mean {hint!r}?" if hint else "define them with DefineStaff (tagledger staff define ID)"
        raise UnknownStaff(f"there is no staff member {staff_id!r}; {told}", metadata={"staff_id": staff_id})
    return entry


def refuse_left(member: StaffEntry, remedy: str) -> None:
    """StaffRetired for one who left."""
    if member.retired:
        raise RetiredError(f"staff member {member.staff_id!r} left; {remedy}", metadata={"staff_id": member.staff_id})


def _department_in_use(staff: Staff, department_id: str) -> int | None:
    """The number of a department that takes staff and departments; None for ""."""
    if not department_id:
        return None
    entry = department_with_id(staff, department_id)
    if entry.retired:
        told = f"department {department_id!r} is retired: it takes neither staff nor departments; name another one"
        raise RetiredError(told, metadata={"department_id": department_id})
    return entry.number


def _defined_department(staff: Staff, command: DefineDepartment) -> DepartmentDefined:
    if staff.department(command.department_id):
        raise name_taken("department", command.department_id)
    LimitExceeded.refuse(
        "departments",
        field="department_id",
        maximum=MAX_DEPARTMENTS,
        actual=len(staff.departments) + 1,
        remedy="use another workspace",
    )
    parent = _department_in_use(staff, command.parent_id)
    return DepartmentDefined(len(staff.departments) + 1, command.department_id, command.name, parent)


def _changed_department(staff: Staff, command: ChangeDepartment) -> DepartmentChanged:
    entry = department_with_id(staff, command.department_id)
    parent = entry.parent if command.parent_id is None else _department_in_use(staff, command.parent_id)
    if parent is not None and parent in staff.below(entry.number):
        told = f"{command.parent_id!r} is {entry.department_id!r} itself or stands below it; name one that does not"
        raise InvalidField.of([Violation("parent_id", told)])
    return DepartmentChanged(entry.number, entry.name if command.name is None else command.name, parent)


def _retired_department(staff: Staff, department_id: str) -> DepartmentRetired:
    entry = department_with_id(staff, department_id)
    if entry.retired:
        told = f"department {department_id!r} was retired before; nothing was changed"
        raise RetiredError(told, metadata={"department_id": department_id})
    below = [one.department_id for one in staff.departments.values() if one.parent == entry.number and not one.retired]
    of = [one.staff_id for one in staff.members.values() if one.department == entry.number and not one.retired]
    if below or of:
        shown = ", ".join(map(repr, sorted([*below, *of])[:20]))
        told = f"{len(of):,} staff are of department {department_id!r} and {len(below):,} departments in use stand below it"
        remedy = "move them first (ChangeStaff, ChangeDepartment; tagledger staff change, change-department)"
        raise DepartmentInUse(f"{told}: {shown}; {remedy}", metadata={"department_id": department_id})
    return DepartmentRetired(entry.number)


def _defined_staff(catalogue: Catalogue, command: DefineStaff) -> list[CatalogueChange]:
    staff, key = catalogue.staff, STAFF_PREFIX + command.staff_id
    if staff.member(command.staff_id):
        raise name_taken("staff member", command.staff_id)
    if catalogue.named(key) is not None:
        raise name_taken("tag", key)
    LimitExceeded.refuse(
        "staff", field="staff_id", maximum=MAX_STAFF, actual=len(staff.members) + 1, remedy="use another workspace"
    )
    department = _department_in_use(staff, command.department_id)
    _refuse_without_department(command.role, department)
    tag = len(catalogue.tags) + 1
    return [
        StaffDefined(len(staff.members) + 1, command.staff_id, command.name, department, command.role.value, tag),
        TagDefined(tag, None, key, ""),
        redefined(tag, "", ValueRule(Valued.NONE)),
    ]


def _changed_staff(staff: Staff, command: ChangeStaff) -> StaffChanged:
    member = staff_with_id(staff, command.staff_id)
    given = command.department_id
    department = member.department if given is None else _department_in_use(staff, given)
    role = command.role or member.role
    _refuse_without_department(role, department)
    return StaffChanged(member.number, member.name if command.name is None else command.name, department, role.value)


def _refuse_without_department(role: Role, department: int | None) -> None:
    if role is Role.DEPARTMENT and department is None:
        raise InvalidField.of([Violation("department_id", "whoever speaks for a department needs one; name it")])
