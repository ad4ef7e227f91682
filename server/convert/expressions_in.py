"""The segment tree from its messages. Trees from the wire are held to every rule that the parser enforces."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from tagledger.v1 import common_pb2
from tagledger.v1 import expression_pb2 as pb

from domain import limits
from domain.errors import InvalidExpression, LimitExceeded
from domain.language.checker import normalize, validate
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
from domain.names import normalized
from server.convert.fields import iso_date
from server.usecases.asking import Segment

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
    pb.UNIT_MINUTE: Unit.MINUTE,
    pb.UNIT_HOUR: Unit.HOUR,
    pb.UNIT_DAY: Unit.DAY,
    pb.UNIT_WEEK: Unit.WEEK,
    pb.UNIT_MONTH: Unit.MONTH,
    pb.UNIT_YEAR: Unit.YEAR,
}
FUNCTIONS = {
    pb.Measure.FUNCTION_SUM: Function.SUM,
    pb.Measure.FUNCTION_AVG: Function.AVG,
    pb.Measure.FUNCTION_MIN: Function.MIN,
    pb.Measure.FUNCTION_MAX: Function.MAX,
    pb.Measure.FUNCTION_DISTINCT: Function.DISTINCT,
    pb.Measure.FUNCTION_DAYS: Function.DAYS,
}


def segment_in(segment: pb.Segment) -> Segment:
    """A segment in either form. Raises InvalidExpression, LimitExceeded."""
    match segment.WhichOneof("form"):
        case "text":
            if len(segment.text) > limits.MAX_EXPRESSION_CHARACTERS:
                raise LimitExceeded.of(
                    "expression text",
                    field="segment.text",
                    maximum=limits.MAX_EXPRESSION_CHARACTERS,
                    actual=len(segment.text),
                    remedy="split it into several segments",
                )
            return Segment(segment.text, None)
        case "tree":
            tree = normalize(_expression(segment.tree, 1))
            validate(tree)
            return Segment(None, tree)
        case _:
            raise InvalidExpression("an expression is needed, as text or tree; `everyone` selects everybody")


def _deeper(depth: int) -> int:
    if depth > limits.MAX_EXPRESSION_DEPTH:
        raise LimitExceeded.of(
            "expression depth",
            field="segment.tree",
            maximum=limits.MAX_EXPRESSION_DEPTH,
            actual=depth,
            remedy="nest less deeply",
        )
    return depth + 1


def _expression(message: pb.Expression, depth: int) -> Expression:
    below = _deeper(depth)
    match message.WhichOneof("node"):
        case "all":
            return And(_operands(message.all.operands, below))
        case "any":
            return Or(_operands(message.any.operands, below))
        case "negation":
            return Not(_expression(message.negation, below))
        case "everyone":
            return Everyone()
        case "tagged":
            tagged = message.tagged
            value = _bound(tagged.value) if tagged.HasField("value") else None
            return Tagged(tuple(normalized(key) for key in tagged.tags), value)
        case "did":
            return _did(message.did)
        case "measure":
            return _measure(message.measure)
        case "edge":
            edge = message.edge
            if not edge.HasField("window"):
                raise InvalidExpression(f"{'last' if edge.last else 'first'} needs a window")
            return Edge(edge.last, normalized(edge.type), _window(edge.window), _where(edge))
        case "trait":
            trait = message.trait
            op, values = _comparison(trait.comparison, trait.values)
            return Trait(normalized(trait.trait), op, values)
        case _:
            raise InvalidExpression("a node of the tree is empty; fill one of its alternatives")


def _operands(messages: Sequence[pb.Expression], depth: int) -> tuple[Expression, ...]:
    if len(messages) < 2:
        raise InvalidExpression("`all` and `any` need at least two operands")
    return tuple(_expression(message, depth) for message in messages)


def _did(did: pb.Did) -> Did:
    count = _bound(did.count) if did.HasField("count") else Bound(Op.GE, Decimal(1))
    return Did(normalized(did.type), count, _where(did), _window(did.window) if did.HasField("window") else Ever())


def _measure(measure: pb.Measure) -> Measure:
    if measure.function not in FUNCTIONS:
        raise InvalidExpression("a measure needs a function")
    if not measure.HasField("value"):
        raise InvalidExpression("a measure needs a value to compare with")
    return Measure(
        FUNCTIONS[measure.function],
        normalized(measure.type),
        normalized(measure.property),
        _bound(measure.value),
        _where(measure),
        _window(measure.window) if measure.HasField("window") else Ever(),
        measure.zone or "UTC",
    )


def _bound(message: pb.NumberComparison) -> Bound:
    return Bound(_op(message.comparison), _number(message.number))


def _op(comparison: pb.Comparison) -> Op:
    if comparison not in OPS:
        raise InvalidExpression("a comparison is needed")
    return OPS[comparison]


def _number(number: float) -> Decimal:
    """The shortest decimal that stands for the double, as the text form would be written."""
    # 5.0 is written 5; what is too large to be valid keeps its form, and is refused by the validator.
    return Decimal(int(number)) if abs(number) < _WHOLE_MAX and number.is_integer() else Decimal(repr(number))


def _comparison(comparison: pb.Comparison, values: Sequence[common_pb2.Value]) -> tuple[Op, tuple[Literal, ...]]:
    return _op(comparison), tuple(_literal(value) for value in values)


def _literal(value: common_pb2.Value) -> Literal:
    match value.WhichOneof("kind"):
        case "string_value":
            return value.string_value
        case "number_value":
            return _number(value.number_value)
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


def _where(leaf: pb.Did | pb.Measure | pb.Edge) -> Filter | None:
    return _filter(leaf.where, 1) if leaf.HasField("where") else None


def _filter(message: pb.Filter, depth: int) -> Filter:
    below = _deeper(depth)
    match message.WhichOneof("node"):
        case "all" | "any" as kind:
            operands = message.all.operands if kind == "all" else message.any.operands
            if len(operands) < 2:
                raise InvalidExpression("`all` and `any` of a filter need at least two operands")
            parts = tuple(_filter(operand, below) for operand in operands)
            return FilterAll(parts) if kind == "all" else FilterAny(parts)
        case "negation":
            return FilterNot(_filter(message.negation, below))
        case "condition":
            op, values = _comparison(message.condition.comparison, message.condition.values)
            return Condition(normalized(message.condition.property), op, values)
        case _:
            raise InvalidExpression("a node of a filter is empty; fill one of its alternatives")


def _window(message: pb.Window) -> Window:
    match message.WhichOneof("form"):
        case "ever":
            return Ever()
        case "last":
            return Last(message.last.count, _unit(message.last))
        case "calendar":
            return Calendar(message.calendar.span.count, _unit(message.calendar.span), message.calendar.zone or "UTC")
        case "on":
            return On(_day(message.on))
        case "between":
            return Between(_point(message.between.start), _point(message.between.end))
        case "since":
            return Since(_point(message.since))
        case "before":
            return Before(_point(message.before))
        case _:
            raise InvalidExpression("a window is empty; leave it out for `ever`, or fill one of its alternatives")


def _unit(span: pb.Span) -> Unit:
    if span.unit not in UNITS:
        raise InvalidExpression("a span needs a unit")
    return UNITS[span.unit]


def _day(day: pb.Day) -> Day:
    return Day(_date(day.date), day.zone or "UTC")


def _point(message: pb.TimePoint) -> TimePoint:
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
