"""The phrases that leaves say of themselves (`phrase` in syntax.py), taken apart: the parser and the printer go by them.

A phrase has words, `{field}`s, `{flag:word|word}` for what a flag reads as when it is set and when it is not, and `[…]` around
what is left out where its field is None. Filters and windows begin with words of their own, and are left out by themselves.
"""

import re
from dataclasses import dataclass, fields
from functools import reduce
from operator import or_
from typing import Any, get_args, get_type_hints

from domain.language.syntax import Leaf

_PART = re.compile(r"\{(\w+)(?::(\w+)\|(\w+))?\}|([^{}]+)")
_OPTIONAL = re.compile(r"\[([^\]]*)\]")
_NONE = type(None)


@dataclass(frozen=True, slots=True)
class Words:
    """Words and marks as they are printed, with the spaces between them."""

    text: str

    @property
    def each(self) -> list[str]:
        """Word by word, as they are read."""
        return re.findall(r"\w+|[^\w\s]", self.text)


@dataclass(frozen=True, slots=True)
class Slot:
    """A field; `hint` is its type without None, which says how it is written."""

    field: str
    hint: Any


@dataclass(frozen=True, slots=True)
class Flag:
    """A field that is true or false, by the word for each."""

    field: str
    yes: str
    no: str


@dataclass(frozen=True, slots=True)
class Maybe:
    """Words and a slot, or nothing."""

    words: Words
    slot: Slot


Part = Words | Slot | Flag | Maybe


def _parts(kind: type[Any]) -> tuple[Part, ...]:
    phrase: str = getattr(kind, "phrase", "")
    hints = get_type_hints(kind, include_extras=True)
    parts: list[Part] = []
    for number, piece in enumerate(_OPTIONAL.split(phrase)):
        found = [_part(match, hints) for match in _PART.finditer(piece)]
        if number % 2:
            words, slot = found
            assert isinstance(words, Words), f"{kind.__name__}: what may be left out begins with a word"
            assert isinstance(slot, Slot), f"{kind.__name__}: what may be left out is a field, by itself"
            found = [Maybe(words, slot)]
        parts += found
    named = {part.slot.field if isinstance(part, Maybe) else part.field for part in parts if not isinstance(part, Words)}
    assert not parts or named == {field.name for field in fields(kind)} - {"span"}, (
        f"{kind.__name__}: its phrase has every field once"
    )
    return tuple(parts)


def _part(match: re.Match[str], hints: dict[str, Any]) -> Part:
    field, yes, no, words = match.groups()
    if words:
        return Words(words)
    return Flag(field, yes, no) if yes else Slot(field, _without_none(hints[field]))


def _without_none(hint: Any) -> Any:
    """The type of a field that may be None, when it is not."""
    inner = get_args(hint)
    return reduce(or_, [one for one in inner if one is not _NONE]) if _NONE in inner else hint


PHRASES = {kind: parts for kind in get_args(Leaf) if (parts := _parts(kind))}
"""By the kind of leaf, the parts of its phrase in the order of the text."""
