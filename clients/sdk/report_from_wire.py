"""Reports, and the warnings of questions, into plain values. Their readers import them from from_wire.py."""

from tagledger.v1 import expression_pb2, report_service_pb2

from . import replies
from .instants import from_timestamp


def warning(message: expression_pb2.Warning) -> replies.Warning:
    """Convert a warning."""
    return replies.Warning(message.line, message.column, message.message, message.suggestion)


def cross_table(message: report_service_pb2.CrossTabulateResponse) -> replies.CrossTable:
    """Convert a cross table."""
    axes = (
        replies.CrossedAxis(
            axis.name,
            from_timestamp(axis.clocks.as_of),
            axis.clocks.known_at,
            tuple((part.label, part.count) for part in axis.parts),
            axis.rest_count,
        )
        for axis in message.axes
    )
    return replies.CrossTable(
        message.position,
        from_timestamp(message.clocks.as_of),
        message.clocks.known_at,
        message.total_count,
        tuple(axes),
        tuple(message.cells),
        tuple(map(warning, message.warnings)),
    )


def series_point(message: report_service_pb2.SegmentSeriesResponse) -> replies.SeriesPoint:
    """Convert one point of a series."""
    return replies.SeriesPoint(
        message.position,
        from_timestamp(message.clocks.as_of),
        message.clocks.known_at,
        message.count,
        message.entered_count,
        message.left_count,
        tuple(map(warning, message.warnings)),
    )
