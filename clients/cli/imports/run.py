"""Runs an import: reads ahead, keeps batches in flight, settles them in order, counts, and shows progress."""

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from clients.cli.imports.rejects import RejectsFile
from clients.cli.imports.sources import Chunk
from clients.cli.interrupts import heed, heeding
from clients.sdk import errors
from clients.sdk.replies import Receipt

# Refusals that concern rows of one batch; anything else stops the import.
_OF_ROWS = (errors.InvalidField, errors.TypeConflict, errors.UnknownTag, errors.TagRetired)
_POSITIONS_SHOWN = 8
_BATCH_SECONDS = 120.0


@dataclass(slots=True)
class Batch:
    """One batch, converted: what ``send`` will record, and the rows that are left out, also those that ``send`` leaves out."""

    chunk: Chunk
    request_id: str
    rejected: Mapping[int, str]
    send: Callable[[str, float], Receipt] | None

    @property
    def row_count(self) -> int:
        """How many rows are not left out."""
        return len(self.chunk.rows) - len(self.rejected)

    def cells(self, offset: int) -> dict[str, object]:
        """Return the cells of one row as they stand in the file."""
        table = self.chunk.table
        return {name: table.column(name)[offset].as_py() for name in table.column_names}

    def left_out(self) -> Iterator[tuple[int, str, dict[str, object]]]:
        """Yield the rejected rows: number, reason and cells."""
        for offset in sorted(self.rejected):
            yield self.chunk.rows[offset], self.rejected[offset], self.cells(offset)

    def refused(self, error: errors.TagledgerError) -> Iterator[tuple[int, str, dict[str, object]]]:
        """Yield all rows of a batch that the service refused as a whole."""
        for offset, row in enumerate(self.chunk.rows):
            yield row, self.rejected.get(offset, f"{error.reason}: {error.message}"), self.cells(offset)


@dataclass(slots=True)
class Tally:
    """What an import has done so far. Rows are accepted, duplicates or rejected."""

    position: int
    positions: list[int] = field(default_factory=list)
    """Of the changesets that have the rows, this time's and earlier ones'."""
    rows: int = 0
    accepted: int = 0
    duplicates: int = 0
    replaced: int = 0
    """Of those accepted."""
    attributed_otherwise: bool = False
    begun: float = field(default_factory=time.perf_counter)

    def settle(self, batch: Batch, receipt: Receipt | None) -> None:
        """Count a batch that is recorded, or (None) was recorded before with another actor, reason or source."""
        self.rows += len(batch.chunk.rows)
        if receipt is None:
            self.attributed_otherwise = True
            self.duplicates += batch.row_count
            return
        self.position = max(self.position, receipt.position)
        self.positions.append(receipt.position)
        if receipt.replayed:
            self.duplicates += batch.row_count
            return
        self.replaced += getattr(receipt, "replaced_count", 0)
        duplicates = getattr(receipt, "duplicate_count", 0)
        self.duplicates += duplicates
        self.accepted += batch.row_count - duplicates

    def result(self, rejects: RejectsFile) -> dict[str, object]:
        """Return the JSON object of an import."""
        elapsed = time.perf_counter() - self.begun
        return {
            "accepted": self.accepted,
            "duplicates": self.duplicates,
            "replaced": self.replaced,
            "rejected": rejects.count,
            "position": self.position,
            "positions": sorted(self.positions),
            "rows": self.rows,
            "elapsed_s": round(elapsed, 3),
            "rows_per_s": round(self.rows / elapsed) if elapsed else 0,
            "rejects_file": rejects.path,
            "rejected_examples": rejects.examples,
        }


@contextmanager
def _progress(shown: bool) -> Iterator[Callable[[Tally, int], None]]:
    if not shown:
        yield lambda tally, rejected: None
        return
    text = TextColumn("{task.fields[rows]:>12,} rows  {task.fields[speed]:>9,}/s  {task.fields[rejected]:,} rejected")
    console = Console(stderr=True)
    with Progress(SpinnerColumn(), BarColumn(), text, TimeElapsedColumn(), console=console, transient=True) as bar:
        task = bar.add_task("import", total=None, rows=0, speed=0, rejected=0)

        def show(tally: Tally, rejected: int) -> None:
            speed = int(tally.rows / max(time.perf_counter() - tally.begun, 1e-9))
            bar.update(task, rows=tally.rows, speed=speed, rejected=rejected)

        yield show


def _sent(batch: Batch) -> Receipt | errors.TagledgerError | None:
    if batch.send is None:
        return None
    try:
        return batch.send(batch.request_id, _BATCH_SECONDS)
    except errors.TagledgerError as error:
        return error


def run(batches: Iterator[Batch], tally: Tally, rejects: RejectsFile, *, in_flight: int, show_progress: bool) -> None:
    """Send all batches, ``in_flight`` at a time, settling them in the order of the file."""
    under_way: deque[tuple[Batch, Future[Receipt | errors.TagledgerError | None]]] = deque()

    def settle() -> None:
        batch, future = under_way.popleft()
        outcome = future.result()
        if isinstance(outcome, _OF_ROWS):
            tally.rows += len(batch.chunk.rows)
            rejects.add_all(batch.refused(outcome))
            return
        if isinstance(outcome, errors.TagledgerError) and not isinstance(outcome, errors.RequestIdReused):
            raise outcome
        if batch.send is None:
            tally.rows += len(batch.chunk.rows)
            tally.accepted += batch.row_count
        else:
            tally.settle(batch, outcome if isinstance(outcome, Receipt) else None)
        rejects.add_all(batch.left_out())

    pool = ThreadPoolExecutor(in_flight, thread_name_prefix="import")
    try:
        with _progress(show_progress) as show:
            for batch in heeding(batches):
                under_way.append((batch, pool.submit(_sent, batch)))
                # One more than is in flight, so that a worker never waits for the next batch to be converted.
                while len(under_way) > in_flight + 1:
                    settle()
                show(tally, rejects.count)
            while under_way:
                heed()
                settle()
                show(tally, rejects.count)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def report_result(result: Mapping[str, object], examples: Sequence[Mapping[str, object]], attributed_otherwise: bool) -> None:
    """Tell people what an import did, on stderr where it is not the result itself."""
    click.echo(
        f"{result['accepted']:,} accepted, {result['duplicates']:,} duplicates, {result['rejected']:,} rejected, "
        f"{_at(result)}; {result['rows']:,} rows in {result['elapsed_s']} s ({result['rows_per_s']:,}/s)"
    )
    for example in examples:
        click.echo(f"  row {example['row']}: {example['reason']}", err=True)
    if result["rejects_file"]:
        click.echo(f"rejected rows: {result['rejects_file']}", err=True)
    elif examples:
        click.echo("give --rejects FILE to keep the rejected rows", err=True)
    if attributed_otherwise:
        click.echo("note: rows counted as duplicates were imported before under another actor, reason or source", err=True)


def _at(result: Mapping[str, object]) -> str:
    """Each changeset of a file is taken back by itself, so people need to know them all."""
    positions = result["positions"]
    assert isinstance(positions, list)
    if len(positions) < 2:
        return f"position {result['position']}"
    if len(positions) <= _POSITIONS_SHOWN:
        return f"positions {', '.join(map(str, positions))}"
    return f"positions {positions[0]} to {positions[-1]} ({len(positions):,} changesets; --json lists them)"
