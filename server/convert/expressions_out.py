"""The segment tree to its messages; the way back is expressions_in.py, and a test goes both."""

from datetime import date
from decimal import Decimal
from typing import TypeVar, assert_never

from tagledger.v1 import common_pb2
from tagledger.v1 import expression_pb2 as pb

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
    Instant,
    Last,
    Literal,
    Measure,
    Not,
    On,
    Or,
    Since,
    Tagged,
    TimePoint,
    Trait,
    Unit,
    Window,
)
from server.convert.expressions_in import FUNCTIONS, OPS, UNITS
from server.convert.fields import to_timestamp

_Leaf = TypeVar("_Leaf", pb.Did, pb.Measure, pb.Edge)

_OPS_OUT = {op: number for number, op in OPS.items()}
_UNITS_OUT = {unit: number for number, unit in UNITS.items()}
_FUNCTIONS_OUT = {function: number for number, function in FUNCTIONS.items()}


def expression_out(expression: Expression) -> pb.Expression:
    """The message of a tree."""
    match expression:
        case And():
            return pb.Expression(all=pb.Operands(operands=map(expression_out, expression.operands)))
        case Or():
            return pb.Expression(any=pb.Operands(operands=map(expression_out, expression.operands)))
        case Not():
            return pb.Expression(negation=expression_out(expression.operand))
        case Everyone():
            return pb.Expression(everyone=pb.Everyone())
        case Tagged():
            value = _bound_out(expression.value) if expression.value else None
            return pb.Expression(tagged=pb.Tagged(tags=expression.tags, value=value))
        case Did():
            did = pb.Did(type=expression.type, count=_bound_out(expression.count), window=_window_out(expression.window))
            return pb.Expression(did=_with_where(did, expression.where))
        case Measure():
            return pb.Expression(measure=_with_where(_measure_out(expression), expression.where))
        case Edge():
            edge = pb.Edge(last=expression.last, type=expression.type, window=_window_out(expression.window))
            return pb.Expression(edge=_with_where(edge, expression.where))
        case Trait():
            values = map(_literal_out, expression.values)
            return pb.Expression(
                trait=pb.TraitCondition(trait=expression.name, comparison=_OPS_OUT[expression.op], values=values)
            )
        case _:
            assert_never(expression)


def _measure_out(measure: Measure) -> pb.Measure:
    return pb.Measure(
        function=_FUNCTIONS_OUT[measure.function],
        type=measure.type,
        property=measure.property,
        value=_bound_out(measure.value),
        window=_window_out(measure.window),
        zone="" if measure.zone == "UTC" else measure.zone,
    )


def _with_where(leaf: _Leaf, where: Filter | None) -> _Leaf:
    if where is not None:
        leaf.where.CopyFrom(_filter_out(where))
    return leaf


def _bound_out(bound: Bound) -> pb.NumberComparison:
    return pb.NumberComparison(comparison=_OPS_OUT[bound.op], number=float(bound.number))


def _literal_out(value: Literal) -> common_pb2.Value:
    match value:
        case bool():
            return common_pb2.Value(bool_value=value)
        case str():
            return common_pb2.Value(string_value=value)
        case date():
            return common_pb2.Value(date_value=value.isoformat())
        case Decimal():
            return common_pb2.Value(number_value=float(value))
        case _:
            assert_never(value)


def _filter_out(node: Filter) -> pb.Filter:
    match node:
        case FilterAll():
            return pb.Filter(all=pb.FilterOperands(operands=map(_filter_out, node.operands)))
        case FilterAny():
            return pb.Filter(any=pb.FilterOperands(operands=map(_filter_out, node.operands)))
        case FilterNot():
            return pb.Filter(negation=_filter_out(node.operand))
        case Condition():
            values = map(_literal_out, node.values)
            return pb.Filter(
                condition=pb.PropertyCondition(property=node.property, comparison=_OPS_OUT[node.op], values=values)
            )
        case _:
            assert_never(node)


def _window_out(window: Window) -> pb.Window:
    match window:
        case Ever():
            return pb.Window(ever=pb.Ever())
        case Last():
            return pb.Window(last=_span_out(window.count, window.unit))
        case Calendar():
            zone = "" if window.zone == "UTC" else window.zone
            return pb.Window(calendar=pb.CalendarWindow(span=_span_out(window.count, window.unit), zone=zone))
        case On():
            return pb.Window(on=_day_out(window.day))
        case Between():
            return pb.Window(between=pb.Between(start=_point_out(window.start), end=_point_out(window.end)))
        case Since():
            return pb.Window(since=_point_out(window.start))
        case Before():
            return pb.Window(before=_point_out(window.end))
        case _:
            assert_never(window)


def _span_out(count: int, unit: Unit) -> pb.Span:
    return pb.Span(count=count, unit=_UNITS_OUT[unit])


def _day_out(day: Day) -> pb.Day:
    return pb.Day(date=day.date.isoformat(), zone="" if day.zone == "UTC" else day.zone)


def _point_out(point: TimePoint) -> pb.TimePoint:
    match point:
        case Instant():
            return pb.TimePoint(instant=to_timestamp(point.us))
        case Day():
            return pb.TimePoint(day=_day_out(point))
        case Ago():
            return pb.TimePoint(ago=_span_out(point.count, point.unit))
        case _:
            assert_never(point)
