"""HistoryService."""

from typing import TypeAlias

import grpc
from tagledger.v1 import history_service_pb2 as pb
from tagledger.v1 import history_service_pb2_grpc as rpc

from domain import limits
from domain.instants import zone_exists
from domain.names import normalized
from server.convert.answers import attribution_out, entries_out
from server.convert.contexts import changeset_named_in, known_at_in, page_size_in, reader_in
from server.convert.fields import Checks
from server.convert.tag_use import tag_review_out, tag_use_out
from server.servicers.running import Work
from server.usecases.auditing import About, Auditing, HistoryPage, PageRequest
from server.usecases.tag_use import TagUses

Context: TypeAlias = grpc.aio.ServicerContext
_Listing = pb.ListProfileHistoryRequest | pb.ListTagHistoryRequest | pb.ListHistoryRequest

_DAYS_OF_USE = 30


class HistoryServicer(rpc.HistoryServiceServicer):
    """Questions about history."""

    def __init__(self, auditing: Auditing, tag_uses: TagUses, work: Work) -> None:
        self._auditing, self._tag_uses = auditing, tag_uses
        self._work = work

    async def GetTagUse(self, request: pb.GetTagUseRequest, context: Context) -> pb.GetTagUseResponse:
        """See the proto."""
        checks = Checks()
        reader = reader_in(request, checks)
        as_of = checks.timestamp("as_of", request.as_of) if request.HasField("as_of") else None
        known_at, key, zone = known_at_in(request.known_at, checks), normalized(request.tag), request.zone or "UTC"
        days = request.days or _DAYS_OF_USE
        if not 1 <= days <= limits.MAX_DAYS_OF_USE:
            checks.add("days", f"1 to {limits.MAX_DAYS_OF_USE:,}, or 0 for {_DAYS_OF_USE}")
        if not zone_exists(zone):
            checks.add("zone", "is no IANA zone, such as Asia/Shanghai")
        checks.refuse()
        return tag_use_out(await self._work.in_thread(lambda: self._tag_uses.use(reader, key, as_of, known_at, days, zone)))

    async def ReviewTags(self, request: pb.ReviewTagsRequest, context: Context) -> pb.ReviewTagsResponse:
        """See the proto."""
        checks = Checks()
        reader = reader_in(request, checks)
        checks.refuse()
        return tag_review_out(await self._work.in_thread(lambda: self._tag_uses.review(reader)))

    async def ListProfileHistory(
        self, request: pb.ListProfileHistoryRequest, context: Context
    ) -> pb.ListProfileHistoryResponse:
        """See the proto."""
        checks = Checks()
        about = About(
            profile_id=checks.profile_id("profile_id", request.profile_id), interactions=not request.without_interactions
        )
        page = await self._page(request, about, checks)
        made = entries_out(page.reading.state, page.entries)
        return pb.ListProfileHistoryResponse(position=page.reading.position, entries=made, next_page_token=page.next_token)

    async def ListTagHistory(self, request: pb.ListTagHistoryRequest, context: Context) -> pb.ListTagHistoryResponse:
        """See the proto."""
        page = await self._page(request, About(tag=normalized(request.tag)), Checks())
        made = entries_out(page.reading.state, page.entries)
        return pb.ListTagHistoryResponse(position=page.reading.position, entries=made, next_page_token=page.next_token)

    async def ListHistory(self, request: pb.ListHistoryRequest, context: Context) -> pb.ListHistoryResponse:
        """See the proto."""
        checks = Checks()
        about = About(
            profile_id=checks.profile_id("profile_id", request.profile_id) if request.profile_id else None,
            tag=normalized(request.tag) or None,
            group=normalized(request.group) or None,
            segment=normalized(request.segment_name) or None,
            actor=checks.text("actor", request.actor, limits.MAX_ATTRIBUTION_CHARACTERS, required=False),
            source=checks.text("source", request.source, limits.MAX_ATTRIBUTION_CHARACTERS, required=False),
            recorded=_period(request.recorded, "recorded", checks),
            effective=_period(request.effective, "effective", checks),
            interactions=not request.without_interactions,
        )
        page = await self._page(request, about, checks)
        made = entries_out(page.reading.state, page.entries)
        return pb.ListHistoryResponse(position=page.reading.position, entries=made, next_page_token=page.next_token)

    async def _page(self, request: _Listing, about: About, checks: Checks) -> HistoryPage:
        reader = reader_in(request, checks)
        known_at = known_at_in(request.known_at, checks)
        page_request = _page_request(request.page_size, request.page_token, request.newest_first, checks)
        checks.refuse()
        return await self._work.in_thread(lambda: self._auditing.history(reader, about, known_at, page_request))

    async def GetChangeset(self, request: pb.GetChangesetRequest, context: Context) -> pb.GetChangesetResponse:
        """See the proto."""
        checks = Checks()
        reader = reader_in(request, checks)
        changeset_id, position = changeset_named_in(request, checks)
        page_request = _page_request(request.page_size, request.page_token, False, checks)
        checks.refuse()
        page = await self._work.in_thread(lambda: self._auditing.changeset(reader, changeset_id, position, page_request))
        return pb.GetChangesetResponse(
            position=page.reading.position,
            attribution=attribution_out(page.reading.state.index, page.recorded),
            entries=entries_out(page.reading.state, page.entries),
            entry_count=page.count,
            next_page_token=page.next_token,
            content_sha256=page.recorded.content_sha256,
            chain_sha256=page.recorded.chain_sha256,
        )


def _page_request(size: int, token: str, newest_first: bool, checks: Checks) -> PageRequest:
    return PageRequest(page_size_in(size, limits.DEFAULT_LIST_PAGE, limits.MAX_LIST_PAGE, checks), token, newest_first)


def _period(period: pb.Period, path: str, checks: Checks) -> tuple[int, int] | None:
    """None for no bound on either side."""
    start = checks.timestamp(f"{path}.start", period.start) if period.HasField("start") else limits.MIN_INSTANT_US
    end = checks.timestamp(f"{path}.end", period.end) if period.HasField("end") else limits.MAX_INSTANT_US
    if start >= end:
        checks.add(f"{path}.end", "must lie after the start; it is not included itself")
    return (start, end) if period.HasField("start") or period.HasField("end") else None
