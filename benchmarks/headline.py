"""`tagged X and did purchase in last 30 days`: the engine against its peers and against the bare bitmap operations.

Each call asks at another microsecond of the last 60 days, so nothing can answer from a result that it keeps. All engines must
give the same counts before anything is timed.
"""

import gc
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks.engine import EngineCounter, FloorQuestion, filled_index, floor_questions, merge_runs
from benchmarks.peers.base import Headline, Peer, RowFiles
from benchmarks.peers.chdb_peers import ChdbBitmapPeer, ChdbEngine, ChdbScanPeer
from benchmarks.peers.duckdb_peer import DuckDbPeer
from benchmarks.peers.postgres_peer import SETTINGS, PostgresPeer
from benchmarks.processes import postgres
from benchmarks.report import Bar, Options, Report, Table
from benchmarks.timing import Caller, Timings, measure, take_turns
from benchmarks.workload import ASKED_DAYS, DAY_US, END_US, PURCHASE, Population, asked_instants, make, tag_key
from projections.index.workspace_index import WorkspaceIndex

TAG_SHARE = 0.1
_DAYS = 30
_CALLS, _PEER_CALLS, _PEER_WARM_CALLS, _EQUAL_CALLS = 2_000, 200, 20, 8
_ROUNDS = 10
_FASTEST_PEER_RATIO = 10.0


_FIRST, _COLD, _LIVE, _LIVE_FLOOR = "engine, first call ever", "engine, blocks being built", "engine, live", "floor, live"
_RESTARTED, _RESTARTED_FLOOR = "engine, after a restart", "floor, after a restart"


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
    applied_per_second = round(options.interactions / (time.perf_counter() - started))
    gc.collect()
    gc.freeze()
    with tempfile.TemporaryDirectory() as folder, _loaded_peers(population, Path(folder)) as peers:
        counter = EngineCounter(index, question)
        times = {_FIRST: measure(counter.count, instants[:1]), _COLD: measure(counter.count, instants[1 : _CALLS // 4])}
        _check_equal(counter, peers, question, instants[-_EQUAL_CALLS:])
        runs = _run_count(index, question)
        calls = _PEER_CALLS // 4 if options.small else _PEER_CALLS
        callers = _engine_callers(index, question, instants, _LIVE, _LIVE_FLOOR)
        callers |= {peer.name: _peer_caller(peer, question, instants, calls) for peer in peers}
        times |= take_turns(callers, _ROUNDS)
        merge_runs(index)
        times |= take_turns(_engine_callers(index, question, instants, _RESTARTED, _RESTARTED_FLOOR), _ROUNDS)
        layouts = {peer.name: peer.layout for peer in peers}
    gc.unfreeze()
    return _report(options, question, times, layouts, {"runs": runs, "apply_interactions_per_second": applied_per_second})


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


def _engine_callers(
    index: WorkspaceIndex, question: Headline, instants: list[int], name: str, floor_name: str
) -> dict[str, Caller]:
    """The engine with all blocks built, and its floor."""
    counter = EngineCounter(index, question)
    counter.warm(END_US - ASKED_DAYS * DAY_US, END_US)
    bare = floor_questions(index, question, instants, len(instants) // 2)
    return {name: Caller(counter.count, instants), floor_name: Caller(FloorQuestion.count, bare)}


def _peer_caller(peer: Peer, question: Headline, instants: list[int], calls: int) -> Caller:
    """The peer with warm caches."""

    def ask(as_of: int) -> int:
        return peer.count(question, as_of)

    measure(ask, instants[:_PEER_WARM_CALLS])
    return Caller(ask, instants[_PEER_WARM_CALLS : _PEER_WARM_CALLS + calls])


def _run_count(index: WorkspaceIndex, question: Headline) -> int:
    """How many sorted runs the rows of the type are in: each adds to the work of a window."""
    return len(index.interactions[question.type]._state[0])


def _report(
    options: Options,
    question: Headline,
    times: Mapping[str, Timings],
    layouts: Mapping[str, str],
    facts: Mapping[str, int],
) -> Report:
    live, floor = times[_LIVE], times[_LIVE_FLOOR]
    fastest_ms = min(times[name].p50_ms for name in layouts)
    figures: dict[str, Any] = {
        "question": "headline",
        "expression": question.expression,
        "profiles": options.profiles,
        "interactions": options.interactions,
        "p50_ms": round(live.p50_ms, 4),
        "p99_ms": round(live.p99_ms, 4),
        "floor_ms": round(floor.p50_ms, 4),
        "peers": {name: round(times[name].p50_ms, 3) for name in layouts},
        "ratio_to_fastest_peer": round(fastest_ms / live.p50_ms, 2),
        "ratio_to_floor": round(live.p50_ms / floor.p50_ms, 2),
        "details": {name: timings.as_json() for name, timings in times.items()},
        "layouts": dict(layouts),
        **facts,
    }
    rows = [(name, timings.p50_ms, timings.p99_ms, timings.p50_ms / live.p50_ms) for name, timings in times.items()]
    title = (
        f"{question.expression}: {options.profiles:,} profiles, {options.interactions:,} interactions; "
        f"live in {facts['runs']} runs, after a restart in one"
    )
    claim = "headline, fastest peer's p50 over the engine's"
    return Report(
        "headline",
        figures,
        [
            Table(title, ("", "p50 ms", "p99 ms", "times engine"), rows),
            Table("Layouts of the peers", ("",), [(f"{name}: {layout}",) for name, layout in layouts.items()]),
        ],
        [Bar.at_least(claim, fastest_ms / live.p50_ms, _FASTEST_PEER_RATIO)],
    )
