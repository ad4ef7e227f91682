"""`did A then B within 3 days then not C`: interactions in order of time."""

from dataclasses import dataclass, replace

import numpy as np
from pyroaring import BitMap

from projections.index import bitmaps
from projections.index.bitmaps import Ordinals
from projections.index.candidates import Candidates
from projections.index.ordering import Block, blocks
from projections.index.parallel import each
from projections.query.operators.base import Operator
from projections.query.operators.coarse import decided, in_keys
from projections.query.operators.moments import Moments
from projections.query.operators.selecting import Selection

_TABLE_SHARE = 8


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
    among: BitMap | None = None
    """Whose sequences matter; None for everybody's."""

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

    def narrowed(self, candidates: BitMap) -> Operator:
        """See Narrowable."""
        return replace(self, among=candidates)

    def members(self) -> BitMap:
        """See Operator."""
        only = self.steps[0]
        if self.among is not None or len(self.steps) > 1 or only.absent or only.within is None:
            return self._in_order(self._candidates())
        coarse = decided(self.start, only.selection, only.within)
        if coarse is None:
            return self._in_order(self._candidates())
        keyed = in_keys(self.start, only.selection, only.within, coarse.perhaps)
        return coarse.surely | (self._in_order(coarse.perhaps) if keyed is None else keyed)

    def _in_order(self, candidates: BitMap) -> BitMap:
        """The members among the candidates, by their rows."""
        if not candidates:
            return candidates
        among = Candidates(candidates, self.start.view.size)
        selections = (self.start, *(step.selection for step in self.steps))
        moments = [Moments.of(replace(selection, candidates=among).rows()) for selection in selections]
        if all(step.within is None for step in self.steps):
            # Nothing will be sorted: first and last instants by profile are enough.
            numbers = self._ends(moments[0], moments[1:], len(among)).ordinals
        else:
            numbers = np.concatenate(each(self._of_block, blocks(len(among), *(one.columns for one in moments))))
        return bitmaps.from_ordinals(among.ordinals[numbers])

    def _of_block(self, block: Block) -> Ordinals:
        """The members of a block; some may come more than once."""
        start, *later = [Moments(*columns) for columns in block.columns]
        return self._ends(start, later, block.size).ordinals + np.uint32(block.first)

    def _ends(self, ends: Moments, later: list[Moments], size: int) -> Moments:
        """Where the whole sequence can end; ordinals are below `size`."""
        for step, moments in zip(self.steps, later, strict=True):
            if step.absent:
                ends = _not_followed(ends, moments, step.within, size, self.start.view.as_of)
            else:
                ends = _followed(ends, moments, step.within, size)
        return ends

    def _candidates(self) -> BitMap:
        """Who may have an interaction of every step, in whatever order."""
        found = self.among
        for selection in (self.start, *(step.selection for step in self.steps if not step.absent)):
            if found is None:
                found = selection.profiles()
            elif found and (self.among is None or not selection.passes):  # a filter would be asked for everybody's rows
                found = found & selection.profiles()
        return BitMap() if found is None else found

    def note(self) -> str:
        """See Operator."""
        return f"{len(self.steps) + 1} steps, {self.start.note()}"


def _followed(ends: Moments, moments: Moments, within: int | None, size: int) -> Moments:
    """The moments that come after one of the ends, soon enough."""
    if within is None or size < _TABLE_SHARE * len(moments):
        # What comes before the first end need not be put in order; unless making a table of all profiles takes longer.
        moments = moments.where(moments.times > ends.first(size)[moments.ordinals])
    return moments if within is None else moments.where(moments.times - ends.just_before(moments) <= within)


def _not_followed(ends: Moments, unwanted: Moments, within: int | None, size: int, as_of: int) -> Moments:
    """The ends after which nothing unwanted comes, in a time that is over."""
    if within is None:
        return ends.where(ends.times >= unwanted.last(size)[ends.ordinals])
    ends = ends.where(ends.times + within <= as_of)
    return ends.where(unwanted.just_after(ends) - ends.times > within)
