"""Lists of profiles that somebody brings as a file: `tagledger lists`."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import click

from clients.cli.entries import fields_of, list_entries, show_entry
from clients.cli.imports import cells
from clients.cli.imports.sources import FileProblem, Source, chunks, open_source, require, spooled
from clients.cli.options import Attribution, Connection, attribution_options, connection_options
from clients.cli.output import print_fields, print_json, print_table, print_text, warn
from clients.sdk import replies

_COLUMNS = ("name", "version", "profile_count", "retired", "description")
_NAME = click.argument("name", metavar="NAME")
_SHOWN_UNKNOWN = 5
_READ_ROWS = 50_000


@click.group()
def lists() -> None:
    """Upload lists of profiles, and ask for them with 'in list NAME'. Each upload is a version; earlier ones stay."""


@lists.command("list")
@click.option("--retired", is_flag=True, help="Show retired ones too.")
@connection_options
def list_all(retired: bool, connection: Connection) -> None:
    """List lists by name."""
    with connection.client() as client:
        list_entries("lists", _COLUMNS, list(client.uploaded_lists(show_retired=retired)), connection)


@lists.command()
@_NAME
@connection_options
def show(name: str, connection: Connection) -> None:
    """Show one list and its uploads: who brought it, why and when."""
    with connection.client() as client:
        found = client.uploaded_list(name)
    if connection.as_json:
        print_json({"list": {**fields_of(found, _COLUMNS), "versions": found.versions}})
        return
    show_entry("list", _COLUMNS, found, connection)
    print_text("")
    headings = ("version", "position", "recorded at", "profiles", "added", "removed", "unknown", "actor", "reason")
    print_table(headings, map(_version_row, found.versions))


def _version_row(made: replies.ListVersion) -> tuple[object, ...]:
    by, counts = made.attribution, (made.profile_count, made.added_count, made.removed_count, made.unknown_count)
    return made.version, by.position, by.recorded_at, *counts, by.actor, by.reason


@lists.command()
@_NAME
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True), metavar="FILE")
@click.option("--profile", required=True, metavar="COLUMN", help="The column of profile ids; empty cells are passed over.")
@click.option("--add", is_flag=True, help="Add these profiles to the list, instead of replacing it.")
@click.option("--remove", is_flag=True, help="Take these profiles off the list.")
@click.option("--empty", is_flag=True, help="Take a file without any id too, which leaves nobody on the list.")
@click.option("--description", default="", metavar="TEXT", help="What a new list is, for people.")
@click.option("--format", "form", type=click.Choice(("csv", "jsonl", "parquet")), help="By the file's name unless given.")
@click.option("--request-id", metavar="UUID", help="Repeats of the same upload count once.")
@attribution_options("cli", "default: upload of FILE")
@connection_options
def upload(
    name: str,
    file: str,
    profile: str,
    add: bool,
    remove: bool,
    empty: bool,
    description: str,
    form: str | None,
    request_id: str | None,
    attribution: Attribution,
    connection: Connection,
) -> None:
    """Make the list NAME of the profiles in a CSV, JSONL or Parquet file, or give it its next version.

    The upload is one write: all of the file, or nothing, so a row that cannot be read stops it. Profiles that the workspace has
    never seen are left out and counted.
    """
    if add and remove:
        raise click.UsageError("give --add or --remove, not both")
    if file == "-" and form not in ("csv", "jsonl"):
        raise click.UsageError("reading from a pipe needs --format csv or --format jsonl")
    with tempfile.TemporaryDirectory(prefix="tagledger-") as folder, connection.client(attribution) as client:
        path = spooled(file, Path(folder))
        file_name = "standard input" if file == "-" else path.name
        source = open_source(path, form)
        require(source, [profile], file_name)
        reason = attribution.reason or f"upload of {file_name}"
        profile_ids = _profile_ids(source, profile, file_name)
        made = client.upload_list(
            name,
            profile_ids if add or remove or empty else _some(profile_ids, profile, file_name),
            mode="add" if add else "remove" if remove else "replace",
            description=description,
            reason=reason,
            request_id=request_id,
        )
    _told(made, connection)


def _profile_ids(source: Source, column: str, file_name: str) -> Iterator[str]:
    """Yield the ids of a file; one that can be no id stops the upload, for half a list would be another list."""
    for chunk in chunks(source, [column], _READ_ROWS, file_name):
        rejects = cells.Rejects(chunk.broken)
        text = cells.texts(cells.plain(chunk.table.column(column)), column, rejects)
        bounded = cells.bounded(text, column, rejects, max_bytes=cells.MAX_ID_BYTES)
        if rejects.reasons:
            offset, why = min(rejects.reasons.items())
            raise _unreadable(file_name, chunk.rows[offset], why)
        yield from (one for one in bounded.to_pylist() if one)
    # Rows that are no rows at all are known when the file has been read.
    for row, why in sorted(source.skipped.items()):
        if why:
            raise _unreadable(file_name, row, why)


def _unreadable(file_name: str, row: int, why: str) -> FileProblem:
    return FileProblem(f"{file_name}: row {row}: {why}; nothing was recorded")


def _some(profile_ids: Iterator[str], column: str, file_name: str) -> Iterator[str]:
    """Yield the ids, of which there must be one: an export that failed would empty the list otherwise."""
    first = next(profile_ids, None)
    if first is None:
        raise FileProblem(f"{file_name}: no id in column {column!r}; give --empty to leave nobody on the list")
    yield first
    yield from profile_ids


def _told(made: replies.ListReceipt, connection: Connection) -> None:
    fields: dict[str, object] = {
        "list": made.list.name,
        "version": made.list.version,
        "profiles": made.list.profile_count,
        "changed": made.changed_count,
        "already so": made.already_so_count,
        "unknown": made.unknown_count,
        "position": made.position,
        "replayed": made.replayed,
    }
    if connection.as_json:
        print_json(
            {**{key.replace(" ", "_"): value for key, value in fields.items()}, "unknown_profile_ids": made.unknown_profile_ids}
        )
        return
    if made.unknown_count:
        shown = ", ".join(map(repr, made.unknown_profile_ids[:_SHOWN_UNKNOWN]))
        more = ", ..." if made.unknown_count > len(made.unknown_profile_ids[:_SHOWN_UNKNOWN]) else ""
        warn(f"{made.unknown_count:,} ids are of no known profile and were left out: {shown}{more}")
    print_fields(fields)


@lists.command()
@_NAME
@attribution_options("cli")
@connection_options
def retire(name: str, attribution: Attribution, connection: Connection) -> None:
    """End the use of a list: it can still be asked for, and takes no more uploads."""
    reason = attribution.reason or f"list {name} retired from the command line"
    with connection.client(attribution) as client:
        show_entry("list", _COLUMNS, client.retire_list(name, reason=reason), connection)
