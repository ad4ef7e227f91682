"""Texts that cannot be read, or not any longer: places, remedies, limits, and no other exception."""

import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.errors import InvalidExpression, LimitExceeded
from domain.language.parser import parse
from domain.language.printer import to_text
from domain.language.syntax import (
    Expression,
)
from tests.domain.test_language import READINGS, same
from tests.strategies import PLAIN, expressions

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
    ("did x since 20170601", 1, 21, "expected seconds, minutes, hours"),
    ("did x before 3 days", 1, 20, "expected `ago`"),
    ("did x between 2017-06-01, 2017-07-01", 1, 25, "expected `and` and the end of the window"),
    ("first x", 1, 8, "so it needs a window"),
    ("(everyone", 1, 10, "expected `and`, `or` or `)`"),
    ("everyone)", 1, 9, "no parenthesis is open here"),
    ("tagged vip by ana", 1, 15, "expected an actor in double quotes, found 'ana'; write \"ana\""),
    (f'tagged vip from "{"x" * 201}"', 1, 17, "a source has 1 to 200 characters"),
    ('tagged vip from "crm" by "ana"', 1, 23, "in this order"),
    ("tagged vip for 3 days", 1, 16, "expected `at least` and a span"),
    ("tagged vip for at least 3 months", 1, 27, "no fixed length; write days"),
    ("tagged vip in last 3 days", 1, 12, "`tag vip added in last 7 days`"),
    ("tag vip", 1, 8, "expected `added` or `removed`"),
    ("account among tagged vip", 1, 15, "found 'tagged'; write for example `among (tagged vip)`"),
    ("did a where b among (c)", 1, 23, "expected an operator after the trait"),
    ("moved to b", 1, 7, "expected `from`, found 'to'; write for example `moved from stage/interest"),
    ("moved from a", 1, 13, "expected `to`"),
    ("moved from a to b for at least 3 days", 1, 19, "expected `and`, `or`"),
    ("did x where hour = 3", 1, 13, "to use it as a name"),
    ("did x where hour(Asia/Shangai) = 3", 1, 18, "perhaps Asia/Shanghai"),
    ("did x where hour() = 24", 1, 22, "not an hour; write a whole number from 0 to 23"),
    ("did x where hour() = 7.5", 1, 22, "not an hour"),
    ("did x where weekday() in (1, 0)", 1, 30, "not a weekday; write a whole number from 1 to 7"),
    ("did x where weekday() exists", 1, 23, "expected =, !=, <, <=, >, >= or `in`"),
    ("hour() = 3", 1, 1, "`did visit where weekday() = 1`"),
    ("did x in at least 2 of last 3 months", 1, 31, "expected `calendar`, found 'months'"),
    ("did x in at least 2 of last 1001 calendar days", 1, 29, "at most 1,000"),
    ("did x in 2 of last 3 calendar months", 1, 10, "write `in at least 2 of last"),
    ("did x at least 2 times in at least 2 of last 3 calendar months", 1, 7, "leave out how often"),
    ("resumed x in last 3 days", 1, 11, "expected `where` or `after`"),
    ("stopped x", 1, 10, "expected `where` or `for`"),
    ("did a then did b", 1, 12, "without `did`"),
    ("did a at least 2 times then b", 1, 7, "not counted"),
    ("did a then b at least 2 times", 1, 14, "not counted"),
    ("did a then not b then c", 1, 18, "`then not` is the last step"),
    ("did a in last 3 days then b", 1, 22, "stand before the window"),
    ("did a then b within 3 calendar days", 1, 23, "expected seconds, minutes, hours, days or weeks"),
    ("birthday in last 30 days", 1, 21, "`in last 30 calendar days`"),
    ("birthday in next 3 months", 1, 20, "expected days, found 'months'"),
    ("birthday anniversary in last 3 calendar days", 1, 32, "expected days, found 'calendar'"),
    ("birthday anniversary", 1, 21, "expected `today` or `in`"),
    ("a in 5", 1, 6, "expected `(` and a list of values, `last` or `next`"),
    ("in (1)", 1, 4, "expected `segment`"),
    ("in segment x version 0", 1, 22, "whole numbers from 1"),
    ("in list x version 0", 1, 19, "whole numbers from 1"),
    ("in list", 1, 8, "a list"),
    ("top by sum(a.b)", 1, 5, "expected a number of profiles such as 100, or a share such as 10%"),
    ("top 0 by count(a)", 1, 5, "not a number of profiles"),
    ("top 10.5 by count(a)", 1, 5, "or a share such as 10%"),
    ("top 101% by count(a)", 1, 5, "more than 0% and at most 100%"),
    ("top 0.0000001% by count(a)", 1, 5, "at most 6"),
    ("top 10% by purchase", 1, 12, "expected a measure such as"),
    ("top 10% by avg(a)", 1, 17, "expected `.` and a property"),
    ('sample 10 by "x"', 1, 11, "expected `%`"),
    ("sample 10% by x", 1, 15, 'write "x"'),
    (f'sample 10% by "{"x" * 129}"', 1, 15, "1 to 128 characters"),
    ("observed since yesterday", 1, 16, "expected a date such as"),
    ("tagged 50%", 1, 10, "names with such characters are written in double quotes"),
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


def test_the_bounds_of_a_sequence_hold_at_their_edge() -> None:
    parse("did a" + " then a" * 9)
    with pytest.raises(InvalidExpression, match="line 1, column 70: too many steps; a sequence has at most 10"):
        parse("did a" + " then a" * 10)


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
        (" or ".join(["did a then a"] * 499), " or ".join(["did a then a"] * 500), "expression nodes"),
        (
            f"did a then a where hour() in (1{', 1' * 996})",
            f"did a then a where hour() in (1{', 1' * 997})",
            "expression nodes",
        ),
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


def test_a_long_expression_is_read_or_refused() -> None:
    values = ", ".join(f'"{"x" * 55}{index}"' for index in range(980))
    text = f"city in ({values})"
    assert 55_000 < len(text) < 65_536
    parse(text)
    with pytest.raises(LimitExceeded):
        parse("a=1 or " * 9_000 + "a=1")


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
