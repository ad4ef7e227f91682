"""The rows that an import leaves out: counted, a few kept to be shown, all written to a file when one is named."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self, TextIO

import click

from clients.cli.imports.sources import FORMATS
from clients.cli.output import text_of, to_json

_SHOWN = 10


def rows_format(path: Path) -> str | None:
    """Return csv or jsonl as the name ends, None for another ending."""
    found = FORMATS.get(path.suffix.lower())
    return found if found in ("csv", "jsonl") else None


class RejectsFile:
    """Writes rejected rows as CSV or JSONL, as the name ends; the file is made only if a row is rejected."""

    def __init__(self, path: Path | None, columns: Sequence[str]) -> None:
        self._path = path
        self._columns = list(dict.fromkeys(columns))
        self._file: TextIO | None = None
        self._writer: Any = None
        self.count = 0
        self.examples: list[dict[str, object]] = []
        if path is not None:
            path.unlink(missing_ok=True)

    @property
    def path(self) -> str | None:
        """The file's name, None when nothing was written."""
        return str(self._path) if self._file is not None else None

    def add(self, row: int, reason: str, cells: Mapping[str, object]) -> None:
        """Keep one rejected row."""
        self.count += 1
        if len(self.examples) < _SHOWN:
            self.examples.append({"row": row, "reason": reason})
        if self._path is None:
            return
        if self._file is None:
            self._open(self._path)
        record = {"row": row, "reason": reason, **cells}
        if self._writer is None:
            self._file.write(to_json(record) + "\n")  # type: ignore[union-attr]
        else:
            self._writer.writerow([text_of(record.get(name)) for name in ("row", "reason", *self._columns)])

    def add_all(self, rejected: Iterable[tuple[int, str, Mapping[str, object]]]) -> None:
        """Keep rejected rows, in order."""
        for row, reason, cells in rejected:
            self.add(row, reason, cells)

    def _open(self, path: Path) -> None:
        try:
            self._file = path.open("w", encoding="utf-8", newline="")
        except OSError as error:
            raise click.UsageError(f"--rejects: cannot write {path}: {error.strerror}") from error
        if rows_format(path) == "csv":
            self._writer = csv.writer(self._file)
            self._writer.writerow(["row", "reason", *self._columns])

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
