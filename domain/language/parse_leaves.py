"""Part of the grammar: every leaf by the word that it begins with, and those about tags, traits, segments and profiles."""

from domain.language import rules
from domain.language.lexer import Kind
from domain.language.parse_interactions import Interactions
from domain.language.syntax import (
    Bound,
    Calendar,
    Ever,
    Everyone,
    Expression,
    InList,
    InSegment,
    Lasting,
    ObservedSince,
    Sample,
    Span,
    TagChanged,
    Tagged,
    Trait,
    TraitDate,
    Unit,
)
from domain.names import normalized

_A_CONDITION = "a condition such as `tagged vip`, `did purchase in last 30 days` or `age >= 18`"


class Leaves(Interactions):
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
                return self.in_segment_or_list()
        if token.kind is Kind.WORD and not self.compares(1):
            match token.text.lower():  # words that are names as well: a trait called so is compared
                case "tag":
                    return self.tag_changed()
                case "resumed":
                    return self.resumed()
                case "stopped":
                    return self.stopped()
                case "top":
                    return self.top()
                case "sample":
                    return self.sample()
                case "observed":
                    return self.observed()
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
        return self.at("anniversary", ahead) and (self.at("in", ahead + 1) or self.at("today", ahead + 1))

    # --- tags ---

    def tagged(self) -> Expression:
        """tagged TAGS [OP number] [by "ACTOR"] [from "SOURCE"] [for at least SPAN]."""
        self.next()
        tags, span = self.tags()
        value = self.tag_value()
        actor, source = self.attribution()
        return Tagged(tags, value, actor, source, self.held(), span)

    def tag_changed(self) -> Expression:
        """tag TAGS added|removed [by "ACTOR"] [from "SOURCE"] [WINDOW]."""
        self.next()
        tags, span = self.tags()
        added = self.accept("added")
        if not added:
            self.expect("removed", "`added` or `removed`", "to ask who carries the tag, write `tagged`")
        actor, source = self.attribution()
        return TagChanged(tags, added, actor, source, self.window() or Ever(), span)

    def tags(self) -> tuple[tuple[str, ...], Span]:
        """A tag, or `any of` several; with the place of the first."""
        if not self.accept("any"):
            span = self.span(self.peek())
            return (self.tag(),), span
        self.expect("of")
        self.expect("(", "`(` and a list of tags")
        span = self.span(self.peek())
        tags = [self.tag()]
        while self.accept(","):
            tags.append(self.tag())
        self.expect(")", "`,` or `)`")
        return tuple(tags), span

    def tag_value(self) -> Bound | None:
        """[OP number]."""
        return self.bound() if self.peek().kind is Kind.OPERATOR else None

    def attribution(self) -> tuple[str | None, str | None]:
        """[by "ACTOR"] [from "SOURCE"]."""
        return self.attributed("by", "an actor"), self.attributed("from", "a source")

    def attributed(self, word: str, what: str) -> str | None:
        """One of the two."""
        if not self.accept(word):
            return None
        token = self.peek()
        text = normalized(self.quoted(f"{what} in double quotes"))
        self.refuse(token, rules.attribution_problem(text, what))
        return text

    def held(self) -> Lasting | None:
        """[for at least SPAN]."""
        if not self.accept("for"):
            return None
        for word in ("at", "least"):
            self.expect(word, "`at least` and a span", "write for example `for at least 30 days`")
        return self.lasting()

    # --- traits ---

    def trait(self) -> Expression:
        """TRAIT OP value [for at least SPAN], or TRAIT among days."""
        token = self.peek()
        name = self.name("a trait")
        if self.at("anniversary") or (self.at("in") and not self.at("(", 1)):
            return self.trait_date(name, self.span(token))
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

    # --- segments and profiles ---

    def in_segment_or_list(self) -> Expression:
        """in segment NAME [version N], in list NAME [version N]."""
        self.next()
        kind: type[InSegment | InList] = InList if self.accept("list") else InSegment
        if kind is InSegment:
            self.expect("segment", "`segment` or `list`, and a name", 'to use it as the name of a trait, write "in"')
        span = self.span(self.peek())
        name = self.name("a segment" if kind is InSegment else "a list")
        if not self.accept("version"):
            return kind(name, None, span)
        token = self.peek()
        version = self.whole_number("a whole number such as 3")
        self.refuse(token, rules.version_problem(version))
        return kind(name, version, span)

    def sample(self) -> Expression:
        """sample N% by "SALT"."""
        span = self.span(self.next())
        example = 'write for example `sample 10% by "experiment-42"`'
        token = self.peek()
        percent = self.number("a share such as 10%")
        self.expect("%", hint=example)
        self.refuse(token, rules.percent_problem(percent))
        self.expect("by", hint=example)
        token = self.peek()
        salt = self.quoted("a text in double quotes that the choice depends on")
        self.refuse(token, rules.salt_problem(salt))
        return Sample(percent, salt, span)

    def observed(self) -> Expression:
        """observed since POINT."""
        span = self.span(self.next())
        self.expect("since", hint="write for example `observed since 2017-06-01`")
        return ObservedSince(self.point(), span)
