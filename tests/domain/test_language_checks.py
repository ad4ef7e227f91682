"""Trees from the wire held to the rules of the parser, and warnings for what cannot be meant."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from domain.changeset import ValueType
from domain.errors import InvalidExpression, LimitExceeded
from domain.language.checker import Vocabulary, Warning, check, normalize, validate
from domain.language.parser import parse
from domain.language.printer import to_text
from domain.language.syntax import (
    Ago,
    And,
    Before,
    Between,
    Bound,
    Calendar,
    ClockCondition,
    ClockPart,
    Condition,
    Day,
    Did,
    Edge,
    Ever,
    Expression,
    FilterAll,
    FilterAny,
    FilterNot,
    Function,
    InSegment,
    Instant,
    Last,
    Lasting,
    Measure,
    Not,
    On,
    Op,
    Or,
    Periods,
    Resumed,
    Sample,
    Sequence,
    Since,
    Span,
    Step,
    TagChanged,
    Tagged,
    Top,
    Trait,
    TraitDate,
    Unit,
)

VIP = Tagged(("vip",))
ONCE = Bound(Op.GE, Decimal(1))
TEA = Condition("category", Op.EQ, ("tea",))
DEAR = Condition("amount", Op.GE, (Decimal(50),))


# --- trees from the wire ---

BROKEN: list[tuple[Expression, str]] = [
    (And((VIP,)), "joins at least two"),
    (Or(()), "joins at least two"),
    (And((VIP, And((VIP, VIP)))), "directly inside another"),
    (Or((Or((VIP, VIP)), VIP)), "directly inside another"),
    (Did("x", where=FilterAll((TEA, FilterAll((TEA, TEA))))), "directly inside another"),
    (Did("x", where=FilterNot(FilterAny((TEA,)))), "joins at least two"),
    (Tagged(()), "at least one"),
    (Tagged(("",)), "is empty"),
    (Tagged(("/x",)), "is empty"),
    (Tagged(("e\u0301",)), "NFC"),
    (Tagged(("\ud800",)), "surrogate"),
    (Tagged(("a",), Bound(Op.IN, Decimal(1))), "does not compare numbers"),
    (Tagged(("a",), Bound(Op.EQ, Decimal("NaN"))), "not a finite number"),
    (Tagged(("a",), Bound(Op.EQ, Decimal("1e-400"))), "too close to zero"),
    (Did("x", Bound(Op.GE, Decimal("0.5"))), "not a count"),
    (Did("x", Bound(Op.GE, Decimal("Infinity"))), "not a finite"),
    (Did("x" * 129), "at most 128"),
    (Did("x", window=Last(1, Unit.MONTH)), "month is no unit of this window"),
    (Did("x", window=Calendar(1, Unit.HOUR)), "hour is no unit of this window"),
    (Did("x", window=Last(0, Unit.DAY)), "1 to 36,525"),
    (Did("x", window=Calendar(1, Unit.DAY, "../x")), "unknown time zone"),
    (Did("x", window=On(Day(date(1, 1, 1)))), "outside 1900"),
    (Did("x", window=Between(Instant(0), Instant(10**18))), "outside 1900"),
    (Did("x", window=Since(Ago(1, Unit.YEAR))), "year is no unit"),
    (Did("x", window=Before(Day(date(2017, 1, 1), ""))), "unknown time zone"),
    (Measure(Function.DAYS, "x", "p", ONCE), "days takes no property"),
    (Measure(Function.DAYS, "x", "", ONCE, zone="x"), "unknown time zone"),
    (Measure(Function.SUM, "x", "", ONCE), "is empty"),
    (Measure(Function.SUM, "x", "p", ONCE, zone="Asia/Tokyo"), "takes no zone"),
    (Measure(Function.DISTINCT, "x", "p", Bound(Op.GE, Decimal(-1))), "not a count"),
    (Edge(True, "", Ever()), "is empty"),
    (Tagged(("a",), actor=""), "1 to 200"),
    (Tagged(("a",), source="e\u0301"), "NFC"),
    (Tagged(("a",), lasting=Lasting(1, Unit.MONTH)), "month is no unit"),
    (TagChanged((), True), "at least one"),
    (TagChanged(("a",), True, window=Last(0, Unit.DAY)), "1 to 36,525"),
    (Did("x", where=ClockCondition(ClockPart.HOUR, "UTC", Op.EXISTS, ())), "hour is compared with"),
    (Did("x", where=ClockCondition(ClockPart.HOUR, "UTC", Op.EQ, (1, 2))), "takes one value"),
    (Did("x", where=ClockCondition(ClockPart.WEEKDAY, "UTC", Op.IN, ())), "takes one value, and in at least one"),
    (Did("x", where=ClockCondition(ClockPart.WEEKDAY, "UTC", Op.IN, (0,))), "not a weekday"),
    (Did("x", where=ClockCondition(ClockPart.HOUR, "", Op.EQ, (1,))), "unknown time zone"),
    (Periods("x", None, Bound(Op.NE, Decimal(1)), Calendar(3, Unit.DAY)), "negate"),
    (Periods("x", None, ONCE, Calendar(1_001, Unit.DAY)), "at most 1,000"),
    (Periods("x", None, ONCE, Calendar(101, Unit.YEAR)), "1 to 100 years"),
    (Resumed("x", None, Lasting(0, Unit.DAY)), "1 to 36,525"),
    (Sequence("x", None, ()), "at least two steps"),
    (Sequence("x", None, (Step("y", absent=True), Step("y"))), "the last step"),
    (Sequence("x", None, (Step("y"),) * 10), "at most 10"),
    (Sequence("x", None, (Step("y", FilterAll((TEA,))),)), "joins at least two"),
    (Sequence("x", None, (Step("y", None, Lasting(1, Unit.YEAR)),)), "year is no unit"),
    (TraitDate("a", False, True, Calendar(1, Unit.MONTH)), "use the unit day"),
    (TraitDate("a", True, False, Calendar(1, Unit.WEEK)), "use the unit day"),
    (InSegment(""), "is empty"),
    (InSegment("a", -1), "not a version"),
    (Top(Decimal("NaN"), True, None, "x", ""), "not a finite number"),
    (Top(Decimal("0.5"), False, None, "x", ""), "not a number of profiles"),
    (Top(Decimal(1), False, None, "x", "p"), "count takes no property"),
    (Top(Decimal(1), False, Function.SUM, "x", ""), "is empty"),
    (Top(Decimal(1), False, None, "x", "", zone="Asia/Tokyo"), "takes no zone"),
    (Sample(Decimal("1e-7"), "x"), "too many decimals"),
    (Sample(Decimal(1), "\ud800"), "surrogate"),
    (Trait("a", Op.EQ, ()), "exactly one value"),
    (Trait("a", Op.EQ, ("x", "y")), "exactly one value"),
    (Trait("a", Op.EXISTS, ("x",)), "takes no value"),
    (Trait("a", Op.IN, ()), "at least one value"),
    (Trait("a", Op.IN, (True, Decimal(1))), "of one type"),
    (Trait("a", Op.STARTS_WITH, (True,)), "takes a string"),
    (Trait("a", Op.EQ, ("x" * 1025,)), "1,025 bytes"),
    (Trait("a", Op.EQ, (1.5,)), "a value is a string"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("tree", "part"), BROKEN, ids=[part for _, part in BROKEN])
def test_a_broken_tree_is_refused_without_a_place(tree: Expression, part: str) -> None:
    with pytest.raises(InvalidExpression) as caught:
        validate(Or((VIP, Not(tree))))
    assert part in caught.value.problem
    assert caught.value.line == 0


def test_normalizing_flattens_and_composes() -> None:
    where = FilterAll((TEA, FilterAll((DEAR, replace(TEA, property="e\u0301")))))
    tagged = Tagged(("e\u0301",), actor="e\u0301")
    changed = TagChanged(("e\u0301",), True, source="e\u0301")
    steps = Sequence("e\u0301", None, (Step("e\u0301", FilterAll((TEA, FilterAll((DEAR, TEA))))),))
    tight_leaves = normalize(And((tagged, changed, steps, InSegment("e\u0301"))))
    validate(tight_leaves)
    assert (
        to_text(tight_leaves) == 'tagged é by "é" and tag é added from "é"'
        ' and did é then é where category = "tea" and amount >= 50 and category = "tea" ever and in segment é'
    )
    loose = And((VIP, And((Or((VIP, Or((VIP, Tagged(("e\u0301",)))))), Did("x", where=where)))))
    tight = normalize(loose)
    validate(tight)
    tags, interactions = (
        "(tagged vip or tagged vip or tagged é)",
        'did x where category = "tea" and amount >= 50 and é = "tea" ever',
    )
    assert to_text(tight) == f"tagged vip and {tags} and {interactions}"


def test_normalizing_leaves_an_and_of_one_for_validate_to_refuse() -> None:
    assert normalize(And((VIP,))) == And((VIP,))
    assert normalize(Did("x", where=FilterAny(()))) == Did("x", where=FilterAny(()))


def test_a_bottomless_tree_is_refused() -> None:
    tree: Expression = VIP
    for _ in range(100_000):
        tree = Not(tree)
    for hold in (normalize, validate):
        with pytest.raises(LimitExceeded):
            hold(tree)
    while isinstance(tree, Not):  # take it apart from the outside, so that freeing it does not recurse
        tree = tree.operand


def test_a_tree_is_refused_when_its_text_would_be_too_long() -> None:
    with pytest.raises(LimitExceeded, match="expression text"):
        validate(Tagged(tuple(f"{index:0128}" for index in range(900))))


# --- warnings ---

VOCABULARY = Vocabulary(
    tags=frozenset({"vip", "level/gold", "level/platinum", "risk/churn", "VIP 客户"}),
    interaction_types=frozenset({"purchase", "visit"}),
    properties={"category": ValueType.STRING, "gift": ValueType.BOOL, "quantity": ValueType.NUMBER},
    segments=("regulars", "lapsed"),
    lists=("autumn",),
    traits={"city": ValueType.STRING, "age": ValueType.NUMBER, "birthday": ValueType.DATE, "subscribed": ValueType.BOOL},
)


@pytest.mark.parametrize(
    ("text", "column", "part", "suggestion"),
    [
        ("tagged gold", 8, "never seen the tag 'gold'", "level/gold"),
        ("tagged Level/Gold", 8, "tag 'Level/Gold'", "level/gold"),
        ("tagged lvl/gold", 8, "tag 'lvl/gold'", "level/gold"),
        ("tagged glod", 8, "tag 'glod'", "level/gold"),
        ("tagged risk", 8, "tag 'risk'", "risk/churn"),
        ('tagged any of (vip, "vip 客户")', 16, "tag 'vip 客户'", "VIP 客户"),
        ("tagged zzzzzz", 8, "tag 'zzzzzz'", ""),
        ("did purchse", 5, "interaction type 'purchse'", "purchase"),
        ("first visits ever", 7, "interaction type 'visits'", "visit"),
        ("sum(purchase.quantty) > 1", 5, "property 'quantty'", "quantity"),
        ('did purchase where categry = "tea"', 20, "property 'categry'", "category"),
        ("tag glod removed", 5, "tag 'glod'", "level/gold"),
        ("did visits in at least 1 of last 2 calendar days", 5, "interaction type 'visits'", "visit"),
        ("resumed visits after 1 day", 9, "interaction type 'visits'", "visit"),
        ("did visit then visits", 16, "interaction type 'visits'", "visit"),
        ('did visit then not visit where categry = "tea"', 32, "property 'categry'", "category"),
        ("top 1 by count(visits)", 16, "interaction type 'visits'", "visit"),
        ("top 1% by max(purchase.category)", 15, "max needs numbers", ""),
        ("birthdy in next 3 days", 1, "trait 'birthdy'", "birthday"),
        ("city anniversary today", 1, "trait 'city' holds strings, and only dates lie among days", ""),
        ("in segment regular", 12, "segment 'regular'", "regulars"),
        ("in list autum", 9, "list 'autum'", "autumn"),
        ("cty exists", 1, "trait 'cty'", "city"),
        ('age >= "18"', 1, "trait 'age' holds numbers, and never compares with strings", "18"),
        ('birthday = "1990-01-01"', 1, "holds dates", "1990-01-01"),
        ('subscribed = "TRUE"', 1, "holds true and false", "true"),
        ("subscribed = 1", 1, "never compares with numbers", ""),
        ("city = 5", 1, "holds strings", '"5"'),
        ("city in (2017-06-01)", 1, "never compares with dates", '"2017-06-01"'),
        ('age starts with "1"', 1, "holds numbers", "1"),
        ("subscribed > false", 1, "no order", ""),
        ("max(purchase.category) > 1", 5, "max needs numbers", ""),
        ("avg(purchase.touchpoint) > 1", 5, "avg needs numbers", ""),
        ("did purchase where amount = true", 20, "property 'amount' holds numbers", ""),
        ("did purchase where currency = 5", 20, "property 'currency' holds strings", '"5"'),
    ],
)
def test_what_cannot_be_meant_is_told(text: str, column: int, part: str, suggestion: str) -> None:
    (warning,) = check(parse(text), VOCABULARY)
    assert warning.span == Span(1, column)
    assert part in warning.message
    assert warning.suggestion == suggestion


def test_what_can_be_meant_is_not() -> None:
    text = """
        tagged any of (vip, level/gold) > 1 and did purchase where (category = "tea" or not gift = true) today
        and sum(purchase.amount) > 1 and distinct(visit.touchpoint) > 1 and days(visit) > 2 and subscribed != true
        and age in (1, 2) and birthday > 1990-01-01 and city starts with "S" and max(purchase.quantity) < 5
        and last visit ever and city exists and tagged vip by "nobody" from "nowhere" for at least 1 day
        and did visit where hour() = 3 then purchase and top 5 by count(visit) and in segment lapsed version 9
        and birthday anniversary today and sample 1% by "x" and observed since 3 days ago
    """
    assert check(parse(text), VOCABULARY) == ()


def test_warnings_come_in_the_order_of_the_text_and_once() -> None:
    tree = parse("tagged nobody and (nothing exists or not did nowhere where nil = 1 ever)")
    assert [warning.span.column for warning in check(tree, VOCABULARY)] == [8, 20, 46, 60]
    twice = And((Tagged(("nobody",)), Tagged(("nobody",))))
    assert check(twice, VOCABULARY) == (Warning(Span(0, 0), "the workspace has never seen the tag 'nobody'", ""),)


def test_only_the_first_unknown_names_of_a_large_vocabulary_are_searched_for() -> None:
    large = Vocabulary(tags=frozenset(f"campaign/summer-{index:05}" for index in range(10_000)))
    tree = parse(" or ".join(f"tagged campain/sumer-{index:05}x" for index in range(900)))
    warnings = check(tree, large)
    assert len(warnings) == 900
    assert warnings[0].suggestion.startswith("campaign/summer-")
    assert warnings[-1].suggestion == ""


def test_an_empty_workspace_knows_nothing() -> None:
    (warning,) = check(VIP, Vocabulary())
    assert warning.suggestion == ""
