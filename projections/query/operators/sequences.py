"""`did A then B within 3 days then not C`: interactions in order of time."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from projections.index import bitmaps
from projections.index.ordering import blocks
from projections.query.operators.moments import Moments
from projections.query.operators.selecting import Selection


@dataclass(frozen=True, slots=True)
class BoundStep:
    """A later step, bound to a view: `within` in microseconds, None for any time."""

    selection: Selection
    within: int | None
    absent: bool


@dataclass(frozen=True, slots=True)
class SequenceOperator:
    """Profiles with an interaction of each step, strictly one after the other.

    Step by step, the interactions at which the steps so far can end. Of these only a few decide about the next: the first of
    each profile where there is no `within`, else the last one before each interaction of the next step.
    """

    start: Selection
    steps: tuple[BoundStep, ...]

    @property
    def name(self) -> str:
        """See Operator."""
        return "sequence"

    def estimate(self) -> int:
        """See Operator."""
        present = [step.selection.row_estimate() for step in self.steps if not step.absent]
        return min(self.start.view.size, self.start.row_estimate(), *present)

    def cost(self) -> int:
        """See Operator."""
        return self.start.row_estimate() + sum(step.selection.row_estimate() for step in self.steps)

    def verify(self) -> None:
        """See Operator."""

    def members(self) -> BitMap:
        """See Operator."""
        candidates = self._candidates()
        if not candidates:
            return candidates
        view = self.start.view
        wanted = bitmaps.to_flags(candidates, view.size)
        moments = [_moments(selection, wanted) for selection in (self.start, *(step.selection for step in self.steps))]
        if all(step.within is None for step in self.steps):
            # Nothing will be sorted: first and last instants by profile are enough.
            return bitmaps.from_ordinals(self._ends(moments[0], moments[1:], view.size).ordinals)
        found = []
        for block in blocks(view.size, *(one.columns for one in moments)):
            start, *later = [Moments(*columns) for columns in block.columns]
            found.append(self._ends(start, later, block.size).ordinals + np.uint32(block.first))
        return bitmaps.from_ordinals(np.concatenate(found))

    def _ends(self, ends: Moments, later: list[Moments], size: int) -> Moments:
        """Where the whole sequence can end; ordinals are below `size`."""
        for step, moments in zip(self.steps, later, strict=True):
            if step.absent:
                ends = _not_followed(ends, moments, step.within, size, self.start.view.as_of)
            else:
                ends = _followed(ends, moments, step.within, size)
        return ends

    def _candidates(self) -> BitMap:
        """Who has an interaction of every step, in whatever order."""
        found = self.start.profiles()
        for step in self.steps:
            if found and not step.absent:
                found = found & step.selection.profiles()
        return found

    def note(self) -> str:
        """See Operator."""
        return f"{len(self.steps) + 1} steps, {self.start.note()}"


def _followed(ends: Moments, moments: Moments, within: int | None, size: int) -> Moments:
    """The moments that come after one of the ends, soon enough."""
    moments = moments.where(moments.times > ends.first(size)[moments.ordinals])
    return moments if within is None else moments.where(moments.times - ends.just_before(moments) <= within)


def _not_followed(ends: Moments, unwanted: Moments, within: int | None, size: int, as_of: int) -> Moments:
    """The ends after which nothing unwanted comes, in a time that is over."""
    if within is None:
        return ends.where(ends.times >= unwanted.last(size)[ends.ordinals])
    ends = ends.where(ends.times + within <= as_of)
    return ends.where(unwanted.just_after(ends) - ends.times > within)


def _moments(selection: Selection, wanted: npt.NDArray[np.bool_]) -> Moments:
    moments = Moments.of(selection.rows())
    return moments.where(wanted[moments.ordinals])
