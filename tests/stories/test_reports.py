"""Cross tables and series: counts as one would make them from the members of each segment."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise, product
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from clients.sdk import ApplyTag, Client, Interaction, SegmentAxis, SetTrait, TagGroupAxis, TraitAxis, errors
from domain import limits
from tests.stories.asking import AT, connected, members

DAY = timedelta(days=1)
STAGES = ("aware", "interest", "purchase", "loyalty")
CITIES = ("Shanghai", "Xi\u2019an", "Lhasa")


@pytest.fixture
def client(address: str) -> Iterator[Client]:
    """Profile k is in stage k mod 4 from day 0, moves one up on day k, and lives in one of the cities, or nowhere."""
    with connected(address) as made:
        made.define_tag_group("stage", exclusive=True, reason="a funnel")
        for stage in STAGES:
            made.define_tag(f"stage/{stage}", reason="a funnel")
        profiles = range(24)
        made.apply_changeset([ApplyTag(f"p{k}", f"stage/{STAGES[k % 4]}", effective_at=AT) for k in profiles], reason="first")
        moved = [ApplyTag(f"p{k}", f"stage/{STAGES[k % 4 + 1]}", effective_at=AT + k * DAY) for k in profiles if k % 4 < 3]
        made.apply_changeset(moved, reason="a step further")
        traits = [SetTrait(f"p{k}", "city", CITIES[min(k % 5, 2)], effective_at=AT) for k in profiles if k % 5 < 4]
        ages = [SetTrait(f"p{k}", "age", 18.5 + k % 2, effective_at=AT) for k in profiles]
        made.apply_changeset(traits + ages, reason="traits")
        made.record_interactions([Interaction(f"p{k}", "purchase", AT + k * DAY, touchpoint="shop") for k in range(0, 24, 2)])
        made.record_interactions([Interaction(f"p{k}", "visit", AT + k * DAY, touchpoint="app") for k in range(0, 24, 3)])
        yield made


def test_every_cell_counts_who_is_in_all_of_its_parts(client: Client) -> None:
    as_of, whole = AT + 30 * DAY, "not tagged stage/aware"
    touchpoints = {"shop": 'did purchase where touchpoint = "shop"', "app": 'did visit where touchpoint = "app"'}
    table = client.crosstab([SegmentAxis("where", touchpoints), TagGroupAxis("stage"), TraitAxis("city")], whole, as_of=as_of)
    assert [axis.name for axis in table.axes] == ["where", "stage", "city"]
    assert [label for label, _ in table.axes[1].parts] == list(STAGES)
    assert [label for label, _ in table.axes[2].parts] == ["Lhasa", "Shanghai", "Xi\u2019an"]  # the most frequent first
    asked = [
        touchpoints,
        {stage: f"tagged stage/{stage}" for stage in STAGES},
        {city: f'city = "{city}"' for city in CITIES},
    ]
    everyone = members(client, whole, as_of=as_of)
    sets: list[dict[str | None, set[str]]] = []
    for axis, parts in zip(table.axes, asked, strict=True):
        here: dict[str | None, set[str]] = {
            label: members(client, text, as_of=as_of) & everyone for label, text in parts.items()
        }
        here[None] = everyone - set().union(*here.values())
        assert dict(axis.parts) | {None: axis.rest_count} == {label: len(found) for label, found in here.items()}
        sets.append(here)
    assert table.total_count == len(everyone)
    expected = {labels: len(set.intersection(*(sets[n][one] for n, one in enumerate(labels)))) for labels in product(*sets)}
    assert dict(table.rows()) == expected
    assert table.count("shop", "loyalty", None) == expected["shop", "loyalty", None] > 0
    with pytest.raises(KeyError):
        table.count("shop", "loyalty", "Paris")


def test_a_migration_is_one_axis_at_each_of_two_dates(client: Client) -> None:
    before, after = AT + DAY / 2, AT + 7 * DAY
    table = client.crosstab([TagGroupAxis("stage", "before", before), TagGroupAxis("stage")], as_of=after)
    assert [axis.as_of for axis in table.axes] == [before, after]
    for was, now in product(STAGES, STAGES):
        stayed_or_moved = members(client, f"tagged stage/{was}", as_of=before) & members(
            client, f"tagged stage/{now}", as_of=after
        )
        assert table.count(was, now) == len(stayed_or_moved)
    moved = sum(table.count(was, now) for was, now in pairwise(STAGES))
    assert moved == len(members(client, " or ".join(_moves()), as_of=after)) > 0


def _moves() -> list[str]:
    steps = pairwise(STAGES)
    return [f"moved from stage/{was} to stage/{now} after at least 1 day" for was, now in steps]


def test_numbers_are_values_too_and_rarer_ones_are_in_the_rest(client: Client) -> None:
    (axis,) = client.crosstab([TraitAxis("age", values_max=1)], as_of=AT + DAY).axes
    assert (axis.parts, axis.rest_count) == ((("18.5", 12),), 12)


def test_what_is_recorded_meanwhile_counts_on_no_axis(client: Client) -> None:
    end = client.count("everyone").position
    client.record_interactions([Interaction("late", "visit", AT)])
    table = client.crosstab([SegmentAxis("", {"": "did visit"}), TagGroupAxis("stage", known_at=end)], known_at=end)
    assert (table.known_at, table.total_count, table.axes[0].parts) == (end, 24, (("did visit", 8),))


def test_an_axis_takes_the_clocks_that_it_is_not_given_from_the_members(client: Client) -> None:
    end = client.count("everyone").position
    client.record_interactions([Interaction("late", "visit", AT)])
    table = client.crosstab(
        [TagGroupAxis("stage", "before", AT), TagGroupAxis("stage", known_at=1)], as_of=AT + DAY, known_at=end
    )
    assert [(axis.as_of, axis.known_at) for axis in table.axes] == [(AT, end), (AT + DAY, 1)]


def test_on_no_axis_is_who_had_opted_out_at_its_clocks(client: Client) -> None:
    client.define_tag("no profiling", opt_out=True, reason="a right")
    client.apply_changeset([ApplyTag("p0", "no profiling", effective_at=AT, expires_at=AT + 5 * DAY)], reason="asked for it")
    city = {"Shanghai": 'city = "Shanghai"'}
    for as_of, count in ((AT + DAY, 4), (AT + 9 * DAY, 5)):
        axes = TraitAxis("city", as_of=as_of), SegmentAxis("s", city, as_of=as_of)
        trait, parts = client.crosstab(axes, as_of=AT + 9 * DAY).axes
        assert dict(trait.parts)["Shanghai"] == dict(parts.parts)["Shanghai"] == count


def test_a_series_tells_who_came_and_went(client: Client) -> None:
    segment = "tagged stage/purchase"
    points = list(client.series(segment, AT, AT + 9 * DAY, "1 day"))
    assert [point.as_of for point in points] == [AT + k * DAY for k in range(10)]
    before: set[str] = set()
    for point in points:
        now = members(client, segment, as_of=point.as_of)
        assert (point.count, point.entered_count, point.left_count) == (len(now), len(now - before), len(before - now))
        before = now
    assert sum(point.left_count for point in points) > 0


def test_points_are_the_beginnings_of_periods_in_the_zone_or_count_from_the_start(client: Client) -> None:
    zone = ZoneInfo("America/New_York")
    start = datetime(2026, 3, 7, 12, tzinfo=zone)

    def told(every: str, days: int) -> list[str]:
        found = client.series("everyone", start, start + timedelta(days=days), every, zone="America/New_York")
        return [point.as_of.astimezone(zone).isoformat() for point in found]

    assert told("1 day", 2) == ["2026-03-08T00:00:00-05:00", "2026-03-09T00:00:00-04:00"]  # clocks go forward on the 8th
    assert told("2 weeks", 30) == ["2026-03-09T00:00:00-04:00", "2026-03-23T00:00:00-04:00", "2026-04-06T00:00:00-04:00"]
    assert told("1 month", 60) == ["2026-04-01T00:00:00-04:00", "2026-05-01T00:00:00-04:00"]
    assert told("12 hours", 2)[1:3] == ["2026-03-08T00:00:00-05:00", "2026-03-08T13:00:00-04:00"]


def test_a_series_as_it_was_known_then(client: Client) -> None:
    begun = datetime.now(UTC)
    client.record_interactions([Interaction("late", "visit", AT)])
    end = datetime.now(UTC) + timedelta(seconds=1)
    known_then = [point.count for point in client.series("did visit", begun, end, "1 second", as_known_then=True)]
    assert known_then[0] == 8  # the interaction of January was not there yet
    assert [point.count for point in client.series("did visit", begun, begun)] == []
    assert {point.count for point in client.series("did visit", begun, end, "1 second")} == {9}


def test_the_future_is_what_is_known_of_it(client: Client) -> None:
    """Who comes into a window in the next days: birthdays, expiries and what is scheduled."""
    client.apply_changeset([ApplyTag("p0", "stage/loyalty", effective_at=AT + 5_000 * DAY)], reason="scheduled")
    points = list(client.series("tagged stage/loyalty", AT + 4_999 * DAY, AT + 5_001 * DAY))
    assert [point.entered_count for point in points][1:] == [1, 0]


def _refused(kind: type[errors.TagledgerError], call: Any) -> errors.TagledgerError:
    with pytest.raises(kind) as told:
        call()
    return told.value


def test_refusals_name_what_is_wrong_and_limits_hold_at_their_edges(client: Client) -> None:
    two = {"a": "did visit", "b": "did purchase"}
    assert "stage" in str(_refused(errors.UnknownTagGroup, lambda: client.crosstab([TagGroupAxis("stag")])))
    _refused(errors.InvalidExpression, lambda: client.crosstab([SegmentAxis("x", {"a": "did"})]))
    assert len(client.crosstab([SegmentAxis("x", two)] * limits.MAX_AXES).cells) == 3**limits.MAX_AXES
    _refused(errors.InvalidField, lambda: client.crosstab([SegmentAxis("x", two)] * (limits.MAX_AXES + 1)))
    _refused(errors.InvalidField, lambda: client.crosstab([]))
    ninety_nine = SegmentAxis("x", {f"{k}": "did visit" for k in range(99)})
    assert len(client.crosstab([ninety_nine, ninety_nine]).cells) == limits.MAX_CROSSED_CELLS
    hundred = SegmentAxis("y", {**ninety_nine.parts, "more": "did visit"})
    assert "crossed cells" in str(_refused(errors.LimitExceeded, lambda: client.crosstab([ninety_nine, hundred])))
    thousand = SegmentAxis("x", {f"{k}": "did visit" for k in range(limits.MAX_AXIS_PARTS)})
    assert len(client.crosstab([thousand]).cells) == limits.MAX_AXIS_PARTS + 1
    too_many = SegmentAxis("x", {**thousand.parts, "more": "did visit"})
    _refused(errors.InvalidField, lambda: client.crosstab([too_many]))
    (warning,) = client.crosstab([TraitAxis("ctiy")]).warnings
    assert warning.suggestion == "city"
    last = AT + (limits.MAX_SERIES_POINTS - 1) * timedelta(minutes=1)
    assert len(list(client.series("did visit", AT, last, "1 minute"))) == limits.MAX_SERIES_POINTS
    more = last + timedelta(minutes=1)
    _refused(errors.LimitExceeded, lambda: list(client.series("did visit", AT, more, "1 minute")))
    _refused(errors.InvalidField, lambda: list(client.series("did visit", AT, AT - DAY)))
    _refused(errors.InvalidField, lambda: list(client.series("did visit", AT, AT, "now and then")))
    then = _refused(errors.InvalidField, lambda: list(client.series("did visit", AT, AT, as_known_then=True, known_at=1)))
    assert "context.known_at" in str(then)
