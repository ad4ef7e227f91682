"""A merge: whoever carried either tag carries the one that stays, at any instant, by whoever applied it; undone, as before."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

import numpy as np
import pytest

from domain.changeset import Attribution, Changeset, Recorded, Undoes
from domain.errors import CallerError, NotMergeable
from domain.errors import TagMerged as MergedError
from domain.language.parser import parse
from domain.language.syntax import Bound, Expression, Op, Tagged
from projections.naive import NaiveLedger
from projections.query import evaluator
from projections.query.view import View
from server.usecases.drafts import MergeDraft, Request, UndoDraft
from server.usecases.state import WorkspaceState
from server.usecases.tag_merging import decide_merge
from server.usecases.undoing import decide_undo
from tests.oracle.histories import WORKSPACE, random_changesets, random_clock, random_vocabulary
from tests.oracle.histories.vocabulary import ACTORS, Vocabulary

_HISTORIES: Final = 60
_WITHOUT: Final = (8, 18, 38)
_INSTANTS: Final = 12
_BY: Final = Attribution("merger", "one tag too many", "tests")
_REQUEST: Final = Request(WORKSPACE, bytes(16), bytes(32), _BY, 0)


class _Two:
    """Index and oracle of one history, which must agree on every answer."""

    def __init__(self, history: Sequence[Recorded], vocabulary: Vocabulary) -> None:
        self.history, self.vocabulary = list(history), vocabulary
        self.state, self.oracle = WorkspaceState.empty(WORKSPACE), NaiveLedger(WORKSPACE)
        for recorded in history:
            self._apply(recorded)

    def _apply(self, recorded: Recorded) -> None:
        self.state.index.apply(recorded)
        self.oracle.apply(recorded)

    @property
    def end(self) -> int:
        return self.history[-1].position

    def record(self, **parts: object) -> Changeset:
        last = self.history[-1]
        made = Changeset(
            workspace=WORKSPACE,
            version=last.changeset.version + 1,
            changeset_id=f"m{last.changeset.version}",
            attribution=_BY,
            recorded_at=last.changeset.recorded_at + 1,
            first_ordinal=self.state.index.profile_count,
            **parts,  # type: ignore[arg-type]
        )
        self.history.append(Recorded(last.position + 1, made, "", ""))
        self._apply(self.history[-1])
        return made

    def merge(self, key: str, into: str) -> Changeset:
        merge = decide_merge(self.state.index, MergeDraft(_REQUEST, key, into), self.state.index.clock().version)
        return self.record(outcome=merge.outcome, catalogue=(merge.made,), tags=merge.tags)

    def undo(self, undone: Changeset) -> Changeset:
        inverse = decide_undo(self.state, UndoDraft(_REQUEST, undone, None, None))
        return self.record(
            outcome=inverse.outcome,
            catalogue=tuple(inverse.catalogue),
            tags=inverse.tags,
            undoes=Undoes(undone.version, undone.changeset_id),
        )

    def last_said(self, ordinal: int, keys: Sequence[str], at: int, known_at: int) -> int:
        """The last instant up to `at` at which something was said of the profile and one of the tags, or what excludes it."""
        index, version = self.state.index, self.state.index.version_at_position(known_at)
        numbers = (index.catalogue.named(key) for key in keys)
        rows = [index.tags[number].history.visible(version) for number in numbers if number in index.tags]
        effective = np.concatenate([of.effective[of.ordinals == ordinal] for of in rows])
        return int(effective[effective <= at].max())

    def ask(self, expression: Expression, as_of: int, known_at: int) -> frozenset[int]:
        version = self.state.index.version_at_position(known_at)
        found = frozenset(evaluator.members(expression, View(self.state.index, version, as_of)))
        assert found == self.oracle.members(expression, as_of, known_at), (expression, as_of, known_at)
        return found


@pytest.fixture(params=range(_HISTORIES))
def rng(request: pytest.FixtureRequest) -> random.Random:
    """Of histories in which two tags can be merged: a few have none."""
    return random.Random(f"merges/{request.param + (_HISTORIES if request.param in _WITHOUT else 0)}")


def _mergeable(two: _Two, rng: random.Random) -> Iterator[tuple[str, str, Changeset]]:
    """Tags that can be merged, the one into the other, and were so."""
    catalogue = two.state.index.catalogue
    keys = [catalogue.key(number) for number in catalogue.tags]
    pairs = [(key, into) for key in keys for into in keys]
    rng.shuffle(pairs)
    for key, into in pairs:
        try:
            yield key, into, two.merge(key, into)
        except CallerError:
            continue


def _instants(two: _Two, rng: random.Random) -> list[int]:
    return [random_clock(rng, two.history, two.vocabulary)[0] for _ in range(_INSTANTS)]


def _either(two: _Two, key: str, into: str, at: int, known_at: int, leaf: Tagged) -> frozenset[int]:
    """Who fits the leaf by the tag that stays, or does not carry it and fits by the other one.

    Who carried it when anything was last said of either, and it lapsed since, carries it as long as the other one.
    """
    by_own, by_other = (replace(leaf, tags=(one,)) for one in (into, key))
    carried, other = (two.ask(Tagged((one,)), at, known_at) for one in (into, key))
    found = two.ask(by_own, at, known_at) | (two.ask(by_other, at, known_at) - carried)
    for ordinal in other - carried:
        last = two.last_said(ordinal, (key, into), at, known_at)
        if ordinal in two.ask(Tagged((into,)), last, known_at):
            found = found - {ordinal} | ({ordinal} & two.ask(by_own, last, known_at))
    return found


def test_a_merge_is_the_union_at_every_instant_and_undone_it_never_was(rng: random.Random) -> None:
    vocabulary = random_vocabulary(rng)
    two = _Two(random_changesets(rng, 40, 8, vocabulary, leaving=False, linking=False), vocabulary)
    before = two.end
    for key, into, merge in _mergeable(two, rng):
        leaves = [
            Tagged((into,)),
            Tagged((into,), Bound(Op.GE, Decimal("0.8"))),
            *(Tagged((into,), actor=actor) for actor in ACTORS[:3]),
        ]
        instants = _instants(two, rng)
        merged = two.end
        for at in instants:
            for leaf in leaves:
                expected = _either(two, key, into, at, before, leaf)
                assert two.ask(leaf, at, merged) == expected, (key, into, at, leaf)
                assert two.ask(replace(leaf, tags=(key,)), at, merged) == expected
        undo = two.undo(merge)
        apart = two.end
        for at in instants:
            for leaf in (replace(leaf, tags=(one,)) for leaf in leaves for one in (key, into)):
                assert two.ask(leaf, at, apart) == two.ask(leaf, at, before), (key, into, at, leaf)
        two.undo(undo)
        for at in instants:
            for leaf in leaves:
                assert two.ask(leaf, at, two.end) == two.ask(leaf, at, merged), (key, into, at, leaf)
        return
    pytest.fail("no two tags could be merged")


def test_what_was_recorded_before_a_merge_is_taken_back_only_after_it(rng: random.Random) -> None:
    vocabulary = random_vocabulary(rng)
    two = _Two(random_changesets(rng, 25, 6, vocabulary, leaving=False, linking=False), vocabulary)
    _, _, merge = next(_mergeable(two, rng))
    (made,) = merge.catalogue
    for changeset in (one.changeset for one in two.history[: merge.version - 1]):
        if changeset.catalogue or changeset.listed or changeset.tags is None:
            continue
        touched = two.state.index.catalogue.concerned(set(changeset.tags.tags))
        if {made.number, made.into}.isdisjoint(touched):  # type: ignore[union-attr]
            continue
        with pytest.raises(MergedError, match="take the merge back first"):
            decide_undo(two.state, UndoDraft(_REQUEST, changeset, None, None))
    with pytest.raises((MergedError, NotMergeable)):
        two.merge(two.state.index.catalogue.key(made.into), two.state.index.catalogue.key(made.number))  # type: ignore[union-attr]


def test_merges_follow_each_other_and_come_apart_in_the_other_order(rng: random.Random) -> None:
    vocabulary = random_vocabulary(rng)
    two = _Two(random_changesets(rng, 30, 6, vocabulary, leaving=False, linking=False), vocabulary)
    standing = []
    for key, into, merge in _mergeable(two, rng):
        standing.append((key, into, merge))
        if len(standing) == 2:
            break
    text = [parse(f'tagged "{key}"') for pair in standing for key in pair[:2]]
    for key, into, _ in standing:
        for at in _instants(two, rng):
            assert two.ask(parse(f'tagged "{key}"'), at, two.end) == two.ask(parse(f'tagged "{into}"'), at, two.end)
    for _, _, merge in reversed(standing):
        two.undo(merge)
    start = two.history[standing[0][2].version - 2].position
    for at in _instants(two, rng):
        for leaf in text:
            assert two.ask(leaf, at, two.end) == two.ask(leaf, at, start)
