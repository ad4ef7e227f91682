"""The oracle pinned to docs/language.md by small stories whose answers were worked out by hand, not by running it."""

import random
from array import array
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, get_args

import numpy as np
import pytest

from domain.catalogue_changes import GroupRenamed, TagDefined, TagRenamed, TagRetired
from domain.changeset import Recorded
from domain.errors import MixedCurrencies, UnknownList, UnknownSegment
from domain.language.syntax import (
    Ago,
    And,
    Before,
    Between,
    Calendar,
    Day,
    Edge,
    Ever,
    Everyone,
    Expression,
    Filter,
    FilterAll,
    FilterAny,
    FilterNot,
    Function,
    Instant,
    Last,
    Leaf,
    Not,
    On,
    Or,
    Since,
    Tagged,
    Unit,
    Window,
)
from projections.naive import NaiveLedger, start_of_day
from tests.oracle.histories import (
    DAY_US,
    ERAS,
    HOUR_US,
    SEGMENT_NAMES,
    WORKSPACE,
    Interaction,
    TagChange,
    TraitChange,
    microseconds,
    name_of,
    random_changesets,
    random_clock,
    random_expression,
    random_leaf,
    random_vocabulary,
    recorded,
    vocabulary_of,
)
from tests.oracle.story import GOLD, NOON, VIP, Story, bought, bound, did, measure, trait, where

# --- what is visible ------------------------------------------------------------------------------------------------------


def test_a_change_at_as_of_is_visible_and_one_a_microsecond_later_is_not() -> None:
    story = Story()
    story.write(tags=[TagChange(0, VIP, True, NOON), TagChange(1, VIP, True, NOON + 1)])
    assert story.ask(Tagged(("vip",))) == [0]
    assert story.ask(Everyone()) == [0]


def test_a_changeset_after_known_at_is_not_visible_though_its_instant_is_early() -> None:
    story = Story()
    early = story.write(tags=[TagChange(0, VIP, True, NOON - DAY_US)])
    story.write(tags=[TagChange(0, VIP, False, NOON - HOUR_US)])
    assert story.ask(Tagged(("vip",))) == []
    assert story.ask(Tagged(("vip",)), known_at=early) == [0]


def test_a_removal_a_clearing_or_an_interaction_is_enough_for_the_universe() -> None:
    story = Story()
    story.write(
        tags=[TagChange(3, VIP, False, NOON)],
        traits=[TraitChange(5, "city", None, NOON), TraitChange(6, "city", "Wuhan", NOON + 1)],
        interactions=[bought(7), bought(8, NOON + 1)],
    )
    assert story.ask(Everyone()) == [3, 5, 7]
    assert story.ask(Not(Tagged(("vip",)))) == [3, 5, 7]


def test_position_at_is_the_last_of_those_recorded_at_the_same_instant() -> None:
    story = Story()
    story.write(recorded_at=NOON + 5)
    story.write(recorded_at=NOON + 5)
    assert [story.ledger.position_at(at) for at in (NOON - 1, NOON, NOON + 4, NOON + 5)] == [0, 1, 1, 3]


def test_changesets_out_of_order_or_of_another_workspace_are_refused() -> None:
    story = Story()
    with pytest.raises(ValueError, match="comes after"):
        story.ledger.apply(recorded(1, NOON))
    foreign = recorded(9, NOON)
    with pytest.raises(ValueError, match="workspace"):
        story.ledger.apply(replace(foreign, changeset=replace(foreign.changeset, workspace="other")))


# --- tags -----------------------------------------------------------------------------------------------------------------


def test_the_later_instant_wins_over_the_later_position() -> None:
    story = Story()
    story.write(tags=[TagChange(0, VIP, False, NOON - 1)])
    story.write(tags=[TagChange(0, VIP, True, NOON - 2)])
    assert story.ask(Tagged(("vip",))) == []
    assert story.ask(Tagged(("vip",)), as_of=NOON - 2) == [0]


def test_at_one_instant_the_later_position_wins_and_in_one_changeset_the_later_row() -> None:
    story = Story()
    story.write(tags=[TagChange(0, VIP, True, NOON), TagChange(1, VIP, True, NOON), TagChange(1, VIP, False, NOON)])
    story.write(tags=[TagChange(0, VIP, False, NOON), TagChange(2, VIP, False, NOON), TagChange(2, VIP, True, NOON)])
    assert story.ask(Tagged(("vip",))) == [2]


def test_an_expiry_ends_the_tag_at_its_very_instant() -> None:
    story = Story()
    story.write(tags=[TagChange(0, VIP, True, NOON), TagChange(0, VIP, False, NOON + HOUR_US, expiry=True)])
    assert story.ask(Tagged(("vip",)), as_of=NOON + HOUR_US - 1) == [0]
    assert story.ask(Tagged(("vip",)), as_of=NOON + HOUR_US) == []


def test_an_expiry_does_not_end_an_assignment_made_after_it() -> None:
    story = Story()
    story.write(tags=[TagChange(0, VIP, True, NOON - 9), TagChange(0, VIP, False, NOON - 5, expiry=True)])
    story.write(tags=[TagChange(0, VIP, True, NOON - 7)])
    assert story.ask(Tagged(("vip",))) == []
    story.write(tags=[TagChange(0, VIP, True, NOON - 5)])
    assert story.ask(Tagged(("vip",))) == [0]


def test_an_assignment_without_a_value_replaces_the_value() -> None:
    story = Story()
    story.write(tags=[TagChange(0, VIP, True, NOON - 2, 0.9), TagChange(0, VIP, True, NOON - 1)])
    assert story.ask(Tagged(("vip",))) == [0]
    assert story.ask(Tagged(("vip",), bound("!=", "5"))) == []
    assert story.ask(Tagged(("vip",), bound(">=", "0.9")), as_of=NOON - 2) == [0]


def test_tag_values_are_compared_as_doubles() -> None:
    story = Story()
    story.write(
        tags=[TagChange(0, VIP, True, NOON, 0.8), TagChange(1, VIP, True, NOON, 0.1 + 0.2), TagChange(2, VIP, True, NOON, -0.0)]
    )
    assert story.ask(Tagged(("vip",), bound("=", "0.8"))) == [0]
    assert story.ask(Tagged(("vip",), bound("=", "0.3"))) == []
    assert story.ask(Tagged(("vip",), bound(">=", "0"))) == [0, 1, 2]


def test_any_of_wants_one_tag_that_is_carried_with_such_a_value() -> None:
    story = Story()
    story.write(
        tags=[
            TagChange(0, VIP, True, NOON, 5.0),
            TagChange(0, GOLD, True, NOON, 1.0),
            TagChange(1, VIP, True, NOON, 1.0),
            TagChange(2, GOLD, False, NOON),
        ]
    )
    assert story.ask(Tagged(("vip", "level/gold"))) == [0, 1]
    assert story.ask(Tagged(("vip", "level/gold"), bound(">", "3"))) == [0]
    assert story.ask(Tagged(("level/gold", "no-such-tag"))) == [0]


def test_tags_are_found_by_their_latest_names_whatever_known_at_says() -> None:
    story = Story()
    tagged = story.write(tags=[TagChange(0, GOLD, True, NOON), TagChange(1, VIP, True, NOON)])
    story.write(catalogue=[GroupRenamed(1, "rank"), TagRenamed(GOLD, "top"), TagRenamed(VIP, "old"), TagRetired(GOLD)])
    story.write(catalogue=[TagDefined(4, None, "vip", "")], tags=[TagChange(2, 4, True, NOON)])
    assert story.ask(Tagged(("rank/top",)), known_at=tagged) == [0]
    assert story.ask(Tagged(("level/gold",)), known_at=tagged) == []
    assert story.ask(Tagged(("rank/gold",))) == []
    assert story.ask(Tagged(("old",))) == [1]
    assert story.ask(Tagged(("vip",))) == [2]
    assert story.ask(Tagged(("vip",)), known_at=tagged) == []
    assert story.ask(Tagged(("top",))) == []


# --- traits ---------------------------------------------------------------------------------------------------------------


def people() -> Story:
    story = Story()
    story.write(
        traits=[
            TraitChange(0, "city", "Shanghai", NOON),
            TraitChange(1, "city", "shanghai", NOON),
            TraitChange(2, "age", 18.0, NOON),
            TraitChange(3, "member", True, NOON),
            TraitChange(4, "joined", date(2017, 6, 1), NOON),
            TraitChange(5, "city", "Shanghai", NOON - 1),
            TraitChange(5, "city", None, NOON),
        ]
    )
    return story


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (trait("city", "=", "Shanghai"), [0]),
        (trait("city", "!=", "Shanghai"), [1]),
        (Not(trait("city", "=", "Shanghai")), [1, 2, 3, 4, 5]),
        (trait("city", "in", "Shanghai", "shanghai"), [0, 1]),
        (trait("city", "starts with", "Sh"), [0]),
        (trait("city", "starts with", ""), [0, 1]),
        (trait("city", "exists"), [0, 1]),
        (trait("city", "<", "a"), [0]),
        (trait("city", "!=", Decimal(3)), []),
        (trait("age", ">=", Decimal(18)), [2]),
        (trait("age", "=", "18"), []),
        (trait("age", "!=", True), []),
        (trait("member", "=", True), [3]),
        (trait("member", "!=", False), [3]),
        (trait("member", "=", Decimal(1)), []),
        (trait("member", "in", Decimal(1), Decimal(0)), []),
        (trait("joined", "<=", date(2017, 6, 1)), [4]),
        (trait("joined", "=", "2017-06-01"), []),
        (trait("nobody-knows", "exists"), []),
        (Not(trait("nobody-knows", "=", "x")), [0, 1, 2, 3, 4, 5]),
    ],
)
def test_a_trait_compares_with_literals_of_its_own_type_only(expression: Expression, expected: list[int]) -> None:
    assert people().ask(expression) == expected


def test_strings_are_compared_by_code_point_without_normalisation() -> None:
    story = Story()
    story.write(traits=[TraitChange(0, "city", "\uff5e", NOON), TraitChange(1, "city", "\U0001f375", NOON)])
    story.write(traits=[TraitChange(2, "city", "cafe\u0301", NOON)])
    assert story.ask(trait("city", ">", "\uff5e")) == [1]
    assert story.ask(trait("city", "=", "caf\u00e9")) == []


# --- counts and totals ----------------------------------------------------------------------------------------------------


def test_totals_are_zero_for_those_of_the_universe_who_did_nothing() -> None:
    story = Story()
    story.write(tags=[TagChange(0, VIP, False, NOON)], interactions=[bought(1), bought(2), bought(2)])
    assert story.ask(did(">=", 1)) == [1, 2]
    assert story.ask(did("<=", 1)) == [0, 1]
    assert story.ask(did("=", 0)) == [0]
    assert story.ask(did(">=", 0)) == [0, 1, 2]
    assert story.ask(did("!=", 2)) == [0, 1]
    assert story.ask(measure(Function.SUM, "amount", "<", "100")) == [0, 1, 2]
    assert story.ask(measure(Function.DISTINCT, "sku", "=", "0")) == [0, 1, 2]
    assert story.ask(measure(Function.DAYS, "", "<", "1")) == [0]


def test_a_type_that_nobody_knows_counts_zero() -> None:
    story = Story()
    story.write(interactions=[bought(0)])
    assert story.ask(did(">=", 1, "purchaes")) == []
    assert story.ask(did("<=", 2, "purchaes")) == [0]


def test_average_least_and_greatest_of_nothing_match_no_comparison() -> None:
    story = Story()
    story.write(interactions=[bought(0), bought(1, amount=70_000)])
    for function in (Function.AVG, Function.MIN, Function.MAX):
        assert story.ask(measure(function, "amount", "!=", "0")) == [1]
        assert story.ask(Not(measure(function, "amount", "!=", "0"))) == [0]
        assert story.ask(measure(function, "amount", ">=", "-100")) == [1]


def test_sums_of_amounts_are_exact_and_bounds_are_not_rounded() -> None:
    story = Story()
    story.write(interactions=[bought(0, amount=1_000), bought(0, amount=2_000), bought(1, amount=3_001), bought(2)])
    assert story.ask(measure(Function.SUM, "amount", "=", "0.3")) == [0]
    assert story.ask(measure(Function.SUM, "amount", ">", "0.30005")) == [1]
    assert story.ask(measure(Function.SUM, "amount", "<=", "0.30009")) == [0, 2]


def test_the_mean_is_compared_exactly() -> None:
    story = Story()
    story.write(interactions=[bought(0, amount=1), bought(0, amount=1), bought(0, amount=2), bought(0)])
    third = "0.000133333333333"
    assert story.ask(measure(Function.AVG, "amount", ">", third)) == [0]
    assert story.ask(measure(Function.AVG, "amount", "<=", third)) == []
    assert story.ask(measure(Function.AVG, "amount", "=", "0.00013333")) == []


def test_a_number_property_counts_half_even_in_ten_thousandths_but_is_ranked_as_it_is() -> None:
    story = Story()
    story.write(interactions=[bought(0, quantity=0.00005), bought(1, quantity=0.00015), bought(2, quantity=2.00025)])
    # Times 10,000 in doubles: 0.5, 1.4999999999999998, 20002.5; half-even: 0, 1, 20002.
    assert story.ask(measure(Function.SUM, "quantity", "=", "0")) == [0]
    assert story.ask(measure(Function.SUM, "quantity", "=", "0.0001")) == [1]
    assert story.ask(measure(Function.AVG, "quantity", "=", "2.0002")) == [2]
    assert story.ask(measure(Function.MAX, "quantity", "=", "2.00025")) == [2]
    assert story.ask(measure(Function.MIN, "quantity", ">", "0")) == [0, 1, 2]


def test_sums_do_not_wrap_at_64_bits() -> None:
    story = Story()
    story.write(interactions=[bought(0, quantity=1e14) for _ in range(20)])
    assert story.ask(measure(Function.SUM, "quantity", ">", "100000000000000")) == [0]
    assert story.ask(measure(Function.AVG, "quantity", "=", "100000000000000")) == [0]


def test_what_is_no_number_adds_nothing_and_has_no_least() -> None:
    story = Story()
    story.write(interactions=[bought(0, gift=True, sku="a"), bought(1, sku="b", amount=1)])
    for property_ in ("gift", "sku", "currency", "touchpoint"):
        assert story.ask(measure(Function.SUM, property_, "=", "0")) == [0, 1]
        assert story.ask(measure(Function.MAX, property_, "!=", "7")) == []


def test_distinct_counts_values_and_leaves_out_absent_ones() -> None:
    story = Story()
    story.write(
        interactions=[
            bought(0, amount=500, sku="a", quantity=0.0),
            bought(0, amount=500, currency="USD", sku="a", quantity=-0.0),
            bought(0, sku="A"),
            Interaction(0, "purchase", NOON, touchpoint="shop"),
        ]
    )
    assert story.ask(measure(Function.DISTINCT, "sku", "=", "2")) == [0]
    assert story.ask(measure(Function.DISTINCT, "amount", "=", "1")) == [0]
    assert story.ask(measure(Function.DISTINCT, "currency", "=", "2")) == [0]
    assert story.ask(measure(Function.DISTINCT, "touchpoint", "=", "1")) == [0]
    assert story.ask(measure(Function.DISTINCT, "quantity", "=", "1")) == [0]


def test_days_are_calendar_days_of_the_zone() -> None:
    story = Story()
    late, early = microseconds("2017-06-14T23:30:00+08:00"), microseconds("2017-06-15T00:30:00+08:00")
    story.write(interactions=[bought(0, late), bought(0, early), bought(1, early), bought(1, early)])
    assert story.ask(measure(Function.DAYS, "", "=", "2", zone="Asia/Shanghai")) == [0]
    assert story.ask(measure(Function.DAYS, "", "=", "1")) == [0, 1]


# --- currencies -----------------------------------------------------------------------------------------------------------


def test_the_workspaces_currency_is_the_same_whether_written_or_not() -> None:
    story = Story()
    story.write(interactions=[bought(0, amount=1), bought(1, amount=1, currency="CNY")])
    assert story.ask(measure(Function.SUM, "amount", ">", "0")) == [0, 1]
    assert story.ask(did(">=", 1, where=where("currency", "=", "CNY"))) == [0, 1]


def test_mixed_currencies_are_refused_even_of_two_profiles_and_behind_an_operand_that_is_empty() -> None:
    story = Story()
    before = story.position
    story.write(interactions=[bought(0, amount=1), bought(1, NOON - DAY_US, amount=1, currency="USD")])
    total = measure(Function.SUM, "amount", ">", "0")
    for expression in (total, And((Tagged(("no-such-tag",)), total)), Or((Everyone(), total)), Not(total)):
        with pytest.raises(MixedCurrencies, match="CNY, USD"):
            story.ask(expression)
    for function in (Function.AVG, Function.MIN, Function.MAX):
        with pytest.raises(MixedCurrencies):
            story.ask(measure(function, "amount", ">", "0"))
    assert story.ask(replace(total, window=Last(1, Unit.DAY))) == [0]
    assert story.ask(replace(total, where=where("currency", "=", "USD"))) == [1]
    assert story.ask(total, as_of=NOON - 1) == [1]
    assert story.ask(total, known_at=before) == []


def test_a_foreign_currency_without_an_amount_mixes_nothing() -> None:
    story = Story()
    story.write(interactions=[bought(0, amount=1), bought(1, currency="USD")])
    assert story.ask(measure(Function.SUM, "amount", ">=", "0")) == [0, 1]
    assert story.ask(did(">=", 1, where=where("currency", "exists"))) == [0]


# --- filters --------------------------------------------------------------------------------------------------------------


def shop() -> Story:
    story = Story()
    story.write(
        interactions=[
            bought(0, amount=500_000, category="tea"),
            bought(1, amount=499_999, currency="USD", category="coffee"),
            Interaction(2, "purchase", NOON, touchpoint="shop", properties={"gift": True, "quantity": 1.0}),
            Interaction(3, "visit", NOON, 500_000, properties={"category": "tea"}),
        ]
    )
    return story


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (where("category", "=", "tea"), [0]),
        (where("category", "!=", "tea"), [1]),
        (FilterNot(where("category", "=", "tea")), [1, 2]),
        (where("category", "in", "tea", "coffee"), [0, 1]),
        (where("category", "starts with", "co"), [1]),
        (where("category", "!=", Decimal(1)), []),
        (where("category", "!=", date(2017, 6, 1)), []),
        (where("amount", ">=", Decimal(50)), [0]),
        (where("amount", "<", Decimal("49.99991")), [1]),
        (where("amount", "exists"), [0, 1]),
        (where("amount", "=", "50"), []),
        (where("currency", "!=", "USD"), [0]),
        (where("touchpoint", "=", "shop"), [2]),
        (where("touchpoint", "!=", "web"), [2]),
        (where("gift", "=", True), [2]),
        (where("gift", "=", Decimal(1)), []),
        (where("quantity", "=", True), []),
        (where("quantity", "=", Decimal(1)), [2]),
        (FilterAll((where("category", "exists"), FilterNot(where("amount", ">=", Decimal(50))))), [1]),
        (FilterAny((where("category", "=", "tea"), where("gift", "exists"))), [0, 2]),
        (where("nobody-knows", "exists"), []),
        (FilterNot(where("nobody-knows", "=", "x")), [0, 1, 2]),
    ],
)
def test_a_filter_looks_at_one_interaction_of_the_type(condition: Filter, expected: list[int]) -> None:
    assert shop().ask(did(">=", 1, where=condition)) == expected


# --- windows --------------------------------------------------------------------------------------------------------------

UTC_DAY = Day(date(2017, 6, 14))
SHANGHAI_DAY = Day(date(2017, 6, 15), "Asia/Shanghai")


@pytest.mark.parametrize(
    ("window", "first", "last"),
    [
        # first and last instant that lie inside, worked out by hand; as_of is 2017-06-15T12:00Z, a Thursday
        (Last(2, Unit.HOUR), "2017-06-15T10:00:00.000001", "2017-06-15T12:00:00"),
        (Last(90, Unit.MINUTE), "2017-06-15T10:30:00.000001", "2017-06-15T12:00:00"),
        (Last(30, Unit.DAY), "2017-05-16T12:00:00.000001", "2017-06-15T12:00:00"),
        (Last(1, Unit.WEEK), "2017-06-08T12:00:00.000001", "2017-06-15T12:00:00"),
        (Calendar(1, Unit.DAY), "2017-06-15T00:00:00", "2017-06-15T12:00:00"),
        (Calendar(1, Unit.DAY, "Pacific/Kiritimati"), "2017-06-15T10:00:00", "2017-06-15T12:00:00"),
        (Calendar(2, Unit.WEEK), "2017-06-05T00:00:00", "2017-06-15T12:00:00"),
        (Calendar(1, Unit.MONTH, "Asia/Shanghai"), "2017-05-31T16:00:00", "2017-06-15T12:00:00"),
        (Calendar(7, Unit.MONTH), "2016-12-01T00:00:00", "2017-06-15T12:00:00"),
        (Calendar(2, Unit.YEAR, "America/New_York"), "2016-01-01T05:00:00", "2017-06-15T12:00:00"),
        (On(UTC_DAY), "2017-06-14T00:00:00", "2017-06-14T23:59:59.999999"),
        (On(SHANGHAI_DAY), "2017-06-14T16:00:00", "2017-06-15T12:00:00"),
        (Between(UTC_DAY, SHANGHAI_DAY), "2017-06-14T00:00:00", "2017-06-14T15:59:59.999999"),
        (Between(Ago(2, Unit.HOUR), Ago(1, Unit.HOUR)), "2017-06-15T10:00:00", "2017-06-15T10:59:59.999999"),
        (Since(Ago(2, Unit.HOUR)), "2017-06-15T10:00:00", "2017-06-15T12:00:00"),
        (Since(Instant(NOON)), "2017-06-15T12:00:00", "2017-06-15T12:00:00"),
    ],
)
def test_a_window_includes_its_first_and_last_instant_and_no_neighbour(window: Window, first: str, last: str) -> None:
    story = Story()
    inside = (microseconds(first), microseconds(last))
    story.write(interactions=[bought(0, inside[0] - 1), bought(1, inside[0]), bought(2, inside[1]), bought(3, inside[1] + 1)])
    assert story.ask(did(">=", 1, window=window)) == [1, 2]


def test_before_is_exclusive_and_never_reaches_past_as_of() -> None:
    story = Story()
    story.write(interactions=[bought(0, NOON - HOUR_US), bought(1, NOON - HOUR_US - 1), bought(2, NOON), bought(3, NOON + 1)])
    assert story.ask(did(">=", 1, window=Before(Ago(1, Unit.HOUR)))) == [1]
    assert story.ask(did(">=", 1, window=Before(Day(date(2018, 1, 1))))) == [0, 1, 2]


def test_between_is_empty_when_it_ends_before_it_begins() -> None:
    story = Story()
    story.write(interactions=[bought(0)])
    assert story.ask(did(">=", 1, window=Between(Instant(NOON), Instant(NOON)))) == []
    assert story.ask(did("=", 0, window=Between(Instant(NOON + 1), Instant(NOON)))) == [0]


def test_a_rolling_day_is_24_hours_on_the_day_the_clocks_change() -> None:
    as_of = microseconds("2017-11-06T00:00:00-05:00")  # the calendar day before has 25 hours
    story = Story()
    story.write(
        interactions=[bought(0, as_of - 25 * HOUR_US), bought(1, as_of - 24 * HOUR_US), bought(2, as_of - 24 * HOUR_US + 1)]
    )
    assert story.ask(did(">=", 1, window=Last(1, Unit.DAY)), as_of) == [2]
    assert story.ask(did(">=", 1, window=On(Day(date(2017, 11, 5), "America/New_York"))), as_of) == [0, 1, 2]


@pytest.mark.parametrize(
    ("day", "zone", "start"),
    [
        (date(2017, 6, 1), "UTC", "2017-06-01T00:00:00"),
        (date(2017, 6, 1), "Asia/Shanghai", "2017-05-31T16:00:00"),
        (date(2018, 11, 4), "America/Sao_Paulo", "2018-11-04T03:00:00"),  # 00:00 is skipped: 01:00 -02
        (date(2017, 11, 5), "America/Havana", "2017-11-05T04:00:00"),  # 00:00 comes twice: the first, -04
        (date(2011, 12, 30), "Pacific/Apia", "2011-12-30T10:00:00"),  # the whole day is skipped
        (date(2011, 12, 31), "Pacific/Apia", "2011-12-30T10:00:00"),
        (date(1919, 3, 31), "America/Toronto", "1919-03-31T04:30:00"),  # 23:30 of the 30th becomes 00:30 of the 31st
        (date(2006, 10, 29), "America/St_Johns", "2006-10-29T02:30:00"),  # 00:01 becomes 23:01 of the 28th
    ],
)
def test_a_day_starts_at_its_first_instant_in_the_zone(day: date, zone: str, start: str) -> None:
    assert start_of_day(day, zone) == microseconds(start)


def test_a_date_that_the_zone_skipped_holds_nothing() -> None:
    as_of = microseconds("2011-12-31T12:00:00")
    instants = [microseconds("2011-12-30T10:00:00") + off for off in (-1, 0)]
    story = Story()
    story.write(interactions=[bought(i, at) for i, at in enumerate(instants)])
    assert story.ask(did(">=", 1, window=On(Day(date(2011, 12, 30), "Pacific/Apia"))), as_of) == []
    assert story.ask(did(">=", 1, window=On(Day(date(2011, 12, 29), "Pacific/Apia"))), as_of) == [0]


def test_first_and_last_are_of_all_time_before_the_window_is_asked() -> None:
    story = Story()
    story.write(
        interactions=[
            bought(0, NOON - 9 * DAY_US, sku="a"),
            bought(0, NOON - DAY_US, sku="b"),
            bought(1, NOON - DAY_US, sku="b"),
            bought(2, NOON - 9 * DAY_US, sku="b"),
            bought(2, NOON + 1, sku="b"),
        ]
    )
    week = Last(1, Unit.WEEK)
    assert story.ask(Edge(False, "purchase", week)) == [1]
    assert story.ask(Edge(True, "purchase", week)) == [0, 1]
    assert story.ask(Edge(False, "purchase", week, where("sku", "=", "b"))) == [0, 1]
    assert story.ask(Edge(True, "purchase", Before(Ago(7, Unit.DAY)))) == [2]
    assert story.ask(Not(Edge(True, "visit", week))) == [0, 1, 2]


def test_the_first_is_chosen_before_it_is_asked_what_it_was() -> None:
    story = Story()
    story.write(
        interactions=[
            bought(0, NOON - 9 * DAY_US, sku="a"),
            bought(0, NOON - DAY_US, sku="b"),
            bought(1, NOON - DAY_US, sku="b"),
            bought(1, NOON, sku="a"),
            bought(2, NOON - DAY_US, sku="a"),
            bought(2, NOON - DAY_US, sku="b"),  # at the same instant: one that is so is enough
            bought(3, NOON + 1, sku="b"),
        ]
    )
    b = where("sku", "=", "b")
    assert story.ask(Edge(False, "purchase", Ever(), None, b)) == [1, 2]
    assert story.ask(Edge(True, "purchase", Ever(), None, b)) == [0, 2]
    assert story.ask(Edge(False, "purchase", Last(1, Unit.WEEK), b, b)) == [0, 1, 2]
    assert story.ask(Edge(False, "purchase", Before(Ago(7, Unit.DAY)), None, b)) == []
    assert story.ask(Edge(False, "purchase", Ever(), None, b), as_of=NOON + 1) == [1, 2, 3]


# --- the whole ------------------------------------------------------------------------------------------------------------


def ledger_of(history: Sequence[Recorded]) -> NaiveLedger:
    ledger = NaiveLedger(WORKSPACE)
    ledger.name_of = name_of
    for one in history:
        ledger.apply(one)
    return ledger


def answer(ledger: NaiveLedger, expression: Expression, as_of: int, known_at: int) -> frozenset[int] | str:
    try:
        return ledger.members(expression, as_of, known_at)
    except (MixedCurrencies, UnknownList, UnknownSegment) as refusal:
        return refusal.reason


@pytest.mark.parametrize("seed", range(12))
def test_known_at_answers_as_if_the_log_had_ended_there(seed: int) -> None:
    rng = random.Random(seed)
    vocabulary = random_vocabulary(rng)
    history = random_changesets(rng, 80, 20, vocabulary)
    whole = ledger_of(history)
    for _ in range(5):
        expression = random_expression(rng, vocabulary, segments=SEGMENT_NAMES)
        as_of, known_at = random_clock(rng, history, vocabulary)
        # Later names stay (tags are found by their latest ones), and later versions of segments, for who names them.
        cut = [one if one.position <= known_at else names_only(one) for one in history]
        assert answer(whole, expression, as_of, known_at) == answer(ledger_of(cut), expression, as_of, known_at)


def names_only(one: Recorded) -> Recorded:
    return replace(one, changeset=replace(one.changeset, tags=None, traits=None, interactions=None, retracted=None))


@pytest.mark.parametrize("seed", range(3))
def test_columns_may_be_arrays(seed: int) -> None:
    rng = random.Random(seed)
    vocabulary = random_vocabulary(rng)
    history = random_changesets(rng, 60, 20, vocabulary)
    plain, arrays = ledger_of(history), ledger_of([in_arrays(one) for one in history])
    assert (plain.tags, plain.traits, plain.interactions) == (arrays.tags, arrays.traits, arrays.interactions)
    rows: list[Any] = [*arrays.tags, *arrays.traits, *arrays.interactions]
    assert {type(value) for row in rows for value in (row.ordinal, row.at)} == {int}
    assert {type(row.subject) for row in arrays.tags} == {int}
    assert {type(row.holds) for row in arrays.tags} == {bool}


def in_arrays(one: Recorded) -> Recorded:
    """The same changeset with columns of numpy, or arrays of the standard library, where they hold numbers only."""
    columns = {kind: getattr(one.changeset, kind) for kind in ("tags", "traits", "interactions")}
    packed = {kind: replace(value, **numbers_in_arrays(value)) for kind, value in columns.items() if value is not None}
    return replace(one, changeset=replace(one.changeset, **packed))


def numbers_in_arrays(columns: Any) -> dict[str, Any]:
    arrays: dict[str, Any] = {}
    for name in ("ordinals", "tags", "applied", "effective_at", "index", "type_index", "occurred_at", "touchpoint_index"):
        column = getattr(columns, name, ())
        if len(column):
            arrays[name] = array("q", column) if name in ("effective_at", "index") else np.array(column)
    return arrays


@pytest.mark.parametrize("era", range(len(ERAS)))
def test_random_histories_are_such_as_the_log_could_hold(era: int) -> None:
    history = random_changesets(random.Random(era), 150, 25, vocabulary_of(era))
    assert history == random_changesets(random.Random(era), 150, 25, vocabulary_of(era))
    positions, instants = [one.position for one in history], [one.changeset.recorded_at for one in history]
    assert positions == sorted(set(positions))
    assert instants == sorted(instants)
    assert len(set(instants)) < len(instants)
    seen = persons = 0
    for one in history:
        columns = (one.changeset.tags, one.changeset.traits, one.changeset.interactions)
        used = {ordinal for column in columns if column for ordinal in column.ordinals}
        assert one.changeset.first_ordinal == seen
        seen += one.changeset.outcome.new_profiles
        persons += len(one.changeset.links.sizes) if one.changeset.links else 0
        assert used <= set(range(seen))
    assert seen - persons == 25


def test_random_questions_mostly_select_some_and_not_all() -> None:
    rng = random.Random(7)
    partly = 0
    for _ in range(10):
        vocabulary = random_vocabulary(rng)
        history = random_changesets(rng, 150, 25, vocabulary)
        ledger = ledger_of(history)
        for _ in range(20):
            clock = random_clock(rng, history, vocabulary)
            members = answer(ledger, random_expression(rng, vocabulary, segments=SEGMENT_NAMES), *clock)
            assert isinstance(members, str) or members <= ledger.universe(*clock)
            partly += not isinstance(members, str) and 0 < len(members) < len(ledger.universe(*clock))
    assert partly > 35


def test_random_leaves_of_every_kind_select_a_part_now_and_then() -> None:
    rng = random.Random(9)
    kinds, partly = set[str](), set[str]()
    for _ in range(12):
        vocabulary = random_vocabulary(rng)
        history = random_changesets(rng, 120, 25, vocabulary)
        ledger = ledger_of(history)
        for _ in range(60):
            leaf, clock = random_leaf(rng, vocabulary, SEGMENT_NAMES), random_clock(rng, history, vocabulary)
            members = answer(ledger, leaf, *clock)
            kinds.add(type(leaf).__name__)
            if not isinstance(members, str) and 0 < len(members) < len(ledger.universe(*clock)):
                partly.add(type(leaf).__name__)
    assert kinds == {kind.__name__ for kind in get_args(Leaf)}
    assert partly == kinds - {"Everyone"}
