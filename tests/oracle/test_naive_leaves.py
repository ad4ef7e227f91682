"""The oracle's leaves about dates, segments, ranks, samples and first sightings, by hand-made stories."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from domain.catalogue_changes import (
    SegmentChanged,
    SegmentDefined,
    SegmentRenamed,
    SegmentRetired,
    TagDefined,
    TagRenamed,
    WorkspaceCreated,
)
from domain.errors import MixedCurrencies, UnknownSegment
from domain.language.parser import parse
from domain.language.syntax import (
    Ago,
    And,
    Before,
    Calendar,
    Day,
    Ever,
    Filter,
    Function,
    InSegment,
    Instant,
    Lasting,
    Not,
    ObservedSince,
    On,
    Op,
    Or,
    Sample,
    Tagged,
    Top,
    Trait,
    TraitDate,
    Unit,
    Window,
)
from projections.naive.sampling import splitmix64
from tests.oracle.histories import DAY_US, Interaction, TagChange, TraitChange, microseconds
from tests.oracle.story import NOON, VIP, Story, bought, where

# --- traits that last -------------------------------------------------------------------------------------------------------


def test_a_comparison_of_a_trait_lasts_whatever_the_values_that_fulfil_it() -> None:
    def aged(ordinal: int, age: float | str | None, at: int) -> TraitChange:
        return TraitChange(ordinal, "age", age, at)

    since = NOON - DAY_US
    story = Story()
    story.write(
        traits=[
            *(aged(0, 17.0, since - 1), aged(0, 18.0, since)),  # from the first instant on
            *(aged(1, 17.0, since), aged(1, 18.0, since + 1)),  # a microsecond too late
            *(aged(2, 18.0, since), aged(2, 19.0, NOON)),  # another value that fulfils it
            *(aged(3, 18.0, since), aged(3, None, NOON - 2), aged(3, 18.0, NOON - 1)),  # cleared in between
            *(aged(4, 18.0, since), aged(4, 17.0, NOON + 1)),  # not visible yet
            *(aged(5, 17.0, NOON), aged(5, 18.0, NOON)),  # set at once, and too late
        ]
    )
    adult = Trait("age", Op.GE, (Decimal(18),), Lasting(1, Unit.DAY))
    assert story.ask(adult) == [0, 2, 4]
    assert story.ask(adult, as_of=NOON + 1) == [0, 1, 2]
    assert story.ask(Trait("age", Op.GE, (Decimal(18),), Lasting(86_400, Unit.SECOND))) == [0, 2, 4]
    assert story.ask(Trait("age", Op.GE, (Decimal(18),), Lasting(36_525 * 2, Unit.DAY))) == []
    assert story.ask(Not(Trait("age", Op.EXISTS, (), Lasting(1, Unit.DAY)))) == [3, 5]


# --- dates of traits --------------------------------------------------------------------------------------------------------


def on_dates(*days: date | str | None) -> Story:
    """Profile i was born on days[i]."""
    story = Story()
    story.write(traits=[TraitChange(i, "birthday", day, NOON - 9 * DAY_US) for i, day in enumerate(days)])
    return story


def among(count: int, unit: Unit = Unit.DAY, zone: str = "UTC", *, anniversary: bool = False, ahead: bool = False) -> TraitDate:
    return TraitDate("birthday", anniversary, ahead, Calendar(count, unit, zone))


def test_dates_lie_in_calendar_periods_up_to_today() -> None:
    # Today is Thursday, 2017-06-15.
    story = on_dates(
        date(2017, 6, 15), date(2017, 6, 16), date(2017, 6, 12), date(2017, 6, 11), date(2017, 6, 5), date(2016, 1, 1)
    )
    assert story.ask(among(1)) == [0]
    assert story.ask(among(4)) == [0, 2]
    assert story.ask(among(1, Unit.WEEK)) == [0, 2]
    assert story.ask(among(2, Unit.WEEK)) == [0, 2, 3, 4]
    assert story.ask(among(6, Unit.MONTH)) == [0, 2, 3, 4]
    assert story.ask(among(2, Unit.YEAR)) == [0, 2, 3, 4, 5]
    assert story.ask(Not(among(2, Unit.YEAR))) == [1]


def test_ahead_begins_with_today() -> None:
    story = on_dates(date(2017, 6, 14), date(2017, 6, 15), date(2017, 6, 16), date(2017, 6, 17), date(2018, 6, 15))
    assert story.ask(among(1, ahead=True)) == [1]
    assert story.ask(among(2, ahead=True)) == [1, 2]
    assert story.ask(among(366, ahead=True)) == [1, 2, 3, 4]
    assert story.ask(among(365, ahead=True)) == [1, 2, 3]


def test_today_is_the_date_of_the_zone_at_as_of() -> None:
    story = on_dates(date(2017, 6, 14), date(2017, 6, 15), date(2017, 6, 16))
    last = microseconds("2017-06-15T23:59:59.999999+08:00")
    assert story.ask(among(1, zone="Asia/Shanghai"), last) == [1]
    assert story.ask(among(1, zone="Asia/Shanghai"), last + 1) == [2]
    assert story.ask(among(1, zone="Pacific/Pago_Pago"), microseconds("2017-06-15T10:59:59.999999")) == [0]


def test_an_anniversary_returns_each_year_from_the_day_itself_on() -> None:
    story = on_dates(
        date(1990, 6, 15), date(2017, 6, 15), date(2018, 6, 15), date(1990, 6, 16), date(1990, 6, 14), date(1, 6, 15)
    )
    assert story.ask(among(1, anniversary=True, ahead=True)) == [0, 1, 5]
    assert story.ask(among(2, anniversary=True, ahead=True)) == [0, 1, 3, 5]
    assert story.ask(among(2, anniversary=True)) == [0, 1, 4, 5]
    assert story.ask(among(366, anniversary=True, ahead=True)) == [0, 1, 2, 3, 4, 5]
    assert story.ask(among(365, anniversary=True, ahead=True)) == [0, 1, 3, 4, 5]


def test_an_anniversary_may_lie_beyond_the_turn_of_the_year() -> None:
    story = on_dates(date(1990, 1, 1), date(1990, 12, 31), date(2018, 1, 1))
    eve = microseconds("2017-12-31T12:00:00")
    assert story.ask(among(2, anniversary=True, ahead=True), eve) == [0, 1, 2]
    assert story.ask(among(1, anniversary=True, ahead=True), eve) == [1]
    assert story.ask(among(2, anniversary=True), eve + DAY_US) == [0, 1, 2]
    assert story.ask(among(1, anniversary=True), eve + DAY_US) == [0, 2]


def test_29_february_returns_on_28_february_of_common_years_only() -> None:
    story = on_dates(date(2016, 2, 29), date(2016, 2, 28), date(2016, 3, 1))
    expected = {
        "2017-02-27": [],
        "2017-02-28": [0, 1],
        "2017-03-01": [2],
        "2020-02-28": [1],
        "2020-02-29": [0],
        "2020-03-01": [2],
        "2100-02-28": [0, 1],  # no leap year
        "2016-02-28": [1],  # the year itself
        "2016-02-29": [0],
    }
    story.write(traits=[TraitChange(i, "birthday", day, 0) for i, day in enumerate((date(2016, 2, 29), date(2016, 2, 28)))])
    story.write(traits=[TraitChange(2, "birthday", date(2016, 3, 1), 0)])
    today = among(1, anniversary=True, ahead=True)
    assert {day: story.ask(today, microseconds(f"{day}T12:00:00")) for day in expected} == expected


def test_a_trait_that_is_no_date_or_cleared_or_not_yet_set_has_no_dates() -> None:
    story = on_dates(date(2017, 6, 15), "2017-06-15", None)
    story.write(traits=[TraitChange(3, "birthday", date(2017, 6, 15), NOON + 1), TraitChange(4, "city", "x", NOON)])
    for leaf in (among(1), among(1, ahead=True), among(1, anniversary=True), among(1, anniversary=True, ahead=True)):
        assert story.ask(leaf) == [0]
        assert story.ask(Not(leaf)) == [1, 2, 4]


# --- segments ---------------------------------------------------------------------------------------------------------------


def buyers() -> Story:
    """Profiles 0 and 1 bought tea, 2 coffee; segment 1, `fans`, is defined at position 3 and changed at 4."""
    story = Story()
    story.write(interactions=[bought(0, sku="tea"), bought(1, NOON - DAY_US, sku="tea"), bought(2, sku="coffee")])
    story.write(catalogue=[SegmentDefined(1, "fans", "", 'did purchase where sku = "tea"')])
    story.write(catalogue=[SegmentChanged(1, 'did purchase where sku = "coffee"')])
    return story


def test_a_segment_is_its_newest_version_at_known_at_or_the_one_named() -> None:
    story = buyers()
    assert story.ask(InSegment("fans")) == [2]
    assert story.ask(InSegment("fans"), known_at=3) == [0, 1]
    assert story.ask(InSegment("fans", 1)) == [0, 1]
    assert story.ask(InSegment("fans", 2), known_at=3) == [2]
    assert story.ask(InSegment("fans", 1), known_at=2) == [0, 1]
    assert story.ask(InSegment("fans", 1), as_of=NOON - 1) == [1]
    assert story.ask(Not(InSegment("fans"))) == [0, 1]


@pytest.mark.parametrize("leaf", [InSegment("nobody-knows"), InSegment("fans", 3), InSegment("Fans")])
def test_a_segment_that_is_not_is_refused_wherever_it_stands(leaf: InSegment) -> None:
    story = buyers()
    for expression in (leaf, And((Tagged(("no-such",)), leaf)), Or((Not(Tagged(("no-such",))), leaf)), Not(leaf)):
        with pytest.raises(UnknownSegment, match=leaf.segment):
            story.ask(expression)


def test_a_segment_without_a_version_by_then_is_refused_unless_one_is_named() -> None:
    with pytest.raises(UnknownSegment, match="version"):
        buyers().ask(InSegment("fans"), known_at=2)


def test_a_segment_goes_by_its_latest_name_and_can_be_asked_for_when_retired() -> None:
    story = buyers()
    story.write(catalogue=[SegmentRenamed(1, "friends"), SegmentDefined(2, "fans", "", "everyone"), SegmentRetired(1)])
    assert story.ask(InSegment("friends")) == [2]
    assert story.ask(InSegment("friends"), known_at=3) == [0, 1]
    assert story.ask(InSegment("fans")) == [0, 1, 2]
    with pytest.raises(UnknownSegment):
        story.ask(InSegment("fans"), known_at=3)


def test_segments_of_segments_ask_at_the_same_clocks() -> None:
    story = buyers()
    story.write(catalogue=[SegmentDefined(2, "others", "", "everyone and not in segment fans")])
    assert story.ask(InSegment("others")) == [0, 1]
    assert story.ask(InSegment("others", 1), known_at=3) == [2]
    assert story.ask(InSegment("others"), as_of=NOON - 1) == [1]


def test_a_definition_means_the_tags_and_segments_that_had_the_names_when_it_was_made() -> None:
    story = buyers()
    story.write(tags=[TagChange(0, VIP, True, NOON), TagChange(1, 4, True, NOON)])
    story.write(catalogue=[SegmentDefined(2, "mixed", "", "in segment fans or tagged any of (vip, later)")])
    story.write(catalogue=[TagRenamed(VIP, "old"), TagDefined(4, None, "vip", ""), SegmentRenamed(1, "friends")])
    story.write(catalogue=[SegmentDefined(3, "fans", "", "tagged no-such")])
    assert story.ask(InSegment("mixed")) == [0, 2]
    assert story.ask(Tagged(("vip",))) == [1]
    story.write(catalogue=[TagDefined(5, None, "later", "")], tags=[TagChange(1, 5, True, NOON)])
    assert story.ask(InSegment("mixed")) == [0, 1, 2]  # nobody had that name: who takes it first
    story.write(catalogue=[TagRenamed(5, "sooner"), TagDefined(6, None, "later", "")], tags=[TagChange(1, 6, False, NOON)])
    assert story.ask(InSegment("mixed")) == [0, 1, 2]


def test_a_refusal_inside_a_segment_is_one_of_the_question() -> None:
    story = buyers()
    story.write(catalogue=[SegmentDefined(2, "rich", "", "sum(purchase.amount) > 5")])
    story.write(interactions=[bought(0, amount=1), bought(1, amount=1, currency="USD")])
    with pytest.raises(MixedCurrencies):
        story.ask(Not(InSegment("rich")))


# --- top --------------------------------------------------------------------------------------------------------------------


def top(
    number: str,
    measure: Function | None = None,
    property_: str = "",
    *,
    percent: bool = False,
    condition: Filter | None = None,
    window: Window | None = None,
    zone: str = "UTC",
) -> Top:
    return Top(Decimal(number), percent, measure, "purchase", property_, condition, window or Ever(), zone)


def test_top_ranks_by_value_and_breaks_ties_by_ordinal() -> None:
    story = Story()
    story.write(interactions=[bought(ordinal) for ordinal in (5, 5, 3, 3, 4, 4, 4, 1)])
    assert story.ask(top("1")) == [4]
    assert story.ask(top("2")) == [3, 4]
    assert story.ask(top("3")) == [3, 4, 5]
    assert story.ask(top("1000000000")) == [1, 3, 4, 5]


def test_a_share_is_rounded_up_and_is_of_those_who_have_a_value() -> None:
    story = Story()
    story.write(interactions=[bought(ordinal, amount=ordinal) for ordinal in range(10)])
    story.write(interactions=[bought(10), Interaction(11, "visit", NOON)], tags=[TagChange(12, VIP, True, NOON)])
    ranked = [
        top(number, Function.MAX, "amount", percent=True) for number in ("0.000001", "10", "10.000001", "99.999999", "100")
    ]
    assert [story.ask(leaf) for leaf in ranked] == [[9], [9], [8, 9], list(range(10)), list(range(10))]
    # Of 11 buyers: a third is 3.67 of them
    assert story.ask(top("33.333333", Function.SUM, "amount", percent=True)) == [6, 7, 8, 9]


def test_a_sum_of_nothing_is_a_value_and_a_mean_of_nothing_is_none() -> None:
    story = Story()
    story.write(interactions=[bought(0), bought(1, amount=-1), bought(2, amount=1), bought(3, sku="a")])
    assert story.ask(top("2", Function.SUM, "amount")) == [0, 2]
    assert story.ask(top("4", Function.SUM, "amount")) == [0, 1, 2, 3]
    for function in (Function.AVG, Function.MIN, Function.MAX):
        assert story.ask(top("4", function, "amount")) == [1, 2]
        assert story.ask(top("4", function, "sku")) == []
    assert story.ask(top("1", Function.DISTINCT, "sku")) == [3]
    assert story.ask(top("9", Function.DISTINCT, "sku")) == [0, 1, 2, 3]
    assert story.ask(top("9", Function.SUM, "sku")) == [0, 1, 2, 3]


def test_a_tag_ranks_by_the_values_that_are_carried_and_nobody_else() -> None:
    story = Story()
    scores = [(0, 0.5), (1, 0.9), (2, None), (3, 0.5), (4, -1.0)]
    story.write(tags=[TagChange(ordinal, VIP, True, NOON, value) for ordinal, value in scores])
    story.write(
        tags=[TagChange(5, VIP, True, NOON, 7.0), TagChange(5, VIP, False, NOON + 1), TagChange(1, VIP, True, NOON + 1, 0.4)]
    )
    assert [
        story.ask(parse(f"top {places} by value(vip)"), NOON + 1) for places in ("1", "2", "3", "9", "25%", "25.1%", "100%")
    ] == [
        [0],
        [0, 3],
        [0, 1, 3],
        [0, 1, 3, 4],
        [0],
        [0, 3],
        [0, 1, 3, 4],
    ]
    assert story.ask(parse("top 1 by value(vip) among (not tagged vip >= 0.5)"), NOON + 1) == [1]
    assert story.ask(parse("top 1 by value(nobody)")) == []


def test_means_are_ranked_exactly() -> None:
    story = Story()
    # 10^15 less 1/1000 and less 1/999: the same double, which would give the first place to the lower ordinal.
    story.write(interactions=[bought(1, amount=10**15 - (i == 0)) for i in range(1000)])
    story.write(interactions=[bought(0, amount=10**15 - (i == 0)) for i in range(999)])
    story.write(interactions=[bought(2, amount=10**15 - 1) for _ in range(3)])
    assert story.ask(top("1", Function.AVG, "amount")) == [1]
    assert story.ask(top("2", Function.AVG, "amount")) == [0, 1]


def test_the_same_ranks_for_sums_beyond_64_bits_and_zeros_of_both_signs() -> None:
    story = Story()
    story.write(interactions=[bought(1, quantity=1e14) for _ in range(20)] + [bought(0, quantity=1e14) for _ in range(19)])
    assert story.ask(top("1", Function.SUM, "quantity")) == [1]
    story.write(interactions=[bought(2, size=0.0), bought(3, size=-0.0), bought(4, size=-1.0)])
    assert story.ask(top("1", Function.MIN, "size")) == [2]
    assert story.ask(top("2", Function.MAX, "size")) == [2, 3]


def test_top_looks_at_what_window_filter_and_zone_say() -> None:
    story = Story()
    late, early = microseconds("2017-06-14T23:30:00+08:00"), microseconds("2017-06-15T00:30:00+08:00")
    story.write(interactions=[bought(1, late), bought(1, early), bought(0, early, sku="a"), bought(0, early), bought(0, early)])
    assert story.ask(top("1")) == [0]
    assert story.ask(top("1", Function.DAYS, zone="Asia/Shanghai")) == [1]
    assert story.ask(top("1", Function.DAYS)) == [0]
    assert story.ask(top("9", condition=where("sku", "=", "a"))) == [0]
    assert story.ask(top("9", window=Before(Instant(early)))) == [1]
    assert story.ask(top("9", window=On(Day(date(2017, 6, 15))))) == []
    assert story.ask(top("50", percent=True), known_at=1) == []


def test_top_ranks_among_others_as_if_there_were_no_more() -> None:
    story = Story()
    story.write(
        interactions=[bought(ordinal, amount=ordinal) for ordinal in range(10)],
        tags=[TagChange(ordinal, VIP, True, NOON) for ordinal in (1, 2, 3, 20)],
    )
    first = top("2", Function.SUM, "amount")
    vips = replace(first, among=Tagged(("vip",)))
    assert [story.ask(leaf) for leaf in (first, vips)] == [[8, 9], [2, 3]]
    assert story.ask(replace(vips, among=Not(Tagged(("vip",))))) == [8, 9]
    assert story.ask(replace(vips, number=Decimal("33.4"), percent=True)) == [2, 3]  # of the three who bought
    assert story.ask(replace(first, number=Decimal(1), among=vips)) == [3]
    assert story.ask(replace(vips, among=Tagged(("no-such",)))) == []
    assert story.ask(vips, known_at=0) == []
    with pytest.raises(UnknownSegment):
        story.ask(replace(first, among=InSegment("no-such")))


def test_top_by_amounts_refuses_to_mix_currencies() -> None:
    story = Story()
    story.write(catalogue=[WorkspaceCreated("CNY")])
    story.write(interactions=[bought(0, amount=1), bought(1, amount=1, currency="USD")])
    for function in (Function.SUM, Function.AVG, Function.MIN, Function.MAX):
        with pytest.raises(MixedCurrencies, match=f"{function.value}.*CNY, USD"):
            story.ask(And((Tagged(("no-such",)), top("1", function, "amount"))))
    assert story.ask(top("9", Function.DISTINCT, "amount")) == [0, 1]
    assert story.ask(top("9", Function.SUM, "amount", condition=where("currency", "=", "USD"))) == [1]


# --- samples, and since when ------------------------------------------------------------------------------------------------


def test_the_hash_is_splitmix64() -> None:
    assert splitmix64(0) == 0xE220A8397B1DCDAF
    assert splitmix64(1_234_567) == 6_457_827_717_110_365_317


def test_a_sample_holds_every_smaller_one_and_only_profiles_of_the_universe() -> None:
    # `printf experiment-42 | b2sum -l 64` begins 89ffc21d…, and the hashes of ordinals 0 to 11 lie, in per cent of all, at
    # 73.6 60.9 1.847166 16.91 54.9 34.0 61.8 76.1 36.7 68.7 6.4 16.70.
    story = Story()
    story.write(interactions=[bought(ordinal, NOON + (ordinal == 11)) for ordinal in range(12)])

    def sample(percent: str, salt: str = "experiment-42") -> list[int]:
        return story.ask(Sample(Decimal(percent), salt))

    assert sample("1.847166") == []
    assert sample("1.847167") == [2]
    assert sample("10") == [2, 10]
    assert sample("17") == [2, 3, 10]
    assert sample("50") == [2, 3, 5, 8, 10]
    assert sample("100") == list(range(11))
    assert sample("100", "试验") == list(range(11))
    assert sample("50", "试验") != sample("50")
    assert story.ask(Sample(Decimal(17), "experiment-42"), as_of=NOON + 1) == [2, 3, 10, 11]


@pytest.mark.parametrize("kind", ["tag", "trait", "interaction"])
def test_observed_since_is_the_first_of_anything_at_the_point_or_before(kind: str) -> None:
    story = Story()
    before, since = story.position, NOON - DAY_US
    story.write(
        tags=[TagChange(0, VIP, False, since)] if kind == "tag" else (),
        traits=[TraitChange(0, "city", None, since)] if kind == "trait" else (),
        interactions=[bought(0, since), bought(0, NOON - 2)] if kind == "interaction" else (),
    )
    story.write(interactions=[bought(1, since + 1), bought(2, NOON + 1)])
    assert story.ask(ObservedSince(Instant(since))) == [0]
    assert story.ask(ObservedSince(Instant(since - 1))) == []
    assert story.ask(ObservedSince(Ago(1, Unit.DAY))) == [0]
    assert story.ask(ObservedSince(Day(date(2017, 6, 15)))) == [0, 1]
    assert story.ask(ObservedSince(Instant(since)), known_at=before) == []
    assert story.ask(ObservedSince(Day(date(2018, 1, 1)))) == [0, 1]
