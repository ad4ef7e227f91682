"""Part of the grammar: every leaf by the word that it begins with, and those about tags, traits, segments and profiles."""

from decimal import Decimal

from domain.language import rules
from domain.language.lexer import Kind
from domain.language.parse_phrases import PHRASED, Phrases
from domain.language.syntax import (
    Bound,
    Calendar,
    Compared,
    Everyone,
    Expression,
    InList,
    InSegment,
    Lasting,
    Names,
    Span,
    Tagged,
    Trait,
    TraitDate,
    TraitRelated,
    Unit,
)

_A_CONDITION = "a condition such as `tagged vip`, `did purchase in last 30 days` or `age >= 18`"


class Leaves(Phrases):
    """Methods are named after what they read."""

    def leaf(self) -> Expression:
        """One condition on a profile."""
        token = self.peek()
        if self.at_function():
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
            case "in":
                return self.phrase(PHRASED["in"]) if self.at("department", 1) else self.in_segment_or_list()
        if token.kind is Kind.WORD and not self.compares(1):
            word = token.text.lower()  # a name as well: a trait called so is compared
            if word in PHRASED:
                return self.phrase(PHRASED[word])
            if word == "stopped":
                return self.stopped()
            if word == "top":
                return self.top()
        if self.at_clock():
            raise self.failure(
                _A_CONDITION, "the hour and the weekday are those of interactions: `did visit where weekday() = 1`"
            )
        if not self.at_name():
            hint = f'to use it as the name of a trait, write "{token.text}"' if token.keyword else ""
            raise self.failure(_A_CONDITION, hint)
        return self.trait()

    def compares(self, ahead: int) -> bool:
        """Whether what comes can follow only the name of a trait."""
        if self.peek(ahead).kind is Kind.OPERATOR or any(self.at(word, ahead) for word in ("exists", "starts", "in")):
            return True
        if self.at("among", ahead) and self.at("(", ahead + 1):
            return True
        return self.at("anniversary", ahead) and (self.at("in", ahead + 1) or self.at("today", ahead + 1))

    # --- tags ---

    def tagged(self) -> Expression:
        """tagged TAGS [OP value] [by "ACTOR"] [from "SOURCE"] [for at least SPAN]."""
        self.next()
        span = self.first_of_tags()
        tags, value = self.tags(), self.tag_value()
        actor = self.attributed(Names.ACTOR) if self.accept("by") else None
        source = self.attributed(Names.SOURCE) if self.accept("from") else None
        return Tagged(tags, value, actor, source, self.held(), span)

    def tag_value(self) -> Bound | Compared | None:
        """[OP number], [OP choice], [OP date]."""
        if self.peek().kind is not Kind.OPERATOR:
            return None
        op, token = self.numeric_op(), self.peek()
        if token.keyword in ("true", "false"):
            raise self.failure("a number, a choice in double quotes, or a date")
        value = self.literal("a number, a choice in double quotes, or a date")
        assert not isinstance(value, bool)
        return Bound(op, value) if isinstance(value, Decimal) else Compared(op, value)

    def held(self) -> Lasting | None:
        """[for at least SPAN]."""
        if not self.accept("for"):
            return None
        for word in ("at", "least"):
            self.expect(word, "`at least` and a span", "write for example `for at least 30 days`")
        return self.lasting()

    # --- traits ---

    def trait(self) -> Expression:
        """TRAIT OP value [for at least SPAN], TRAIT among days, or TRAIT among (EXPRESSION)."""
        token = self.peek()
        name = self.name("a trait")
        if self.at("anniversary") or (self.at("in") and not self.at("(", 1)):
            return self.trait_date(name, self.span(token))
        if self.accept("among"):
            return TraitRelated(name, self.related(), self.span(token))
        op, values = self.comparison("trait", name)
        return Trait(name, op, values, self.held(), self.span(token))

    def trait_date(self, name: str, span: Span) -> Expression:
        """What follows a trait: [anniversary] in last|next …, anniversary today."""
        anniversary = self.accept("anniversary")
        if anniversary and self.accept("today"):
            return TraitDate(name, True, True, Calendar(1, Unit.DAY, self.zone()), span)
        self.expect("in", "`today` or `in`", "write for example `anniversary in next 7 days`")
        ahead = self.accept("next")
        if not ahead:
            expected = "`last` or `next`" if anniversary else "`(` and a list of values, `last` or `next`"
            self.expect("last", expected, "write for example `in last 1 calendar month`" if self.at("this") else "")
        if not ahead and not anniversary:
            calendar = self.calendar("dates have no time of day, so days are those of the calendar: `in last 30 calendar days`")
            return TraitDate(name, False, False, calendar, span)
        count, unit = self.span_of((Unit.DAY,), "only days are counted here")
        return TraitDate(name, anniversary, ahead, Calendar(count, unit, self.zone()), span)

    # --- segments and lists ---

    def in_segment_or_list(self) -> Expression:
        """in segment NAME [version N], in list NAME [version N]."""
        self.next()
        kind: type[InSegment | InList] = InList if self.accept("list") else InSegment
        if kind is InSegment:
            expected = "`segment`, `list` or `department`, and a name"
            self.expect("segment", expected, 'to use it as the name of a trait, write "in"')
        span = self.span(self.peek())
        name = self.name("a segment" if kind is InSegment else "a list")
        if not self.accept("version"):
            return kind(name, None, span)
        token = self.peek()
        version = self.whole_number("a whole number such as 3")
        self.refuse(token, rules.version_problem(version))
        return kind(name, version, span)
