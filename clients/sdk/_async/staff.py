"""Departments, staff, and whose customers are whose."""

from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from typing import Unpack

from tagledger.v1 import staff_service_pb2 as wire

from .. import from_wire, replies
from ..settings import WriteOptions
from ..staff_to_wire import staff_role, transfer
from ..values import ApplyTag, RemoveTag
from .catalogue import AsyncCatalogueCalls
from .ledger import AsyncLedgerCalls

_PAGE = 1_000


class AsyncStaffCalls(AsyncLedgerCalls, AsyncCatalogueCalls):
    """The rpcs of StaffService. To be a customer of a staff member is to carry the tag ``staff:STAFF_ID``."""

    # --- departments ---

    async def define_department(
        self, department_id: str, *, reason: str, name: str = "", parent_id: str = "", **options: Unpack[WriteOptions]
    ) -> replies.Department:
        """Make a department, below another one if ``parent_id`` is given. Its id never changes."""
        texts = {"department_id": department_id, "name": name, "parent_id": parent_id}
        reply = await self._decide(self._staff.DefineDepartment, wire.DefineDepartmentRequest, texts, reason=reason, **options)
        return from_wire.department(reply.department)

    async def change_department(
        self,
        department_id: str,
        *,
        reason: str,
        name: str | None = None,
        parent_id: str | None = None,
        **options: Unpack[WriteOptions],
    ) -> replies.Department:
        """Call a department otherwise, or move it in the tree with all below it; an empty ``parent_id`` is the top."""
        texts = {"department_id": department_id, "name": name, "parent_id": parent_id}
        given = {field: text for field, text in texts.items() if text is not None}
        reply = await self._decide(self._staff.ChangeDepartment, wire.ChangeDepartmentRequest, given, reason=reason, **options)
        return from_wire.department(reply.department)

    async def retire_department(
        self, department_id: str, *, reason: str, **options: Unpack[WriteOptions]
    ) -> replies.Department:
        """End the use of a department; refused while staff is of it or departments in use stand below it."""
        texts = {"department_id": department_id}
        reply = await self._decide(self._staff.RetireDepartment, wire.RetireDepartmentRequest, texts, reason=reason, **options)
        return from_wire.department(reply.department)

    async def departments(
        self, *, show_retired: bool = False, timeout: float | None = None
    ) -> AsyncIterator[replies.Department]:
        """Yield departments by id."""
        request = self._about(wire.ListDepartmentsRequest, {}, page_size=_PAGE, show_retired=show_retired)
        async for page in self._pages(self._staff.ListDepartments, request, timeout):
            for department in page.departments:
                yield from_wire.department(department)

    # --- staff ---

    async def define_staff(
        self,
        staff_id: str,
        *,
        reason: str,
        name: str = "",
        department_id: str = "",
        role: str = "member",
        **options: Unpack[WriteOptions],
    ) -> replies.Staff:
        """Make a staff member.

        By ``role``, a "member" speaks of own customers, a "department" of those of its whole staff and of the departments below
        it, "headquarters" of all.
        """
        texts = {"staff_id": staff_id, "name": name, "department_id": department_id}
        others = {"role": staff_role(role)}
        reply = await self._decide(self._staff.DefineStaff, wire.DefineStaffRequest, texts, others, reason=reason, **options)
        return from_wire.staff(reply.staff)

    async def change_staff(
        self,
        staff_id: str,
        *,
        reason: str,
        name: str | None = None,
        department_id: str | None = None,
        role: str | None = None,
        **options: Unpack[WriteOptions],
    ) -> replies.Staff:
        """Call a staff member otherwise, or give them another department (none if empty) or role."""
        texts = {"staff_id": staff_id, "name": name, "department_id": department_id}
        given = {field: text for field, text in texts.items() if text is not None}
        others = {} if role is None else {"role": staff_role(role)}
        reply = await self._decide(self._staff.ChangeStaff, wire.ChangeStaffRequest, given, others, reason=reason, **options)
        return from_wire.staff(reply.staff)

    async def retire_staff(self, staff_id: str, *, reason: str, **options: Unpack[WriteOptions]) -> replies.Staff:
        """Somebody left: they take no new customers; those that they have stay theirs until they are transferred."""
        texts = {"staff_id": staff_id}
        reply = await self._decide(self._staff.RetireStaff, wire.RetireStaffRequest, texts, reason=reason, **options)
        return from_wire.staff(reply.staff)

    async def restore_staff(self, staff_id: str, *, reason: str, **options: Unpack[WriteOptions]) -> replies.Staff:
        """Somebody came back."""
        texts = {"staff_id": staff_id}
        reply = await self._decide(self._staff.RestoreStaff, wire.RestoreStaffRequest, texts, reason=reason, **options)
        return from_wire.staff(reply.staff)

    async def staff(self, staff_id: str, *, timeout: float | None = None) -> replies.Staff:
        """Return one staff member by id, with the number of customers."""
        request = self._about(wire.GetStaffRequest, {"staff_id": staff_id})
        reply = await self._read(self._staff.GetStaff, request, timeout)
        return from_wire.staff(reply.staff, reply.customer_count)

    async def staff_members(
        self, *, department_id: str = "", show_retired: bool = False, timeout: float | None = None
    ) -> AsyncIterator[replies.Staff]:
        """Yield staff by id: all, or those of a department and of the ones below it."""
        texts = {"department_id": department_id}
        request = self._about(wire.ListStaffRequest, texts, page_size=_PAGE, show_retired=show_retired)
        async for page in self._pages(self._staff.ListStaff, request, timeout):
            for member in page.staff:
                yield from_wire.staff(member)

    # --- customers ---

    async def bind(
        self,
        profile_ids: Iterable[str],
        staff_id: str,
        *,
        reason: str,
        effective_at: datetime | None = None,
        **options: Unpack[WriteOptions],
    ) -> replies.ChangesetReceipt:
        """Make profiles customers of a staff member, beside others whose customers they are."""
        tag = f"staff:{staff_id}"
        changes = [ApplyTag(one, tag, effective_at=effective_at) for one in profile_ids]
        return await self.apply_changeset(changes, reason=reason, **options)

    async def unbind(
        self,
        profile_ids: Iterable[str],
        staff_id: str,
        *,
        reason: str,
        effective_at: datetime | None = None,
        **options: Unpack[WriteOptions],
    ) -> replies.ChangesetReceipt:
        """Let profiles be customers of a staff member no more."""
        tag = f"staff:{staff_id}"
        changes = [RemoveTag(one, tag, effective_at=effective_at) for one in profile_ids]
        return await self.apply_changeset(changes, reason=reason, **options)

    async def transfer_customers(
        self,
        from_staff_id: str,
        to_staff_id: str,
        *,
        reason: str,
        expression: str | None = None,
        effective_at: datetime | None = None,
        dry_run: bool = False,
        **options: Unpack[WriteOptions],
    ) -> replies.Transfer:
        """Give the customers of one staff member to another, as one changeset: all, or those in a segment.

        With ``dry_run`` nothing is recorded, and the reply has a ``preview``.
        """
        request = transfer(from_staff_id, to_staff_id, expression, effective_at, dry_run)
        request.context.CopyFrom(self._context_of(reason, options))
        return from_wire.transfer(await self._write(self._staff.TransferCustomers, request, options.get("timeout")))
