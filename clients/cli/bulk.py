"""Tagging everyone in a segment, and taking changesets back, from the command line."""

from datetime import datetime

import click

from clients.cli.options import Attribution, Clocks, Connection, attribution_options, clock_options, connection_options
from clients.cli.output import outcome_object, print_json, print_table, print_text, warn, warn_all
from clients.cli.tagging import EFFECTIVE_AT, KEY, REQUEST_ID, VALUE, reason_of, value_of
from clients.cli.times import option_instant, position_of, zone_of
from clients.sdk import replies

_EXPRESSION = click.argument("expression", metavar="EXPRESSION")
DRY_RUN = click.option("--dry-run", is_flag=True, help="Tell what would change, and record nothing.")
_SHOWN = 10
_Done = replies.SegmentTagging | replies.Undo | replies.Merge | replies.Transfer


@click.command()
@KEY
@_EXPRESSION
@EFFECTIVE_AT
@click.option("--expires-at", metavar="TIME", help="When the tag is removed again.")
@VALUE
@DRY_RUN
@REQUEST_ID
@clock_options
@attribution_options("cli", "required")
@connection_options
def tag_segment(
    key: str,
    expression: str,
    effective_at: str | None,
    expires_at: str | None,
    value: str | None,
    dry_run: bool,
    request_id: str | None,
    clocks: Clocks,
    attribution: Attribution,
    connection: Connection,
) -> None:
    """Apply the tag KEY to everyone in a segment, all of them or none; who enters it later is not tagged.

    --zone is that of every time without one.
    """
    with connection.client(attribution) as client:
        done = client.apply_tag_to_segment(
            expression,
            key,
            reason=reason_of(attribution),
            value=value_of(client, key, value),
            effective_at=_instant("--effective-at", effective_at, clocks),
            expires_at=_instant("--expires-at", expires_at, clocks),
            as_of=clocks.as_of,
            known_at=clocks.known_at,
            dry_run=dry_run,
            request_id=request_id,
        )
    tell(done, connection, "tagged", "would be tagged")


@click.command()
@KEY
@_EXPRESSION
@EFFECTIVE_AT
@DRY_RUN
@REQUEST_ID
@clock_options
@attribution_options("cli", "required")
@connection_options
def untag_segment(
    key: str,
    expression: str,
    effective_at: str | None,
    dry_run: bool,
    request_id: str | None,
    clocks: Clocks,
    attribution: Attribution,
    connection: Connection,
) -> None:
    """Remove the tag KEY from everyone in a segment, all of them or none."""
    with connection.client(attribution) as client:
        done = client.remove_tag_from_segment(
            expression,
            key,
            reason=reason_of(attribution),
            effective_at=_instant("--effective-at", effective_at, clocks),
            as_of=clocks.as_of,
            known_at=clocks.known_at,
            dry_run=dry_run,
            request_id=request_id,
        )
    tell(done, connection, "untagged", "would be untagged")


@click.command()
@click.argument("name", metavar="ID|POSITION")
@click.option("--segment", "expression", metavar="EXPRESSION", help="For its members only.")
@DRY_RUN
@REQUEST_ID
@clock_options
@attribution_options("cli", "required")
@connection_options
def undo(
    name: str,
    expression: str | None,
    dry_run: bool,
    request_id: str | None,
    clocks: Clocks,
    attribution: Attribution,
    connection: Connection,
) -> None:
    """Take back a changeset of tags, traits and interactions, by its id or its position. What was changed since stands.

    Writes and imports tell the position; `tagledger history search` finds it by actor, source or time.
    """
    with connection.client(attribution) as client:
        done = client.undo_changeset(
            position_of(name) if name.isascii() and name.isdigit() else name,
            reason=reason_of(attribution),
            expression=expression,
            as_of=clocks.as_of,
            known_at=clocks.known_at,
            dry_run=dry_run,
            request_id=request_id,
        )
    tell(done, connection, "taken back", "would be taken back")
    if done.conflict_count and not connection.as_json:
        named = ", ".join(done.conflict_profile_ids[:_SHOWN])
        more = ", …" if done.conflict_count > _SHOWN else ""
        warn(f"{done.conflict_count} profiles were changed since, and keep what that says: {named}{more}")


def _instant(option: str, given: str | None, clocks: Clocks) -> datetime | None:
    return option_instant(option, given, zone_of(clocks.zone))


def tell(done: _Done, connection: Connection, what: str, what_if: str) -> None:
    """Print what was done to so many, or what would be."""
    if connection.as_json:
        print_json(_as_object(done))
        return
    if not isinstance(done, replies.Merge):
        warn_all(done.warnings)
    already = f", {done.already_so_count} already so" if done.already_so_count else ""
    if done.receipt:
        print_text(f"{done.changed_count} {what}{already}, at position {done.receipt.position}")
    else:
        print_text(f"{done.changed_count} {what_if}{already}; nothing was recorded")
    if done.preview:
        _show(done.preview)


def _show(preview: replies.Preview) -> None:
    if preview.changed_profile_ids:
        print_text("among them " + ", ".join(preview.changed_profile_ids[:_SHOWN]))
    asked = [one for one in preview.segments if not one.refusal]
    if asked:
        rows = [(one.segment, one.count, one.entered_count, one.left_count) for one in asked]
        print_table(("segment", "members", "would enter", "would leave"), rows)
    for one in preview.segments:
        if one.refusal:
            warn(f"segment {one.segment} cannot be asked: {one.refusal}")


def _as_object(done: _Done) -> dict[str, object]:
    told: dict[str, object] = {
        **outcome_object(done),
        "changed": done.changed_count,
        "already_so": done.already_so_count,
        "preview": done.preview,
    }
    if isinstance(done, replies.Merge):
        return told
    told["warnings"] = done.warnings
    if isinstance(done, replies.Undo):
        return told | {"conflicts": done.conflict_count, "conflict_profile_ids": done.conflict_profile_ids}
    if isinstance(done, replies.Transfer):
        return told
    return told | {"as_of": done.clocks.as_of, "known_at": done.clocks.known_at}
