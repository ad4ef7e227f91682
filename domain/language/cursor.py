"""Where the parser stands: the words one by one, and what a single word may stand for (a name, number, date, zone).

Apart from the grammar (parser.py) so that each of them stays one page of thought. Every refusal carries its place.
"""

import re
import unicodedata
from datetime import date
from decimal import Decimal

from domain.errors import InvalidExpression
from domain.instants import parse_instant
from domain.language import rules
from domain.language.lexer import Kind, Source, Token, found, is_bare_name, shown, tokens
from domain.language.syntax import Literal, Span, Unit

_UNITS = {unit.value + plural: unit for unit in Unit for plural in ("", "s")}
_WHOLE = re.compile(r"[0-9]+")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CLOCK = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt].*")
_TOO_MANY = 10**12


class Cursor:
    """Reads forward, looks ahead any number of words. Every method that reads raises InvalidExpression at the word."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._tokens = tokens(source.text)
        self._index = 0
        self._depth = 1

    # --- words ---

    def peek(self, ahead: int = 0) -> Token:
        """The word that comes, or a later one; at the end the last again and again."""
        return self._tokens[min(self._index + ahead, len(self._tokens) - 1)]

    def next(self) -> Token:
        """Read a word."""
        token = self.peek()
        self._index += 1
        return token

    def at(self, word: str, ahead: int = 0) -> bool:
        """Whether this word, operator or mark comes, whatever the case of its letters; strings never are one."""
        token = self.peek(ahead)
        return token.kind in (Kind.WORD, Kind.MARK, Kind.OPERATOR) and token.text.lower() == word

    def accept(self, *words: str) -> bool:
        """Read these words if they come, all or none."""
        here = all(self.at(word, ahead) for ahead, word in enumerate(words))
        self._index += len(words) if here else 0
        return here

    def expect(self, word: str, expected: str = "", hint: str = "") -> None:
        """Read this word."""
        if not self.accept(word):
            raise self.failure(expected or f"`{word}`", hint)

    def failure(self, expected: str, hint: str = "") -> InvalidExpression:
        """The refusal of the word that comes, with what was expected in its place."""
        token = self.peek()
        if token.kind is Kind.BAD:
            return self._source.error(token.start, token.text, expected)
        problem = f"expected {expected}, found {found(token)}"
        return self._source.error(token.start, f"{problem}; {hint}" if hint else problem, expected)

    def refuse(self, token: Token, problem: str) -> None:
        """Refuse a word that was read, if there is a problem with it."""
        if problem:
            raise self._source.error(token.start, problem)

    def span(self, token: Token) -> Span:
        """Line and column of the word."""
        return self._source.span(token.start)

    def open(self) -> None:
        """Go one level down: after `(` or `not`. LimitExceeded beyond the deepest."""
        self._depth += 1
        rules.check_depth(self._depth)

    def close(self) -> None:
        """Come back up."""
        self._depth -= 1

    # --- names ---

    def at_name(self, ahead: int = 0) -> bool:
        """Whether a name can stand here: a word that is no keyword, or a string."""
        token = self.peek(ahead)
        return token.kind is Kind.STRING or (token.kind is Kind.WORD and not token.keyword)

    def name(self, what: str, hint: str = "") -> str:
        """Read a name, in NFC; `what` is its kind with the article, `hint` helps those who wrote something else."""
        token = self.peek()
        name = self._word_as_name(f"the name of {what}", hint)
        self.refuse(token, rules.name_problem(name, what))
        return name

    def tag(self) -> str:
        """Read the key of a tag, in NFC."""
        token = self.peek()
        key = self._word_as_name("a tag name")
        self.refuse(token, rules.tag_problem(key))
        return key

    def zone(self) -> str:
        """Read `zone Z` if it comes; UTC otherwise."""
        if not self.accept("zone"):
            return "UTC"
        return self.zone_name()

    def zone_name(self) -> str:
        """Read the name of a zone."""
        token = self.peek()
        zone = self._word_as_name("a time zone such as Asia/Shanghai")
        self.refuse(token, rules.zone_problem(zone))
        return zone

    def typed_property(self) -> tuple[Token, str, str]:
        """Read TYPE.PROPERTY: its first word, and both names in NFC."""
        token = self.peek()
        first, dot, second = token.text.partition(".")
        if token.kind is Kind.SCALAR and dot and is_bare_name(first) and is_bare_name(second):  # 7.25 is property 25 of type 7
            self.next()
            self.refuse(token, rules.name_problem(first, "an interaction type") or rules.name_problem(second, "a property"))
            return token, first, second
        type_name = self.name("an interaction type")
        self.expect(".", "`.` and a property", f"write for example {shown(type_name)}.amount")
        return token, type_name, self.name("a property")

    def _word_as_name(self, expected: str, hint: str = "") -> str:
        if self.at_name():
            return unicodedata.normalize("NFC", self.next().text)
        token = self.peek()
        quotable = token.kind in (Kind.WORD, Kind.SCALAR)
        raise self.failure(expected, hint or (f'to use it as a name, write "{shown(token.text)}"' if quotable else ""))

    # --- numbers and values ---

    def whole_number(self, expected: str) -> int:
        """Read digits; 10^12 stands for everything larger."""
        if not _is(_WHOLE, self.peek()):
            raise self.failure(expected)
        digits = self.next().text.lstrip("0") or "0"
        return int(digits) if len(digits) <= 12 else _TOO_MANY

    def number(self, expected: str = "") -> Decimal:
        """Read a number within the bounds; `expected` where it is no value."""
        if not _is(_NUMBER, self.peek()):
            raise self.failure(expected or "a number such as 12, -3 or 0.5", "" if expected else self._value_hint())
        token = self.next()
        number = Decimal(token.text)
        self.refuse(token, rules.number_problem(number))
        return number

    def literal(self, expected: str = "a value: a string in double quotes, a number, a date, true or false") -> Literal:
        """Read a value that a trait, a property or a tag's value is compared with."""
        token = self.peek()
        if token.keyword in ("true", "false"):
            return self.next().keyword == "true"
        if _is(_NUMBER, token):
            return self.number()
        if _is(_DATE, token):
            return self.calendar_date()
        if token.kind is not Kind.STRING:
            raise self.failure(expected, self._value_hint())
        self.next()
        self.refuse(token, rules.literal_problem(token.text))
        return token.text

    def quoted(self, expected: str) -> str:
        """Read a string, as it is."""
        token = self.peek()
        if token.kind is not Kind.STRING:
            bare = token.kind in (Kind.WORD, Kind.SCALAR)
            raise self.failure(expected, f'write "{shown(token.text)}"' if bare else "")
        return self.next().text

    def _value_hint(self) -> str:
        token = self.peek()
        if token.kind not in (Kind.WORD, Kind.SCALAR) or token.keyword:
            return ""
        if _CLOCK.fullmatch(token.text):
            return "values have no time of day, write the date only"
        if token.text[0] in "-0123456789":
            return (
                f'write numbers like 12, -3 or 0.5, dates like 2017-06-01, and strings in double quotes: "{shown(token.text)}"'
            )
        return f'strings are written in double quotes: "{shown(token.text)}"'

    # --- dates, instants, spans ---

    def at_date(self) -> bool:
        """Whether a date comes, possible or not."""
        return _is(_DATE, self.peek())

    def calendar_date(self) -> date:
        """Read a date of the years 1 to 9999."""
        if not self.at_date():
            raise self.failure("a date such as 2017-06-01")
        token = self.next()
        try:
            return date.fromisoformat(token.text)
        except ValueError:
            raise self._source.error(token.start, f"there is no day {token.text}") from None

    def day(self) -> date:
        """Read a date on which there are instants."""
        token = self.peek()
        day = self.calendar_date()
        self.refuse(token, rules.day_problem(day))
        return day

    def at_instant(self) -> bool:
        """Whether a date with a time of day comes, possible or not."""
        return _is(_CLOCK, self.peek())

    def instant(self) -> int:
        """Read an instant with its offset, in microseconds since the epoch."""
        token = self.next()
        try:
            return parse_instant(token.text)
        except ValueError as error:
            raise self._source.error(token.start, str(error)) from None

    def at_span(self) -> bool:
        """Whether a whole number comes, and what is no name after it."""
        return _is(_WHOLE, self.peek())

    def span_of(self, units: tuple[Unit, ...], hint: str) -> tuple[int, Unit]:
        """Read the rest of a span, `N units`, of these units only; `hint` helps those who wrote another."""
        token = self.peek()
        count = self.whole_number("a whole number such as 30")
        unit = self.unit(units, hint)
        self.refuse(token, rules.span_problem(count, unit))
        return count, unit

    def unit(self, units: tuple[Unit, ...], hint: str) -> Unit:
        """Read one of the units, singular or plural."""
        unit = _UNITS.get(self.peek().keyword)
        if unit is None or unit not in units:
            names = [f"{allowed.value}s" for allowed in units]
            raise self.failure(" or ".join(filter(None, (", ".join(names[:-1]), names[-1]))), hint if unit else "")
        self.next()
        return unit


def _is(pattern: re.Pattern[str], token: Token) -> bool:
    return token.kind in (Kind.WORD, Kind.SCALAR) and pattern.fullmatch(token.text) is not None
