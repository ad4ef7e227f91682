"""The oracle's leaves about moments and their order (who tagged when, pauses, periods, sequences), by hand-made stories."""

import pytest

from domain.changeset import (
    Value,
)
from domain.language.syntax import (
    Ago,
    Before,
    Between,
    Calendar,
    ClockCondition,
    ClockPart,
    Edge,
    Ever,
    Filter,
    FilterNot,
    Instant,
    Last,
    Lasting,
    Moved,
    Not,
    Op,
    Periods,
    Resumed,
    Sequence,
    Since,
    Step,
    TagChanged,
    Tagged,
    Unit,
    Window,
)
from domain.limits import MIN_INSTANT_US
from tests.oracle.histories import DAY_US, HOUR_US, MINUTE_US, Interaction, TagChange, microseconds
from tests.oracle.story import GOLD, NOON, VIP, Story, bought, bound, did, where

DAY = Lasting(1, Unit.DAY)
HOUR = Lasting(1, Unit.HOUR)


def vip(ordinal: int, applied: bool, at: int, value: float | None = None) -> TagChange:
    return TagChange(ordinal, VIP, applied, at, value)


# --- tagged by, from, for at least ------------------------------------------------------------------------------------------


def test_who_tagged_is_who_made_the_change_that_decides() -> None:
    story = Story()
    story.write(tags=[vip(0, True, NOON - 2), vip(1, True, NOON - 2)], actor="anna", source="crm")
    story.write(tags=[vip(1, True, NOON - 1), vip(2, True, NOON - 1)], actor="bert", source="crm")
    story.write(tags=[vip(0, True, NOON - 3)], actor="late", source="crm")
    assert story.ask(Tagged(("vip",), actor="anna")) == [0]
    assert story.ask(Tagged(("vip",), actor="bert")) == [1, 2]
    assert story.ask(Tagged(("vip",), actor="late")) == []
    assert story.ask(Tagged(("vip",), actor="anna"), as_of=NOON - 2) == [0, 1]
    assert story.ask(Tagged(("vip",), actor="anna", source="crm")) == [0]
    assert story.ask(Tagged(("vip",), actor="anna", source="import")) == []
    assert story.ask(Tagged(("vip",), actor="crm")) == []


def test_names_of_actors_and_sources_are_compared_after_nfc_and_by_case() -> None:
    story = Story()
    story.write(tags=[vip(0, True, NOON)], actor="cafe\u0301", source="Caf\u00e9")
    assert story.ask(Tagged(("vip",), actor="caf\u00e9", source="Cafe\u0301")) == [0]
    assert story.ask(Tagged(("vip",), actor="Caf\u00e9")) == []


def test_any_of_wants_one_tag_that_has_value_actor_and_source_together() -> None:
    story = Story()
    story.write(tags=[vip(0, True, NOON, 5.0), vip(1, True, NOON, 1.0)], actor="anna")
    story.write(tags=[TagChange(0, GOLD, True, NOON, 1.0), TagChange(1, GOLD, True, NOON, 5.0)], actor="bert")
    assert story.ask(Tagged(("vip", "level/gold"), bound(">", "3"), actor="anna")) == [0]
    assert story.ask(Tagged(("vip", "level/gold"), bound(">", "3"), actor="bert")) == [1]


def test_at_least_a_day_is_a_day_to_the_microsecond() -> None:
    story = Story()
    story.write(tags=[vip(0, True, NOON - DAY_US), vip(1, True, NOON - DAY_US + 1), vip(2, True, NOON - DAY_US - 1)])
    assert story.ask(Tagged(("vip",), lasting=DAY)) == [0, 2]
    assert story.ask(Tagged(("vip",), lasting=DAY), as_of=NOON + 1) == [0, 1, 2]


def test_a_gap_of_a_microsecond_breaks_the_time_and_one_of_none_does_not() -> None:
    story = Story()
    story.write(tags=[vip(ordinal, True, NOON - 9 * DAY_US) for ordinal in range(4)])
    story.write(tags=[vip(0, False, NOON - HOUR_US), vip(0, True, NOON - HOUR_US)])  # at one instant: the last decides
    story.write(tags=[vip(1, False, NOON - HOUR_US), vip(1, True, NOON - HOUR_US + 1)])
    story.write(tags=[vip(2, False, NOON - DAY_US - 1), vip(2, True, NOON - DAY_US)])  # over when the day begins
    story.write(tags=[vip(3, False, NOON - DAY_US), vip(3, True, NOON - DAY_US + 1)])
    assert story.ask(Tagged(("vip",), lasting=DAY)) == [0, 2]
    assert story.ask(Tagged(("vip",))) == [0, 1, 2, 3]


def test_the_whole_condition_must_have_held_all_the_time() -> None:
    story = Story()
    story.write(tags=[vip(ordinal, True, NOON - 2 * DAY_US, 0.9) for ordinal in range(4)], actor="anna")
    story.write(tags=[vip(0, True, NOON - HOUR_US, 0.9)], actor="bert")
    story.write(tags=[vip(1, True, NOON - HOUR_US, 0.1), vip(1, True, NOON - HOUR_US + 1, 0.9)], actor="anna")
    story.write(tags=[vip(2, True, NOON - HOUR_US), vip(3, False, NOON + 1)], actor="anna")
    assert story.ask(Tagged(("vip",), lasting=DAY)) == [0, 1, 2, 3]
    assert story.ask(Tagged(("vip",), actor="anna", lasting=DAY)) == [1, 2, 3]
    assert story.ask(Tagged(("vip",), bound(">", "0.5"), lasting=DAY)) == [0, 3]
    assert story.ask(Tagged(("vip",), bound(">", "0.5"), "anna", None, DAY)) == [3]


def test_two_tags_one_after_the_other_are_not_one_for_so_long() -> None:
    story = Story()
    story.write(tags=[vip(0, True, NOON - DAY_US), TagChange(0, GOLD, True, NOON - HOUR_US), vip(0, False, NOON - 1)])
    assert story.ask(Tagged(("vip", "level/gold"), lasting=DAY)) == []
    assert story.ask(Tagged(("vip", "level/gold"), lasting=HOUR)) == [0]
    assert story.ask(Tagged(("vip", "level/gold"), lasting=DAY), as_of=NOON - 2) == []
    assert story.ask(Tagged(("vip", "level/gold"), lasting=Lasting(23, Unit.HOUR)), as_of=NOON - 2) == [0]


def test_an_expiry_that_is_over_ends_the_time_and_one_to_come_does_not() -> None:
    story = Story()
    story.write(tags=[vip(0, True, NOON - DAY_US), TagChange(0, VIP, False, NOON, expiry=True)])
    assert story.ask(Tagged(("vip",), lasting=HOUR), as_of=NOON - 1) == [0]
    assert story.ask(Tagged(("vip",), lasting=HOUR)) == []


def test_nobody_carried_anything_before_there_were_instants() -> None:
    story = Story()
    story.write(tags=[vip(0, True, MIN_INSTANT_US)])
    assert story.ask(Tagged(("vip",), lasting=DAY), as_of=MIN_INSTANT_US + DAY_US) == [0]
    assert story.ask(Tagged(("vip",), lasting=DAY), as_of=MIN_INSTANT_US + DAY_US - 1) == []


# --- tag added, removed -----------------------------------------------------------------------------------------------------


def added(window: Window | None = None, actor: str | None = None, source: str | None = None) -> TagChanged:
    return TagChanged(("vip",), True, actor, source, window or Ever())


def removed(window: Window | None = None, actor: str | None = None, source: str | None = None) -> TagChanged:
    return TagChanged(("vip",), False, actor, source, window or Ever())


def test_a_tag_is_added_where_it_begins_and_removed_where_it_ends() -> None:
    story = Story()
    story.write(tags=[vip(0, True, NOON - 5), vip(0, True, NOON - 3, 0.5), vip(0, False, NOON - 1), vip(1, False, NOON - 1)])
    at = [Between(Instant(NOON - ago), Instant(NOON - ago + 1)) for ago in (5, 3, 1)]
    assert [story.ask(added(window)) for window in at] == [[0], [], []]
    assert [story.ask(removed(window)) for window in at] == [[], [], [0]]  # 1 never had it


def test_what_turns_and_turns_back_at_one_instant_is_no_change() -> None:
    story = Story()
    story.write(tags=[vip(0, True, NOON - 1), vip(0, False, NOON - 1), vip(1, True, NOON - 9)])
    story.write(tags=[vip(1, False, NOON - 1), vip(1, True, NOON - 1), vip(2, False, NOON - 1), vip(2, True, NOON - 1)])
    lately = Since(Instant(NOON - 1))
    assert story.ask(added(lately)) == [2]
    assert story.ask(removed(lately)) == []


def test_the_change_that_decides_at_the_instant_tells_by_whom() -> None:
    story = Story()
    story.write(tags=[vip(0, True, NOON - 1), vip(1, True, NOON - 1)], actor="anna")
    early = story.write(tags=[vip(0, True, NOON - 1)], actor="bert", source="crm")
    story.write(tags=[vip(1, True, NOON - 2)], actor="late")
    assert story.ask(added(actor="anna"), known_at=early) == [1]
    assert story.ask(added(actor="bert")) == [0]
    assert story.ask(added(actor="bert", source="tests")) == []
    assert story.ask(added(actor="anna")) == []  # at NOON - 1 it is no longer added: that came before, late
    assert story.ask(added(actor="late")) == [1]


def test_an_expiry_removes_in_the_name_of_who_gave_it() -> None:
    story = Story()
    story.write(tags=[vip(0, True, NOON - DAY_US), TagChange(0, VIP, False, NOON, expiry=True)], actor="anna")
    assert story.ask(removed(actor="anna"), as_of=NOON - 1) == []
    assert story.ask(removed(actor="anna")) == [0]
    assert story.ask(removed(Last(1, Unit.MINUTE)), as_of=NOON + MINUTE_US - 1) == [0]
    assert story.ask(removed(Last(1, Unit.MINUTE)), as_of=NOON + MINUTE_US) == []


def test_any_of_the_tags_may_have_been_added_also_while_another_was_carried() -> None:
    story = Story()
    story.write(tags=[vip(0, True, NOON - DAY_US), TagChange(0, GOLD, True, NOON - 1)])
    assert story.ask(TagChanged(("vip", "level/gold", "no-such"), True, window=Last(1, Unit.HOUR))) == [0]
    assert story.ask(TagChanged(("vip", "no-such"), True, window=Last(1, Unit.HOUR))) == []


# --- moved from one to another ----------------------------------------------------------------------------------------------


def moved(dwelt: Lasting | None = None, actor: str | None = None, window: Window | None = None) -> Moved:
    return Moved(("vip",), ("level/gold",), dwelt, actor, window=window or Ever())


def test_one_tag_takes_the_place_of_another_at_one_instant_and_not_a_microsecond_later() -> None:
    story = Story()
    story.write(tags=[vip(profile, True, NOON - HOUR_US) for profile in (0, 1, 2)])
    story.write(tags=[vip(profile, False, NOON) for profile in (0, 1)], actor="anna")
    story.write(
        tags=[TagChange(0, GOLD, True, NOON), TagChange(1, GOLD, True, NOON + 1), TagChange(2, GOLD, True, NOON)], actor="bert"
    )
    assert story.ask(moved(), as_of=NOON + 1) == [0]  # 2 carries both
    assert story.ask(moved(), as_of=NOON - 1) == []
    assert story.ask(moved(actor="bert"), as_of=NOON) == [0]
    assert story.ask(moved(actor="anna"), as_of=NOON) == []  # who adds it is asked for, not who removes the other
    assert story.ask(moved(window=Before(Instant(NOON))), as_of=NOON + 1) == []
    assert story.ask(Moved(("level/gold",), ("vip",)), as_of=NOON + 1) == []


def test_it_dwelt_for_as_long_as_it_was_carried_whatever_its_value() -> None:
    story = Story()
    story.write(tags=[vip(0, True, NOON - HOUR_US), vip(0, True, NOON - 1, 0.5), vip(1, True, NOON - HOUR_US + 1)])
    story.write(tags=[vip(2, True, NOON - DAY_US), vip(2, False, NOON - 2), vip(2, True, NOON - 1)])
    story.write(
        tags=[change for profile in (0, 1, 2) for change in (vip(profile, False, NOON), TagChange(profile, GOLD, True, NOON))]
    )
    assert story.ask(moved(HOUR), as_of=NOON) == [0]
    assert story.ask(moved(), as_of=NOON) == [0, 1, 2]


# --- the clock on the wall --------------------------------------------------------------------------------------------------


def hour(zone: str, op: str, *values: int) -> ClockCondition:
    return ClockCondition(ClockPart.HOUR, zone, Op(op), values)


def weekday(zone: str, op: str, *values: int) -> ClockCondition:
    return ClockCondition(ClockPart.WEEKDAY, zone, Op(op), values)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        # New York: 0 at 01:30 -04, 1 an hour later at 01:30 -05, 2 in spring just before 02:00 -05, 3 at once after, 03:00 -04
        (hour("America/New_York", "=", 1), [0, 1, 2]),
        (hour("America/New_York", "=", 2), []),
        (hour("America/New_York", "=", 3), [3]),
        (hour("UTC", "in", 5, 7), [0, 3]),
        (weekday("America/New_York", "=", 7), [0, 1, 2, 3]),
        (weekday("Pacific/Kiritimati", "in", 7, 1), [0, 1, 2, 3]),
        # Kathmandu (+05:45): 4 in the last microsecond of Thursday, 5 in the first of Friday; both Thursday 18:1x in UTC
        (hour("Asia/Kathmandu", "=", 23), [4]),
        (hour("Asia/Kathmandu", "<", 1), [5]),
        (hour("UTC", ">=", 18), [4, 5, 6]),
        (weekday("Asia/Kathmandu", "=", 5), [5]),
        (weekday("UTC", "=", 4), [4, 5]),
        # 6: the last microsecond before the epoch, a Wednesday
        (weekday("UTC", "=", 3), [6]),
        (FilterNot(hour("UTC", "!=", 23)), [6]),
    ],
)
def test_a_clock_condition_looks_at_the_wall_of_the_zone(condition: Filter, expected: list[int]) -> None:
    story = Story()
    texts = (
        "2017-11-05T05:30:00",
        "2017-11-05T06:30:00",
        "2018-03-11T06:59:59.999999",
        "2018-03-11T07:00:00",
        "2017-06-15T18:14:59.999999",
        "2017-06-15T18:15:00",
        "1969-12-31T23:59:59.999999",
    )
    story.write(interactions=[bought(i, microseconds(text)) for i, text in enumerate(texts)])
    assert story.ask(did(">=", 1, where=condition), as_of=microseconds("2018-12-31T00:00:00")) == expected


# --- in at least 2 of the last 3 periods ------------------------------------------------------------------------------------


def periods(op: str, number: int, of: int, unit: Unit, zone: str = "UTC", condition: Filter | None = None) -> Periods:
    return Periods("purchase", condition, bound(op, str(number)), Calendar(of, unit, zone))


def test_months_count_once_each_from_their_first_microsecond_to_as_of() -> None:
    june, may, april = (microseconds(f"2017-{month}-01T00:00:00") for month in ("06", "05", "04"))
    story = Story()
    story.write(tags=[TagChange(9, VIP, False, NOON)])
    story.write(interactions=[bought(0, june), bought(0, june - 1), bought(1, june), bought(1, NOON), bought(2, NOON + 1)])
    story.write(interactions=[bought(3, april), bought(3, may), bought(3, june), bought(4, april - 1), bought(4, may - 1)])
    assert story.ask(periods(">=", 2, 3, Unit.MONTH)) == [0, 3]
    assert story.ask(periods("=", 3, 3, Unit.MONTH)) == [3]
    assert story.ask(periods("=", 1, 3, Unit.MONTH)) == [1, 4]
    assert story.ask(periods("<", 1, 3, Unit.MONTH)) == [9]
    assert story.ask(periods("<=", 1, 3, Unit.MONTH)) == [1, 4, 9]
    assert story.ask(periods(">", 1, 2, Unit.MONTH)) == [0, 3]
    assert story.ask(periods(">=", 1, 1, Unit.MONTH)) == [0, 1, 3]


def test_periods_are_those_of_the_zone_and_of_what_passes_the_filter() -> None:
    story = Story()
    midnight = microseconds("2017-06-12T00:00:00+08:00")  # a Monday in Shanghai, Sunday evening in UTC
    story.write(interactions=[bought(0, midnight, sku="a"), bought(0, midnight - 1, sku="a"), bought(1, midnight, sku="b")])
    assert story.ask(periods("=", 2, 2, Unit.WEEK, "Asia/Shanghai")) == [0]
    assert story.ask(periods(">=", 2, 2, Unit.WEEK)) == []
    assert story.ask(periods("=", 1, 2, Unit.WEEK, condition=where("sku", "=", "a"))) == [0]


def test_a_date_that_the_zone_skipped_is_one_of_the_days_and_nobody_came() -> None:
    as_of = microseconds("2011-12-31T12:00:00+14:00")
    friday = microseconds("2011-12-30T10:00:00")  # the gap: 29 December ends, 31 December begins
    story = Story()
    story.write(interactions=[bought(0, friday), bought(0, friday - 1), bought(1, friday - DAY_US - 1)])
    assert story.ask(periods("=", 1, 2, Unit.DAY, "Pacific/Apia"), as_of) == [0]
    assert story.ask(periods("=", 2, 3, Unit.DAY, "Pacific/Apia"), as_of) == [0]
    assert story.ask(periods(">=", 1, 4, Unit.DAY, "Pacific/Apia"), as_of) == [0, 1]


def test_one_period_is_the_window_of_that_name_also_in_an_hour_that_comes_twice() -> None:
    # St John's, 2006-10-29: 00:01 becomes 23:01 of the 28th, so that the 29th begins at 02:30 UTC and again at 03:30 UTC.
    first, again = microseconds("2006-10-29T02:30:30"), microseconds("2006-10-29T03:15:00")
    story = Story()
    story.write(interactions=[bought(0, first), bought(1, again)])
    for as_of in (again, again + DAY_US):
        for count in (1, 2):
            window = Calendar(count, Unit.DAY, "America/St_Johns")
            expected = story.ask(did(">=", 1, window=window), as_of)
            assert story.ask(periods(">=", 1, count, Unit.DAY, "America/St_Johns"), as_of) == expected


# --- resumed, stopped -------------------------------------------------------------------------------------------------------


def test_a_pause_of_exactly_so_long_is_one() -> None:
    story = Story()
    story.write(interactions=[bought(0, NOON - DAY_US), bought(0), bought(1, NOON - DAY_US + 1), bought(1), bought(2)])
    assert story.ask(Resumed("purchase", None, DAY)) == [0]
    assert story.ask(Resumed("purchase", None, Lasting(23, Unit.HOUR))) == [0, 1]
    assert story.ask(Not(Resumed("purchase", None, DAY))) == [1, 2]


def test_only_the_one_before_counts_and_it_may_lie_before_the_window() -> None:
    story = Story()
    late = [bought(1, NOON - HOUR_US)]
    story.write(interactions=[bought(0, NOON - 9 * DAY_US), bought(0, NOON - HOUR_US), bought(1, NOON - 9 * DAY_US), bought(1)])
    before = story.position
    story.write(interactions=late)
    assert story.ask(Resumed("purchase", None, DAY, Last(2, Unit.HOUR))) == [0, 1]
    assert story.ask(Resumed("purchase", None, DAY, Last(1, Unit.MINUTE))) == []
    assert story.ask(Resumed("purchase", None, DAY, Last(1, Unit.MINUTE)), known_at=before) == [1]
    assert story.ask(Resumed("purchase", None, DAY, Before(Ago(2, Unit.DAY)))) == []


def test_two_at_one_instant_have_no_pause_between_them_and_the_pause_before_them_stays() -> None:
    story = Story()
    story.write(interactions=[bought(0), bought(0), bought(1, NOON - DAY_US), bought(1), bought(1)])
    assert story.ask(Resumed("purchase", None, Lasting(1, Unit.MINUTE))) == [1]


def test_a_pause_is_between_interactions_that_pass_the_filter() -> None:
    story = Story()
    story.write(interactions=[bought(0, NOON - DAY_US, sku="a"), bought(0, NOON - HOUR_US, sku="b"), bought(0, sku="a")])
    assert story.ask(Resumed("purchase", None, DAY)) == []
    assert story.ask(Resumed("purchase", where("sku", "=", "a"), DAY)) == [0]


def test_stopped_is_the_last_one_before_so_long_ago() -> None:
    story = Story()
    story.write(interactions=[bought(0, NOON - DAY_US), bought(1, NOON - DAY_US - 1)])
    assert story.ask(Edge(True, "purchase", Before(Ago(1, Unit.DAY)))) == [1]


# --- sequences --------------------------------------------------------------------------------------------------------------


def event(ordinal: int, kind: str, at: int, **properties: Value) -> Interaction:
    return Interaction(ordinal, kind, NOON + at, properties=properties)


def then(kind: str, within: Lasting | None = None, condition: Filter | None = None) -> Step:
    return Step(kind, condition, within)


def then_not(kind: str, within: Lasting | None = None, condition: Filter | None = None) -> Step:
    return Step(kind, condition, within, absent=True)


def sequence(*steps: Step, window: Window | None = None, condition: Filter | None = None) -> Sequence:
    return Sequence("visit", condition, steps, window or Ever())


def test_steps_follow_strictly() -> None:
    story = Story()
    story.write(interactions=[event(0, "visit", -2), event(0, "purchase", -1)])
    story.write(interactions=[event(1, "visit", -1), event(1, "purchase", -1), event(2, "purchase", -2), event(2, "visit", -1)])
    story.write(interactions=[event(3, "visit", -1), event(3, "visit", -1), event(4, "visit", -2), event(4, "visit", -1)])
    assert story.ask(sequence(then("purchase"))) == [0]
    assert story.ask(sequence(then("visit"))) == [4]
    assert story.ask(sequence(then("visit"), then("visit"))) == []


def test_within_a_day_is_a_day_to_the_microsecond_from_the_step_before() -> None:
    story = Story()
    story.write(interactions=[event(0, "visit", -DAY_US), event(0, "purchase", 0)])
    story.write(interactions=[event(1, "visit", -DAY_US - 1), event(1, "purchase", 0)])
    story.write(interactions=[event(2, "visit", -2 * DAY_US), event(2, "visit", -DAY_US), event(2, "purchase", 0)])
    story.write(interactions=[event(3, "visit", -2 * DAY_US), event(3, "purchase", -DAY_US), event(3, "refund", 0)])
    story.write(interactions=[event(4, "visit", -2 * DAY_US), event(4, "purchase", -DAY_US - 1), event(4, "refund", 0)])
    assert story.ask(sequence(then("purchase", DAY))) == [0, 2, 3, 4]
    assert story.ask(sequence(then("purchase", DAY)), as_of=NOON) == [0, 2, 3, 4]
    assert story.ask(sequence(then("purchase", DAY), then("refund", DAY))) == [3]
    assert story.ask(sequence(then("purchase"), then("refund", DAY))) == [3]
    assert story.ask(sequence(then("purchase", DAY), then("refund"))) == [3, 4]
    assert story.ask(sequence(then("purchase"))) == [0, 1, 2, 3, 4]


def test_a_later_first_step_may_be_the_one_that_is_in_time_and_an_earlier_one_the_only_one_that_goes_on() -> None:
    story = Story()
    # From the visit at -10 h one gets to the purchase at -9 h and on to the refund at -8 h; the visit at -1 h leads nowhere.
    story.write(interactions=[event(0, "visit", hours * HOUR_US) for hours in (-30, -10, -1)])
    story.write(interactions=[event(0, "purchase", -9 * HOUR_US), event(0, "refund", -8 * HOUR_US)])
    assert story.ask(sequence(then("purchase", HOUR), then("refund", HOUR))) == [0]
    assert story.ask(sequence(then("purchase", Lasting(30, Unit.MINUTE)), then("refund", HOUR))) == []


def test_every_step_that_is_not_absent_lies_in_the_window() -> None:
    story = Story()
    story.write(
        interactions=[event(0, "visit", -DAY_US), event(0, "purchase", -1), event(1, "visit", -9), event(1, "purchase", -8)]
    )
    assert story.ask(sequence(then("purchase"), window=Last(1, Unit.DAY))) == [1]
    assert story.ask(sequence(then("purchase"), window=Before(Instant(NOON - 1)))) == [1]
    assert story.ask(sequence(then("purchase"), window=Since(Ago(1, Unit.DAY)))) == [0, 1]
    assert story.ask(sequence(then("purchase")), as_of=NOON - 2) == [1]


def test_each_step_has_its_own_filter() -> None:
    story = Story()
    story.write(
        interactions=[event(0, "visit", -9, page="a"), event(0, "visit", -8, page="b"), event(1, "visit", -9, page="b")]
    )
    story.write(interactions=[event(1, "visit", -8, page="a")])
    a, b = where("page", "=", "a"), where("page", "=", "b")
    assert story.ask(sequence(then("visit", condition=b), condition=a)) == [0]
    assert story.ask(sequence(then("visit", condition=a), condition=b)) == [1]
    assert story.ask(sequence(then_not("visit", condition=b), condition=a)) == [1]


def test_then_not_within_waits_until_its_time_is_over() -> None:
    story = Story()
    story.write(interactions=[event(0, "visit", -HOUR_US), event(1, "visit", -HOUR_US + 1)])
    assert story.ask(sequence(then_not("purchase", HOUR))) == [0]
    assert story.ask(sequence(then_not("purchase", HOUR)), as_of=NOON + 1) == [0, 1]
    assert story.ask(sequence(then_not("purchase"))) == [0, 1]
    assert story.ask(sequence(then_not("purchase", DAY))) == []


def test_then_not_looks_from_just_after_to_the_limit_itself() -> None:
    story = Story()
    for ordinal, after in enumerate((0, 1, HOUR_US, HOUR_US + 1)):
        story.write(interactions=[event(ordinal, "visit", -DAY_US), event(ordinal, "purchase", -DAY_US + after)])
    assert story.ask(sequence(then_not("purchase", HOUR))) == [0, 3]
    assert story.ask(sequence(then_not("purchase"))) == [0]
    assert story.ask(sequence(then_not("visit"))) == [0, 1, 2, 3]


def test_one_visit_without_a_purchase_after_it_is_enough() -> None:
    story = Story()
    story.write(interactions=[event(0, "visit", -DAY_US), event(0, "purchase", -DAY_US + 1), event(0, "visit", -3 * DAY_US)])
    assert story.ask(sequence(then_not("purchase", HOUR))) == [0]
    assert story.ask(sequence(then_not("purchase"))) == []


def test_what_must_not_follow_need_not_lie_in_the_window() -> None:
    story = Story()
    story.write(interactions=[event(0, "visit", -DAY_US), event(0, "purchase", -HOUR_US), event(1, "visit", -DAY_US)])
    long_ago = Before(Ago(12, Unit.HOUR))
    assert story.ask(sequence(then_not("purchase"), window=long_ago)) == [1]
    assert story.ask(sequence(then_not("purchase"), window=long_ago), as_of=NOON - HOUR_US - 1) == [0, 1]


def test_the_absent_step_counts_from_the_step_before_it() -> None:
    story = Story()
    story.write(interactions=[event(ordinal, "visit", -DAY_US) for ordinal in (0, 1, 2)])
    story.write(interactions=[event(ordinal, "purchase", -3 * HOUR_US) for ordinal in (0, 1)])
    story.write(interactions=[event(0, "refund", -2 * HOUR_US), event(1, "refund", -2 * HOUR_US + 1)])
    assert story.ask(sequence(then("purchase"), then_not("refund", HOUR))) == [1]
    assert story.ask(sequence(then("purchase"), then_not("refund"))) == []
