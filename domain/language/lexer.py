"""First stage: text to words, with the place of each.

A word is not yet a name, keyword, number or date: `365` and `2024-vip` may be tag names, `min` a trait. The parser knows what
it expects and decides. What cannot be a word becomes one last BAD token, so that an earlier mistake is reported first.
"""

import re
import unicodedata
from bisect import bisect_right
from enum import Enum
from typing import Final, NamedTuple

from domain.errors import InvalidExpression
from domain.language.syntax import Span

KEYWORDS: Final = frozenset(
    re.findall(
        "[a-z]+",
        """
        and or not everyone tagged any of did at least most exactly more fewer less than times time where in last first calendar
        second seconds minute minutes hour hours day days week weeks month months year years between since before on ever ago
        today this zone exists starts with true false
        """,
    )
)
"""Lower-case words that are names only in double quotes.

Words that came later (`then`, `by`, `tag` and others) are not among them: they mean something where a form has them, and are
names everywhere else, so that no older text changes its meaning.
"""

_SHOWN_LINE_CHARACTERS = 100
_SHOWN_WORD_CHARACTERS = 40

_SKIPPED = re.compile(r"(?:[\s\ufeff]+|--[^\r\n]*)*")
_LINE_END = re.compile(r"\r\n|\r|\n")
_ASCII_NAME = re.compile(r"[A-Za-z0-9_\-/:]*")
_CLOCK = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9:]+"
_SCALAR = re.compile(rf"{_CLOCK}\.[0-9]+(?:[Zz]|[+-][0-9:]+)|{_CLOCK}\+[0-9:]+|-?[0-9]+\.[0-9]+|-[0-9]+")
_STRING = re.compile(r'"([^"\\\r\n]*(?:\\.[^"\\\r\n]*)*)"')
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)")
_ESCAPED = {'"': '"', "\\": "\\", "n": "\n", "t": "\t"}

# Slips, longest first, and what to write instead.
_SLIPS = (
    ("==", "write = to compare"),
    ("=>", "write >= for at least"),
    ("=<", "write <= for at most"),
    ("<>", "write != for different"),
    ("&", "write and"),
    ("|", "write or"),
    ("!", "write not, or != to compare"),
    ("'", "strings are written in double quotes"),
    ("`", "strings are written in double quotes"),
    ("“", 'write the straight double quote "'),
    ("”", 'write the straight double quote "'),
    ("„", 'write the straight double quote "'),
    ("«", 'write the straight double quote "'),
    ("「", 'write the straight double quote "'),
    ("＂", 'write the straight double quote "'),
    ("（", "write the half-width ("),
    ("）", "write the half-width )"),
    ("，", "write the half-width ,"),
    ("、", "write the half-width ,"),
    ("％", "write the half-width %"),
    ("＝", "write the half-width ="),
    ("≥", "write >="),
    ("≤", "write <="),
    ("≠", "write !="),
    ("−", "write the hyphen - before a negative number"),
    ("#", "comments begin with --"),
    ("-", "write names that begin with - in double quotes"),
)
_OPERATORS = ("<=", ">=", "!=", "=", "<", ">")


class Kind(Enum):
    """What a token is, as far as its characters tell."""

    WORD = "word"
    """Characters of names only: a name, keyword, whole number, date or instant."""
    SCALAR = "scalar"
    """A number or instant with characters that names do not have: `-3`, `0.5`."""
    STRING = "string"
    """In double quotes; `text` is what they hold."""
    OPERATOR = "operator"
    MARK = "mark"
    """One of `( ) , . %`."""
    END = "end"
    BAD = "bad"
    """Not of the language; `text` says why. Always the last."""


class Token(NamedTuple):
    """One word; `start` and `end` are offsets in characters, `keyword` is lower-case, and "" for all other words."""

    kind: Kind
    text: str
    start: int
    end: int
    keyword: str = ""


class Source:
    """The text with its lines, to say where something is."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._line_starts = [0, *(match.end() for match in _LINE_END.finditer(text))]

    def span(self, offset: int) -> Span:
        """Line and column of a character, both from 1."""
        line = bisect_right(self._line_starts, offset)
        return Span(line, offset - self._line_starts[line - 1] + 1)

    def error(self, offset: int, problem: str, expected: str = "") -> InvalidExpression:
        """The error at a character, with its line; of a long line, the part around the character."""
        span = self.span(offset)
        begin = self._line_starts[span.line - 1]
        line = _LINE_END.split(self.text[begin : offset + _SHOWN_LINE_CHARACTERS], maxsplit=1)[0]
        shown_from = max(0, offset - begin - _SHOWN_LINE_CHARACTERS * 3 // 4)
        part = _printable(line[shown_from : shown_from + _SHOWN_LINE_CHARACTERS])
        return InvalidExpression(
            problem, line=span.line, column=span.column, source_line=part, shown_from=shown_from, expected=expected
        )


def is_name_character(character: str) -> bool:
    """Whether names may hold it outside quotes: letters, marks and digits of any script, `_`, `-`, `/` and `:`."""
    category = unicodedata.category(character)
    return category[0] in "LM" or category == "Nd" or character in "_-/:"


def is_bare_name(text: str) -> bool:
    """Whether the text, as it stands, may be written as a name without quotes."""
    return bool(text) and text[0] != "-" and text.lower() not in KEYWORDS and all(map(is_name_character, text))


def found(token: Token) -> str:
    """The token as error messages show it."""
    if token.kind is Kind.END:
        return "the end of the expression"
    return f'the string "{shown(token.text)}"' if token.kind is Kind.STRING else f"'{shown(token.text)}'"


def shown(text: str) -> str:
    """The beginning of a text from the caller, safe inside a message of one line."""
    return _printable(text[:_SHOWN_WORD_CHARACTERS]) + ("…" if len(text) > _SHOWN_WORD_CHARACTERS else "")


def tokens(text: str) -> list[Token]:
    """Every word in order, then one END or BAD token. Linear in the text; raises nothing."""
    words: list[Token] = []
    position = 0
    while True:
        skipped = _SKIPPED.match(text, position)
        assert skipped is not None, "the pattern matches the empty text"
        if skipped.end() == len(text):
            end = words[-1].end if words else 0
            return [*words, Token(Kind.END, "", end, end)]
        words.append(_token(text, skipped.end()))
        if words[-1].kind is Kind.BAD:
            return words
        position = words[-1].end


def _token(text: str, start: int) -> Token:
    character = text[start]
    if character == '"':
        return _string(text, start)
    if character in "(),.%":
        return Token(Kind.MARK, character, start, start + 1)
    scalar = _SCALAR.match(text, start)
    if scalar and not (scalar.end() < len(text) and is_name_character(text[scalar.end()])):
        return Token(Kind.SCALAR, scalar.group(), start, scalar.end())
    if character != "-" and is_name_character(character):
        return _word(text, start)
    return _operator(text, start)


def _word(text: str, start: int) -> Token:
    end = start
    while end < len(text):
        run = _ASCII_NAME.match(text, end)
        assert run is not None, "the pattern matches the empty text"
        end = run.end()
        if end == len(text) or text[end].isascii() or not is_name_character(text[end]):
            break
        end += 1
    word = unicodedata.normalize("NFC", text[start:end])
    lower = word.lower()
    return Token(Kind.WORD, word, start, end, lower if lower in KEYWORDS else "")


def _operator(text: str, start: int) -> Token:
    for slip, remedy in _SLIPS:
        if text.startswith(slip, start) and not text.startswith("!=", start):
            return _bad(text, start, f"unexpected '{slip}'; {remedy}")
    for operator in _OPERATORS:
        if text.startswith(operator, start):
            return Token(Kind.OPERATOR, operator, start, start + len(operator))
    sight = f"'{text[start]}'" if text[start].isprintable() else f"character U+{ord(text[start]):04X}"
    return _bad(text, start, f"unexpected {sight}; names with such characters are written in double quotes")


def _string(text: str, start: int) -> Token:
    match = _STRING.match(text, start)
    if match is None:
        return _bad(text, start, 'no closing quote on this line; end the string with ", and write \\" for a quote inside')
    inner = match[1]
    if "\\" not in inner:
        return Token(Kind.STRING, inner, start, match.end())
    for escape in _ESCAPE.finditer(inner):
        code = escape[1]
        if len(code) == 1 and code not in _ESCAPED:
            problem = 'unknown escape; after \\ comes one of " \\ n t, or u with four hexadecimal digits'
            return _bad(text, start + 1 + escape.start(), problem)
        if len(code) > 1 and 0xD800 <= int(code[1:], 16) <= 0xDFFF:
            problem = "half of a surrogate pair; write the character itself"
            return _bad(text, start + 1 + escape.start(), problem)
    return Token(Kind.STRING, _ESCAPE.sub(_unescaped, inner), start, match.end())


def _unescaped(escape: re.Match[str]) -> str:
    code = escape[1]
    return _ESCAPED[code] if len(code) == 1 else chr(int(code[1:], 16))


def _bad(text: str, start: int, problem: str) -> Token:
    return Token(Kind.BAD, problem, start, min(start + 1, len(text)))


def _printable(line: str) -> str:
    """The same number of characters, safe for a terminal and for UTF-8."""
    if line.isprintable():
        return line
    return "".join(c if c.isprintable() else " " if c.isspace() else "\ufffd" for c in line)
