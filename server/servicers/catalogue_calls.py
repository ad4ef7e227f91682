"""What CatalogueService and StaffService share: reading a workspace's catalogue, and carrying out a command on it."""

from typing import TypeAlias

import grpc
from tagledger.v1 import catalogue_service_pb2 as pb
from tagledger.v1 import staff_service_pb2 as staff_pb

from domain import limits
from server.convert.contexts import ReadsWorkspace, reader_in, request_in
from server.convert.fields import Checks
from server.servicers.running import Work, answered
from server.usecases.clocks import Clocks, KnownAt, Reading
from server.usecases.commands import Command
from server.usecases.committer import Committer
from server.usecases.drafts import CatalogueDraft, Receipt
from server.usecases.state import WorkspaceState

Context: TypeAlias = grpc.aio.ServicerContext
CommandRequest = (
    pb.CreateWorkspaceRequest
    | pb.DefineTagGroupRequest
    | pb.RenameTagGroupRequest
    | pb.RestoreTagGroupRequest
    | pb.RestoreTagRequest
    | pb.RetireTagGroupRequest
    | pb.DefineTagRequest
    | pb.RenameTagRequest
    | pb.RetireTagRequest
    | pb.ChangeTagGroupRequest
    | pb.OrderTagsRequest
    | pb.ChangeTagRequest
    | pb.MapForeignTagsRequest
    | pb.UnmapForeignTagRequest
    | pb.DefineSegmentRequest
    | pb.ChangeSegmentRequest
    | pb.RenameSegmentRequest
    | pb.RetireSegmentRequest
    | staff_pb.DefineDepartmentRequest
    | staff_pb.ChangeDepartmentRequest
    | staff_pb.RetireDepartmentRequest
    | staff_pb.DefineStaffRequest
    | staff_pb.ChangeStaffRequest
    | staff_pb.RetireStaffRequest
    | staff_pb.RestoreStaffRequest
)
Described = (
    pb.DefineTagGroupRequest | pb.ChangeTagGroupRequest | pb.DefineTagRequest | pb.ChangeTagRequest | pb.DefineSegmentRequest
)


class CatalogueCalls:
    """Reads, and commands."""

    def __init__(self, committer: Committer, clocks: Clocks, work: Work) -> None:
        self._committer = committer
        self._clocks = clocks
        self._work = work

    def _reading(self, request: ReadsWorkspace, checks: Checks) -> Reading:
        """Now, of whoever reads."""
        reader = reader_in(request, checks)
        checks.refuse()
        return self._clocks.read(reader, None, KnownAt())

    def _read(self, workspace: str, checks: Checks) -> tuple[WorkspaceState, int]:
        checks.workspace("workspace", workspace)
        checks.refuse()
        state = self._clocks.state(workspace)
        return state, state.index.clock().position

    async def _carry_out(self, message: CommandRequest, command: Command, checks: Checks) -> tuple[Receipt, WorkspaceState]:
        request = request_in(message, message.context, checks)
        checks.refuse()
        receipt = await answered(self._committer.submit(CatalogueDraft(request, command)))
        return receipt, self._clocks.state(request.workspace)


def description_in(request: Described, checks: Checks) -> str:
    """For people."""
    return checks.text("description", request.description, limits.MAX_DESCRIPTION_CHARACTERS, required=False)
