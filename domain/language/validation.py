"""Trees that did not come from a text, held to what the parser guarantees of those that did.

The wire carries any shape: empty lists, an `and` directly inside an `and`, months as a rolling unit. `normalize` flattens what
only looks different, `validate` refuses the rest, so that everything behind the language may trust each tree alike.
"""

import unicodedata
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import assert_never, cast

from domain.errors import InvalidExpression
from domain.language import rules
from domain.language.parts import Node, all_nodes, bounds, name_lists, named, rebuilt, times
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
    Compared,
    Condition,
    Day,
    Ever,
    Expression,
    FilterAll,
    FilterAny,
    Function,
    InList,
    InSegment,
    Instant,
    Last,
    Lasting,
    Measure,
    Names,
    On,
    Op,
    Or,
    Periods,
    Sample,
    Sequence,
    Since,
    Tagged,
    TimePoint,
    Top,
    TopTagged,
    Trait,
    TraitDate,
    Unit,
    Window,
)

_COUNTED = (Function.DISTINCT, Function.DAYS)


def normalize(expression: Expression) -> Expression:
    """The same meaning in the parser's form: names in NFC, no `and` directly inside an `and`, no `or` inside an `or`.

    LimitExceeded for a tree that is too deep or too large as it comes; otherwise valid or not, see validate.
    """
    rules.check_size(expression)
    return cast(Expression, _normal(expression))


def validate(expression: Expression) -> None:
    """Refuse what the parser would never give: InvalidExpression with line 0, or LimitExceeded."""
    rules.check_size(expression)
    for node in all_nodes(expression):
        problem = next(filter(None, chain(_own_problems(node), _common_problems(node))), "")
        if problem:
            raise InvalidExpression(problem)
    rules.check_length(len(to_text(expression)))


# --- normal form ------------------------------------------------------------------------------------------------------------


def _normal(node: Node) -> Node:
    below = rebuilt(node, _nfc, _normal)
    match below:
        case And((_, _, *_)):
            return rules.conjunction(below.operands)
        case Or((_, _, *_)):
            return rules.disjunction(below.operands)
        case FilterAll((_, _, *_)):
            return rules.filter_conjunction(below.operands)
        case FilterAny((_, _, *_)):
            return rules.filter_disjunction(below.operands)
        case _:
            return below


def _nfc(_: Names, name: str) -> str:
    return unicodedata.normalize("NFC", name)


# --- problems; "" among them means none ---------------------------------------------------------------------------------------


def _common_problems(node: Node) -> Iterator[str]:
    """Of names, numbers, windows and spans, whatever node they stand in."""
    for kind, name in named(node):
        match kind:
            case Names.TAG:
                yield rules.tag_problem(name)
            case Names.ACTOR | Names.SOURCE:
                yield rules.attribution_problem(name, kind.value)
            case Names.MEASURED:
                pass  # what may stand there, the function says
            case _:
                yield rules.name_problem(name, kind.value)
    for kind, names in name_lists(node):
        yield "" if names else f"{kind.value} is to be named; give at least one"
    for bound, counts in bounds(node):
        yield from _bound(bound, counts)
    for time in times(node):
        yield from _time(time)


def _own_problems(node: Node) -> Iterator[str]:
    """Of what only this kind of node has to keep, beside the common rules."""
    match node:
        case And() | Or() | FilterAll() | FilterAny():
            yield from _operands(node)
        case Tagged(value=Compared(op, value)):
            yield "" if op in NUMERIC_OPS else f"{op.value} does not compare values of tags; use =, !=, <, <=, > or >="
            yield (rules.literal_problem(value) if type(value) in (str, date) else "a tag has a number, a choice or a date")
        case Measure():
            yield from _measured(node, node.function)
            yield from _bound(node.value, counts=node.function in _COUNTED)
        case Periods():
            yield (
                "" if node.count.op is not Op.NE else "a number of periods compares with =, <, <=, > or >=; negate one of these"
            )
            yield rules.periods_problem(node.periods.count)
        case Sequence():
            yield "" if node.steps else "a sequence has at least two steps; with one it is `did`"
            yield from (rules.step_problem(node.steps[:index]) for index in range(len(node.steps)))
        case Trait() | Condition():
            yield from _comparison(node)
        case TraitDate():
            of_days = node.period.unit is Unit.DAY or not (node.ahead or node.anniversary)
            yield "" if of_days else "days to come, and of anniversaries, are counted as days; use the unit day"
        case InSegment(version=version) | InList(version=version):
            yield "" if version is None else rules.version_problem(version)
        case Top(number, percent) | TopTagged(number, percent):
            yield rules.number_problem(number)
            yield rules.percent_problem(number) if percent else rules.top_problem(number)
            yield from _measured(node, node.measure) if isinstance(node, Top) else ()
        case Sample(percent, salt):
            yield rules.number_problem(percent)
            yield rules.percent_problem(percent)
            yield rules.salt_problem(salt)
        case ClockCondition():
            yield from _clock(node)
        case _:
            return


def _operands(node: And | Or | FilterAll | FilterAny) -> Iterator[str]:
    word = "and" if isinstance(node, And | FilterAll) else "or"
    yield "" if len(node.operands) >= 2 else f"`{word}` joins at least two; give the only operand by itself"
    same = any(type(operand) is type(node) for operand in node.operands)
    yield f"an `{word}` stands directly inside another; list all operands in one" if same else ""


def _measured(node: Measure | Top, function: Function | None) -> Iterator[str]:
    name = "count" if function is None else function.value
    if function is None or function is Function.DAYS:
        yield f"{name} takes no property; leave it empty" if node.property else ""
    else:
        yield rules.name_problem(node.property, Names.PROPERTY.value)
    if function is Function.DAYS:
        yield rules.zone_problem(node.zone)
    else:
        yield "" if node.zone == "UTC" else f"{name} takes no zone; leave it empty"


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


def _time(time: Window | TimePoint | Lasting) -> Iterator[str]:
    match time:
        case Ever():
            return
        case Last(count, unit) | Ago(count, unit) | Lasting(count, unit):
            yield _span(count, unit, ROLLING_UNITS)
        case Calendar(count, unit, zone):
            yield _span(count, unit, CALENDAR_UNITS)
            yield rules.zone_problem(zone)
        case On(point) | Since(point) | Before(point):
            yield from _time(point)
        case Between(start, end):
            yield from _time(start)
            yield from _time(end)
        case Instant(us):
            yield rules.instant_problem(us)
        case Day(day, zone):
            yield rules.day_problem(day)
            yield rules.zone_problem(zone)
        case _:
            assert_never(time)


def _span(count: int, unit: Unit, units: tuple[Unit, ...]) -> str:
    if unit not in units:
        return f"{unit.value} is no unit of this window; use {', '.join(allowed.value for allowed in units)}"
    return rules.span_problem(count, unit)
