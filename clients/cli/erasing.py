"""Erasing persons from the command line, and the certificate of an erasure."""

import sys
from typing import TextIO

import click

from clients.cli import exits
from clients.cli.bulk import DRY_RUN
from clients.cli.options import Attribution, Connection, attribution_options, connection_options
from clients.cli.output import outcome_object, print_fields, print_json, print_text, warn
from clients.cli.tagging import REQUEST_ID, reason_of
from clients.cli.times import position_of


@click.command()
@click.argument("profiles", nargs=-1, metavar="[PROFILE]...")
@click.option("--ids-from", type=click.File(encoding="utf-8-sig"), metavar="FILE", help="A file with an id a line, or `-`.")
@DRY_RUN
@click.option("--yes", is_flag=True, help="Do not ask: it cannot be taken back.")
@REQUEST_ID
@attribution_options("cli", "required, and kept: do not name the person in it")
@connection_options
def erase(
    profiles: tuple[str, ...],
    ids_from: TextIO | None,
    dry_run: bool,
    yes: bool,
    request_id: str | None,
    attribution: Attribution,
    connection: Connection,
) -> None:
    """Forget who profiles are, all of them or none: for persons who ask for it. It cannot be taken back.

    Their ids leave the vault, the index and the snapshots, and no segment has them any more. `tagledger erasure` then shows the
    certificate.
    """
    wanted = [*profiles, *(line.rstrip("\r\n") for line in ids_from or ())]
    if not wanted:
        raise click.UsageError("give the ids of profiles, or --ids-from FILE")
    reason = reason_of(attribution)
    if not (dry_run or yes or sys.stdin.isatty()):
        raise click.UsageError("it cannot be taken back, and nobody is there to ask: say --yes, or --dry-run to look first")
    with connection.client(attribution) as client:
        if not dry_run and not yes:
            asked = client.erase_profiles(wanted, reason=reason, dry_run=True)
            click.confirm(f"Erase {asked.erased_count:,} profiles for ever?", abort=True, err=True)
        done = client.erase_profiles(wanted, reason=reason, dry_run=dry_run, request_id=request_id)
    if connection.as_json:
        print_json({**outcome_object(done), "erased": done.erased_count, "unknown": done.unknown_count})
        return
    unknown = f", {done.unknown_count:,} of no profile" if done.unknown_count else ""
    if done.receipt is None:
        print_text(f"{done.erased_count:,} would be erased{unknown}; nothing was recorded")
        return
    print_text(f"{done.erased_count:,} erased{unknown}, at position {done.receipt.position}")
    print_text(f"certificate: tagledger erasure {done.receipt.changeset_id}")


@click.command()
@click.argument("name", metavar="ID|POSITION")
@connection_options
def erasure(name: str, connection: Connection) -> int:
    """The certificate of an erasure: what it was, and whether any trace of who it was is left. Exit code 1 where one is."""
    with connection.client() as client:
        found = client.erasure(position_of(name) if name.isascii() and name.isdigit() else name)
    if connection.as_json:
        print_json({name: getattr(found, name) for name in found.__slots__} | {"complete": found.complete})
        return exits.DONE if found.complete else exits.NO
    who = found.attribution
    print_fields(
        {
            "erased": f"{found.profile_count:,} profiles",
            "recorded at": who.recorded_at,
            "position": who.position,
            "changeset": who.changeset_id,
            "actor": who.actor,
            "reason": who.reason,
            "content sha256": found.content_sha256,
            "chain sha256": found.chain_sha256,
            "vault": _told(found.vault_cleared),
            "index": _told(found.index_cleared),
            "snapshots": _told(found.snapshots_cleared),
            "store's file": "see `tagledger scrub`" if found.files_scrubbed is None else _told(found.files_scrubbed),
        }
    )
    if not found.complete:
        warn("traces are left; a running server clears its snapshots and its file within seconds, so look again")
    return exits.DONE if found.complete else exits.NO


def _told(cleared: bool) -> str:
    return "no trace" if cleared else "TRACES LEFT"
