"""Second stage: words to the tree, by recursive descent; one method for each form of docs/language.md.

Any text gives a tree, InvalidExpression or LimitExceeded. Nesting is counted on the way down, so that no text can exhaust the
stack, and every tree that comes out keeps the rules of rules.py and has a canonical text that reads back.
"""

import re
from decimal import Decimal

from domain.language import rules
from domain.language.cursor import Cursor
from domain.language.lexer import Kind, Source, shown
from domain.language.printer import to_text
from domain.language.syntax import (
    CALENDAR_UNITS,
    NUMERIC_OPS,
    ROLLING_UNITS,
    Ago,
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
    Filter,
    FilterNot,
    Function,
    Instant,
    Last,
    Literal,
    Measure,
    Not,
    On,
    Op,
    Since,
    Tagged,
    TimePoint,
    Trait,
    Unit,
    Window,
)

_NUMERIC = {op.value: op for op in NUMERIC_OPS}
_FUNCTIONS = {"count", *(function.value for function in Function)}
_COUNT_WORDS = {
    ("at", "least"): Op.GE,
    ("at", "most"): Op.LE,
    ("more", "than"): Op.GT,
    ("fewer", "than"): Op.LT,
    ("less", "than"): Op.LT,
    ("exactly",): Op.EQ,
}
_COUNT_SLIPS = {
    "at": "write `at least 3 times` or `at most 3 times`",
    "more": "write `more than 3 times`",
    "fewer": "write `fewer than 3 times`",
    "less": "write `fewer than 3 times`",
}
_A_CONDITION = "a condition such as `tagged vip`, `did purchase in last 30 days` or `age >= 18`"
_A_WINDOW = "a window such as `in last 30 days`, `since 2017-06-01` or `ever`"
_A_POINT = "a date such as 2017-06-01, an instant such as 2017-06-01T10:00:00Z, or `30 days ago`"
_COMPARISONS = "=, !=, <, <=, >, >=, `in`, `exists` or `starts with`"
_AFTER = {
    "last": "windows of the last days begin with `in last`",
    "calendar": "windows of calendar days begin with `in last`",
    "this": "windows of the current period begin with `in this`",
    "zone": "a zone goes with dates, `today`, and calendar days, weeks, months and years: `in last 7 calendar days zone …`",
    "where": "`where` stands before the window",
    "at": "how often stands before `where` and the window",
    "exactly": "how often stands before `where` and the window",
    "not": "write `and not`",
}
_AFTER_MARK = {")": "no parenthesis is open here", ",": "to list tags, write `tagged any of (a, b)`"}


def parse(text: str) -> Expression:
    """Read an expression. InvalidExpression names the place and what was expected there; LimitExceeded the limit."""
    rules.check_length(len(text))
    source = Source(text)
    surrogate = re.search("[\ud800-\udfff]", text)
    if surrogate:
        raise source.error(surrogate.start(), "half of a surrogate pair; send the text as valid UTF-8")
    expression = _Parser(source).whole()
    rules.check_size(expression)
    rules.check_length(len(to_text(expression)))
    return expression


class _Parser(Cursor):
    """The grammar. Methods are named after what they read."""

    def whole(self) -> Expression:
        """The expression, up to the end of the text."""
        expression = self.expression()
        token = self.peek()
        if token.kind is not Kind.END:
            counted = token.text[0].isdigit() and self.peek(1).keyword in ("times", "time")
            counts = f"write `at least {shown(token.text)} times` or `exactly {shown(token.text)} times`" if counted else ""
            hint = counts or _AFTER.get(token.keyword) or _AFTER_MARK.get(token.text, "")
            raise self.failure("`and`, `or` or the end of the expression", hint)
        return expression

    # --- and, or, not ---

    def expression(self) -> Expression:
        operands = [self.term()]
        while self.accept("or"):
            operands.append(self.term())
        return rules.disjunction(operands)

    def term(self) -> Expression:
        operands = [self.factor()]
        while self.accept("and"):
            operands.append(self.factor())
        return rules.conjunction(operands)

    def factor(self) -> Expression:
        if self.accept("not"):
            self.open()
            operand: Expression = Not(self.factor())
            self.close()
            return operand
        if self.accept("("):
            self.open()
            inner = self.expression()
            self.expect(")", "`and`, `or` or `)`")
            self.close()
            return inner
        return self.leaf()

    # --- leaves ---

    def leaf(self) -> Expression:
        token = self.peek()
        if token.kind is Kind.WORD and self.at("(", 1) and token.text.lower() in _FUNCTIONS:
            return self.function()
        match token.keyword:
            case "everyone":
                return Everyone(self.span(self.next()))
            case "tagged":
                return self.tagged()
            case "did":
                return self.did()
            case "first" | "last":
                return self.edge()
        if not self.at_name():
            hint = f'to use it as the name of a trait, write "{token.text}"' if token.keyword else ""
            raise self.failure(_A_CONDITION, hint)
        name = self.name("a trait")
        op, values = self.comparison("trait", name)
        return Trait(name, op, values, self.span(token))

    def tagged(self) -> Expression:
        self.next()
        if not self.accept("any"):
            span = self.span(self.peek())
            return Tagged((self.tag(),), self.tag_value(), span)
        self.expect("of")
        self.expect("(", "`(` and a list of tags")
        span = self.span(self.peek())
        tags = [self.tag()]
        while self.accept(","):
            tags.append(self.tag())
        self.expect(")", "`,` or `)`")
        return Tagged(tuple(tags), self.tag_value(), span)

    def tag_value(self) -> Bound | None:
        return self.bound() if self.peek().kind is Kind.OPERATOR else None

    def did(self) -> Expression:
        self.next()
        span = self.span(self.peek())
        type_name = self.name("an interaction type")
        count = self.times()
        where = self.where()
        return Did(type_name, count, where, self.window() or Ever(), span)

    def times(self) -> Bound:
        """COUNT, or at least one."""
        op = next((op for words, op in _COUNT_WORDS.items() if self.accept(*words)), None)
        if op is None:
            slip = _COUNT_SLIPS.get(self.peek().keyword)
            if slip:
                self.next()
                raise self.failure("`least` or `most`" if "at least" in slip else "`than`", slip)
            return Bound(Op.GE, Decimal(1))
        token = self.peek()
        count = Decimal(self.whole_number("a whole number such as 3"))
        self.refuse(token, rules.count_problem(count))
        if not self.accept("time"):
            self.expect("times")
        return Bound(op, count)

    def edge(self) -> Expression:
        last = self.next().keyword == "last"
        span = self.span(self.peek())
        type_name = self.name("an interaction type")
        where = self.where()
        window = self.window()
        if window is None:
            raise self.failure(_A_WINDOW, f"`{'last' if last else 'first'}` asks when, so it needs a window")
        return Edge(last, type_name, window, where, span)

    # --- functions ---

    def function(self) -> Expression:
        name = self.next().text.lower()
        self.next()
        if name == "count":
            return self.count()
        if name == Function.DAYS.value:
            return self.days()
        token, type_name, property_name = self.typed_property()
        where = self.function_where()
        value = self.count_bound() if name == Function.DISTINCT.value else self.bound()
        window = self.window() or Ever()
        return Measure(Function(name), type_name, property_name, value, where, window, span=self.span(token))

    def count(self) -> Expression:
        token = self.peek()
        type_name = self.name("an interaction type")
        where = self.function_where()
        return Did(type_name, self.count_bound(), where, self.window() or Ever(), self.span(token))

    def days(self) -> Expression:
        token = self.peek()
        type_name = self.name("an interaction type")
        where = self.where()
        zone = self.zone()
        self.close_function("`zone`, ")
        value = self.count_bound()
        return Measure(Function.DAYS, type_name, "", value, where, self.window() or Ever(), zone, self.span(token))

    def function_where(self) -> Filter | None:
        where = self.where()
        self.close_function()
        return where

    def close_function(self, more: str = "") -> None:
        free = self.at("or") or self.at("not")
        hint = "put filters with `or` and `not` in parentheses: `where (…)`" if free else ""
        self.expect(")", f"`where`, {more}or `)`", hint)

    def bound(self) -> Bound:
        """OP number."""
        return Bound(self.numeric_op(), self.number())

    def count_bound(self) -> Bound:
        """OP n."""
        op = self.numeric_op()
        token = self.peek()
        number = self.number()
        self.refuse(token, rules.count_problem(number))
        return Bound(op, number)

    def numeric_op(self) -> Op:
        if self.peek().kind is not Kind.OPERATOR:
            raise self.failure("=, !=, <, <=, > or >=")
        return _NUMERIC[self.next().text]

    # --- comparisons and filters ---

    def comparison(self, what: str, name: str) -> tuple[Op, tuple[Literal, ...]]:
        """What follows the name of a trait or property."""
        if self.peek().kind is Kind.OPERATOR:
            return self.numeric_op(), (self.literal(),)
        if self.accept("exists"):
            return Op.EXISTS, ()
        if self.accept("in"):
            self.expect("(", "`(` and a list of values")
            return Op.IN, self.listed_values()
        if self.accept("starts"):
            self.expect("with")
            if self.peek().kind is not Kind.STRING:
                raise self.failure("a string in double quotes")
            return Op.STARTS_WITH, (self.literal(),)
        hint = f"to ask for a tag, write `tagged {shown(name)}`" if what == "trait" else ""
        raise self.failure(f"an operator after the {what} ({_COMPARISONS})", hint)

    def listed_values(self) -> tuple[Literal, ...]:
        values = [self.literal()]
        while self.accept(","):
            token = self.peek()
            values.append(self.literal())
            if type(values[-1]) is not type(values[0]):
                self.refuse(token, "the values of a list are of one type; this one differs from the first")
        self.expect(")", "`,` or `)`")
        return tuple(values)

    def where(self) -> Filter | None:
        if not self.accept("where"):
            return None
        if self.at("("):
            return self.filter_factor()
        if self.at("not"):
            raise self.failure("a property", "put filters with `not` in parentheses: `where (not …)`")
        operands: list[Filter] = [self.condition()]
        while self.at("and") and self.reads_as_condition(1):
            self.next()
            operands.append(self.condition())
        return rules.filter_conjunction(operands)

    def reads_as_condition(self, ahead: int) -> bool:
        follows = self.peek(ahead + 1)
        compares = follows.kind is Kind.OPERATOR or follows.keyword in ("exists", "starts")
        return self.at_name(ahead) and (compares or (follows.keyword == "in" and self.at("(", ahead + 2)))

    def filter(self) -> Filter:
        operands = [self.filter_term()]
        while self.accept("or"):
            operands.append(self.filter_term())
        return rules.filter_disjunction(operands)

    def filter_term(self) -> Filter:
        operands = [self.filter_factor()]
        while self.accept("and"):
            operands.append(self.filter_factor())
        return rules.filter_conjunction(operands)

    def filter_factor(self) -> Filter:
        if self.accept("not"):
            self.open()
            operand: Filter = FilterNot(self.filter_factor())
            self.close()
            return operand
        if self.accept("("):
            self.open()
            inner = self.filter()
            self.expect(")", "`and`, `or` or `)`")
            self.close()
            return inner
        return self.condition()

    def condition(self) -> Filter:
        token = self.peek()
        name = self.name("a property")
        op, values = self.comparison("property", name)
        return Condition(name, op, values, self.span(token))

    # --- windows ---

    def window(self) -> Window | None:
        """A window, if one begins here."""
        if self.accept("in"):
            return self.in_window()
        if self.accept("today"):
            return Calendar(1, Unit.DAY, self.zone())
        if self.accept("on"):
            day = self.day()
            return On(Day(day, self.zone()))
        if self.accept("between"):
            start = self.point()
            self.expect("and", "`and` and the end of the window")
            return Between(start, self.point())
        if self.accept("since"):
            return Since(self.point())
        if self.accept("before"):
            return Before(self.point())
        return Ever() if self.accept("ever") else None

    def in_window(self) -> Window:
        if self.accept("this"):
            unit = self.unit(CALENDAR_UNITS, "")
            return Calendar(1, unit, self.zone())
        self.expect("last", "`last` or `this`", "write for example `in last 30 days` or `in this month`")
        if self.peek(1).keyword == "calendar":
            token = self.peek()
            count = self.whole_number("a whole number such as 3")
            self.next()
            unit = self.unit(CALENDAR_UNITS, "")
            self.refuse(token, rules.span_problem(count, unit))
            return Calendar(count, unit, self.zone())
        return Last(*self.rolling_span())

    def rolling_span(self) -> tuple[int, Unit]:
        return self.span_of(ROLLING_UNITS, "months and years have no fixed length; write `in last 3 calendar months`, or days")

    def point(self) -> TimePoint:
        if self.at_date():
            day = self.day()
            return Day(day, self.zone())
        if self.at_instant():
            return Instant(self.instant())
        if not self.at_span():
            raise self.failure(_A_POINT)
        count, unit = self.rolling_span()
        self.expect("ago", "`ago`", "write for example `30 days ago`")
        return Ago(count, unit)
