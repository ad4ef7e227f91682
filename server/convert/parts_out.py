"""Parts of the segment tree to their messages; the way back is parts_in.py."""

from collections.abc import Callable
from decimal import Decimal
from typing import assert_never

from tagledger.v1 import common_pb2
from tagledger.v1 import expression_pb2 as pb

from domain.language.syntax import (
    Ago,
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
    Filter,
    FilterAll,
    FilterAny,
    FilterNot,
    Instant,
    Last,
    Lasting,
    Literal,
    On,
    Related,
    Since,
    TimePoint,
    Unit,
    Window,
)
from server.convert.fields import to_timestamp, value_out
from server.convert.parts_in import CLOCKS, OPS, UNITS

OPS_OUT = {op: number for number, op in OPS.items()}
_UNITS_OUT = {unit: number for number, unit in UNITS.items()}
_CLOCKS_OUT = {part: number for number, part in CLOCKS.items()}


def bound_out(bound: Bound) -> pb.NumberComparison:
    """A comparison with a number."""
    return pb.NumberComparison(comparison=OPS_OUT[bound.op], number=float(bound.number))


def compared_out(said: Compared) -> pb.ValueComparison:
    """A comparison with a choice or a date."""
    return pb.ValueComparison(comparison=OPS_OUT[said.op], value=value_out(said.value))


def literal_out(value: Literal) -> common_pb2.Value:
    """A value that something is compared with."""
    return value_out(float(value) if isinstance(value, Decimal) else value)


def filter_out(node: Filter, expression: Callable[[Expression], pb.Expression]) -> pb.Filter:
    """A filter; `expression` writes what stands below."""
    match node:
        case FilterAll():
            return pb.Filter(all=pb.FilterOperands(operands=[filter_out(operand, expression) for operand in node.operands]))
        case FilterAny():
            return pb.Filter(any=pb.FilterOperands(operands=[filter_out(operand, expression) for operand in node.operands]))
        case FilterNot():
            return pb.Filter(negation=filter_out(node.operand, expression))
        case Condition():
            values = map(literal_out, node.values)
            return pb.Filter(condition=pb.PropertyCondition(property=node.property, comparison=OPS_OUT[node.op], values=values))
        case Related(name, among):
            return pb.Filter(related=pb.PropertyRelated(property=name, among=expression(among)))
        case ClockCondition(part, zone, op, hours):
            clock = pb.ClockCondition(part=_CLOCKS_OUT[part], zone=zone_out(zone), comparison=OPS_OUT[op], values=hours)
            return pb.Filter(clock=clock)
        case _:
            assert_never(node)


def window_out(window: Window) -> pb.Window:
    """A window."""
    match window:
        case Ever():
            return pb.Window(ever=pb.Ever())
        case Last():
            return pb.Window(last=_span(window.count, window.unit))
        case Calendar():
            return pb.Window(calendar=calendar_out(window))
        case On():
            return pb.Window(on=_day(window.day))
        case Between():
            return pb.Window(between=pb.Between(start=point_out(window.start), end=point_out(window.end)))
        case Since():
            return pb.Window(since=point_out(window.start))
        case Before():
            return pb.Window(before=point_out(window.end))
        case _:
            assert_never(window)


def calendar_out(window: Calendar) -> pb.CalendarWindow:
    """Calendar periods."""
    return pb.CalendarWindow(span=_span(window.count, window.unit), zone=zone_out(window.zone))


def lasting_out(span: Lasting) -> pb.Span:
    """A span of time by itself."""
    return _span(span.count, span.unit)


def zone_out(zone: str) -> str:
    """A zone, left out where it is UTC."""
    return "" if zone == "UTC" else zone


def _span(count: int, unit: Unit) -> pb.Span:
    return pb.Span(count=count, unit=_UNITS_OUT[unit])


def _day(day: Day) -> pb.Day:
    return pb.Day(date=day.date.isoformat(), zone=zone_out(day.zone))


def point_out(point: TimePoint) -> pb.TimePoint:
    """A point of time."""
    match point:
        case Instant():
            return pb.TimePoint(instant=to_timestamp(point.us))
        case Day():
            return pb.TimePoint(day=_day(point))
        case Ago():
            return pb.TimePoint(ago=_span(point.count, point.unit))
        case _:
            assert_never(point)
