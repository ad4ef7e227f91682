"""What departments and staff answer. Their readers import all of it from replies.py."""

from dataclasses import dataclass
from datetime import datetime

from .history_replies import Attribution


@dataclass(frozen=True, slots=True)
class Department:
    """A part of the company; ``parent_id`` is empty at the top. ``staff_count`` leaves out the departments below."""

    department_id: str
    name: str
    parent_id: str
    retired: bool
    created_at: datetime
    staff_count: int


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who has customers, or speaks for those who have; ``role`` is "member", "department" or "headquarters".

    ``customer_count`` is None where it was not asked for.
    """

    staff_id: str
    name: str
    department_id: str
    role: str
    retired: bool
    created_at: datetime
    customer_count: int | None = None


@dataclass(frozen=True, slots=True)
class ProfileStaff:
    """Whose customer a profile is, since when without a break, and until when by what is known; None for no such instant."""

    staff_id: str
    name: str
    department_id: str
    customer_since: datetime
    customer_until: datetime | None
    attribution: Attribution
