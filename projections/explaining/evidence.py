"""Which events make a leaf true of a profile, or false: those without which it would be otherwise.

The rule: had the cited events never been recorded, the leaf's truth would be the other one (for a profile that is still in the
universe then). What is so because something is absent has no evidence, but a note. `top` is the exception: what it says
depends on all profiles, so that the events are cited which its measure reads. A leaf that has no case here is explained by
trying what happens without this event and that (reading.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.language.parts import relations
from domain.language.syntax import (
    Did,
    Edge,
    Everyone,
    InList,
    InSegment,
    Leaf,
    Measure,
    ObservedSince,
    Periods,
    Resumed,
    Sample,
    TagChanged,
    Tagged,
    Top,
    TopTagged,
    Trait,
    TraitDate,
)
from domain.language.syntax import Sequence as Steps
from projections.explaining import interactions, reading, states
from projections.explaining.world import Event, World

NOTHING_VISIBLE = "nothing of the profile is visible at as_of"


@dataclass(frozen=True, slots=True)
class Evidence:
    """The events, the most telling ones first, and what there is to say beside them."""

    events: Sequence[Event]
    note: str


def evidence(leaf: Leaf, world: World, as_of: int, holds: bool) -> Evidence:
    """Of a leaf and its truth at an instant."""
    if not world.known_at(as_of):
        return Evidence((), NOTHING_VISIBLE)
    return Evidence(*_cited(leaf, world, as_of, holds))


def _cited(leaf: Leaf, world: World, as_of: int, holds: bool) -> tuple[Sequence[Event], str]:
    match leaf:
        case _ if any(relations(leaf)):
            return reading.of_related(leaf, world, as_of)
        case Everyone():
            return world.visible(as_of), "everything that is visible of the profile"
        case Sample():
            return (), "drawn by hash of the salt and the profile's number; no event changes it"
        case ObservedSince():
            found = sorted(world.alone(leaf, as_of), key=lambda event: event.at)
            return found, "" if holds else "everything that is visible lies after the point"
        case Tagged():
            return states.of_tagged(leaf, world, as_of, holds)
        case TagChanged():
            return states.of_tag_changed(leaf, world, as_of, holds)
        case Trait() | TraitDate():
            return states.of_trait(leaf, world, as_of, holds)
        case Did():
            return interactions.of_did(leaf, world, as_of, holds)
        case Measure():
            return interactions.of_measure(leaf, world, as_of, holds)
        case Edge():
            return interactions.of_edge(leaf, world, as_of, holds)
        case Periods():
            return interactions.of_periods(leaf, world, as_of, holds)
        case Resumed():
            return interactions.of_resumed(leaf, world, as_of, holds)
        case Steps():
            return interactions.of_sequence(leaf, world, as_of, holds)
        case Top():
            return interactions.of_top(leaf, world, as_of)
        case TopTagged():
            return states.of_top_tagged(leaf, world, as_of)
        case InList():
            raise ValueError("lists have no time of their own; see listings.py")
        case InSegment():
            raise ValueError(f"segment {leaf.segment!r} stands for other leaves; expand it first")
        case _:
            return reading.of_any(leaf, world, as_of, holds)
