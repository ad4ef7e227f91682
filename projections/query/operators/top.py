"""`top 10% by sum(purchase.amount)`: the profiles that rank first by a measure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from domain.language.syntax import Function, Ranks, Top
from projections.index import bitmaps
from projections.index.bitmaps import Ordinals
from projections.query.operators.aggregating import Aggregate, Int64s, Numbers
from projections.query.operators.base import Operator
from projections.query.operators.selecting import Selection

Places = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class TopOperator:
    """The first so many, or so many per cent, of the profiles that have a value; of equal values the lower ordinals."""

    selection: Selection
    leaf: Top

    @property
    def name(self) -> str:
        """See Operator."""
        return f"top by {self._aggregate.name}"

    @property
    def _aggregate(self) -> Aggregate:
        return Aggregate.of(self.selection, self.leaf)

    def estimate(self) -> int:
        """See Operator."""
        return places_of(self.leaf, min(self.selection.view.size, self.selection.row_estimate()))

    def cost(self) -> int:
        """See Operator."""
        return self.selection.row_estimate()

    def note(self) -> str:
        """See Operator."""
        return self.selection.note()

    def verify(self) -> None:
        """See Operator."""
        self._aggregate.verify()

    def among(self, candidates: BitMap) -> Operator:
        """See Ranking."""
        return replace(self, selection=self.selection.of_candidates(candidates))

    def members(self) -> BitMap:
        """See Operator."""
        ordinals, keys = self._ranked()
        return bitmaps.from_ordinals(ordinals[leading(keys, places_of(self.leaf, len(ordinals)))])

    def _ranked(self) -> tuple[Ordinals, Sequence[Numbers]]:
        """Who has a value, and what to rank by: the first key, where that is equal the next."""
        match self.leaf.measure:
            case Function.AVG:
                ordinals, sums, counts = self._aggregate.sums()
                return ordinals, _average_keys(sums, counts)
            case Function.MIN | Function.MAX:
                ordinals, values = self._aggregate.extremes()
                return ordinals, [values]
        # Whoever has an interaction has a total, if only 0.
        present = self.selection.present()
        return self.selection.named(present), [self._aggregate.totals()[present]]


def places_of(leaf: Ranks, of: int) -> int:
    """How many of so many."""
    if not leaf.percent:
        return min(of, int(leaf.number))
    share = Fraction(leaf.number) * of / 100
    return -(-share.numerator // share.denominator)


def leading(keys: Sequence[Numbers], wanted: int) -> Places:
    """The places of the `wanted` greatest; of those that are equal in every key the first ones. No sorting."""
    chosen: list[Places] = []
    undecided = np.arange(len(keys[0]))
    for key in keys:
        if wanted == len(undecided) or wanted == 0:
            break
        values = key[undecided]
        least = np.partition(values, len(values) - wanted)[len(values) - wanted]
        chosen.append(undecided[values > least])
        wanted -= len(chosen[-1])
        undecided = undecided[values == least]
    return np.concatenate([*chosen, undecided[:wanted]])


def _average_keys(sums: Numbers, counts: Int64s) -> list[Int64s]:
    """Whole numbers that order the fractions sums/counts exactly: what is before the point, and 64 bits behind it.

    Counts are below 2^31 (interactions of one profile), so two fractions that differ do so by more than 2^-62.
    """
    whole = sums // counts
    rest = (sums - whole * counts).astype(np.int64)
    keys = [whole.astype(np.int64)]
    for _ in range(2):
        rest = rest << 32
        keys.append(rest // counts)
        rest = rest % counts
    return keys
