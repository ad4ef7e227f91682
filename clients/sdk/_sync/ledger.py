# Generated from ../_async/ledger.py by clients/generate_sync.py. Do not edit.
"""Writing: changesets and interactions."""

import itertools
import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from tagledger.v1 import ledger_service_pb2

from .. import from_wire, replies, to_wire
from ..interactions import columns_from
from ..values import ApplyTag, Change, Interaction, InteractionBatch, RemoveTag, SetTrait, TagValue, TraitValue
from . import primitives
from .buffer import InteractionBuffer
from .caller import Caller


class LedgerCalls(Caller):
    """The rpcs of LedgerService."""

    def apply_changeset(
        self,
        changes: Iterable[Change],
        *,
        reason: str,
        actor: str | None = None,
        source: str | None = None,
        request_id: str | None = None,
        timeout: float | None = None,
    ) -> replies.ChangesetReceipt:
        """Record changes of tags and traits, all of them or none. A repeat with the same ``request_id`` counts once."""
        context = self._write_context(actor, reason, source, request_id)
        request = to_wire.changeset(context, changes)
        return from_wire.changeset_receipt(self._write(self._ledger.ApplyChangeset, request, timeout))

    def apply_tag(
        self,
        profile_id: str,
        tag: str,
        *,
        reason: str,
        value: TagValue | None = None,
        effective_at: datetime | None = None,
        expires_at: datetime | None = None,
        actor: str | None = None,
        source: str | None = None,
        request_id: str | None = None,
        timeout: float | None = None,
    ) -> replies.ChangesetReceipt:
        """Apply one tag to one profile."""
        change = ApplyTag(profile_id, tag, value, effective_at, expires_at)
        return self.apply_changeset(
            (change,), reason=reason, actor=actor, source=source, request_id=request_id, timeout=timeout
        )

    def remove_tag(
        self,
        profile_id: str,
        tag: str,
        *,
        reason: str,
        effective_at: datetime | None = None,
        actor: str | None = None,
        source: str | None = None,
        request_id: str | None = None,
        timeout: float | None = None,
    ) -> replies.ChangesetReceipt:
        """Remove one tag from one profile."""
        change = RemoveTag(profile_id, tag, effective_at)
        return self.apply_changeset(
            (change,), reason=reason, actor=actor, source=source, request_id=request_id, timeout=timeout
        )

    def set_trait(
        self,
        profile_id: str,
        trait: str,
        value: TraitValue | None,
        *,
        reason: str,
        effective_at: datetime | None = None,
        actor: str | None = None,
        source: str | None = None,
        request_id: str | None = None,
        timeout: float | None = None,
    ) -> replies.ChangesetReceipt:
        """Set one trait of one profile; None clears it."""
        change = SetTrait(profile_id, trait, value, effective_at)
        return self.apply_changeset(
            (change,), reason=reason, actor=actor, source=source, request_id=request_id, timeout=timeout
        )

    def record_interactions(
        self,
        interactions: InteractionBatch | Sequence[Interaction],
        *,
        reason: str = "",
        actor: str | None = None,
        source: str | None = None,
        request_id: str | None = None,
        timeout: float | None = None,
    ) -> replies.InteractionsReceipt:
        """Record one batch, 1 to 100,000 rows or prepared columns, all of them or none."""
        context = self._write_context(actor, reason, source, request_id)
        request = ledger_service_pb2.RecordInteractionsRequest(context=context, interactions=columns_from(interactions))
        return from_wire.interactions_receipt(self._write(self._ledger.RecordInteractions, request, timeout))

    def retract_interactions(
        self,
        ids: Iterable[str],
        *,
        reason: str,
        actor: str | None = None,
        source: str | None = None,
        request_id: str | None = None,
        timeout: float | None = None,
    ) -> replies.RetractionReceipt:
        """Let the interactions with these ids not count any more, all of them or none, 1 to 10,000.

        Answers at an earlier ``known_at`` stay as they are. Raises UnknownInteraction for an id that was never recorded.
        """
        context = self._write_context(actor, reason, source, request_id)
        request = ledger_service_pb2.RetractInteractionsRequest(context=context, ids=to_wire.several(ids, "ids"))
        return from_wire.retraction_receipt(self._write(self._ledger.RetractInteractions, request, timeout))

    def replace_interactions(
        self,
        interactions: InteractionBatch | Sequence[Interaction],
        *,
        reason: str,
        actor: str | None = None,
        source: str | None = None,
        request_id: str | None = None,
        timeout: float | None = None,
    ) -> replies.ReplacementReceipt:
        """Record 1 to 10,000 interactions that count in the place of what was recorded under their ids; each needs one."""
        context = self._write_context(actor, reason, source, request_id)
        request = ledger_service_pb2.ReplaceInteractionsRequest(context=context, interactions=columns_from(interactions))
        return from_wire.replacement_receipt(self._write(self._ledger.ReplaceInteractions, request, timeout))

    def stream_interactions(
        self,
        batches: Iterable[InteractionBatch | Sequence[Interaction]],
        *,
        reason: str = "",
        actor: str | None = None,
        source: str | None = None,
        request_id: str | None = None,
        timeout: float | None = None,
    ) -> replies.StreamReceipt:
        """Record batches as they come, each durable by itself.

        ``request_id`` names the stream, and each batch gets one derived from it and its number: when the stream breaks, send
        the same batches again under the same ``request_id`` (it is in the exception), and none counts twice. Nothing is
        repeated here, for the batches already taken are gone.
        """
        given = to_wire.several(batches, "batches")
        stream_id = str(uuid.uuid4()) if request_id is None else request_id
        base = uuid.uuid5(uuid.NAMESPACE_OID, stream_id)

        def requests() -> Iterator[Any]:
            numbers = itertools.count()
            for batch in primitives.iterate(given):
                yield ledger_service_pb2.StreamInteractionsRequest(
                    context=self._write_context(actor, reason, source, str(uuid.uuid5(base, str(next(numbers))))),
                    interactions=columns_from(batch),
                )

        reply = self._send_stream(self._ledger.StreamInteractions, requests(), stream_id, timeout)
        return replies.StreamReceipt(
            reply.position,
            stream_id,
            reply.batch_count,
            reply.accepted_count,
            reply.duplicate_count,
            reply.replayed_batch_count,
        )

    def buffer(
        self,
        *,
        reason: str = "",
        actor: str | None = None,
        source: str | None = None,
        batch_rows: int = 1_000,
        max_age_seconds: float = 0.5,
        max_buffered: int = 100_000,
        in_flight: int = 4,
        give_up_after_seconds: float = 300.0,
    ) -> InteractionBuffer:
        """Return a buffer that records interactions in the background; see its class."""

        def record(rows: Sequence[Interaction], request_id: str, timeout: float) -> None:
            self.record_interactions(rows, reason=reason, actor=actor, source=source, request_id=request_id, timeout=timeout)

        return InteractionBuffer(
            record,
            batch_rows=batch_rows,
            max_age_seconds=max_age_seconds,
            max_buffered=max_buffered,
            in_flight=in_flight,
            give_up_after_seconds=give_up_after_seconds,
        )
