"""Requests about staff from plain values, with to_wire.py."""

from datetime import datetime
from typing import Final

from tagledger.v1 import common_pb2, staff_service_pb2

from .instants import invalid, to_timestamp
from .to_wire import segment, text

_ROLES: Final = {
    "member": common_pb2.STAFF_ROLE_MEMBER,
    "department": common_pb2.STAFF_ROLE_DEPARTMENT,
    "headquarters": common_pb2.STAFF_ROLE_HEADQUARTERS,
}


def staff_role(role: str) -> common_pb2.StaffRole:
    """Return whose customers a staff member speaks of."""
    if role not in _ROLES:
        raise invalid("role", f"must be one of {', '.join(_ROLES)}, got {role!r}")
    return _ROLES[role]


def transfer(
    from_staff_id: str, to_staff_id: str, expression: str | None, effective_at: datetime | None, dry_run: bool
) -> staff_service_pb2.TransferCustomersRequest:
    """Return the request, but for its context."""
    request = staff_service_pb2.TransferCustomersRequest(
        from_staff_id=text(from_staff_id, "from_staff_id"), to_staff_id=text(to_staff_id, "to_staff_id"), dry_run=dry_run
    )
    if expression is not None:
        request.segment.CopyFrom(segment(expression))
    if effective_at is not None:
        request.effective_at.CopyFrom(to_timestamp(effective_at, "effective_at"))
    return request
