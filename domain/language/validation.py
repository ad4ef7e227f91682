"""Trees that did not come from a text, held to what the parser guarantees of those that did.

The wire carries any shape: empty lists, an `and` directly inside an `and`, months as a rolling unit. `normalize` flattens what
only looks different, `validate` refuses the rest, so that everything behind the language may trust each tree alike.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import assert_never

from domain.errors import InvalidExpression
from domain.language import rules
from domain.language.printer import to_text
from domain.language.syntax import (
    CALENDAR_UNITS,
    NUMERIC_OPS,
    ROLLING_UNITS,
    Ago,
    And,
    Before,
    Between,
    Bound,
    Calendar,
    ClockCondition,
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
    Measure,
    Not,
    ObservedSince,
    On,
    Op,
    Or,
    Periods,
    Resumed,
    Sample,
    Sequence,
    Since,
    TagChanged,
    Tagged,
    TimePoint,
    Top,
    Trait,
    TraitDate,
    Unit,
    Window,
)

_COUNTED = (Function.DISTINCT, Function.DAYS)


def nodes(expression: Expression) -> Iterator[Expression]:
    """The expression and every one below it, parents first, in the order of the text. Filters are not among them."""
    yield expression
    for child in rules.children(expression):
        if not isinstance(child, Filter):
            yield from nodes(child)


def conditions(where: Filter) -> Iterator[Condition]:
    """Every condition on a property in the filter, in the order of the text."""
    if isinstance(where, Condition):
        yield where
    for child in rules.children(where):
        if isinstance(child, Filter):
            yield from conditions(child)


def normalize(expression: Expression) -> Expression:
    """The same meaning in the parser's form: names in NFC, no `and` directly inside an `and`, no `or` inside an `or`.

    LimitExceeded for a tree that is too deep or too large as it comes; otherwise valid or not, see validate.
    """
    rules.check_size(expression)
    return _normal(expression)


def validate(expression: Expression) -> None:
    """Refuse what the parser would never give: InvalidExpression with line 0, or LimitExceeded."""
    rules.check_size(expression)
    waiting: list[Expression | Filter] = [expression]
    while waiting:
        node = waiting.pop()
        problem = next(filter(None, _problems(node)), "")
        if problem:
            raise InvalidExpression(problem)
        waiting.extend(rules.children(node))
    rules.check_length(len(to_text(expression)))


# --- normal form ------------------------------------------------------------------------------------------------------------


def _normal(node: Expression) -> Expression:
    match node:
        case And((_, _, *_)):
            return rules.conjunction([_normal(operand) for operand in node.operands])
        case Or((_, _, *_)):
            return rules.disjunction([_normal(operand) for operand in node.operands])
        case And(operands) | Or(operands):
            return replace(node, operands=tuple(_normal(operand) for operand in operands))
        case Not(operand):
            return Not(_normal(operand))
        case Tagged(tags, actor=actor, source=source) | TagChanged(tags, actor=actor, source=source):
            return replace(node, tags=tuple(map(_nfc, tags)), actor=_nfc_if_given(actor), source=_nfc_if_given(source))
        case Measure():
            return replace(node, type=_nfc(node.type), property=_nfc(node.property), where=_normal_where(node.where))
        case Top():
            among, where = node.among and _normal(node.among), _normal_where(node.where)
            return replace(node, type=_nfc(node.type), property=_nfc(node.property), where=where, among=among)
        case Edge():
            where, having = _normal_where(node.where), _normal_where(node.having)
            return replace(node, type=_nfc(node.type), where=where, having=having)
        case Did() | Periods() | Resumed():
            return replace(node, type=_nfc(node.type), where=_normal_where(node.where))
        case Sequence():
            steps = (replace(step, type=_nfc(step.type), where=_normal_where(step.where)) for step in node.steps)
            return replace(node, type=_nfc(node.type), where=_normal_where(node.where), steps=tuple(steps))
        case Trait(name) | TraitDate(name) | InList(name):
            return replace(node, name=_nfc(name))
        case InSegment(segment):
            return replace(node, segment=_nfc(segment))
        case Everyone() | Sample() | ObservedSince():
            return node
        case _:
            assert_never(node)


def _normal_where(where: Filter | None) -> Filter | None:
    return None if where is None else _normal_filter(where)


def _normal_filter(node: Filter) -> Filter:
    match node:
        case FilterAll((_, _, *_)):
            return rules.filter_conjunction([_normal_filter(operand) for operand in node.operands])
        case FilterAny((_, _, *_)):
            return rules.filter_disjunction([_normal_filter(operand) for operand in node.operands])
        case FilterAll(operands) | FilterAny(operands):
            return replace(node, operands=tuple(_normal_filter(operand) for operand in operands))
        case FilterNot(operand):
            return FilterNot(_normal_filter(operand))
        case Condition(name):
            return replace(node, property=_nfc(name))
        case ClockCondition():
            return node
        case _:
            assert_never(node)


def _nfc(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _nfc_if_given(text: str | None) -> str | None:
    return None if text is None else _nfc(text)


# --- problems; "" among them means none ---------------------------------------------------------------------------------------


def _problems(node: Expression | Filter) -> Iterator[str]:
    match node:
        case And() | Or() | FilterAll() | FilterAny():
            yield from _operands(node)
        case Tagged():
            yield from _tags(node)
            if node.value is not None:
                yield from _bound(node.value)
            if node.lasting is not None:
                yield _lasting(node.lasting)
        case TagChanged():
            yield from _tags(node)
            yield from _window(node.window)
        case Did():
            yield rules.name_problem(node.type, "an interaction type")
            yield from _bound(node.count, counts=True)
            yield from _window(node.window)
        case Measure():
            yield from _measured(node, node.function)
            yield from _bound(node.value, counts=node.function in _COUNTED)
        case Edge():
            yield rules.name_problem(node.type, "an interaction type")
            yield from _window(node.window)
        case Periods():
            yield from _periods(node)
        case Resumed():
            yield rules.name_problem(node.type, "an interaction type")
            yield _lasting(node.pause)
            yield from _window(node.window)
        case Sequence():
            yield from _sequence(node)
        case Trait(name):
            yield rules.name_problem(name, "a trait")
            yield from _comparison(node)
            yield "" if node.lasting is None else _lasting(node.lasting)
        case TraitDate():
            yield from _trait_date(node)
        case InSegment(name, version) | InList(name, version):
            yield rules.name_problem(name, "a segment" if isinstance(node, InSegment) else "a list")
            yield "" if version is None else rules.version_problem(version)
        case Top(number, percent):
            yield rules.number_problem(number)
            yield rules.percent_problem(number) if percent else rules.top_problem(number)
            yield from _measured(node, node.measure)
        case Sample(percent, salt):
            yield rules.number_problem(percent)
            yield rules.percent_problem(percent)
            yield rules.salt_problem(salt)
        case ObservedSince(point):
            yield from _point(point)
        case Condition(name):
            yield rules.name_problem(name, "a property")
            yield from _comparison(node)
        case ClockCondition():
            yield from _clock(node)
        case Everyone() | Not() | FilterNot():
            return
        case _:
            assert_never(node)


def _operands(node: And | Or | FilterAll | FilterAny) -> Iterator[str]:
    word = "and" if isinstance(node, And | FilterAll) else "or"
    yield "" if len(node.operands) >= 2 else f"`{word}` joins at least two; give the only operand by itself"
    same = any(type(operand) is type(node) for operand in node.operands)
    yield f"an `{word}` stands directly inside another; list all operands in one" if same else ""


def _tags(node: Tagged | TagChanged) -> Iterator[str]:
    yield "" if node.tags else "no tag is named; give at least one"
    yield from map(rules.tag_problem, node.tags)
    for text, what in ((node.actor, "an actor"), (node.source, "a source")):
        yield "" if text is None else rules.attribution_problem(text, what)


def _measured(node: Measure | Top, function: Function | None) -> Iterator[str]:
    yield rules.name_problem(node.type, "an interaction type")
    name = "count" if function is None else function.value
    if function is None or function is Function.DAYS:
        yield f"{name} takes no property; leave it empty" if node.property else ""
    else:
        yield rules.name_problem(node.property, "a property")
    if function is Function.DAYS:
        yield rules.zone_problem(node.zone)
    else:
        yield "" if node.zone == "UTC" else f"{name} takes no zone; leave it empty"
    yield from _window(node.window)


def _periods(node: Periods) -> Iterator[str]:
    yield rules.name_problem(node.type, "an interaction type")
    yield from _bound(node.count, counts=True)
    yield "" if node.count.op is not Op.NE else "a number of periods compares with =, <, <=, > or >=; negate one of these"
    yield rules.periods_problem(node.periods.count)
    yield from _window(node.periods)


def _sequence(node: Sequence) -> Iterator[str]:
    yield rules.name_problem(node.type, "an interaction type")
    yield "" if node.steps else "a sequence has at least two steps; with one it is `did`"
    for index, step in enumerate(node.steps):
        yield rules.step_problem(node.steps[:index])
        yield rules.name_problem(step.type, "an interaction type")
        yield "" if step.within is None else _lasting(step.within)
    yield from _window(node.window)


def _trait_date(node: TraitDate) -> Iterator[str]:
    yield rules.name_problem(node.name, "a trait")
    yield from _window(node.period)
    of_days = node.period.unit is Unit.DAY or not (node.ahead or node.anniversary)
    yield "" if of_days else "days to come, and of anniversaries, are counted as days; use the unit day"


def _clock(node: ClockCondition) -> Iterator[str]:
    yield rules.zone_problem(node.zone)
    name, listed = node.part.value, node.op is Op.IN
    yield "" if listed or node.op in NUMERIC_OPS else f"{name} is compared with =, !=, <, <=, >, >= or in"
    yield "" if len(node.values) == 1 or (listed and node.values) else f"{name} takes one value, and in at least one"
    yield from (rules.clock_problem(node.part, value) for value in node.values)


def _bound(bound: Bound, counts: bool = False) -> Iterator[str]:
    yield "" if bound.op in NUMERIC_OPS else f"{bound.op.value} does not compare numbers; use =, !=, <, <=, > or >="
    yield rules.number_problem(bound.number)
    yield rules.count_problem(bound.number) if counts else ""


def _comparison(node: Trait | Condition) -> Iterator[str]:
    kinds = {type(value) for value in node.values}
    if node.op is Op.EXISTS:
        yield "exists takes no value" if node.values else ""
    elif node.op is Op.IN:
        yield "" if node.values else "in takes at least one value"
        yield "the values of a list are of one type; these differ" if len(kinds) > 1 else ""
    else:
        yield "" if len(node.values) == 1 else f"{node.op.value} takes exactly one value"
    if node.op is Op.STARTS_WITH:
        yield "" if kinds == {str} else "starts with takes a string"
    for value in node.values:
        known = type(value) in (str, Decimal, bool, date)
        yield rules.literal_problem(value) if known else "a value is a string, a number, a date, true or false"


def _window(window: Window) -> Iterator[str]:
    match window:
        case Ever():
            return
        case Last(count, unit):
            yield _span(count, unit, ROLLING_UNITS)
        case Calendar(count, unit, zone):
            yield _span(count, unit, CALENDAR_UNITS)
            yield rules.zone_problem(zone)
        case On(day):
            yield from _point(day)
        case Between(start, end):
            yield from _point(start)
            yield from _point(end)
        case Since(point) | Before(point):
            yield from _point(point)
        case _:
            assert_never(window)


def _point(point: TimePoint) -> Iterator[str]:
    match point:
        case Instant(us):
            yield rules.instant_problem(us)
        case Day(day, zone):
            yield rules.day_problem(day)
            yield rules.zone_problem(zone)
        case Ago(count, unit):
            yield _span(count, unit, ROLLING_UNITS)
        case _:
            assert_never(point)


def _lasting(span: Lasting) -> str:
    return _span(span.count, span.unit, ROLLING_UNITS)


def _span(count: int, unit: Unit, units: tuple[Unit, ...]) -> str:
    if unit not in units:
        return f"{unit.value} is no unit of this window; use {', '.join(allowed.value for allowed in units)}"
    return rules.span_problem(count, unit)
