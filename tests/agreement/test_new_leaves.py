"""Each kind of leaf against the oracle, in numbers that a mixed campaign gives to none, and in blocks of few profiles."""

import random
from collections.abc import Callable, Iterator
from typing import get_args

import pytest
from pyroaring import BitMap

from domain.catalogue_changes import TagDefined, WorkspaceCreated
from domain.changeset import Recorded
from domain.errors import MixedCurrencies
from domain.language.parts import relations
from domain.language.syntax import (
    Between,
    ClockCondition,
    Did,
    Edge,
    Ever,
    Everyone,
    Filter,
    FilterAll,
    FilterAny,
    FilterNot,
    InList,
    InSegment,
    Instant,
    Lasting,
    Leaf,
    Measure,
    Moved,
    Resumed,
    Sequence,
    Since,
    Step,
    TagChanged,
    Tagged,
    TraitRelated,
    Unit,
)
from projections.index.workspace_index import WorkspaceIndex
from projections.naive import NaiveLedger
from projections.query import evaluator
from projections.query.operators.base import Countable, Counted, Narrowable
from projections.query.plan import Lookup
from projections.query.planner import plan
from projections.query.prepared import Prepared
from projections.query.view import View
from tests.oracle import as_if_large
from tests.oracle.histories import (
    MINUTE_US,
    WORKSPACE,
    Interaction,
    TagChange,
    Vocabulary,
    name_of,
    named,
    random_changesets,
    random_clock,
    random_leaf,
    random_vocabulary,
    recorded,
)

HISTORIES = 3
LEAVES = 60


@pytest.fixture(autouse=True)
def _as_if_large(monkeypatch: pytest.MonkeyPatch) -> None:
    as_if_large.set_all(monkeypatch.setattr)


@pytest.mark.parametrize("kind", [kind for kind in get_args(Leaf) if kind not in (Everyone, InSegment, InList)])
def test_a_leaf_selects_what_the_oracle_selects(kind: type[Leaf]) -> None:
    _compare(kind.__name__, lambda leaf: isinstance(leaf, kind))


def test_a_filter_that_speaks_of_other_profiles_selects_what_the_oracle_selects() -> None:
    _compare("relations", lambda leaf: not isinstance(leaf, TraitRelated) and any(relations(leaf)))


def test_a_filter_on_the_clock_selects_what_the_oracle_selects() -> None:
    _compare("clock", lambda leaf: isinstance(leaf, Did) and leaf.where is not None and _has_clock(leaf.where))


@pytest.mark.parametrize("kind", [Did, Measure, Edge])
def test_among_a_few_profiles_a_leaf_says_what_it_says_of_all(kind: type[Leaf]) -> None:
    told = 0
    for number in range(HISTORIES):
        rng = random.Random(f"among {kind.__name__}/{number}")
        vocabulary = random_vocabulary(rng)
        history = random_changesets(rng, 60, 25, vocabulary, leaving=False, linking=False)
        index = named(WorkspaceIndex(WORKSPACE))
        for one in history:
            index.apply(one)
        # Who is spoken of, only a plan says.
        leaves = (leaf for leaf in _endless(rng, vocabulary) if isinstance(leaf, kind) and not any(relations(leaf)))
        for leaf, _ in zip(leaves, range(LEAVES), strict=False):
            as_of, known_at = random_clock(rng, history, vocabulary)
            view = View(index, index.version_at_position(known_at), as_of)
            few = BitMap([ordinal for ordinal in range(index.profile_count) if rng.random() < rng.choice((0.1, 0.5, 1))])
            lookup = plan(Prepared(leaf), view)
            assert isinstance(lookup, Lookup)
            assert isinstance(lookup.operator, Narrowable)
            expected = lookup.operator.members() & few
            assert lookup.operator.narrowed(few).members() & few == expected, f"{leaf} at {as_of}, {known_at}"
            if isinstance(lookup.operator, Countable):
                assert lookup.operator.count_among(few) in (None, len(expected))
            if isinstance(lookup.operator, Counted):
                assert lookup.operator.count_all() in (None, len(lookup.operator.members()))
            told += 0 < len(expected) < len(few)
    assert told >= HISTORIES * LEAVES // 10


def _compare(seed: str, wanted: Callable[[Leaf], bool]) -> None:
    """Random leaves of one kind; some of the answers must be neither nobody nor everybody."""
    telling = 0
    for number in range(HISTORIES):
        rng = random.Random(f"{seed}/{number}")
        vocabulary = random_vocabulary(rng)
        history = random_changesets(rng, 60, 25, vocabulary)
        oracle, index = NaiveLedger(WORKSPACE), named(WorkspaceIndex(WORKSPACE))
        oracle.name_of = name_of
        for one in history:
            oracle.apply(one)
            index.apply(one)
        leaves = (leaf for leaf in _endless(rng, vocabulary) if wanted(leaf))
        for leaf, _ in zip(leaves, range(LEAVES), strict=False):
            as_of, known_at = random_clock(rng, history, vocabulary)
            view = View(index, index.version_at_position(known_at), as_of)
            try:
                expected = oracle.members(leaf, as_of, known_at)
            except MixedCurrencies:
                with pytest.raises(MixedCurrencies):
                    evaluator.members(leaf, view)
                continue
            assert frozenset(evaluator.members(leaf, view)) == expected, f"{leaf} at {as_of}, {known_at}"
            telling += 0 < len(expected) < len(oracle.universe(as_of, known_at))
    assert telling >= HISTORIES * LEAVES // 10


def _endless(rng: random.Random, vocabulary: Vocabulary) -> Iterator[Leaf]:
    while True:
        yield random_leaf(rng, vocabulary)


def _has_clock(condition: Filter) -> bool:
    match condition:
        case FilterAll() | FilterAny():
            return any(map(_has_clock, condition.operands))
        case FilterNot():
            return _has_clock(condition.operand)
        case _:
            return isinstance(condition, ClockCondition)


def _grid(rng: random.Random) -> int:
    """An instant at, or a microsecond beside, one of a few minutes: spans and windows meet at their edges all the time."""
    return rng.randrange(12) * MINUTE_US + rng.choice((-1, 0, 0, 0, 1))


def _edge_history(rng: random.Random) -> list[Recorded]:
    tags = [TagChange(rng.randrange(40), 1, rng.random() < 0.6, _grid(rng)) for _ in range(60)]
    for ordinal in range(40):
        at = _grid(rng)
        tags += [TagChange(ordinal, 1, False, at), TagChange(ordinal, 2, True, at)] if rng.random() < 0.7 else []
    rows = [Interaction(rng.randrange(40), rng.choice("abb"), _grid(rng)) for _ in range(120)]
    catalogue = (WorkspaceCreated("CNY"), TagDefined(1, None, "vip", ""), TagDefined(2, None, "star", ""))
    return [recorded(1, 0, catalogue=catalogue, tags=tags, interactions=rows, new_profiles=40)]


def _edge_leaf(rng: random.Random) -> Leaf:
    window = rng.choice((Ever(), Between(Instant(_grid(rng)), Instant(_grid(rng))), Since(Instant(_grid(rng)))))
    span = Lasting(rng.randint(1, 5), Unit.MINUTE)
    steps = [Step("b", None, rng.choice((None, span)))] if rng.random() < 0.3 else []
    steps.append(Step(rng.choice("ab"), None, rng.choice((None, span)), absent=rng.random() < 0.5))
    return rng.choice(
        (
            Resumed("b", None, span, window),
            Sequence(rng.choice("ab"), None, tuple(steps), window),
            TagChanged(("vip",), rng.random() < 0.5, window=window),
            Tagged(("vip",), lasting=span),
            Moved(("vip",), ("star",), rng.choice((None, span)), window=window),
        )
    )


@pytest.mark.parametrize("seed", range(4))
def test_spans_and_windows_hold_to_the_microsecond(seed: int) -> None:
    rng = random.Random(seed)
    oracle, index = NaiveLedger(WORKSPACE), WorkspaceIndex(WORKSPACE)
    for one in _edge_history(rng):
        oracle.apply(one)
        index.apply(one)
    for _ in range(400):
        leaf, as_of = _edge_leaf(rng), _grid(rng) + rng.choice((0, 6)) * MINUTE_US
        assert frozenset(evaluator.members(leaf, View(index, 1, as_of))) == oracle.members(leaf, as_of, 1), f"{leaf} at {as_of}"
