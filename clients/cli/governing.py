"""Order, values and merges of tags, and what other systems call them, from the command line."""

from datetime import timedelta

import click

from clients.cli.bulk import DRY_RUN, tell
from clients.cli.entries import list_entries, show_entry
from clients.cli.options import Attribution, Connection, attribution_options, connection_options, values_options
from clients.cli.output import print_json, print_text, receipt_object
from clients.cli.tagging import REQUEST_ID, reason_of
from clients.cli.times import Lifetime
from clients.sdk import TagValues

TAG_COLUMNS = (
    "key",
    "group",
    "rank",
    "name",
    "values",
    "opt_out",
    "lifetime",
    "retired",
    "merged_into",
    "created_at",
    "created_by",
    "description",
)
GROUP_COLUMNS = ("name", "exclusive", "tag_count", "retired", "created_at", "description")
LIFETIME = click.option(
    "--lifetime",
    type=Lifetime(),
    metavar="SPAN",
    help="How long assignments hold that bring no end of their own and are not renewed: '30 days', or 'for ever'.",
)
_FOREIGN_COLUMNS = ("foreign_key", "key")


@click.command("change-tag")
@click.argument("key", metavar="KEY")
@click.option("--description", metavar="TEXT", help="What it means, for people.")
@values_options
@click.option("--opt-out/--no-opt-out", default=None, help="Whether who carries it is in no segment at all.")
@LIFETIME
@attribution_options("cli")
@connection_options
def change_tag(
    key: str,
    description: str | None,
    values: TagValues | None,
    opt_out: bool | None,
    lifetime: timedelta | None,
    attribution: Attribution,
    connection: Connection,
) -> None:
    """Describe a tag otherwise, or say which values go with it from now on; what was recorded stays.

    With --opt-out, who carries it is in no segment at all, for customers who do not want to be profiled. With --lifetime, what
    is assigned from now on holds so long, unless it is applied again.
    """
    reason = attribution.reason or f"tag {key} changed from the command line"
    with connection.client(attribution) as client:
        changed = client.change_tag(
            key, description=description, values=values, opt_out=opt_out, lifetime=lifetime, reason=reason
        )
    show_entry("tag", TAG_COLUMNS, changed, connection)


@click.command("change-group")
@click.argument("name", metavar="NAME")
@click.option("--description", required=True, metavar="TEXT", help="What it means, for people.")
@attribution_options("cli")
@connection_options
def change_group(name: str, description: str, attribution: Attribution, connection: Connection) -> None:
    """Describe a tag group otherwise."""
    reason = attribution.reason or f"group {name} changed from the command line"
    with connection.client(attribution) as client:
        show_entry("group", GROUP_COLUMNS, client.change_tag_group(name, description=description, reason=reason), connection)


@click.command("order-tags")
@click.argument("group", metavar="GROUP")
@click.argument("keys", metavar="KEY...", nargs=-1, required=True)
@attribution_options("cli")
@connection_options
def order_tags(group: str, keys: tuple[str, ...], attribution: Attribution, connection: Connection) -> None:
    """Put the tags of a group into an order: all that are in use, by their keys."""
    reason = attribution.reason or f"tags of {group} ordered from the command line"
    with connection.client(attribution) as client:
        client.order_tags(group, keys, reason=reason)
        list_entries("tags", TAG_COLUMNS, list(client.tags(group=group)), connection)


@click.command("merge-tags")
@click.argument("key", metavar="KEY")
@click.argument("into_key", metavar="INTO_KEY")
@DRY_RUN
@REQUEST_ID
@attribution_options("cli", "required")
@connection_options
def merge_tags(
    key: str, into_key: str, dry_run: bool, request_id: str | None, attribution: Attribution, connection: Connection
) -> None:
    """Make the tag KEY another name of INTO_KEY, for everybody and every instant. `tagledger undo` takes it back."""
    with connection.client(attribution) as client:
        done = client.merge_tags(key, into_key, reason=reason_of(attribution), dry_run=dry_run, request_id=request_id)
    tell(done, connection, f"also carry {into_key}", f"would also carry {into_key}")


@click.command("foreign-tags")
@click.option("--namespace", default="", metavar="NAME", help="Only names of this system, such as wecom.")
@click.option("--tag", "key", default="", metavar="KEY", help="Only names of this tag.")
@connection_options
def foreign_tags(namespace: str, key: str, connection: Connection) -> None:
    """List what other systems call tags."""
    with connection.client() as client:
        list_entries("foreign_tags", _FOREIGN_COLUMNS, list(client.foreign_tags(namespace=namespace, key=key)), connection)


@click.command("map-foreign")
@click.argument("pairs", metavar="NAMESPACE:NAME=KEY...", nargs=-1, required=True)
@attribution_options("cli")
@connection_options
def map_foreign(pairs: tuple[str, ...], attribution: Attribution, connection: Connection) -> None:
    """Let names of other systems mean tags, wherever a tag's key can stand: wecom:etAbc=level/gold."""
    keys = {}
    for pair in pairs:
        foreign_key, sign, key = pair.rpartition("=")
        if not sign:
            raise click.UsageError(f"{pair!r}: NAMESPACE:NAME=KEY is needed, for example wecom:etAbc=level/gold")
        if foreign_key in keys:
            raise click.UsageError(f"{foreign_key!r} comes twice; each name means one tag")
        keys[foreign_key] = key
    reason = attribution.reason or "names of other systems mapped from the command line"
    with connection.client(attribution) as client:
        done = client.map_foreign_tags(keys, reason=reason)
    if connection.as_json:
        print_json({**receipt_object(done), "changed": done.changed_count, "already_so": done.already_so_count})
        return
    already = f", {done.already_so_count} already so" if done.already_so_count else ""
    print_text(f"{done.changed_count} mapped{already}, at position {done.position}")


@click.command("unmap-foreign")
@click.argument("foreign_key", metavar="NAMESPACE:NAME")
@attribution_options("cli")
@connection_options
def unmap_foreign(foreign_key: str, attribution: Attribution, connection: Connection) -> None:
    """Let a name of another system mean nothing any more."""
    reason = attribution.reason or f"{foreign_key} unmapped from the command line"
    with connection.client(attribution) as client:
        show_entry("foreign_tag", _FOREIGN_COLUMNS, client.unmap_foreign_tag(foreign_key, reason=reason), connection)


GOVERNING_COMMANDS = (change_tag, change_group, order_tags, merge_tags, foreign_tags, map_foreign, unmap_foreign)
