"""The rpcs of CatalogueService about groups, tags and what other systems call them."""

from collections.abc import Sequence

from tagledger.v1 import catalogue_service_pb2 as pb

from domain import limits
from domain.catalogue_changes import ForeignTagUnmapped
from domain.names import normalized
from domain.tag_catalogue import GroupChange, GroupEntry, TagChange, TagEntry
from server.convert.answers import group_out, tag_out
from server.convert.contexts import page_size_in, receipt_out
from server.convert.fields import Checks, split_key
from server.convert.tags import foreign_tags_in, foreign_tags_out, tag_values_in
from server.servicers.catalogue_calls import CatalogueCalls, Context, description_in
from server.servicers.paging import page_of
from server.usecases.catalogue_commands import group_named, tag_meant, tag_with_key
from server.usecases.clocks import Reading
from server.usecases.commands import (
    ChangeGroup,
    ChangeTag,
    DefineGroup,
    DefineTag,
    OrderTags,
    RenameGroup,
    RenameTag,
    RestoreGroup,
    RestoreTag,
    RetireGroup,
    RetireTag,
    UnmapForeignTag,
)
from server.usecases.drafts import Receipt
from server.usecases.state import WorkspaceState
from server.usecases.tag_use import holder_count


class TagCalls(CatalogueCalls):
    """Groups, tags, names of other systems."""

    # --- groups -----------------------------------------------------------------------------------------------------------

    async def DefineTagGroup(self, request: pb.DefineTagGroupRequest, context: Context) -> pb.DefineTagGroupResponse:
        """See the proto."""
        checks = Checks()
        name = _part(checks, "name", request.name)
        command = DefineGroup(name, description_in(request, checks), request.exclusive)
        receipt, state = await self._carry_out(request, command, checks)
        group = _group(state, receipt)
        return pb.DefineTagGroupResponse(position=receipt.position, receipt=receipt_out(receipt), group=group)

    async def GetTagGroup(self, request: pb.GetTagGroupRequest, context: Context) -> pb.GetTagGroupResponse:
        """See the proto."""
        reading = self._reading(request, Checks())
        group = group_out(reading.state.index.catalogue, _group_seen(reading, normalized(request.name)))
        return pb.GetTagGroupResponse(position=reading.position, group=group)

    async def ListTagGroups(self, request: pb.ListTagGroupsRequest, context: Context) -> pb.ListTagGroupsResponse:
        """See the proto."""
        checks = Checks()
        size = page_size_in(request.page_size, limits.DEFAULT_LIST_PAGE, limits.MAX_LIST_PAGE, checks)
        state, position = self._read(request.workspace, checks)
        catalogue = state.index.catalogue
        groups = sorted(catalogue.groups.values(), key=lambda group: group.name)
        shared = [group for group in groups if group.owner is None]
        shown: list[GroupEntry] = [group for group in shared if request.show_retired or not group.retired]
        page, token = page_of(shown, size, request.page_token, "groups", request.workspace, request.show_retired)
        made = [group_out(catalogue, group) for group in page]
        return pb.ListTagGroupsResponse(position=position, groups=made, next_page_token=token)

    async def RenameTagGroup(self, request: pb.RenameTagGroupRequest, context: Context) -> pb.RenameTagGroupResponse:
        """See the proto."""
        checks = Checks()
        new_name = _part(checks, "new_name", request.new_name)
        receipt, state = await self._carry_out(request, RenameGroup(normalized(request.name), new_name), checks)
        group = _group(state, receipt)
        return pb.RenameTagGroupResponse(position=receipt.position, receipt=receipt_out(receipt), group=group)

    async def RetireTagGroup(self, request: pb.RetireTagGroupRequest, context: Context) -> pb.RetireTagGroupResponse:
        """See the proto."""
        name = normalized(request.name)
        receipt, state = await self._carry_out(request, RetireGroup(name), Checks())
        return pb.RetireTagGroupResponse(position=receipt.position, receipt=receipt_out(receipt), group=_group(state, receipt))

    async def RestoreTagGroup(self, request: pb.RestoreTagGroupRequest, context: Context) -> pb.RestoreTagGroupResponse:
        """See the proto."""
        name = normalized(request.name)
        receipt, state = await self._carry_out(request, RestoreGroup(name), Checks())
        group = _group(state, receipt)
        return pb.RestoreTagGroupResponse(position=receipt.position, receipt=receipt_out(receipt), group=group)

    async def ChangeTagGroup(self, request: pb.ChangeTagGroupRequest, context: Context) -> pb.ChangeTagGroupResponse:
        """See the proto."""
        checks = Checks()
        if not request.HasField("description"):
            checks.add("description", "say what is to be otherwise")
        description = description_in(request, checks)
        receipt, state = await self._carry_out(request, ChangeGroup(normalized(request.name), description), checks)
        group = _group(state, receipt)
        return pb.ChangeTagGroupResponse(position=receipt.position, receipt=receipt_out(receipt), group=group)

    async def OrderTags(self, request: pb.OrderTagsRequest, context: Context) -> pb.OrderTagsResponse:
        """See the proto."""
        checks = Checks()
        keys = [normalized(key) for key in request.keys]
        first = dict(zip(reversed(keys), reversed(range(len(keys))), strict=True))
        for i, key in enumerate(keys):
            if first[key] < i:
                checks.add(f"keys[{i}]", f"{key!r} stands earlier in the list; each may come once")
        receipt, state = await self._carry_out(request, OrderTags(normalized(request.group), keys), checks)
        return pb.OrderTagsResponse(position=receipt.position, receipt=receipt_out(receipt), group=_group(state, receipt))

    # --- tags -------------------------------------------------------------------------------------------------------------

    async def DefineTag(self, request: pb.DefineTagRequest, context: Context) -> pb.DefineTagResponse:
        """See the proto."""
        checks = Checks()
        group, name = split_key(request.key)
        if "/" in request.key:
            group = _part(checks, "key", group)
        name = checks.name("key", name)
        values = tag_values_in("values", request.values, checks) if request.HasField("values") else None
        lifetime = checks.lifetime("lifetime", request.lifetime)
        description = description_in(request, checks)
        command = DefineTag(group, name, description, request.create_group, values, request.opt_out, lifetime)
        receipt, state = await self._carry_out(request, command, checks)
        tag = _tag(state, receipt)
        return pb.DefineTagResponse(position=receipt.position, receipt=receipt_out(receipt), tag=tag)

    async def GetTag(self, request: pb.GetTagRequest, context: Context) -> pb.GetTagResponse:
        """See the proto."""
        reading = self._reading(request, Checks())
        catalogue, key = reading.state.index.catalogue, normalized(request.key)
        reading.refuse_tags([key])
        holders = holder_count(reading, tag_meant(catalogue, key, reading.view.version).number)
        tag = tag_out(catalogue, tag_with_key(catalogue, key))
        return pb.GetTagResponse(position=reading.position, tag=tag, holder_count=holders)

    async def ListTags(self, request: pb.ListTagsRequest, context: Context) -> pb.ListTagsResponse:
        """See the proto."""
        checks = Checks()
        size = page_size_in(request.page_size, limits.DEFAULT_LIST_PAGE, limits.MAX_LIST_PAGE, checks)
        reading = self._reading(request, checks)
        catalogue = reading.state.index.catalogue
        if request.group:
            tags: Sequence[TagEntry] = catalogue.tags_of(_group_seen(reading, normalized(request.group)).number)
        else:
            tags = sorted(catalogue.shared(), key=lambda tag: catalogue.key(tag.number))
        shown = [tag for tag in tags if request.show_retired or not (tag.retired or tag.merged_into)]
        page, token = page_of(shown, size, request.page_token, "tags", request.workspace, request.group, request.show_retired)
        made = [tag_out(catalogue, tag) for tag in page]
        return pb.ListTagsResponse(position=reading.position, tags=made, next_page_token=token)

    async def RenameTag(self, request: pb.RenameTagRequest, context: Context) -> pb.RenameTagResponse:
        """See the proto."""
        checks = Checks()
        key = normalized(request.key)
        new_name = checks.name("new_name", request.new_name)
        receipt, state = await self._carry_out(request, RenameTag(key, new_name), checks)
        tag = _tag(state, receipt)
        return pb.RenameTagResponse(position=receipt.position, receipt=receipt_out(receipt), tag=tag)

    async def RetireTag(self, request: pb.RetireTagRequest, context: Context) -> pb.RetireTagResponse:
        """See the proto."""
        key = normalized(request.key)
        receipt, state = await self._carry_out(request, RetireTag(key), Checks())
        return pb.RetireTagResponse(position=receipt.position, receipt=receipt_out(receipt), tag=_tag(state, receipt))

    async def RestoreTag(self, request: pb.RestoreTagRequest, context: Context) -> pb.RestoreTagResponse:
        """See the proto."""
        key = normalized(request.key)
        receipt, state = await self._carry_out(request, RestoreTag(key), Checks())
        return pb.RestoreTagResponse(position=receipt.position, receipt=receipt_out(receipt), tag=_tag(state, receipt))

    async def ChangeTag(self, request: pb.ChangeTagRequest, context: Context) -> pb.ChangeTagResponse:
        """See the proto."""
        checks = Checks()
        description = description_in(request, checks) if request.HasField("description") else None
        values = tag_values_in("values", request.values, checks) if request.HasField("values") else None
        opt_out = request.opt_out if request.HasField("opt_out") else None
        lifetime = checks.lifetime("lifetime", request.lifetime) if request.HasField("lifetime") else None
        if all(given is None for given in (description, values, opt_out, lifetime)):
            checks.add("description, values, opt_out, lifetime", "say what is to be otherwise: at least one of them")
        command = ChangeTag(normalized(request.key), description, values, opt_out, lifetime)
        receipt, state = await self._carry_out(request, command, checks)
        return pb.ChangeTagResponse(position=receipt.position, receipt=receipt_out(receipt), tag=_tag(state, receipt))

    # --- names of other systems -------------------------------------------------------------------------------------------

    async def MapForeignTags(self, request: pb.MapForeignTagsRequest, context: Context) -> pb.MapForeignTagsResponse:
        """See the proto."""
        checks = Checks()
        receipt, _ = await self._carry_out(request, foreign_tags_in(request, checks), checks)
        return pb.MapForeignTagsResponse(
            position=receipt.position,
            receipt=receipt_out(receipt),
            changed_count=receipt.changed,
            already_so_count=receipt.already_so,
        )

    async def UnmapForeignTag(self, request: pb.UnmapForeignTagRequest, context: Context) -> pb.UnmapForeignTagResponse:
        """See the proto."""
        receipt, state = await self._carry_out(request, UnmapForeignTag(normalized(request.foreign_key)), Checks())
        change = next(change for change in receipt.catalogue if isinstance(change, ForeignTagUnmapped))
        (foreign_tag,) = foreign_tags_out(state.index.catalogue, [(change.foreign_key, change.number)])
        return pb.UnmapForeignTagResponse(position=receipt.position, receipt=receipt_out(receipt), foreign_tag=foreign_tag)

    async def ListForeignTags(self, request: pb.ListForeignTagsRequest, context: Context) -> pb.ListForeignTagsResponse:
        """See the proto."""
        checks = Checks()
        size = page_size_in(request.page_size, limits.DEFAULT_LIST_PAGE, limits.MAX_LIST_PAGE, checks)
        reading = self._reading(request, checks)
        catalogue = reading.state.index.catalogue

        def read() -> pb.ListForeignTagsResponse:
            names = sorted(one for one in catalogue.foreign_tags().items() if reading.sees_tag(one[1]))
            if request.namespace:
                names = [one for one in names if one[0].startswith(f"{request.namespace}:")]
            if request.key:
                number = tag_with_key(catalogue, normalized(request.key)).number
                names = [one for one in names if one[1] == number]
            asked = ("foreign tags", request.workspace, request.namespace, request.key)
            page, token = page_of(names, size, request.page_token, *asked)
            made = foreign_tags_out(catalogue, page)
            return pb.ListForeignTagsResponse(position=reading.position, foreign_tags=made, next_page_token=token)

        return await self._work.in_thread(read)


def _group_seen(reading: Reading, name: str) -> GroupEntry:
    """Raises UnknownTagGroup, OutOfScope."""
    catalogue = reading.state.index.catalogue
    group = group_named(catalogue, name)
    if reading.scope is not None:
        reading.scope.refuse_group(catalogue, group)
    return group


def _part(checks: Checks, field: str, name: str) -> str:
    """A name that must not contain a slash: of a group, or of a tag outside any group."""
    if "/" in name:
        checks.add(field, "must not contain '/': it separates group and name in a tag's key")
    return checks.name(field, name)


def _group(state: WorkspaceState, receipt: Receipt) -> pb.TagGroup:
    """The group that a command made or changed: by number, since a repeat may come after a rename."""
    change = next(change for change in receipt.catalogue if isinstance(change, GroupChange))
    return group_out(state.index.catalogue, state.index.catalogue.groups[change.number])


def _tag(state: WorkspaceState, receipt: Receipt) -> pb.Tag:
    """The tag that a command made or changed."""
    change = next(change for change in receipt.catalogue if isinstance(change, TagChange))
    return tag_out(state.index.catalogue, state.index.catalogue.tags[change.number])
