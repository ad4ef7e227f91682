# Generated from ../_async/segments.py by clients/generate_sync.py. Do not edit.
"""Asking: counts, members, checks, plans and exports."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from tagledger.v1 import export_service_pb2, segment_service_pb2

from .. import from_wire, replies, to_wire
from ..to_wire import KnownAt
from ..values import ExportColumn
from .caller import Caller


class SegmentCalls(Caller):
    """The rpcs of SegmentService and ExportService.

    Each read takes ``as_of``, the instant at which the question is asked (now unless given), and ``known_at``, how far the
    log is read: a position, or an instant on the recording clock (its end unless given).
    """

    def count(
        self, expression: str, *, as_of: datetime | None = None, known_at: KnownAt = None, timeout: float | None = None
    ) -> replies.Count:
        """Return how many profiles are in the segment."""
        request = segment_service_pb2.CountRequest(
            context=self._read_context(as_of, known_at), segment=to_wire.segment(expression)
        )
        return from_wire.count(self._read(self._segments.Count, request, timeout))

    def member_pages(
        self,
        expression: str,
        *,
        as_of: datetime | None = None,
        known_at: KnownAt = None,
        page_size: int = 10_000,
        timeout: float | None = None,
    ) -> Iterator[replies.MembersPage]:
        """Yield pages of members as they are asked for, all at the clocks of the first; ``timeout`` is for each page."""
        request = segment_service_pb2.ListMembersRequest(
            context=self._read_context(as_of, known_at),
            segment=to_wire.segment(expression),
            page_size=to_wire.page_size(page_size),
        )
        for reply in self._pages(self._segments.ListMembers, request, timeout):
            yield from_wire.members_page(reply)

    def members(
        self,
        expression: str,
        *,
        as_of: datetime | None = None,
        known_at: KnownAt = None,
        page_size: int = 10_000,
        timeout: float | None = None,
    ) -> Iterator[str]:
        """Yield the members' profile ids in order of first sight, fetching pages as they are needed."""
        pages = self.member_pages(expression, as_of=as_of, known_at=known_at, page_size=page_size, timeout=timeout)
        for page in pages:
            yield from page.profile_ids

    def comparison_pages(
        self,
        expression: str,
        *,
        before_as_of: datetime | None = None,
        before_known_at: KnownAt = None,
        as_of: datetime | None = None,
        known_at: KnownAt = None,
        page_size: int = 10_000,
        timeout: float | None = None,
    ) -> Iterator[replies.Comparison]:
        """Yield pages of who entered and left the segment between two pairs of clocks, in order of first sight."""
        request = segment_service_pb2.CompareSegmentRequest(
            context=self._read_context(as_of, known_at),
            before=to_wire.clock_pair(before_as_of, before_known_at),
            segment=to_wire.segment(expression),
            page_size=to_wire.page_size(page_size),
        )
        for reply in self._pages(self._segments.CompareSegment, request, timeout):
            yield from_wire.comparison(reply)

    def check(
        self,
        expression: str,
        profile_ids: Sequence[str],
        *,
        as_of: datetime | None = None,
        known_at: KnownAt = None,
        timeout: float | None = None,
    ) -> replies.Checks:
        """Tell for each of 1 to 10,000 profiles whether it is in the segment, in the order given."""
        request = segment_service_pb2.CheckProfilesRequest(
            context=self._read_context(as_of, known_at),
            segment=to_wire.segment(expression),
            profile_ids=to_wire.texts(profile_ids, "profile_ids"),
        )
        return from_wire.checks(self._read(self._segments.CheckProfiles, request, timeout))

    def explain(
        self,
        expression: str,
        *,
        profile_id: str = "",
        as_of: datetime | None = None,
        known_at: KnownAt = None,
        timeout: float | None = None,
    ) -> replies.Explanation:
        """Return the plan as it ran, and with a profile why it is in the segment or not, and until when by time alone."""
        request = segment_service_pb2.ExplainRequest(
            context=self._read_context(as_of, known_at),
            segment=to_wire.segment(expression),
            profile_id=to_wire.text(profile_id, "profile_id"),
        )
        return from_wire.explanation(self._read(self._segments.Explain, request, timeout))

    def validate(self, expression: str, *, timeout: float | None = None) -> replies.Validation:
        """Read an expression without evaluating it."""
        request = segment_service_pb2.ValidateExpressionRequest(
            workspace=to_wire.text(self.workspace, "workspace"), segment=to_wire.segment(expression)
        )
        return from_wire.validation(self._read(self._segments.ValidateExpression, request, timeout))

    def export_parts(
        self,
        expression: str,
        columns: Sequence[ExportColumn] = (),
        *,
        arrow: bool = False,
        as_of: datetime | None = None,
        known_at: KnownAt = None,
        after_profile_id: str = "",
        timeout: float | None = None,
    ) -> Iterator[replies.ExportPart]:
        """Yield the parts of an export as they come, with clocks, total and warnings in the first.

        A broken export resumes with ``after_profile_id`` and the clocks of its first part. No deadline unless given.
        """
        formats = export_service_pb2.ExportMembersRequest
        request = export_service_pb2.ExportMembersRequest(
            context=self._read_context(as_of, known_at),
            segment=to_wire.segment(expression),
            columns=to_wire.export_columns(columns),
            format=formats.FORMAT_ARROW if arrow else formats.FORMAT_ROWS,
            after_profile_id=to_wire.text(after_profile_id, "after_profile_id"),
        )
        for part in self._parts(self._exports.ExportMembers, request, timeout):
            yield from_wire.export_part(part)

    def export(
        self,
        expression: str,
        columns: Sequence[ExportColumn] = (),
        *,
        as_of: datetime | None = None,
        known_at: KnownAt = None,
        timeout: float | None = None,
    ) -> Iterator[replies.ExportRow]:
        """Yield each member once with its columns, in order of first sight."""
        for part in self.export_parts(expression, columns, as_of=as_of, known_at=known_at, timeout=timeout):
            yield from part.rows

    def export_arrow(
        self,
        expression: str,
        columns: Sequence[ExportColumn] = (),
        *,
        as_of: datetime | None = None,
        known_at: KnownAt = None,
        timeout: float | None = None,
    ) -> Iterator[bytes]:
        """Yield the bytes of one Arrow IPC stream, cut into parts."""
        parts = self.export_parts(expression, columns, arrow=True, as_of=as_of, known_at=known_at, timeout=timeout)
        for part in parts:
            if part.arrow:
                yield part.arrow
