"""A profile that is linked with one of which little is known answers as it did alone, whatever was recorded of it."""

import random
from collections.abc import Sequence
from typing import Final

import pytest

from domain.changeset import Changeset, LinkColumns, Recorded
from domain.errors import MixedCurrencies, NotUndoable, TagMerged, UnknownList, UnknownSegment
from domain.language.parts import expressions_below
from domain.language.printer import to_text
from domain.language.syntax import Expression, Top, TopTagged
from projections.query import evaluator
from projections.query.view import View
from server.usecases.state import WorkspaceState
from tests.oracle.histories import (
    WORKSPACE,
    Interaction,
    named,
    random_changesets,
    random_clock,
    random_expression,
    random_leaf,
    random_vocabulary,
    recorded,
)
from tests.properties.test_undo import is_undoable, taken_back

_OTHER: Final = "who links"


@pytest.mark.parametrize("seed", range(40))
def test_linked_with_nobody_a_profile_answers_as_it_did_alone(seed: int) -> None:
    rng = random.Random(f"persons/{seed}")
    vocabulary = random_vocabulary(rng)
    alone = _Told(random_changesets(rng, 40, 6, vocabulary, leaving=False, linking=False))
    linked = _Told(alone.history)
    early = rng.random() < 0.5  # before anything is taken back, or after it
    if not early:
        _take_back_some(rng, [alone, linked])
    count = linked.state.index.profile_count
    profile = rng.randrange(count)
    linked.tell(_linked(linked.history[-1], count, profile))
    if early:
        _take_back_some(rng, [alone, linked])
    named(alone.state.index), named(linked.state.index)
    person = count + 1
    for number in range(150):
        question = random_leaf(rng, vocabulary) if number % 3 else random_expression(rng, vocabulary)
        if _ranks(question):
            continue  # of equals the one seen first comes first: a person is seen when it is made
        as_of, _ = random_clock(rng, alone.history, vocabulary)
        expected, found = alone.members(question, as_of), linked.members(question, as_of)
        if isinstance(expected, frozenset):
            expected = frozenset(person if one == profile else one for one in expected)
        assert found == expected, f"{to_text(question)} at {as_of}"


class _Told:
    """A workspace that was told a history."""

    def __init__(self, history: Sequence[Recorded]) -> None:
        self.history: list[Recorded] = []
        self.state = WorkspaceState.empty(WORKSPACE)
        self.tell(history)

    def tell(self, history: Sequence[Recorded]) -> None:
        for one in history:
            self.history.append(one)
            self.state.apply(one, ())

    def undoable(self) -> list[Changeset]:
        return [
            one.changeset for one in self.history if is_undoable(one.changeset) and one.changeset.attribution.actor != _OTHER
        ]

    def members(self, expression: Expression, as_of: int) -> frozenset[int] | str:
        view = View(self.state.index, self.state.index.clock().version, as_of)
        try:
            return frozenset(evaluator.members(expression, view))
        except (MixedCurrencies, UnknownList, UnknownSegment) as refusal:
            return refusal.reason


def _take_back_some(rng: random.Random, workspaces: Sequence[_Told]) -> None:
    """Some changesets are taken back, and some of that is: in each workspace the same."""
    for _ in range(6):
        which = rng.randrange(len(workspaces[0].undoable()))
        refused = set[bool]()
        for one in workspaces:
            try:
                one.tell([taken_back(one.history, one.state, one.undoable()[which], None)])
            except (NotUndoable, TagMerged):
                refused.add(True)
            else:
                refused.add(False)
        assert len(refused) == 1


def _ranks(expression: Expression) -> bool:
    return isinstance(expression, Top | TopTagged) or any(map(_ranks, expressions_below(expression)))


def _linked(last: Recorded, count: int, profile: int) -> list[Recorded]:
    """A profile that did one thing that nobody asks about, long after all; then one person with the other."""
    position, version = last.position + 1, last.changeset.version + 1
    visit = recorded(
        position,
        last.changeset.recorded_at,
        interactions=[Interaction(count, "of no interest", 7_000_000_000_000_000)],
        version=version,
        actor=_OTHER,
        first_ordinal=count,
        new_profiles=1,
    )
    links = LinkColumns(True, [profile], [count], [profile, count], [2])
    made = recorded(
        position + 1, last.changeset.recorded_at, links=links, version=version + 1, first_ordinal=count + 1, new_profiles=1
    )
    return [visit, made]
