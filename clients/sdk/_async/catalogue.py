"""The catalogue: workspaces, tag groups, tags, and the names that the log has seen."""

from collections.abc import AsyncIterator

from tagledger.v1 import catalogue_service_pb2 as wire

from .. import from_wire, replies, to_wire
from .caller import AsyncCaller


class AsyncCatalogueCalls(AsyncCaller):
    """The rpcs of CatalogueService. Writes need a ``reason`` and take actor, source and request_id as all writes do."""

    async def create_workspace(
        self,
        name: str,
        *,
        reason: str,
        currency: str = "",
        actor: str | None = None,
        source: str | None = None,
        request_id: str | None = None,
        timeout: float | None = None,
    ) -> replies.Workspace:
        """Make a tenant; ``currency`` is the ISO 4217 code of amounts without one, the server's default unless given."""
        context = self.in_workspace(name)._write_context(actor, reason, source, request_id)
        request = wire.CreateWorkspaceRequest(context=context, currency=to_wire.text(currency, "currency"))
        return from_wire.workspace((await self._write(self._catalogue.CreateWorkspace, request, timeout)).workspace)

    async def workspaces(self, *, timeout: float | None = None) -> AsyncIterator[replies.Workspace]:
        """Yield all tenants by name."""
        request = wire.ListWorkspacesRequest(page_size=1_000)
        while True:
            reply = await self._read(self._catalogue.ListWorkspaces, request, timeout)
            for workspace in reply.workspaces:
                yield from_wire.workspace(workspace)
            if not reply.next_page_token:
                return
            request.page_token = reply.next_page_token

    async def define_tag_group(
        self,
        name: str,
        *,
        reason: str,
        description: str = "",
        actor: str | None = None,
        source: str | None = None,
        request_id: str | None = None,
        timeout: float | None = None,
    ) -> replies.TagGroup:
        """Make a tag group."""
        request = wire.DefineTagGroupRequest(
            context=self._write_context(actor, reason, source, request_id),
            name=to_wire.text(name, "name"),
            description=to_wire.text(description, "description"),
        )
        return from_wire.tag_group((await self._write(self._catalogue.DefineTagGroup, request, timeout)).group)

    async def tag_group(self, name: str, *, timeout: float | None = None) -> replies.TagGroup:
        """Return one group by name."""
        request = wire.GetTagGroupRequest(workspace=to_wire.text(self.workspace, "workspace"), name=to_wire.text(name, "name"))
        return from_wire.tag_group((await self._read(self._catalogue.GetTagGroup, request, timeout)).group)

    async def tag_groups(self, *, show_retired: bool = False, timeout: float | None = None) -> AsyncIterator[replies.TagGroup]:
        """Yield groups by name."""
        request = wire.ListTagGroupsRequest(
            workspace=to_wire.text(self.workspace, "workspace"), page_size=1_000, show_retired=show_retired
        )
        while True:
            reply = await self._read(self._catalogue.ListTagGroups, request, timeout)
            for group in reply.groups:
                yield from_wire.tag_group(group)
            if not reply.next_page_token:
                return
            request.page_token = reply.next_page_token

    async def rename_tag_group(
        self,
        name: str,
        new_name: str,
        *,
        reason: str,
        actor: str | None = None,
        source: str | None = None,
        request_id: str | None = None,
        timeout: float | None = None,
    ) -> replies.TagGroup:
        """Give a group a new name; the keys of its tags follow."""
        request = wire.RenameTagGroupRequest(
            context=self._write_context(actor, reason, source, request_id),
            name=to_wire.text(name, "name"),
            new_name=to_wire.text(new_name, "new_name"),
        )
        return from_wire.tag_group((await self._write(self._catalogue.RenameTagGroup, request, timeout)).group)

    async def retire_tag_group(
        self,
        name: str,
        *,
        reason: str,
        actor: str | None = None,
        source: str | None = None,
        request_id: str | None = None,
        timeout: float | None = None,
    ) -> replies.TagGroup:
        """Retire a group and each of its tags."""
        request = wire.RetireTagGroupRequest(
            context=self._write_context(actor, reason, source, request_id), name=to_wire.text(name, "name")
        )
        return from_wire.tag_group((await self._write(self._catalogue.RetireTagGroup, request, timeout)).group)

    async def define_tag(
        self,
        key: str,
        *,
        reason: str,
        description: str = "",
        create_group: bool = False,
        actor: str | None = None,
        source: str | None = None,
        request_id: str | None = None,
        timeout: float | None = None,
    ) -> replies.Tag:
        """Make a tag, ``name`` or ``group/name``; ``create_group`` makes a missing group with it."""
        request = wire.DefineTagRequest(
            context=self._write_context(actor, reason, source, request_id),
            key=to_wire.text(key, "key"),
            description=to_wire.text(description, "description"),
            create_group=create_group,
        )
        return from_wire.tag((await self._write(self._catalogue.DefineTag, request, timeout)).tag)

    async def tag(self, key: str, *, timeout: float | None = None) -> replies.Tag:
        """Return one tag by key, with how many profiles carry it now."""
        request = wire.GetTagRequest(workspace=to_wire.text(self.workspace, "workspace"), key=to_wire.text(key, "key"))
        reply = await self._read(self._catalogue.GetTag, request, timeout)
        return from_wire.tag(reply.tag, reply.holder_count)

    async def tags(
        self, *, group: str = "", show_retired: bool = False, timeout: float | None = None
    ) -> AsyncIterator[replies.Tag]:
        """Yield tags by key, of one group or of all."""
        request = wire.ListTagsRequest(
            workspace=to_wire.text(self.workspace, "workspace"),
            page_size=1_000,
            group=to_wire.text(group, "group"),
            show_retired=show_retired,
        )
        while True:
            reply = await self._read(self._catalogue.ListTags, request, timeout)
            for tag in reply.tags:
                yield from_wire.tag(tag)
            if not reply.next_page_token:
                return
            request.page_token = reply.next_page_token

    async def rename_tag(
        self,
        key: str,
        new_name: str,
        *,
        reason: str,
        actor: str | None = None,
        source: str | None = None,
        request_id: str | None = None,
        timeout: float | None = None,
    ) -> replies.Tag:
        """Give a tag a new name in the same group."""
        request = wire.RenameTagRequest(
            context=self._write_context(actor, reason, source, request_id),
            key=to_wire.text(key, "key"),
            new_name=to_wire.text(new_name, "new_name"),
        )
        return from_wire.tag((await self._write(self._catalogue.RenameTag, request, timeout)).tag)

    async def retire_tag(
        self,
        key: str,
        *,
        reason: str,
        actor: str | None = None,
        source: str | None = None,
        request_id: str | None = None,
        timeout: float | None = None,
    ) -> replies.Tag:
        """End the use of a tag: it can still be removed, queried and read in history."""
        request = wire.RetireTagRequest(
            context=self._write_context(actor, reason, source, request_id), key=to_wire.text(key, "key")
        )
        return from_wire.tag((await self._write(self._catalogue.RetireTag, request, timeout)).tag)

    async def names(self, *, timeout: float | None = None) -> replies.Names:
        """Return the interaction types, touchpoints, properties and traits that the log has seen."""
        request = wire.ListNamesRequest(workspace=to_wire.text(self.workspace, "workspace"))
        return from_wire.names(await self._read(self._catalogue.ListNames, request, timeout))
