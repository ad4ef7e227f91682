"""Explains one profile: every leaf of an expression with its evidence and the instant at which it turns, and the whole."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from domain.errors import LimitExceeded
from domain.language.syntax import Everyone, Expression, InList, Leaf, Sample, Top
from domain.limits import MAX_CITED_EVENTS, MAX_EVIDENCE, MAX_EXPLAINED_LEAVES, MAX_FLIP_EVALUATIONS
from projections.explaining.evidence import NOTHING_VISIBLE, Evidence, evidence
from projections.explaining.flips import Flip, Timeline, turning_points
from projections.explaining.listings import Listing
from projections.explaining.logic import UNIVERSE, Skeleton
from projections.explaining.world import Event, World
from projections.query.operators.samples import drawn
from projections.query.prepared import Prepared
from projections.query.view import View


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom it is about: the number in the workspace (None for one never seen), and all events up to the view's version."""

    ordinal: int | None
    events: Sequence[Event]
    ranked: Mapping[str, bool]
    """Whether `top` leaves hold, by canonical text: that cannot be told from one profile."""
    listings: Sequence[Event] = ()
    """The uploads that put it on lists and took it off, of all versions, in the order of the log."""


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


def explain_profile(expression: Expression, view: View, subject: Subject) -> ProfileExplanation:
    """Why the profile is in the segment at the view's clocks, or is not. Raises LimitExceeded."""
    catalogue, as_of = view.index.catalogue, view.as_of
    skeleton = Skeleton(expression, catalogue.segments, view.version)
    _refuse_many(len(skeleton.leaves))
    world = World(subject.events, catalogue)
    listings = {
        text: Listing.of(place.leaf, subject.listings, catalogue, view.version)
        for text, place in skeleton.leaves.items()
        if isinstance(place.leaf, InList)
    }
    leaves = {text: _Leaf.of(place.leaf, text, world, subject, listings) for text, place in skeleton.leaves.items()}
    leaves[UNIVERSE] = _Leaf.of(Everyone(), UNIVERSE, world, subject, listings)
    share = MAX_FLIP_EVALUATIONS // len(leaves)
    truths = {text: leaf.holds(as_of) for text, leaf in leaves.items()}
    timelines = {text: leaf.timeline(as_of, truths[text], share) for text, leaf in leaves.items()}
    missing = None if skeleton.value(truths) else skeleton.missing(truths)
    cited_max = max(1, min(MAX_EVIDENCE, MAX_CITED_EVENTS // len(leaves)))
    explained = []
    for text, place in skeleton.leaves.items():
        if text in listings and world.known_at(as_of):
            cited = Evidence(*listings[text].evidence)
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
    note = _note(subject, world.known_at(as_of), member=bool(skeleton.value(truths)), possible=missing is not None)
    return ProfileExplanation(explained, skeleton.flip(timelines, truths, share), note, len(world.events))


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A leaf, and how its truth is found at an instant."""

    leaf: Leaf
    holds: Callable[[int], bool]
    world: World

    @classmethod
    def of(cls, leaf: Leaf, text: str, world: World, subject: Subject, listings: Mapping[str, Listing]) -> "_Leaf":
        match leaf:
            case InList():
                return cls(leaf, lambda instant: listings[text].on and world.known_at(instant), world)
            case Top():
                return cls(leaf, lambda _: subject.ranked.get(text, False), world)
            case Sample():
                # The operator would look for the number that the profile has among those made up here.
                inside = subject.ordinal is not None and bool(drawn(leaf, np.asarray([subject.ordinal], np.uint64))[0])
                return cls(leaf, lambda instant: inside and world.known_at(instant), world)
            case Everyone():
                return cls(leaf, world.known_at, world)
            case _:
                prepared = Prepared(leaf)
                return cls(leaf, lambda instant: world.holds(prepared, instant), world)

    def timeline(self, as_of: int, truth: bool, evaluations_max: int) -> Timeline:
        if isinstance(self.leaf, Top):  # others may rise and fall at any instant
            return Timeline(truth, [as_of + 1], self.holds, 0)
        return Timeline(truth, turning_points(self.leaf, self.world, as_of), self.holds, evaluations_max)


def _refuse_many(leaves: int) -> None:
    if leaves > MAX_EXPLAINED_LEAVES:
        raise LimitExceeded.of(
            "explained leaves",
            field="segment",
            maximum=MAX_EXPLAINED_LEAVES,
            actual=leaves,
            remedy="explain a part of the expression, or leave profile_id out",
        )


def _note(subject: Subject, visible: bool, *, member: bool, possible: bool) -> str:
    if subject.ordinal is None:
        return "the workspace has never seen this profile"
    if not visible:
        return NOTHING_VISIBLE
    return (
        ""
        if member or possible
        else "no set of leaves was found that would make it a member; the expression may contradict itself"
    )
