"""`resumed TYPE after SPAN`: who came back after a pause."""

from dataclasses import dataclass, replace

import numpy as np
from pyroaring import BitMap

from domain.limits import MIN_INSTANT_US
from projections.index import bitmaps
from projections.index.bitmaps import Ordinals
from projections.index.ordering import blocks
from projections.query.operators.base import Operator
from projections.query.operators.moments import AFTER_ALL, Moments
from projections.query.operators.selecting import Selection


@dataclass(frozen=True, slots=True)
class ResumedOperator:
    """Profiles with a selected interaction at least `pause` microseconds after the one before it, which may lie anywhere.

    Only the first one in the window has its predecessor outside, and the instant of that matters only while it is less than a
    pause before the window: further back it is enough that there is one.
    """

    selection: Selection
    pause: int

    @property
    def name(self) -> str:
        """See Operator."""
        return "pause between rows"

    def _before(self) -> Selection:
        """The interactions before the window."""
        return self.selection.between(MIN_INSTANT_US, self.selection.start)

    def _near(self) -> Selection:
        """Those of them after which a pause may not be over when the window begins."""
        start = self.selection.start
        return self.selection.between(max(MIN_INSTANT_US, start - self.pause + 1), start)

    def estimate(self) -> int:
        """See Operator."""
        return min(self.selection.view.size, self.selection.row_estimate())

    def cost(self) -> int:
        """See Operator."""
        before = self._before() if self.selection.passes else self._near()
        return self.selection.row_estimate() + before.row_estimate()

    def verify(self) -> None:
        """See Operator."""

    def narrowed(self, candidates: BitMap) -> Operator:
        """See Narrowable."""
        return replace(self, selection=self.selection.of_candidates(candidates))

    def members(self) -> BitMap:
        """See Operator."""
        inside = Moments.of(self.selection.rows())
        return self._after_a_pause_before(inside) | bitmaps.from_ordinals(self._after_a_pause_within(inside))

    def _after_a_pause_before(self, inside: Moments) -> BitMap:
        """Whose first interaction in the window came after a pause."""
        size = self.selection.size
        first = inside.first(size)
        paused = first - Moments.of(self._near().rows()).last(size) >= self.pause
        numbers = np.flatnonzero(paused & (first < AFTER_ALL)).astype(np.uint32)
        return bitmaps.from_ascending(self.selection.named(numbers)) & self._before().profiles()

    def _after_a_pause_within(self, inside: Moments) -> Ordinals:
        """Who has two neighbouring interactions in the window that far apart; some may come more than once."""
        if self.selection.end - 1 - self.selection.start < self.pause:
            return np.empty(0, dtype=np.uint32)
        found = [
            _paused(Moments(*block.columns[0]), self.pause) + np.uint32(block.first)
            for block in blocks(self.selection.size, inside.columns)
        ]
        return self.selection.named(np.concatenate(found))

    def note(self) -> str:
        """See Operator."""
        return self.selection.note()


def _paused(moments: Moments, pause: int) -> Ordinals:
    """Who has two neighbouring moments at least that far apart."""
    order = moments.in_order()
    ordinals, times = moments.ordinals[order], moments.times[order]
    paused: Ordinals = ordinals[1:][(ordinals[1:] == ordinals[:-1]) & (times[1:] - times[:-1] >= pause)]
    return paused
