"""One profile, whole, from the command line."""

from collections.abc import Iterable, Mapping

import click

from clients.cli.history import change_text, entry_object
from clients.cli.options import Clocks, Connection, clock_options, connection_options
from clients.cli.output import print_fields, print_json, print_table, print_text, warn
from clients.sdk import replies


@click.command()
@click.argument("profile_id", metavar="PROFILE")
@click.option("--timeline", type=click.IntRange(0, 1_000), default=20, metavar="N", help="At most N entries of history.")
@click.option("--without-segments", is_flag=True, help="Do not ask which segments it is in.")
@clock_options
@connection_options
def profile(profile_id: str, timeline: int, without_segments: bool, clocks: Clocks, connection: Connection) -> None:
    """Show what holds of a profile, and who made it so: tags, traits, activity, segments, lists, recent history."""
    with connection.client() as client:
        found = client.profile(
            profile_id,
            as_of=clocks.as_of,
            known_at=clocks.known_at,
            timeline_size=timeline,
            without_segments=without_segments,
        )
    if connection.as_json:
        print_json(_as_object(found))
        return
    print_fields(
        {
            "profile": found.profile_id,
            **({"linked": ", ".join(found.linked_profile_ids)} if found.linked_profile_ids else {}),
            "first seen": found.first_seen_at,
            "last interaction": found.last_interaction_at,
            "recency tier": found.recency_tier,
            **({"reachable": _channels(found.reachable)} if found.reachable else {}),
            "segments": ", ".join(found.segments),
            "lists": ", ".join(found.lists),
        }
    )
    for name in found.unanswered_segments:
        warn(f"segment {name} cannot be asked")
    _show("staff", ("name", "department", "since", "until", "actor", "reason", "source"), map(_staff_row, found.staff))
    _show("tag", ("value", "since", "until", "actor", "reason", "source"), map(_tag_row, found.tags))
    _show("trait", ("value", "since", "actor", "reason", "source"), map(_trait_row, found.traits))
    _show("did", ("times", "first", "last", "amounts"), map(_activity_row, found.activities))
    rows = ((one.effective_at, change_text(one.change), one.attribution.actor) for one in found.timeline)
    _show("effective at", ("change", "actor"), rows)


def _channels(reachable: Mapping[str, bool]) -> str:
    """Return the channels that reach the profile, then those that do not."""
    reach, fail = ([name for name, holds in reachable.items() if holds is wanted] for wanted in (True, False))
    return "; ".join([*([", ".join(reach)] if reach else []), *([f"not {', '.join(fail)}"] if fail else [])])


def _show(first: str, headings: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    kept = list(rows)
    if kept:
        print_text("")
        print_table((first, *headings), kept)


def _staff_row(member: replies.ProfileStaff) -> tuple[object, ...]:
    by = member.attribution
    bound = (member.customer_since, member.customer_until)
    return member.staff_id, member.name, member.department_id, *bound, by.actor, by.reason, by.source


def _tag_row(tag: replies.ProfileTag) -> tuple[object, ...]:
    by = tag.attribution
    told = (by.actor, by.reason, by.source)
    if tag.credited_actor:  # who had set it, not who brought it back or handed it on: nor is the reason theirs
        told = (tag.credited_actor, "", tag.credited_source)
    return tag.key, tag.value, tag.carried_since, tag.carried_until, *told


def _trait_row(trait: replies.ProfileTrait) -> tuple[object, ...]:
    by = trait.attribution
    return trait.name, trait.value, trait.effective_at, by.actor, by.reason, by.source


def _activity_row(activity: replies.ProfileActivity) -> tuple[object, ...]:
    return activity.type, activity.count, activity.first_at, activity.last_at, activity.amounts


def _as_object(found: replies.Profile) -> dict[str, object]:
    fields = {name: getattr(found, name) for name in found.__slots__}
    return {**fields, "timeline": [entry_object(entry) for entry in found.timeline]}
