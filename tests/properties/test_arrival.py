"""Whatever the order in which changesets arrive, they end in the same answers: instants decide, not positions.

But for what docs/language.md lets positions decide: two changes of one tag or trait of a profile at the same instant, and who
is a profile's first (its ordinal). Histories here have neither.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from domain.catalogue_changes import TagDefined
from domain.changeset import Changeset, Recorded
from domain.errors import MixedCurrencies, UnknownList, UnknownSegment
from domain.language.parser import parse
from domain.language.printer import to_text
from domain.language.syntax import Expression
from projections.index.workspace_index import WorkspaceIndex
from projections.query import evaluator
from projections.query.view import View
from tests.oracle import as_if_large
from tests.oracle.histories import WORKSPACE, random_changesets, random_clock, random_expression, random_vocabulary

_PROFILES = 12
_ORDERS, _EXPRESSIONS = 3, 60


@pytest.fixture(autouse=True)
def _thresholds() -> Iterator[None]:
    yield
    as_if_large.set_real()


@pytest.mark.parametrize("seed", range(8))
def test_any_order_of_arrival_ends_in_the_same_answers(seed: int) -> None:
    rng = random.Random(f"arrival/{seed}")
    vocabulary = random_vocabulary(rng)
    first, *others = without_ties(random_changesets(rng, 100, _PROFILES, vocabulary, leaving=False, linking=False))
    assert len(others) > 20
    questions: list[tuple[Expression, int]] = []
    for _ in range(_EXPRESSIONS):
        expression = parse(to_text(random_expression(rng, vocabulary)))
        questions.append((expression, random_clock(rng, [first, *others], vocabulary)[0]))
    expected = answers([first, *others], questions)
    assert sum(bool(one) for one in expected) > _EXPRESSIONS // 4
    for _ in range(_ORDERS):
        rng.shuffle(others)
        as_if_large.set_some(rng)
        assert answers([first, *others], questions) == expected


def without_ties(history: Sequence[Recorded]) -> list[Recorded]:
    """The changesets of rows alone, after one that knows all profiles; without those whose order matters."""
    taken: set[tuple[object, ...]] = set()
    kept = [everybody(history[0])]
    defined = {change.number for change in history[0].changeset.catalogue if isinstance(change, TagDefined)}
    for recorded in history[1:]:
        keys = set(contested(recorded.changeset))
        tags = set(recorded.changeset.tags.tags) if recorded.changeset.tags else set()
        others = recorded.changeset.catalogue or recorded.changeset.listed or recorded.changeset.retracted
        rows_alone = not others and tags <= defined
        if rows_alone and taken.isdisjoint(keys):
            taken |= keys
            outcome = replace(recorded.changeset.outcome, new_profiles=0)
            kept.append(replace(recorded, changeset=replace(recorded.changeset, first_ordinal=_PROFILES, outcome=outcome)))
    return kept


def everybody(recorded: Recorded) -> Recorded:
    outcome = replace(recorded.changeset.outcome, new_profiles=_PROFILES)
    return replace(recorded, changeset=replace(recorded.changeset, first_ordinal=0, outcome=outcome))


def contested(changeset: Changeset) -> Iterator[tuple[object, ...]]:
    """What another changeset must not speak of at the same instant."""
    if tags := changeset.tags:
        yield from zip(tags.ordinals, tags.tags, tags.effective_at, strict=True)
        # Of an exclusive group, the tags that are applied.
        rows = zip(tags.ordinals, tags.applied, tags.effective_at, strict=True)
        yield from ((ordinal, "applied", at) for ordinal, applied, at in rows if applied)
    if traits := changeset.traits:
        names = [traits.names[k] for k in traits.index]
        yield from zip(traits.ordinals, names, traits.effective_at, strict=True)


def answers(history: Sequence[Recorded], questions: Sequence[tuple[Expression, int]]) -> list[object]:
    """At the end of the history, recorded in this order."""
    index = WorkspaceIndex(WORKSPACE)
    for number, (recorded, at) in enumerate(zip(history, sorted(one.changeset.recorded_at for one in history), strict=True), 1):
        index.apply(Recorded(number, replace(recorded.changeset, version=number, recorded_at=at), "", ""))
    return [answer(index, expression, as_of) for expression, as_of in questions]


def answer(index: WorkspaceIndex, expression: Expression, as_of: int) -> object:
    try:
        return set(evaluator.members(expression, View(index, index.clock().version, as_of)))
    except (MixedCurrencies, UnknownList, UnknownSegment) as refusal:
        return refusal.reason
