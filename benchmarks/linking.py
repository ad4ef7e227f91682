"""What links cost: the headline question with and without 100,000 pairs of profiles that are one person; and making links.

Two indexes of one population, one of them with links, are asked in turns at the same instants. That persons are counted right
is held against the members without links: of these, whoever is linked is taken as its person.
"""

import gc
import time
import uuid
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from benchmarks.engine import filled_index, merge_runs
from benchmarks.question_table import HEADLINE
from benchmarks.report import Bar, Options, Report, Table
from benchmarks.timing import Caller, Timings, take_turns
from benchmarks.workload import END_US, WORKSPACE, asked_instants, make
from domain.changeset import Attribution, Changeset, LinkColumns, Outcome, Recorded
from domain.language.parser import parse
from domain.language.syntax import And
from projections.index.workspace_index import WorkspaceIndex
from projections.query import evaluator
from projections.query.prepared import Prepared
from projections.query.view import View

_PAIRS, _PAIRS_AT_ONCE, _SINGLE = 100_000, 10_000, 50
_SMALL_SHARE = 100  # in small populations one profile in so many is the first of a pair
_CALLS, _SMALL_CALLS, _ROUNDS, _CHECKED_CALLS = 2_000, 100, 20, 5
_FACTOR_MAX = 1.1
"""Issue 4."""
_Pairs = npt.NDArray[np.uint32]
_WITHOUT, _WITH = "headline without links", "headline with links"
_MANY, _ONE, _APART = f"link {_PAIRS_AT_ONCE:,} pairs", "link one pair", "take one pair apart"


def run(options: Options) -> Report:
    """Measure."""
    population = make(options.profiles, options.interactions, options.seed)
    plain, linked = filled_index(population), filled_index(population)
    del population
    pairs = min(_PAIRS, options.profiles // _SMALL_SHARE)
    rng = np.random.default_rng([options.seed, 7])
    drawn: _Pairs = rng.choice(options.profiles, (pairs + _SINGLE, 2), replace=False).astype(np.uint32)
    for index in (plain, linked):
        merge_runs(index)
    gc.collect()
    gc.freeze()
    links = _Links(linked)
    many = [links.link(part) for part in np.array_split(drawn[:pairs], max(1, pairs // _PAIRS_AT_ONCE))]
    merge_runs(linked)
    singly = [links.link(drawn[pairs + k : pairs + k + 1]) for k in range(_SINGLE)]
    apart = [links.unlink(drawn[pairs + k]) for k in range(_SINGLE)]
    _check(plain, linked, drawn[:pairs], asked_instants(options.seed, _CHECKED_CALLS))
    question, moments = Prepared(parse(HEADLINE.expression)), asked_instants(options.seed, _CALLS)
    calls = moments[: _SMALL_CALLS if options.small else _CALLS]

    def asked(index: WorkspaceIndex) -> Caller:
        version = index.clock().version
        return Caller.here(lambda as_of: evaluator.count(question, View(index, version, as_of)), calls)

    times = take_turns({_WITHOUT: asked(plain), _WITH: asked(linked)}, _ROUNDS)
    gc.unfreeze()
    times |= {_MANY: Timings(many), _ONE: Timings(singly), _APART: Timings(apart)}
    return _report(options, pairs, times)


class _Links:
    """Links pairs of profiles that are linked with nobody, and takes them apart again."""

    def __init__(self, index: WorkspaceIndex) -> None:
        self._index = index

    def link(self, pairs: _Pairs) -> float:
        """Milliseconds."""
        profiles = np.sort(pairs, axis=1)
        firsts, seconds = pairs.T.tolist()
        return self._applied(LinkColumns(True, firsts, seconds, profiles.ravel().tolist(), [2] * len(pairs)))

    def unlink(self, pair: _Pairs) -> float:
        """Milliseconds."""
        first, second = pair.tolist()
        return self._applied(LinkColumns(False, [first], [second], (), ()))

    def _applied(self, links: LinkColumns) -> float:
        clock = self._index.clock()
        changeset = Changeset(
            workspace=WORKSPACE,
            version=clock.version + 1,
            changeset_id=str(uuid.uuid4()),
            attribution=Attribution("benchmark", "benchmark", "benchmark"),
            recorded_at=END_US,
            first_ordinal=self._index.profile_count,
            outcome=Outcome(changed=len(links.firsts), new_profiles=len(links.sizes)),
            links=links,
        )
        started = time.perf_counter()
        self._index.apply(Recorded(clock.position + 1, changeset, "", ""))
        return (time.perf_counter() - started) * 1e3


def _check(
    plain: WorkspaceIndex,
    linked: WorkspaceIndex,
    pairs: _Pairs,
    moments: Sequence[int],
) -> None:
    """Who is in both parts of the headline: of a pair that are one person, either may have the one and the other."""
    whole = parse(HEADLINE.expression)
    assert isinstance(whole, And)
    for as_of in moments:
        parts = [evaluator.members(part, View(plain, plain.clock().version, as_of)) for part in whole.operands]
        firsts = np.arange(plain.profile_count, dtype=np.uint32)
        firsts[pairs[:, 1]] = pairs[:, 0]
        held, did = (np.unique(firsts[np.frombuffer(part.to_array(), dtype=np.uint32)]) for part in parts)
        expected = len(np.intersect1d(held, did, assume_unique=True))
        found = evaluator.count(whole, View(linked, linked.clock().version, as_of))
        if found != expected:
            raise AssertionError(f"{found} persons at {as_of} instead of {expected}")


def _report(options: Options, pairs: int, times: dict[str, Timings]) -> Report:
    factor = times[_WITH].p50_ms / times[_WITHOUT].p50_ms
    figures = {
        "question": "linking",
        "profiles": options.profiles,
        "interactions": options.interactions,
        "pairs": pairs,
        "ms": {what: taken.as_json() for what, taken in times.items()},
        "factor": round(factor, 3),
    }
    rows = [(what, taken.p50_ms, taken.longest_ms) for what, taken in times.items()]
    title = f"{options.profiles:,} profiles, {options.interactions:,} interactions, {pairs:,} pairs linked"
    bars = [Bar.at_most("headline with links, times that without", factor, _FACTOR_MAX)]
    return Report("linking", figures, [Table(title, ("", "p50 ms", "longest ms"), rows)], bars)
