"""CatalogueService."""

from typing import TypeAlias

import grpc
from tagledger.v1 import catalogue_service_pb2 as pb
from tagledger.v1 import catalogue_service_pb2_grpc as rpc

from domain import limits
from domain.language.checker import check
from domain.language.syntax import Expression
from domain.names import normalized
from domain.segment_catalogue import SegmentChange
from domain.tag_catalogue import GroupChange, GroupEntry, TagChange, TagEntry
from server.convert.answers import (
    VALUE_TYPES,
    group_out,
    segment_out,
    segment_version_out,
    tag_out,
    warnings_out,
    workspace_out,
)
from server.convert.contexts import page_size_in, receipt_out, request_in
from server.convert.expressions import segment_in
from server.convert.fields import Checks, split_key
from server.servicers.paging import page_of
from server.servicers.running import Work, answered
from server.usecases.asking import prepared
from server.usecases.catalogue_commands import group_named, tag_with_key
from server.usecases.clocks import Clocks, KnownAt
from server.usecases.committer import Committer
from server.usecases.drafts import (
    CatalogueDraft,
    ChangeSegment,
    Command,
    CreateWorkspace,
    DefineGroup,
    DefineSegment,
    DefineTag,
    Receipt,
    RenameGroup,
    RenameSegment,
    RenameTag,
    RestoreGroup,
    RestoreTag,
    RetireGroup,
    RetireSegment,
    RetireTag,
)
from server.usecases.state import WorkspaceState

Context: TypeAlias = grpc.aio.ServicerContext
_CommandRequest = (
    pb.CreateWorkspaceRequest
    | pb.DefineTagGroupRequest
    | pb.RenameTagGroupRequest
    | pb.RestoreTagGroupRequest
    | pb.RestoreTagRequest
    | pb.RetireTagGroupRequest
    | pb.DefineTagRequest
    | pb.RenameTagRequest
    | pb.RetireTagRequest
    | pb.DefineSegmentRequest
    | pb.ChangeSegmentRequest
    | pb.RenameSegmentRequest
    | pb.RetireSegmentRequest
)


class CatalogueServicer(rpc.CatalogueServiceServicer):
    """Workspaces, groups, tags and segments."""

    def __init__(self, committer: Committer, clocks: Clocks, work: Work, default_currency: str) -> None:
        self._committer = committer
        self._clocks = clocks
        self._work = work
        self._default_currency = default_currency

    # --- workspaces -------------------------------------------------------------------------------------------------------

    async def CreateWorkspace(self, request: pb.CreateWorkspaceRequest, context: Context) -> pb.CreateWorkspaceResponse:
        """See the proto."""
        checks = Checks()
        command = CreateWorkspace(checks.currency("currency", request.currency or self._default_currency))
        receipt, state = await self._carry_out(request, command, checks)
        return pb.CreateWorkspaceResponse(
            position=receipt.position, receipt=receipt_out(receipt), workspace=workspace_out(state)
        )

    async def ListWorkspaces(self, request: pb.ListWorkspacesRequest, context: Context) -> pb.ListWorkspacesResponse:
        """See the proto."""
        checks = Checks()
        size = page_size_in(request.page_size, limits.DEFAULT_LIST_PAGE, limits.MAX_LIST_PAGE, checks)
        checks.refuse()
        page, token = page_of(self._clocks.states(), size, request.page_token, "workspaces")
        position = max((state.index.clock().position for state in self._clocks.states()), default=0)
        return pb.ListWorkspacesResponse(position=position, workspaces=map(workspace_out, page), next_page_token=token)

    # --- groups -----------------------------------------------------------------------------------------------------------

    async def DefineTagGroup(self, request: pb.DefineTagGroupRequest, context: Context) -> pb.DefineTagGroupResponse:
        """See the proto."""
        checks = Checks()
        name = _part(checks, "name", request.name)
        description = checks.text("description", request.description, limits.MAX_DESCRIPTION_CHARACTERS, required=False)
        receipt, state = await self._carry_out(request, DefineGroup(name, description, request.exclusive), checks)
        group = _group(state, receipt)
        return pb.DefineTagGroupResponse(position=receipt.position, receipt=receipt_out(receipt), group=group)

    async def GetTagGroup(self, request: pb.GetTagGroupRequest, context: Context) -> pb.GetTagGroupResponse:
        """See the proto."""
        state, position = self._read(request.workspace, Checks())
        catalogue = state.index.catalogue
        group = group_out(catalogue, group_named(catalogue, normalized(request.name)))
        return pb.GetTagGroupResponse(position=position, group=group)

    async def ListTagGroups(self, request: pb.ListTagGroupsRequest, context: Context) -> pb.ListTagGroupsResponse:
        """See the proto."""
        checks = Checks()
        size = page_size_in(request.page_size, limits.DEFAULT_LIST_PAGE, limits.MAX_LIST_PAGE, checks)
        state, position = self._read(request.workspace, checks)
        catalogue = state.index.catalogue
        groups = sorted(catalogue.groups.values(), key=lambda group: group.name)
        shown: list[GroupEntry] = [group for group in groups if request.show_retired or not group.retired]
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

    # --- tags -------------------------------------------------------------------------------------------------------------

    async def DefineTag(self, request: pb.DefineTagRequest, context: Context) -> pb.DefineTagResponse:
        """See the proto."""
        checks = Checks()
        group, name = split_key(request.key)
        if "/" in request.key:
            group = _part(checks, "key", group)
        name = checks.name("key", name)
        description = checks.text("description", request.description, limits.MAX_DESCRIPTION_CHARACTERS, required=False)
        command = DefineTag(group, name, description, request.create_group)
        receipt, state = await self._carry_out(request, command, checks)
        tag = _tag(state, receipt)
        return pb.DefineTagResponse(position=receipt.position, receipt=receipt_out(receipt), tag=tag)

    async def GetTag(self, request: pb.GetTagRequest, context: Context) -> pb.GetTagResponse:
        """See the proto."""
        checks = Checks()
        workspace = checks.workspace("workspace", request.workspace)
        checks.refuse()
        reading = self._clocks.read(workspace, None, KnownAt())
        entry = tag_with_key(reading.state.index.catalogue, normalized(request.key))
        index = reading.state.index.tags.get(entry.number)
        holders = len(index.holders.at(reading.view.as_of, reading.view.version).bitmap) if index else 0
        tag = tag_out(reading.state.index.catalogue, entry)
        return pb.GetTagResponse(position=reading.position, tag=tag, holder_count=holders)

    async def ListTags(self, request: pb.ListTagsRequest, context: Context) -> pb.ListTagsResponse:
        """See the proto."""
        checks = Checks()
        size = page_size_in(request.page_size, limits.DEFAULT_LIST_PAGE, limits.MAX_LIST_PAGE, checks)
        state, position = self._read(request.workspace, checks)
        catalogue = state.index.catalogue
        tags = list(catalogue.tags.values())
        if request.group:
            tags = catalogue.tags_of(group_named(catalogue, normalized(request.group)).number)
        shown: list[TagEntry] = [tag for tag in tags if request.show_retired or not tag.retired]
        shown.sort(key=lambda tag: catalogue.key(tag.number))
        page, token = page_of(shown, size, request.page_token, "tags", request.workspace, request.group, request.show_retired)
        made = [tag_out(catalogue, tag) for tag in page]
        return pb.ListTagsResponse(position=position, tags=made, next_page_token=token)

    async def RenameTag(self, request: pb.RenameTagRequest, context: Context) -> pb.RenameTagResponse:
        """See the proto."""
        checks = Checks()
        key = normalized(request.key)
        group, _ = split_key(key)
        new_name = checks.name("new_name", request.new_name) if group else _part(checks, "new_name", request.new_name)
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

    # --- segments ---------------------------------------------------------------------------------------------------------

    async def DefineSegment(self, request: pb.DefineSegmentRequest, context: Context) -> pb.DefineSegmentResponse:
        """See the proto."""
        checks = Checks()
        name = checks.name("name", request.name)
        description = checks.text("description", request.description, limits.MAX_DESCRIPTION_CHARACTERS, required=False)
        expression = _expression(request, checks)
        receipt, state = await self._carry_out(request, DefineSegment(name, description, expression), checks)
        return pb.DefineSegmentResponse(
            position=receipt.position,
            receipt=receipt_out(receipt),
            segment=_segment(state, receipt),
            warnings=warnings_out(check(expression, state.index.vocabulary())),
        )

    async def ChangeSegment(self, request: pb.ChangeSegmentRequest, context: Context) -> pb.ChangeSegmentResponse:
        """See the proto."""
        checks = Checks()
        expression = _expression(request, checks)
        receipt, state = await self._carry_out(request, ChangeSegment(normalized(request.name), expression), checks)
        return pb.ChangeSegmentResponse(
            position=receipt.position,
            receipt=receipt_out(receipt),
            segment=_segment(state, receipt),
            warnings=warnings_out(check(expression, state.index.vocabulary())),
        )

    async def GetSegment(self, request: pb.GetSegmentRequest, context: Context) -> pb.GetSegmentResponse:
        """See the proto."""
        checks = Checks()
        size = page_size_in(request.page_size, limits.DEFAULT_LIST_PAGE, limits.MAX_LIST_PAGE, checks)
        state, position = self._read(request.workspace, checks)
        segments = state.index.catalogue.segments
        segment = segments.named(normalized(request.name), "name")

        def read() -> pb.GetSegmentResponse:
            numbers = range(1, len(segment.versions) + 1)
            page, token = page_of(
                numbers,
                size,
                request.page_token,
                "segment",
                request.workspace,
                segment.number,
                characters=lambda version: len(segments.text(segment.number, version)),
            )
            return pb.GetSegmentResponse(
                position=position,
                segment=segment_out(state.index.catalogue, segment),
                versions=[segment_version_out(state, segment, version) for version in page],
                next_page_token=token,
            )

        return await self._work.in_thread(read)

    async def ListSegments(self, request: pb.ListSegmentsRequest, context: Context) -> pb.ListSegmentsResponse:
        """See the proto."""
        checks = Checks()
        size = page_size_in(request.page_size, limits.DEFAULT_LIST_PAGE, limits.MAX_LIST_PAGE, checks)
        state, position = self._read(request.workspace, checks)
        segments = state.index.catalogue.segments

        def read() -> pb.ListSegmentsResponse:
            entries = sorted(segments.entries.values(), key=lambda segment: segment.name)
            shown = [segment for segment in entries if request.show_retired or not segment.retired]
            page, token = page_of(
                shown,
                size,
                request.page_token,
                "segments",
                request.workspace,
                request.show_retired,
                characters=lambda segment: len(segments.text(segment.number, len(segment.versions))),
            )
            made = [segment_out(state.index.catalogue, segment) for segment in page]
            return pb.ListSegmentsResponse(position=position, segments=made, next_page_token=token)

        return await self._work.in_thread(read)

    async def RenameSegment(self, request: pb.RenameSegmentRequest, context: Context) -> pb.RenameSegmentResponse:
        """See the proto."""
        checks = Checks()
        new_name = checks.name("new_name", request.new_name)
        receipt, state = await self._carry_out(request, RenameSegment(normalized(request.name), new_name), checks)
        segment = _segment(state, receipt)
        return pb.RenameSegmentResponse(position=receipt.position, receipt=receipt_out(receipt), segment=segment)

    async def RetireSegment(self, request: pb.RetireSegmentRequest, context: Context) -> pb.RetireSegmentResponse:
        """See the proto."""
        receipt, state = await self._carry_out(request, RetireSegment(normalized(request.name)), Checks())
        segment = _segment(state, receipt)
        return pb.RetireSegmentResponse(position=receipt.position, receipt=receipt_out(receipt), segment=segment)

    # --- names ------------------------------------------------------------------------------------------------------------

    async def ListNames(self, request: pb.ListNamesRequest, context: Context) -> pb.ListNamesResponse:
        """See the proto."""
        state, position = self._read(request.workspace, Checks())
        index = state.index
        return pb.ListNamesResponse(
            position=position,
            interaction_types=list(index.interactions),
            touchpoints=index.touchpoints.values(),
            properties=[pb.TypedName(name=n, type=VALUE_TYPES[p.kind]) for n, p in list(index.properties.items())],
            traits=[pb.TypedName(name=n, type=VALUE_TYPES[t.kind]) for n, t in list(index.traits.items())],
            profile_count=index.profile_count,
        )

    def _read(self, workspace: str, checks: Checks) -> tuple[WorkspaceState, int]:
        checks.workspace("workspace", workspace)
        checks.refuse()
        state = self._clocks.state(workspace)
        return state, state.index.clock().position

    async def _carry_out(self, message: _CommandRequest, command: Command, checks: Checks) -> tuple[Receipt, WorkspaceState]:
        request = request_in(message, message.context, checks)
        checks.refuse()
        receipt = await answered(self._committer.submit(CatalogueDraft(request, command)))
        return receipt, self._clocks.state(request.workspace)


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


def _segment(state: WorkspaceState, receipt: Receipt) -> pb.NamedSegment:
    """The segment that a command made or changed."""
    change = next(change for change in receipt.catalogue if isinstance(change, SegmentChange))
    catalogue = state.index.catalogue
    return segment_out(catalogue, catalogue.segments.entries[change.number])


def _expression(request: pb.DefineSegmentRequest | pb.ChangeSegmentRequest, checks: Checks) -> Expression:
    """The expression of a version; what is wrong with other fields is told first."""
    request_in(request, request.context, checks)
    checks.refuse()
    return prepared(segment_in(request.segment)).expression
