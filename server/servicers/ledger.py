"""LedgerService."""

from collections.abc import AsyncIterator
from typing import TypeAlias

import grpc
from tagledger.v1 import ledger_service_pb2 as pb
from tagledger.v1 import ledger_service_pb2_grpc as rpc

from domain.errors import CorrectedMeanwhile
from server.convert.bulk import (
    merge_in,
    merge_out,
    merge_preview_out,
    tag_segment_in,
    tag_segment_out,
    tag_segment_preview_out,
    undo_in,
    undo_out,
    undo_preview_out,
)
from server.convert.contexts import receipt_out
from server.convert.writes import changes_in, interactions_in, replacement_in, retraction_in
from server.servicers.running import Work, answered
from server.usecases.bulk import BulkChanges
from server.usecases.clocks import Clocks
from server.usecases.committer import Committer
from server.usecases.corrections import Corrections
from server.usecases.drafts import CorrectionDraft, Receipt, Request

Context: TypeAlias = grpc.aio.ServicerContext

_CORRECTION_ATTEMPTS = 10


class LedgerServicer(rpc.LedgerServiceServicer):
    """Writes."""

    def __init__(self, committer: Committer, bulk: BulkChanges, corrections: Corrections, clocks: Clocks, work: Work) -> None:
        self._committer, self._bulk, self._corrections = committer, bulk, corrections
        self._clocks, self._work = clocks, work

    async def ApplyChangeset(self, request: pb.ApplyChangesetRequest, context: Context) -> pb.ApplyChangesetResponse:
        """See the proto."""
        receipt = await answered(self._committer.submit(changes_in(request)))
        return pb.ApplyChangesetResponse(
            position=receipt.position,
            receipt=receipt_out(receipt),
            changed_count=receipt.changed,
            already_so_count=receipt.already_so,
            new_profile_count=receipt.new_profiles,
        )

    async def RecordInteractions(
        self, request: pb.RecordInteractionsRequest, context: Context
    ) -> pb.RecordInteractionsResponse:
        """See the proto."""
        receipt = await answered(self._committer.submit(interactions_in(request)))
        return pb.RecordInteractionsResponse(
            position=receipt.position,
            receipt=receipt_out(receipt),
            accepted_count=receipt.accepted,
            duplicate_count=receipt.duplicates,
            new_profile_count=receipt.new_profiles,
        )

    async def StreamInteractions(
        self, requests: AsyncIterator[pb.StreamInteractionsRequest], context: Context
    ) -> pb.StreamInteractionsResponse:
        """See the proto. One batch after the other: the stream's own flow control is the back-pressure."""
        reply = pb.StreamInteractionsResponse()
        async for request in requests:
            receipt = await answered(self._committer.submit(interactions_in(request)))
            reply.position = max(reply.position, receipt.position)
            reply.batch_count += 1
            reply.accepted_count += receipt.accepted
            reply.duplicate_count += receipt.duplicates
            reply.replayed_batch_count += receipt.replayed
        return reply

    async def RetractInteractions(
        self, request: pb.RetractInteractionsRequest, context: Context
    ) -> pb.RetractInteractionsResponse:
        """See the proto."""
        receipt = await self._corrected(retraction_in(request))
        return pb.RetractInteractionsResponse(
            position=receipt.position,
            receipt=receipt_out(receipt),
            retracted_count=receipt.changed,
            already_so_count=receipt.already_so,
        )

    async def ReplaceInteractions(
        self, request: pb.ReplaceInteractionsRequest, context: Context
    ) -> pb.ReplaceInteractionsResponse:
        """See the proto."""
        receipt = await self._corrected(replacement_in(request))
        return pb.ReplaceInteractionsResponse(
            position=receipt.position,
            receipt=receipt_out(receipt),
            accepted_count=receipt.accepted,
            replaced_count=receipt.changed,
            new_profile_count=receipt.new_profiles,
        )

    async def TagSegment(self, request: pb.TagSegmentRequest, context: Context) -> pb.TagSegmentResponse:
        """See the proto."""
        draft, chosen = tag_segment_in(request)
        if not request.dry_run:
            repeated = await self._repeated(draft.request)
            if repeated:
                return tag_segment_out(repeated, ())
        found, asked = await self._work.in_thread(lambda: self._bulk.tagging(draft, chosen))
        if request.dry_run:
            preview = await self._work.in_thread(lambda: self._bulk.preview_tagging(found))
            return tag_segment_preview_out(asked, preview)
        return tag_segment_out(await answered(self._committer.submit(found)), asked.warnings)

    async def MergeTags(self, request: pb.MergeTagsRequest, context: Context) -> pb.MergeTagsResponse:
        """See the proto."""
        draft = merge_in(request)
        if request.dry_run:
            reading, preview = await self._work.in_thread(lambda: self._bulk.preview_merge(draft))
            return merge_preview_out(reading.position, preview)
        return merge_out(await answered(self._committer.submit(draft)))

    async def UndoChangeset(self, request: pb.UndoChangesetRequest, context: Context) -> pb.UndoChangesetResponse:
        """See the proto."""
        wanted = undo_in(request)
        state = self._clocks.state(wanted.request.workspace)
        if not request.dry_run:
            repeated = await self._repeated(wanted.request)
            if repeated:
                return undo_out(state, repeated, ())
        draft, warnings = await self._work.in_thread(lambda: self._bulk.undo(wanted))
        if request.dry_run:
            preview = await self._work.in_thread(lambda: self._bulk.preview_undo(draft))
            return undo_preview_out(state.index.clock().position, warnings, preview)
        return undo_out(state, await answered(self._committer.submit(draft)), warnings)

    async def _corrected(self, draft: CorrectionDraft) -> Receipt:
        """Looks up again where others corrected the same interactions between the look-up and the commit."""
        repeated = await self._repeated(draft.request)
        if repeated:
            return repeated
        attempts = 0
        while True:
            found = await self._work.in_thread(lambda: self._corrections.looked_up(draft))
            try:
                return await answered(self._committer.submit(found))
            except CorrectedMeanwhile:
                attempts += 1
                if attempts == _CORRECTION_ATTEMPTS:
                    raise

    async def _repeated(self, request: Request) -> Receipt | None:
        """The first reply to what was recorded before: what it looked up then may look otherwise now."""
        return await self._work.in_thread(lambda: self._committer.first_reply(request))
