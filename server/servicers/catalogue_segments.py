"""The rpcs of CatalogueService about segments."""

from tagledger.v1 import catalogue_service_pb2 as pb

from domain import limits
from domain.language.checker import check
from domain.language.syntax import Expression
from domain.names import normalized
from domain.segment_catalogue import SegmentChange
from server.convert.answers import segment_out, segment_version_out, warnings_out
from server.convert.contexts import page_size_in, receipt_out, request_in
from server.convert.expressions import segment_in
from server.convert.fields import Checks
from server.servicers.catalogue_calls import CatalogueCalls, Context, description_in
from server.servicers.paging import page_of
from server.usecases.asking import prepared
from server.usecases.commands import ChangeSegment, DefineSegment, RenameSegment, RetireSegment
from server.usecases.drafts import Receipt
from server.usecases.state import WorkspaceState


class SegmentCalls(CatalogueCalls):
    """Segments as catalogue objects."""

    # --- segments ---------------------------------------------------------------------------------------------------------

    async def DefineSegment(self, request: pb.DefineSegmentRequest, context: Context) -> pb.DefineSegmentResponse:
        """See the proto."""
        checks = Checks()
        name = checks.name("name", request.name)
        description = description_in(request, checks)
        expression = _expression(request, checks)
        receipt, state = await self._carry_out(request, DefineSegment(name, description, expression), checks)
        return pb.DefineSegmentResponse(
            position=receipt.position,
            receipt=receipt_out(receipt),
            segment=_segment(state, receipt),
            warnings=warnings_out(check(expression, state.index.vocabulary())),
        )

    async def ChangeSegment(self, request: pb.ChangeSegmentRequest, context: Context) -> pb.ChangeSegmentResponse:
        """See the proto."""
        checks = Checks()
        expression = _expression(request, checks)
        receipt, state = await self._carry_out(request, ChangeSegment(normalized(request.name), expression), checks)
        return pb.ChangeSegmentResponse(
            position=receipt.position,
            receipt=receipt_out(receipt),
            segment=_segment(state, receipt),
            warnings=warnings_out(check(expression, state.index.vocabulary())),
        )

    async def GetSegment(self, request: pb.GetSegmentRequest, context: Context) -> pb.GetSegmentResponse:
        """See the proto."""
        checks = Checks()
        size = page_size_in(request.page_size, limits.DEFAULT_LIST_PAGE, limits.MAX_LIST_PAGE, checks)
        state, position = self._read(request.workspace, checks)
        segments = state.index.catalogue.segments
        segment = segments.named(normalized(request.name), "name")

        def read() -> pb.GetSegmentResponse:
            numbers = range(1, len(segment.versions) + 1)
            page, token = page_of(
                numbers,
                size,
                request.page_token,
                "segment",
                request.workspace,
                segment.number,
                characters=lambda version: len(segments.text(segment.number, version)),
            )
            return pb.GetSegmentResponse(
                position=position,
                segment=segment_out(state.index.catalogue, segment),
                versions=[segment_version_out(state, segment, version) for version in page],
                next_page_token=token,
            )

        return await self._work.in_thread(read)

    async def ListSegments(self, request: pb.ListSegmentsRequest, context: Context) -> pb.ListSegmentsResponse:
        """See the proto."""
        checks = Checks()
        size = page_size_in(request.page_size, limits.DEFAULT_LIST_PAGE, limits.MAX_LIST_PAGE, checks)
        state, position = self._read(request.workspace, checks)
        segments = state.index.catalogue.segments

        def read() -> pb.ListSegmentsResponse:
            entries = sorted(segments.entries.values(), key=lambda segment: segment.name)
            shown = [segment for segment in entries if request.show_retired or not segment.retired]
            page, token = page_of(
                shown,
                size,
                request.page_token,
                "segments",
                request.workspace,
                request.show_retired,
                characters=lambda segment: len(segments.text(segment.number, len(segment.versions))),
            )
            made = [segment_out(state.index.catalogue, segment) for segment in page]
            return pb.ListSegmentsResponse(position=position, segments=made, next_page_token=token)

        return await self._work.in_thread(read)

    async def RenameSegment(self, request: pb.RenameSegmentRequest, context: Context) -> pb.RenameSegmentResponse:
        """See the proto."""
        checks = Checks()
        new_name = checks.name("new_name", request.new_name)
        receipt, state = await self._carry_out(request, RenameSegment(normalized(request.name), new_name), checks)
        segment = _segment(state, receipt)
        return pb.RenameSegmentResponse(position=receipt.position, receipt=receipt_out(receipt), segment=segment)

    async def RetireSegment(self, request: pb.RetireSegmentRequest, context: Context) -> pb.RetireSegmentResponse:
        """See the proto."""
        receipt, state = await self._carry_out(request, RetireSegment(normalized(request.name)), Checks())
        segment = _segment(state, receipt)
        return pb.RetireSegmentResponse(position=receipt.position, receipt=receipt_out(receipt), segment=segment)


def _segment(state: WorkspaceState, receipt: Receipt) -> pb.NamedSegment:
    """The segment that a command made or changed."""
    change = next(change for change in receipt.catalogue if isinstance(change, SegmentChange))
    catalogue = state.index.catalogue
    return segment_out(catalogue, catalogue.segments.entries[change.number])


def _expression(request: pb.DefineSegmentRequest | pb.ChangeSegmentRequest, checks: Checks) -> Expression:
    """The expression of a version; what is wrong with other fields is told first."""
    request_in(request, request.context, checks)
    checks.refuse()
    return prepared(segment_in(request.segment)).expression
