"""Tagging from the command line: tag and untag a few profiles."""

from datetime import date

import click

from clients.cli.options import Attribution, Connection, attribution_options, connection_options, zone_option
from clients.cli.output import print_json, print_text, receipt_object, warn
from clients.cli.times import option_instant, zone_of
from clients.sdk import ApplyTag, Change, Client, RemoveTag, errors
from clients.sdk.replies import ChangesetReceipt
from clients.sdk.values import TagValue

KEY = click.argument("key", metavar="KEY")
_PROFILES = click.argument("profiles", nargs=-1, required=True, metavar="PROFILE...")
EFFECTIVE_AT = click.option(
    "--effective-at", metavar="TIME", help="When it holds in the world (the moment of recording unless given)."
)
VALUE = click.option("--value", metavar="VALUE", help="What goes with it: a score, one of the tag's choices, or a date.")
REQUEST_ID = click.option("--request-id", metavar="UUID", help="Repeat an earlier write of unknown outcome under its id.")


def reason_of(attribution: Attribution) -> str:
    """Return the reason, which a change of customers must have."""
    if not attribution.reason:
        raise click.UsageError("--reason is required: say why, for whoever reads the history")
    return attribution.reason


def value_of(client: Client, key: str, given: str | None) -> TagValue | None:
    """Return the value as the rule of its tag says; raises a usage error for what cannot be meant."""
    if given is None:
        return None
    kind = client.tag(key).values.kind
    try:
        return given if kind == "choice" else date.fromisoformat(given) if kind == "date" else float(given)
    except ValueError as error:
        wanted = "a date such as 2026-05-01" if kind == "date" else "a number"
        raise click.UsageError(f"--value: tag {key} takes {wanted}, got {given!r}") from error


def _told(receipt: ChangesetReceipt, connection: Connection, done: str) -> None:
    if connection.as_json:
        print_json(
            {
                **receipt_object(receipt),
                "changed": receipt.changed_count,
                "already_so": receipt.already_so_count,
                "new_profiles": receipt.new_profile_count,
            }
        )
        return
    already = f", {receipt.already_so_count} already so" if receipt.already_so_count else ""
    print_text(f"{receipt.changed_count} {done}{already}, at position {receipt.position}")


def _define(client: Client, key: str, reason: str) -> None:
    try:
        client.tag(key)
    except errors.UnknownTag:
        try:
            client.define_tag(key, reason=reason, create_group=True)
        except errors.NameTaken:
            return  # somebody else was faster


def _apply(client: Client, changes: list[Change], reason: str, request_id: str | None) -> ChangesetReceipt:
    return client.apply_changeset(changes, reason=reason, request_id=request_id)


@click.command()
@KEY
@_PROFILES
@EFFECTIVE_AT
@click.option("--expires-at", metavar="TIME", help="When the tag is removed again.")
@VALUE
@click.option("--create-tags", is_flag=True, help="Define the tag, and its group, when they are missing.")
@REQUEST_ID
@zone_option
@attribution_options("cli", "required")
@connection_options
def tag(
    key: str,
    profiles: tuple[str, ...],
    effective_at: str | None,
    expires_at: str | None,
    value: str | None,
    create_tags: bool,
    request_id: str | None,
    zone: str,
    attribution: Attribution,
    connection: Connection,
) -> None:
    """Apply the tag KEY to profiles, all of them or none."""
    reason, here = reason_of(attribution), zone_of(zone)
    since, until = option_instant("--effective-at", effective_at, here), option_instant("--expires-at", expires_at, here)
    with connection.client(attribution) as client:
        if create_tags:
            _define(client, key, reason)
        meant = value_of(client, key, value)
        changes: list[Change] = [ApplyTag(profile, key, meant, since, until) for profile in profiles]
        _told(_apply(client, changes, reason, request_id), connection, "tagged")


@click.command()
@KEY
@_PROFILES
@EFFECTIVE_AT
@REQUEST_ID
@zone_option
@attribution_options("cli", "required")
@connection_options
def untag(
    key: str,
    profiles: tuple[str, ...],
    effective_at: str | None,
    request_id: str | None,
    zone: str,
    attribution: Attribution,
    connection: Connection,
) -> None:
    """Remove the tag KEY from profiles, all of them or none."""
    reason, since = reason_of(attribution), option_instant("--effective-at", effective_at, zone_of(zone))
    changes: list[Change] = [RemoveTag(profile, key, since) for profile in profiles]
    with connection.client(attribution) as client:
        receipt = _apply(client, changes, reason, request_id)
    if receipt.new_profile_count and not connection.as_json:
        warn(
            f"{receipt.new_profile_count} of these profiles had never been seen, and are in `everyone` from now on, "
            "for a removal is a change too: were the ids right?"
        )
    _told(receipt, connection, "untagged")
