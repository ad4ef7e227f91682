"""Windows and instants, against published vectors and against plainer ways to the same numbers."""

import importlib
import json
import re
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain import instants
from domain.instants import (
    DAY_US,
    day_start,
    format_instant,
    from_datetime,
    local_date,
    offset_transitions,
    parse_instant,
    to_datetime,
    utc_offset_us,
    zone_exists,
)
from domain.language.parser import parse
from domain.language.syntax import Ago, Before, Calendar, Day, Did, Ever, Instant, Last, On, Since, Unit, Window
from domain.language.windows import point, resolve
from domain.limits import MAX_INSTANT_US, MIN_INSTANT_US
from tests.strategies import NASTY, windows

VECTORS: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "vectors" / "windows.json").read_text())["vectors"]

instants_us = st.integers(MIN_INSTANT_US, MAX_INSTANT_US - 1)
some_zones = st.sampled_from(sorted(instants.zones()))


def us(text: str) -> int:
    """Read by the standard library, not by us."""
    moment = datetime.fromisoformat(text)
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def window_of(text: str) -> Window:
    expression = parse(f"did purchase {text}")
    assert isinstance(expression, Did)
    return expression.window


# --- windows ---


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_the_published_vectors_hold(vector: dict[str, Any]) -> None:
    as_of = us(vector["as_of"])
    start, end = resolve(window_of(vector["window"]), as_of)
    if vector.get("empty"):
        assert start == end
        return
    assert format_instant(start) == format_instant(MIN_INSTANT_US if vector["start"] is None else us(vector["start"]))
    assert format_instant(end) == format_instant(as_of + 1 if vector["end"] is None else us(vector["end"]))


def test_there_are_many_vectors_with_names_of_their_own() -> None:
    assert len({vector["name"] for vector in VECTORS}) == len(VECTORS) >= 60


@given(windows(NASTY), st.integers(MIN_INSTANT_US - DAY_US, MAX_INSTANT_US + DAY_US))
@example(Calendar(100, Unit.YEAR), MIN_INSTANT_US)
@example(Calendar(1, Unit.DAY, "Pacific/Kiritimati"), MAX_INSTANT_US + DAY_US)
@example(Calendar(5_217, Unit.WEEK, "America/New_York"), MIN_INSTANT_US)
@example(Last(52_596_000, Unit.MINUTE), MIN_INSTANT_US)
@example(On(Day(date(2199, 12, 31), "Etc/GMT+12")), MAX_INSTANT_US)
@example(On(Day(date(1900, 1, 1), "Asia/Shanghai")), MIN_INSTANT_US)
@example(Since(Instant(MAX_INSTANT_US - 1)), MAX_INSTANT_US - 1)
@example(Before(Ago(100, Unit.WEEK)), MIN_INSTANT_US)
def test_a_range_is_inside_the_bounds_and_ends_at_as_of_at_the_latest(window: Window, as_of: int) -> None:
    start, end = resolve(window, as_of)
    assert MIN_INSTANT_US <= start <= end <= MAX_INSTANT_US
    assert end <= max(as_of + 1, MIN_INSTANT_US)


@given(st.integers(1, 40), st.sampled_from([Unit.DAY, Unit.WEEK, Unit.MONTH, Unit.YEAR]), some_zones, instants_us)
def test_a_calendar_window_holds_as_of_and_begins_its_first_period(count: int, unit: Unit, zone: str, as_of: int) -> None:
    start, end = resolve(Calendar(count, unit, zone), as_of)
    assert start <= as_of == end - 1
    longer, _ = resolve(Calendar(count + 1, unit, zone), as_of)
    assert longer <= start


def test_before_the_first_instant_nothing_is_visible() -> None:
    assert resolve(Ever(), MIN_INSTANT_US - 1) == (MIN_INSTANT_US, MIN_INSTANT_US)


def test_points_are_moved_into_the_bounds() -> None:
    assert point(Ago(1, Unit.DAY), MIN_INSTANT_US) == MIN_INSTANT_US
    assert point(Instant(MAX_INSTANT_US + 5), 0) == MAX_INSTANT_US
    assert point(Day(date(1900, 1, 1), "Asia/Shanghai"), 0) == MIN_INSTANT_US
    assert point(Ago(2, Unit.HOUR), 0) == -7_200_000_000


def test_a_rolling_unit_is_no_calendar_period() -> None:
    with pytest.raises(ValueError, match="hour is no calendar unit"):
        resolve(Calendar(1, Unit.HOUR), 0)


# --- text ---


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("1970-01-01T00:00:00Z", None, 0),
        ("1969-12-31T23:59:59.999999Z", None, -1),
        ("1970-01-01T00:00:00.000001Z", None, 1),
        ("1970-01-01T00:00:00,5z", None, 500_000),
        ("1970-01-01t08:00+08:00", None, 0),
        ("1970-01-01 08:00:00+0800", None, 0),
        ("1969-12-31T19:00-05", None, 0),
        ("1970-01-01T00:00:00.1234560000Z", None, 123_456),
        ("1970-01-01T08:00:00", "Asia/Shanghai", 0),
        ("1970-01-01", "Asia/Shanghai", -8 * 3_600_000_000),
        ("1970-01-01T00:00:00Z", "Asia/Shanghai", 0),
        ("2017-03-26T02:30:00", "Europe/Berlin", us("2017-03-26T03:00:00+02:00")),
        ("2017-10-29T02:30:00", "Europe/Berlin", us("2017-10-29T02:30:00+02:00")),
        ("2011-12-30T12:00:00", "Pacific/Apia", us("2011-12-31T00:00:00+14:00")),
        ("1900-01-01T00:00:00Z", None, MIN_INSTANT_US),
        ("2199-12-31T23:59:59.999999Z", None, MAX_INSTANT_US - 1),
    ],
)
def test_instants_are_read(text: str, zone: str | None, expected: int) -> None:
    assert parse_instant(text, zone) == expected


@pytest.mark.parametrize(
    ("text", "zone", "remedy"),
    [
        ("", None, "write ISO 8601"),
        ("yesterday", None, "write ISO 8601"),
        ("٢٠١٧-06-01T10:00:00Z", None, "write ISO 8601"),
        ("2017-06-01T10:00:00Z\n", None, "write ISO 8601"),
        ("2017-06-01T10:00:00", None, "add Z"),
        ("2017-06-01", None, "add Z"),
        ("2017-02-29T10:00:00Z", None, "no such date"),
        ("2017-06-01T24:00:00Z", None, "no such date"),
        ("2017-06-01T10:00:60Z", None, "leap second"),
        ("2017-06-01T10:00:00.0000001Z", None, "six decimals"),
        ("2017-06-01T10:00:00+24:00", None, "no such offset"),
        ("1899-12-31T23:59:59.999999Z", None, "outside 1900"),
        ("2200-01-01T00:00:00Z", None, "outside 1900"),
        ("0001-01-01T00:00:00", "Asia/Shanghai", "outside 1900"),
        ("9999-12-31T23:59:59", "America/New_York", "outside 1900"),
        ("2017-06-01T10:00:00", "Mars/Olympus", "write an IANA name"),
    ],
)
def test_what_is_no_instant_is_refused_with_a_remedy(text: str, zone: str | None, remedy: str) -> None:
    with pytest.raises(ValueError, match=remedy):
        parse_instant(text, zone)


@given(instants_us)
def test_what_is_printed_reads_back(instant: int) -> None:
    text = format_instant(instant)
    assert parse_instant(text) == instant == us(text)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z", text)
    assert from_datetime(to_datetime(instant)) == instant


def test_datetimes_need_a_zone_and_bounds() -> None:
    with pytest.raises(ValueError, match="attach one"):
        from_datetime(datetime(2017, 6, 1))
    with pytest.raises(ValueError, match="outside 1900"):
        from_datetime(datetime(2200, 1, 1, tzinfo=UTC))
    with pytest.raises(ValueError, match="years 1 to 9999"):
        format_instant(10**20)


# --- zones ---


@pytest.mark.parametrize("name", ["UTC", "Asia/Shanghai", "America/Argentina/Buenos_Aires", "Etc/GMT+8", "EST5EDT"])
def test_iana_names_are_zones(name: str) -> None:
    assert zone_exists(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "utc",
        "../etc/passwd",
        "/etc/localtime",
        "localtime",
        "posixrules",
        "right/UTC",
        "posix/UTC",
        "Asia",
        "Asia/",
        "Asia/Shanghai\n",
        "Asia/Shanghai\0",
        "x" * 100_000,
        "\ud800",
        "Europe/../UTC",
        "zone.tab",
        "tzdata.zi",
        "Factory",
        "+08:00",
    ],
)
def test_everything_else_is_no_zone(name: str) -> None:
    assert not zone_exists(name)


@given(some_zones, instants_us)
@example("America/St_Johns", us("2010-11-07T02:45:00Z"))
def test_the_day_of_an_instant_has_begun(zone: str, instant: int) -> None:
    day = local_date(instant, zone)
    assert day == to_datetime(instant).astimezone(instants._zone(zone)).date()
    assert day_start(day, zone) <= instant


@given(some_zones, st.dates(date(1900, 1, 2), date(2199, 12, 30)))
@example("Pacific/Apia", date(2011, 12, 30))
@example("America/Havana", date(2017, 11, 5))
@example("Pacific/Kwajalein", date(1993, 8, 21))
def test_a_day_starts_at_its_first_instant(zone: str, day: date) -> None:
    start = day_start(day, zone)
    assert local_date(start, zone) >= day
    assert local_date(start - 1, zone) < day
    assert day_start(day + timedelta(days=1), zone) >= start


def test_a_day_far_outside_is_refused() -> None:
    with pytest.raises(ValueError, match="years 2 to 9998"):
        day_start(date(1, 1, 1), "UTC")


def known_transitions(name: str) -> list[tuple[int, int]]:
    """(instant, new offset) in microseconds, from the pure-Python reader of zone files: changes of the offset only."""
    zone = importlib.import_module("zoneinfo._zoneinfo").ZoneInfo.no_cache(name)
    offset, changes = zone._tti_before.utcoff if zone._tti_before else None, []
    for second, kind in zip(zone._trans_utc, zone._ttinfos, strict=True):
        if kind.utcoff != offset:
            offset = kind.utcoff
            changes.append((second * 1_000_000, offset // timedelta(microseconds=1)))
    return changes


def test_no_zone_changes_its_offset_back_within_a_step_of_the_search() -> None:
    for name in instants.zones():
        starts = [start for start, _ in known_transitions(name) if start > MIN_INSTANT_US - 3 * DAY_US]
        assert all(later - start > instants._SEARCH_STEP_US for start, later in pairwise(starts)), name


@pytest.mark.parametrize(
    "zone",
    [
        "UTC",
        "Asia/Shanghai",
        "Pacific/Apia",
        "Africa/Casablanca",
        "Africa/Freetown",
        "Asia/Gaza",
        "Australia/Lord_Howe",
        "America/Boa_Vista",
        "Europe/Amsterdam",
    ],
)
def test_offset_transitions_are_those_of_the_zone_files(zone: str) -> None:
    for first, last in (("1930-01-01T00:00:00Z", "1945-01-01T00:00:00Z"), ("1998-01-01T00:00:00Z", "2024-01-01T00:00:00Z")):
        start, end = us(first), us(last)
        expected = [(at, offset) for at, offset in known_transitions(zone) if start < at < end]
        assert offset_transitions(zone, start, end) == [(start, utc_offset_us(start, zone)), *expected]


def test_transitions_of_a_range_are_half_open() -> None:
    change = us("2017-03-26T01:00:00Z")
    hour = 3_600_000_000
    assert offset_transitions("Europe/Berlin", change - 1, change) == [(change - 1, hour)]
    assert offset_transitions("Europe/Berlin", change - 1, change + 1) == [(change - 1, hour), (change, 2 * hour)]
    assert offset_transitions("Europe/Berlin", change, change) == [(change, 2 * hour)]
