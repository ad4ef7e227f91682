"""A cross table of three axes, and a month of a segment day by day: the service's own code, in this process, against DuckDB.

Each call asks at another microsecond of the last 30 days: the month before that lies in the 60 days in which tags are settled.
DuckDB, in a sorted layout, is asked for all cells in one statement; of the series it is asked for the sizes alone, not for who
entered and left. All numbers are compared before anything is timed.
"""

import gc
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.engine import filled_index, merge_runs
from benchmarks.leaves import Held
from benchmarks.peers.base import BOUGHT, THREADS, RowFiles
from benchmarks.question_table import HEADLINE
from benchmarks.report import Bar, Options, Report, Table
from benchmarks.timing import Caller, Timings, take_turns
from benchmarks.workload import DAY_US, END_US, WORKSPACE, asked_instants, make, tag_key
from projections.index.workspace_index import WorkspaceIndex
from server.usecases.asking import Questions, Segment
from server.usecases.clocks import Clocks, KnownAt, Reader
from server.usecases.reports import Axis, Parts, Reports
from server.usecases.state import WorkspaceState

_CALLS, _PEER_CALLS, _SMALL_CALLS, _EQUAL_CALLS, _ROUNDS = 200, 20, 10, 3, 10
_DAYS = 30
_TAGS = (0.6, 0.3, 0.2, 0.1, 0.05)
_ACTIONS = ("action_01", "action_02", "action_03")
_TIER_DAYS = (2, 30, 180)
_TIERS = (
    "did purchase in last 2 days",
    "last purchase in last 30 days and not did purchase in last 2 days",
    "last purchase in last 180 days and not did purchase in last 30 days",
    "last purchase before 180 days ago",
)
_NOW = (None, KnownAt())
_CROSSED, _SERIES = "cross table", f"series of {_DAYS} days"
_CROSSED_RATIO, _SERIES_RATIO = 5.0, 10.0
"""DuckDB's time over ours, which we ask of ourselves."""


class _Engine:
    """The use case, on an index without a log."""

    def __init__(self, index: WorkspaceIndex) -> None:
        states = {WORKSPACE: WorkspaceState(WORKSPACE, index)}
        clocks = Clocks(states, lambda: END_US, lambda: index.clock().position)
        self._reports = Reports(Questions(clocks), clocks)
        axes = {
            "tag": [(f"{share}", f'tagged "{tag_key(share)}"') for share in _TAGS],
            "tier": [(f"{tier}", text) for tier, text in enumerate(_TIERS)],
            "action": [(action, f"did {action} in last 30 days") for action in _ACTIONS],
        }
        self._axes = [
            Axis(name, _NOW, Parts([(label, Segment(text, None)) for label, text in parts])) for name, parts in axes.items()
        ]

    def crossed(self, as_of: int) -> list[int]:
        found = self._reports.cross(Reader(WORKSPACE), (as_of, KnownAt()), Segment("everyone", None), self._axes)
        return list(found.cells)

    def series(self, as_of: int) -> list[int]:
        segment = Segment(HEADLINE.expression, None)
        points = self._reports.series(Reader(WORKSPACE), KnownAt(), segment, _instants(as_of), as_known_then=False)
        return [point.count for point in points]


class _DuckDb:
    """The same numbers by SQL."""

    def __init__(self, rows: RowFiles) -> None:
        self._db: Any = duckdb.connect(":memory:", config={"threads": THREADS})
        for statement in (
            "CREATE TABLE interactions AS FROM '{interactions}'",
            "CREATE TABLE tags AS FROM '{tags}'",
            "CREATE TABLE profiles AS SELECT unnest(range({profiles}))::UINTEGER AS ordinal",
        ):
            self._db.execute(statement.format_map(rows.names))

    def crossed(self, as_of: int) -> list[int]:
        numbers, codes = [Held(share).number for share in _TAGS], [BOUGHT + 1 + k for k in range(len(_ACTIONS))]
        tiers = " ".join(f"WHEN last_at > {as_of - days * DAY_US} THEN {tier}" for tier, days in enumerate(_TIER_DAYS))
        found = self._db.execute(
            f"""
            WITH tiers AS (
                SELECT ordinal, CASE {tiers} ELSE {len(_TIER_DAYS)} END AS tier FROM (
                    SELECT ordinal, max(occurred_at) AS last_at FROM interactions
                    WHERE type = {BOUGHT} AND occurred_at <= {as_of} GROUP BY ordinal
                )
            ),
            acted AS (
                SELECT DISTINCT type, ordinal FROM interactions
                WHERE type IN ({", ".join(map(str, codes))}) AND occurred_at > {as_of - 30 * DAY_US} AND occurred_at <= {as_of}
            )
            SELECT t.tag, tier, a.type, count(*) FROM profiles AS p
            LEFT JOIN (SELECT tag, ordinal FROM tags WHERE tag IN ({", ".join(map(str, numbers))})) AS t USING (ordinal)
            LEFT JOIN tiers USING (ordinal) LEFT JOIN acted AS a USING (ordinal)
            GROUP BY ALL
            """
        ).fetchall()
        places = [{**{one: k for k, one in enumerate(of)}, None: len(of)} for of in (numbers, range(len(_TIERS)), codes)]
        cells = [0] * ((len(numbers) + 1) * (len(_TIERS) + 1) * (len(codes) + 1))
        for *labels, count in found:
            tag, tier, action = (place[label] for place, label in zip(places, labels, strict=True))
            cells[(tag * (len(_TIERS) + 1) + tier) * (len(codes) + 1) + action] = count
        return cells

    def series(self, as_of: int) -> list[int]:
        tag = Held(0.1).number
        return [
            self._db.execute(
                f"SELECT count(*) FROM tags WHERE tag = {tag} AND ordinal IN (SELECT ordinal FROM interactions "
                f"WHERE type = {BOUGHT} AND occurred_at > {instant - 30 * DAY_US} AND occurred_at <= {instant})"
            ).fetchone()[0]
            for instant in _instants(as_of)
        ]


def run(options: Options) -> Report:
    """Measure."""
    population = make(options.profiles, options.interactions, options.seed)
    engine = _Engine(_settled(filled_index(population)))
    with tempfile.TemporaryDirectory() as name:
        rows = RowFiles.write(population, Path(name))
        del population
        gc.collect()
        gc.freeze()
        peer = _DuckDb(rows)
    moments = [END_US - (END_US - as_of) // 2 for as_of in asked_instants(options.seed, _CALLS)]
    for as_of in moments[:_EQUAL_CALLS]:
        for what in ("crossed", "series"):
            ours, theirs = getattr(engine, what)(as_of), getattr(peer, what)(as_of)
            if ours != theirs:
                raise AssertionError(f"{what} at {as_of}: {ours}, DuckDB {theirs}")
    calls, peer_calls = (_SMALL_CALLS, _SMALL_CALLS) if options.small else (_CALLS, _PEER_CALLS)
    callers = {
        _CROSSED: Caller.here(engine.crossed, moments[:calls]),
        f"{_CROSSED}, DuckDB": Caller.here(peer.crossed, moments[:peer_calls]),
        _SERIES: Caller.here(engine.series, moments[:calls]),
        f"{_SERIES}, DuckDB": Caller.here(peer.series, moments[:peer_calls]),
    }
    times = take_turns(callers, _ROUNDS)
    gc.unfreeze()
    return _report(options, times)


def _settled(index: WorkspaceIndex) -> WorkspaceIndex:
    merge_runs(index)
    return index


def _instants(as_of: int) -> Sequence[int]:
    """Day by day up to an instant, off the hour by as much as it is."""
    return [as_of - (_DAYS - 1 - day) * DAY_US for day in range(_DAYS)]


def _report(options: Options, times: dict[str, Timings]) -> Report:
    ratios = {what: times[f"{what}, DuckDB"].p50_ms / times[what].p50_ms for what in (_CROSSED, _SERIES)}
    figures = {
        "question": "reports",
        "profiles": options.profiles,
        "interactions": options.interactions,
        "ms": {what: taken.as_json() for what, taken in times.items()},
        "ratio_to_duckdb": {what: round(ratio, 2) for what, ratio in ratios.items()},
    }
    rows = [(what, taken.p50_ms, taken.longest_ms) for what, taken in times.items()]
    title = f"{options.profiles:,} profiles, {options.interactions:,} interactions; 120 cells"
    bars = [
        Bar.at_least("cross table, DuckDB's p50 over the engine's", ratios[_CROSSED], _CROSSED_RATIO),
        Bar.at_least("series, DuckDB's p50 over the engine's", ratios[_SERIES], _SERIES_RATIO),
    ]
    return Report("reports", figures, [Table(title, ("", "p50 ms", "longest ms"), rows)], bars)
