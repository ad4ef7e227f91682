"""Windows, points, periods, dates and what a clock on the wall shows, by asking `zoneinfo` about one instant at a time."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Final, assert_never
from zoneinfo import ZoneInfo

from domain.language import syntax as tree
from domain.language.syntax import ClockPart, Unit

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE_US: Final = 60_000_000
UNIT_US: Final = {
    Unit.SECOND: 1_000_000,
    Unit.MINUTE: MINUTE_US,
    Unit.HOUR: 60 * MINUTE_US,
    Unit.DAY: 1_440 * MINUTE_US,
    Unit.WEEK: 10_080 * MINUTE_US,
}


def inside(window: tree.Window, t: int, as_of: int) -> bool:
    """Whether the instant lies in the window as seen at as_of."""
    if t > as_of:
        return False
    match window:
        case tree.Ever():
            return True
        case tree.Last():
            return as_of - window.count * UNIT_US[window.unit] < t
        case tree.Calendar():
            return start_of_day(first_date(window, local_date(as_of, window.zone)), window.zone) <= t
        case tree.On(tree.Day(day, zone)):
            return start_of_day(day, zone) <= t < start_of_day(day + timedelta(days=1), zone)
        case tree.Between():
            return resolve(window.start, as_of) <= t < resolve(window.end, as_of)
        case tree.Since():
            return resolve(window.start, as_of) <= t
        case tree.Before():
            return t < resolve(window.end, as_of)
        case _:
            assert_never(window)


def resolve(point: tree.TimePoint, as_of: int) -> int:
    """The instant that a point stands for."""
    match point:
        case tree.Instant():
            return point.us
        case tree.Day():
            return start_of_day(point.date, point.zone)
        case tree.Ago():
            return as_of - point.count * UNIT_US[point.unit]
        case _:
            assert_never(point)


def length(span: tree.Lasting) -> int:
    """Microseconds of a rolling span."""
    return span.count * UNIT_US[span.unit]


def first_date(period: tree.Calendar, today: date) -> date:
    """First date of the period count-1 before the one with `today` in it, by the calendar alone."""
    back = period.count - 1
    if period.unit is Unit.DAY:
        return today - timedelta(days=back)
    if period.unit is Unit.WEEK:
        return today - timedelta(days=today.weekday(), weeks=back)
    if period.unit is Unit.YEAR:
        return date(today.year - back, 1, 1)
    year, month = divmod(today.year * 12 + (today.month - 1) - back, 12)
    return date(year, month + 1, 1)


def period_starts(periods: tree.Calendar, as_of: int) -> list[int]:
    """Where each of the periods starts, latest first: what `in last 1`, `2`, … calendar units would start at.

    So each period ends where the next one starts, and the current one at as_of, also where the clock on the wall shows an
    earlier date again.
    """
    today = local_date(as_of, periods.zone)
    firsts = [first_date(tree.Calendar(count + 1, periods.unit), today) for count in range(periods.count)]
    return [start_of_day(first, periods.zone) for first in firsts]


def local_time(t: int, zone: str) -> datetime:
    """What the clocks and calendars of the zone show at the instant."""
    return (EPOCH + timedelta(microseconds=t)).astimezone(ZoneInfo(zone))


def local_date(t: int, zone: str) -> date:
    """The date that the clocks of the zone show at the instant."""
    return local_time(t, zone).date()


def clock_part(part: ClockPart, t: int, zone: str) -> int:
    """The hour (0 to 23) or weekday (1 Monday to 7 Sunday) that the zone shows at the instant."""
    shown = local_time(t, zone)
    return shown.hour if part is ClockPart.HOUR else shown.isoweekday()


@cache
def start_of_day(day: date, zone: str) -> int:
    """The first instant at which the zone's clocks show that date, or a later one if they skip it.

    Looks at each minute from 16 hours before its midnight in UTC on (no zone is further ahead), then at each second.
    """
    minute = (day - EPOCH.date()).days * UNIT_US[Unit.DAY] - 16 * UNIT_US[Unit.HOUR]
    while local_date(minute, zone) < day:
        minute += MINUTE_US
    second = minute - MINUTE_US
    while local_date(second, zone) < day:
        second += 1_000_000
    return second


def among(leaf: tree.TraitDate, day: date, today: date) -> bool:
    """Whether the date of a trait is one of those that the leaf means on that day."""
    if not leaf.ahead and not leaf.anniversary:
        return first_date(leaf.period, today) <= day <= today
    days = [today + timedelta(days=i if leaf.ahead else -i) for i in range(leaf.period.count)]
    return any(returns(day, one) for one in days) if leaf.anniversary else day in days


def returns(day: date, on: date) -> bool:
    """Whether a yearly return of `day` (the first is the day itself) falls on `on`; of 29 February, 28 in common years."""
    leap = on.year % 4 == 0 and (on.year % 100 != 0 or on.year % 400 == 0)
    shown = (2, 28) if (day.month, day.day) == (2, 29) and not leap else (day.month, day.day)
    return on.year >= day.year and shown == (on.month, on.day)
