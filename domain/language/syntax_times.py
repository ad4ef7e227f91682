"""The part of the tree that is about time: units, spans, points and windows. Its readers import all of it from syntax.py."""

from dataclasses import dataclass
from datetime import date
from enum import Enum


class Unit(Enum):
    """Units of spans; the value is the singular text form."""

    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


ROLLING_UNITS = (Unit.SECOND, Unit.MINUTE, Unit.HOUR, Unit.DAY, Unit.WEEK)
CALENDAR_UNITS = (Unit.DAY, Unit.WEEK, Unit.MONTH, Unit.YEAR)


@dataclass(frozen=True, slots=True)
class Lasting:
    """A rolling span."""

    count: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Instant:
    """Microseconds since the epoch, UTC."""

    us: int


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar day in an IANA zone; as a point, its first instant there."""

    date: date
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Ago:
    """as_of minus a rolling span."""

    count: int
    unit: Unit


TimePoint = Instant | Day | Ago


@dataclass(frozen=True, slots=True)
class Ever:
    """Up to as_of."""


@dataclass(frozen=True, slots=True)
class Last:
    """Rolling: (as_of - count*unit, as_of]."""

    count: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Calendar:
    """The current period and the count-1 before it, up to as_of."""

    count: int
    unit: Unit
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class On:
    """One calendar day."""

    day: Day


@dataclass(frozen=True, slots=True)
class Between:
    """[start, end)."""

    start: TimePoint
    end: TimePoint


@dataclass(frozen=True, slots=True)
class Since:
    """[start, as_of]."""

    start: TimePoint


@dataclass(frozen=True, slots=True)
class Before:
    """(-infinity, end)."""

    end: TimePoint


Window = Ever | Last | Calendar | On | Between | Since | Before
