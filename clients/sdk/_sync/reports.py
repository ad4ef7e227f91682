# Generated from ../_async/reports.py by clients/generate_sync.py. Do not edit.
"""Reports: cross tables and series."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from tagledger.v1 import report_service_pb2

from .. import from_wire, replies, to_wire
from ..to_wire import KnownAt
from ..values import Axis
from .caller import Caller


class ReportCalls(Caller):
    """The rpcs of ReportService."""

    def crosstab(
        self,
        axes: Sequence[Axis],
        expression: str = "everyone",
        *,
        as_of: datetime | None = None,
        known_at: KnownAt = None,
        timeout: float | None = None,
    ) -> replies.CrossTable:
        """Count the members of a segment in every combination of the parts of one to four axes, and of what is in no part."""
        request = report_service_pb2.CrossTabulateRequest(
            context=self._read_context(as_of, known_at),
            segment=to_wire.segment(expression),
            axes=to_wire.axes(axes),
        )
        return from_wire.cross_table(self._read(self._reports.CrossTabulate, request, timeout))

    def series(
        self,
        expression: str,
        start: datetime,
        end: datetime,
        every: str = "1 day",
        *,
        zone: str = "",
        as_known_then: bool = False,
        known_at: KnownAt = None,
        timeout: float | None = None,
    ) -> Iterator[replies.SeriesPoint]:
        """Yield a segment's size at many instants, and how many entered and left since the one before, as each is known.

        ``every`` is a span such as "6 hours", counted from ``start``, or "1 day", "2 weeks", "1 month", "1 year": then points
        are the beginnings of such periods in the zone (UTC unless given). ``as_known_then`` asks each point with what the log
        held at its instant. No deadline unless one is given.
        """
        request = report_service_pb2.SegmentSeriesRequest(
            context=self._read_context(None, known_at),
            segment=to_wire.segment(expression),
            start=to_wire.timestamp(start, "start"),
            end=to_wire.timestamp(end, "end"),
            every=to_wire.span(every, "every"),
            zone=to_wire.text(zone, "zone"),
            as_known_then=as_known_then,
        )
        for part in self._parts(self._reports.SegmentSeries, request, timeout):
            yield from_wire.series_point(part)
