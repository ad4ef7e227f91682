"""Tree to canonical text: one tree, one text, and reading it gives the same tree again.

It renders and never decides: minimal parentheses, defaults left out, `today` for the current day. Depth of the text never
exceeds that of the tree, so what the limits allow as a tree they allow as text.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, assert_never

from domain.instants import format_instant
from domain.language.lexer import is_bare_name
from domain.language.phrases import PHRASES, Flag, Maybe, Part, Slot, Words
from domain.language.syntax import (
    Actor,
    Ago,
    And,
    Before,
    Between,
    Bound,
    Calendar,
    ClockCondition,
    Compared,
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
    InList,
    InSegment,
    Instant,
    Last,
    Lasting,
    Leaf,
    Literal,
    Measure,
    Not,
    On,
    Op,
    Or,
    Percent,
    Periods,
    Ranks,
    Related,
    Salt,
    Sequence,
    Since,
    Source,
    Tagged,
    TagKey,
    TimePoint,
    Top,
    TopTagged,
    Trait,
    TraitDate,
    TraitRelated,
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
        case Measure(function, type_name, name, value, where, window, zone):
            return f"{_measured(function, type_name, name, where, zone)}{_bound(value)}{_window(window)}"
        case Edge(last, type_name, window, where, having):
            filters = _where(where) + _where(having, "with")
            return f"{'last' if last else 'first'} {name_text(type_name)}{filters} {window_text(window)}"
        case Periods(type_name, where, count, periods):
            return f"did {name_text(type_name)}{_where(where)} in {_count(count)} of last {_calendar(periods)}"
        case Sequence():
            return _sequence(expression)
        case Trait(name, op, values, lasting):
            return _comparison(name_text(name), op, values) + _held(lasting)
        case TraitDate():
            return _trait_date(expression)
        case TraitRelated(name, among):
            return f"{name_text(name)} among ({to_text(among)})"
        case InSegment(name, version) | InList(name, version):
            kind = "segment" if isinstance(expression, InSegment) else "list"
            return f"in {kind} {name_text(name)}" + ("" if version is None else f" version {version}")
        case Top():
            measured = _measured(expression.measure, expression.type, expression.property, expression.where, expression.zone)
            return _ranks(expression, measured + _window(expression.window))
        case TopTagged():
            return _ranks(expression, f"value({name_text(expression.tag)})")
        case _:
            return "".join(_part(part, expression) for part in PHRASES[type(expression)])


def _part(part: Part, node: Leaf) -> str:
    """One part of a phrase."""
    match part:
        case Words(text):
            return text
        case Flag(field, yes, no):
            return yes if getattr(node, field) else no
        case Maybe(words, slot):
            return "" if getattr(node, slot.field) is None else words.text + _slot(slot, getattr(node, slot.field))
        case Slot(field):
            return _slot(part, getattr(node, field))


def _slot(slot: Slot, value: Any) -> str:
    """A field by its type."""
    hint = slot.hint
    if hint == tuple[TagKey, ...]:
        return _tags(value)
    if hint == TimePoint:
        return _point(value)
    if hint is Lasting:
        return _lasting(value)
    if hint == Filter:
        return _where(value)
    if hint == Window:
        return _window(value)
    if hint == Percent:
        return number_text(value)
    return string_text(value) if hint in (Actor, Source, Salt) else name_text(value)


def _inside(operand: Expression, *looser: type[Expression]) -> str:
    text = to_text(operand)
    return f"({text})" if isinstance(operand, looser) else text


def _tagged(node: Tagged) -> str:
    value = _said(node.value) if node.value else ""
    return f"tagged {_tags(node.tags)}{value}{_attribution(node.actor, node.source)}{_held(node.lasting)}"


def _said(value: Bound | Compared) -> str:
    return _bound(value) if isinstance(value, Bound) else f" {value.op.value} {literal_text(value.value)}"


def _held(lasting: Lasting | None) -> str:
    return f" for at least {_lasting(lasting)}" if lasting else ""


def _tags(tags: tuple[str, ...]) -> str:
    text = ", ".join(map(name_text, tags))
    return text if len(tags) == 1 else f"any of ({text})"


def _attribution(actor: str | None, source: str | None) -> str:
    by = "" if actor is None else f" by {string_text(actor)}"
    return by if source is None else f"{by} from {string_text(source)}"


def _did(node: Did) -> str:
    if node.count.op not in _COUNT_WORDS:
        return f"{_measured(None, node.type, '', node.where)}{_bound(node.count)}{_window(node.window)}"
    once = node.count == Bound(Op.GE, Decimal(1))
    times = "" if once else f" {_count(node.count)} times"
    return f"did {name_text(node.type)}{times}{_where(node.where)}{_closing_window(node.where, node.window)}"


def _count(count: Bound) -> str:
    return f"{_COUNT_WORDS[count.op]} {number_text(count.number)}"


def _sequence(node: Sequence) -> str:
    text = f"did {name_text(node.type)}{_where(node.where)}"
    for step in node.steps:
        within = f" within {_lasting(step.within)}" if step.within else ""
        text += f" then {'not ' if step.absent else ''}{name_text(step.type)}{_where(step.where)}{within}"
    last = node.steps[-1]
    return text + _closing_window(None if last.within else last.where, node.window)


def _ranks(node: Ranks, by: str) -> str:
    size = number_text(node.number) + ("%" if node.percent else "")
    among = f" among ({to_text(node.among)})" if node.among else ""
    return f"top {size} by {by}{among}"


def _measured(function: Function | None, type_name: str, name: str, where: Filter | None, zone: str = "UTC") -> str:
    measured = name_text(type_name) + (f".{name_text(name)}" if name else "")
    return f"{function.value if function else 'count'}({measured}{_where(where)}{_zone(zone)})"


def _bound(bound: Bound) -> str:
    return f" {bound.op.value} {number_text(bound.number)}"


def _trait_date(node: TraitDate) -> str:
    name, period = name_text(node.name), node.period
    if node.ahead or node.anniversary:
        if node.ahead and node.anniversary and period.count == 1:
            return f"{name} anniversary today{_zone(period.zone)}"
        side = f"in {'next' if node.ahead else 'last'} {_span(period.count, period.unit.value)}{_zone(period.zone)}"
        return f"{name} anniversary {side}" if node.anniversary else f"{name} {side}"
    return f"{name} in last {_calendar(period)}"


def _comparison(compared: str, op: Op, values: Iterable[Literal]) -> str:
    texts = [literal_text(value) for value in values]
    if op is Op.IN:
        return f"{compared} in ({', '.join(texts)})"
    return " ".join([compared, op.value, *texts])


# --- filters ----------------------------------------------------------------------------------------------------------------


def _where(where: Filter | None, word: str = "where") -> str:
    if where is None:
        return ""
    plain = where.operands if isinstance(where, FilterAll) else (where,)
    text = _filter(where)
    free = all(isinstance(operand, Condition | ClockCondition | Related) for operand in plain)
    return f" {word} {text}" if free else f" {word} ({text})"


def _filter(node: Filter) -> str:
    match node:
        case FilterAny(operands):
            return " or ".join(map(_filter, operands))
        case FilterAll(operands):
            return " and ".join(_filter_inside(operand, FilterAny) for operand in operands)
        case FilterNot(operand):
            return f"not {_filter_inside(operand, FilterAny, FilterAll)}"
        case Condition(name, op, values):
            return _comparison(name_text(name), op, values)
        case Related(name, among):
            return f"{name_text(name)} among ({to_text(among)})"
        case ClockCondition(part, zone, op, numbers):
            clock = f"{part.value}({'' if zone == 'UTC' else name_text(zone)})"
            return _comparison(clock, op, map(Decimal, numbers))
        case _:
            assert_never(node)


def _filter_inside(operand: Filter, *looser: type[Filter]) -> str:
    text = _filter(operand)
    return f"({text})" if isinstance(operand, looser) else text


# --- windows ----------------------------------------------------------------------------------------------------------------


def _window(window: Window) -> str:
    """With a space before it; nothing for the default."""
    return "" if window == Ever() else f" {window_text(window)}"


def _closing_window(where: Filter | None, window: Window) -> str:
    """As _window; after a filter in words, `ever` is written, or it would go on with the next `and`."""
    return " ever" if where is not None and window == Ever() else _window(window)


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
        case Calendar():
            return f"in last {_calendar(window)}"
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


def _calendar(window: Calendar) -> str:
    return f"{_span(window.count, window.unit.value, 'calendar ')}{_zone(window.zone)}"


def _lasting(span: Lasting) -> str:
    return _span(span.count, span.unit.value)


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
