"""`first TYPE WINDOW` and `last TYPE WINDOW`, as differences of who did: no row is sorted, no profile looked at."""

from dataclasses import dataclass, replace

from pyroaring import BitMap

from domain.limits import MIN_INSTANT_US
from projections.query.operators.base import Operator
from projections.query.operators.selecting import Selection


@dataclass(frozen=True, slots=True)
class EdgeOperator:
    """Profiles whose first (last) selected interaction of all time lies in the selection's window."""

    selection: Selection
    last: bool

    @property
    def name(self) -> str:
        """See Operator."""
        return "last in window" if self.last else "first in window"

    def _outside(self) -> Selection:
        """The interactions that, if a profile has one, put its edge elsewhere."""
        if self.last:
            return self.selection.between(self.selection.end, self.selection.view.as_of + 1)
        return self.selection.between(MIN_INSTANT_US, self.selection.start)

    def estimate(self) -> int:
        """See Operator."""
        return min(self.selection.view.size, self.selection.row_estimate())

    def cost(self) -> int:
        """See Operator."""
        filtered = bool(self.selection.passes)
        return self.selection.row_estimate() + self._outside().row_estimate() if filtered else 0

    def verify(self) -> None:
        """See Operator."""

    def narrowed(self, candidates: BitMap) -> Operator:
        """See Narrowable."""
        return replace(self, selection=self.selection.of_candidates(candidates))

    def members(self) -> BitMap:
        """See Operator."""
        if not self.last and (began := self.selection.began()) is not None:
            return began
        inside = self.selection.profiles()
        return inside - self._outside().profiles() if inside else inside

    def note(self) -> str:
        """See Operator."""
        return self.selection.union_note()
