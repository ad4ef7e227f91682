"""Windows as ranges of instants: the one place where `in last 30 days` or `on 2017-06-01` becomes numbers.

Ranges are half-open [start, end) in microseconds since the epoch, UTC, and already cut at as_of, so that whoever counts only
compares integers. docs/language.md gives the meaning, tests/vectors/windows.json examples.
"""

from datetime import date, timedelta
from typing import assert_never

from domain.instants import DAY_US, SECOND_US, day_start, local_date
from domain.language.syntax import (
    Ago,
    Before,
    Between,
    Calendar,
    Day,
    Ever,
    Instant,
    Last,
    Lasting,
    On,
    Since,
    TimePoint,
    Unit,
    Window,
)
from domain.limits import MAX_INSTANT_US, MIN_INSTANT_US

UNIT_US = {
    Unit.SECOND: SECOND_US,
    Unit.MINUTE: 60 * SECOND_US,
    Unit.HOUR: 3_600 * SECOND_US,
    Unit.DAY: DAY_US,
    Unit.WEEK: 7 * DAY_US,
}
"""Length of the rolling units, in microseconds."""

_FIRST_DATE = date(1899, 12, 1)  # clocks differ by less than a month, so every earlier day ends before MIN_INSTANT_US


def resolve(window: Window, as_of_us: int) -> tuple[int, int]:
    """The instants [start, end) of the window, with MIN_INSTANT_US <= start <= end <= as_of_us + 1; start == end when empty.

    A window without a lower bound starts at MIN_INSTANT_US: nothing earlier can be recorded. An as_of outside the bounds of
    instants sees nothing (before them) or everything (after them).
    """
    if as_of_us < MIN_INSTANT_US:
        return MIN_INSTANT_US, MIN_INSTANT_US
    start, end = _uncut(window, as_of_us)
    end = max(min(end, as_of_us + 1, MAX_INSTANT_US), MIN_INSTANT_US)
    return min(max(start, MIN_INSTANT_US), end), end


def point(time_point: TimePoint, as_of_us: int) -> int:
    """The instant that the point means, moved into MIN_INSTANT_US to MAX_INSTANT_US (both inclusive)."""
    return min(max(unbounded_point(time_point, as_of_us), MIN_INSTANT_US), MAX_INSTANT_US)


def unbounded_point(time_point: TimePoint, as_of_us: int) -> int:
    """The instant that the point means; may lie outside the bounds of instants."""
    match time_point:
        case Instant(us):
            return us
        case Day(day, zone):
            return day_start(day, zone)
        case Ago(count, unit):
            return as_of_us - count * UNIT_US[unit]
        case _:
            assert_never(time_point)


def span_us(span: Lasting) -> int:
    """Length of a rolling span, in microseconds."""
    return span.count * UNIT_US[span.unit]


def _uncut(window: Window, as_of_us: int) -> tuple[int, int]:
    after_all = as_of_us + 1
    match window:
        case Ever():
            return MIN_INSTANT_US, after_all
        case Last(count, unit):
            return as_of_us - count * UNIT_US[unit] + 1, after_all
        case Calendar():
            return _calendar_start(window, as_of_us), after_all
        case On(Day(day, zone)):
            return day_start(day, zone), day_start(day + timedelta(days=1), zone)
        case Between(start, end):
            return point(start, as_of_us), point(end, as_of_us)
        case Since(start):
            return point(start, as_of_us), after_all
        case Before(end):
            return MIN_INSTANT_US, point(end, as_of_us)
        case _:
            assert_never(window)


def _calendar_start(window: Calendar, as_of_us: int) -> int:
    """First instant of the period count-1 before the one that contains as_of in the zone."""
    today = local_date(min(as_of_us, MAX_INSTANT_US), window.zone)
    first = period_start(today, window.unit, window.count - 1)
    return MIN_INSTANT_US if first < _FIRST_DATE else day_start(first, window.zone)


def period_start(today: date, unit: Unit, back: int) -> date:
    """First date of the calendar period `back` before today's; date.min when that is before all dates."""
    match unit:
        case Unit.DAY:
            ordinal = today.toordinal() - back
        case Unit.WEEK:
            ordinal = today.toordinal() - today.weekday() - 7 * back
        case Unit.MONTH:
            year, month = divmod(today.year * 12 + today.month - 1 - back, 12)
            ordinal = _ordinal(year, month + 1)
        case Unit.YEAR:
            ordinal = _ordinal(today.year - back, 1)
        case _:
            raise ValueError(f"{unit.value} is no calendar unit; use day, week, month or year")
    return date.fromordinal(max(ordinal, 1))


def _ordinal(year: int, month: int) -> int:
    """Ordinal of the first of the month; 0 for years before all dates."""
    return date(year, month, 1).toordinal() if year >= 1 else 0
