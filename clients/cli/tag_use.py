"""Reports on tags from the command line: what became of one, and which are worth a look."""

import click

from clients.cli.options import Clocks, Connection, clock_options, connection_options
from clients.cli.output import print_fields, print_json, print_table, print_text


@click.command("tag-use")
@click.argument("key", metavar="KEY")
@click.option("--days", type=click.IntRange(1, 3_660), default=30, show_default=True, metavar="N", help="Days to tell of.")
@clock_options
@connection_options
def tag_use(key: str, days: int, clocks: Clocks, connection: Connection) -> None:
    """Tell who carries the tag KEY, who applied it, how it grew by day, and which segments need it.

    --zone is that of the days, too.
    """
    with connection.client() as client:
        use = client.tag_use(key, as_of=clocks.as_of, known_at=clocks.known_at, days=days, zone=clocks.zone)
    if connection.as_json:
        print_json({"tag_use": use})
        return
    print_fields(
        {
            "tag": use.tag,
            "holders": use.holder_count,
            "last changed at": use.last_changed_at,
            "segments": ", ".join(use.segments),
        }
    )
    others = f" (and {use.other_applier_count:,} more)" if use.other_applier_count else ""
    print_text("")
    print_table((f"applied by{others}", "from", "holders"), [(by.actor, by.source, by.holder_count) for by in use.appliers])
    print_text("")
    days_told = [(one.day, one.holder_count, one.added_count, one.removed_count) for one in use.days]
    print_table(("day", "holders", "came", "went"), days_told)


@click.command("review-tags")
@connection_options
def review_tags(connection: Connection) -> None:
    """List tags that nobody carries and no segment names, and pairs of tags that may be one."""
    with connection.client() as client:
        review = client.review_tags()
    if connection.as_json:
        print_json({"unused": review.unused, "alike": review.alike})
        return
    print_table(("unused", "last changed at"), [(one.tag, one.last_changed_at) for one in review.unused])
    print_text("")
    rows = [
        (
            pair.tag,
            pair.other_tag,
            pair.holder_count,
            pair.other_holder_count,
            pair.common_count,
            "names" if pair.names_alike else "holders",
        )
        for pair in review.alike
    ]
    print_table(("tag", "and", "holders", "and", "in common", "alike by"), rows)
