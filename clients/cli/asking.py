"""Questions: count, members, check, explain and validate."""

import itertools
import sys
import time

import click
from rich.markup import escape
from rich.tree import Tree

from clients.cli import exits
from clients.cli.options import Clocks, Connection, clock_options, connection_options
from clients.cli.output import console, print_json, print_table, print_text, warn_all
from clients.sdk import replies

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


def _step_text(step: replies.PlanStep) -> str:
    holds = "" if step.holds is None else "[green]yes[/] " if step.holds else "[red]no[/] "
    actual = "not needed" if step.actual_count is None else f"{step.actual_count:,} of about {step.estimated_count:,}"
    note = f"  [dim]{escape(step.note)}[/]" if step.note else ""
    return (
        f"{holds}[bold]{escape(step.operator)}[/] {escape(step.expression)}  {actual}, {step.elapsed_us / 1_000:.3f} ms{note}"
    )


@click.command()
@_EXPRESSION
@click.option("--profile", "profile_id", default="", metavar="ID", help="Tell the truth of each step for this profile.")
@clock_options
@connection_options
def explain(expression: str, profile_id: str, clocks: Clocks, connection: Connection) -> None:
    """Show how a segment is computed, with sizes and times, and why a profile is or is not in it."""
    with connection.client() as client:
        answer = client.explain(expression, profile_id=profile_id, as_of=clocks.as_of, known_at=clocks.known_at)
    if connection.as_json:
        print_json(
            {
                "expression": answer.canonical_text,
                "count": answer.count,
                "profile": answer.profile,
                "steps": answer.steps,
                "position": answer.position,
                "as_of": answer.clocks.as_of,
                "known_at": answer.clocks.known_at,
                "engine_ms": answer.engine_us / 1_000,
                "warnings": answer.warnings,
            }
        )
        return
    warn_all(answer.warnings)
    tree = Tree(f"{escape(answer.canonical_text)}  [bold]{answer.count:,}[/] profiles, {answer.engine_us / 1_000:.3f} ms")
    branches = [tree]
    for step in answer.steps:
        del branches[step.depth + 1 :]
        branches.append(branches[-1].add(_step_text(step)))
    console().print(tree)
    if answer.profile is not None:
        verdict = "is a member" if answer.profile.member else "is no member"
        print_text(f"{answer.profile.profile_id} {verdict}{'' if answer.profile.known else ' (never seen)'}")


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
