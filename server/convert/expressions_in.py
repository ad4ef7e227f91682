"""The segment tree from its messages. Trees from the wire are held to every rule that the parser enforces."""

from collections.abc import Collection, Iterable
from decimal import Decimal

from tagledger.v1 import expression_pb2 as pb

from domain import limits
from domain.errors import InvalidExpression, LimitExceeded
from domain.language.checker import normalize, validate
from domain.language.syntax import (
    And,
    Bound,
    Did,
    Edge,
    Everyone,
    Expression,
    Function,
    InList,
    InSegment,
    Measure,
    Not,
    ObservedSince,
    Op,
    Or,
    Periods,
    Resumed,
    Sample,
    Sequence,
    Step,
    TagChanged,
    Tagged,
    Top,
    Trait,
    TraitDate,
)
from domain.names import normalized
from server.convert.parts_in import (
    bound,
    calendar,
    comparison,
    deeper,
    lasting,
    number,
    point,
    row_filter,
    where,
    window,
    window_or_ever,
)
from server.usecases.asking import Segment

FUNCTIONS = {
    pb.Measure.FUNCTION_SUM: Function.SUM,
    pb.Measure.FUNCTION_AVG: Function.AVG,
    pb.Measure.FUNCTION_MIN: Function.MIN,
    pb.Measure.FUNCTION_MAX: Function.MAX,
    pb.Measure.FUNCTION_DISTINCT: Function.DISTINCT,
    pb.Measure.FUNCTION_DAYS: Function.DAYS,
}
MEASURES = {pb.Measure.FUNCTION_COUNT: None, **FUNCTIONS}
"""What Top ranks by; None counts interactions."""


def segment_in(segment: pb.Segment) -> Segment:
    """A segment in either form. Raises InvalidExpression, LimitExceeded."""
    match segment.WhichOneof("form"):
        case "text":
            LimitExceeded.refuse(
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


def _expression(message: pb.Expression, depth: int) -> Expression:
    below = deeper(depth)
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
            value = bound(tagged.value) if tagged.HasField("value") else None
            span = lasting(tagged.lasting) if tagged.HasField("lasting") else None
            return Tagged(_names(tagged.tags), value, *_attribution(tagged), span)
        case "tag_changed":
            changed = message.tag_changed
            return TagChanged(_names(changed.tags), changed.added, *_attribution(changed), window_or_ever(changed))
        case "did":
            return _did(message.did)
        case "measure":
            return _measure(message.measure)
        case "edge":
            return _edge(message.edge)
        case "trait":
            return _trait(message.trait)
        case "periods":
            return _periods(message.periods)
        case "resumed":
            resumed = message.resumed
            if not resumed.HasField("pause"):
                raise InvalidExpression("resumed needs a pause")
            pause = lasting(resumed.pause)
            return Resumed(normalized(resumed.type), where(resumed), pause, window_or_ever(resumed))
        case "sequence":
            sequence = message.sequence
            steps = tuple(map(_step, sequence.steps))
            return Sequence(normalized(sequence.type), where(sequence), steps, window_or_ever(sequence))
        case "trait_date":
            dated = message.trait_date
            if not dated.HasField("period"):
                raise InvalidExpression("a date of a trait needs a period")
            return TraitDate(normalized(dated.trait), dated.anniversary, dated.ahead, calendar(dated.period))
        case "in_segment":
            return InSegment(normalized(message.in_segment.segment), message.in_segment.version or None)
        case "in_list":
            return InList(normalized(message.in_list.list), message.in_list.version or None)
        case "top":
            return _top(message.top, below)
        case "sample":
            return Sample(number(message.sample.percent), message.sample.salt)
        case "observed_since":
            return ObservedSince(point(message.observed_since.point))
        case _:
            raise InvalidExpression("a node of the tree is empty; fill one of its alternatives")


def _operands(messages: Collection[pb.Expression], depth: int) -> tuple[Expression, ...]:
    if len(messages) < 2:
        raise InvalidExpression("`all` and `any` need at least two operands")
    return tuple(_expression(message, depth) for message in messages)


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(map(normalized, names))


def _attribution(leaf: pb.Tagged | pb.TagChanged) -> tuple[str | None, str | None]:
    return normalized(leaf.actor) or None, normalized(leaf.source) or None


def _did(did: pb.Did) -> Did:
    count = bound(did.count) if did.HasField("count") else Bound(Op.GE, Decimal(1))
    return Did(normalized(did.type), count, where(did), window_or_ever(did))


def _measure(measure: pb.Measure) -> Measure:
    if measure.function not in FUNCTIONS:
        raise InvalidExpression("a measure needs a function")
    if not measure.HasField("value"):
        raise InvalidExpression("a measure needs a value to compare with")
    return Measure(
        FUNCTIONS[measure.function],
        normalized(measure.type),
        normalized(measure.property),
        bound(measure.value),
        where(measure),
        window_or_ever(measure),
        measure.zone or "UTC",
    )


def _edge(edge: pb.Edge) -> Edge:
    if not edge.HasField("window"):
        raise InvalidExpression(f"{'last' if edge.last else 'first'} needs a window")
    having = row_filter(edge.having) if edge.HasField("having") else None
    return Edge(edge.last, normalized(edge.type), window(edge.window), where(edge), having)


def _trait(trait: pb.TraitCondition) -> Trait:
    op, values = comparison(trait.comparison, trait.values)
    span = lasting(trait.lasting) if trait.HasField("lasting") else None
    return Trait(normalized(trait.trait), op, values, span)


def _periods(periods: pb.Periods) -> Periods:
    if not periods.HasField("count"):
        raise InvalidExpression("periods need a count to compare with")
    if not periods.HasField("periods"):
        raise InvalidExpression("periods need a calendar window")
    return Periods(normalized(periods.type), where(periods), bound(periods.count), calendar(periods.periods))


def _step(step: pb.Sequence.Step) -> Step:
    within = lasting(step.within) if step.HasField("within") else None
    return Step(normalized(step.type), where(step), within, step.absent)


def _top(top: pb.Top, depth: int) -> Top:
    size = top.WhichOneof("size")
    if size is None:
        raise InvalidExpression("top needs a size: a number or a percentage")
    if top.function not in MEASURES:
        raise InvalidExpression("top needs a function")
    return Top(
        Decimal(top.number) if size == "number" else number(top.percent),
        size == "percent",
        MEASURES[top.function],
        normalized(top.type),
        normalized(top.property),
        where(top),
        window_or_ever(top),
        top.zone or "UTC",
        _expression(top.among, depth) if top.HasField("among") else None,
    )
