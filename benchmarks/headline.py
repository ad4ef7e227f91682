"""`tagged X and did purchase in last 30 days`: the engine against its peers and against the bare bitmap operations.

Each call asks at another microsecond of the last 60 days, so nothing can answer from a result that it keeps. All engines must
give the same counts before anything is timed.
"""

import gc
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.engine import Asker, filled_index, merge_runs
from benchmarks.peers.apart import PeerApart
from benchmarks.peers.base import RowFiles
from benchmarks.peers.opening import opened_together
from benchmarks.question import Asked, asked_moments
from benchmarks.question_table import HEADLINE
from benchmarks.ready import Ready
from benchmarks.report import Bar, Options, Report, Table
from benchmarks.timing import Caller, Timings, measure, take_turns
from benchmarks.workload import PURCHASE, make
from projections.index.workspace_index import WorkspaceIndex

_CALLS, _FLOOR_CALLS, _PEER_CALLS, _PEER_WARM_CALLS, _EQUAL_CALLS = 2_000, 1_000, 200, 20, 8
_ROUNDS = 10
_FASTEST_PEER_RATIO = 10.0


_FIRST, _COLD, _LIVE, _LIVE_FLOOR = "engine, first call ever", "engine, blocks being built", "engine, live", "floor, live"
_RESTARTED, _RESTARTED_FLOOR = "engine, after a restart", "floor, after a restart"


def run(options: Options) -> Report:
    """Measure, and compare."""
    population = make(options.profiles, options.interactions, options.seed)
    moments = asked_moments(options.seed, _CALLS, population.ordinals, lambda _: 0)
    started = time.perf_counter()
    index = filled_index(population)
    applied_per_second = round(options.interactions / (time.perf_counter() - started))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL runs as another user when we are root
        rows = RowFiles.write(population, folder)
        del population
        gc.collect()
        gc.freeze()
        bare = _bare(rows, moments[:_FLOOR_CALLS])
        with opened_together(options.peers, rows, folder) as peers:
            asker = Asker(index, HEADLINE)
            times = {_FIRST: measure(asker.ask, moments[:1]), _COLD: measure(asker.ask, moments[1 : _CALLS // 4])}
            _check_equal(asker, peers, moments[-_EQUAL_CALLS:])
            runs = _run_count(index)
            calls = _PEER_CALLS // 4 if options.small else _PEER_CALLS
            callers = _engine_callers(asker, moments, bare, _LIVE, _LIVE_FLOOR)
            callers |= {peer.name: _peer_caller(peer, moments, calls) for peer in peers}
            times |= take_turns(callers, _ROUNDS)
            merge_runs(index)
            times |= take_turns(_engine_callers(asker, moments, bare, _RESTARTED, _RESTARTED_FLOOR), _ROUNDS)
            layouts = {peer.name: peer.layout for peer in peers}
    gc.unfreeze()
    return _report(options, times, layouts, {"runs": runs, "apply_interactions_per_second": applied_per_second})


def _bare(rows: RowFiles, moments: Sequence[Asked]) -> list[Callable[[], int]]:
    """The bare bitmap operations, all bitmaps ready."""
    ready = Ready(rows)
    return [HEADLINE.floor(ready, asked) for asked in moments]


def _check_equal(asker: Asker, peers: Sequence[PeerApart], moments: Sequence[Asked]) -> None:
    for asked in moments:
        expected = asker.ask(asked)
        for peer in peers:
            found = peer.ask(HEADLINE, asked)
            if found != (expected,):
                raise AssertionError(f"at {asked}: {peer.name} counts {found}, the engine {expected}")


def _engine_callers(
    asker: Asker, moments: Sequence[Asked], bare: Sequence[Callable[[], int]], name: str, floor_name: str
) -> dict[str, Caller]:
    """The engine with all blocks built, and its floor."""
    measure(asker.ask, asker.quarters())
    return {name: Caller.here(asker.ask, moments), floor_name: Caller.here(lambda run: run(), bare)}


def _peer_caller(peer: PeerApart, moments: Sequence[Asked], calls: int) -> Caller:
    """The peer with warm caches."""
    peer.measure(HEADLINE, moments[:_PEER_WARM_CALLS])
    return Caller(partial(peer.measure, HEADLINE), moments[_PEER_WARM_CALLS : _PEER_WARM_CALLS + calls])


def _run_count(index: WorkspaceIndex) -> int:
    """How many sorted runs the rows of the type are in: each adds to the work of a window."""
    return len(index.interactions[PURCHASE].runs())


def _report(
    options: Options,
    times: Mapping[str, Timings],
    layouts: Mapping[str, str],
    facts: Mapping[str, int],
) -> Report:
    live, floor = times[_LIVE], times[_LIVE_FLOOR]
    fastest_ms = min((times[name].p50_ms for name in layouts), default=0.0)
    figures: dict[str, Any] = {
        "question": "headline",
        "expression": HEADLINE.expression,
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
        f"{HEADLINE.expression}: {options.profiles:,} profiles, {options.interactions:,} interactions; "
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
