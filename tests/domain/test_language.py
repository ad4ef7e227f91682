"""Text to tree and back, and every way in which it can go wrong."""

import random
import time
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.changeset import ValueType
from domain.errors import InvalidExpression, LimitExceeded
from domain.language.checker import Vocabulary, Warning, check, conditions, nodes, normalize, validate
from domain.language.parser import parse
from domain.language.printer import to_text
from domain.language.syntax import (
    Ago,
    And,
    Before,
    Between,
    Bound,
    Calendar,
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
    Instant,
    Last,
    Measure,
    Not,
    On,
    Op,
    Or,
    Since,
    Span,
    Tagged,
    Trait,
    Unit,
    Window,
)
from tests.strategies import NASTY, PLAIN, expressions

VIP = Tagged(("vip",))
ONCE = Bound(Op.GE, Decimal(1))
TEA = Condition("category", Op.EQ, ("tea",))
DEAR = Condition("amount", Op.GE, (Decimal(50),))


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
    ("in last 1 minute", Last(1, Unit.MINUTE)),
    ("in last 36525 days", Last(36_525, Unit.DAY)),
    ("in last 007 weeks", Last(7, Unit.WEEK)),
    ("in last 1 calendar days", Calendar(1, Unit.DAY)),
    ("in last 1200 calendar months zone Asia/Tokyo", Calendar(1_200, Unit.MONTH, "Asia/Tokyo")),
    ('in last 3 calendar years zone "Etc/GMT+8"', Calendar(3, Unit.YEAR, "Etc/GMT+8")),
    ("today zone UTC", Calendar(1, Unit.DAY)),
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


def test_places_are_those_of_the_names() -> None:
    tree = parse("tagged vip and\n  did\u3000purchase where  amount > 1 ever\r\nor (city exists)")
    first, second, trait = (node for node in nodes(tree) if isinstance(node, Tagged | Did | Trait))
    assert (first.span, second.span, trait.span) == (Span(1, 8), Span(2, 7), Span(3, 5))
    assert isinstance(second, Did)
    assert second.where is not None
    assert [condition.span for condition in conditions(second.where)] == [Span(2, 23)]


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


# --- errors ---

ERRORS: list[tuple[str, int, int, str]] = [
    ("", 1, 1, "expected a condition such as"),
    ("  -- nothing", 1, 1, "found the end of the expression"),
    ("tagged vip and and did purchase", 1, 16, "found 'and'"),
    ("tagged", 1, 7, "expected a tag name, found the end"),
    ("tagged and", 1, 8, "expected a tag name, found 'and'; to use it as a name, write \"and\""),
    ("tagged vip tagged gold", 1, 12, "expected `and`, `or` or the end"),
    ("tagged vip, gold", 1, 11, "write `tagged any of (a, b)`"),
    ("tagged any (a)", 1, 12, "expected `of`"),
    ("tagged any of (a b)", 1, 18, "expected `,` or `)`"),
    ("tagged 'vip'", 1, 8, "strings are written in double quotes"),
    ("tagged “vip”", 1, 8, "straight double quote"),
    ("tagged 客户（", 1, 10, "half-width ("),
    ("tagged VIP😀", 1, 11, "names with such characters are written in double quotes"),
    ("tagged -vip", 1, 8, "names that begin with - in double quotes"),
    ("tagged a >= b", 1, 13, "expected a number"),
    ("tagged level/", 1, 8, "the name of a tag is empty"),
    ("tagged vip &&\ntagged b", 1, 12, "write and"),
    ("everyone | everyone", 1, 10, "write or"),
    ("!everyone", 1, 1, "write not"),
    ("age => 18", 1, 5, "write >="),
    ("age =< 18", 1, 5, "write <="),
    ("age == 18", 1, 5, "write ="),
    ("age <> 18", 1, 5, "write !="),
    ("age ≥ 18", 1, 5, "write >="),
    ("city = Shanghai", 1, 8, 'strings are written in double quotes: "Shanghai"'),
    ("city = and", 1, 8, "expected a value"),
    ("age = 18x", 1, 7, "write numbers like 12"),
    ("age = 1e5", 1, 7, "write numbers like 12"),
    ("age = .5", 1, 7, "expected a value"),
    ("age = 5.", 1, 8, "expected `and`, `or` or the end"),
    ("age = 50,000", 1, 9, "found ','"),
    ("age = 1.234567890123456", 1, 7, "too many digits"),
    ("age = 100000000000001", 1, 7, "too large"),
    ("birthday = 2017-02-29", 1, 12, "there is no day 2017-02-29"),
    ("birthday = 2017-02-01T00:00:00Z", 1, 12, "write the date only"),
    ('a in (1, "2")', 1, 10, "of one type"),
    ("a in (1, true)", 1, 10, "of one type"),
    ("a in ()", 1, 7, "expected a value"),
    ("a starts with 5", 1, 15, "expected a string in double quotes"),
    ("vip and everyone", 1, 5, "write `tagged vip`"),
    ("did purchase 3 times", 1, 14, "write `at least 3 times`"),
    ("did purchase at 3 times", 1, 17, "expected `least` or `most`"),
    ("did purchase more 3 times", 1, 19, "expected `than`"),
    ("did purchase at least 3", 1, 24, "expected `times`"),
    ("did purchase at least 2.5 times", 1, 23, "expected a whole number"),
    ("did purchase at least 1000000001 times", 1, 23, "not a count"),
    ("count(purchase) >= -1", 1, 20, "not a count"),
    ("count(purchase) >= 1.5", 1, 20, "not a count"),
    ("sum(purchase) > 1", 1, 13, "expected `.` and a property"),
    ("sum(purchase.amount where a = 1 or b = 2) > 1", 1, 33, "put filters with `or` and `not` in parentheses"),
    ("sum(purchase.amount)", 1, 21, "expected =, !="),
    ("count purchase > 1", 1, 7, "expected an operator after the trait"),
    ("did x where not a = 1", 1, 13, "`where (not …)`"),
    ("did x last 30 days", 1, 7, "begin with `in last`"),
    ("did x in 30 days", 1, 10, "expected `last` or `this`"),
    ("did x in last days", 1, 15, "expected a whole number"),
    ("did x in last 3 months", 1, 17, "write `in last 3 calendar months`"),
    ("did x in last 3 calendar hours", 1, 26, "expected days, weeks, months or years"),
    ("did x in last 0 days", 1, 15, "1 to 36,525 days"),
    ("did x in last 36526 days", 1, 15, "1 to 36,525 days"),
    ("did x in last 1201 calendar months", 1, 15, "1 to 1,200 months"),
    ("did x in last 7 days zone UTC", 1, 22, "a zone goes with"),
    ("did x today zone Asia/Shangai", 1, 18, "perhaps Asia/Shanghai"),
    ("did x today zone and", 1, 18, "expected a time zone"),
    ("did x on 1899-12-31", 1, 10, "outside 1900-01-01 to 2199-12-31"),
    ("did x on 2200-01-01", 1, 10, "outside 1900-01-01 to 2199-12-31"),
    ("did x on yesterday", 1, 10, "expected a date"),
    ("did x since 2017-06-01T10:00:00", 1, 13, "add Z"),
    ("did x since 2200-01-01T00:00:00Z", 1, 13, "outside 1900"),
    ("did x since 20170601", 1, 21, "expected minutes, hours"),
    ("did x before 3 days", 1, 20, "expected `ago`"),
    ("did x between 2017-06-01, 2017-07-01", 1, 25, "expected `and` and the end of the window"),
    ("first x", 1, 8, "so it needs a window"),
    ("(everyone", 1, 10, "expected `and`, `or` or `)`"),
    ("everyone)", 1, 9, "no parenthesis is open here"),
    ('a = "open', 1, 5, "no closing quote"),
    ('a = "line\nbreak"', 1, 5, "no closing quote"),
    ('a = "x\\q"', 1, 7, "unknown escape"),
    ('a = "x\\u12"', 1, 7, "unknown escape"),
    ('a = "x\\ud83d\\ude00"', 1, 7, "half of a surrogate pair"),
    ("everyone and\r\n\t\x00", 2, 2, "unexpected character U+0000"),
    ("-- \ud800\neveryone", 1, 4, "half of a surrogate pair"),
    ("everyone\n\n  and\rnot (", 4, 6, "found the end"),
]


@pytest.mark.parametrize(("text", "line", "column", "part"), ERRORS, ids=[repr(text) for text, *_ in ERRORS])
def test_an_error_points_at_its_place(text: str, line: int, column: int, part: str) -> None:
    with pytest.raises(InvalidExpression) as caught:
        parse(text)
    error = caught.value
    assert (error.line, error.column) == (line, column)
    assert part in error.problem
    assert "\n" not in error.problem
    first, shown, caret = error.message.split("\n")
    assert first == f"line {line}, column {column}: {error.problem}"
    assert caret == "  " + " " * (column - 1) + "^"
    assert shown == f"  {error.source_line}"
    error.message.encode()


def test_the_first_mistake_is_told_even_before_an_unreadable_character() -> None:
    with pytest.raises(InvalidExpression, match="column 8"):
        parse("tagged and 'vip'")


def test_a_long_line_is_cut_around_the_caret() -> None:
    with pytest.raises(InvalidExpression) as caught:
        parse("everyone and " * 500 + "age == 18 and everyone" + " and everyone" * 200)
    shown, caret = caught.value.message.split("\n")[1:]
    assert caught.value.column == 13 * 500 + 5
    assert shown[len(caret) - 1 :].startswith("== 18 and")
    assert shown[: len(caret) - 1].endswith("everyone and age ")
    assert len(shown) <= 102


# --- limits ---


def test_names_are_bounded() -> None:
    name = "n" * 128
    for text in (f"tagged {name}/{name}", f"tagged {name}", f"did {name}", f"sum({name}.{name}) > 1", f"{name} exists"):
        parse(text)
    for text in (f"tagged g/{name}x", f"tagged {name}x/t", f"tagged {name}x", f"did {name}x", f"sum(a.{name}x) > 1", 'did ""'):
        with pytest.raises(InvalidExpression, match="characters"):
            parse(text)


def test_values_are_bounded_in_bytes() -> None:
    parse(f'city = "{"客" * 341}x"')
    with pytest.raises(InvalidExpression, match="1,025 bytes"):
        parse(f'city = "{"客" * 341}xx"')


@pytest.mark.parametrize(
    ("fits", "exceeds", "limit"),
    [
        ("(" * 63 + "everyone" + ")" * 63, "(" * 64 + "everyone" + ")" * 64, "expression depth"),
        ("not " * 63 + "everyone", "not " * 64 + "everyone", "expression depth"),
        ("did x where " + "(" * 63 + "a = 1" + ")" * 63, "did x where " + "(" * 64 + "a = 1" + ")" * 64, "expression depth"),
        ("everyone" + " or everyone" * 998, "everyone" + " or everyone" * 999, "expression nodes"),
        (f"a in (1{', 1' * 998})", f"a in (1{', 1' * 999})", "expression nodes"),
        (f"tagged any of (a{', a' * 998})", f"tagged any of (a{', a' * 999})", "expression nodes"),
        (f"did x where a = 1{' and a = 1' * 997}", f"did x where a = 1{' and a = 1' * 998}", "expression nodes"),
        ("everyone".ljust(65_536), "everyone".ljust(65_537), "expression text"),
    ],
)
def test_limits_hold_at_their_edge(fits: str, exceeds: str, limit: str) -> None:
    parse(fits)
    with pytest.raises(LimitExceeded) as caught:
        parse(exceeds)
    assert caught.value.metadata["limit"] == limit


def test_a_tree_is_as_deep_as_its_nodes_whatever_the_parentheses() -> None:
    text = "everyone"
    for _ in range(35):
        text = f"everyone or everyone and ({text})"
    with pytest.raises(LimitExceeded, match="depth"):
        parse(text)


def test_a_text_is_refused_when_its_canonical_text_would_be() -> None:
    listed = ", ".join(['"' + "\u202e" * 300 + '"'] * 100)
    with pytest.raises(LimitExceeded, match="expression text"):
        parse(f"a in ({listed})")


def test_a_long_expression_is_read_fast() -> None:
    values = ", ".join(f'"{"x" * 55}{index}"' for index in range(980))
    text = f"city in ({values})"
    assert 55_000 < len(text) < 65_536
    begin = time.perf_counter()
    parse(text)
    with pytest.raises(LimitExceeded):
        parse("a=1 or " * 9_000 + "a=1")
    assert time.perf_counter() - begin < 1


# --- no other exception ---

WORDS = [word for text, _ in READINGS for word in text.split(" ")]
WORDS += ["(", ")", '"', "--", "\n", "'", "\\", "-", ".", "\ud800", "\x00", "客"]


def survives(text: str) -> None:
    """Read, and then canonical; or refused with a short message that can be sent."""
    try:
        tree = parse(text)
    except (InvalidExpression, LimitExceeded) as error:
        message = error.message
    else:
        message = ""
        assert same(parse(to_text(tree)), tree)
    assert len(message.encode()) < 2_000


@given(st.text())
@example("9" * 60_000)
@example("a = " + "9" * 60_000)
@example("a = 0." + "0" * 60_000 + "1")
@example("did x in last " + "9" * 60_000 + " days")
@example("did x at least " + "9" * 60_000 + " times")
@example('tagged "\\' + "\\" * 60_000)
@example("--" * 30_000)
@example("\ud800" * 100)
@example("e\u0301" * 30_000)
@example("tagged " + "\u0301" * 60_000)
@example("did x today zone " + "x" * 60_000)
@example("did x since 0000-01-01T00:00:00Z")
@example("sum(2017-06-01T10:00:00.5Z) > 1 and sum(1.-5) > 1")
@example("İ = 1 and ſum(a.b) > 1 and \u212a exists")
def test_any_text_is_read_or_refused(text: str) -> None:
    survives(text)


@given(st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join))
def test_any_words_are_read_or_refused(text: str) -> None:
    survives(text)


@given(expressions(PLAIN), st.integers(0, 2**32))
def test_any_damaged_text_is_read_or_refused(tree: Expression, seed: int) -> None:
    dice, text = random.Random(seed), to_text(tree)
    for _ in range(dice.randint(1, 3)):
        start = dice.randint(0, len(text))
        text = text[:start] + dice.choice(WORDS) + text[start + dice.randint(0, 5) :]
    survives(text)


@pytest.mark.parametrize(
    "piece", ["(", "not ", "did x where (", "not (", "sum(", "a in (", "tagged any of (", '"', "\\", "-", "e\u0301"]
)
@pytest.mark.parametrize("count", [65, 5_000, 1_000_000])
def test_deep_and_huge_texts_are_refused(piece: str, count: int) -> None:
    with pytest.raises((InvalidExpression, LimitExceeded)):
        parse(piece * count)


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
        and age in (1, 2) and birthday > 1990-01-01 and city starts with "S" and max(purchase.quantity) < 5 and last visit ever and city exists
    """
    assert check(parse(text), VOCABULARY) == ()


def test_warnings_come_in_the_order_of_the_text_and_once() -> None:
    tree = parse("tagged nobody and (nothing exists or not did nowhere where nil = 1 ever)")
    assert [warning.span.column for warning in check(tree, VOCABULARY)] == [8, 20, 46, 60]
    twice = And((Tagged(("nobody",)), Tagged(("nobody",))))
    assert check(twice, VOCABULARY) == (Warning(Span(0, 0), "the workspace has never seen the tag 'nobody'", ""),)


def test_suggestions_stay_cheap_for_large_vocabularies() -> None:
    large = Vocabulary(tags=frozenset(f"campaign/summer-{index:05}" for index in range(10_000)))
    tree = parse(" or ".join(f"tagged campain/sumer-{index:05}x" for index in range(900)))
    begin = time.perf_counter()
    warnings = check(tree, large)
    assert time.perf_counter() - begin < 2
    assert len(warnings) == 900
    assert warnings[0].suggestion.startswith("campaign/summer-")


def test_an_empty_workspace_knows_nothing() -> None:
    (warning,) = check(VIP, Vocabulary())
    assert warning.suggestion == ""
