"""What retracted interactions cost: questions with none, with marks on the rows, and after the upkeep has taken the rows out.

Retractions are drawn at random of the purchases of the last 60 days, a thousand at a time. After each step the count of the
headline is held against all rows, those that are retracted left out.
"""

import gc
import time
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from benchmarks.engine import Asker, filled_index, merge_runs
from benchmarks.question import Asked, asked_moments
from benchmarks.question_table import HEADLINE, QUESTIONS
from benchmarks.report import Bar, Options, Report, Table
from benchmarks.timing import Timings, measure
from benchmarks.workload import DAY_US, END_US, PURCHASE, make
from domain.language.parser import parse
from projections.index.row_columns import ORDINAL, RETRACTED, TIME, RowSet
from projections.index.rows import InteractionRows
from projections.index.workspace_index import WorkspaceIndex
from projections.query import evaluator
from projections.query.view import View

_STEPS = (100, 1_000, 10_000, 20_000)  # of 55 million purchases the upkeep leaves 13,000 marked
_AT_ONCE = 1_000
_CALLS, _SCAN_CALLS, _SMALL_CALLS = 400, 20, 20
_SUM = next(question for question in QUESTIONS if question.name == "sum_in_90d")
_NONE, _HEADLINE, _SCAN = "none", "headline", "sum over 90 days"
_RATIO_MAX = 3.0
"""Of the headline with the most marks to that without any."""


def run(options: Options) -> Report:
    """Measure, in this process."""
    population = make(options.profiles, options.interactions, options.seed)
    index = filled_index(population)
    moments = asked_moments(options.seed, _CALLS, population.ordinals, lambda _: 0)
    del population
    merge_runs(index)
    gc.collect()
    gc.freeze()
    rows, rng = index.interactions[PURCHASE], np.random.default_rng(options.seed)
    recent = rows.rows(END_US - 60 * DAY_US, END_US, index.clock().version)[0]
    drawn = rng.permutation(len(recent))[: _STEPS[-1]]
    times, marked = {_NONE: _asked(index, options, moments)}, list[float]()
    steps = [0, *(step for step in _STEPS if step <= len(drawn))]
    for before, count in pairwise(steps):
        for first in range(before, count, _AT_ONCE):
            places = np.sort(drawn[first : min(first + _AT_ONCE, count)])
            marked.append(_retract(rows, recent.at(places), index.clock().version))
        _check(index, moments[0])
        times[f"{count:,} marked"] = _asked(index, options, moments)
    started = time.perf_counter()
    for _ in range(len(rows.runs())):
        rows.compact()
    taken_out = time.perf_counter() - started
    _check(index, moments[0])
    times["after the upkeep"] = _asked(index, options, moments)
    gc.unfreeze()
    return _report(options, times, marked, taken_out)


def _retract(rows: InteractionRows, gone: RowSet, version: int) -> float:
    """Mark them; milliseconds that the writer takes."""
    names = [TIME, *rows.runs()[0].columns]
    columns = {name: gone.column(name) for name in names} | {RETRACTED: np.full(len(gone), version, np.uint32)}
    started = time.perf_counter()
    rows.retract(columns)
    return (time.perf_counter() - started) * 1e3


def _asked(index: WorkspaceIndex, options: Options, moments: Sequence[Asked]) -> dict[str, Timings]:
    headline, scan = Asker(index, HEADLINE), Asker(index, _SUM)
    measure(headline.ask, headline.quarters())
    calls, scans = (_SMALL_CALLS, 3) if options.small else (_CALLS, _SCAN_CALLS)
    return {_HEADLINE: measure(headline.ask, moments[:calls]), _SCAN: measure(scan.ask, moments[:scans])}


def _check(index: WorkspaceIndex, asked: Asked) -> None:
    tagged, bought = (parse(part) for part in HEADLINE.expression.split(" and "))
    view = View(index, index.clock().version, asked.as_of)
    holders = np.asarray(list(evaluator.members(tagged, view)), np.uint32)
    every = index.interactions[PURCHASE].recorded()
    times, ordinals, gone = (np.concatenate([one.column(name) for one in every]) for name in (TIME, ORDINAL, RETRACTED))
    due = np.unique(ordinals[(gone == 0) & (times > asked.as_of - 30 * DAY_US) & (times <= asked.as_of)])
    found, expected = Asker(index, HEADLINE).ask(asked), len(np.intersect1d(due, holders))
    if (found, len(evaluator.members(bought, view))) != (expected, len(due)):
        raise AssertionError(f"{found:,} at {asked}, and {expected:,} by the rows that are left")


def _report(options: Options, times: Mapping[str, Mapping[str, Timings]], marked: Sequence[float], taken_out: float) -> Report:
    most = [name for name in times if name.endswith("marked")][-1]
    slower = times[most][_HEADLINE].p50_ms / times[_NONE][_HEADLINE].p50_ms
    figures = {
        "question": "corrections",
        "profiles": options.profiles,
        "interactions": options.interactions,
        "ms": {name: {what: one.as_json() for what, one in of.items()} for name, of in times.items()},
        "marking_a_thousand_ms": round(float(np.median(marked)), 3),
        "taking_out_s": round(taken_out, 2),
    }
    rows = [(name, of[_HEADLINE].p50_ms, of[_HEADLINE].p99_ms, of[_SCAN].p50_ms) for name, of in times.items()]
    title = f"{options.profiles:,} profiles, {options.interactions:,} interactions; retracted of the last 60 days"
    facts = [("marking a thousand, ms", float(np.median(marked))), ("taking them out of the run, s", taken_out)]
    return Report(
        "corrections",
        figures,
        [Table(title, ("retracted", "headline p50 ms", "p99 ms", f"{_SCAN} p50 ms"), rows), Table("Upkeep", ("", ""), facts)],
        [Bar.at_most("headline with the most marks, times that without any", slower, _RATIO_MAX)],
    )
