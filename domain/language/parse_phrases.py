"""Part of the grammar: leaves by the phrases that they say of themselves, and what their fields are written as."""

from decimal import Decimal
from typing import Any, cast

from domain.language import rules
from domain.language.parse_interactions import Interactions
from domain.language.phrases import PHRASES, Flag, Maybe, Part, Slot, Words
from domain.language.syntax import (
    Actor,
    Ever,
    Filter,
    Lasting,
    Leaf,
    Names,
    Percent,
    Salt,
    Source,
    Span,
    TagKey,
    TimePoint,
    Window,
)
from domain.names import normalized

PHRASED = {parts[0].each[0]: kind for kind, parts in PHRASES.items() if isinstance(parts[0], Words)}
"""Leaves by the word that their phrases begin with."""


class Phrases(Interactions):
    """Methods are named after what they read."""

    def phrase(self, kind: type[Any]) -> Leaf:
        """A leaf, as its phrase says. It stands where its first name does."""
        values: dict[str, Any] = {}
        skipped: list[str] = []
        for part in PHRASES[kind]:
            if not isinstance(part, Words):
                values.setdefault("span", self.first_of_tags())
            skipped = self.part(part, values, skipped, f"write for example `{kind.example}`")
        return cast(Leaf, kind(**values))

    def part(self, part: Part, values: dict[str, Any], skipped: list[str], hint: str) -> list[str]:
        """One part of a phrase into `values`. The words that could have stood here as well, for whoever expects one next."""
        match part:
            case Words():
                for word in part.each:
                    self.expect(word, " or ".join(f"`{one}`" for one in [*skipped, word]), hint)
                    skipped = []
                return []
            case Flag(field, yes, no):
                values[field] = self.accept(yes)
                if not values[field]:
                    self.expect(no, f"`{yes}` or `{no}`", hint)
                return []
            case Maybe(words, slot):
                first, *others = words.each
                if not self.accept(first):
                    return [*skipped, first]
                for word in others:
                    self.expect(word, hint=hint)
                values[slot.field] = self.slot(slot)
                return []
            case Slot(field, hint_of) if hint_of in (Filter, Window):
                begins = self.peek()
                values[field] = self.where() if hint_of == Filter else self.window() or Ever()
                return [*skipped, "where"] if hint_of == Filter and begins is self.peek() else skipped
            case Slot(field):
                values[field] = self.slot(part)
                return []

    def slot(self, slot: Slot) -> Any:
        """A field by its type."""
        hint = slot.hint
        if hint == tuple[TagKey, ...]:
            return self.tags()
        if hint == TimePoint:
            return self.point()
        if hint is Lasting:
            return self.lasting()
        if hint == Percent:
            return self.percent()
        if hint == Salt:
            return self.salt()
        if hint in (Actor, Source):
            return self.attributed(hint.__metadata__[0])
        if hint == TagKey:
            return self.tag()
        kind = hint.__metadata__[0]
        assert isinstance(kind, Names), (
            f"no field of a phrase is a {hint} yet: say here how it is read, and in printer.py how it is printed"
        )
        return self.name(kind.value)

    def first_of_tags(self) -> Span:
        """Where the first name stands, of several tags too."""
        return self.span(self.peek(3 if self.at("any") and self.at("(", 2) else 0))

    def tags(self) -> tuple[str, ...]:
        """A tag, or `any of` several."""
        if not self.accept("any"):
            return (self.tag(),)
        self.expect("of")
        self.expect("(", "`(` and a list of tags")
        tags = [self.tag()]
        while self.accept(","):
            tags.append(self.tag())
        self.expect(")", "`,` or `)`")
        return tuple(tags)

    def attributed(self, kind: Names) -> str:
        """Who it was, or from where."""
        token = self.peek()
        text = normalized(self.quoted(f"{kind.value} in double quotes"))
        self.refuse(token, rules.attribution_problem(text, kind.value))
        return text

    def percent(self) -> Decimal:
        """A share, without its `%`."""
        token = self.peek()
        percent = self.number("a share such as 10%")
        self.refuse(token, rules.percent_problem(percent))
        return percent

    def salt(self) -> str:
        """A text that a choice depends on."""
        token = self.peek()
        salt = self.quoted("a text in double quotes that the choice depends on")
        self.refuse(token, rules.salt_problem(salt))
        return salt
