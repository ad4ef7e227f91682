"""The questions of benchmarks.question_table: the engine, the bare operations and the peers, on one population loaded once.

Each call asks at another microsecond of the last 60 days, so nothing can answer from a result that it keeps. The engine, the
floor and every peer must give the same counts at several instants before anything is timed. Peers come one after the other, in
processes of their own. Every peer is asked all questions for their answers before it is timed with one, and a difference ends
the run without a report. The engine takes turns with each of them, and a ratio is of the medians of such turns: other load then
falls on both. `p50_ms` and `p99_ms` are the engine's in turns with the fastest peer, where there is one, else in turns with
the floor.
"""

import gc
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.engine import Asker, filled_index, merge_runs
from benchmarks.peers.apart import PeerApart
from benchmarks.peers.base import RowFiles
from benchmarks.peers.opening import opened
from benchmarks.question import POSTGRES, Answer, Asked, Question, Way, asked_moments
from benchmarks.question_table import QUESTIONS
from benchmarks.ready import Ready
from benchmarks.report import Bar, Options, Report, Table
from benchmarks.timing import Caller, Timings, measure, take_turns
from benchmarks.workload import CHANGESET_ROWS, Population, make
from projections.index.workspace_index import WorkspaceIndex

_CALLS, _FLOOR_CALLS, _PROBE_CALLS, _LEAST_CALLS = 2_000, 200, 3, 10
_PEER_CALLS, _SLOW_PEER_CALLS, _EQUAL_CALLS, _SLOW_EQUAL_CALLS = 40, 5, 4, 1
_CHECK_EQUAL_CALLS = 50
_SLOW_PEER_MS = 500.0
_PROBE_SECONDS = 2.0
_ENGINE_SECONDS, _SMALL_ENGINE_SECONDS = 10.0, 1.0
_ROUNDS = 10
_PAST_RATIO = 10.0


@dataclass(slots=True)
class _Measured:
    """One question."""

    question: Question
    asker: Asker
    engine: Timings
    """In turns with the floor."""
    floor: Timings
    expected: Sequence[Answer]
    peers: dict[str, Timings | None] = field(default_factory=dict)
    beside: dict[str, Timings] = field(default_factory=dict)
    """The engine in turns with each peer that was asked."""
    present: Timings | None = None
    """For Way.PAST: the engine asked the same at the end of the log, in turns with the past."""

    @property
    def fastest_peer(self) -> str | None:
        """The peer with the least p50, as a multiple of the engine's in turns with it."""
        asked = [name for name, timings in self.peers.items() if timings]
        return min(asked, key=self._ratio, default=None)

    def _ratio(self, peer: str) -> float:
        timings = self.peers[peer]
        assert timings
        return timings.p50_ms / self.beside[peer].p50_ms

    @property
    def peer_ratio(self) -> float | None:
        """How many times the engine's p50 the fastest peer takes."""
        return self._ratio(self.fastest_peer) if self.fastest_peer else None

    @property
    def shown(self) -> Timings:
        """The engine's."""
        return self.beside[self.fastest_peer] if self.fastest_peer else self.engine

    @property
    def floor_ratio(self) -> float:
        """How many times the floor's p50 the engine takes."""
        return self.engine.p50_ms / self.floor.p50_ms

    def figures(self, options: Options) -> dict[str, Any]:
        """The object of the issue, and how often each was called."""
        return {
            "question": self.question.name,
            "expression": self.question.expression,
            "profiles": options.profiles,
            "interactions": options.interactions,
            "p50_ms": round(self.shown.p50_ms, 4),
            "p99_ms": round(self.shown.p99_ms, 4),
            "floor_ms": round(self.floor.p50_ms, 4),
            "peers": {name: timings and round(timings.p50_ms, 3) for name, timings in self.peers.items()},
            "ratio_to_fastest_peer": self.peer_ratio and round(self.peer_ratio, 2),
            "ratio_to_floor": round(self.floor_ratio, 2),
            "p50_ms_beside": {
                "floor": round(self.engine.p50_ms, 4),
                **{name: round(timings.p50_ms, 4) for name, timings in self.beside.items()},
            },
            **({"present_p50_ms": round(self.present.p50_ms, 4)} if self.present else {}),
            "answer": self.expected[0][0],
            "calls": {
                "engine": len(self.engine.calls_ms),
                **{name: len(timings.calls_ms) for name, timings in self.peers.items() if timings},
            },
        }

    def bars(self) -> list[Bar]:
        """The issue's, which are for 10 million profiles and 100 million interactions."""
        name, bars, made = self.question.name, self.question.bars, []
        if bars.p50_ms:
            made.append(Bar.at_most(f"{name}: p50 ms", self.shown.p50_ms, bars.p50_ms))
        if bars.peer_ratio and self.peer_ratio:
            made.append(Bar.at_least(f"{name}: fastest peer's p50 over the engine's", self.peer_ratio, bars.peer_ratio))
        if bars.floor_ratio:
            made.append(Bar.at_most(f"{name}: p50 over the floor's", self.floor_ratio, bars.floor_ratio))
        if self.present:
            ratio = self.engine.p50_ms / self.present.p50_ms
            made.append(Bar.at_most(f"{name}: p50 over that of the present", ratio, _PAST_RATIO))
        return made


def run(options: Options) -> Report:
    """All questions."""
    measured, facts = _measured(options, QUESTIONS)
    figures = {"question": "questions", **facts, "questions": [one.figures(options) for one in measured]}
    return _report("questions", options, figures, measured, facts["layouts"])


def run_one(options: Options, name: str) -> Report:
    """The question of this name."""
    measured, facts = _measured(options, [question for question in QUESTIONS if question.name == name])
    return _report(name, options, {**measured[0].figures(options), **facts}, measured, facts["layouts"])


def _measured(options: Options, questions: Sequence[Question]) -> tuple[list[_Measured], dict[str, Any]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL runs as another user when we are root
        population = make(options.profiles, options.interactions, options.seed)
        rows = RowFiles.write(population, folder)
        moments = asked_moments(options.seed, _CALLS, population.ordinals, _known_at(population))
        started = time.perf_counter()
        index = filled_index(population)
        merge_runs(index)  # as a server does once nothing comes in
        rate = round(options.interactions / (time.perf_counter() - started))
        del population
        gc.collect()
        gc.freeze()
        measured = _engine_and_floors(index, rows, questions, moments, options)
        layouts = {}
        by_profile = any(question.way is Way.CHECK for question in questions)
        for peer in opened(options.peers, rows, folder, by_profile=by_profile):
            layouts[peer.name] = peer.layout
            able = [one for one in measured if peer.can_answer(one.question)]
            for one in measured:
                one.peers[peer.name] = None
            for one in able:
                _tell(f"{peer.name}: is {one.question.name} answered alike?")
                _compare(peer, one, moments)
            for one in able:
                _tell(f"{peer.name}: {one.question.name}")
                _ask_peer(peer, one, moments)
        gc.unfreeze()
    return measured, {"layouts": layouts, "apply_interactions_per_second": rate}


def _tell(what: str) -> None:
    """Progress, for whoever waits: a full run takes half an hour."""
    print(what, file=sys.stderr, flush=True)


def _known_at(population: Population) -> Callable[[int], int]:
    """How many changesets of interactions had been recorded at an instant."""
    ends = [*range(CHANGESET_ROWS, population.interactions, CHANGESET_ROWS), population.interactions]
    recorded = [population.recorded_at(end - 1) for end in ends]
    return lambda instant: int(np.searchsorted(recorded, instant, side="right"))


def _engine_and_floors(
    index: WorkspaceIndex, rows: RowFiles, questions: Sequence[Question], moments: Sequence[Asked], options: Options
) -> list[_Measured]:
    ready, found = Ready(rows), []
    for question in questions:
        _tell(f"engine and floor: {question.name}")
        found.append(_engine_and_floor(index, ready, question, moments, options))
    return found


def _engine_and_floor(
    index: WorkspaceIndex, ready: Ready, question: Question, moments: Sequence[Asked], options: Options
) -> _Measured:
    asker = Asker(index, question)
    expected = [asker.answer(asked) for asked in moments[: _equal_calls(question)]]
    for asked, answer in zip(moments, expected, strict=False):
        _check("the floor", question, asked, (question.floor(ready, asked)(),), answer)
    seconds = _SMALL_ENGINE_SECONDS if options.small else _ENGINE_SECONDS
    measure(asker.ask, asker.quarters(), at_most_seconds=seconds)
    merge_runs(index)
    probe_ms = measure(asker.ask, moments[:_PROBE_CALLS]).p50_ms
    calls = min(_CALLS, max(_LEAST_CALLS, int(1_000 * seconds / probe_ms)))
    bare = [question.floor(ready, asked) for asked in moments[: min(calls, _FLOOR_CALLS)]]
    turns = {"engine": Caller.here(asker.ask, moments[:calls]), "floor": Caller.here(lambda run: run(), bare)}
    if question.way is Way.PAST:
        turns["present"] = Caller.here(asker.ask_present, moments[:calls])
    times = take_turns(turns, _ROUNDS)
    return _Measured(question, asker, times["engine"], times["floor"], expected, present=times.get("present"))


def _compare(peer: PeerApart, one: _Measured, moments: Sequence[Asked]) -> None:
    equal = _equal_calls(one.question, slow=peer.name == POSTGRES)
    for asked, answer in zip(moments[:equal], one.expected, strict=False):
        _check(peer.name, one.question, asked, peer.ask(one.question, asked), answer)


def _ask_peer(peer: PeerApart, one: _Measured, moments: Sequence[Asked]) -> None:
    """With warm caches: turns last equally long; a few short calls between long ones would only meet cold caches."""
    equal = _equal_calls(one.question, slow=peer.name == POSTGRES)
    probe = peer.measure(one.question, moments[:_PROBE_CALLS], _PROBE_SECONDS)
    calls = _SLOW_PEER_CALLS if probe.p50_ms > _SLOW_PEER_MS else _PEER_CALLS
    as_long = calls * max(1, round(probe.p50_ms / one.engine.p50_ms))
    turns = {
        "engine": Caller.here(one.asker.ask, moments[equal : equal + as_long]),
        peer.name: Caller(partial(peer.measure, one.question), moments[equal : equal + calls]),
    }
    times = take_turns(turns, min(_ROUNDS, calls))
    one.beside[peer.name], one.peers[peer.name] = times["engine"], times[peer.name]


def _equal_calls(question: Question, *, slow: bool = False) -> int:
    """At how many instants answers are compared: at many where one answer is a small number, and quickly given."""
    if question.way is Way.CHECK:
        return _CHECK_EQUAL_CALLS
    return _SLOW_EQUAL_CALLS if slow else _EQUAL_CALLS


def _check(name: str, question: Question, asked: Asked, found: Answer, expected: Answer) -> None:
    if found != expected[: len(found)]:
        raise AssertionError(f"{question.name} at {asked}: {name} answers {found}, the engine {expected}")


def _report(
    name: str, options: Options, figures: dict[str, Any], measured: Sequence[_Measured], layouts: dict[str, str]
) -> Report:
    rows = []
    for one in measured:
        peers = [timings.p50_ms if (timings := one.peers.get(peer)) else "-" for peer in layouts]
        ratio = "-" if one.peer_ratio is None else one.peer_ratio
        rows.append((one.question.name, one.shown.p50_ms, one.shown.p99_ms, one.floor.p50_ms, *peers, ratio, one.floor_ratio))
    columns = ("question", "p50 ms", "p99 ms", "floor ms", *(f"{peer} ms" for peer in layouts), "times peer", "times floor")
    title = f"{options.profiles:,} profiles, {options.interactions:,} interactions; peers' p50"
    tables = [
        Table(title, columns, rows),
        Table("Layouts of the peers", ("",), [(f"{peer}: {layout}",) for peer, layout in layouts.items()]),
    ]
    return Report(name, figures, tables, [bar for one in measured for bar in one.bars()])
