"""Tree to canonical text: one tree, one text, and reading it gives the same tree again.

It renders and never decides: minimal parentheses, defaults left out, `today` for the current day. Depth of the text never
exceeds that of the tree, so what the limits allow as a tree they allow as text.
"""

import re
import unicodedata
from datetime import date
from decimal import Decimal
from typing import assert_never

from domain.instants import format_instant
from domain.language.lexer import is_bare_name
from domain.language.syntax import (
    Ago,
    And,
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
    FilterAll,
    FilterAny,
    FilterNot,
    Function,
    Instant,
    Last,
    Literal,
    Measure,
    Not,
    On,
    Op,
    Or,
    Since,
    Tagged,
    TimePoint,
    Trait,
    Unit,
    Window,
)

_COUNT_WORDS = {Op.GE: "at least", Op.LE: "at most", Op.EQ: "exactly", Op.GT: "more than", Op.LT: "fewer than"}
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}
_PERHAPS_ESCAPED = re.compile(r'["\\\W]')
# Characters that turn the direction of what follows: invisible, and able to make a text look like another one.
_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def to_text(expression: Expression) -> str:
    """The canonical text of a valid tree: parse(to_text(tree)) == tree."""
    match expression:
        case Or(operands):
            return " or ".join(map(to_text, operands))
        case And(operands):
            return " and ".join(_inside(operand, Or) for operand in operands)
        case Not(operand):
            return f"not {_inside(operand, Or, And)}"
        case Everyone():
            return "everyone"
        case Tagged():
            return _tagged(expression)
        case Did():
            return _did(expression)
        case Measure():
            return _measure(expression)
        case Edge(last, type_name, window, where):
            return f"{'last' if last else 'first'} {name_text(type_name)}{_where(where)} {window_text(window)}"
        case Trait(name, op, values):
            return _comparison(name, op, values)
        case _:
            assert_never(expression)


def _inside(operand: Expression, *looser: type[Expression]) -> str:
    text = to_text(operand)
    return f"({text})" if isinstance(operand, looser) else text


def _tagged(node: Tagged) -> str:
    tags = ", ".join(map(name_text, node.tags))
    return f"tagged {tags if len(node.tags) == 1 else f'any of ({tags})'}" + (_bound(node.value) if node.value else "")


def _did(node: Did) -> str:
    words = _COUNT_WORDS.get(node.count.op)
    if words is None:
        return f"count({name_text(node.type)}{_where(node.where)}){_bound(node.count)}{_window(node.window)}"
    once = node.count == Bound(Op.GE, Decimal(1))
    times = "" if once else f" {words} {number_text(node.count.number)} times"
    ever = " ever" if node.where is not None and node.window == Ever() else ""  # the filter would go on with the next `and`
    return f"did {name_text(node.type)}{times}{_where(node.where)}{ever or _window(node.window)}"


def _measure(node: Measure) -> str:
    days = node.function is Function.DAYS
    measured = name_text(node.type) + ("" if days else f".{name_text(node.property)}")
    zone = _zone(node.zone) if days else ""
    return f"{node.function.value}({measured}{_where(node.where)}{zone}){_bound(node.value)}{_window(node.window)}"


def _bound(bound: Bound) -> str:
    return f" {bound.op.value} {number_text(bound.number)}"


def _comparison(name: str, op: Op, values: tuple[Literal, ...]) -> str:
    texts = [literal_text(value) for value in values]
    if op is Op.IN:
        return f"{name_text(name)} in ({', '.join(texts)})"
    return " ".join([name_text(name), op.value, *texts])


# --- filters ----------------------------------------------------------------------------------------------------------------


def _where(where: Filter | None) -> str:
    if where is None:
        return ""
    plain = where.operands if isinstance(where, FilterAll) else (where,)
    text = _filter(where)
    return f" where {text}" if all(isinstance(operand, Condition) for operand in plain) else f" where ({text})"


def _filter(node: Filter) -> str:
    match node:
        case FilterAny(operands):
            return " or ".join(map(_filter, operands))
        case FilterAll(operands):
            return " and ".join(_filter_inside(operand, FilterAny) for operand in operands)
        case FilterNot(operand):
            return f"not {_filter_inside(operand, FilterAny, FilterAll)}"
        case Condition(name, op, values):
            return _comparison(name, op, values)
        case _:
            assert_never(node)


def _filter_inside(operand: Filter, *looser: type[Filter]) -> str:
    text = _filter(operand)
    return f"({text})" if isinstance(operand, looser) else text


# --- windows ----------------------------------------------------------------------------------------------------------------


def _window(window: Window) -> str:
    """With a space before it; nothing for the default."""
    return "" if window == Ever() else f" {window_text(window)}"


def window_text(window: Window) -> str:
    """The window as after `did purchase`; `ever` when it has no bound."""
    match window:
        case Ever():
            return "ever"
        case Last(count, unit):
            return f"in last {_span(count, unit.value)}"
        case Calendar(1, Unit.DAY, zone):
            return f"today{_zone(zone)}"
        case Calendar(1, unit, zone):
            return f"in this {unit.value}{_zone(zone)}"
        case Calendar(count, unit, zone):
            return f"in last {_span(count, unit.value, 'calendar ')}{_zone(zone)}"
        case On(day):
            return f"on {_point(day)}"
        case Between(start, end):
            return f"between {_point(start)} and {_point(end)}"
        case Since(start):
            return f"since {_point(start)}"
        case Before(end):
            return f"before {_point(end)}"
        case _:
            assert_never(window)


def _point(point: TimePoint) -> str:
    match point:
        case Instant(us):
            return format_instant(us)
        case Day(day, zone):
            return day.isoformat() + _zone(zone)
        case Ago(count, unit):
            return f"{_span(count, unit.value)} ago"
        case _:
            assert_never(point)


def _span(count: int, unit: str, kind: str = "") -> str:
    return f"{count} {kind}{unit}" + ("" if count == 1 else "s")


def _zone(zone: str) -> str:
    return "" if zone == "UTC" else f" zone {name_text(zone)}"


# --- words ------------------------------------------------------------------------------------------------------------------


def name_text(name: str) -> str:
    """A name: bare when it may be, else in quotes."""
    return name if is_bare_name(name) else string_text(name)


def literal_text(value: Literal) -> str:
    """A value that something is compared with."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return string_text(value)
        case Decimal():
            return number_text(value)
        case date():
            return value.isoformat()
        case _:
            assert_never(value)


def number_text(number: Decimal) -> str:
    """Plain digits: no exponent, no zeros that mean nothing."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if not number else text


def string_text(text: str) -> str:
    """In double quotes, with what cannot be seen escaped."""
    return f'"{_PERHAPS_ESCAPED.sub(_escaped, text)}"'


def _escaped(match: re.Match[str]) -> str:
    character = match.group()
    if character in _ESCAPES:
        return _ESCAPES[character]
    hidden = unicodedata.category(character) in ("Cc", "Zl", "Zp") or character in _DIRECTIONS or character == "\ufeff"
    return f"\\u{ord(character):04X}" if hidden else character
