"""Reports from the command line: cross tables and series."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click

from clients.cli.options import Clocks, Connection, clock_options, connection_options, known_at_option, zone_option
from clients.cli.output import print_json, print_table, print_text, warn_all
from clients.cli.times import option_cut, option_instant, zone_of
from clients.sdk import SegmentAxis, TagGroupAxis, TraitAxis
from clients.sdk.replies import CrossTable, SeriesPoint
from clients.sdk.values import Axis

_REST = "(rest)"
_AXES = "tagledger.axes"


def _axis(context: click.Context, option: click.Parameter, given: Sequence[Any]) -> None:
    """Keep the axes of all three options in the order in which they are written."""
    context.meta.setdefault(_AXES, []).extend((option.name, one) for one in given)


@click.command()
@click.argument("expression", metavar="[EXPRESSION]", default="everyone")
@click.option(
    "--part",
    nargs=3,
    multiple=True,
    expose_value=False,
    callback=_axis,
    metavar="AXIS LABEL EXPRESSION",
    help="A part of an axis; those with the same AXIS stand side by side.",
)
@click.option("--group", multiple=True, expose_value=False, callback=_axis, help="An axis with a part for each tag of a group.")
@click.option(
    "--trait", multiple=True, expose_value=False, callback=_axis, help="An axis with a part for each value of a trait."
)
@click.option(
    "--group-before",
    nargs=2,
    multiple=True,
    expose_value=False,
    callback=_axis,
    metavar="GROUP TIME",
    help="The same as --group, as of an earlier time: how many moved from where to where.",
)
@clock_options
@connection_options
@click.pass_context
def crosstab(context: click.Context, expression: str, clocks: Clocks, connection: Connection) -> None:
    """Count the members of a segment (everyone unless given) in every combination of the parts of one to four axes.

    For example: `tagledger crosstab --group stage --part bought 'lately' 'did purchase in last 30 days'`. What is in no part of
    an axis is its rest.
    """
    axes = _axes(context.meta.get(_AXES, []), clocks)
    if not axes:
        raise click.UsageError("give at least one axis: --part AXIS LABEL EXPRESSION, --group GROUP or --trait TRAIT")
    with connection.client() as client:
        found = client.crosstab(axes, expression, as_of=clocks.as_of, known_at=clocks.known_at)
    if connection.as_json:
        print_json(_table_object(found))
        return
    warn_all(found.warnings)
    headings = (*(axis.name or f"axis {number}" for number, axis in enumerate(found.axes, start=1)), "count")
    print_table(headings, [(*(_REST if one is None else one for one in labels), count) for labels, count in found.rows()])


def _axes(given: Sequence[tuple[str, Any]], clocks: Clocks) -> list[Axis]:
    axes: list[Axis] = []
    parts: dict[str, dict[str, str]] = {}
    for option, value in given:
        if option == "part":
            name, label, expression = value
            if name not in parts:
                parts[name] = {}
                axes.append(SegmentAxis(name, parts[name]))
            parts[name][label] = expression
        elif option == "group":
            axes.append(TagGroupAxis(value))
        elif option == "trait":
            axes.append(TraitAxis(value))
        else:
            group, time = value
            at = option_instant("--group-before", time, zone_of(clocks.zone))
            axes.append(TagGroupAxis(group, f"{group} before", at, clocks.known_at))
    return axes


def _table_object(found: CrossTable) -> dict[str, object]:
    return {
        "total_count": found.total_count,
        "axes": [
            {
                "name": axis.name,
                "as_of": axis.as_of,
                "known_at": axis.known_at,
                "parts": [{"label": label, "count": count} for label, count in axis.parts],
                "rest_count": axis.rest_count,
            }
            for axis in found.axes
        ],
        "cells": found.cells,
        "position": found.position,
        "as_of": found.as_of,
        "known_at": found.known_at,
        "warnings": found.warnings,
    }


@click.command()
@click.argument("expression", metavar="EXPRESSION")
@click.option("--start", required=True, metavar="TIME", help="Where the series begins.")
@click.option("--end", required=True, metavar="TIME", help="Where it ends; a point there is the last one.")
@click.option(
    "--every",
    default="1 day",
    show_default=True,
    metavar="SPAN",
    help="How often: '6 hours' from the start on, or '1 day', '1 month', … of the calendar in the zone.",
)
@click.option("--as-known-then", is_flag=True, help="Ask each point with what the log held then, not with what it holds now.")
@known_at_option
@zone_option
@connection_options
def series(
    expression: str,
    start: str,
    end: str,
    every: str,
    as_known_then: bool,
    known_at: str | None,
    zone: str,
    connection: Connection,
) -> None:
    """Print the size of a segment at many instants, and how many entered and left since the one before."""
    places = zone_of(zone)
    with connection.client() as client:
        points = client.series(
            expression,
            _instant("--start", start, places),
            _instant("--end", end, places),
            every,
            zone=zone,
            as_known_then=as_known_then,
            known_at=option_cut(known_at, places),
        )
        if connection.as_json:
            found = list(points)
            warnings = found[0].warnings if found else ()
            print_json({"points": [_point_object(point) for point in found], "warnings": warnings})
            return
        # A point may take its time: each is told when it is known.
        for number, point in enumerate(points):
            if not number:
                warn_all(point.warnings)
                print_text("as of\tcount\tentered\tleft")
            print_text(f"{point.as_of.isoformat()}\t{point.count}\t{point.entered_count}\t{point.left_count}")


def _instant(option: str, given: str, zone: Any) -> datetime:
    found = option_instant(option, given, zone)
    assert found is not None, "the option is required"
    return found


def _point_object(point: SeriesPoint) -> dict[str, object]:
    fields = ("as_of", "known_at", "count", "entered_count", "left_count", "position")
    return {name: getattr(point, name) for name in fields}
