"""ListService."""

from collections.abc import AsyncIterator
from functools import partial
from typing import TypeAlias

import grpc
from tagledger.v1 import list_service_pb2 as pb
from tagledger.v1 import list_service_pb2_grpc as rpc

from domain import limits
from domain.errors import InvalidField, Violation
from domain.names import normalized
from server.convert.contexts import page_size_in, receipt_out, request_in
from server.convert.fields import Checks
from server.convert.lists import list_out, list_version_out, part_in, upload_in
from server.servicers.paging import numbers_down, page_of
from server.servicers.running import Work, answered
from server.usecases.clocks import Clocks
from server.usecases.commands import RetireList
from server.usecases.committer import Committer
from server.usecases.drafts import CatalogueDraft
from server.usecases.state import WorkspaceState
from server.usecases.uploading import GatheredUpload

Context: TypeAlias = grpc.aio.ServicerContext


class ListServicer(rpc.ListServiceServicer):
    """Uploaded lists."""

    def __init__(self, committer: Committer, clocks: Clocks, work: Work) -> None:
        self._committer = committer
        self._clocks = clocks
        self._work = work

    async def UploadList(self, requests: AsyncIterator[pb.UploadListRequest], context: Context) -> pb.UploadListResponse:
        """See the proto. Parts are looked up one after the other: the stream's own flow control is the back-pressure."""
        upload, number, last = None, 0, False
        async for part in requests:
            if upload is None:
                draft = upload_in(part)
                upload = GatheredUpload(draft, self._clocks.state(draft.request.workspace))
            if last:
                raise InvalidField.of([Violation("last", f"part {number} said it was the last one, and another one came")])
            last = part.last
            await self._work.in_thread(partial(_take_in, upload, part, number))
            number += 1
        if upload is None:
            raise InvalidField.of([Violation("list", "a first part that names the list is needed")])
        if not last:  # a client that gives up in the middle may look like one that has finished
            raise InvalidField.of(
                [Violation("last", "the stream ended before a part that is the last one; nothing was recorded")]
            )
        draft = await self._work.in_thread(upload.draft)
        receipt = await answered(self._committer.submit(draft))
        state = self._clocks.state(draft.request.workspace)
        return pb.UploadListResponse(
            position=receipt.position,
            receipt=receipt_out(receipt),
            list=list_out(state, state.index.catalogue.lists.named(draft.name, "list")),
            changed_count=receipt.changed,
            already_so_count=receipt.already_so,
            unknown_count=receipt.unknown,
            unknown_profile_ids=[] if receipt.replayed else upload.still_unknown(),
        )

    async def GetList(self, request: pb.GetListRequest, context: Context) -> pb.GetListResponse:
        """See the proto."""
        checks = Checks()
        size = page_size_in(request.page_size, limits.DEFAULT_LIST_PAGE, limits.MAX_LIST_PAGE, checks)
        state, position = self._read(request.workspace, checks)
        entry = state.index.catalogue.lists.named(normalized(request.list), "list")
        end = state.index.clock().version  # the next upload may be in the catalogue before its position is known
        applied = sum(made.stream_version <= end for made in entry.versions)
        page, token = numbers_down(applied, size, request.page_token, "versions of list", request.workspace, entry.number)
        return pb.GetListResponse(
            position=position,
            list=list_out(state, entry),
            versions=[list_version_out(state, entry, version) for version in page],
            next_page_token=token,
        )

    async def ListLists(self, request: pb.ListListsRequest, context: Context) -> pb.ListListsResponse:
        """See the proto."""
        checks = Checks()
        size = page_size_in(request.page_size, limits.DEFAULT_LIST_PAGE, limits.MAX_LIST_PAGE, checks)
        state, position = self._read(request.workspace, checks)
        entries = sorted(state.index.catalogue.lists.entries.values(), key=lambda entry: entry.name)
        shown = [entry for entry in entries if request.show_retired or not entry.retired]
        page, token = page_of(shown, size, request.page_token, "lists", request.workspace, request.show_retired)
        made = [list_out(state, entry) for entry in page]
        return pb.ListListsResponse(position=position, lists=made, next_page_token=token)

    async def RetireList(self, request: pb.RetireListRequest, context: Context) -> pb.RetireListResponse:
        """See the proto."""
        checks = Checks()
        decided = request_in(request, request.context, checks)
        checks.refuse()
        receipt = await answered(self._committer.submit(CatalogueDraft(decided, RetireList(normalized(request.list)))))
        state = self._clocks.state(decided.workspace)
        made = list_out(state, state.index.catalogue.lists.named(normalized(request.list), "list"))
        return pb.RetireListResponse(position=receipt.position, receipt=receipt_out(receipt), list=made)

    def _read(self, workspace: str, checks: Checks) -> tuple[WorkspaceState, int]:
        checks.workspace("workspace", workspace)
        checks.refuse()
        state = self._clocks.state(workspace)
        return state, state.index.clock().position


def _take_in(upload: GatheredUpload, part: pb.UploadListRequest, number: int) -> None:
    upload.add(part_in(part, number))
