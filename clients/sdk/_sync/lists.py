# Generated from ../_async/lists.py by clients/generate_sync.py. Do not edit.
"""Uploaded lists."""

import uuid
from collections.abc import Iterable, Iterator
from typing import Any, Unpack

from tagledger.v1 import list_service_pb2 as wire

from .. import from_wire, replies, to_wire
from ..settings import WriteOptions
from . import primitives
from .caller import Caller

_PAGE = 1_000
_PART = 50_000


class ListCalls(Caller):
    """The rpcs of ListService."""

    def upload_list(
        self,
        name: str,
        profile_ids: Iterable[str] | Iterable[str],
        *,
        reason: str,
        mode: str = "replace",
        description: str = "",
        actor: str | None = None,
        source: str | None = None,
        request_id: str | None = None,
        timeout: float | None = None,
    ) -> replies.ListReceipt:
        """Make a list, or give it its next version: ``mode`` "replace" (the whole list), "add" to it or "remove" from it.

        Ids that the workspace has never seen are left out and counted. It is one write, recorded when the last id has been
        sent. Nothing is repeated here, for the ids already taken are gone: when the call breaks, send the same ids again under
        the same ``request_id`` (it is in the exception).
        """
        given = to_wire.several(profile_ids, "profile_ids")
        upload_id = str(uuid.uuid4()) if request_id is None else request_id
        first = wire.UploadListRequest(
            context=self._write_context(actor, reason, source, upload_id),
            list=to_wire.text(name, "name"),
            description=to_wire.text(description, "description"),
            mode=to_wire.upload_mode(mode),
        )

        def parts() -> Iterator[Any]:
            part = first
            for profile_id in primitives.iterate(given):
                part.profile_ids.append(to_wire.text(profile_id, "profile_ids"))
                if len(part.profile_ids) == _PART:
                    yield part
                    part = wire.UploadListRequest()
            part.last = True
            yield part

        return from_wire.list_receipt(self._send_stream(self._lists.UploadList, parts(), upload_id, timeout))

    def uploaded_list(self, name: str, *, timeout: float | None = None) -> replies.UploadedList:
        """Return one list by name, with all its versions, newest first; ``timeout`` is for each page of these."""
        request = wire.GetListRequest(
            workspace=to_wire.text(self.workspace, "workspace"), list=to_wire.text(name, "name"), page_size=_PAGE
        )
        versions: list[wire.ListVersion] = []
        for page in self._pages(self._lists.GetList, request, timeout):
            versions += page.versions
        return from_wire.uploaded_list(page.list, versions)

    def uploaded_lists(self, *, show_retired: bool = False, timeout: float | None = None) -> Iterator[replies.UploadedList]:
        """Yield lists by name."""
        workspace = to_wire.text(self.workspace, "workspace")
        request = wire.ListListsRequest(workspace=workspace, page_size=_PAGE, show_retired=show_retired)
        for page in self._pages(self._lists.ListLists, request, timeout):
            for one in page.lists:
                yield from_wire.uploaded_list(one)

    def retire_list(self, name: str, *, reason: str, **options: Unpack[WriteOptions]) -> replies.UploadedList:
        """End the use of a list: it can still be asked for, and takes no more uploads."""
        context = self._context_of(reason, options)
        request = wire.RetireListRequest(context=context, list=to_wire.text(name, "name"))
        reply = self._write(self._lists.RetireList, request, options.get("timeout"))
        return from_wire.uploaded_list(reply.list)
