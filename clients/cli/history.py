"""Who changed what, when and why: history of a profile, of a tag, and one changeset."""

import itertools
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import click

from clients.cli.options import Connection, connection_options, known_at_option, known_at_options, zone_option
from clients.cli.output import instant_text, print_fields, print_json, print_table, text_of
from clients.cli.times import option_cut, option_instant, position_of, zone_of
from clients.sdk import Personal, replies

_LIMIT = click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most N entries.")
_NEWEST = click.option("--newest-first", is_flag=True, help="Turn the order round.")
_HEADINGS = ("position", "effective at", "profile", "change", "actor", "reason", "source", "recorded at")


@click.group()
def history() -> None:
    """Show what changed, who did it, why, from where, when it held and when it was recorded."""


def change_text(change: object) -> str:
    """Return what happened, for people."""
    match change:
        case replies.TagEntry(tag, kind, value, actor, source, lapses_at):
            lapses = f" until {instant_text(lapses_at)} unless renewed" if lapses_at else ""
            credit = f", as by {actor} from {source} before" if actor else ""
            return f"{kind} {tag}" + ("" if value is None else f" = {text_of(value)}") + lapses + credit
        case replies.TraitEntry(trait, Personal()):
            return f"{trait} (personal)"
        case replies.TraitEntry(trait, value):
            return f"cleared {trait}" if value is None else f"{trait} = {text_of(value)}"
        case replies.RetractionEntry(interaction, position):
            return f"retracted {change_text(interaction)}, recorded at position {position}"
        case replies.InteractionEntry():
            amount = "" if change.amount is None else f" {change.amount.normalize():f} {change.currency}".rstrip()
            via = f" via {change.touchpoint}" if change.touchpoint else ""
            held = f" ({text_of(change.properties)})" if change.properties else ""
            named = f", id {change.id}" if change.id else ""
            return f"{change.type}{amount}{via}{held}{named}"
        case replies.ListEntry(name, kind):
            return f"{kind} {'to' if kind == 'added' else 'from'} list {name}"
        case replies.ErasureEntry():
            return "erased"
        case replies.LinkEntry(other, kind):
            return f"{kind} {'with' if kind == 'linked' else 'from'} {other or 'a profile that was erased'}"
        case replies.CatalogueEntry():
            return _catalogue_text(change)
        case _:
            return "a kind of change that this version does not know"


def _catalogue_text(change: replies.CatalogueEntry) -> str:
    subject = f"{change.kind} {change.subject}"
    if change.new_name or change.into:
        return f"{subject} -> {change.new_name or change.into}"
    if change.foreign_key:
        return f"{change.kind} {change.foreign_key}: {change.subject}"
    opts = "who carries it is in no segment" if change.opt_out else ""
    staff = [change.name, f"of {change.department_id}" if change.department_id else "", change.role]
    lifetime = f"holds {text_of(change.lifetime)}" if change.lifetime else ""
    about = [change.expression, change.description, str(change.values or ""), opts, lifetime, *change.order, *staff]
    told = ", ".join(filter(None, about))
    return f"{subject}: {told}" if told else subject


def _row(entry: replies.HistoryEntry) -> Sequence[object]:
    who = entry.attribution
    change = change_text(entry.change)
    return who.position, entry.effective_at, entry.profile_id, change, who.actor, who.reason, who.source, who.recorded_at


def entry_object(entry: replies.HistoryEntry) -> dict[str, object]:
    """Return an entry for JSON."""
    kinds = {
        replies.TagEntry: "tag",
        replies.TraitEntry: "trait",
        replies.InteractionEntry: "interaction",
        replies.RetractionEntry: "retraction",
        replies.CatalogueEntry: "catalogue",
        replies.ListEntry: "list",
        replies.ErasureEntry: "erasure",
        replies.LinkEntry: "link",
    }
    return {
        "attribution": entry.attribution,
        "effective_at": entry.effective_at,
        "profile_id": entry.profile_id,
        "kind": kinds.get(type(entry.change), "unknown"),
        "change": entry.change,
    }


def _show(entries: Iterable[replies.HistoryEntry], limit: int | None, connection: Connection) -> None:
    shown = itertools.islice(entries, limit)
    if connection.as_json:
        print_json({"entries": [entry_object(entry) for entry in shown]})
    else:
        print_table(_HEADINGS, [_row(entry) for entry in shown])


@history.command()
@click.argument("profile_id", metavar="PROFILE")
@click.option("--without-interactions", is_flag=True, help="Leave interactions out.")
@_NEWEST
@_LIMIT
@known_at_options
@connection_options
def profile(
    profile_id: str,
    without_interactions: bool,
    newest_first: bool,
    limit: int | None,
    known_at: int | datetime | None,
    connection: Connection,
) -> None:
    """Changes and interactions of one profile."""
    with connection.client() as client:
        entries = client.profile_history(
            profile_id,
            known_at=known_at,
            newest_first=newest_first,
            without_interactions=without_interactions,
            page_size=min(limit or 1_000, 1_000),
        )
        _show(entries, limit, connection)


@history.command()
@click.argument("key", metavar="KEY")
@_NEWEST
@_LIMIT
@known_at_options
@connection_options
def tag(key: str, newest_first: bool, limit: int | None, known_at: int | datetime | None, connection: Connection) -> None:
    """Changes of one tag: its catalogue entry, and who got or lost it."""
    with connection.client() as client:
        entries = client.tag_history(key, known_at=known_at, newest_first=newest_first, page_size=min(limit or 1_000, 1_000))
        _show(entries, limit, connection)


@history.command()
@click.option("--profile", "profile_id", default="", metavar="PROFILE", help="That concerns this profile.")
@click.option("--tag", default="", metavar="KEY", help="Of this tag.")
@click.option("--group", default="", metavar="NAME", help="Of any tag of this group.")
@click.option("--segment", default="", metavar="NAME", help="That defined, changed, renamed or retired this named segment.")
@click.option("--actor", default="", metavar="WHO", help="That this actor recorded.")
@click.option("--source", default="", metavar="SOURCE", help="That came from this source.")
@click.option("--recorded-from", metavar="TIME", help="Recorded at this time or later.")
@click.option("--recorded-to", metavar="TIME", help="Recorded before this time.")
@click.option("--effective-from", metavar="TIME", help="That holds from this time or later.")
@click.option("--effective-to", metavar="TIME", help="That holds from before this time.")
@click.option("--without-interactions", is_flag=True, help="Leave interactions out.")
@_NEWEST
@_LIMIT
@known_at_option
@zone_option
@connection_options
def search(limit: int | None, known_at: str | None, zone: str, connection: Connection, **given: Any) -> None:
    """Whatever fits all that is given: what an actor did in May, what became of a group of tags.

    For example: `tagledger history search --actor staff:wang --recorded-from 2026-05-01 --recorded-to 2026-06-01`.
    """
    within = zone_of(zone)

    def period(kind: str) -> tuple[datetime | None, datetime | None]:
        start, end = (option_instant(f"--{kind}-{side}", given.pop(f"{kind}_{side}"), within) for side in ("from", "to"))
        return start, end

    recorded, effective = period("recorded"), period("effective")
    cut = option_cut(known_at, within)
    with connection.client() as client:
        found = client.history(
            **given, recorded=recorded, effective=effective, known_at=cut, page_size=min(limit or 1_000, 1_000)
        )
        _show(found, limit, connection)


@history.command()
@click.argument("name", metavar="ID|POSITION")
@connection_options
def changeset(name: str, connection: Connection) -> None:
    """One changeset with all its changes, by its id or by its position."""
    with connection.client() as client:
        found = client.changeset(position_of(name) if name.isascii() and name.isdigit() else name)
    if connection.as_json:
        print_json(
            {
                "attribution": found.attribution,
                "entries": [entry_object(entry) for entry in found.entries],
                "content_sha256": found.content_sha256,
                "chain_sha256": found.chain_sha256,
                "position": found.position,
            }
        )
        return
    who = found.attribution
    print_fields(
        {
            "position": who.position,
            "changeset": who.changeset_id,
            "actor": who.actor,
            "reason": who.reason,
            "source": who.source,
            "recorded at": who.recorded_at,
            **{name: told for name, told in _about(who).items() if told},
            "content sha256": found.content_sha256,
            "chain sha256": found.chain_sha256,
        }
    )
    rows = [(entry.effective_at, entry.profile_id, change_text(entry.change)) for entry in found.entries]
    print_table(("effective at", "profile", "change"), rows)


def _about(who: replies.Attribution) -> dict[str, str]:
    return {"for everyone in": who.selected, "takes back": who.undoes, "taken back by": ", ".join(who.undone_by)}
