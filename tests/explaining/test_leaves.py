"""Each kind of leaf, of random profiles in random histories: truth, evidence and flips against the oracle."""

import random
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import get_args

import pytest

from domain.catalogue_changes import WorkspaceCreated
from domain.changeset import Recorded
from domain.language.parser import parse
from domain.language.parts import relations
from domain.language.printer import to_text
from domain.language.syntax import (
    Everyone,
    InList,
    InSegment,
    Leaf,
    ObservedSince,
    Ranks,
    Sample,
    Top,
    TopTagged,
    Trait,
    TraitRelated,
)
from projections.explaining import explainer
from projections.explaining.evidence import NOTHING_VISIBLE
from projections.explaining.explainer import ExplainedLeaf, ProfileExplanation, Subject, explain_profile
from projections.explaining.outline import Outline
from projections.explaining.reading import hangs_on_others
from projections.index.workspace_index import WorkspaceIndex
from projections.naive import NaiveLedger
from projections.query import evaluator
from projections.query.view import View
from tests.explaining.brute_force import (
    known_events,
    ledger_of,
    likely_instants,
    only,
    someone,
    truth,
    with_nothing_but_a_visit,
    without,
)
from tests.oracle.histories import (
    MINUTE_US,
    WORKSPACE,
    TraitChange,
    named,
    random_changesets,
    random_clock,
    random_leaf,
    random_vocabulary,
    recorded,
)

KINDS = tuple(kind for kind in get_args(Leaf) if kind not in (InSegment, InList))
OF_OTHERS = (Top, TopTagged, TraitRelated)
HISTORIES = 5
LEAVES = 8


@pytest.fixture(autouse=True)
def _cite_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explainer, "MAX_EVIDENCE", 10**9)
    monkeypatch.setattr(explainer, "MAX_CITED_EVENTS", 10**9)


@dataclass
class Case:
    """A question about one leaf and one profile, and both sides' answers."""

    history: list[Recorded]
    ledger: NaiveLedger
    index: WorkspaceIndex
    leaf: Leaf
    ordinal: int
    profiles: tuple[int, ...]
    """Whose rows are those of the ordinal."""
    as_of: int
    known_at: int

    def __post_init__(self) -> None:
        self.view = View(self.index, self.index.version_at_position(self.known_at), self.as_of)
        self.events = known_events(self.history, self.profiles, self.known_at)

    def says(self, ledger: NaiveLedger, as_of: int | None = None) -> bool | None:
        return truth(ledger, self.leaf, self.ordinal, self.as_of if as_of is None else as_of, self.known_at)

    @cached_property
    def explanation(self) -> ProfileExplanation:
        ranked = {to_text(self.leaf): self.ordinal in evaluator.members(self.leaf, self.view)}
        return explain_profile(Outline.of(self.leaf, self.view, self.ordinal), Subject(self.events, ranked))

    @property
    def explained(self) -> ExplainedLeaf:
        found, *among = self.explanation.leaves
        assert not among or isinstance(self.leaf, Ranks)
        return found

    def __str__(self) -> str:
        return f"{to_text(self.leaf)} of {self.ordinal} at {self.as_of}, {self.known_at}"


def cases(kind: type[Leaf], histories: int = HISTORIES, leaves: int = LEAVES) -> list[Case]:
    """Questions that the oracle does not refuse."""
    found = []
    for number in range(histories):
        rng = random.Random(f"explain/{kind.__name__}/{number}")
        vocabulary = random_vocabulary(rng)
        history = random_changesets(rng, rng.choice((12, 40)), rng.choice((2, 4)), vocabulary, leaving=False)
        ledger, index = ledger_of(history), named(WorkspaceIndex(WORKSPACE))
        for one in history:
            index.apply(one)
        draws, made = 0, 0
        while made < leaves:
            draws += 1
            leaf = parse(to_text(random_leaf(rng, vocabulary)))
            if not isinstance(leaf, kind):
                continue
            as_of, known_at = random_clock(rng, history, vocabulary)
            ordinal, profiles = someone(rng, View(index, index.version_at_position(known_at), as_of))
            if rng.random() < (0.6 if kind is ObservedSince else 0.2):  # all or most is still to come
                instants = [event.at for event in known_events(history, profiles, known_at)]
                as_of = min(instants, default=as_of) - (rng.random() < 0.3)
            case = Case(history, ledger, index, leaf, ordinal, profiles, as_of, known_at)
            says = case.says(ledger)
            # Most leaves hold for few: half of them should hold, where that can be had.
            if says is not None and (says or made % 2 or draws > 2_000):
                made += 1
                found.append(case)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_truth_is_the_oracles_and_without_the_cited_events_it_is_the_other_one(kind: type[Leaf]) -> None:
    told: Counter[str] = Counter()
    for case in cases(kind, 4 * HISTORIES if kind in (TraitRelated, ObservedSince) else HISTORIES):
        explained = case.explained
        assert explained.holds == case.says(case.ledger), str(case)
        assert explained.evidence_count == len(explained.evidence) == len(set(explained.evidence)), str(case)
        told[f"{explained.holds}"] += 1
        if any(relations(case.leaf)):
            continue  # what is cited may speak of profiles who are no members
        if explained.evidence:
            rest = ledger_of(without(case.history, explained.evidence))
            still_known = case.ordinal in rest.universe(case.as_of, case.known_at)
            if explained.holds or (still_known and kind not in (Top, TopTagged)):
                assert case.says(rest) is not explained.holds, str(case)
                told[f"{explained.holds}, cited"] += 1
        elif kind is not Sample and case.ordinal in case.ledger.universe(case.as_of, case.known_at) and case.known_at >= 1:
            # Nothing is cited: it is so because something is absent, and would be so if everything were.
            bare = ledger_of(with_nothing_but_a_visit(case.history, case.profiles, case.as_of))
            assert case.says(bare) is explained.holds, str(case)
            assert explained.note, str(case)
            told[f"{explained.holds}, absent"] += 1
    if kind not in (Everyone, Sample, TraitRelated):
        assert told["True, cited"] > 0
    assert told["True"] > 0
    assert told["False, absent"] + told["True, absent"] > 0 or kind in (Everyone, Sample, *OF_OTHERS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_leaf_flips_at_the_first_instant_at_which_the_oracle_changes_its_mind(kind: type[Leaf]) -> None:
    told: Counter[str] = Counter()
    # Who exists, or is drawn, stays so: it turns only when somebody comes to be known.
    for case in cases(kind, 30 if kind in (Everyone, Sample) else HISTORIES):
        flip, now = case.explained.flip, case.explained.holds
        if hangs_on_others(case.leaf):
            assert (flip.at, flip.told_until) == (None, case.as_of + 1)
            continue
        alone = ledger_of(only(case.history, case.profiles))
        end = flip.told_until if flip.at is None else flip.at
        for instant in likely_instants([case.leaf], case.events, case.as_of):
            if end is None or instant < end:
                assert case.says(alone, instant) is now, f"{case}: {instant} before {end}"
        if flip.at is not None:
            assert case.says(alone, flip.at) is not now, str(case)
            assert case.says(alone, flip.at - 1) is now, str(case)
            told["flips"] += 1
        elif flip.told_until is not None:
            assert case.says(alone, flip.told_until) is None, str(case)
            told["refused"] += 1
        else:
            told["never"] += 1
    assert told["flips"] > 0 or kind in OF_OTHERS
    assert told["never"] > 0 or kind in OF_OTHERS


def test_who_is_spoken_of_is_told_and_no_instant() -> None:
    told = 0
    for case in cases(TraitRelated, 4 * HISTORIES):
        explained = case.explained
        assert "other profiles" in explained.note or explained.note == NOTHING_VISIBLE
        assert explained.evidence or not explained.holds
        told += explained.holds
    assert told > 0


def test_a_trait_turns_when_it_has_lasted_and_what_broke_it_is_cited() -> None:
    values = (("Xi'an", 0), ("Lhasa", MINUTE_US), ("Xi'an", MINUTE_US + 1))
    traits = [TraitChange(0, "city", value, at) for value, at in values]
    history = [recorded(1, 0, catalogue=(WorkspaceCreated("CNY"),), traits=traits, new_profiles=1)]
    ledger, index = ledger_of(history), WorkspaceIndex(WORKSPACE)
    for one in history:
        index.apply(one)
    leaf = parse('city = "Xi\'an" for at least 30 seconds')
    assert isinstance(leaf, Trait)
    found = {
        as_of: Case(history, ledger, index, leaf, 0, (0,), as_of, 1).explained
        for as_of in (0, MINUTE_US - 1, MINUTE_US + 1, MINUTE_US * 3 // 2 + 1)
    }
    told = {as_of: (one.holds, one.flip.at, [event.row - 1 for event in one.evidence]) for as_of, one in found.items()}
    assert told == {
        0: (False, MINUTE_US // 2, []),
        MINUTE_US - 1: (True, MINUTE_US, [0]),
        MINUTE_US + 1: (False, MINUTE_US * 3 // 2 + 1, [1]),
        MINUTE_US * 3 // 2 + 1: (True, None, [2]),
    }
