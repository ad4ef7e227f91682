"""`first TYPE with FILTER WINDOW`: what the first or last interaction was, which takes looking at rows."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from projections.index import bitmaps
from projections.query.operators.base import Operator
from projections.query.operators.edges import EdgeOperator
from projections.query.operators.moments import AFTER_ALL, BEFORE_ALL, Moments
from projections.query.operators.selecting import Selection


@dataclass(frozen=True, slots=True)
class EdgeWithOperator:
    """Members of `edge` of whom an interaction at that first (last) instant is among `alike`: those of its rows that are so."""

    edge: EdgeOperator
    alike: Selection

    @property
    def name(self) -> str:
        """See Operator."""
        return f"{self.edge.name}, and what it was"

    def estimate(self) -> int:
        """See Operator."""
        return self.edge.estimate()

    def cost(self) -> int:
        """See Operator."""
        return self.edge.cost() + 2 * self.alike.row_estimate()

    def verify(self) -> None:
        """See Operator."""

    def narrowed(self, candidates: BitMap) -> Operator:
        """See Narrowable."""
        edge = replace(self.edge, selection=self.edge.selection.of_candidates(candidates))
        return replace(self, edge=edge, alike=self.alike.of_candidates(candidates))

    def members(self) -> BitMap:
        """See Operator."""
        # Where the edge of all time lies in the window, it is the edge of the window.
        size = self.alike.size  # once: profiles may come meanwhile
        alike = self._edges(self.alike, size)
        found = (alike == self._edges(self.edge.selection, size)) & (alike > BEFORE_ALL) & (alike < AFTER_ALL)
        ordinals = self.alike.named(np.flatnonzero(found).astype(np.uint32))
        return bitmaps.from_ascending(ordinals) & self.edge.members()

    def _edges(self, selection: Selection, size: int) -> npt.NDArray[np.int64]:
        moments = Moments.of(selection.rows())
        return moments.last(size) if self.edge.last else moments.first(size)

    def note(self) -> str:
        """See Operator."""
        return self.edge.note()
