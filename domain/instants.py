"""Instants and calendar days, exactly.

An instant is a whole number of microseconds since the epoch, UTC, so that comparing, storing and subtracting never round; this
module is the one place that turns text, datetimes and days in a zone into such numbers. It reads no clock and uses no floats.
Zones are IANA names, from the system's data or the `tzdata` package.
"""

import re
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from domain.limits import MAX_INSTANT_US, MIN_INSTANT_US

SECOND_US = 1_000_000
DAY_US = 86_400 * SECOND_US

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LOCAL_EPOCH = datetime(1970, 1, 1)
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_MICROSECOND = timedelta(microseconds=1)

# Between two steps of a search no zone changes its offset and changes it back: the shortest such spell since 1900 is days long
# (a test compares with the data of every zone).
_SEARCH_STEP_US = DAY_US

# In the data of many systems, but the host's choice or a file of another kind, not a zone of its own.
_NOT_ZONES = frozenset({"localtime", "posixrules", "Factory"})

_ISO = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]+))?)?"
    r"(?:([Zz])|([+-])([0-9]{2})(?::?([0-9]{2}))?)?)?"
)


# --- bounds and datetimes ---------------------------------------------------------------------------------------------------


def checked_instant(us: int) -> int:
    """The instant itself; ValueError outside 1900-01-01 (inclusive) to 2200-01-01 (exclusive), UTC."""
    if MIN_INSTANT_US <= us < MAX_INSTANT_US:
        return us
    raise ValueError("the instant lies outside 1900-01-01T00:00:00Z to before 2200-01-01T00:00:00Z; give one inside")


def from_datetime(moment: datetime) -> int:
    """Microseconds since the epoch; ValueError for a datetime without a zone, or out of bounds."""
    if moment.utcoffset() is None:
        raise ValueError("the datetime has no zone; attach one, for example tzinfo=UTC")
    return checked_instant((moment - _EPOCH) // _MICROSECOND)


def to_datetime(us: int) -> datetime:
    """The same instant as a datetime in UTC; ValueError outside the years 1 to 9999."""
    try:
        return _EPOCH + timedelta(microseconds=us)
    except OverflowError:
        raise ValueError("the instant lies outside the years 1 to 9999; give microseconds since 1970-01-01 UTC") from None


# --- text -------------------------------------------------------------------------------------------------------------------


def format_instant(us: int) -> str:
    """RFC 3339 in UTC: `2017-06-01T10:00:00Z`, with six decimals when there is a fraction of a second."""
    moment = to_datetime(us).replace(tzinfo=None)
    return moment.isoformat(timespec="microseconds" if moment.microsecond else "seconds") + "Z"


def parse_instant(text: str, zone: str | None = None) -> int:
    """Read ISO 8601 as microseconds since the epoch.

    Without an offset in the text, `zone` says where the clock hung (first instant that shows the time; the end of the gap
    when no instant does); a bare date is the first instant of that day in `zone`. With zone None an offset is required.
    ValueError, with a remedy, for everything else.
    """
    match = _ISO.fullmatch(text)
    if match is None:
        raise ValueError("not an instant; write ISO 8601 such as 2017-06-01T10:00:00Z or 2017-06-01T10:00:00.5+08:00")
    local_us = _local_us(match)
    if match[8] or match[9]:
        return checked_instant(local_us - _offset_us(match))
    if zone is None:
        raise ValueError("the instant has no offset; add Z for UTC, or one such as +08:00")
    return checked_instant(_from_local(local_us, zone))


def _local_us(match: re.Match[str]) -> int:
    year, month, day, hour, minute, second = (int(match[group] or 0) for group in range(1, 7))
    fraction = (match[7] or "").rstrip("0")
    if len(fraction) > 6:
        raise ValueError("instants are whole microseconds; write at most six decimals of a second")
    if second == 60:
        raise ValueError("second 60, a leap second, has no place on the time line; write the second before or after it")
    try:
        moment = datetime(year, month, day, hour, minute, second, int(fraction.ljust(6, "0")))
    except ValueError as error:
        raise ValueError(f"no such date or time: {error}; write for example 2017-06-01T10:00:00Z") from None
    return (moment - _LOCAL_EPOCH) // _MICROSECOND


def _offset_us(match: re.Match[str]) -> int:
    if match[8]:
        return 0
    hours, minutes = int(match[10]), int(match[11] or 0)
    if hours > 23 or minutes > 59:
        raise ValueError("no such offset; write one between -23:59 and +23:59, such as +08:00")
    offset_us = (hours * 60 + minutes) * 60 * SECOND_US
    return -offset_us if match[9] == "-" else offset_us


# --- zones ------------------------------------------------------------------------------------------------------------------


@cache
def zones() -> frozenset[str]:
    """Names of every zone, in no order."""
    return frozenset(available_timezones()) - _NOT_ZONES


def zone_exists(name: str) -> bool:
    """Whether this is an IANA zone. Case-sensitive; never raises, whatever the text."""
    return name in zones()


@cache
def _zone(name: str) -> ZoneInfo:
    if not zone_exists(name):
        raise ValueError(f"no zone {name!r}; write an IANA name such as UTC or Asia/Shanghai")
    return ZoneInfo(name)


def utc_offset_us(us: int, zone: str) -> int:
    """Microseconds that clocks in the zone are ahead of UTC at the instant; negative in the west."""
    offset = to_datetime(us).astimezone(_zone(zone)).utcoffset()
    assert offset is not None, "a zone always has an offset"
    return offset // _MICROSECOND


def local_date(us: int, zone: str) -> date:
    """The date that calendars in the zone show at the instant."""
    return date.fromordinal(_EPOCH_ORDINAL + (us + utc_offset_us(us, zone)) // DAY_US)


def day_start(day: date, zone: str) -> int:
    """First instant of the date in the zone, in microseconds since the epoch; not held to the bounds of instants.

    Where midnight is skipped, the end of the gap; where it comes twice, the first; where the whole day was skipped, the first
    instant after the gap. ValueError outside the years 2 to 9998, or for an unknown zone.
    """
    if not 2 <= day.year <= 9998:
        raise ValueError("the date lies outside the years 2 to 9998; write one between 1900-01-01 and 2199-12-31")
    return _from_local((day.toordinal() - _EPOCH_ORDINAL) * DAY_US, zone)


def _from_local(local_us: int, zone: str) -> int:
    """The first instant at which clocks in the zone show this time or a later one."""
    shown = (_LOCAL_EPOCH + timedelta(microseconds=local_us)).replace(tzinfo=_zone(zone))
    before, after = shown.utcoffset(), shown.replace(fold=1).utcoffset()
    assert before is not None, "a zone always has an offset"
    if before == after:
        return local_us - before // _MICROSECOND
    first, beyond = local_us - 2 * DAY_US, local_us + 2 * DAY_US  # offsets are less than a day, gaps at most one
    spells = offset_transitions(zone, first, beyond)
    ends = [start for start, _ in spells[1:]] + [beyond]
    return next(
        reached for (start, offset), end in zip(spells, ends, strict=True) if (reached := max(start, local_us - offset)) < end
    )


def offset_transitions(zone: str, start_us: int, end_us: int) -> list[tuple[int, int]]:
    """Offsets over [start_us, end_us): (instant, offset in microseconds valid from it on), ascending, neighbours different.

    The first entry is at start_us, also when the range is empty. About a microsecond of work for each day of the range.
    """
    offset = utc_offset_us(start_us, zone)
    found = [(start_us, offset)]
    known = start_us
    while known < end_us - 1:
        probe = min(known + _SEARCH_STEP_US, end_us - 1)
        if utc_offset_us(probe, zone) == offset:
            known = probe
            continue
        known = _change_between(known, probe, zone)
        offset = utc_offset_us(known, zone)
        found.append((known, offset))
    return found


def _change_between(low: int, high: int, zone: str) -> int:
    """The first instant with another offset than at `low`, which `high` has."""
    offset = utc_offset_us(low, zone)
    while high - low > 1:
        middle = (low + high) // 2
        if utc_offset_us(middle, zone) == offset:
            low = middle
        else:
            high = middle
    return high
