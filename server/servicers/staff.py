"""StaffService."""

from collections.abc import Sequence

from tagledger.v1 import staff_service_pb2 as pb
from tagledger.v1 import staff_service_pb2_grpc as rpc

from domain import limits
from domain.names import normalized
from domain.staff_catalogue import StaffChange, StaffEntry
from server.convert.contexts import page_size_in, receipt_out
from server.convert.fields import Checks
from server.convert.staff import (
    department_change_in,
    department_definition_in,
    department_out,
    staff_change_in,
    staff_definition_in,
    staff_out,
    transfer_in,
    transfer_out,
    transfer_preview_out,
)
from server.servicers.catalogue_calls import CatalogueCalls, Context
from server.servicers.paging import page_of
from server.servicers.running import Work, answered
from server.usecases.bulk import BulkChanges
from server.usecases.clocks import Clocks
from server.usecases.commands import RestoreStaff, RetireDepartment, RetireStaff
from server.usecases.committer import Committer
from server.usecases.drafts import Receipt
from server.usecases.staff_commands import department_with_id, staff_with_id
from server.usecases.state import WorkspaceState
from server.usecases.tag_use import holder_count


class StaffServicer(CatalogueCalls, rpc.StaffServiceServicer):
    """Departments, staff, transfers."""

    def __init__(self, committer: Committer, bulk: BulkChanges, clocks: Clocks, work: Work) -> None:
        super().__init__(committer, clocks, work)
        self._bulk = bulk

    # --- departments ------------------------------------------------------------------------------------------------------

    async def DefineDepartment(self, request: pb.DefineDepartmentRequest, context: Context) -> pb.DefineDepartmentResponse:
        """See the proto."""
        checks = Checks()
        receipt, state = await self._carry_out(request, department_definition_in(request, checks), checks)
        department = _department(state, receipt)
        return pb.DefineDepartmentResponse(position=receipt.position, receipt=receipt_out(receipt), department=department)

    async def ChangeDepartment(self, request: pb.ChangeDepartmentRequest, context: Context) -> pb.ChangeDepartmentResponse:
        """See the proto."""
        checks = Checks()
        receipt, state = await self._carry_out(request, department_change_in(request, checks), checks)
        department = _department(state, receipt)
        return pb.ChangeDepartmentResponse(position=receipt.position, receipt=receipt_out(receipt), department=department)

    async def RetireDepartment(self, request: pb.RetireDepartmentRequest, context: Context) -> pb.RetireDepartmentResponse:
        """See the proto."""
        command = RetireDepartment(normalized(request.department_id))
        receipt, state = await self._carry_out(request, command, Checks())
        department = _department(state, receipt)
        return pb.RetireDepartmentResponse(position=receipt.position, receipt=receipt_out(receipt), department=department)

    async def ListDepartments(self, request: pb.ListDepartmentsRequest, context: Context) -> pb.ListDepartmentsResponse:
        """See the proto."""
        checks = Checks()
        size = page_size_in(request.page_size, limits.DEFAULT_LIST_PAGE, limits.MAX_LIST_PAGE, checks)
        state, position = self._read(request.workspace, checks)
        staff = state.index.catalogue.staff
        departments = sorted(staff.departments.values(), key=lambda one: one.department_id)
        shown = [one for one in departments if request.show_retired or not one.retired]
        page, token = page_of(shown, size, request.page_token, "departments", request.workspace, request.show_retired)
        made = [department_out(staff, one) for one in page]
        return pb.ListDepartmentsResponse(position=position, departments=made, next_page_token=token)

    # --- staff ------------------------------------------------------------------------------------------------------------

    async def DefineStaff(self, request: pb.DefineStaffRequest, context: Context) -> pb.DefineStaffResponse:
        """See the proto."""
        checks = Checks()
        receipt, state = await self._carry_out(request, staff_definition_in(request, checks), checks)
        return pb.DefineStaffResponse(position=receipt.position, receipt=receipt_out(receipt), staff=_staff(state, receipt))

    async def ChangeStaff(self, request: pb.ChangeStaffRequest, context: Context) -> pb.ChangeStaffResponse:
        """See the proto."""
        checks = Checks()
        receipt, state = await self._carry_out(request, staff_change_in(request, checks), checks)
        return pb.ChangeStaffResponse(position=receipt.position, receipt=receipt_out(receipt), staff=_staff(state, receipt))

    async def RetireStaff(self, request: pb.RetireStaffRequest, context: Context) -> pb.RetireStaffResponse:
        """See the proto."""
        receipt, state = await self._carry_out(request, RetireStaff(normalized(request.staff_id)), Checks())
        return pb.RetireStaffResponse(position=receipt.position, receipt=receipt_out(receipt), staff=_staff(state, receipt))

    async def RestoreStaff(self, request: pb.RestoreStaffRequest, context: Context) -> pb.RestoreStaffResponse:
        """See the proto."""
        receipt, state = await self._carry_out(request, RestoreStaff(normalized(request.staff_id)), Checks())
        return pb.RestoreStaffResponse(position=receipt.position, receipt=receipt_out(receipt), staff=_staff(state, receipt))

    async def GetStaff(self, request: pb.GetStaffRequest, context: Context) -> pb.GetStaffResponse:
        """See the proto."""
        checks = Checks()
        workspace = checks.workspace("workspace", request.workspace)
        checks.refuse()
        reading = self._clocks.now(workspace)
        staff = reading.state.index.catalogue.staff
        member = staff_with_id(staff, normalized(request.staff_id))
        customers = holder_count(reading, member.tag)
        return pb.GetStaffResponse(position=reading.position, staff=staff_out(staff, member), customer_count=customers)

    async def ListStaff(self, request: pb.ListStaffRequest, context: Context) -> pb.ListStaffResponse:
        """See the proto."""
        checks = Checks()
        size = page_size_in(request.page_size, limits.DEFAULT_LIST_PAGE, limits.MAX_LIST_PAGE, checks)
        state, position = self._read(request.workspace, checks)
        staff = state.index.catalogue.staff
        members: Sequence[StaffEntry] = list(staff.members.values())
        if request.department_id:
            department = department_with_id(staff, normalized(request.department_id))
            members = staff.of_departments(staff.below(department.number))
        shown = sorted((one for one in members if request.show_retired or not one.retired), key=lambda one: one.staff_id)
        asked = ("staff", request.workspace, request.department_id, request.show_retired)
        page, token = page_of(shown, size, request.page_token, *asked)
        made = [staff_out(staff, one) for one in page]
        return pb.ListStaffResponse(position=position, staff=made, next_page_token=token)

    # --- customers --------------------------------------------------------------------------------------------------------

    async def TransferCustomers(self, request: pb.TransferCustomersRequest, context: Context) -> pb.TransferCustomersResponse:
        """See the proto."""
        draft, segment = transfer_in(request)
        if not request.dry_run:
            repeated = await self._work.in_thread(lambda: self._committer.first_reply(draft.request))
            if repeated:
                return transfer_out(repeated, ())
        found, warnings = await self._work.in_thread(lambda: self._bulk.transfer(draft, segment))
        if request.dry_run:
            reading, preview = await self._work.in_thread(lambda: self._bulk.preview_transfer(found))
            return transfer_preview_out(reading.position, preview, warnings)
        return transfer_out(await answered(self._committer.submit(found)), warnings)


def _department(state: WorkspaceState, receipt: Receipt) -> pb.Department:
    """The department that a command made or changed."""
    staff = state.index.catalogue.staff
    return department_out(staff, staff.departments[_change(receipt).number])


def _staff(state: WorkspaceState, receipt: Receipt) -> pb.Staff:
    """The staff member whom a command made or changed."""
    staff = state.index.catalogue.staff
    return staff_out(staff, staff.members[_change(receipt).number])


def _change(receipt: Receipt) -> StaffChange:
    return next(change for change in receipt.catalogue if isinstance(change, StaffChange))
