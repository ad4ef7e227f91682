"""The catalogue: workspaces, tag groups, tags, segments, and the names that the log has seen."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Unpack

from tagledger.v1 import catalogue_service_pb2 as wire

from .. import from_wire, replies, to_wire
from ..instants import optional_duration
from ..settings import WriteOptions
from ..values import TagValues
from .caller import AsyncCaller

_PAGE = 1_000


class AsyncCatalogueCalls(AsyncCaller):
    """The rpcs of CatalogueService. Writes need a ``reason``, and take ``WriteOptions`` as all writes do."""

    async def _decide(
        self,
        method: Any,
        kind: Any,
        texts: Mapping[str, str],
        others: Mapping[str, object] | None = None,
        *,
        reason: str,
        actor: str | None = None,
        source: str | None = None,
        request_id: str | None = None,
        timeout: float | None = None,
    ) -> Any:
        """Send a write of a kind with these fields, and return the reply."""
        context = self._write_context(actor, reason, source, request_id)
        fields = {name: to_wire.text(given, name) for name, given in texts.items()}
        return await self._write(method, kind(context=context, **fields, **(others or {})), timeout)

    def _about(self, kind: Any, texts: Mapping[str, str], **others: Any) -> Any:
        """Return a request that reads this workspace."""
        fields = {name: to_wire.text(given, name) for name, given in texts.items()}
        return kind(workspace=to_wire.text(self.workspace, "workspace"), **fields, **others)

    # --- workspaces ---

    async def create_workspace(
        self, name: str, *, reason: str, currency: str = "", **options: Unpack[WriteOptions]
    ) -> replies.Workspace:
        """Make a tenant; ``currency`` is the ISO 4217 code of amounts without one, the server's default unless given."""
        method, texts = self._catalogue.CreateWorkspace, {"currency": currency}
        reply = await self.in_workspace(name)._decide(method, wire.CreateWorkspaceRequest, texts, reason=reason, **options)
        return from_wire.workspace(reply.workspace)

    async def workspaces(self, *, timeout: float | None = None) -> AsyncIterator[replies.Workspace]:
        """Yield all tenants by name."""
        request = wire.ListWorkspacesRequest(page_size=_PAGE)
        async for page in self._pages(self._catalogue.ListWorkspaces, request, timeout):
            for workspace in page.workspaces:
                yield from_wire.workspace(workspace)

    # --- groups ---

    async def define_tag_group(
        self, name: str, *, reason: str, description: str = "", exclusive: bool = False, **options: Unpack[WriteOptions]
    ) -> replies.TagGroup:
        """Make a tag group; where it is ``exclusive``, a profile carries at most one of its tags, the one applied last."""
        method, texts = self._catalogue.DefineTagGroup, {"name": name, "description": description}
        reply = await self._decide(
            method, wire.DefineTagGroupRequest, texts, {"exclusive": exclusive}, reason=reason, **options
        )
        return from_wire.tag_group(reply.group)

    async def tag_group(self, name: str, *, timeout: float | None = None) -> replies.TagGroup:
        """Return one group by name."""
        request = self._about(wire.GetTagGroupRequest, {"name": name, "reader": self.reader})
        return from_wire.tag_group((await self._read(self._catalogue.GetTagGroup, request, timeout)).group)

    async def tag_groups(self, *, show_retired: bool = False, timeout: float | None = None) -> AsyncIterator[replies.TagGroup]:
        """Yield groups by name."""
        request = self._about(wire.ListTagGroupsRequest, {}, page_size=_PAGE, show_retired=show_retired)
        async for page in self._pages(self._catalogue.ListTagGroups, request, timeout):
            for group in page.groups:
                yield from_wire.tag_group(group)

    async def rename_tag_group(
        self, name: str, new_name: str, *, reason: str, **options: Unpack[WriteOptions]
    ) -> replies.TagGroup:
        """Give a group a new name; the keys of its tags follow."""
        method, texts = self._catalogue.RenameTagGroup, {"name": name, "new_name": new_name}
        reply = await self._decide(method, wire.RenameTagGroupRequest, texts, reason=reason, **options)
        return from_wire.tag_group(reply.group)

    async def retire_tag_group(self, name: str, *, reason: str, **options: Unpack[WriteOptions]) -> replies.TagGroup:
        """Retire a group and each of its tags."""
        method, texts = self._catalogue.RetireTagGroup, {"name": name}
        reply = await self._decide(method, wire.RetireTagGroupRequest, texts, reason=reason, **options)
        return from_wire.tag_group(reply.group)

    async def restore_tag_group(self, name: str, *, reason: str, **options: Unpack[WriteOptions]) -> replies.TagGroup:
        """Take a retired group into use again, with the tags that were retired with it."""
        method, texts = self._catalogue.RestoreTagGroup, {"name": name}
        reply = await self._decide(method, wire.RestoreTagGroupRequest, texts, reason=reason, **options)
        return from_wire.tag_group(reply.group)

    async def change_tag_group(
        self, name: str, *, reason: str, description: str, **options: Unpack[WriteOptions]
    ) -> replies.TagGroup:
        """Describe a group otherwise."""
        method, texts = self._catalogue.ChangeTagGroup, {"name": name, "description": description}
        reply = await self._decide(method, wire.ChangeTagGroupRequest, texts, reason=reason, **options)
        return from_wire.tag_group(reply.group)

    async def order_tags(
        self, group: str, keys: Sequence[str], *, reason: str, **options: Unpack[WriteOptions]
    ) -> replies.TagGroup:
        """Put the tags of a group into an order: all that are in use, by their keys."""
        ordered = {"keys": to_wire.texts(keys, "keys")}
        reply = await self._decide(
            self._catalogue.OrderTags, wire.OrderTagsRequest, {"group": group}, ordered, reason=reason, **options
        )
        return from_wire.tag_group(reply.group)

    # --- tags ---

    async def define_tag(
        self,
        key: str,
        *,
        reason: str,
        description: str = "",
        create_group: bool = False,
        values: TagValues | None = None,
        opt_out: bool = False,
        lifetime: timedelta | None = None,
        **options: Unpack[WriteOptions],
    ) -> replies.Tag:
        """Make a tag, ``name`` or ``group/name``; ``create_group`` makes a missing group with it.

        ``values`` says which go with its assignments: any number, or none, unless given. With ``opt_out`` who carries it is in
        no segment at all. Assignments that bring no end of their own lapse after the ``lifetime``, unless they are renewed.
        """
        method, texts = self._catalogue.DefineTag, {"key": key, "description": description}
        others = {
            "create_group": create_group,
            "values": None if values is None else to_wire.tag_values(values),
            "opt_out": opt_out,
            "lifetime": optional_duration(lifetime, "lifetime"),
        }
        reply = await self._decide(method, wire.DefineTagRequest, texts, others, reason=reason, **options)
        return from_wire.tag(reply.tag)

    async def change_tag(
        self,
        key: str,
        *,
        reason: str,
        description: str | None = None,
        values: TagValues | None = None,
        opt_out: bool | None = None,
        lifetime: timedelta | None = None,
        **options: Unpack[WriteOptions],
    ) -> replies.Tag:
        """Describe a tag otherwise, or say which values go with it from now on; what was recorded stays.

        ``opt_out``: whether who carries it, also since before, is in no segment at all. ``lifetime``: how long what is assigned
        from now on holds without being renewed; ``timedelta(0)`` for ever.
        """
        texts = {"key": key} if description is None else {"key": key, "description": description}
        others = {
            "values": None if values is None else to_wire.tag_values(values),
            "opt_out": opt_out,
            "lifetime": optional_duration(lifetime, "lifetime"),
        }
        reply = await self._decide(self._catalogue.ChangeTag, wire.ChangeTagRequest, texts, others, reason=reason, **options)
        return from_wire.tag(reply.tag)

    async def tag(self, key: str, *, timeout: float | None = None) -> replies.Tag:
        """Return one tag by key, with how many profiles carry it now."""
        request = self._about(wire.GetTagRequest, {"key": key, "reader": self.reader})
        reply = await self._read(self._catalogue.GetTag, request, timeout)
        return from_wire.tag(reply.tag, reply.holder_count)

    async def tags(
        self, *, group: str = "", show_retired: bool = False, timeout: float | None = None
    ) -> AsyncIterator[replies.Tag]:
        """Yield all tags by key, or those of one group in its order."""
        texts = {"group": group, "reader": self.reader}
        request = self._about(wire.ListTagsRequest, texts, page_size=_PAGE, show_retired=show_retired)
        async for page in self._pages(self._catalogue.ListTags, request, timeout):
            for tag in page.tags:
                yield from_wire.tag(tag)

    async def rename_tag(self, key: str, new_name: str, *, reason: str, **options: Unpack[WriteOptions]) -> replies.Tag:
        """Give a tag a new name in the same group."""
        method, texts = self._catalogue.RenameTag, {"key": key, "new_name": new_name}
        reply = await self._decide(method, wire.RenameTagRequest, texts, reason=reason, **options)
        return from_wire.tag(reply.tag)

    async def retire_tag(self, key: str, *, reason: str, **options: Unpack[WriteOptions]) -> replies.Tag:
        """End the use of a tag: it can still be removed, queried and read in history."""
        method, texts = self._catalogue.RetireTag, {"key": key}
        reply = await self._decide(method, wire.RetireTagRequest, texts, reason=reason, **options)
        return from_wire.tag(reply.tag)

    async def restore_tag(self, key: str, *, reason: str, **options: Unpack[WriteOptions]) -> replies.Tag:
        """Let a retired tag be applied again."""
        method, texts = self._catalogue.RestoreTag, {"key": key}
        reply = await self._decide(method, wire.RestoreTagRequest, texts, reason=reason, **options)
        return from_wire.tag(reply.tag)

    # --- names of other systems ---

    async def map_foreign_tags(
        self, keys: Mapping[str, str], *, reason: str, **options: Unpack[WriteOptions]
    ) -> replies.ForeignTagsReceipt:
        """Let other systems' names, ``namespace:name``, mean tags, whose keys they are mapped to; all of them or none."""
        named = {"foreign_tags": to_wire.foreign_tags(keys)}
        reply = await self._decide(
            self._catalogue.MapForeignTags, wire.MapForeignTagsRequest, {}, named, reason=reason, **options
        )
        return from_wire.foreign_tags_receipt(reply)

    async def unmap_foreign_tag(self, foreign_key: str, *, reason: str, **options: Unpack[WriteOptions]) -> replies.ForeignTag:
        """Let another system's name mean nothing any more; returns what it meant."""
        method, texts = self._catalogue.UnmapForeignTag, {"foreign_key": foreign_key}
        reply = await self._decide(method, wire.UnmapForeignTagRequest, texts, reason=reason, **options)
        return from_wire.foreign_tag(reply.foreign_tag)

    async def foreign_tags(
        self, *, namespace: str = "", key: str = "", timeout: float | None = None
    ) -> AsyncIterator[replies.ForeignTag]:
        """Yield other systems' names for tags, of one namespace or one tag or all."""
        texts = {"namespace": namespace, "key": key, "reader": self.reader}
        request = self._about(wire.ListForeignTagsRequest, texts, page_size=_PAGE)
        async for page in self._pages(self._catalogue.ListForeignTags, request, timeout):
            for foreign_tag in page.foreign_tags:
                yield from_wire.foreign_tag(foreign_tag)

    # --- segments ---

    async def define_segment(
        self, name: str, expression: str, *, reason: str, description: str = "", **options: Unpack[WriteOptions]
    ) -> replies.Segment:
        """Give an expression a name, so that others can ask for ``in segment NAME``."""
        method, texts = self._catalogue.DefineSegment, {"name": name, "description": description}
        segment = to_wire.segment(expression)
        reply = await self._decide(method, wire.DefineSegmentRequest, texts, {"segment": segment}, reason=reason, **options)
        return from_wire.segment(reply.segment, warnings=reply.warnings)

    async def change_segment(
        self, name: str, expression: str, *, reason: str, **options: Unpack[WriteOptions]
    ) -> replies.Segment:
        """Give a segment its next version; the ones before stay."""
        method, segment = self._catalogue.ChangeSegment, to_wire.segment(expression)
        reply = await self._decide(
            method, wire.ChangeSegmentRequest, {"name": name}, {"segment": segment}, reason=reason, **options
        )
        return from_wire.segment(reply.segment, warnings=reply.warnings)

    async def segment(self, name: str, *, timeout: float | None = None) -> replies.Segment:
        """Return one segment by name, with all its versions; ``timeout`` is for each page of these."""
        request = self._about(wire.GetSegmentRequest, {"name": name}, page_size=_PAGE)
        versions: list[wire.SegmentVersion] = []
        async for page in self._pages(self._catalogue.GetSegment, request, timeout):
            versions += page.versions
        return from_wire.segment(page.segment, versions=versions)

    async def segments(self, *, show_retired: bool = False, timeout: float | None = None) -> AsyncIterator[replies.Segment]:
        """Yield segments by name."""
        request = self._about(wire.ListSegmentsRequest, {}, page_size=_PAGE, show_retired=show_retired)
        async for page in self._pages(self._catalogue.ListSegments, request, timeout):
            for segment in page.segments:
                yield from_wire.segment(segment)

    async def rename_segment(
        self, name: str, new_name: str, *, reason: str, **options: Unpack[WriteOptions]
    ) -> replies.Segment:
        """Give a segment a new name; segments that name it follow."""
        method, texts = self._catalogue.RenameSegment, {"name": name, "new_name": new_name}
        reply = await self._decide(method, wire.RenameSegmentRequest, texts, reason=reason, **options)
        return from_wire.segment(reply.segment)

    async def retire_segment(self, name: str, *, reason: str, **options: Unpack[WriteOptions]) -> replies.Segment:
        """End the use of a segment: it can still be asked for, and no new definition may name it."""
        method, texts = self._catalogue.RetireSegment, {"name": name}
        reply = await self._decide(method, wire.RetireSegmentRequest, texts, reason=reason, **options)
        return from_wire.segment(reply.segment)

    # --- names ---

    async def names(self, *, timeout: float | None = None) -> replies.Names:
        """Return the interaction types, touchpoints, properties and traits that the log has seen."""
        return from_wire.names(await self._read(self._catalogue.ListNames, self._about(wire.ListNamesRequest, {}), timeout))
