"""Segments from the command line: expressions with a name, and what they meant when."""

import click

from clients.cli.entries import fields_of, list_entries, show_entry
from clients.cli.options import Attribution, Connection, attribution_options, connection_options
from clients.cli.output import print_json, print_table, print_text, warn_all
from clients.sdk import replies

_COLUMNS = ("name", "version", "retired", "created_at", "created_by", "description", "expression")
_NAME = click.argument("name", metavar="NAME")
_EXPRESSION = click.argument("expression", metavar="EXPRESSION")


@click.command()
@click.option("--retired", is_flag=True, help="Show retired ones too.")
@connection_options
def segments(retired: bool, connection: Connection) -> None:
    """List segments by name."""
    with connection.client() as client:
        list_entries("segments", _COLUMNS, list(client.segments(show_retired=retired)), connection)


@click.command("segment")
@_NAME
@connection_options
def one_segment(name: str, connection: Connection) -> None:
    """Show one segment, and what each of its versions says: who made it so, why and when."""
    with connection.client() as client:
        found = client.segment(name)
    if connection.as_json:
        print_json({"segment": {**fields_of(found, _COLUMNS), "versions": found.versions}})
        return
    show_entry("segment", _COLUMNS, found, connection)
    print_text("")
    print_table(("version", "position", "recorded at", "actor", "reason", "expression"), map(_version_row, found.versions))


def _version_row(made: replies.SegmentVersion) -> tuple[object, ...]:
    by = made.attribution
    return made.version, by.position, by.recorded_at, by.actor, by.reason, made.expression


@click.command("define-segment")
@_NAME
@_EXPRESSION
@click.option("--description", default="", metavar="TEXT", help="What it means, for people.")
@attribution_options("cli")
@connection_options
def define_segment(name: str, expression: str, description: str, attribution: Attribution, connection: Connection) -> None:
    """Give an expression a name, so that others can ask for 'in segment NAME'."""
    reason = attribution.reason or f"segment {name} defined from the command line"
    with connection.client(attribution) as client:
        _show_made(client.define_segment(name, expression, description=description, reason=reason), connection)


@click.command("change-segment")
@_NAME
@_EXPRESSION
@attribution_options("cli")
@connection_options
def change_segment(name: str, expression: str, attribution: Attribution, connection: Connection) -> None:
    """Give a segment its next version; the ones before stay."""
    reason = attribution.reason or f"segment {name} changed from the command line"
    with connection.client(attribution) as client:
        _show_made(client.change_segment(name, expression, reason=reason), connection)


def _show_made(made: replies.Segment, connection: Connection) -> None:
    if connection.as_json:
        print_json({"segment": fields_of(made, _COLUMNS), "warnings": made.warnings})
        return
    warn_all(made.warnings)
    show_entry("segment", _COLUMNS, made, connection)


@click.command("rename-segment")
@_NAME
@click.argument("new_name", metavar="NEW_NAME")
@attribution_options("cli")
@connection_options
def rename_segment(name: str, new_name: str, attribution: Attribution, connection: Connection) -> None:
    """Give a segment a new name; segments that name it follow."""
    reason = attribution.reason or f"segment {name} renamed from the command line"
    with connection.client(attribution) as client:
        show_entry("segment", _COLUMNS, client.rename_segment(name, new_name, reason=reason), connection)


@click.command("retire-segment")
@_NAME
@attribution_options("cli")
@connection_options
def retire_segment(name: str, attribution: Attribution, connection: Connection) -> None:
    """End the use of a segment; it can still be asked for, and no new definition may name it."""
    reason = attribution.reason or f"segment {name} retired from the command line"
    with connection.client(attribution) as client:
        show_entry("segment", _COLUMNS, client.retire_segment(name, reason=reason), connection)


SEGMENT_COMMANDS = (segments, one_segment, define_segment, change_segment, rename_segment, retire_segment)
