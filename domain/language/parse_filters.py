"""Part of the grammar: comparisons of traits and properties, and `where` with all that it may hold."""

from abc import abstractmethod
from decimal import Decimal

from domain.language import rules
from domain.language.lexer import Kind, shown
from domain.language.parse_windows import Windows
from domain.language.syntax import (
    NUMERIC_OPS,
    Bound,
    ClockCondition,
    ClockPart,
    Condition,
    Expression,
    Filter,
    FilterNot,
    Literal,
    Op,
    Related,
)

_NUMERIC = {op.value: op for op in NUMERIC_OPS}
_NUMERIC_WORDS = "=, !=, <, <=, > or >="
_COMPARISONS = "=, !=, <, <=, >, >=, `in`, `exists`, `starts with` or `among`"
_CLOCKS = {part.value: part for part in ClockPart}


class Filters(Windows):
    """Methods are named after what they read."""

    @abstractmethod
    def parenthesised(self) -> Expression:
        """An expression and `)`, after `(`."""

    def related(self) -> Expression:
        """(EXPRESSION), after `among`."""
        self.expect("(", "`(` and an expression", "write for example `among (tagged vip)`")
        return self.parenthesised()

    # --- comparisons ---

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
        """Values of one type, after `(`."""
        values = [self.literal()]
        while self.accept(","):
            token = self.peek()
            values.append(self.literal())
            if type(values[-1]) is not type(values[0]):
                self.refuse(token, "the values of a list are of one type; this one differs from the first")
        self.expect(")", "`,` or `)`")
        return tuple(values)

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

    def numeric_op(self, expected: str = _NUMERIC_WORDS) -> Op:
        """OP."""
        if self.peek().kind is not Kind.OPERATOR:
            raise self.failure(expected)
        return _NUMERIC[self.next().text]

    # --- filters ---

    def where(self, word: str = "where") -> Filter | None:
        """[where FILTER], or what begins with another word; in parentheses, or as long as conditions follow each other."""
        if not self.accept(word):
            return None
        if self.at("("):
            return self.filter_factor()
        if self.at("not"):
            raise self.failure("a property", f"put filters with `not` in parentheses: `{word} (not …)`")
        operands: list[Filter] = [self.condition()]
        while self.at("and") and self.reads_as_condition(1):
            self.next()
            operands.append(self.condition())
        return rules.filter_conjunction(operands)

    def reads_as_condition(self, ahead: int) -> bool:
        """Whether a condition of the same filter comes, not a trait or another leaf."""
        follows = self.peek(ahead + 1)
        compares = follows.kind is Kind.OPERATOR or follows.keyword in ("exists", "starts")
        property_compares = compares or (follows.keyword == "in" and self.at("(", ahead + 2))
        relates = self.at("among", ahead + 1) and self.at("(", ahead + 2)
        return self.at_clock(ahead) or (self.at_name(ahead) and (property_compares or relates))

    def filter(self) -> Filter:
        """Inside parentheses: `or`."""
        operands = [self.filter_term()]
        while self.accept("or"):
            operands.append(self.filter_term())
        return rules.filter_disjunction(operands)

    def filter_term(self) -> Filter:
        """Inside parentheses: `and`."""
        operands = [self.filter_factor()]
        while self.accept("and"):
            operands.append(self.filter_factor())
        return rules.filter_conjunction(operands)

    def filter_factor(self) -> Filter:
        """Inside parentheses: `not`, parentheses, conditions."""
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
        """PROPERTY OP value, or a clock."""
        if self.at_clock():
            return self.clock()
        token = self.peek()
        name = self.name("a property")
        if self.accept("among"):
            return Related(name, self.related(), self.span(token))
        op, values = self.comparison("property", name)
        return Condition(name, op, values, self.span(token))

    def at_clock(self, ahead: int = 0) -> bool:
        """Whether `hour(` or `weekday(` comes; without the parenthesis they are no clocks."""
        return any(self.at(part, ahead) for part in _CLOCKS) and self.at("(", ahead + 1)

    def clock(self) -> Filter:
        """hour([Z]) OP n, weekday([Z]) in (n, …)."""
        token = self.next()
        part = _CLOCKS[token.text.lower()]
        self.next()
        zone = "UTC" if self.at(")") else self.zone_name()
        self.expect(")", "`)`")
        if not self.accept("in"):
            op = self.numeric_op(f"{_NUMERIC_WORDS.replace(' or', ',')} or `in`")
            return ClockCondition(part, zone, op, (self.clock_value(part),), self.span(token))
        self.expect("(", "`(` and a list of values")
        values = [self.clock_value(part)]
        while self.accept(","):
            values.append(self.clock_value(part))
        self.expect(")", "`,` or `)`")
        return ClockCondition(part, zone, Op.IN, tuple(values), self.span(token))

    def clock_value(self, part: ClockPart) -> int:
        """What the clock can show."""
        token = self.peek()
        number: Decimal = self.number("a whole number such as 7")
        self.refuse(token, rules.clock_problem(part, number))
        return int(number)
