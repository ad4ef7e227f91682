"""Departments and staff into plain values. Their readers import them from from_wire.py."""

from typing import Final

from tagledger.v1 import common_pb2, staff_service_pb2

from . import replies
from .instants import from_timestamp

ROLES: Final = {
    common_pb2.STAFF_ROLE_MEMBER: "member",
    common_pb2.STAFF_ROLE_DEPARTMENT: "department",
    common_pb2.STAFF_ROLE_HEADQUARTERS: "headquarters",
}


def department(message: staff_service_pb2.Department) -> replies.Department:
    """Convert a department."""
    return replies.Department(
        message.department_id,
        message.name,
        message.parent_id,
        message.retired,
        from_timestamp(message.created_at),
        message.staff_count,
    )


def staff(message: staff_service_pb2.Staff, customer_count: int | None = None) -> replies.Staff:
    """Convert a staff member; a role that this client does not know is an empty text."""
    return replies.Staff(
        message.staff_id,
        message.name,
        message.department_id,
        ROLES.get(message.role, ""),
        message.retired,
        from_timestamp(message.created_at),
        customer_count,
    )
