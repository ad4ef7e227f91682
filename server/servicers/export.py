"""ExportService."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import TypeAlias

import grpc
from tagledger.v1 import common_pb2
from tagledger.v1 import export_service_pb2 as pb
from tagledger.v1 import export_service_pb2_grpc as rpc

from domain import limits
from domain.errors import LimitExceeded
from domain.names import normalized
from server.convert.answers import warnings_out
from server.convert.contexts import clocks_out, read_in
from server.convert.expressions import segment_in
from server.convert.fields import Checks, value_out
from server.eventlog.port import EventLog
from server.exports.members import ColumnRequest, Export, export_of
from server.servicers.running import Work
from server.usecases.asking import Asked, Questions

Context: TypeAlias = grpc.aio.ServicerContext


class ExportServicer(rpc.ExportServiceServicer):
    """Streams of members."""

    def __init__(self, questions: Questions, log: EventLog, work: Work) -> None:
        self._questions, self._log = questions, log
        self._work = work

    async def ExportMembers(
        self, request: pb.ExportMembersRequest, context: Context
    ) -> AsyncIterator[pb.ExportMembersResponse]:
        """See the proto."""
        checks = Checks()
        reader, as_of, known_at = read_in(request.context, checks)
        columns = _columns_in(request, checks)
        if request.format not in pb.ExportMembersRequest.Format.values():
            checks.add("format", "FORMAT_ROWS or FORMAT_ARROW")
        checks.refuse()
        asked = self._questions.ask(reader, as_of, known_at, segment_in(request.segment))
        export = await self._work.in_thread(lambda: self._bind(asked, columns, request.after_profile_id))
        yield _head(asked, export)
        parts = _arrow(export) if request.format == pb.ExportMembersRequest.FORMAT_ARROW else _rows(export)
        while (part := await self._work.in_thread(lambda: next(parts, None))) is not None:
            yield part
            await asyncio.sleep(0)

    def _bind(self, asked: Asked, columns: list[ColumnRequest], after: str) -> Export:
        if asked.reading.scope:
            asked.reading.scope.refuse_tags(asked.reading.state.index, [one.name for one in columns if one.kind != "trait"])
        members = self._questions.members(asked)
        state = asked.reading.state
        return export_of(
            state, asked.reading.view, members, columns, after, lambda numbers: self._log.personal_texts(state.name, numbers)
        )


def _columns_in(request: pb.ExportMembersRequest, checks: Checks) -> list[ColumnRequest]:
    LimitExceeded.refuse(
        "export columns",
        field="columns",
        maximum=limits.MAX_EXPORT_COLUMNS,
        actual=len(request.columns),
        remedy="export in several runs at the same clocks",
    )
    columns = []
    for i, column in enumerate(request.columns):
        kind = column.WhichOneof("column")
        if kind is None:
            checks.add(f"columns[{i}]", "trait, tag or tag_value is needed")
        else:
            columns.append(ColumnRequest(kind, normalized(getattr(column, kind))))
    if len(set(columns)) < len(columns):
        checks.add("columns", "each column may come once")
    return columns


def _head(asked: Asked, export: Export) -> pb.ExportMembersResponse:
    return pb.ExportMembersResponse(
        position=asked.reading.position,
        clocks=clocks_out(asked.reading),
        total_count=len(export.ordinals),
        column_names=export.titles,
        warnings=warnings_out(asked.warnings),
    )


def _rows(export: Export) -> Iterator[pb.ExportMembersResponse]:
    absent = common_pb2.Value()
    for part in export.rows():
        rows = [
            pb.ExportRow(profile_id=name, values=[absent if value is None else value_out(value) for value in values])
            for name, values in part
        ]
        yield pb.ExportMembersResponse(rows=rows)


def _arrow(export: Export) -> Iterator[pb.ExportMembersResponse]:
    for part in export.arrow():
        yield pb.ExportMembersResponse(arrow=part)
