"""Text to tree and back."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given

from domain.errors import LimitExceeded
from domain.language.checker import normalize, validate
from domain.language.parser import parse
from domain.language.parts import all_nodes
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
    Everyone,
    Expression,
    FilterAll,
    FilterAny,
    FilterNot,
    Function,
    InDepartment,
    InList,
    InSegment,
    Instant,
    Last,
    Lasting,
    Measure,
    Moved,
    Not,
    ObservedSince,
    On,
    Op,
    Or,
    Periods,
    Related,
    Resumed,
    Sample,
    Sequence,
    Since,
    Span,
    Step,
    TagChanged,
    Tagged,
    Top,
    TopTagged,
    Trait,
    TraitDate,
    TraitRelated,
    Unit,
    Window,
)
from tests.strategies import NASTY, PLAIN, expressions

VIP = Tagged(("vip",))
ONCE = Bound(Op.GE, Decimal(1))
TEA = Condition("category", Op.EQ, ("tea",))
DEAR = Condition("amount", Op.GE, (Decimal(50),))
LATE = ClockCondition(ClockPart.HOUR, "Asia/Tokyo", Op.GE, (22,))
WEEKEND = ClockCondition(ClockPart.WEEKDAY, "UTC", Op.IN, (6, 7))
TOP_1 = Top(Decimal(1), False, None, "x", "", window=Last(7, Unit.DAY))
VIP_OR_NOBODY = Or((Tagged(("vip",)), Not(Everyone())))
DAYS_60 = Lasting(60, Unit.DAY)


def same(left: object, right: object) -> bool:
    """Equal with types: Python's True equals Decimal(1)."""
    return left == right and repr_without_places(left) == repr_without_places(right)


def repr_without_places(tree: object) -> str:
    """With numbers in one spelling and no places, for comparing types of literals too."""
    if isinstance(tree, tuple):
        return f"({', '.join(map(repr_without_places, tree))})"
    fields = getattr(tree, "__dataclass_fields__", None)
    if fields is None:
        return f"{type(tree).__name__}:{hash(tree)}"
    parts = [repr_without_places(getattr(tree, name)) for name in fields if name != "span"]
    return f"{type(tree).__name__}({', '.join(parts)})"


# --- what texts mean ---

READINGS: list[tuple[str, Expression]] = [
    ("everyone", Everyone()),
    ("tagged vip", VIP),
    ("TAGGED vip AnD eVeryone", And((VIP, Everyone()))),
    ('tagged "and"', Tagged(("and",))),
    ('tagged "VIP 客户"', Tagged(("VIP 客户",))),
    ("tagged 级别/金牌", Tagged(("级别/金牌",))),
    ("tagged हिन्दी", Tagged(("हिन्दी",))),
    ("tagged cafe\u0301", Tagged(("caf\u00e9",))),
    ("tagged any of (a, 365, 2024-vip, 18-25, 2017-06-01)", Tagged(("a", "365", "2024-vip", "18-25", "2017-06-01"))),
    ("tagged a--b -- a comment", Tagged(("a--b",))),
    ("tagged model/lead-score >= 0.8", Tagged(("model/lead-score",), Bound(Op.GE, Decimal("0.8")))),
    ("tagged any of (a) != -3", Tagged(("a",), Bound(Op.NE, Decimal(-3)))),
    ("tagged a or tagged b and not tagged c", Or((Tagged(("a",)), And((Tagged(("b",)), Not(Tagged(("c",)))))))),
    ("((tagged a and (tagged b and tagged c)))", And((Tagged(("a",)), Tagged(("b",)), Tagged(("c",))))),
    ("not not everyone", Not(Not(Everyone()))),
    ("did purchase", Did("purchase")),
    ("did purchase at least 1 time", Did("purchase")),
    ("did purchase at most 2 times", Did("purchase", Bound(Op.LE, Decimal(2)))),
    ("did purchase exactly 0 times", Did("purchase", Bound(Op.EQ, Decimal(0)))),
    ("did purchase more than 3 times", Did("purchase", Bound(Op.GT, Decimal(3)))),
    ("did purchase less than 3 times", Did("purchase", Bound(Op.LT, Decimal(3)))),
    ("count(purchase) != 3", Did("purchase", Bound(Op.NE, Decimal(3)))),
    ('COUNT (purchase where category = "tea") >= 1 today', Did("purchase", ONCE, TEA, Calendar(1, Unit.DAY))),
    (
        'did purchase where category = "tea" and amount >= 50 in last 30 days',
        Did("purchase", ONCE, FilterAll((TEA, DEAR)), Last(30, Unit.DAY)),
    ),
    (
        'did purchase where category = "tea" and amount >= 50 and tagged vip',
        And((Did("purchase", ONCE, FilterAll((TEA, DEAR))), VIP)),
    ),
    (
        'did purchase where category = "tea" ever and amount >= 50',
        And((Did("purchase", ONCE, TEA), Trait("amount", Op.GE, DEAR.values))),
    ),
    (
        'did purchase where (category = "tea") and amount >= 50',
        And((Did("purchase", ONCE, TEA), Trait("amount", Op.GE, DEAR.values))),
    ),
    (
        'did purchase where category = "tea" or amount >= 50',
        Or((Did("purchase", ONCE, TEA), Trait("amount", Op.GE, DEAR.values))),
    ),
    ('did purchase where category = "tea" and count(purchase) >= 1', And((Did("purchase", ONCE, TEA), Did("purchase")))),
    (
        'did purchase where (category = "tea" or not (amount >= 50 and (amount >= 50)))',
        Did("purchase", ONCE, FilterAny((TEA, FilterNot(FilterAll((DEAR, DEAR)))))),
    ),
    (
        'did x where a exists and b in (1, 2) and c starts with "q" ever',
        Did(
            "x",
            ONCE,
            FilterAll(
                (
                    Condition("a", Op.EXISTS, ()),
                    Condition("b", Op.IN, (Decimal(1), Decimal(2))),
                    Condition("c", Op.STARTS_WITH, ("q",)),
                )
            ),
        ),
    ),
    ("sum(purchase.amount) >= 500", Measure(Function.SUM, "purchase", "amount", Bound(Op.GE, Decimal(500)))),
    ("min(7.25) < 0.5", Measure(Function.MIN, "7", "25", Bound(Op.LT, Decimal("0.5")))),
    ("avg(count.min) = 1", Measure(Function.AVG, "count", "min", Bound(Op.EQ, Decimal(1)))),
    ("distinct(p.sku where (amount >= 50)) > 2 ever", Measure(Function.DISTINCT, "p", "sku", Bound(Op.GT, Decimal(2)), DEAR)),
    (
        "days(p where amount >= 50 zone Asia/Tokyo) = 2 in this week",
        Measure(Function.DAYS, "p", "", Bound(Op.EQ, Decimal(2)), DEAR, Calendar(1, Unit.WEEK), "Asia/Tokyo"),
    ),
    ("first purchase in last 7 days", Edge(False, "purchase", Last(7, Unit.DAY))),
    ("last purchase where amount >= 50 before 60 days ago", Edge(True, "purchase", Before(Ago(60, Unit.DAY)), DEAR)),
    ("last last-visit ever", Edge(True, "last-visit", Ever())),
    ('first within where amount >= 50 with category = "tea" today', Edge(False, "within", Calendar(1, Unit.DAY), DEAR, TEA)),
    ("last x with (not amount >= 50) ever and everyone", And((Edge(True, "x", Ever(), None, FilterNot(DEAR)), Everyone()))),
    ('city = "for" for at least 60 days', Trait("city", Op.EQ, ("for",), DAYS_60)),
    ("for exists for at least 1 second", Trait("for", Op.EXISTS, (), Lasting(1, Unit.SECOND))),
    (
        'tagged any of (a, b) >= 1 by "cafe\u0301" from "crm" for at least 60 days',
        Tagged(("a", "b"), Bound(Op.GE, Decimal(1)), "caf\u00e9", "crm", DAYS_60),
    ),
    ('tagged by from "by"', Tagged(("by",), source="by")),
    ('tag vip ADDED by "ana" in last 7 days', TagChanged(("vip",), True, "ana", None, Last(7, Unit.DAY))),
    ("tag any of (a, added) removed", TagChanged(("a", "added"), False)),
    ("tag anniversary added", TagChanged(("anniversary",), True)),
    ("account among (tagged vip or everyone)", TraitRelated("account", Or((Tagged(("vip",)), Everyone())))),
    ("among among (among among (everyone))", TraitRelated("among", TraitRelated("among", Everyone()))),
    ("top among (everyone)", TraitRelated("top", Everyone())),
    (
        "did invite where invitee among (tagged vip) and among = 1 in last 7 days and everyone",
        And(
            (
                Did(
                    "invite",
                    ONCE,
                    FilterAll((Related("invitee", Tagged(("vip",))), Condition("among", Op.EQ, (Decimal(1),)))),
                    Last(7, Unit.DAY),
                ),
                Everyone(),
            )
        ),
    ),
    ("moved from a to moved", Moved(("a",), ("moved",))),
    (
        'moved from any of (a, "to") to from after at least 60 days by "ana" from "crm" in last 7 days',
        Moved(("a", "to"), ("from",), DAYS_60, "ana", "crm", Last(7, Unit.DAY)),
    ),
    (
        "did x where hour(Asia/Tokyo) >= 22 and weekday() in (6, 7) and age >= 18",
        Did("x", ONCE, FilterAll((LATE, WEEKEND, Condition("age", Op.GE, (Decimal(18),))))),
    ),
    ("did x where (not Weekday(UTC) in (6, 7.0))", Did("x", ONCE, FilterNot(WEEKEND))),
    (
        'did x where weekday = 6 and "hour" = 6',
        Did("x", ONCE, FilterAll(tuple(Condition(name, Op.EQ, (Decimal(6),)) for name in ("weekday", "hour")))),
    ),
    (
        'did x where category = "tea" in at least 2 of last 3 calendar months zone Asia/Tokyo',
        Periods("x", TEA, Bound(Op.GE, Decimal(2)), Calendar(3, Unit.MONTH, "Asia/Tokyo")),
    ),
    (
        "did x in fewer than 1 of last 1000 calendar days",
        Periods("x", None, Bound(Op.LT, Decimal(1)), Calendar(1000, Unit.DAY)),
    ),
    ("resumed x where amount >= 50 after 60 days and everyone", And((Resumed("x", DEAR, DAYS_60), Everyone()))),
    ("resumed x after 60 days today", Resumed("x", None, DAYS_60, Calendar(1, Unit.DAY))),
    ("stopped x where amount >= 50 for 60 days", Edge(True, "x", Before(Ago(60, Unit.DAY)), DEAR)),
    (
        "did a where amount >= 50 then b within 60 days then not c where hour(Asia/Tokyo) >= 22 in last 7 days and everyone",
        And((Sequence("a", DEAR, (Step("b", None, DAYS_60), Step("c", LATE, None, True)), Last(7, Unit.DAY)), Everyone())),
    ),
    (
        "did then then then then not within within 60 days",
        Sequence("then", None, (Step("then"), Step("within", None, DAYS_60, True))),
    ),
    ("did a then b where amount >= 50 ever and everyone", And((Sequence("a", None, (Step("b", DEAR),)), Everyone()))),
    (
        "birthday in last 2 calendar weeks zone Asia/Tokyo",
        TraitDate("birthday", False, False, Calendar(2, Unit.WEEK, "Asia/Tokyo")),
    ),
    ("birthday in next 90 days", TraitDate("birthday", False, True, Calendar(90, Unit.DAY))),
    ("birthday anniversary in last 7 days", TraitDate("birthday", True, False, Calendar(7, Unit.DAY))),
    (
        "anniversary anniversary today zone Asia/Tokyo",
        TraitDate("anniversary", True, True, Calendar(1, Unit.DAY, "Asia/Tokyo")),
    ),
    ('in segment "big spenders" version 3', InSegment("big spenders", 3)),
    ("not in segment version", Not(InSegment("version"))),
    ('in list "请勿 打扰" version 2', InList("请勿 打扰", 2)),
    ("in list segment", InList("segment")),
    ("in segment list", InSegment("list")),
    ('IN Department "华东/一" or in department list', Or((InDepartment("华东/一"), InDepartment("list")))),
    ("in department sales-east", InDepartment("sales-east")),
    ("in segment department", InSegment("department")),
    (
        "top 12.5 % by sum(x.amount where amount >= 50) in last 7 days",
        Top(Decimal("12.5"), True, Function.SUM, "x", "amount", DEAR, Last(7, Unit.DAY)),
    ),
    ("top 10% by value(level/gold)", TopTagged(Decimal(10), True, "level/gold")),
    ('TOP 3 by Value ( "and" ) among (tagged vip)', TopTagged(Decimal(3), False, "and", Tagged(("vip",)))),
    ("top 100 by count(x)", Top(Decimal(100), False, None, "x", "")),
    (
        "top 1 by count(x) in last 7 days among (top 9 by count(x) among (tagged vip or not everyone)) and everyone",
        And((replace(TOP_1, among=replace(TOP_1, number=Decimal(9), window=Ever(), among=VIP_OR_NOBODY)), Everyone())),
    ),
    ("top 1 by days(x zone Asia/Tokyo)", Top(Decimal(1), False, Function.DAYS, "x", "", zone="Asia/Tokyo")),
    ('sample 0.000001% by "e\u0301"', Sample(Decimal("0.000001"), "e\u0301")),
    ("observed since 60 days ago", ObservedSince(Ago(60, Unit.DAY))),
    *(
        (f"{word} {follows}", Trait(word, op, values))
        for word in ("tag", "moved", "resumed", "stopped", "top", "sample", "observed", "then", "anniversary")
        for follows, op, values in (
            ("= 3", Op.EQ, (Decimal(3),)),
            ("in (3)", Op.IN, (Decimal(3),)),
            ("exists", Op.EXISTS, ()),
            ('starts with "x"', Op.STARTS_WITH, ("x",)),
        )
    ),
    ("tag in next 3 days", TraitDate("tag", False, True, Calendar(3, Unit.DAY))),
    ("top anniversary today", TraitDate("top", True, True, Calendar(1, Unit.DAY))),
    ("age >= 18", Trait("age", Op.GE, (Decimal(18),))),
    ("count = 1 and min exists", And((Trait("count", Op.EQ, (Decimal(1),)), Trait("min", Op.EXISTS, ())))),
    ("count in (1)", Trait("count", Op.IN, (Decimal(1),))),
    ("365 = -0.50", Trait("365", Op.EQ, (Decimal("-0.5"),))),
    ("subscribed = TRUE", Trait("subscribed", Op.EQ, (True,))),
    ("birthday < 1890-01-01", Trait("birthday", Op.LT, (date(1890, 1, 1),))),
    ('"city" = "a\\"b\\\\c\\n\\t\\u00e9"', Trait("city", Op.EQ, ('a"b\\c\n\té',))),
    ('city = "e\u0301"', Trait("city", Op.EQ, ("e\u0301",))),
    ("\ufeff  everyone\r\n-- the end\r", Everyone()),
    ("everyone\u3000and\u00a0everyone", And((Everyone(), Everyone()))),
]

WINDOWS: list[tuple[str, Window]] = [
    ("ever", Ever()),
    ("in last 1 second", Last(1, Unit.SECOND)),
    ("in last 3155760000 seconds", Last(3_155_760_000, Unit.SECOND)),
    ("in last 1 minute", Last(1, Unit.MINUTE)),
    ("in last 36525 days", Last(36_525, Unit.DAY)),
    ("in last 007 weeks", Last(7, Unit.WEEK)),
    ("in last 1 calendar days", Calendar(1, Unit.DAY)),
    ("in last 1200 calendar months zone Asia/Tokyo", Calendar(1_200, Unit.MONTH, "Asia/Tokyo")),
    ('in last 3 calendar years zone "Etc/GMT+8"', Calendar(3, Unit.YEAR, "Etc/GMT+8")),
    ("today zone UTC", Calendar(1, Unit.DAY)),
    ("this month zone Asia/Shanghai", Calendar(1, Unit.MONTH, "Asia/Shanghai")),
    ("in this month zone Asia/Shanghai", Calendar(1, Unit.MONTH, "Asia/Shanghai")),
    ("on 2016-02-29 zone Asia/Tokyo", On(Day(date(2016, 2, 29), "Asia/Tokyo"))),
    ("between 2017-06-01 and 30 hours ago", Between(Day(date(2017, 6, 1)), Ago(30, Unit.HOUR))),
    ("since 1970-01-01T00:00:01Z", Since(Instant(1_000_000))),
    ("since 1970-01-01T08:00:00.5+08:00", Since(Instant(500_000))),
    ("since 1969-12-31T19:00:00-05:00", Since(Instant(0))),
    ("before 1 week ago", Before(Ago(1, Unit.WEEK))),
]


@pytest.mark.parametrize(("text", "tree"), READINGS, ids=[text for text, _ in READINGS])
def test_a_text_means_its_tree(text: str, tree: Expression) -> None:
    assert same(parse(text), tree)
    validate(tree)


@pytest.mark.parametrize(("text", "window"), WINDOWS, ids=[text for text, _ in WINDOWS])
def test_a_window_means_its_tree(text: str, window: Window) -> None:
    assert parse(f"did x {text}") == Did("x", window=window)
    assert parse(f"first x {text} and everyone") == And((Edge(False, "x", window), Everyone()))


def test_later_steps_have_places_of_their_own() -> None:
    tree = parse("did a then not  b")
    assert isinstance(tree, Sequence)
    assert (tree.span, tree.steps[0].span) == (Span(1, 5), Span(1, 17))


def test_places_are_those_of_the_names() -> None:
    tree = parse("tagged vip and\n  did\u3000purchase where  amount > 1 ever\r\nor (city exists)")
    first, second, trait = (node for node in all_nodes(tree) if isinstance(node, Tagged | Did | Trait))
    assert (first.span, second.span, trait.span) == (Span(1, 8), Span(2, 7), Span(3, 5))
    assert isinstance(second, Did)
    assert second.where is not None
    assert [node.span for node in all_nodes(second) if isinstance(node, Condition)] == [Span(2, 23)]


# --- canonical text ---


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("(tagged a or tagged b) and not(tagged c)", "(tagged a or tagged b) and not tagged c"),
        ("not (everyone and everyone)", "not (everyone and everyone)"),
        ("(everyone and everyone) or everyone", "everyone and everyone or everyone"),
        ("count(x) >= 2", "did x at least 2 times"),
        ("did x less than 2 time", "did x fewer than 2 times"),
        ('count(x where a = "b") != 2 ever', 'count(x where a = "b") != 2'),
        ("did x where a = 1.50", "did x where a = 1.5 ever"),
        ("did x where (not a = 1) in last 1 days", "did x where (not a = 1) in last 1 day"),
        ("did x where (not(a = 1 or b = 2)) today", "did x where (not (a = 1 or b = 2)) today"),
        ("did x in last 1 calendar days zone Asia/Tokyo", "did x today zone Asia/Tokyo"),
        ("did x in this year zone UTC", "did x in this year"),
        ("did x in last 2 calendar week", "did x in last 2 calendar weeks"),
        ("days(x zone UTC) > 00100", "days(x) > 100"),
        ("last x ever", "last x ever"),
        ("stopped x where a = 1 for 60 day", "last x where a = 1 before 60 days ago"),
        (
            "did x where hour(UTC) = 7 and weekday ( Asia/Tokyo ) = 07",
            "did x where hour() = 7 and weekday(Asia/Tokyo) = 7 ever",
        ),
        ("did a then b where c = 1 within 1 days", "did a then b where c = 1 within 1 day"),
        ("did a where c = 1 then b where c = 1", "did a where c = 1 then b where c = 1 ever"),
        ("a anniversary in next 1 days", "a anniversary today"),
        ("a in next 1 days", "a in next 1 day"),
        ('in segment "version" version 003', "in segment version version 3"),
        ('sample 10.50% by "x"', 'sample 10.5% by "x"'),
        ('tagged any of ("vip", "or")', 'tagged any of (vip, "or")'),
        ("tagged any of (vip)", "tagged vip"),
        ('a = "\\u0000\\u202e\\u2028客"', 'a = "\\u0000\\u202E\\u2028客"'),
        ("a = -0.0", "a = 0"),
        ("a = 100000000000000", "a = 100000000000000"),
        ("did x since 2017-06-01T10:00:00.50+08:00", "did x since 2017-06-01T02:00:00.500000Z"),
    ],
)
def test_the_canonical_text(text: str, canonical: str) -> None:
    assert to_text(parse(text)) == canonical
    assert to_text(parse(canonical)) == canonical


@given(expressions(PLAIN) | expressions(NASTY))
def test_the_canonical_text_reads_back(tree: Expression) -> None:
    validate(tree)
    text = to_text(tree)
    assert same(parse(text), tree)
    assert text.isascii() or text.replace(" ", "").isprintable() or "\ufeff" in text
    assert normalize(tree) == tree


def test_true_is_not_one() -> None:
    assert not same(parse("a = true"), parse("a = 1"))
    assert to_text(parse("a in (true, false)")) == "a in (true, false)"


@pytest.mark.parametrize("join", [And, Or])
def test_the_deepest_tree_reads_back(join: type[And] | type[Or]) -> None:
    tree: Expression = VIP
    for level in range(63):
        tree = Not(tree) if level % 3 == 0 else (And if level % 3 == 1 else Or)((tree, VIP))
    validate(tree)
    assert parse(to_text(tree)) == tree
    with pytest.raises(LimitExceeded):
        validate(Not(tree))
    nots: Expression = join((VIP, VIP))
    for _ in range(62):
        nots = Not(nots)
    assert parse(to_text(nots)) == nots


def test_the_deepest_filter_reads_back() -> None:
    where: FilterNot | FilterAll | FilterAny | Condition = FilterAny((TEA, DEAR))
    for level in range(61):
        where = FilterNot(where) if level % 2 else FilterAll((DEAR, where))
    tree = Did("x", where=where)
    validate(tree)
    assert parse(to_text(tree)) == tree
    with pytest.raises(LimitExceeded):
        validate(Not(tree))
