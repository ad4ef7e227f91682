"""Questions: count, members, check and validate."""

import itertools
import sys
import time

import click

from clients.cli import exits
from clients.cli.options import Clocks, Connection, clock_options, connection_options
from clients.cli.output import print_json, print_table, print_text, warn_all
from clients.cli.times import option_cut, option_instant, zone_of

_EXPRESSION = click.argument("expression", metavar="EXPRESSION")


@click.command()
@_EXPRESSION
@clock_options
@connection_options
def count(expression: str, clocks: Clocks, connection: Connection) -> None:
    """Count the profiles in a segment, such as 'tagged vip and did purchase in last 30 days'."""
    with connection.client() as client:
        begun = time.perf_counter()
        answer = client.count(expression, as_of=clocks.as_of, known_at=clocks.known_at)
        elapsed_ms = (time.perf_counter() - begun) * 1_000
    if connection.as_json:
        print_json(
            {
                "count": answer.count,
                "position": answer.position,
                "as_of": answer.clocks.as_of,
                "known_at": answer.clocks.known_at,
                "elapsed_ms": round(elapsed_ms, 3),
                "engine_ms": answer.engine_us / 1_000,
                "warnings": answer.warnings,
            }
        )
        return
    warn_all(answer.warnings)
    print_text(str(answer.count))


@click.command()
@_EXPRESSION
@click.option("--limit", type=click.IntRange(min=0), metavar="N", help="Print at most N members.")
@clock_options
@connection_options
def members(expression: str, limit: int | None, clocks: Clocks, connection: Connection) -> None:
    """Print the profile ids in a segment, one a line, in order of first sight."""
    page_size = 10_000 if limit is None else min(max(limit, 1), 10_000)
    with connection.client() as client:
        pages = client.member_pages(expression, as_of=clocks.as_of, known_at=clocks.known_at, page_size=page_size)
        first = next(iter(pages))
        found = itertools.islice(
            itertools.chain(first.profile_ids, itertools.chain.from_iterable(page.profile_ids for page in pages)), limit
        )
        if connection.as_json:
            print_json(
                {
                    "count": first.total_count,
                    "members": list(found),
                    "position": first.position,
                    "as_of": first.clocks.as_of,
                    "known_at": first.clocks.known_at,
                    "warnings": first.warnings,
                }
            )
            return
        warn_all(first.warnings)
        sys.stdout.writelines(f"{profile_id}\n" for profile_id in found)


@click.command()
@_EXPRESSION
@click.option("--before-as-of", metavar="TIME", help="The earlier instant (now unless given).")
@click.option("--before-known-at", metavar="TIME|POSITION", help="How far the log was read then (its end unless given).")
@click.option("--limit", type=click.IntRange(min=0), metavar="N", help="Print at most N profiles.")
@clock_options
@connection_options
def compare(
    expression: str,
    before_as_of: str | None,
    before_known_at: str | None,
    limit: int | None,
    clocks: Clocks,
    connection: Connection,
) -> None:
    """Print who entered a segment (+) and who left it (-) between two pairs of clocks.

    For example, since 1 May: `tagledger compare 'tagged vip' --before-as-of 2026-05-01`.
    """
    zone = zone_of(clocks.zone)
    with connection.client() as client:
        pages = client.comparison_pages(
            expression,
            before_as_of=option_instant("--before-as-of", before_as_of, zone),
            before_known_at=option_cut(before_known_at, zone, "--before-known-at"),
            as_of=clocks.as_of,
            known_at=clocks.known_at,
            page_size=10_000 if limit is None else min(max(limit, 1), 10_000),
        )
        first = next(iter(pages))
        every = itertools.chain([first], pages)
        changes = itertools.islice(
            ((sign, one) for page in every for sign, ids in (("+", page.entered), ("-", page.left)) for one in ids), limit
        )
        if connection.as_json:
            shown = list(changes)
            print_json(
                {
                    "entered_count": first.entered_count,
                    "left_count": first.left_count,
                    "stayed_count": first.stayed_count,
                    "entered": [one for sign, one in shown if sign == "+"],
                    "left": [one for sign, one in shown if sign == "-"],
                    "position": first.position,
                    "before": first.before_clocks,
                    "after": first.clocks,
                    "warnings": first.warnings,
                }
            )
            return
        warn_all(first.warnings)
        sys.stdout.writelines(f"{sign} {one}\n" for sign, one in changes)
        told = f"{first.entered_count} entered, {first.left_count} left, {first.stayed_count} stayed"
        click.echo(told, err=True)


@click.command()
@_EXPRESSION
@click.argument("profiles", nargs=-1, required=True, metavar="PROFILE...")
@click.option("--exit-status", is_flag=True, help="Exit with 1 when at least one profile is not in the segment.")
@clock_options
@connection_options
def check(expression: str, profiles: tuple[str, ...], exit_status: bool, clocks: Clocks, connection: Connection) -> int:
    """Tell for each profile whether it is in a segment."""
    with connection.client() as client:
        answer = client.check(expression, profiles, as_of=clocks.as_of, known_at=clocks.known_at)
    if connection.as_json:
        print_json(
            {
                "results": answer.results,
                "position": answer.position,
                "as_of": answer.clocks.as_of,
                "known_at": answer.clocks.known_at,
                "warnings": answer.warnings,
            }
        )
    else:
        warn_all(answer.warnings)
        print_table(("profile", "member", "known"), [(one.profile_id, one.member, one.known) for one in answer.results])
    return exits.NO if exit_status and not all(one.member for one in answer.results) else exits.DONE


@click.command()
@_EXPRESSION
@connection_options
def validate(expression: str, connection: Connection) -> None:
    """Read an expression without evaluating it, and print its canonical text."""
    with connection.client() as client:
        answer = client.validate(expression)
    if connection.as_json:
        print_json(
            {
                "expression": answer.canonical_text,
                "tree": answer.tree,
                "position": answer.position,
                "warnings": answer.warnings,
            }
        )
        return
    warn_all(answer.warnings)
    print_text(answer.canonical_text)
