"""From a number per profile to the profiles whose number compares so, those with nothing included where 0 does."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from domain.language.syntax import Op
from projections.index import bitmaps
from projections.index.bitmaps import Ordinals
from projections.index.ordering import blocks, order_of_profiles, stable_order
from projections.query.operators.comparing import Flags, compare_one, compare_whole


def matching_totals(universe: Callable[[], BitMap], totals: npt.NDArray[np.generic], op: Op, bound: Fraction) -> BitMap:
    """Profiles whose total compares so; `totals` by ordinal, 0 for those with nothing."""
    matching = bitmaps.from_flags(compare_whole(totals, op, bound))
    return universe() & matching if compare_one(0, op, bound) else matching


def counts_by_ordinal(parts: Sequence[Ordinals], size: int) -> npt.NDArray[np.integer[Any]]:
    """How often each profile comes."""
    # One byte a profile stays in the cache: half the time of wider counts. It overflows rarely, and that shows in the sum.
    counts = np.zeros(size, dtype=np.uint8)
    for ordinals in parts:
        np.add.at(counts, ordinals, np.uint8(1))
    if int(counts.sum(dtype=np.int64)) == sum(map(len, parts)):
        return counts
    wide: npt.NDArray[np.integer[Any]] = np.bincount(np.concatenate(parts), minlength=size)
    return wide


def distinct_counts(ordinals: Ordinals, values: npt.NDArray[np.int64], size: int) -> npt.NDArray[np.int64]:
    """How many distinct values each profile has, by ordinal."""
    counts = np.zeros(size, dtype=np.int64)
    for block in blocks(size, (ordinals, values)):
        distinct = np.bincount(_distinct_pairs(*block.columns[0]), minlength=min(block.size, size - block.first))
        counts[block.first : block.first + block.size] = distinct
    return counts


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
