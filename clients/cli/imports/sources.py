"""Files as streams of Arrow tables. CSV cells come as text (empty ones as null), JSONL and Parquet with their own types.

A source yields tables of any size; `chunks` cuts them to the batches of an import, with the row number of each row.
"""

import hashlib
import itertools
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

import click
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from clients.cli.imports.cells import supported

FORMATS: Final = {
    ".csv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
}
_CSV_BLOCK_BYTES: Final = 16 << 20
_READ_ROWS: Final = 50_000
_MAX_WARNED_COLUMNS: Final = 50


class FileProblem(click.ClickException):
    """A file that cannot be read, or lacks a column: nothing is guessed, the import stops."""

    exit_code = 2


class Source(Protocol):
    """A file. ``skipped`` fills while tables are read: rows that are no rows at all, by number, with the reason."""

    columns: tuple[str, ...]
    untyped: bool
    skipped: dict[int, str]
    broken: dict[int, str]

    def types(self, used: Sequence[str]) -> dict[str, pa.DataType]:
        """Return the type of each used column over the whole file; text for all columns of an untyped source."""
        ...

    def tables(self, used: Sequence[str]) -> Iterator[pa.Table]:
        """Yield the used columns, in file order."""
        ...


@dataclass(slots=True)
class Chunk:
    """The rows of one batch: ``rows`` are their numbers in the file, from 1; ``broken`` are offsets that cannot be read."""

    table: pa.Table
    rows: Sequence[int]
    broken: dict[int, str] = field(default_factory=dict)


class ParquetSource:
    """A Parquet file."""

    untyped = False

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = pq.ParquetFile(path)
        self.columns = tuple(self._file.schema_arrow.names)
        self.skipped: dict[int, str] = {}
        self.broken: dict[int, str] = {}

    def types(self, used: Sequence[str]) -> dict[str, pa.DataType]:
        """Return the types of the schema."""
        return {name: self._file.schema_arrow.field(name).type for name in used}

    def tables(self, used: Sequence[str]) -> Iterator[pa.Table]:
        """Yield the columns, a part of a row group at a time."""
        for batch in self._file.iter_batches(batch_size=_READ_ROWS, columns=list(used)):
            yield pa.Table.from_batches([batch]).select(list(used))


class CsvSource:
    """A CSV file with a header, in UTF-8."""

    untyped = True

    def __init__(self, path: Path) -> None:
        self._path = path
        self.skipped: dict[int, str] = {}
        self.broken: dict[int, str] = {}
        with self._open(None) as reader:
            self.columns = tuple(reader.schema.names)

    def _open(self, used: Sequence[str] | None) -> Any:
        def skip(row: Any) -> str:
            if row.number is not None:
                self.skipped[row.number - 1] = f"{row.actual_columns} cells where the header has {row.expected_columns}"
            return "skip"

        chosen = list(used) if used is not None else None
        return pa_csv.open_csv(
            self._path,
            read_options=pa_csv.ReadOptions(use_threads=False, block_size=_CSV_BLOCK_BYTES),
            parse_options=pa_csv.ParseOptions(newlines_in_values=True, invalid_row_handler=skip),
            convert_options=pa_csv.ConvertOptions(
                check_utf8=False,
                strings_can_be_null=False,
                include_columns=chosen,
                column_types={name: pa.binary() for name in chosen or ()},
            ),
        )

    def types(self, used: Sequence[str]) -> dict[str, pa.DataType]:
        """Return text for every column."""
        return {name: pa.string() for name in used}

    def tables(self, used: Sequence[str]) -> Iterator[pa.Table]:
        """Yield the columns as text, null where a cell is empty or no UTF-8."""
        self.skipped.clear()
        self.broken.clear()
        with self._open(used) as reader:
            row_count = 0
            for batch in reader:
                columns = [self._text(batch.column(name), name, row_count) for name in used]
                yield pa.table(columns, names=list(used))
                row_count += batch.num_rows

    def _text(self, column: pa.Array, name: str, first: int) -> pa.Array:
        try:
            text = pc.cast(column, pa.string())
        except pa.ArrowInvalid:
            cells: list[str | None] = []
            for offset, cell in enumerate(column.to_pylist()):
                try:
                    cells.append(cell.decode())
                except UnicodeDecodeError:
                    cells.append(None)
                    self.broken[first + offset] = f"{name}: not UTF-8"
            text = pa.array(cells, pa.string())
        return pc.if_else(pc.equal(pc.binary_length(text), 0), pa.scalar(None, pa.string()), text)


class JsonlSource:
    """One JSON object a line. The type of a column is what all its values share; text where they differ."""

    untyped = False

    def __init__(self, path: Path) -> None:
        self._path = path
        self.skipped: dict[int, str] = {}
        self.broken: dict[int, str] = {}
        self._kinds: dict[str, set[type]] = {}
        for record in self._records():
            for name, value in record.items():
                self._kinds.setdefault(name, set()).add(type(value))
        self.columns = tuple(self._kinds)

    def _records(self) -> Iterator[dict[str, Any]]:
        self.skipped.clear()
        with self._path.open("rb") as file:
            for number, line in enumerate(file, 1):
                try:
                    record = orjson.loads(line)
                except orjson.JSONDecodeError as error:
                    self.skipped[number] = f"no JSON: {error}" if line.strip() else ""
                    continue
                if isinstance(record, dict):
                    yield record
                else:
                    self.skipped[number] = "no JSON object"

    def types(self, used: Sequence[str]) -> dict[str, pa.DataType]:
        """Return the type that all values of a column share."""
        return {name: self._type(self._kinds[name] - {type(None)}) for name in used}

    def _type(self, kinds: set[type]) -> pa.DataType:
        if kinds == {bool}:
            return pa.bool_()
        if kinds == {int}:
            return pa.int64()
        if kinds and kinds <= {int, float}:
            return pa.float64()
        return pa.string()

    def tables(self, used: Sequence[str]) -> Iterator[pa.Table]:
        """Yield the columns in the types of the whole file."""
        types = self.types(used)
        records = self._records()
        while True:
            rows = list(itertools.islice(records, _READ_ROWS))
            if not rows:
                return
            yield pa.table([self._array([row.get(name) for row in rows], types[name]) for name in used], names=list(used))

    def _array(self, cells: list[Any], kind: pa.DataType) -> pa.Array:
        if kind == pa.string():
            cells = [cell if cell is None or isinstance(cell, str) else orjson.dumps(cell).decode() for cell in cells]
        elif kind == pa.float64():
            cells = [None if cell is None else float(cell) for cell in cells]
        elif kind == pa.int64() and any(cell is not None and cell >= 2**63 for cell in cells):
            return pa.array(cells, pa.uint64() if min(cell for cell in cells if cell is not None) >= 0 else pa.float64())
        return pa.array(cells, kind)


def open_source(path: Path, chosen: str | None) -> Source:
    """Open a file by its format; raises FileProblem when it cannot be read."""
    form = chosen or FORMATS.get(path.suffix.lower())
    if form is None:
        raise FileProblem(f"{path.name}: say --format csv, jsonl or parquet; the name does not tell")
    kinds: dict[str, Callable[[Path], Source]] = {"csv": CsvSource, "jsonl": JsonlSource, "parquet": ParquetSource}
    try:
        return kinds[form](path)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise FileProblem(f"{path.name}: cannot be read as {form}: {error}") from error


def require(source: Source, used: Sequence[str], file_name: str) -> None:
    """Raise FileProblem, naming what there is, when a column is missing, ambiguous or of a type that cannot be imported."""
    missing = [name for name in used if name not in source.columns]
    if missing:
        names = ", ".join(source.columns[:_MAX_WARNED_COLUMNS]) or "none"
        raise FileProblem(f"{file_name}: no column {', '.join(map(repr, missing))}; the file has: {names}")
    double = [name for name in used if source.columns.count(name) > 1]
    if double:
        raise FileProblem(f"{file_name}: more than one column is called {double[0]!r}")
    for name, kind in source.types(used).items():
        if not supported(kind):
            raise FileProblem(f"{file_name}: column {name!r} is {kind}, which cannot be imported")


def read_tables(source: Source, used: Sequence[str], file_name: str) -> Iterator[pa.Table]:
    """Yield the source's tables, raising FileProblem when the file turns out damaged."""
    try:
        yield from source.tables(used)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise FileProblem(f"{file_name}: cannot be read to its end: {error}") from error


def _number_rows(source: Source, first: int, count: int) -> tuple[Sequence[int], int]:
    """Return the file's row numbers of ``count`` rows from number ``first`` on, and the number after them."""
    if not source.skipped:
        return range(first, first + count), first + count
    rows: list[int] = []
    while len(rows) < count:
        if first not in source.skipped:
            rows.append(first)
        first += 1
    return rows, first


def chunks(source: Source, used: Sequence[str], batch_rows: int, file_name: str) -> Iterator[Chunk]:
    """Yield batches of exactly ``batch_rows`` rows, the last one shorter: their bounds depend on the file alone."""
    held: list[pa.Table] = []
    held_count = read_count = 0
    next_row = 1

    def cut(count: int) -> Chunk:
        nonlocal held, held_count, read_count, next_row
        whole = pa.concat_tables(held)
        rows, next_row = _number_rows(source, next_row, count)
        broken = {at - read_count: why for at, why in source.broken.items() if 0 <= at - read_count < count}
        held, held_count, read_count = [whole.slice(count)], held_count - count, read_count + count
        return Chunk(whole.slice(0, count).combine_chunks(), rows, broken)

    for table in read_tables(source, used, file_name):
        held.append(table)
        held_count += table.num_rows
        while held_count >= batch_rows:
            yield cut(batch_rows)
    if held_count:
        yield cut(held_count)


def content_digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def spooled(path: str, folder: Path) -> Path:
    """Return the path of a file; standard input (`-`) is kept in ``folder`` first, for it is read more than once."""
    if path != "-":
        return Path(path)
    with tempfile.NamedTemporaryFile(dir=folder, prefix="stdin-", delete=False) as kept:
        shutil.copyfileobj(sys.stdin.buffer, kept)
    return Path(kept.name)
