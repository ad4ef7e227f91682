"""`moved from T to U`: in whose history one tag took the place of another in the window."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from domain.instants import format_instant
from domain.language.syntax import Moved
from domain.language.windows import span_us
from domain.limits import MIN_INSTANT_US
from projections.index import bitmaps
from projections.index.bitmaps import Ordinals
from projections.index.ordering import Int64s, order_of_profiles
from projections.index.tag_index import TagIndex
from projections.index.timelines import Timeline
from projections.query.operators.tag_lookup import change_estimate, tags_of, unknown_tags
from projections.query.view import View

Turns = tuple[Ordinals, Int64s]
"""Whose, and when."""


@dataclass(frozen=True, slots=True)
class MovedOperator:
    """Profiles that lost one of some tags and got one of others at the same instant, with start <= instant < end."""

    view: View
    leaf: Moved
    start: int
    end: int

    @property
    def name(self) -> str:
        """See Operator."""
        return "moved"

    def estimate(self) -> int:
        """See Operator."""
        return min(self.view.size, *(change_estimate(self.view, tags) for tags in (self.leaf.before, self.leaf.after)))

    def cost(self) -> int:
        """See Operator."""
        return change_estimate(self.view, self.leaf.before + self.leaf.after)

    def verify(self) -> None:
        """See Operator."""

    def members(self) -> BitMap:
        """See Operator."""
        gone = _together([self._gone(tag) for tag in tags_of(self.view, self.leaf.before)])
        come = _together([self._come(tag) for tag in tags_of(self.view, self.leaf.after)])
        return bitmaps.from_ordinals(_of_both(gone, come))

    def _gone(self, tag: TagIndex) -> Turns:
        timeline = tag.timelines.at(self.view.version)
        flags = self._inside(timeline) & timeline.turned(carried=False)
        if self.leaf.dwelt:
            flags &= timeline.effective - timeline.carried_since() >= span_us(self.leaf.dwelt)
        return timeline.ordinals[flags], timeline.effective[flags]

    def _come(self, tag: TagIndex) -> Turns:
        timeline = tag.timelines.at(self.view.version)
        flags = self._inside(timeline) & timeline.turned(carried=True)
        flags &= self.view.index.recorded_by(timeline, self.leaf.actor, self.leaf.source)
        return timeline.ordinals[flags], timeline.effective[flags]

    def _inside(self, timeline: Timeline) -> npt.NDArray[np.bool_]:
        return (timeline.effective >= self.start) & (timeline.effective < self.end)

    def note(self) -> str:
        """See Operator."""
        if self.start >= self.end:
            return "empty window"
        start = "" if self.start <= MIN_INSTANT_US else f"from {format_instant(self.start)} "
        unknown = unknown_tags(self.view, self.leaf.before + self.leaf.after)
        return unknown or f"{start}to before {format_instant(self.end)}"


def _together(turns: list[Turns]) -> Turns:
    nobody = np.empty(0, np.uint32), np.empty(0, np.int64)
    ordinals, instants = zip(nobody, *turns, strict=True)
    return np.concatenate(ordinals), np.concatenate(instants)


def _of_both(one: Turns, other: Turns) -> Ordinals:
    """Who is in both at the same instant."""
    (ordinals, instants), second = _together([one, other]), len(one[0])
    order = np.argsort(instants, kind="stable")
    order = order[order_of_profiles(ordinals[order])]
    ordinals, instants = ordinals[order], instants[order]
    # Of equal ones those of `one` come first, so that both meet once.
    meets = (order[1:] >= second) & (order[:-1] < second)
    meets &= (ordinals[1:] == ordinals[:-1]) & (instants[1:] == instants[:-1])
    return ordinals[1:][meets]
