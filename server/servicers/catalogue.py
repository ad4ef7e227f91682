"""CatalogueService."""

from tagledger.v1 import catalogue_service_pb2 as pb
from tagledger.v1 import catalogue_service_pb2_grpc as rpc

from domain import limits
from server.convert.answers import VALUE_TYPES, workspace_out
from server.convert.contexts import page_size_in, receipt_out
from server.convert.fields import Checks
from server.servicers.catalogue_calls import Context
from server.servicers.catalogue_segments import SegmentCalls
from server.servicers.catalogue_tags import TagCalls
from server.servicers.paging import page_of
from server.servicers.running import Work
from server.usecases.clocks import Clocks
from server.usecases.commands import CreateWorkspace
from server.usecases.committer import Committer


class CatalogueServicer(TagCalls, SegmentCalls, rpc.CatalogueServiceServicer):
    """Workspaces, groups, tags and segments."""

    def __init__(self, committer: Committer, clocks: Clocks, work: Work, default_currency: str) -> None:
        super().__init__(committer, clocks, work)
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
            profile_count=index.profile_count - len(index.persons),
        )
