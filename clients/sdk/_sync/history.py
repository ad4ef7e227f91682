# Generated from ../_async/history.py by clients/generate_sync.py. Do not edit.
"""Auditing: what changed, who did it and why."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tagledger.v1 import history_service_pb2

from .. import from_wire, replies, to_wire
from ..instants import to_timestamp
from ..to_wire import KnownAt
from .caller import Caller


class HistoryCalls(Caller):
    """The rpcs of HistoryService. ``timeout`` is for each page."""

    def _entries(self, method: Any, request: Any, timeout: float | None) -> Iterator[replies.HistoryEntry]:
        """Yield the entries of all pages."""
        for reply in self._pages(method, request, timeout):
            for entry in reply.entries:
                yield from_wire.history_entry(entry)

    def profile_history(
        self,
        profile_id: str,
        *,
        known_at: KnownAt = None,
        newest_first: bool = False,
        without_interactions: bool = False,
        page_size: int = 1_000,
        timeout: float | None = None,
    ) -> Iterator[replies.HistoryEntry]:
        """Yield the changes and interactions of one profile in log order, fetching pages as they are needed."""
        request = history_service_pb2.ListProfileHistoryRequest(
            workspace=to_wire.text(self.workspace, "workspace"),
            reader=to_wire.text(self.reader, "reader"),
            profile_id=to_wire.text(profile_id, "profile_id"),
            known_at=to_wire.known_at(known_at),
            newest_first=newest_first,
            without_interactions=without_interactions,
            page_size=to_wire.page_size(page_size),
        )
        yield from self._entries(self._history.ListProfileHistory, request, timeout)

    def tag_history(
        self,
        tag: str,
        *,
        known_at: KnownAt = None,
        newest_first: bool = False,
        page_size: int = 1_000,
        timeout: float | None = None,
    ) -> Iterator[replies.HistoryEntry]:
        """Yield the changes of one tag, its catalogue entry and who got or lost it, in log order."""
        request = history_service_pb2.ListTagHistoryRequest(
            workspace=to_wire.text(self.workspace, "workspace"),
            reader=to_wire.text(self.reader, "reader"),
            tag=to_wire.text(tag, "tag"),
            known_at=to_wire.known_at(known_at),
            newest_first=newest_first,
            page_size=to_wire.page_size(page_size),
        )
        yield from self._entries(self._history.ListTagHistory, request, timeout)

    def history(
        self,
        *,
        profile_id: str = "",
        tag: str = "",
        group: str = "",
        segment: str = "",
        actor: str = "",
        source: str = "",
        recorded: to_wire.Period = (None, None),
        effective: to_wire.Period = (None, None),
        known_at: KnownAt = None,
        newest_first: bool = False,
        without_interactions: bool = False,
        page_size: int = 1_000,
        timeout: float | None = None,
    ) -> Iterator[replies.HistoryEntry]:
        """Yield what fits all that is given, in log order; ``recorded`` and ``effective`` are (start, end), without the end."""
        request = history_service_pb2.ListHistoryRequest(
            workspace=to_wire.text(self.workspace, "workspace"),
            reader=to_wire.text(self.reader, "reader"),
            profile_id=to_wire.text(profile_id, "profile_id"),
            tag=to_wire.text(tag, "tag"),
            group=to_wire.text(group, "group"),
            segment_name=to_wire.text(segment, "segment"),
            actor=to_wire.text(actor, "actor"),
            source=to_wire.text(source, "source"),
            recorded=to_wire.period(recorded, "recorded"),
            effective=to_wire.period(effective, "effective"),
            known_at=to_wire.known_at(known_at),
            newest_first=newest_first,
            without_interactions=without_interactions,
            page_size=to_wire.page_size(page_size),
        )
        yield from self._entries(self._history.ListHistory, request, timeout)

    def tag_use(
        self,
        tag: str,
        *,
        as_of: datetime | None = None,
        known_at: KnownAt = None,
        days: int = 30,
        zone: str = "UTC",
        timeout: float | None = None,
    ) -> replies.TagUse:
        """Return what became of a tag: who carries it, who applied it, how it grew in the last days, which segments need it."""
        request = history_service_pb2.GetTagUseRequest(
            workspace=to_wire.text(self.workspace, "workspace"),
            reader=to_wire.text(self.reader, "reader"),
            tag=to_wire.text(tag, "tag"),
            as_of=None if as_of is None else to_timestamp(as_of, "as_of"),
            known_at=to_wire.known_at(known_at),
            days=days,
            zone=to_wire.text(zone, "zone"),
        )
        return from_wire.tag_use(self._read(self._history.GetTagUse, request, timeout))

    def review_tags(self, *, timeout: float | None = None) -> replies.TagReview:
        """Return the tags that nobody needs, and pairs that may be one tag twice."""
        request = history_service_pb2.ReviewTagsRequest(
            workspace=to_wire.text(self.workspace, "workspace"), reader=to_wire.text(self.reader, "reader")
        )
        return from_wire.tag_review(self._read(self._history.ReviewTags, request, timeout))

    def changeset(self, name: str | int, *, timeout: float | None = None) -> replies.Changeset:
        """Return one changeset with all its entries, by its id or by its position."""
        request = history_service_pb2.GetChangesetRequest(
            workspace=to_wire.text(self.workspace, "workspace"), reader=to_wire.text(self.reader, "reader"), page_size=1_000
        )
        to_wire.name_changeset(request, name)
        entries: list[replies.HistoryEntry] = []
        for reply in self._pages(self._history.GetChangeset, request, timeout):
            entries += map(from_wire.history_entry, reply.entries)
        return replies.Changeset(
            reply.position,
            from_wire.attribution(reply.attribution),
            tuple(entries),
            reply.content_sha256,
            reply.chain_sha256,
        )
