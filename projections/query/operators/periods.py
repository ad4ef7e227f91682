"""`did TYPE in at least 2 of last 3 calendar months`: in how many calendar periods."""

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from pyroaring import BitMap

from domain.language.syntax import Bound, Calendar, Op
from domain.language.windows import resolve
from projections.index import bitmaps
from projections.query.operators.base import Operator
from projections.query.operators.comparing import compare_one
from projections.query.operators.selecting import Selection
from projections.query.operators.totals import matching_totals

_STEPS_MAX = 64  # steps with bitmaps; for more, counting is quicker


@dataclass(frozen=True, slots=True)
class PeriodsOperator:
    """Profiles with selected interactions in so many periods; who did in a period comes from the bitmaps of its hours."""

    selection: Selection
    """Of all the periods."""
    periods: Calendar
    count: Bound

    @property
    def name(self) -> str:
        """See Operator."""
        return "count periods"

    def estimate(self) -> int:
        """See Operator."""
        view = self.selection.view
        nothing_matches = compare_one(0, self.count.op, Fraction(self.count.number))
        return view.size if nothing_matches else min(view.size, self.selection.row_estimate())

    def cost(self) -> int:
        """See Operator."""
        return self.selection.row_estimate() if self.selection.passes else 0

    def verify(self) -> None:
        """See Operator."""

    def narrowed(self, candidates: BitMap) -> Operator:
        """See Narrowable."""
        return replace(self, selection=self.selection.of_candidates(candidates))

    def members(self) -> BitMap:
        """See Operator."""
        if self.periods.count * self.periods.count > _STEPS_MAX:
            return self._by_counting()
        number = Fraction(self.count.number)
        least = -(-number.numerator // number.denominator)  # the first whole number that is not below it
        beyond = int(number) + 1
        match self.count.op:
            case Op.GE:
                return self._at_least(least)
            case Op.GT:
                return self._at_least(beyond)
            case Op.LT:
                return self.selection.view.universe() - self._at_least(least)
            case Op.LE:
                return self.selection.view.universe() - self._at_least(beyond)
            case _:
                return self._by_counting()

    def _at_least(self, wanted: int) -> BitMap:
        """Who did in at least so many of the periods: after each period, who did in at least k of those so far."""
        if wanted <= 0:
            return self.selection.view.universe()
        if wanted > self.periods.count:
            return BitMap()
        reached = [BitMap() for _ in range(wanted)]
        for start, end in self._bounds():
            did = self.selection.between(start, end).profiles()
            for k in range(wanted - 1, 0, -1):
                reached[k] |= reached[k - 1] & did
            reached[0] |= did
        return reached[-1]

    def _by_counting(self) -> BitMap:
        view = self.selection.view
        counts = np.zeros(view.size, dtype=np.int16)
        for start, end in self._bounds():
            # Each profile comes once, so that plain indexing counts.
            counts[bitmaps.to_ordinals(self.selection.between(start, end).profiles())] += 1
        by_ordinal = replace(self.selection, candidates=None)
        return matching_totals(by_ordinal, counts, self.count.op, Fraction(self.count.number))

    def _bounds(self) -> list[tuple[int, int]]:
        """Each period, the current one first; a period ends where the next one starts, as windows do."""
        zone, unit, as_of = self.periods.zone, self.periods.unit, self.selection.view.as_of
        starts = [resolve(Calendar(count, unit, zone), as_of)[0] for count in range(1, self.periods.count + 1)]
        return list(zip(starts, [self.selection.end, *starts[:-1]], strict=True))

    def note(self) -> str:
        """See Operator."""
        return f"{self.periods.count} periods, {self.selection.note()}"
