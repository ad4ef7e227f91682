"""Departments, staff and transfers, from the wire and to it."""

from collections.abc import Iterable
from typing import Final

from tagledger.v1 import common_pb2
from tagledger.v1 import staff_service_pb2 as pb

from domain import limits
from domain.catalogue_changes import Role
from domain.language.checker import Warning as ExpressionWarning
from domain.language.rules import tag_problem
from domain.names import normalized
from domain.staff_catalogue import STAFF_PREFIX, DepartmentEntry, Staff, StaffEntry
from server.convert.answers import warnings_out
from server.convert.bulk import preview_out
from server.convert.catalogue_history import ROLES
from server.convert.contexts import receipt_out, request_in
from server.convert.expressions import segment_in
from server.convert.fields import Checks, to_timestamp
from server.usecases.asking import Segment
from server.usecases.commands import ChangeDepartment, ChangeStaff, DefineDepartment, DefineStaff
from server.usecases.drafts import Receipt, TransferDraft
from server.usecases.previewing import Preview

_ROLES: Final = {role: kind for kind, role in ROLES.items()}


def department_definition_in(request: pb.DefineDepartmentRequest, checks: Checks) -> DefineDepartment:
    """A new department."""
    name = _name(request.name, checks)
    return DefineDepartment(checks.name("department_id", request.department_id), name, normalized(request.parent_id))


def department_change_in(request: pb.ChangeDepartmentRequest, checks: Checks) -> ChangeDepartment:
    """What is to be otherwise."""
    name = _name(request.name, checks) if request.HasField("name") else None
    parent_id = normalized(request.parent_id) if request.HasField("parent_id") else None
    if name is None and parent_id is None:
        checks.add("name, parent_id", "say what is to be otherwise: at least one of them")
    return ChangeDepartment(normalized(request.department_id), name, parent_id)


def staff_definition_in(request: pb.DefineStaffRequest, checks: Checks) -> DefineStaff:
    """A new staff member, who is a MEMBER unless said otherwise."""
    staff_id = checks.name("staff_id", request.staff_id)
    if "/" in staff_id:
        checks.add("staff_id", f"must not contain '/': the tags of a staff member's own are `{STAFF_PREFIX}ID/NAME`")
    elif staff_id and (problem := tag_problem(STAFF_PREFIX + staff_id)):
        checks.add("staff_id", f"with `{STAFF_PREFIX}` before it, it is the key of a tag, and {problem}")
    role = _role(request.role, checks) or Role.MEMBER
    return DefineStaff(staff_id, _name(request.name, checks), normalized(request.department_id), role)


def staff_change_in(request: pb.ChangeStaffRequest, checks: Checks) -> ChangeStaff:
    """What is to be otherwise."""
    name = _name(request.name, checks) if request.HasField("name") else None
    department_id = normalized(request.department_id) if request.HasField("department_id") else None
    role = _role(request.role, checks)
    if name is None and department_id is None and role is None:
        checks.add("name, department_id, role", "say what is to be otherwise: at least one of them")
    return ChangeStaff(normalized(request.staff_id), name, department_id, role)


def transfer_in(request: pb.TransferCustomersRequest) -> tuple[TransferDraft, Segment | None]:
    """The draft without the members of its segment. Raises InvalidField, InvalidExpression, LimitExceeded."""
    checks = Checks()
    context = request_in(request, request.context, checks)
    for field in ("from_staff_id", "to_staff_id"):
        if not getattr(request, field):
            checks.add(field, "the id of a staff member is needed")
    effective = checks.timestamp("effective_at", request.effective_at) if request.HasField("effective_at") else None
    checks.refuse()
    segment = segment_in(request.segment) if request.HasField("segment") else None
    giver, taker = normalized(request.from_staff_id), normalized(request.to_staff_id)
    return TransferDraft(context, giver, taker, effective, None, None), segment


def transfer_out(receipt: Receipt, warnings: Iterable[ExpressionWarning]) -> pb.TransferCustomersResponse:
    """What was recorded."""
    return pb.TransferCustomersResponse(
        position=receipt.position,
        receipt=receipt_out(receipt),
        changed_count=receipt.changed,
        already_so_count=receipt.already_so,
        warnings=warnings_out(warnings),
    )


def transfer_preview_out(
    position: int, preview: Preview, warnings: Iterable[ExpressionWarning]
) -> pb.TransferCustomersResponse:
    """What would be."""
    return pb.TransferCustomersResponse(
        position=position,
        changed_count=preview.outcome.changed,
        already_so_count=preview.outcome.already_so,
        warnings=warnings_out(warnings),
        preview=preview_out(preview),
    )


def department_out(staff: Staff, department: DepartmentEntry) -> pb.Department:
    """A department."""
    return pb.Department(
        department_id=department.department_id,
        name=department.name,
        parent_id=staff.department_id(department.parent),
        retired=department.retired,
        created_at=to_timestamp(department.created_at),
        staff_count=sum(not one.retired for one in staff.of_departments({department.number})),
    )


def staff_out(staff: Staff, member: StaffEntry) -> pb.Staff:
    """A staff member."""
    return pb.Staff(
        staff_id=member.staff_id,
        name=member.name,
        department_id=staff.department_id(member.department),
        role=ROLES[member.role],
        retired=member.retired,
        created_at=to_timestamp(member.created_at),
    )


def _name(name: str, checks: Checks) -> str:
    return normalized(checks.text("name", name, limits.MAX_NAME_CHARACTERS, required=False))


def _role(role: common_pb2.StaffRole, checks: Checks) -> Role | None:
    """None where none is given."""
    if role == common_pb2.STAFF_ROLE_UNSPECIFIED:
        return None
    if role not in _ROLES:
        checks.add("role", "STAFF_ROLE_MEMBER, STAFF_ROLE_DEPARTMENT or STAFF_ROLE_HEADQUARTERS is needed")
    return _ROLES.get(role)
