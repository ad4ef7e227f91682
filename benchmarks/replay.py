"""Rebuilding the index from the log: interactions a second, and the time from starting the server to its first right answer.

The log holds changesets of 1,000 rows, as batches leave it. The rebuild runs in this process, through the code that the server
runs at start: read, decompress, decode, apply, merge runs.
"""

import datetime
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.engine import Asker, merge_runs
from benchmarks.prepared_folder import CHANGESET_ROWS, write_population
from benchmarks.processes import memory_bytes, postgres, tagledger_server
from benchmarks.question import Asked
from benchmarks.question_table import HEADLINE
from benchmarks.report import Options, Report, Table
from benchmarks.workload import END_US, WORKSPACE, Population, make
from clients.sdk import Client
from clients.sdk.instants import EPOCH
from server.eventlog.port import EventLog
from server.eventlog.postgres import PostgresEventLog
from server.eventlog.sqlite import SqliteEventLog
from server.usecases.committer import Committer


def run(options: Options) -> Report:
    """Measure each store."""
    population = make(options.profiles, options.interactions, options.seed)
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        for store in options.stores:
            with _store(store, folder) as (log, arguments):
                figures[store] = _measured(log, arguments, population)
    title = f"{options.profiles:,} profiles, {options.interactions:,} interactions in changesets of {CHANGESET_ROWS:,}"
    columns = ("store", "replay interactions/s", "replay s", "merge s", "start to first answer s", "resident bytes/interaction")
    rows = [(store, *figures[store].values()) for store in figures]
    json = {"question": "replay", "profiles": options.profiles, "interactions": options.interactions, "stores": figures}
    return Report("replay", json, [Table(title, columns, rows)])


@contextmanager
def _store(store: str, folder: Path) -> Iterator[tuple[EventLog, list[str]]]:
    """A new log, and the server's arguments to use it."""
    if store == "sqlite":
        yield SqliteEventLog(folder / "ledger"), ["--data", str(folder / "ledger")]
        return
    with postgres(folder) as server:
        url = server.new_database()
        yield PostgresEventLog(url), ["--database-url", url]


def _measured(log: EventLog, arguments: list[str], population: Population) -> dict[str, float]:
    write_population(log, population)
    before = memory_bytes()
    committer = Committer(log, lambda: END_US, follow_seconds=None)
    started = time.perf_counter()
    committer.catch_up()
    replayed = time.perf_counter()
    index = committer.states[WORKSPACE].index
    merge_runs(index)
    merged = time.perf_counter()
    resident = memory_bytes() - before
    expected = Asker(index, HEADLINE).ask(Asked(END_US, 0, 0))
    log.close()
    del committer, index
    return {
        "replay_interactions_per_second": round(population.interactions / (replayed - started)),
        "replay_seconds": round(replayed - started, 2),
        "merge_seconds": round(merged - replayed, 2),
        "start_to_first_answer_seconds": round(_restart_seconds(arguments, expected), 2),
        "resident_bytes_per_interaction": round(resident / population.interactions, 1),
    }


def _restart_seconds(arguments: list[str], expected: int) -> float:
    started = time.perf_counter()
    with tagledger_server(*arguments) as address, Client(address, timeout=600.0) as client:
        found = client.count(HEADLINE.expression, as_of=EPOCH + datetime.timedelta(microseconds=END_US)).count
        seconds = time.perf_counter() - started
    if found != expected:
        raise AssertionError(f"after the restart the server counts {found}, the rebuilt index {expected}")
    return seconds
