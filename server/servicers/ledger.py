"""LedgerService."""

from collections.abc import AsyncIterator
from typing import TypeAlias

import grpc
from tagledger.v1 import ledger_service_pb2 as pb
from tagledger.v1 import ledger_service_pb2_grpc as rpc

from server.convert.contexts import receipt_out
from server.convert.writes import changes_in, interactions_in
from server.servicers.running import answered
from server.usecases.committer import Committer

Context: TypeAlias = grpc.aio.ServicerContext


class LedgerServicer(rpc.LedgerServiceServicer):
    """Writes."""

    def __init__(self, committer: Committer) -> None:
        self._committer = committer

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
