"""Durable interactions a second through the Python client: unary batches of 1,000 with an amount and two properties each.

The server is a process of its own, this process is the one client; both share the machine. Batches are made beforehand, as
columns or as row objects; turning them into messages is part of the time. An interaction counts when the reply has come,
which the server sends after the commit.
"""

import asyncio
import datetime
import gc
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from eventsourcing.persistence import ApplicationRecorder

from benchmarks.processes import postgres, tagledger_server
from benchmarks.recorders import events_per_second, postgres_recorder, sqlite_recorder
from benchmarks.report import Bar, Options, Report, Table
from benchmarks.workload import CATEGORIES, ITEMS, PURCHASE, Population, make, profile_id
from clients.sdk import AsyncClient, Interaction, InteractionBatch, PropertyColumn
from clients.sdk.instants import EPOCH

BATCH_ROWS = 1_000
IN_FLIGHT = 8
_KNOWN_PROFILES = 100_000
_ROWS, _SMALL_ROWS, _NAIVE_ROWS = 300_000, 60_000, 2_000
_ROUNDS = 3
_BARS = {"sqlite": 100_000.0, "postgresql": 80_000.0}
_RATIO_BAR = 3.0

_KINDEST = "one event each, 1,000 a call, one stream"
_USUAL = "one event each, 1,000 a call, one stream a profile"
_PEERS = ((_KINDEST, BATCH_ROWS, False), (_USUAL, BATCH_ROWS, True), ("one event each, 1 a call, one stream", 1, False))

Batch = InteractionBatch | Sequence[Interaction]


@dataclass(frozen=True, slots=True)
class _Case:
    """One way to send."""

    name: str
    rows: bool
    ids: bool
    new_profiles: bool


_MAIN = "columns"
_CASES = (
    _Case(_MAIN, rows=False, ids=False, new_profiles=False),
    _Case("columns, with interaction ids", rows=False, ids=True, new_profiles=False),
    _Case("columns, all profiles new", rows=False, ids=False, new_profiles=True),
    _Case("row objects", rows=True, ids=False, new_profiles=False),
    _Case("row objects, with interaction ids", rows=True, ids=True, new_profiles=False),
)


def run(options: Options) -> Report:
    """Measure each store."""
    count = min(_SMALL_ROWS if options.small else _ROWS, options.interactions)
    population = make(min(_KNOWN_PROFILES, options.profiles), count, options.seed)
    figures: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        for store in options.stores:
            figures[store] = _measured(store, population, folder, rounds=1 if options.small else _ROUNDS)
    return _report(figures, count)


def _measured(store: str, population: Population, folder: Path, rounds: int) -> dict[str, float]:
    """The median rate of each case and of each peer; they take turns, so that none has the quiet machine to itself."""
    found: dict[str, list[float]] = {}
    rows = _rows(population, 0, population.interactions)
    with _store(store, folder) as (arguments, recorder_of), tagledger_server(*arguments) as address:
        asyncio.run(_introduce(address, population.profiles))
        for number in range(rounds):
            for case in _CASES:
                found.setdefault(case.name, []).append(asyncio.run(_ingest(address, population, case, f"round-{number}")))
            for name, per_call, streams in _PEERS:
                sent = rows if per_call > 1 else rows[:_NAIVE_ROWS]
                with recorder_of() as recorder:
                    found.setdefault(name, []).append(events_per_second(recorder, sent, per_call, streams=streams))
    return {name: statistics.median(rates) for name, rates in found.items()}


@contextmanager
def _store(store: str, folder: Path) -> Iterator[tuple[list[str], Callable[[], AbstractContextManager[ApplicationRecorder]]]]:
    """The server's arguments, and what makes a new recorder for the peers on the same kind of store."""
    if store == "sqlite":
        yield ["--data", str(folder / "ledger")], lambda: sqlite_recorder(Path(tempfile.mkdtemp(dir=folder)))
        return
    with postgres(folder) as server:
        yield ["--database-url", server.new_database()], lambda: postgres_recorder(server.new_database())


async def _introduce(address: str, profiles: int) -> None:
    """Make the profiles known that most cases write about."""
    counts = [(first, min(BATCH_ROWS, profiles - first)) for first in range(0, profiles, BATCH_ROWS)]
    async with AsyncClient(address, actor="benchmark") as client:
        await _send(client, [_introduction(first, count) for first, count in counts])


async def _ingest(address: str, population: Population, case: _Case, salt: str) -> float:
    """Accepted rows a second. The salt keeps ids and new profiles of one round apart from those of another."""
    firsts = range(0, population.interactions - BATCH_ROWS + 1, BATCH_ROWS)
    batches = [_batch(population, case, salt, first) for first in firsts]
    async with AsyncClient(address, actor="benchmark") as client:
        gc.collect()
        gc.freeze()
        started = time.perf_counter()
        accepted = await _send(client, batches)
        seconds = time.perf_counter() - started
        gc.unfreeze()
    if accepted != len(batches) * BATCH_ROWS:
        raise AssertionError(f"{case.name}: {accepted} of {len(batches) * BATCH_ROWS} accepted")
    return accepted / seconds


async def _send(client: AsyncClient, batches: Sequence[Batch]) -> int:
    """Send all, several in flight; how many rows were accepted."""
    waiting = iter(batches)

    async def sender() -> int:
        accepted = 0
        for batch in waiting:
            accepted += (await client.record_interactions(batch)).accepted_count
        return accepted

    return sum(await asyncio.gather(*(sender() for _ in range(IN_FLIGHT))))


def _batch(population: Population, case: _Case, salt: str, first: int) -> Batch:
    if case.rows:
        return _rows(population, first, BATCH_ROWS, id_prefix=f"{salt}-row" if case.ids else "")
    picked = slice(first, first + BATCH_ROWS)
    return InteractionBatch(
        profile_ids=[
            f"{salt}-{k:09}" if case.new_profiles else profile_id(ordinal)
            for k, ordinal in enumerate(population.ordinals[picked].tolist(), start=first)
        ],
        occurred_at_us=population.occurred_at[picked].tolist(),
        type_names=(PURCHASE,),
        amounts=population.amounts[picked].tolist(),
        ids=[f"{salt}-column-{k:09}" for k in range(first, first + BATCH_ROWS)] if case.ids else (),
        properties=(
            PropertyColumn("category", (population.categories[picked].astype(np.int64) + 1).tolist(), CATEGORIES),
            PropertyColumn("items", (population.items[picked].astype(np.int64) + 1).tolist(), ITEMS),
        ),
    )


def _rows(population: Population, first: int, count: int, *, id_prefix: str = "") -> list[Interaction]:
    picked = slice(first, first + count)
    columns = zip(
        range(first, first + count),
        population.ordinals[picked].tolist(),
        population.occurred_at[picked].tolist(),
        population.amounts[picked].tolist(),
        population.categories[picked].tolist(),
        population.items[picked].tolist(),
        strict=True,
    )
    return [
        Interaction(
            profile_id=profile_id(ordinal),
            type=PURCHASE,
            occurred_at=EPOCH + datetime.timedelta(microseconds=instant),
            amount=amount / 10_000,
            id=f"{id_prefix}-{k:09}" if id_prefix else None,
            properties={"category": CATEGORIES[category], "items": ITEMS[items]},
        )
        for k, ordinal, instant, amount, category, items in columns
    ]


def _introduction(first: int, count: int) -> InteractionBatch:
    return InteractionBatch(
        profile_ids=[profile_id(k) for k in range(first, first + count)], occurred_at_us=[0] * count, type_names=("joined",)
    )


def _report(figures: dict[str, dict[str, float]], count: int) -> Report:
    tables, bars = [], []
    columns = ("", "interactions/s", "times one stream", "times a stream a profile")
    for store, rates in figures.items():
        rows = [(name, rate, rate / rates[_KINDEST], rate / rates[_USUAL]) for name, rate in rates.items()]
        tables.append(Table(f"{store}: {count:,} interactions a case, median of the rounds", columns, rows))
        bars.append(Bar.at_least(f"durable interactions/s on {store}", rates[_MAIN], _BARS[store]))
        for name in (_USUAL, _KINDEST):
            bars.append(Bar.at_least(f"times '{name}' on {store}", rates[_MAIN] / rates[name], _RATIO_BAR))
    json = {
        "question": "ingest",
        "batch_rows": BATCH_ROWS,
        "in_flight": IN_FLIGHT,
        "interactions_a_case": count,
        "interactions_per_second": {s: {name: round(rate) for name, rate in rates.items()} for s, rates in figures.items()},
        "ratios": {
            store: {name: round(rates[_MAIN] / rates[name], 2) for name, _, _ in _PEERS} for store, rates in figures.items()
        },
    }
    return Report("ingest", json, tables, bars)
