"""From a number per profile to the profiles whose number compares so, those with nothing included where 0 does."""

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from domain.language.syntax import Op
from projections.index import bitmaps
from projections.index.bitmaps import Ordinals
from projections.index.ordering import blocks, order_of_profiles, stable_order
from projections.query.operators.comparing import Flags, compare_one, compare_whole


def matching_totals(
    universe: Callable[[], BitMap], ordinals: Ordinals, totals: npt.NDArray[np.generic], op: Op, bound: Fraction
) -> BitMap:
    """Profiles whose total compares so; `ordinals` (each once) have these totals, the rest of the universe has 0."""
    flags = compare_whole(totals, op, bound)
    if compare_one(0, op, bound):
        return universe() - bitmaps.from_ordinals(ordinals[~flags])
    return bitmaps.from_ordinals(ordinals[flags])


def grouped_count(ordinals: Ordinals, size: int) -> tuple[Ordinals, npt.NDArray[np.int64]]:
    """How often each profile comes: ordinals ascending, counts."""
    counts = np.bincount(ordinals, minlength=size)
    present = np.flatnonzero(counts)
    return present.astype(np.uint32), counts[present]


def distinct_count(ordinals: Ordinals, values: npt.NDArray[np.int64], size: int) -> tuple[Ordinals, npt.NDArray[np.int64]]:
    """How many distinct values each profile has: ordinals ascending, counts."""
    counts = np.zeros(size, dtype=np.int64)
    for block in blocks(size, (ordinals, values)):
        distinct = np.bincount(_distinct_pairs(*block.columns[0]), minlength=min(block.size, size - block.first))
        counts[block.first : block.first + block.size] = distinct
    present = np.flatnonzero(counts)
    return present.astype(np.uint32), counts[present]


def _distinct_pairs(ordinals: Ordinals, values: npt.NDArray[np.int64]) -> Ordinals:
    """The ordinal of each distinct (ordinal, value)."""
    if not len(ordinals):
        return ordinals
    low, high = int(values.min()), int(values.max())
    order = stable_order(values - low, high - low)
    order = order[order_of_profiles(ordinals[order])]
    ordinals, values = ordinals[order], values[order]
    first: Flags = np.ones(len(ordinals), dtype=np.bool_)
    first[1:] = (ordinals[1:] != ordinals[:-1]) | (values[1:] != values[:-1])
    distinct: Ordinals = ordinals[first]
    return distinct
