"""ReportService."""

import asyncio
from collections.abc import AsyncIterator
from typing import TypeAlias

import grpc
from tagledger.v1 import report_service_pb2 as pb
from tagledger.v1 import report_service_pb2_grpc as rpc

from server.convert.contexts import read_in
from server.convert.expressions import segment_in
from server.convert.fields import Checks
from server.convert.reports import axes_in, crossing_out, instants_in, point_out
from server.servicers.running import Work
from server.usecases.reports import Reports

Context: TypeAlias = grpc.aio.ServicerContext


class ReportServicer(rpc.ReportServiceServicer):
    """Counts, in tables and series."""

    def __init__(self, reports: Reports, work: Work) -> None:
        self._reports, self._work = reports, work

    async def CrossTabulate(self, request: pb.CrossTabulateRequest, context: Context) -> pb.CrossTabulateResponse:
        """See the proto."""
        checks = Checks()
        reader, as_of, known_at = read_in(request.context, checks)
        axes = axes_in(request.axes, checks)
        checks.refuse()
        segment = segment_in(request.segment)
        found = await self._work.in_thread(lambda: self._reports.cross(reader, (as_of, known_at), segment, axes))
        return crossing_out(found)

    async def SegmentSeries(
        self, request: pb.SegmentSeriesRequest, context: Context
    ) -> AsyncIterator[pb.SegmentSeriesResponse]:
        """See the proto."""
        checks = Checks()
        reader, _, known_at = read_in(request.context, checks)
        instants = instants_in(request, checks)
        segment = segment_in(request.segment)
        points = self._reports.series(reader, known_at, segment, instants, as_known_then=request.as_known_then)
        first = True
        while (point := await self._work.in_thread(lambda: next(points, None))) is not None:
            yield point_out(point, first=first)
            first = False
            await asyncio.sleep(0)
