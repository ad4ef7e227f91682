# Generated from ../_async/bulk.py by clients/generate_sync.py. Do not edit.
"""Writing for many at once: a tag for everyone in a segment, two tags that become one, and taking a changeset back."""

from datetime import datetime
from typing import Unpack

from tagledger.v1 import ledger_service_pb2

from .. import from_wire, replies, to_wire
from ..settings import WriteOptions
from ..to_wire import KnownAt
from ..values import TagValue
from .caller import Caller


class BulkCalls(Caller):
    """The rpcs of LedgerService that find for themselves whom they change.

    With ``dry_run`` nothing is recorded, and the reply has a ``preview``. Who is in the segment is found at ``as_of`` (now
    unless given), with the log read up to ``known_at`` (its end unless given).
    """

    def apply_tag_to_segment(
        self,
        expression: str,
        tag: str,
        *,
        reason: str,
        value: TagValue | None = None,
        effective_at: datetime | None = None,
        expires_at: datetime | None = None,
        as_of: datetime | None = None,
        known_at: KnownAt = None,
        dry_run: bool = False,
        **options: Unpack[WriteOptions],
    ) -> replies.SegmentTagging:
        """Apply a tag to everyone in a segment, as one changeset; who enters the segment later is not tagged."""
        request = to_wire.tag_segment(expression, tag, True, value, effective_at, expires_at, as_of, known_at, dry_run)
        return self._tag_segment(request, reason, options)

    def remove_tag_from_segment(
        self,
        expression: str,
        tag: str,
        *,
        reason: str,
        effective_at: datetime | None = None,
        as_of: datetime | None = None,
        known_at: KnownAt = None,
        dry_run: bool = False,
        **options: Unpack[WriteOptions],
    ) -> replies.SegmentTagging:
        """Remove a tag from everyone in a segment, as one changeset."""
        request = to_wire.tag_segment(expression, tag, False, None, effective_at, None, as_of, known_at, dry_run)
        return self._tag_segment(request, reason, options)

    def _tag_segment(
        self, request: ledger_service_pb2.TagSegmentRequest, reason: str, options: WriteOptions
    ) -> replies.SegmentTagging:
        request.context.CopyFrom(self._context_of(reason, options))
        return from_wire.segment_tagging(self._write(self._ledger.TagSegment, request, options.get("timeout")))

    def merge_tags(
        self, key: str, into_key: str, *, reason: str, dry_run: bool = False, **options: Unpack[WriteOptions]
    ) -> replies.Merge:
        """Make one tag another name of a second one: whoever carried the first, at any instant, carries the second.

        ``undo_changeset`` takes it back.
        """
        request = ledger_service_pb2.MergeTagsRequest(
            context=self._context_of(reason, options),
            key=to_wire.text(key, "key"),
            into_key=to_wire.text(into_key, "into_key"),
            dry_run=dry_run,
        )
        return from_wire.merge(self._write(self._ledger.MergeTags, request, options.get("timeout")))

    def undo_changeset(
        self,
        name: str | int,
        *,
        reason: str,
        expression: str | None = None,
        as_of: datetime | None = None,
        known_at: KnownAt = None,
        dry_run: bool = False,
        **options: Unpack[WriteOptions],
    ) -> replies.Undo:
        """Take back a changeset's tags, traits, interactions and links, by its id or its position.

        For the members of a segment only, if given. What somebody changed since stands, and is told as a conflict.
        """
        request = to_wire.undo(self._context_of(reason, options), name, expression, as_of, known_at, dry_run)
        return from_wire.undo(self._write(self._ledger.UndoChangeset, request, options.get("timeout")))
