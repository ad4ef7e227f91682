"""Random valid trees of the segment language, over a small vocabulary, for every test that compares two readings of them.

The vocabulary is small so that random expressions meet random data; pass the names and values that the data has.
"""

from collections.abc import Mapping
from collections.abc import Sequence as Several
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from domain.instants import local_date
from domain.language import rules
from domain.language.syntax import (
    CALENDAR_UNITS,
    NUMERIC_OPS,
    ROLLING_UNITS,
    Ago,
    Before,
    Between,
    Bound,
    Calendar,
    ClockCondition,
    ClockPart,
    Compared,
    Condition,
    Day,
    Did,
    Edge,
    Ever,
    Everyone,
    Expression,
    Filter,
    FilterNot,
    Function,
    InList,
    InSegment,
    Instant,
    Last,
    Lasting,
    Literal,
    Measure,
    Moved,
    Not,
    ObservedSince,
    On,
    Op,
    Periods,
    Resumed,
    Sample,
    Sequence,
    Since,
    Step,
    TagChanged,
    Tagged,
    TimePoint,
    Top,
    TopTagged,
    Trait,
    TraitDate,
    TraitRelated,
    Unit,
    Window,
)


@dataclass(frozen=True)
class Names:
    """What random expressions are made of. Sample values of a property or trait are all of one type."""

    tags: Several[str]
    types: Several[str]
    properties: Mapping[str, Several[Literal]]
    traits: Mapping[str, Several[Literal]]
    segments: Several[str] = ("regulars", "lapsed")
    lists: Several[str] = ("autumn", "list")
    texts: Several[str] = ("ana", "crm")
    """Actors, sources and salts, in NFC."""
    zones: Several[str] = ("UTC", "Asia/Shanghai", "America/New_York", "Europe/Berlin")
    earliest_us: int = 1_483_228_800_000_000
    """Instants and days of windows lie from here, 2017-01-01 unless given, …"""
    latest_us: int = 1_514_764_800_000_000
    """… to here, 2018-01-01 unless given."""
    span_count_max: int = 60


PLAIN = Names(
    tags=("vip", "level/gold", "level/platinum", "risk/churn"),
    types=("purchase", "visit", "refund"),
    properties={
        "amount": (Decimal(0), Decimal("19.99"), Decimal(50)),
        "category": ("tea", "coffee", ""),
        "quantity": (Decimal(1), Decimal("2.5"), Decimal(-3)),
        "gift": (True, False),
        "due": (date(2017, 6, 1), date(2016, 2, 29)),
    },
    traits={
        "city": ("Shanghai", "Hangzhou"),
        "age": (Decimal(18), Decimal(65)),
        "subscribed": (True, False),
        "birthday": (date(1990, 1, 1), date(2000, 2, 29)),
    },
)

NASTY = Names(
    tags=(
        "and",
        "a--b",
        "-x",
        "2024-vip",
        "365",
        "2017-06-01",
        "VIP 客户",
        "级别/金牌",
        'quote"and\\slash',
        "true",
        "anniversary",
        "added",
        "by",
        "g/" + "n" * 128,
    ),
    types=(
        "1",
        "did",
        "2017-06-01T10:00:00",
        "हिन्दी",
        "line\nbreak\ttab",
        "sum",
        "days",
        "weeK",
        "\u202eevil",
        "x\u0301",
        "then",
        "not",
    ),
    properties={
        "5": (Decimal("1e14"), Decimal("-0.000000000000001"), Decimal("123456789012.345")),
        "5-8": ('"', "\\", "\x00\x7f", "😀", "e\u0301", "and", "-- no comment", "\u2028", "\ufeff"),
        "amount": (Decimal("0.0000"), Decimal("1.10")),
        "in": (True, False),
        "weekday": (Decimal(7),),
        "a.b": (date(1, 1, 1), date(9999, 12, 31)),
    },
    traits={
        "min": ("", " ", "'"),
        "count": (Decimal(1), Decimal(0)),
        "Where": (True, False),
        "::": (date(2017, 6, 1),),
        "²": ("x" * 1024,),
        "tag": (Decimal(1),),
        "anniversary": (date(2000, 2, 29),),
        "top": (True,),
    },
    segments=("version", "in", "big spenders", "s" * 128),
    lists=("version", "segment", "请勿打扰"),
    texts=("x" * 128, '"', "by", "\u202e", "é", " "),
    zones=("UTC", "Etc/GMT+8", "Pacific/Apia", "America/Argentina/Buenos_Aires"),
    span_count_max=365,
)

_CALENDAR_COUNT_MAX = 13  # more than a year of months

Ranks = SearchStrategy[Top]


def expressions(names: Names, max_leaves: int = 8) -> SearchStrategy[Expression]:
    """Valid trees, flattened as the parser does, over every kind of leaf, filter and window."""
    return st.recursive(
        leaves(names),
        lambda inner: st.one_of(
            st.lists(inner, min_size=2, max_size=3).map(rules.conjunction),
            st.lists(inner, min_size=2, max_size=3).map(rules.disjunction),
            inner.map(Not),
        ),
        max_leaves=max_leaves,
    )


def leaves(names: Names) -> SearchStrategy[Expression]:
    """One condition on a profile."""
    return st.one_of(
        st.builds(Everyone),
        tagged(names),
        tag_changes(names),
        moves(names),
        did(names),
        measures(names),
        edges(names),
        periods(names),
        resumed(names),
        sequences(names),
        traits(names),
        trait_dates(names),
        st.builds(TraitRelated, st.sampled_from(list(names.traits)), _someone(names)),
        segments(names),
        lists(names),
        tops(names),
        st.builds(lambda top, inner: replace(top, among=inner), tops(names), tagged(names) | segments(names).map(Not)),
        tops_tagged(names),
        samples(names),
        st.builds(ObservedSince, points(names)),
    )


def _someone(names: Names) -> SearchStrategy[Expression]:
    """Who is spoken of."""
    return tagged(names) | segments(names).map(Not)


def tagged(names: Names) -> SearchStrategy[Expression]:
    """Tags, one or several, with and without each of the additions."""
    texts = st.none() | st.sampled_from(names.texts)
    values = st.sampled_from([*names.texts, date(2026, 2, 28), date(1, 1, 1)])
    said = st.none() | bounds(_NUMBERS) | st.builds(Compared, st.sampled_from(NUMERIC_OPS), values)
    return st.builds(Tagged, _tags(names), said, texts, texts, st.none() | spans(names))


def tag_changes(names: Names) -> SearchStrategy[Expression]:
    """Tags that came or went."""
    texts = st.none() | st.sampled_from(names.texts)
    return st.builds(TagChanged, _tags(names), st.booleans(), texts, texts, windows(names))


def moves(names: Names) -> SearchStrategy[Expression]:
    """Tags that took each other's place, with and without each of the additions."""
    texts = st.none() | st.sampled_from(names.texts)
    return st.builds(Moved, _tags(names), _tags(names), st.none() | spans(names), texts, texts, windows(names))


def _tags(names: Names) -> SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(names.tags), min_size=1, max_size=3).map(tuple)


def did(names: Names) -> SearchStrategy[Expression]:
    """Numbers of interactions, with every operator."""
    return st.builds(Did, st.sampled_from(names.types), bounds(_COUNTS), wheres(names), windows(names))


def measures(names: Names) -> SearchStrategy[Expression]:
    """Every aggregate; sum, avg, min and max mostly over numbers."""
    types, where, window = st.sampled_from(names.types), wheres(names), windows(names)
    numbers = [name for name, samples in names.properties.items() if isinstance(samples[0], Decimal)]
    functions = st.sampled_from([Function.SUM, Function.AVG, Function.MIN, Function.MAX])
    anything = st.sampled_from(list(names.properties))
    return st.one_of(
        st.builds(Measure, functions, types, st.sampled_from(numbers), bounds(_NUMBERS), where, window),
        st.builds(Measure, functions, types, anything, bounds(_NUMBERS), where, window),
        st.builds(Measure, st.just(Function.DISTINCT), types, anything, bounds(_COUNTS), where, window),
        st.builds(
            Measure, st.just(Function.DAYS), types, st.just(""), bounds(_COUNTS), where, window, st.sampled_from(names.zones)
        ),
    )


def edges(names: Names) -> SearchStrategy[Expression]:
    """First and last interactions."""
    return st.builds(Edge, st.booleans(), st.sampled_from(names.types), windows(names), wheres(names), wheres(names))


def periods(names: Names) -> SearchStrategy[Expression]:
    """Numbers of calendar periods, with every operator that has words."""
    counts = bounds(_COUNTS).filter(lambda count: count.op is not Op.NE)
    return st.builds(Periods, st.sampled_from(names.types), wheres(names), counts, calendars(names))


def resumed(names: Names) -> SearchStrategy[Expression]:
    """Interactions after a pause."""
    return st.builds(Resumed, st.sampled_from(names.types), wheres(names), spans(names), windows(names))


def sequences(names: Names) -> SearchStrategy[Expression]:
    """Two to five steps, the last one perhaps absent."""
    types, where, within = st.sampled_from(names.types), wheres(names), st.none() | spans(names)
    present, absent = (st.builds(Step, types, where, within, st.just(is_absent)) for is_absent in (False, True))
    steps = st.one_of(
        st.lists(present, min_size=1, max_size=3).map(tuple),
        st.tuples(st.lists(present, max_size=3), absent).map(lambda parts: (*parts[0], parts[1])),
    )
    return st.builds(Sequence, types, where, steps, windows(names))


def trait_dates(names: Names) -> SearchStrategy[Expression]:
    """Dates of traits, and their returns, among days; of traits of any type."""
    traits_, days_ = st.sampled_from(sorted(names.traits)), calendars(names, (Unit.DAY,))
    return st.one_of(
        st.builds(TraitDate, traits_, st.just(False), st.just(False), calendars(names)),
        st.builds(TraitDate, traits_, st.just(False), st.just(True), days_),
        st.builds(TraitDate, traits_, st.just(True), st.booleans(), days_),
    )


def segments(names: Names) -> SearchStrategy[Expression]:
    """Members of named segments."""
    return st.builds(InSegment, st.sampled_from(names.segments), st.none() | st.integers(1, 3))


def lists(names: Names) -> SearchStrategy[Expression]:
    """Profiles on uploaded lists."""
    return st.builds(InList, st.sampled_from(names.lists), st.none() | st.integers(1, 3))


def tops_tagged(names: Names) -> SearchStrategy[Expression]:
    """Ranks by the value of a tag."""
    among = st.none() | tagged(names) | segments(names).map(Not)
    return st.sampled_from(_TOPS).flatmap(
        lambda size: st.builds(TopTagged, st.just(size[0]), st.just(size[1]), st.sampled_from(names.tags), among)
    )


def tops(names: Names) -> Ranks:
    """Ranks, by number and by share, by every measure."""
    sizes = st.sampled_from(_TOPS)
    types, where, window = st.sampled_from(names.types), wheres(names), windows(names)
    of_properties = st.sampled_from([function for function in Function if function is not Function.DAYS])
    anything = st.sampled_from(list(names.properties))

    def ranks(measure: SearchStrategy[Function | None], name: SearchStrategy[str], **more: SearchStrategy[str]) -> Ranks:
        return sizes.flatmap(
            lambda size: st.builds(Top, st.just(size[0]), st.just(size[1]), measure, types, name, where, window, **more)
        )

    return st.one_of(
        ranks(of_properties, anything),
        ranks(st.none(), st.just("")),
        ranks(st.just(Function.DAYS), st.just(""), zone=st.sampled_from(names.zones)),
    )


def samples(names: Names) -> SearchStrategy[Expression]:
    """Shares of the universe."""
    return st.builds(Sample, st.sampled_from([number for number, percent in _TOPS if percent]), st.sampled_from(names.texts))


def traits(names: Names) -> SearchStrategy[Expression]:
    """Comparisons of traits."""
    comparisons = _comparisons(names.traits)
    return st.builds(lambda parts, lasting: Trait(parts[0], parts[1], parts[2], lasting), comparisons, st.none() | spans(names))


def wheres(names: Names) -> SearchStrategy[Filter | None]:
    """No filter, or one of any shape."""
    return st.none() | filters(names)


def filters(names: Names) -> SearchStrategy[Filter]:
    """Valid filters, flattened as the parser does."""
    conditions: SearchStrategy[Filter] = _comparisons(names.properties).map(lambda parts: Condition(*parts))
    return st.recursive(
        conditions | clocks(names),
        lambda inner: st.one_of(
            st.lists(inner, min_size=2, max_size=3).map(rules.filter_conjunction),
            st.lists(inner, min_size=2, max_size=3).map(rules.filter_disjunction),
            inner.map(FilterNot),
        ),
        max_leaves=4,
    )


def clocks(names: Names) -> SearchStrategy[Filter]:
    """Hours and weekdays."""

    def of_part(part: ClockPart) -> SearchStrategy[Filter]:
        zones, value = st.sampled_from(names.zones), st.integers(*rules.CLOCK_RANGES[part])
        one, several = st.tuples(value), st.lists(value, min_size=1, max_size=3).map(tuple)
        return st.one_of(
            st.builds(ClockCondition, st.just(part), zones, st.sampled_from(NUMERIC_OPS), one),
            st.builds(ClockCondition, st.just(part), zones, st.just(Op.IN), several),
        )

    return st.sampled_from(ClockPart).flatmap(of_part)


def bounds(numbers: Several[Decimal]) -> SearchStrategy[Bound]:
    """A comparison with one of the numbers."""
    return st.builds(Bound, st.sampled_from(NUMERIC_OPS), st.sampled_from(numbers))


def windows(names: Names) -> SearchStrategy[Window]:
    """Every kind of window."""
    counts = st.integers(1, names.span_count_max)
    ends = points(names)
    return st.one_of(
        st.builds(Ever),
        st.builds(Last, counts, st.sampled_from(ROLLING_UNITS)),
        calendars(names),
        st.builds(On, days(names)),
        st.builds(Between, ends, ends),
        st.builds(Since, ends),
        st.builds(Before, ends),
    )


def calendars(names: Names, units: tuple[Unit, ...] = CALENDAR_UNITS) -> SearchStrategy[Calendar]:
    """A few calendar periods."""
    few = st.integers(1, min(names.span_count_max, _CALENDAR_COUNT_MAX))
    return st.builds(Calendar, few, st.sampled_from(units), st.sampled_from(names.zones))


def spans(names: Names) -> SearchStrategy[Lasting]:
    """A span of rolling units."""
    return st.builds(Lasting, st.integers(1, names.span_count_max), st.sampled_from(ROLLING_UNITS))


def points(names: Names) -> SearchStrategy[TimePoint]:
    """Every kind of end of a window."""
    return st.one_of(
        st.builds(Instant, st.integers(names.earliest_us, names.latest_us - 1)),
        days(names),
        st.builds(Ago, st.integers(1, names.span_count_max), st.sampled_from(ROLLING_UNITS)),
    )


def days(names: Names) -> SearchStrategy[Day]:
    """A day between the earliest and the latest instant."""
    first, last = local_date(names.earliest_us, "UTC"), local_date(names.latest_us - 1, "UTC")
    return st.builds(Day, st.dates(first, last), st.sampled_from(names.zones))


_COUNTS = tuple(map(Decimal, (0, 1, 2, 3, 1_000_000_000)))
_TOPS = tuple(
    (Decimal(number), percent)
    for number, percent in (
        ("1", False),
        ("3", False),
        ("1000000000", False),
        ("0.000001", True),
        ("12.5", True),
        ("100", True),
    )
)
_NUMBERS = tuple(map(Decimal, ("0", "1", "-3", "0.5", "50", "99.99995", "100000000000000")))


@st.composite
def _comparisons(draw: st.DrawFn, samples: Mapping[str, Several[Literal]]) -> tuple[str, Op, tuple[Literal, ...]]:
    """(name, operator, values); one time in eight the values are those of another name, perhaps of another type."""
    name = draw(st.sampled_from(sorted(samples)))
    source = draw(st.sampled_from(sorted(samples))) if draw(st.integers(0, 7)) == 7 else name
    value = st.sampled_from(samples[source])
    op = draw(st.sampled_from(list(Op)))
    if op is Op.EXISTS:
        return name, op, ()
    if op is Op.IN:
        return name, op, tuple(draw(st.lists(value, min_size=1, max_size=3)))
    if op is Op.STARTS_WITH:
        first = draw(value)
        return name, op, (first[:2] if isinstance(first, str) else "t",)
    return name, op, (draw(value),)
