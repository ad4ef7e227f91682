"""Explains one profile: every leaf of an expression with its evidence and the instant at which it turns, and the whole."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from domain.language.syntax import Everyone, InList, Leaf, Sample
from domain.limits import MAX_CITED_EVENTS, MAX_EVIDENCE, MAX_FLIP_EVALUATIONS
from projections.explaining.evidence import NOTHING_VISIBLE, Evidence, evidence
from projections.explaining.flips import Flip, Timeline, turning_points
from projections.explaining.logic import UNIVERSE
from projections.explaining.outline import Outline
from projections.explaining.reading import hangs_on_others
from projections.explaining.world import Event, World
from projections.query.operators.samples import drawn
from projections.query.prepared import Prepared


@dataclass(frozen=True, slots=True)
class Subject:
    """What is known of whom it is about."""

    events: Sequence[Event]
    """All of the profile up to the view's version."""
    ranked: Mapping[str, bool]
    """Whether leaves hold that hang on others, by canonical text: that cannot be told from one profile."""
    uploads: Sequence[Event] = ()
    """Of lists: at least those that the outline says decide."""


@dataclass(frozen=True, slots=True)
class ExplainedLeaf:
    """One leaf. `needed`: the truth that it lacks for the profile to be a member; None where it lacks nothing."""

    expression: str
    segment: str
    """The segment in whose definition it stands first; "" for the expression itself."""
    holds: bool
    needed: bool | None
    evidence: Sequence[Event]
    """The first of `evidence_count`."""
    evidence_count: int
    flip: Flip
    note: str


@dataclass(frozen=True, slots=True)
class ProfileExplanation:
    """The leaves in the order in which they are read, and the whole."""

    leaves: Sequence[ExplainedLeaf]
    flip: Flip
    note: str
    event_count: int
    """Of the profile, up to known_at."""


def explain_profile(outline: Outline, subject: Subject) -> ProfileExplanation:
    """Why the profile is in the segment at the view's clocks, or is not."""
    skeleton, as_of = outline.skeleton, outline.view.as_of
    catalogue = outline.view.index.catalogue.as_known(outline.view.version)
    world = World(subject.events, catalogue.without_opt_outs())  # the outline has them as a leaf of its own
    leaves = {text: _Leaf.of(place.leaf, text, world, subject, outline) for text, place in skeleton.leaves.items()}
    leaves[UNIVERSE] = _Leaf.of(Everyone(), UNIVERSE, world, subject, outline)
    share = MAX_FLIP_EVALUATIONS // len(leaves)
    truths = {text: leaf.holds(as_of) for text, leaf in leaves.items()}
    timelines = {text: leaf.timeline(as_of, truths[text], share) for text, leaf in leaves.items()}
    missing = None if skeleton.value(truths) else skeleton.missing(truths)
    cited_max = max(1, min(MAX_EVIDENCE, MAX_CITED_EVENTS // len(leaves)))
    explained = []
    for text, place in skeleton.leaves.items():
        if text in outline.listings and world.known_at(as_of):
            cited = Evidence(*outline.listings[text].evidence(subject.uploads))
        else:
            cited = evidence(place.leaf, world, as_of, truths[text])
        explained.append(
            ExplainedLeaf(
                text,
                place.segment,
                truths[text],
                missing.get(text) if missing else None,
                cited.events[:cited_max],
                len(cited.events),
                timelines[text].flip,
                cited.note,
            )
        )
    note = _note(outline, world.known_at(as_of), member=bool(skeleton.value(truths)), possible=missing is not None)
    return ProfileExplanation(explained, skeleton.flip(timelines, truths, share), note, len(world.events))


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A leaf, and how its truth is found at an instant."""

    leaf: Leaf
    holds: Callable[[int], bool]
    world: World

    @classmethod
    def of(cls, leaf: Leaf, text: str, world: World, subject: Subject, outline: Outline) -> "_Leaf":
        match leaf:
            case InList():
                return cls(leaf, lambda instant: outline.listings[text].on and world.known_at(instant), world)
            case _ if hangs_on_others(leaf):
                return cls(leaf, lambda _: subject.ranked.get(text, False), world)
            case Sample():
                # The operator would look for the number that the profile has among those made up here.
                persons, ordinal = outline.view.index.persons, outline.ordinal
                inside = ordinal is not None and bool(drawn(leaf, np.asarray([persons.profiles_of(ordinal)[0]], np.uint64))[0])
                return cls(leaf, lambda instant: inside and world.known_at(instant), world)
            case Everyone():
                return cls(leaf, world.known_at, world)
            case _:
                prepared = Prepared(leaf)
                return cls(leaf, lambda instant: world.holds(prepared, instant), world)

    def timeline(self, as_of: int, truth: bool, evaluations_max: int) -> Timeline:
        if hangs_on_others(self.leaf):  # they may come and go at any instant
            return Timeline(truth, [as_of + 1], self.holds, 0)
        return Timeline(truth, turning_points(self.leaf, self.world, as_of), self.holds, evaluations_max)


def _note(outline: Outline, visible: bool, *, member: bool, possible: bool) -> str:
    if outline.ordinal is None:
        return "the workspace has never seen this profile"
    if not visible:
        return NOTHING_VISIBLE
    return (
        ""
        if member or possible
        else "no set of leaves was found that would make it a member; the expression may contradict itself"
    )
