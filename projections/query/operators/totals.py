"""From a number per profile to the profiles whose number compares so, those with nothing included where 0 does."""

from collections.abc import Sequence
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
from projections.query.operators.selecting import Selection

_COUNTED_ROWS = 1 << 20
_LARGE_COUNT = 64


def matching_totals(selection: Selection, totals: npt.NDArray[np.generic], op: Op, bound: Fraction) -> BitMap:
    """Profiles whose total compares so; `totals` by ordinal, or number of a candidate, 0 for those with nothing."""
    numbers = np.flatnonzero(compare_whole(totals, op, bound)).astype(np.uint32)
    matching = bitmaps.from_ascending(selection.named(numbers))
    return selection.view.universe() & matching if compare_one(0, op, bound) else matching


def count_of_matching(totals: npt.NDArray[np.generic], op: Op, bound: Fraction) -> int | None:
    """How many of the profiles of `matching_totals` there are; None where those with nothing are among them."""
    return None if compare_one(0, op, bound) else int(np.count_nonzero(compare_whole(totals, op, bound)))


def counts_by_ordinal(parts: Sequence[Ordinals], size: int) -> npt.NDArray[np.integer[Any]]:
    """How often each profile comes."""
    # One byte a profile stays in the cache: half the time of wider counts. What grows large is moved aside before it overflows.
    # Looking for large counts reads a byte a profile, which is to cost less than the counting.
    step, counts = max(_COUNTED_ROWS, size // 8), np.zeros(size, dtype=np.uint8)
    aside: list[tuple[npt.NDArray[np.intp], npt.NDArray[np.uint8]]] = []
    for ordinals in parts:
        for first in range(0, len(ordinals), step):
            np.add.at(counts, ordinals[first : first + step], np.uint8(1))
            if first + step < len(ordinals):
                large = np.flatnonzero(counts >= _LARGE_COUNT)
                aside.append((large, counts[large]))
                counts[large] = 0
    total = int(counts.sum(dtype=np.int64)) + sum(int(some.sum(dtype=np.int64)) for _, some in aside)
    if total != sum(map(len, parts)):  # somebody came so often in so few rows that a byte overflowed
        wide: npt.NDArray[np.integer[Any]] = np.bincount(np.concatenate(parts), minlength=size)
        return wide
    if not any(len(large) for large, _ in aside):
        return counts
    whole: npt.NDArray[np.integer[Any]] = counts.astype(np.uint16 if len(aside) < _LARGE_COUNT else np.int32)
    for large, some in aside:
        whole[large] += some
    return whole


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
