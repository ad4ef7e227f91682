"""Part of the grammar: leaves that count, measure or order interactions, and ranks by such measures."""

from decimal import Decimal
from typing import NamedTuple

from domain.language import rules
from domain.language.lexer import Kind
from domain.language.parse_filters import Filters
from domain.language.parse_windows import A_WINDOW
from domain.language.syntax import (
    Ago,
    Before,
    Bound,
    Did,
    Edge,
    Ever,
    Expression,
    Filter,
    Function,
    Measure,
    Op,
    Periods,
    Sequence,
    Span,
    Step,
    Top,
    TopTagged,
)

_FUNCTIONS = {"count", *(function.value for function in Function)}
_COUNTED = (None, Function.DISTINCT, Function.DAYS)
_COUNT_WORDS = {
    ("at", "least"): Op.GE,
    ("at", "most"): Op.LE,
    ("more", "than"): Op.GT,
    ("fewer", "than"): Op.LT,
    ("less", "than"): Op.LT,
    ("exactly",): Op.EQ,
}
_COUNT_BEGINS = {words[0] for words in _COUNT_WORDS}
_COUNT_SLIPS = {
    "at": "write `at least 3 times` or `at most 3 times`",
    "more": "write `more than 3 times`",
    "fewer": "write `fewer than 3 times`",
    "less": "write `fewer than 3 times`",
}
_SOME_PERIODS = "write for example `in at least 2 of last 3 calendar months`"


class Measured(NamedTuple):
    """FUNCTION(…); no function counts interactions."""

    function: Function | None
    type: str
    property: str
    where: Filter | None
    zone: str
    span: Span


class Interactions(Filters):
    """Methods are named after what they read."""

    # --- did, and what it goes on with ---

    def did(self) -> Expression:
        """did TYPE [COUNT] [where FILTER] [WINDOW], and the two forms that begin like it."""
        self.next()
        span = self.span(self.peek())
        type_name = self.name("an interaction type")
        counted = self.peek()
        count = self.times()
        where = self.where()
        if self.at("then"):
            self.refuse(counted, "" if count is None else "steps of a sequence are not counted; leave out how often")
            return self.sequence(type_name, where, span)
        if self.at("in") and self.peek(1).keyword in _COUNT_BEGINS:
            self.refuse(counted, "" if count is None else "periods are counted here, not interactions; leave out how often")
            return self.periods(type_name, where, span)
        return Did(type_name, count or Bound(Op.GE, Decimal(1)), where, self.window() or Ever(), span)

    def times(self) -> Bound | None:
        """COUNT, if it comes."""
        count = self.count_words()
        if count is not None and not self.accept("time"):
            self.expect("times")
        return count

    def count_words(self) -> Bound | None:
        """COUNT without its `times`, if it comes."""
        op = next((op for words, op in _COUNT_WORDS.items() if self.accept(*words)), None)
        if op is None:
            slip = _COUNT_SLIPS.get(self.peek().keyword)
            if slip:
                self.next()
                raise self.failure("`least` or `most`" if "at least" in slip else "`than`", slip)
            return None
        token = self.peek()
        count = Decimal(self.whole_number("a whole number such as 3"))
        self.refuse(token, rules.count_problem(count))
        return Bound(op, count)

    def periods(self, type_name: str, where: Filter | None, span: Span) -> Expression:
        """in COUNT of last N calendar units [zone Z]."""
        self.next()
        count = self.count_words()
        assert count is not None, "the caller has seen its first word, and a slip is refused"
        self.expect("of", "`of` and the periods", _SOME_PERIODS)
        self.expect("last", hint=_SOME_PERIODS)
        token = self.peek()
        calendar = self.calendar(_SOME_PERIODS)
        self.refuse(token, rules.periods_problem(calendar.count))
        return Periods(type_name, where, count, calendar, span)

    def sequence(self, type_name: str, where: Filter | None, span: Span) -> Expression:
        """then TYPE …, as often as it comes, and [WINDOW]."""
        steps: list[Step] = []
        while self.at("then"):
            token = self.next()
            self.refuse(token, rules.step_problem(steps))
            steps.append(self.step())
        return Sequence(type_name, where, tuple(steps), self.window() or Ever(), span)

    def step(self) -> Step:
        """[not] TYPE [where FILTER] [within SPAN]."""
        absent = self.accept("not")
        span = self.span(self.peek())
        hint = "the step follows at once: write `then visit`, without `did`" if self.at("did") else ""
        type_name = self.name("an interaction type", hint)
        if self.peek().keyword in _COUNT_BEGINS:
            raise self.failure("`where`, `within`, `then` or a window", "steps of a sequence are not counted")
        where = self.where()
        return Step(type_name, where, self.lasting() if self.accept("within") else None, absent, span)

    # --- first, last, stopped ---

    def edge(self) -> Expression:
        """first|last TYPE [where FILTER] [with FILTER] WINDOW."""
        last = self.next().keyword == "last"
        span = self.span(self.peek())
        type_name = self.name("an interaction type")
        where, having = self.where(), self.where("with")
        window = self.window()
        if window is None:
            raise self.failure(A_WINDOW, f"`{'last' if last else 'first'}` asks when, so it needs a window")
        return Edge(last, type_name, window, where, having, span)

    def stopped(self) -> Expression:
        """Another way to write `last TYPE before N units ago`."""
        self.next()
        span = self.span(self.peek())
        type_name = self.name("an interaction type")
        where = self.where()
        self.expect("for", "`where` or `for`", "write for example `stopped purchase for 60 days`")
        pause = self.lasting()
        return Edge(True, type_name, Before(Ago(pause.count, pause.unit)), where, span=span)

    # --- functions ---

    def at_function(self) -> bool:
        """Whether `sum(` or another one comes; without the parenthesis they are names."""
        token = self.peek()
        return token.kind is Kind.WORD and self.at("(", 1) and token.text.lower() in _FUNCTIONS

    def function(self) -> Expression:
        """FUNCTION(…) OP number [WINDOW]."""
        function, type_name, property_name, where, zone, span = self.measured()
        value = self.count_bound() if function in _COUNTED else self.bound()
        window = self.window() or Ever()
        if function is None:
            return Did(type_name, value, where, window, span)
        return Measure(function, type_name, property_name, value, where, window, zone, span)

    def top(self) -> Expression:
        """top N|N% by FUNCTION(…) [WINDOW] [among (EXPRESSION)], or by value(TAG) [among (EXPRESSION)]."""
        self.next()
        token = self.peek()
        number = self.number("a number of profiles such as 100, or a share such as 10%")
        percent = self.accept("%")
        self.refuse(token, rules.percent_problem(number) if percent else rules.top_problem(number))
        example = "write for example `top 10% by sum(purchase.amount)`"
        self.expect("by", "`by`" if percent else "`%` or `by`", example)
        if self.accept("value", "("):
            span, tag = self.span(self.peek()), self.tag()
            self.expect(")", "`)`", "write for example `top 10% by value(score)`")
            return TopTagged(number, percent, tag, self.among(), span)
        if not self.at_function():
            raise self.failure("a measure such as `sum(purchase.amount)`, `count(purchase)` or `value(score)`")
        function, type_name, property_name, where, zone, span = self.measured()
        window = self.window() or Ever()
        return Top(number, percent, function, type_name, property_name, where, window, zone, self.among(), span)

    def among(self) -> Expression | None:
        """[among (EXPRESSION)]."""
        if not self.accept("among"):
            return None
        return self.related()

    def measured(self) -> Measured:
        """FUNCTION(TYPE[.PROPERTY] [where FILTER] [zone Z])."""
        name = self.next().text.lower()
        self.next()
        function = None if name == "count" else Function(name)
        days = function is Function.DAYS
        if function is None or days:
            token, type_name, property_name = self.peek(), self.name("an interaction type"), ""
        else:
            token, type_name, property_name = self.typed_property()
        where = self.where()
        zone = self.zone() if days else "UTC"
        free = self.at("or") or self.at("not")
        hint = "put filters with `or` and `not` in parentheses: `where (…)`" if free else ""
        self.expect(")", f"`where`, {'`zone`, ' if days else ''}or `)`", hint)
        return Measured(function, type_name, property_name, where, zone, self.span(token))
