"""Whole expressions, segments in them, of random profiles in random histories: which leaves are missing, and when it turns."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from domain.changeset import Recorded
from domain.errors import UnknownList, UnknownSegment
from domain.language.parser import parse
from domain.language.printer import to_text
from domain.language.syntax import Expression, InSegment, Leaf
from projections.explaining.explainer import ProfileExplanation, Subject, explain_profile
from projections.explaining.outline import Outline
from projections.explaining.reading import hangs_on_others
from projections.index.workspace_index import WorkspaceIndex
from projections.naive import NaiveLedger
from projections.query import evaluator
from projections.query.view import View
from tests.explaining.brute_force import known_events, ledger_of, likely_instants, only, someone, truth, uploads, value
from tests.oracle.histories import (
    SEGMENT_NAMES,
    WORKSPACE,
    Interaction,
    named,
    random_changesets,
    random_clock,
    random_expression,
    random_vocabulary,
    recorded,
)

HISTORIES = 12
EXPRESSIONS = 15
INSTANTS_MAX = 60


@dataclass
class Case:
    """A question about a profile, and the explanation of its answer."""

    history: list[Recorded]
    ledger: NaiveLedger
    view: View
    expression: Expression
    ordinal: int
    profiles: tuple[int, ...]
    """Whose rows are those of the ordinal."""
    known_at: int
    member: bool
    explanation: ProfileExplanation
    rng: random.Random

    def meant(self, leaf: InSegment) -> Expression:
        return self.view.index.catalogue.segments.resolved(leaf, self.view.version).expression

    def value(self, truths: dict[str, bool]) -> bool:
        return value(self.expression, lambda leaf: truths[to_text(leaf)], self.meant)

    def leaves(self) -> list[Leaf]:
        return [parse(leaf.expression) for leaf in self.explanation.leaves]  # type: ignore[misc]

    def __str__(self) -> str:
        return f"{to_text(self.expression)} of {self.ordinal} at {self.view.as_of}, {self.known_at}"


def cases(*, leaving: bool = False) -> Iterator[Case]:
    for number in range(2 * HISTORIES if leaving else HISTORIES):
        rng = random.Random(f"explain/{number}")
        vocabulary = random_vocabulary(rng)
        history = random_changesets(rng, rng.choice((12, 30)), rng.choice((2, 4)), vocabulary, leaving=leaving)
        ledger, index = ledger_of(history), named(WorkspaceIndex(WORKSPACE))
        for one in history:
            index.apply(one)
        for _ in range(EXPRESSIONS):
            expression = parse(to_text(random_expression(rng, vocabulary, segments=SEGMENT_NAMES)))
            as_of, known_at = random_clock(rng, history, vocabulary)
            view = View(index, index.version_at_position(known_at), as_of)
            ordinal, profiles = someone(rng, view)
            try:
                member = truth(ledger, expression, ordinal, as_of, known_at)
            except (UnknownList, UnknownSegment):
                continue
            if member is not None:
                steps = evaluator.explain(expression, view, ordinal).steps
                subject = Subject(
                    known_events(history, profiles, known_at),
                    {step.expression: bool(step.holds) for step in steps},
                    uploads(history, profiles),
                )
                explanation = explain_profile(Outline.of(expression, view, ordinal), subject)
                yield Case(history, ledger, view, expression, ordinal, profiles, known_at, member, explanation, rng)


def test_leaves_have_the_oracles_truth_and_the_missing_ones_would_make_a_member() -> None:
    told: Counter[str] = Counter()
    for case in cases():
        truths = {leaf.expression: leaf.holds for leaf in case.explanation.leaves}
        for leaf in case.leaves():
            assert truths[to_text(leaf)] == truth(case.ledger, leaf, case.ordinal, case.view.as_of, case.known_at), str(case)
        needed = {leaf.expression: leaf.needed for leaf in case.explanation.leaves if leaf.needed is not None}
        visible = case.ordinal in case.ledger.universe(case.view.as_of, case.known_at)
        if case.member:
            assert not needed, str(case)
        elif needed:
            assert case.value(truths | needed), str(case)
            assert all(truths[text] is not wanted for text, wanted in needed.items())
            # None of them is there without need, as far as each alone goes.
            for text in needed:
                assert not visible or not case.value(truths | {k: v for k, v in needed.items() if k != text}), str(case)
            told[f"{min(len(needed), 2)} missing"] += 1
            told["must not hold"] += False in needed.values()
        else:
            assert case.explanation.note, str(case)
            told["none"] += 1
        told["in a segment"] += any(leaf.segment for leaf in case.explanation.leaves)
    assert min(told[what] for what in ("1 missing", "2 missing", "must not hold", "none", "in a segment")) > 0, told


def test_leaves_that_stand_in_each_others_way_are_never_missing_together() -> None:
    """Of a profile with a visit alone, nothing else being known."""
    history = [recorded(1, 0), recorded(2, 0, interactions=[Interaction(0, "visit", 0)], new_profiles=1)]
    index = WorkspaceIndex(WORKSPACE)
    for one in history:
        index.apply(one)
    subject = Subject(known_events(history, [0], 2), {})
    for text, missing in (
        ("(did a or did b) and (not did a or did c)", {"did b"}),
        ("(did a and did b) or (not did a and did c)", {"did c"}),
        ("did a and not did a or did b and did c", {"did b", "did c"}),
        ("not (did visit or did a) and did b", {"did visit", "did b"}),
        ("did a and not did a", set()),
    ):
        explanation = explain_profile(Outline.of(parse(text), View(index, 2, 0), 0), subject)
        assert {leaf.expression for leaf in explanation.leaves if leaf.needed is not None} == missing, text
        assert bool(explanation.note) is not bool(missing)


def test_the_whole_flips_when_the_oracle_says_so_whatever_other_profiles_do() -> None:
    told: Counter[str] = Counter()
    for case in cases():
        flip, leaves, as_of = case.explanation.flip, case.leaves(), case.view.as_of
        alone = ledger_of(only(case.history, case.profiles))
        end = flip.told_until if flip.at is None else flip.at
        events = known_events(case.history, case.profiles, case.known_at)
        instants = [at for at in likely_instants(leaves, events, as_of) if end is None or at < end]
        for instant in case.rng.sample(instants, min(len(instants), INSTANTS_MAX)) + instants[-2:]:
            assert set(_answers(case, alone, leaves, instant)) == {case.member}, f"{case}: {instant} before {end}"
        if flip.at is not None:
            assert set(_answers(case, alone, leaves, flip.at - 1)) == {case.member} or flip.at - 1 == as_of, str(case)
            assert set(_answers(case, alone, leaves, flip.at)) == {not case.member}, str(case)
            told["flips"] += 1
        elif flip.told_until is not None:
            assert len(set(_answers(case, alone, leaves, flip.told_until))) == 2, str(case)
            told["not told"] += 1
        else:
            told["never"] += 1
    assert min(told[what] for what in ("flips", "not told", "never")) > 0, told


def test_who_has_opted_out_lacks_just_that_and_turns_when_it_ends() -> None:
    """Who was erased has no id that anybody could ask for."""
    told: Counter[str] = Counter()
    for case in cases(leaving=True):
        if any(not set(case.profiles).isdisjoint(one.changeset.erased) for one in case.history):
            continue
        needed = [leaf for leaf in case.explanation.leaves if leaf.needed is not None]
        assert case.member is not bool(needed or case.explanation.note), str(case)
        opted = case.ordinal in case.ledger.left_out(case.view.as_of, case.known_at)
        told["opted out"] += opted
        told["nothing else missing"] += opted and len(needed) == 1
        flip, alone = case.explanation.flip, ledger_of(only(case.history, case.profiles))
        if any(map(hangs_on_others, case.leaves())):
            continue
        end = flip.told_until if flip.at is None else flip.at
        events = known_events(case.history, case.profiles, case.known_at)
        for instant in likely_instants(case.leaves(), events, case.view.as_of):
            if end is None or instant < end:
                answer = truth(alone, case.expression, case.ordinal, instant, case.known_at)
                assert answer is case.member, f"{case}: {instant} before {end}"
        if flip.at is not None:
            assert truth(alone, case.expression, case.ordinal, flip.at, case.known_at) is not case.member, str(case)
            told["flips, opted out"] += opted
    assert min(told[what] for what in ("opted out", "nothing else missing", "flips, opted out")) > 0, told


def _answers(case: Case, alone: NaiveLedger, leaves: list[Leaf], as_of: int) -> Iterator[bool]:
    """The answers that are possible at an instant, where leaves that one profile does not decide may hold or not."""
    if case.ordinal not in alone.universe(as_of, case.known_at):
        yield False
        return
    found = {
        to_text(leaf): None if hangs_on_others(leaf) else truth(alone, leaf, case.ordinal, as_of, case.known_at)
        for leaf in leaves
    }
    unknown = [text for text, one in found.items() if one is None]
    known = {text: one for text, one in found.items() if one is not None}
    for number in range(1 << len(unknown)):
        yield case.value(known | {text: bool(number >> place & 1) for place, text in enumerate(unknown)})
