"""`did TYPE …`: how many interactions."""

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from domain.language.syntax import Bound, Op
from projections.query.operators.base import Operator
from projections.query.operators.comparing import compare_one
from projections.query.operators.selecting import Selection
from projections.query.operators.totals import count_of_matching, counts_by_ordinal, matching_totals


@dataclass(frozen=True, slots=True)
class DidOperator:
    """Profiles whose number of selected interactions compares so."""

    selection: Selection
    count: Bound

    @property
    def name(self) -> str:
        """See Operator."""
        return "window union" if self._existence else "count rows"

    @property
    def _existence(self) -> bool:
        """Is it the same as "at least one"?"""
        op, number = self.count.op, self.count.number
        return (op is Op.GE and 0 < number <= 1) or (op is Op.GT and 0 <= number < 1)

    def estimate(self) -> int:
        """See Operator."""
        view = self.selection.view
        if not compare_one(0, self.count.op, Fraction(self.count.number)):
            return min(view.size, self.selection.row_estimate())
        return view.size

    def cost(self) -> int:
        """See Operator."""
        return 0 if self._existence and not self.selection.passes else self.selection.row_estimate()

    def verify(self) -> None:
        """See Operator."""

    def narrowed(self, candidates: BitMap) -> Operator:
        """See Narrowable."""
        return replace(self, selection=self.selection.of_candidates(candidates))

    def count_among(self, candidates: BitMap) -> int | None:
        """See Countable."""
        return self.selection.count_among(candidates) if self._existence else None

    def count_all(self) -> int | None:
        """See Counted."""
        return None if self._existence else count_of_matching(self._counts(), self.count.op, Fraction(self.count.number))

    def members(self) -> BitMap:
        """See Operator."""
        if self._existence:
            return self.selection.profiles()
        return matching_totals(self.selection, self._counts(), self.count.op, Fraction(self.count.number))

    def _counts(self) -> npt.NDArray[np.integer[Any]]:
        return counts_by_ordinal(self.selection.ordinals(), self.selection.size)

    def note(self) -> str:
        """See Operator."""
        return self.selection.union_note() if self._existence else self.selection.note()
