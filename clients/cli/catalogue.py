"""The catalogue from the command line: which tags, groups, segments and workspaces exist."""

from datetime import timedelta

import click

from clients.cli.entries import list_entries, show_entry
from clients.cli.governing import GOVERNING_COMMANDS, GROUP_COLUMNS, LIFETIME, TAG_COLUMNS
from clients.cli.options import Attribution, Connection, attribution_options, connection_options, values_options
from clients.cli.output import print_json, print_table
from clients.cli.segments import SEGMENT_COMMANDS
from clients.cli.tag_use import review_tags, tag_use
from clients.sdk import TagValues

_WORKSPACE_COLUMNS = ("name", "currency", "created_at")
_DESCRIPTION = click.option("--description", default="", metavar="TEXT", help="What it means, for people.")
_RETIRED = click.option("--retired", is_flag=True, help="Show retired ones too.")


@click.group()
def catalogue() -> None:
    """See and change which tags, groups, segments and workspaces exist."""


def _reason(attribution: Attribution, default: str) -> str:
    return attribution.reason or default


@catalogue.command()
@click.option("--group", default="", metavar="NAME", help="Only tags of this group.")
@_RETIRED
@connection_options
def tags(group: str, retired: bool, connection: Connection) -> None:
    """List tags by key; those of a group in its order."""
    with connection.client() as client:
        list_entries("tags", TAG_COLUMNS, list(client.tags(group=group, show_retired=retired)), connection)


@catalogue.command("tag")
@click.argument("key", metavar="KEY")
@connection_options
def one_tag(key: str, connection: Connection) -> None:
    """Show one tag, and how many profiles carry it now."""
    with connection.client() as client:
        show_entry("tag", (*TAG_COLUMNS, "holder_count"), client.tag(key), connection)


@catalogue.command()
@_RETIRED
@connection_options
def groups(retired: bool, connection: Connection) -> None:
    """List tag groups by name."""
    with connection.client() as client:
        list_entries("groups", GROUP_COLUMNS, list(client.tag_groups(show_retired=retired)), connection)


@catalogue.command()
@connection_options
def workspaces(connection: Connection) -> None:
    """List workspaces by name."""
    with connection.client() as client:
        list_entries("workspaces", _WORKSPACE_COLUMNS, list(client.workspaces()), connection)


@catalogue.command()
@connection_options
def names(connection: Connection) -> None:
    """List the interaction types, touchpoints, properties and traits that the log has seen."""
    with connection.client() as client:
        seen = client.names()
    if connection.as_json:
        print_json(
            {
                "interaction_types": seen.interaction_types,
                "touchpoints": seen.touchpoints,
                "properties": seen.properties,
                "traits": seen.traits,
                "profiles": seen.profile_count,
                "position": seen.position,
            }
        )
        return
    rows = [("interaction type", name, "") for name in seen.interaction_types]
    rows += [("touchpoint", name, "") for name in seen.touchpoints]
    rows += [("property", name, kind) for name, kind in seen.properties.items()]
    rows += [("trait", name, kind) for name, kind in seen.traits.items()]
    print_table(("kind", "name", "type"), rows)


@catalogue.command("create-workspace")
@click.argument("name", metavar="NAME")
@click.option("--currency", default="", metavar="CODE", help="ISO 4217 code of amounts recorded without one.")
@attribution_options("cli")
@connection_options
def create_workspace(name: str, currency: str, attribution: Attribution, connection: Connection) -> None:
    """Make a workspace."""
    reason = _reason(attribution, f"workspace {name} made from the command line")
    with connection.client(attribution) as client:
        show_entry("workspace", _WORKSPACE_COLUMNS, client.create_workspace(name, currency=currency, reason=reason), connection)


@catalogue.command("define-tag")
@click.argument("key", metavar="KEY")
@_DESCRIPTION
@click.option("--create-group", is_flag=True, help="Make the group too when it is missing.")
@values_options
@click.option("--opt-out", is_flag=True, help="Who carries it is in no segment at all.")
@LIFETIME
@attribution_options("cli")
@connection_options
def define_tag(
    key: str,
    description: str,
    create_group: bool,
    values: TagValues | None,
    opt_out: bool,
    lifetime: timedelta | None,
    attribution: Attribution,
    connection: Connection,
) -> None:
    """Make a tag, NAME or GROUP/NAME."""
    reason = _reason(attribution, f"tag {key} defined from the command line")
    with connection.client(attribution) as client:
        made = client.define_tag(
            key,
            description=description,
            create_group=create_group,
            values=values,
            opt_out=opt_out,
            lifetime=lifetime,
            reason=reason,
        )
    show_entry("tag", TAG_COLUMNS, made, connection)


@catalogue.command("define-group")
@click.argument("name", metavar="NAME")
@_DESCRIPTION
@click.option("--exclusive", is_flag=True, help="A profile carries at most one of its tags: the one applied last.")
@attribution_options("cli")
@connection_options
def define_group(name: str, description: str, exclusive: bool, attribution: Attribution, connection: Connection) -> None:
    """Make a tag group."""
    reason = _reason(attribution, f"group {name} defined from the command line")
    with connection.client(attribution) as client:
        made = client.define_tag_group(name, description=description, exclusive=exclusive, reason=reason)
        show_entry("group", GROUP_COLUMNS, made, connection)


@catalogue.command("rename-tag")
@click.argument("key", metavar="KEY")
@click.argument("new_name", metavar="NEW_NAME")
@attribution_options("cli")
@connection_options
def rename_tag(key: str, new_name: str, attribution: Attribution, connection: Connection) -> None:
    """Give a tag a new name in the same group."""
    reason = _reason(attribution, f"tag {key} renamed from the command line")
    with connection.client(attribution) as client:
        show_entry("tag", TAG_COLUMNS, client.rename_tag(key, new_name, reason=reason), connection)


@catalogue.command("rename-group")
@click.argument("name", metavar="NAME")
@click.argument("new_name", metavar="NEW_NAME")
@attribution_options("cli")
@connection_options
def rename_group(name: str, new_name: str, attribution: Attribution, connection: Connection) -> None:
    """Give a tag group a new name; the keys of its tags follow."""
    reason = _reason(attribution, f"group {name} renamed from the command line")
    with connection.client(attribution) as client:
        show_entry("group", GROUP_COLUMNS, client.rename_tag_group(name, new_name, reason=reason), connection)


@catalogue.command("retire-tag")
@click.argument("key", metavar="KEY")
@attribution_options("cli")
@connection_options
def retire_tag(key: str, attribution: Attribution, connection: Connection) -> None:
    """End the use of a tag; it can still be removed, queried and read in history."""
    reason = _reason(attribution, f"tag {key} retired from the command line")
    with connection.client(attribution) as client:
        show_entry("tag", TAG_COLUMNS, client.retire_tag(key, reason=reason), connection)


@catalogue.command("retire-group")
@click.argument("name", metavar="NAME")
@attribution_options("cli")
@connection_options
def retire_group(name: str, attribution: Attribution, connection: Connection) -> None:
    """Retire a group and each of its tags."""
    reason = _reason(attribution, f"group {name} retired from the command line")
    with connection.client(attribution) as client:
        show_entry("group", GROUP_COLUMNS, client.retire_tag_group(name, reason=reason), connection)


@catalogue.command("restore-tag")
@click.argument("key", metavar="KEY")
@attribution_options("cli")
@connection_options
def restore_tag(key: str, attribution: Attribution, connection: Connection) -> None:
    """Let a retired tag be applied again."""
    reason = _reason(attribution, f"tag {key} restored from the command line")
    with connection.client(attribution) as client:
        show_entry("tag", TAG_COLUMNS, client.restore_tag(key, reason=reason), connection)


@catalogue.command("restore-group")
@click.argument("name", metavar="NAME")
@attribution_options("cli")
@connection_options
def restore_group(name: str, attribution: Attribution, connection: Connection) -> None:
    """Take a retired group into use again, with the tags that were retired with it."""
    reason = _reason(attribution, f"group {name} restored from the command line")
    with connection.client(attribution) as client:
        show_entry("group", GROUP_COLUMNS, client.restore_tag_group(name, reason=reason), connection)


for _command in (*SEGMENT_COMMANDS, *GOVERNING_COMMANDS, tag_use, review_tags):
    catalogue.add_command(_command)
