"""The command `explain`: how a segment is computed, and why a profile is in it or not."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import click
from rich.markup import escape
from rich.tree import Tree

from clients.cli.history import change_text, entry_object
from clients.cli.options import Clocks, Connection, clock_options, connection_options
from clients.cli.output import console, instant_text, print_json, print_table, print_text, warn_all
from clients.sdk import replies


@click.command()
@click.argument("expression", metavar="EXPRESSION")
@click.option(
    "--profile", "profile_id", default="", metavar="ID", help="Tell why this profile is in it or not, and until when."
)
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
                "why": _why_object(answer.why) if answer.why else None,
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
    if answer.profile and answer.why:
        _show_why(answer.profile, answer.why)


def _step_text(step: replies.PlanStep) -> str:
    holds = "" if step.holds is None else "[green]yes[/] " if step.holds else "[red]no[/] "
    actual = "not needed" if step.actual_count is None else f"{step.actual_count:,} of about {step.estimated_count:,}"
    note = f"  [dim]{escape(step.note)}[/]" if step.note else ""
    return (
        f"{holds}[bold]{escape(step.operator)}[/] {escape(step.expression)}  {actual}, {step.elapsed_us / 1_000:.3f} ms{note}"
    )


# --- one profile ----------------------------------------------------------------------------------------------------------


def _show_why(profile: replies.ProfileCheck, why: replies.ProfileExplanation) -> None:
    verdict = "is a member" if profile.member else "is no member"
    note = f" ({why.note})" if why.note else ""
    print_text(f"\n{profile.profile_id} {verdict}{note}, {_until(why.flips_at, why.flips_told_until)}\n")
    headings = ("leaf", "holds", "missing", "expression", "flips at", "evidence", "note")
    print_table(headings, [_leaf_row(number, leaf) for number, leaf in enumerate(why.leaves, start=1)])
    rows = [row for number, leaf in enumerate(why.leaves, start=1) for row in _evidence_rows(number, leaf)]
    if rows:
        print_text("")
        print_table(("leaf", "position", "row", "effective at", "event", "actor", "reason", "source"), rows)


def _until(flips_at: datetime | None, told_until: datetime | None) -> str:
    if flips_at:
        return f"until {instant_text(flips_at)} if nothing new is recorded"
    if told_until:
        return f"and what comes after {instant_text(told_until)} cannot be told"
    return "and time alone will not change that"


def _leaf_row(number: int, leaf: replies.LeafExplanation) -> Sequence[object]:
    where = f"  ({leaf.segment})" if leaf.segment else ""
    flips = leaf.flips_at or ("not told" if leaf.flips_told_until else "never")
    return number, leaf.holds, leaf.missing, leaf.expression + where, flips, leaf.evidence_count, leaf.note


def _evidence_rows(number: int, leaf: replies.LeafExplanation) -> Iterator[Sequence[object]]:
    for one in leaf.evidence:
        by = one.entry.attribution
        change = change_text(one.entry.change)
        yield number, by.position, one.row, one.entry.effective_at, change, by.actor, by.reason, by.source
    more = leaf.evidence_count - len(leaf.evidence)
    if more:
        yield number, "", "", "", f"and {more:,} more", "", "", ""


def _why_object(why: replies.ProfileExplanation) -> dict[str, object]:
    return {
        "leaves": [_leaf_object(leaf) for leaf in why.leaves],
        "flips_at": why.flips_at,
        "flips_told_until": why.flips_told_until,
        "note": why.note,
        "event_count": why.event_count,
    }


def _leaf_object(leaf: replies.LeafExplanation) -> dict[str, object]:
    return {
        "expression": leaf.expression,
        "segment": leaf.segment,
        "holds": leaf.holds,
        "missing": leaf.missing,
        "evidence": [{**entry_object(one.entry), "version": one.version, "row": one.row} for one in leaf.evidence],
        "evidence_count": leaf.evidence_count,
        "flips_at": leaf.flips_at,
        "flips_told_until": leaf.flips_told_until,
        "note": leaf.note,
    }
