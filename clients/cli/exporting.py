"""Segments into files, written under a temporary name and renamed when complete, or straight into devices and pipes."""

import contextlib
import csv
import io
import os
import secrets
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

import click
import pyarrow as pa
import pyarrow.parquet as pq

from clients.cli.interrupts import heeding
from clients.cli.options import Clocks, Connection, clock_options, connection_options
from clients.cli.output import print_json, text_of, to_json, warn_all
from clients.sdk import Client, ColumnKind, ExportColumn
from clients.sdk.replies import ExportPart

_FORMATS = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet", ".arrow": "arrow", ".arrows": "arrow"}


def _column(text: str) -> ExportColumn:
    kind, colon, name = text.partition(":")
    if not colon or not name or kind not in {known.value for known in ColumnKind}:
        raise click.UsageError(f"--column: expected trait:NAME, tag:KEY or tag-value:KEY, got {text!r}")
    return ExportColumn(ColumnKind(kind), name)


def _format(output: str, chosen: str | None) -> str:
    found = chosen or _FORMATS.get(Path(output).suffix.lower())
    if found is None:
        raise click.UsageError("--format is needed: the name of the output does not tell csv, jsonl, parquet or arrow")
    if output == "-" and found not in ("csv", "jsonl"):
        raise click.UsageError(f"{found} cannot be written to stdout; give --output FILE")
    return found


@contextlib.contextmanager
def _opened(output: str) -> Iterator[BinaryIO]:
    """Yield a file that appears under its name only when it is complete; `-` is stdout, and what is no file is written into."""
    if output == "-":
        yield cast(BinaryIO, sys.stdout.buffer)
        sys.stdout.buffer.flush()
        return
    try:
        mode = Path(output).stat().st_mode if output and Path(output).exists() else None
        if not Path(output).name or (mode is not None and stat.S_ISDIR(mode)):
            raise click.UsageError(f"cannot write {output!r}: give the name of a file")
        if mode is None or stat.S_ISREG(mode):
            with _replacing(Path(os.path.realpath(output)), mode) as file:
                yield file
        else:
            with Path(output).open("wb") as file:
                yield file
    except BrokenPipeError:
        raise
    except OSError as error:
        raise click.UsageError(f"cannot write {output}: {error.strerror or error}") from error


@contextlib.contextmanager
def _replacing(target: Path, mode: int | None) -> Iterator[BinaryIO]:
    """Yield a file that takes the place of ``target``, and who may read it, when it is complete."""
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with temporary.open("xb") as file:
            if mode is not None:
                os.fchmod(file.fileno(), stat.S_IMODE(mode))
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _cell(value: object) -> object:
    """Return a CSV cell: empty for absent, true or false as JSON writes them."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return text_of(value)


class _PartReader(io.RawIOBase):
    """The Arrow bytes of an export as a file to read, so that nothing is held but one part."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self._rest = b""

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill the buffer from the current part, taking the next when it is used up."""
        view = memoryview(cast(bytearray, buffer)).cast("B")
        while not self._rest:
            part = next(self._parts, None)
            if part is None:
                return 0
            self._rest = part
        taken = self._rest[: len(view)]
        view[: len(taken)] = taken
        self._rest = self._rest[len(taken) :]
        return len(taken)


class _Progress:
    """What the parts told in passing."""

    def __init__(self) -> None:
        self.first: ExportPart | None = None

    def watch(self, parts: Iterator[ExportPart]) -> Iterator[ExportPart]:
        """Yield the parts, keeping the first."""
        for part in parts:
            if self.first is None:
                self.first = part
                warn_all(part.warnings)
            yield part


def _write_rows(parts: Iterator[ExportPart], file: BinaryIO, chosen: str) -> int:
    count = 0
    names: tuple[str, ...] = ()
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=False)
    writer = csv.writer(text)
    for part in parts:
        if not names:
            names = part.column_names
            if chosen == "csv":
                writer.writerow(names)
        for row in part.rows:
            cells = (row.profile_id, *row.values)
            if chosen == "csv":
                writer.writerow(map(_cell, cells))
            else:
                text.write(to_json(dict(zip(names, cells, strict=True))) + "\n")
        count += len(part.rows)
    text.flush()
    text.detach()
    return count


def _write_arrow(parts: Iterator[ExportPart], file: BinaryIO, chosen: str) -> int:
    if chosen == "arrow":
        count = 0
        for part in parts:
            file.write(part.arrow)
            count = max(count, part.total_count)
        return count
    count = 0
    with pa.ipc.open_stream(io.BufferedReader(_PartReader(part.arrow for part in parts if part.arrow), 1 << 20)) as reader:
        with pq.ParquetWriter(file, reader.schema, compression="zstd") as writer:
            for batch in reader:
                writer.write_batch(batch)
                count += batch.num_rows
    return count


def _export(
    client: Client, expression: str, columns: list[ExportColumn], clocks: Clocks, output: str, chosen: str
) -> dict[str, object]:
    begun, progress = time.perf_counter(), _Progress()
    arrow = chosen in ("parquet", "arrow")
    parts = client.export_parts(expression, columns, arrow=arrow, as_of=clocks.as_of, known_at=clocks.known_at)
    with _opened(output) as file:
        watched = progress.watch(heeding(parts))
        count = _write_arrow(watched, file, chosen) if arrow else _write_rows(watched, file, chosen)
    first = progress.first
    return {
        "rows": count,
        "output": output,
        "format": chosen,
        "position": first.position if first else None,
        "as_of": first.clocks.as_of if first else None,
        "known_at": first.clocks.known_at if first else None,
        "warnings": first.warnings if first else (),
        "elapsed_s": round(time.perf_counter() - begun, 3),
    }


@click.command()
@click.argument("expression", metavar="EXPRESSION")
@click.option("--output", "-o", required=True, metavar="FILE", help="Where to write; `-` is stdout (csv and jsonl).")
@click.option(
    "--format",
    "chosen",
    type=click.Choice(("csv", "jsonl", "parquet", "arrow")),
    help="By the name of the output unless given.",
)
@click.option(
    "--column", "columns", multiple=True, metavar="COLUMN", help="trait:NAME, tag:KEY or tag-value:KEY; may be repeated."
)
@clock_options
@connection_options
def export(
    expression: str, output: str, chosen: str | None, columns: tuple[str, ...], clocks: Clocks, connection: Connection
) -> None:
    """Write all members of a segment to a file, with chosen columns."""
    if output == "-" and connection.as_json:
        raise click.UsageError("--json and --output - both want stdout")
    wanted, form = [_column(column) for column in columns], _format(output, chosen)
    with connection.client() as client:
        result = _export(client, expression, wanted, clocks, output, form)
    if connection.as_json:
        print_json(result)
    else:
        click.echo(f"{result['rows']:,} rows to {output}", err=True)
