"""Reports, from the wire and to it."""

from collections.abc import Sequence

from tagledger.v1 import report_service_pb2 as pb

from domain import limits
from domain.errors import InvalidExpression
from domain.language import rules
from domain.language.syntax import Lasting, Unit
from server.convert.answers import warnings_out
from server.convert.contexts import clocks_in, clocks_out
from server.convert.expressions import segment_in
from server.convert.fields import Checks
from server.convert.parts_in import lasting
from server.usecases.asking import Segment
from server.usecases.reports import Axis, CrossedAxis, Crossing, Parts, Point, TagsOf, ValuesOf, instants_of


def axes_in(messages: Sequence[pb.Axis], checks: Checks) -> list[Axis]:
    """The axes; what is wrong with them goes into the checks, but for expressions, which are refused at once."""
    if not 1 <= len(messages) <= limits.MAX_AXES:
        checks.add("axes", f"1 to {limits.MAX_AXES} axes")
        return []
    return [_axis(message, f"axes[{number}]", checks) for number, message in enumerate(messages)]


def _axis(message: pb.Axis, path: str, checks: Checks) -> Axis:
    name = checks.text(f"{path}.name", message.name, limits.MAX_NAME_CHARACTERS, required=False)
    clocks = clocks_in(message.clocks, checks, f"{path}.clocks")
    kind: Parts | TagsOf | ValuesOf = Parts(())
    match message.WhichOneof("kind"):
        case "parts":
            kind = Parts(_parts(message.parts.parts, f"{path}.parts.parts", checks))
        case "tag_group":
            kind = TagsOf(checks.name(f"{path}.tag_group", message.tag_group))
        case "trait":
            most = message.trait.values_max or limits.DEFAULT_AXIS_VALUES
            if not 1 <= most <= limits.MAX_AXIS_PARTS:
                checks.add(f"{path}.trait.values_max", f"0 (for {limits.DEFAULT_AXIS_VALUES}) to {limits.MAX_AXIS_PARTS:,}")
            kind = ValuesOf(checks.name(f"{path}.trait.trait", message.trait.trait), most)
        case _:
            checks.add(path, "parts, a tag_group or a trait is needed")
    return Axis(name, clocks, kind)


def _parts(messages: Sequence[pb.AxisPart], path: str, checks: Checks) -> list[tuple[str, Segment]]:
    if not 1 <= len(messages) <= limits.MAX_AXIS_PARTS:
        checks.add(path, f"1 to {limits.MAX_AXIS_PARTS:,} parts")
        return []
    found = []
    for number, part in enumerate(messages):
        label = checks.text(f"{path}[{number}].label", part.label, limits.MAX_NAME_CHARACTERS, required=False)
        found.append((label, segment_in(part.segment)))
    return found


def instants_in(request: pb.SegmentSeriesRequest, checks: Checks) -> list[int]:
    """The instants of a series. Raises LimitExceeded."""
    start, end = (checks.timestamp(name, getattr(request, name)) for name in ("start", "end"))
    zone = request.zone or "UTC"
    if problem := rules.zone_problem(zone):
        checks.add("zone", problem)
    every = _every(request, checks)
    if request.context.HasField("as_of"):
        checks.add("context.as_of", "leave it out: each point has its own instant")
    if request.as_known_then and request.context.HasField("known_at"):
        checks.add("context.known_at", "leave it out with as_known_then: each point reads the log as far as its instant")
    if not checks.failed and end < start:
        checks.add("end", "not before start")
    checks.refuse()
    return instants_of(start, end, every, zone)


def _every(request: pb.SegmentSeriesRequest, checks: Checks) -> Lasting:
    try:
        every = lasting(request.every)
    except InvalidExpression as error:
        checks.add("every", f"{error.problem}: for example 1 day")
        return Lasting(1, Unit.DAY)
    if problem := rules.span_problem(every.count, every.unit):
        checks.add("every", problem)
    return every


def crossing_out(found: Crossing) -> pb.CrossTabulateResponse:
    """All cells."""
    return pb.CrossTabulateResponse(
        position=found.asked.reading.position,
        clocks=clocks_out(found.asked.reading),
        total_count=found.total,
        axes=map(_axis_out, found.axes),
        cells=found.cells,
        warnings=warnings_out(found.warnings),
    )


def _axis_out(axis: CrossedAxis) -> pb.AxisCounts:
    parts = [pb.PartCount(label=label, count=count) for label, count in zip(axis.labels, axis.counts, strict=True)]
    return pb.AxisCounts(name=axis.name, clocks=clocks_out(axis.reading), parts=parts, rest_count=axis.rest)


def point_out(point: Point, *, first: bool) -> pb.SegmentSeriesResponse:
    """One point of a series."""
    return pb.SegmentSeriesResponse(
        position=point.asked.reading.position,
        clocks=clocks_out(point.asked.reading),
        count=point.count,
        entered_count=point.entered,
        left_count=point.left,
        warnings=warnings_out(point.asked.warnings) if first else (),
    )
