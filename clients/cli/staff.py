"""Departments, staff, and whose customers are whose, from the command line."""

import click

from clients.cli.bulk import DRY_RUN, tell
from clients.cli.entries import list_entries, show_entry
from clients.cli.options import Attribution, Connection, attribution_options, connection_options, zone_option
from clients.cli.tagging import EFFECTIVE_AT, REQUEST_ID, reason_of
from clients.cli.times import option_instant, zone_of

_DEPARTMENT_COLUMNS = ("department_id", "name", "parent_id", "staff_count", "retired")
_STAFF_COLUMNS = ("staff_id", "name", "department_id", "role", "retired")
_NAME = click.option("--name", metavar="NAME", help="For people.")
_DEPARTMENT = click.option("--department", metavar="ID", help='The department that they are of; "" for none.')
_PARENT = click.option("--parent", metavar="ID", help='The department above it; "" for none.')
_ROLE = click.option(
    "--role",
    type=click.Choice(("member", "department", "headquarters")),
    help="Whose customers they may write about and read: their own, those of the department and below, or all.",
)
_RETIRED = click.option("--retired", is_flag=True, help="Show those too who left, or retired departments.")


@click.group()
def staff() -> None:
    """Departments, staff, and their customers.

    A customer of staff member wang carries the tag `staff:wang`: bind and unbind with `tagledger tag` and `untag`, for a whole
    segment with `tag-segment`, and ask with `tagged staff:wang` or `in department ID`.
    """


@staff.command("list")
@click.option("--department", default="", metavar="ID", help="Only those of this department and of the ones below it.")
@_RETIRED
@connection_options
def list_(department: str, retired: bool, connection: Connection) -> None:
    """List staff by id."""
    with connection.client() as client:
        found = list(client.staff_members(department_id=department, show_retired=retired))
    list_entries("staff", _STAFF_COLUMNS, found, connection)


@staff.command()
@click.argument("staff_id", metavar="STAFF_ID")
@connection_options
def show(staff_id: str, connection: Connection) -> None:
    """Show one staff member, and how many customers they have now."""
    with connection.client() as client:
        show_entry("staff", (*_STAFF_COLUMNS, "customer_count"), client.staff(staff_id), connection)


@staff.command()
@click.argument("staff_id", metavar="STAFF_ID")
@_NAME
@_DEPARTMENT
@_ROLE
@attribution_options("cli")
@connection_options
def define(
    staff_id: str,
    name: str | None,
    department: str | None,
    role: str | None,
    attribution: Attribution,
    connection: Connection,
) -> None:
    """Make a staff member, and the tag of their customers, `staff:STAFF_ID`."""
    reason = attribution.reason or f"staff member {staff_id} defined from the command line"
    with connection.client(attribution) as client:
        made = client.define_staff(
            staff_id, name=name or "", department_id=department or "", role=role or "member", reason=reason
        )
    show_entry("staff", _STAFF_COLUMNS, made, connection)


@staff.command()
@click.argument("staff_id", metavar="STAFF_ID")
@_NAME
@_DEPARTMENT
@_ROLE
@attribution_options("cli")
@connection_options
def change(
    staff_id: str,
    name: str | None,
    department: str | None,
    role: str | None,
    attribution: Attribution,
    connection: Connection,
) -> None:
    """Give a staff member another name, department or role."""
    reason = attribution.reason or f"staff member {staff_id} changed from the command line"
    with connection.client(attribution) as client:
        changed = client.change_staff(staff_id, name=name, department_id=department, role=role, reason=reason)
    show_entry("staff", _STAFF_COLUMNS, changed, connection)


@staff.command()
@click.argument("staff_id", metavar="STAFF_ID")
@attribution_options("cli", "required")
@connection_options
def retire(staff_id: str, attribution: Attribution, connection: Connection) -> None:
    """Say that somebody left. Their customers stay theirs: hand them over with `tagledger staff transfer`."""
    with connection.client(attribution) as client:
        show_entry("staff", _STAFF_COLUMNS, client.retire_staff(staff_id, reason=reason_of(attribution)), connection)


@staff.command()
@click.argument("staff_id", metavar="STAFF_ID")
@attribution_options("cli", "required")
@connection_options
def restore(staff_id: str, attribution: Attribution, connection: Connection) -> None:
    """Say that somebody who had left came back."""
    with connection.client(attribution) as client:
        show_entry("staff", _STAFF_COLUMNS, client.restore_staff(staff_id, reason=reason_of(attribution)), connection)


@staff.command()
@click.argument("from_staff_id", metavar="FROM")
@click.argument("to_staff_id", metavar="TO")
@click.option("--segment", "expression", metavar="EXPRESSION", help="Only the customers who are in it.")
@EFFECTIVE_AT
@zone_option
@DRY_RUN
@REQUEST_ID
@attribution_options("cli", "required")
@connection_options
def transfer(
    from_staff_id: str,
    to_staff_id: str,
    expression: str | None,
    effective_at: str | None,
    zone: str,
    dry_run: bool,
    request_id: str | None,
    attribution: Attribution,
    connection: Connection,
) -> None:
    """Give the customers of staff member FROM to TO, all of them or none. `tagledger undo` takes it back."""
    with connection.client(attribution) as client:
        done = client.transfer_customers(
            from_staff_id,
            to_staff_id,
            reason=reason_of(attribution),
            expression=expression,
            effective_at=option_instant("--effective-at", effective_at, zone_of(zone)),
            dry_run=dry_run,
            request_id=request_id,
        )
    tell(done, connection, "transferred", "would be transferred")


@staff.command()
@_RETIRED
@connection_options
def departments(retired: bool, connection: Connection) -> None:
    """List departments by id."""
    with connection.client() as client:
        list_entries("departments", _DEPARTMENT_COLUMNS, list(client.departments(show_retired=retired)), connection)


@staff.command("define-department")
@click.argument("department_id", metavar="ID")
@_NAME
@_PARENT
@attribution_options("cli")
@connection_options
def define_department(
    department_id: str, name: str | None, parent: str | None, attribution: Attribution, connection: Connection
) -> None:
    """Make a department."""
    reason = attribution.reason or f"department {department_id} defined from the command line"
    with connection.client(attribution) as client:
        made = client.define_department(department_id, name=name or "", parent_id=parent or "", reason=reason)
    show_entry("department", _DEPARTMENT_COLUMNS, made, connection)


@staff.command("change-department")
@click.argument("department_id", metavar="ID")
@_NAME
@_PARENT
@attribution_options("cli")
@connection_options
def change_department(
    department_id: str, name: str | None, parent: str | None, attribution: Attribution, connection: Connection
) -> None:
    """Give a department another name, or another place in the tree, with all below it."""
    reason = attribution.reason or f"department {department_id} changed from the command line"
    with connection.client(attribution) as client:
        changed = client.change_department(department_id, name=name, parent_id=parent, reason=reason)
    show_entry("department", _DEPARTMENT_COLUMNS, changed, connection)


@staff.command("retire-department")
@click.argument("department_id", metavar="ID")
@attribution_options("cli")
@connection_options
def retire_department(department_id: str, attribution: Attribution, connection: Connection) -> None:
    """End the use of a department that has neither staff nor departments below it."""
    reason = attribution.reason or f"department {department_id} retired from the command line"
    with connection.client(attribution) as client:
        show_entry("department", _DEPARTMENT_COLUMNS, client.retire_department(department_id, reason=reason), connection)
