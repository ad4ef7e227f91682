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
    InList,
    InSegment,
    Instant,
    Last,
    Lasting,
    Literal,
    Measure,
    Not,
    ObservedSince,
    On,
    Or,
    Periods,
    Resumed,
    Sample,
    Sequence,
    Since,
    Step,
    TagChanged,
    Tagged,
    TimePoint,
    Top,
    Trait,
    TraitDate,
    Unit,
    Window,
)
from server.convert.expressions_in import MEASURES
from server.convert.fields import to_timestamp
from server.convert.parts_in import CLOCKS, OPS, UNITS

_Leaf = TypeVar("_Leaf", pb.Did, pb.Measure, pb.Edge, pb.Periods, pb.Resumed, pb.Sequence, pb.Sequence.Step, pb.Top)

_OPS_OUT = {op: number for number, op in OPS.items()}
_UNITS_OUT = {unit: number for number, unit in UNITS.items()}
_MEASURES_OUT = {function: number for number, function in MEASURES.items()}
_CLOCKS_OUT = {part: number for number, part in CLOCKS.items()}


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
            return pb.Expression(tagged=_tagged_out(expression))
        case TagChanged(tags, added, actor, source, window):
            window_out = _window_out(window)
            changed = pb.TagChanged(tags=tags, added=added, actor=actor or "", source=source or "", window=window_out)
            return pb.Expression(tag_changed=changed)
        case Did():
            did = pb.Did(type=expression.type, count=_bound_out(expression.count), window=_window_out(expression.window))
            return pb.Expression(did=_with_where(did, expression.where))
        case Measure():
            return pb.Expression(measure=_with_where(_measure_out(expression), expression.where))
        case Edge():
            edge = pb.Edge(last=expression.last, type=expression.type, window=_window_out(expression.window))
            if expression.having is not None:
                edge.having.CopyFrom(_filter_out(expression.having))
            return pb.Expression(edge=_with_where(edge, expression.where))
        case Trait():
            return pb.Expression(trait=_trait_out(expression))
        case Periods():
            return pb.Expression(periods=_periods_out(expression))
        case Resumed():
            pause, window_out = _lasting_out(expression.pause), _window_out(expression.window)
            resumed = pb.Resumed(type=expression.type, pause=pause, window=window_out)
            return pb.Expression(resumed=_with_where(resumed, expression.where))
        case Sequence():
            steps = map(_step_out, expression.steps)
            sequence = pb.Sequence(type=expression.type, steps=steps, window=_window_out(expression.window))
            return pb.Expression(sequence=_with_where(sequence, expression.where))
        case TraitDate(name, anniversary, ahead, period):
            dated = pb.TraitDate(trait=name, anniversary=anniversary, ahead=ahead, period=_calendar_out(period))
            return pb.Expression(trait_date=dated)
        case InSegment(segment, version):
            return pb.Expression(in_segment=pb.InSegment(segment=segment, version=version or 0))
        case InList(name, version):
            return pb.Expression(in_list=pb.InList(list=name, version=version or 0))
        case Top():
            return pb.Expression(top=_top_out(expression))
        case Sample(percent, salt):
            return pb.Expression(sample=pb.Sample(percent=float(percent), salt=salt))
        case ObservedSince(point):
            return pb.Expression(observed_since=pb.ObservedSince(point=_point_out(point)))
        case _:
            assert_never(expression)


def _tagged_out(node: Tagged) -> pb.Tagged:
    value = _bound_out(node.value) if node.value else None
    lasting = _lasting_out(node.lasting) if node.lasting else None
    return pb.Tagged(tags=node.tags, value=value, actor=node.actor or "", source=node.source or "", lasting=lasting)


def _trait_out(node: Trait) -> pb.TraitCondition:
    values = map(_literal_out, node.values)
    lasting = _lasting_out(node.lasting) if node.lasting else None
    return pb.TraitCondition(trait=node.name, comparison=_OPS_OUT[node.op], values=values, lasting=lasting)


def _measure_out(measure: Measure) -> pb.Measure:
    return pb.Measure(
        function=_MEASURES_OUT[measure.function],
        type=measure.type,
        property=measure.property,
        value=_bound_out(measure.value),
        window=_window_out(measure.window),
        zone=_zone_out(measure.zone),
    )


def _periods_out(node: Periods) -> pb.Periods:
    periods = pb.Periods(type=node.type, count=_bound_out(node.count), periods=_calendar_out(node.periods))
    return _with_where(periods, node.where)


def _step_out(step: Step) -> pb.Sequence.Step:
    within = _lasting_out(step.within) if step.within else None
    return _with_where(pb.Sequence.Step(type=step.type, within=within, absent=step.absent), step.where)


def _top_out(top: Top) -> pb.Top:
    message = pb.Top(
        function=_MEASURES_OUT[top.measure],
        type=top.type,
        property=top.property,
        window=_window_out(top.window),
        zone=_zone_out(top.zone),
    )
    if top.percent:
        message.percent = float(top.number)
    else:
        message.number = int(top.number)
    if top.among:
        message.among.CopyFrom(expression_out(top.among))
    return _with_where(message, top.where)


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
        case ClockCondition(part, zone, op, hours):
            clock = pb.ClockCondition(part=_CLOCKS_OUT[part], zone=_zone_out(zone), comparison=_OPS_OUT[op], values=hours)
            return pb.Filter(clock=clock)
        case _:
            assert_never(node)


def _window_out(window: Window) -> pb.Window:
    match window:
        case Ever():
            return pb.Window(ever=pb.Ever())
        case Last():
            return pb.Window(last=_span_out(window.count, window.unit))
        case Calendar():
            return pb.Window(calendar=_calendar_out(window))
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


def _calendar_out(window: Calendar) -> pb.CalendarWindow:
    return pb.CalendarWindow(span=_span_out(window.count, window.unit), zone=_zone_out(window.zone))


def _lasting_out(span: Lasting) -> pb.Span:
    return _span_out(span.count, span.unit)


def _zone_out(zone: str) -> str:
    return "" if zone == "UTC" else zone


def _span_out(count: int, unit: Unit) -> pb.Span:
    return pb.Span(count=count, unit=_UNITS_OUT[unit])


def _day_out(day: Day) -> pb.Day:
    return pb.Day(date=day.date.isoformat(), zone=_zone_out(day.zone))


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
