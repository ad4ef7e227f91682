"""Saying that profiles are one person, and that they are not, from the command line."""

import csv
from collections.abc import Callable
from typing import Any, TextIO

import click

from clients.cli.options import Attribution, Connection, attribution_options, connection_options
from clients.cli.output import print_json, print_text, receipt_object, warn
from clients.cli.tagging import REQUEST_ID, reason_of
from clients.sdk import replies

_PAIR = 2


def _pair_options(command: Callable[..., Any]) -> Callable[..., Any]:
    from_file = click.option(
        "--pairs-from",
        type=click.File(encoding="utf-8-sig"),
        metavar="FILE",
        help="A CSV file of two ids a line, or `-`.",
    )
    profiles = click.argument("profiles", nargs=-1, metavar="[PROFILE]...")
    return profiles(from_file(REQUEST_ID(attribution_options("cli", "required")(connection_options(command)))))


@click.command()
@_pair_options
def link(
    profiles: tuple[str, ...],
    pairs_from: TextIO | None,
    request_id: str | None,
    attribution: Attribution,
    connection: Connection,
) -> None:
    """Say that profiles are one person: the first with each of the others, and each pair of a file. All of it or nothing.

    From then on they are answered about as one, and segments count them once. `unlink` or `undo` leaves each with what was
    recorded of it.
    """
    pairs = _pairs(profiles, pairs_from)
    with connection.client(attribution) as client:
        done = client.link(pairs, reason=reason_of(attribution), request_id=request_id)
    if done.new_profile_count and not connection.as_json:
        warn(f"{done.new_profile_count:,} of these profiles had never been seen: were the ids right?")
    _told(done, connection, "linked")


@click.command()
@_pair_options
def unlink(
    profiles: tuple[str, ...],
    pairs_from: TextIO | None,
    request_id: str | None,
    attribution: Attribution,
    connection: Connection,
) -> None:
    """Take linked profiles apart: the first from each of the others, and each pair of a file. All of it or nothing."""
    pairs = _pairs(profiles, pairs_from)
    with connection.client(attribution) as client:
        done = client.unlink(pairs, reason=reason_of(attribution), request_id=request_id)
    _told(done, connection, "unlinked")


def _pairs(profiles: tuple[str, ...], pairs_from: TextIO | None) -> list[tuple[str, str]]:
    pairs = [(profiles[0], other) for other in profiles[1:]]
    reader = csv.reader(pairs_from or ())
    try:
        for row in filter(None, reader):
            if len(row) != _PAIR:
                raise click.UsageError(f"--pairs-from: line {reader.line_num} has {len(row)} fields instead of two ids")
            pairs.append((row[0], row[1]))
    except UnicodeDecodeError as error:
        raise click.UsageError(f"--pairs-from: the file is not in UTF-8 ({error}); convert it first") from error
    if not pairs:
        raise click.UsageError("give two ids of profiles or more, or --pairs-from FILE")
    return pairs


def _told(done: replies.Unlinking, connection: Connection, what: str) -> None:
    if connection.as_json:
        print_json({**receipt_object(done), what: done.changed_count, "already_so": done.already_so_count})
        return
    already = f", {done.already_so_count:,} were so before" if done.already_so_count else ""
    print_text(f"{done.changed_count:,} {what}{already}, at position {done.position}")
