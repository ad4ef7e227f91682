"""What a command prints: one JSON object for programs, or tables for people. Never both on stdout."""

import dataclasses
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum

import click
from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from clients.cli.times import duration_text
from clients.sdk.errors import InvalidExpression, TagledgerError
from clients.sdk.replies import Erasure, Merge, Receipt, SegmentTagging, Transfer, Undo
from clients.sdk.replies import Warning as ExpressionWarning

_PIPE_WIDTH = 10_000
_GAP = 2
_LEAST_WIDTH = 20


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name.name: getattr(value, name.name) for name in dataclasses.fields(value)}
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, timedelta):
        return duration_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bytes):
        return value.decode(errors="backslashreplace")
    raise TypeError(f"cannot print {type(value).__name__}")


def instant_text(instant: datetime) -> str:
    """Return an instant in UTC as ISO 8601 with Z."""
    return instant.isoformat().replace("+00:00", "Z")


def receipt_object(receipt: Receipt) -> dict[str, object]:
    """Return what JSON tells of every write."""
    return {
        "position": receipt.position,
        "changeset_id": receipt.changeset_id,
        "recorded_at": receipt.recorded_at,
        "replayed": receipt.replayed,
    }


def outcome_object(done: SegmentTagging | Merge | Undo | Erasure | Transfer) -> dict[str, object]:
    """Return the same of what may be a dry run, which has no receipt."""
    if done.receipt:
        return receipt_object(done.receipt)
    return {"position": done.position, "changeset_id": None, "recorded_at": None, "replayed": False}


def to_json(value: object, *, in_ascii: bool = False) -> str:
    """Return JSON of plain values, dataclasses, instants and decimals."""
    return json.dumps(value, ensure_ascii=in_ascii, default=_plain)


def print_json(result: Mapping[str, object]) -> None:
    """Print the one JSON object of a command."""
    text = to_json(result)
    try:
        text.encode(sys.stdout.encoding)
    except UnicodeEncodeError:  # stdout may hold ASCII only, and arguments bytes that are no text
        text = to_json(result, in_ascii=True)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def print_text(text: str) -> None:
    """Print text for people as it is."""
    click.echo(text)


def text_of(value: object) -> str:
    """Return a cell's text for people."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, timedelta):
        return duration_text(value)
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={text_of(held)}" for name, held in value.items())
    return str(value)


def console() -> Console:
    """Return stdout for people: as wide as the terminal, and never cut or folded in a pipe."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else _PIPE_WIDTH)


def print_table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table as wide as its content, or with its last texts cut where the terminal is narrower."""
    out, kept = console(), list(rows)
    widths = _widths(headings, kept, out.width)
    out.width = max(out.width, sum(widths) + _GAP * len(widths))
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading, width in zip(headings, widths, strict=True):
        table.add_column(escape(heading), no_wrap=True, overflow="ellipsis", width=width)
    for row in kept:
        table.add_row(*(escape(text_of(cell)) for cell in row))
    out.print(table)


def _widths(headings: Sequence[str], rows: Sequence[Sequence[object]], most: int) -> list[int]:
    """Return the width of each column. Only texts are cut, from the last on, and not the first column, which names the row."""
    widths = [
        max(cell_len(heading), *(cell_len(line) for row in rows for line in text_of(row[place]).splitlines()), 0)
        for place, heading in enumerate(headings)
    ]
    excess = sum(widths) + _GAP * (len(widths) - 1) - most
    for place in range(len(widths) - 1, 0, -1):
        if excess > 0 and any(isinstance(row[place], str) for row in rows):
            cut = min(excess, max(0, widths[place] - max(_LEAST_WIDTH, cell_len(headings[place]))))
            widths[place] -= cut
            excess -= cut
    return widths


def print_fields(fields: Mapping[str, object]) -> None:
    """Print one thing, a name and a value a line."""
    width = max(map(len, fields), default=0)
    for name, value in fields.items():
        click.echo(f"{name.ljust(width)}  {text_of(value)}")


def warn(text: str) -> None:
    """Tell something on stderr."""
    click.echo(f"warning: {text}", err=True)


def warn_all(warnings: Sequence[ExpressionWarning]) -> None:
    """Tell the warnings about an expression on stderr."""
    for warning in warnings:
        place = f"line {warning.line}, column {warning.column}: " if warning.line else ""
        suggestion = f" (did you mean {warning.suggestion}?)" if warning.suggestion else ""
        # Services may have put the suggestion into the message already.
        warn(place + warning.message + (suggestion if warning.suggestion not in warning.message else ""))


def error_object(error: TagledgerError) -> dict[str, object]:
    """Return a failed call as the value of `error` in JSON."""
    described: dict[str, object] = {
        "reason": error.reason or error.code,
        "message": error.message,
        "violations": list(error.violations),
        "metadata": dict(error.metadata),
    }
    if error.request_id:
        described["request_id"] = error.request_id
    return described


def report(error: TagledgerError) -> None:
    """Tell a failed call to people, on stderr."""
    heading = "" if isinstance(error, InvalidExpression) else f"{error.reason or error.code}: "
    click.echo(f"error: {heading}{error.message}", err=True)
    for violation in error.violations:
        if violation.description not in error.message:
            click.echo(f"  {violation.field}: {violation.description}", err=True)
