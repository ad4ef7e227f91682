"""`tagged X and did purchase in last 30 days`: the engine against its peers and against the bare bitmap operations.

Each call asks at another microsecond of the last 60 days, so nothing can answer from a result that it keeps. All engines must
give the same counts before anything is timed.
"""

import gc
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.engine import EngineCounter, FloorQuestion, filled_index, floor_questions, merge_runs
from benchmarks.peers.base import Headline, Peer, RowFiles
from benchmarks.peers.chdb_peers import ChdbBitmapPeer, ChdbEngine, ChdbScanPeer
from benchmarks.peers.duckdb_peer import DuckDbPeer
from benchmarks.peers.postgres_peer import SETTINGS, PostgresPeer
from benchmarks.processes import postgres
from benchmarks.report import Bar, Options, Report, Table
from benchmarks.timing import Timings, measure
from benchmarks.workload import ASKED_DAYS, DAY_US, END_US, PURCHASE, Population, asked_instants, make, tag_key
from projections.index.workspace_index import WorkspaceIndex

TAG_SHARE = 0.1
_DAYS = 30
_CALLS, _PEER_CALLS, _PEER_WARM_CALLS, _EQUAL_CALLS = 2_000, 200, 20, 8
_FASTEST_PEER_RATIO = 10.0


@dataclass(frozen=True, slots=True)
class _EngineTimes:
    """The engine by its state: never asked, while blocks are being built, all built, and after a restart."""

    first_ms: float
    cold: Timings
    live: Timings
    live_floor: Timings
    merged: Timings
    merged_floor: Timings
    run_counts: tuple[int, int]


def headline_question(population: Population) -> Headline:
    """The question of issue 2."""
    tag = tag_key(TAG_SHARE)
    return Headline(tag, list(population.tags).index(tag) + 1, PURCHASE, _DAYS, _DAYS * DAY_US)


def run(options: Options) -> Report:
    """Measure, and compare."""
    population = make(options.profiles, options.interactions, options.seed)
    question = headline_question(population)
    instants = asked_instants(options.seed, _CALLS)
    started = time.perf_counter()
    index = filled_index(population)
    applied_seconds = time.perf_counter() - started
    gc.collect()
    gc.freeze()
    with tempfile.TemporaryDirectory() as folder, _loaded_peers(population, Path(folder)) as peers:
        counter = EngineCounter(index, question)
        started = time.perf_counter()
        counter.count(instants[0])
        first_ms = (time.perf_counter() - started) * 1e3
        cold = measure(counter.count, instants[1 : _CALLS // 4])
        _check_equal(counter, peers, question, instants[-_EQUAL_CALLS:])
        times = _engine_times(index, question, instants, first_ms, cold)
        peer_times = {peer.name: _peer_times(peer, question, instants, options) for peer in peers}
        layouts = {peer.name: peer.layout for peer in peers}
    gc.unfreeze()
    return _report(options, question, times, peer_times, layouts, applied_seconds)


@contextmanager
def _loaded_peers(population: Population, folder: Path) -> Iterator[list[Peer]]:
    folder.chmod(0o755)  # PostgreSQL runs as another user when we are root
    rows = RowFiles.write(population, folder)
    with ExitStack() as stack:
        server = stack.enter_context(postgres(folder, SETTINGS))
        chdb = ChdbEngine(folder, rows)
        stack.callback(chdb.close)
        peers: list[Peer] = [
            DuckDbPeer(rows),
            ChdbScanPeer(chdb),
            ChdbBitmapPeer(chdb),
            PostgresPeer(server.new_database(), rows),
        ]
        for peer in peers:
            stack.callback(peer.close)
        yield peers


def _check_equal(counter: EngineCounter, peers: list[Peer], question: Headline, instants: list[int]) -> None:
    for as_of in instants:
        expected = counter.count(as_of)
        for peer in peers:
            found = peer.count(question, as_of)
            if found != expected:
                raise AssertionError(f"at {as_of}: {peer.name} counts {found}, the engine {expected}")


def _engine_times(
    index: WorkspaceIndex, question: Headline, instants: list[int], first_ms: float, cold: Timings
) -> _EngineTimes:
    runs = len(index.interactions[question.type]._state[0])
    live, live_floor = _warm_times(index, question, instants)
    merge_runs(index)
    merged, merged_floor = _warm_times(index, question, instants)
    return _EngineTimes(
        first_ms, cold, live, live_floor, merged, merged_floor, (runs, len(index.interactions[question.type]._state[0]))
    )


def _warm_times(index: WorkspaceIndex, question: Headline, instants: list[int]) -> tuple[Timings, Timings]:
    counter = EngineCounter(index, question)
    counter.warm(END_US - ASKED_DAYS * DAY_US, END_US)
    bare = floor_questions(index, question, instants, len(instants) // 2)
    engine = measure(counter.count, instants)
    return engine, measure(FloorQuestion.count, bare)


def _peer_times(peer: Peer, question: Headline, instants: list[int], options: Options) -> Timings:
    ask: Callable[[int], int] = lambda as_of: peer.count(question, as_of)  # noqa: E731
    calls = _PEER_CALLS // 4 if options.small else _PEER_CALLS
    measure(ask, instants[:_PEER_WARM_CALLS])
    return measure(ask, instants[_PEER_WARM_CALLS : _PEER_WARM_CALLS + calls])


def _report(
    options: Options,
    question: Headline,
    times: _EngineTimes,
    peers: Mapping[str, Timings],
    layouts: Mapping[str, str],
    applied_seconds: float,
) -> Report:
    fastest = min(peers.values(), key=lambda timings: timings.p50_ms).p50_ms
    live, floor = times.live.p50_ms, times.live_floor.p50_ms
    figures: dict[str, Any] = {
        "question": "headline",
        "expression": question.expression,
        "profiles": options.profiles,
        "interactions": options.interactions,
        "p50_ms": round(live, 4),
        "p99_ms": round(times.live.p99_ms, 4),
        "floor_ms": round(floor, 4),
        "peers": {name: round(timings.p50_ms, 3) for name, timings in peers.items()},
        "ratio_to_fastest_peer": round(fastest / live, 2),
        "ratio_to_floor": round(live / floor, 2),
        "engine": {
            "first_call_ms": round(times.first_ms, 3),
            "cold": times.cold.as_json(),
            "live": times.live.as_json() | {"runs": times.run_counts[0]},
            "after_restart": times.merged.as_json() | {"runs": times.run_counts[1]},
        },
        "floors": {"live": times.live_floor.as_json(), "after_restart": times.merged_floor.as_json()},
        "peer_details": {name: peers[name].as_json() | {"layout": layouts[name]} for name in peers},
        "apply_interactions_per_second": round(options.interactions / applied_seconds),
    }
    rows: list[tuple[object, ...]] = [
        ("engine, first call ever", times.first_ms, "", times.first_ms / live),
        ("engine, blocks being built", times.cold.p50_ms, times.cold.p99_ms, times.cold.p50_ms / live),
        (f"engine, live ({times.run_counts[0]} runs)", live, times.live.p99_ms, 1.0),
        (
            f"engine, after restart ({times.run_counts[1]} run)",
            times.merged.p50_ms,
            times.merged.p99_ms,
            times.merged.p50_ms / live,
        ),
        ("floor of live", floor, times.live_floor.p99_ms, floor / live),
        ("floor after restart", times.merged_floor.p50_ms, times.merged_floor.p99_ms, times.merged_floor.p50_ms / live),
        *((name, timings.p50_ms, timings.p99_ms, timings.p50_ms / live) for name, timings in peers.items()),
    ]
    title = f"{question.expression}: {options.profiles:,} profiles, {options.interactions:,} interactions"
    claim = "headline, fastest peer's p50 over the engine's"
    return Report(
        "headline",
        figures,
        [
            Table(title, ("", "p50 ms", "p99 ms", "times engine"), rows),
            Table("Layouts of the peers", ("",), [(f"{name}: {layout}",) for name, layout in layouts.items()]),
        ],
        [Bar.at_least(claim, fastest / live, _FASTEST_PEER_RATIO)],
    )
