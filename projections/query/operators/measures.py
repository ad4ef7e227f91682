"""`sum`, `avg`, `min`, `max`, `distinct` and `days` over interactions, compared with a bound."""

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from domain.language.syntax import Function, Measure
from projections.index import bitmaps
from projections.query.operators.aggregating import Aggregate, Int64s, Numbers
from projections.query.operators.base import Operator
from projections.query.operators.comparing import compare_doubles, compare_whole
from projections.query.operators.filtering import AMOUNT_UNITS
from projections.query.operators.selecting import Selection
from projections.query.operators.totals import count_of_matching, matching_totals


@dataclass(frozen=True, slots=True)
class MeasureOperator:
    """Profiles whose aggregate over the selected interactions compares so."""

    selection: Selection
    leaf: Measure

    @property
    def name(self) -> str:
        """See Operator."""
        return self.leaf.function.value

    @property
    def _aggregate(self) -> Aggregate:
        return Aggregate.of(self.selection, self.leaf)

    def estimate(self) -> int:
        """See Operator."""
        return min(self.selection.view.size, self.selection.row_estimate())

    def cost(self) -> int:
        """See Operator."""
        return self.selection.row_estimate()

    def note(self) -> str:
        """See Operator."""
        return self.selection.note()

    def verify(self) -> None:
        """See Operator."""
        self._aggregate.verify()

    def narrowed(self, candidates: BitMap) -> Operator:
        """See Narrowable."""
        return replace(self, selection=self.selection.of_candidates(candidates))

    def count_all(self) -> int | None:
        """See Counted."""
        if self.leaf.function in (Function.AVG, Function.MIN, Function.MAX):
            return None
        return count_of_matching(self._aggregate.totals(), self.leaf.value.op, self._bound)

    @property
    def _bound(self) -> Fraction:
        """Of a total."""
        units = AMOUNT_UNITS if self.leaf.function is Function.SUM else 1
        return Fraction(self.leaf.value.number) * units

    def members(self) -> BitMap:
        """See Operator."""
        match self.leaf.function:
            case Function.AVG:
                ordinals, sums, counts = self._aggregate.sums()
                return bitmaps.from_ordinals(ordinals[self._averages_match(sums, counts)])
            case Function.MIN | Function.MAX:
                ordinals, values = self._aggregate.extremes()
                return bitmaps.from_ordinals(ordinals[self._extremes_match(values)])
        return matching_totals(self.selection, self._aggregate.totals(), self.leaf.value.op, self._bound)

    def _averages_match(self, sums: Numbers, counts: Int64s) -> npt.NDArray[np.bool_]:
        """Compare sum with bound times count, without a division."""
        units = Fraction(self.leaf.value.number) * AMOUNT_UNITS
        left, right = sums.astype(object) * units.denominator, counts.astype(object) * units.numerator
        return compare_whole(left - right, self.leaf.value.op, Fraction(0))

    def _extremes_match(self, values: Numbers) -> npt.NDArray[np.bool_]:
        """Amounts as whole numbers, properties as doubles."""
        bound = self.leaf.value
        if self.leaf.property == "amount":
            return compare_whole(values, bound.op, Fraction(bound.number) * AMOUNT_UNITS)
        return compare_doubles(values, bound.op, bound.number)
