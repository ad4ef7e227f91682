"""Parts of the segment tree from their messages: comparisons, filters, windows and spans."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from tagledger.v1 import common_pb2
from tagledger.v1 import expression_pb2 as pb

from domain import limits
from domain.errors import InvalidExpression, LimitExceeded
from domain.language.syntax import (
    Ago,
    Before,
    Between,
    Bound,
    Calendar,
    ClockCondition,
    ClockPart,
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
    Op,
    Related,
    Since,
    TimePoint,
    Unit,
    Window,
)
from domain.names import normalized
from server.convert.fields import iso_date

_WHOLE_MAX = 1e16

OPS = {
    pb.COMPARISON_EQUAL: Op.EQ,
    pb.COMPARISON_NOT_EQUAL: Op.NE,
    pb.COMPARISON_LESS: Op.LT,
    pb.COMPARISON_LESS_OR_EQUAL: Op.LE,
    pb.COMPARISON_GREATER: Op.GT,
    pb.COMPARISON_GREATER_OR_EQUAL: Op.GE,
    pb.COMPARISON_IN: Op.IN,
    pb.COMPARISON_EXISTS: Op.EXISTS,
    pb.COMPARISON_STARTS_WITH: Op.STARTS_WITH,
}
UNITS = {
    pb.UNIT_SECOND: Unit.SECOND,
    pb.UNIT_MINUTE: Unit.MINUTE,
    pb.UNIT_HOUR: Unit.HOUR,
    pb.UNIT_DAY: Unit.DAY,
    pb.UNIT_WEEK: Unit.WEEK,
    pb.UNIT_MONTH: Unit.MONTH,
    pb.UNIT_YEAR: Unit.YEAR,
}
CLOCKS = {pb.ClockCondition.PART_HOUR: ClockPart.HOUR, pb.ClockCondition.PART_WEEKDAY: ClockPart.WEEKDAY}


def deeper(depth: int) -> int:
    """The depth of what stands below; LimitExceeded when this is too deep already."""
    LimitExceeded.refuse(
        "expression depth",
        field="segment.tree",
        maximum=limits.MAX_EXPRESSION_DEPTH,
        actual=depth,
        remedy="nest less deeply",
    )
    return depth + 1


def bound(message: pb.NumberComparison) -> Bound:
    """A comparison with a number."""
    return Bound(operator(message.comparison), number(message.number))


def compared(message: pb.ValueComparison) -> Compared:
    """A comparison with a choice or a date."""
    value = literal(message.value)
    if not isinstance(value, str | date):
        raise InvalidExpression("a tag's typed_value is compared with a string or a date; a number goes into value")
    return Compared(operator(message.comparison), value)


def operator(comparison: pb.Comparison) -> Op:
    """An operator of comparisons."""
    if comparison not in OPS:
        raise InvalidExpression("a comparison is needed")
    return OPS[comparison]


def number(double: float) -> Decimal:
    """The shortest decimal that stands for the double, as the text form would be written."""
    # 5.0 is written 5; what is too large to be valid keeps its form, and is refused by the validator.
    return Decimal(int(double)) if abs(double) < _WHOLE_MAX and double.is_integer() else Decimal(repr(double))


def literal(value: common_pb2.Value) -> Literal:
    """A value that something is compared with."""
    match value.WhichOneof("kind"):
        case "string_value":
            return value.string_value
        case "number_value":
            return number(value.number_value)
        case "bool_value":
            return value.bool_value
        case "date_value":
            return _date(value.date_value)
        case _:
            raise InvalidExpression("a value of a comparison is empty")


def _date(text: str) -> date:
    try:
        return iso_date(text)
    except ValueError:
        raise InvalidExpression(f"a date as ISO 8601 is needed, for example 2017-06-01; got {text[:40]!r}") from None


def row_filter(message: pb.Filter, depth: int, expression: Callable[[pb.Expression, int], Expression]) -> Filter:
    """A filter; `depth` is its own, `expression` reads what stands below."""
    below = deeper(depth)
    match message.WhichOneof("node"):
        case "all" | "any" as kind:
            operands = message.all.operands if kind == "all" else message.any.operands
            if len(operands) < 2:
                raise InvalidExpression("`all` and `any` of a filter need at least two operands")
            parts = tuple(row_filter(operand, below, expression) for operand in operands)
            return FilterAll(parts) if kind == "all" else FilterAny(parts)
        case "negation":
            return FilterNot(row_filter(message.negation, below, expression))
        case "condition":
            condition = message.condition
            values = tuple(map(literal, condition.values))
            return Condition(normalized(condition.property), operator(condition.comparison), values)
        case "related":
            return Related(normalized(message.related.property), expression(message.related.among, below))
        case "clock":
            clock = message.clock
            if clock.part not in CLOCKS:
                raise InvalidExpression("a clock needs a part: the hour or the weekday")
            return ClockCondition(CLOCKS[clock.part], clock.zone or "UTC", operator(clock.comparison), tuple(clock.values))
        case _:
            raise InvalidExpression("a node of a filter is empty; fill one of its alternatives")


def window(message: pb.Window) -> Window:
    """A window."""
    match message.WhichOneof("form"):
        case "ever":
            return Ever()
        case "last":
            return Last(message.last.count, _unit(message.last))
        case "calendar":
            return calendar(message.calendar)
        case "on":
            return On(_day(message.on))
        case "between":
            return Between(point(message.between.start), point(message.between.end))
        case "since":
            return Since(point(message.since))
        case "before":
            return Before(point(message.before))
        case _:
            raise InvalidExpression("a window is empty; leave it out for `ever`, or fill one of its alternatives")


def calendar(message: pb.CalendarWindow) -> Calendar:
    """Calendar periods."""
    return Calendar(message.span.count, _unit(message.span), message.zone or "UTC")


def lasting(span: pb.Span) -> Lasting:
    """A span of time by itself."""
    return Lasting(span.count, _unit(span))


def _unit(span: pb.Span) -> Unit:
    if span.unit not in UNITS:
        raise InvalidExpression("a span needs a unit")
    return UNITS[span.unit]


def _day(day: pb.Day) -> Day:
    return Day(_date(day.date), day.zone or "UTC")


def point(message: pb.TimePoint) -> TimePoint:
    """A point of time."""
    match message.WhichOneof("form"):
        case "instant":
            if not 0 <= message.instant.nanos < 1_000_000_000:
                raise InvalidExpression("nanos of an instant must be from 0 to 999,999,999")
            return Instant(message.instant.seconds * 1_000_000 + message.instant.nanos // 1_000)
        case "day":
            return _day(message.day)
        case "ago":
            return Ago(message.ago.count, _unit(message.ago))
        case _:
            raise InvalidExpression("a point of a window is empty; fill one of its alternatives")
