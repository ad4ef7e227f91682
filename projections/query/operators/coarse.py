"""`did A then B within D`, decided for most profiles from bitmaps of a day or so: whose A and B lie in such blocks of time that
they surely follow each other soon enough, and whose perhaps do. Only the rows of the latter are put in order, as whole numbers
that hold profile and instant.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from projections.index import bitmaps
from projections.index.bitmaps import Ordinals
from projections.index.candidates import Candidates
from projections.index.ordering import order_of_profiles
from projections.index.parallel import each, halves
from projections.index.row_columns import ORDINAL, TIME, RowSet
from projections.index.times import HOUR_US
from projections.query.operators.selecting import Selection

Keys = npt.NDArray[np.int64]

_BLOCKS_MAX = 64
_BLOCKS_A_SPAN = 2  # more blocks decide more profiles, and cost more bitmaps: measured best for spans of days in months
_ROWS_MIN = 500_000  # fewer rows are put in order more quickly
_KEY_BITS = 63


@dataclass(frozen=True, slots=True)
class Coarse:
    """Disjoint sets: profiles that have such a pair, and those for whom the order of their rows tells."""

    surely: BitMap
    perhaps: BitMap


def in_keys(start: Selection, then: Selection, within: int, candidates: BitMap) -> BitMap | None:
    """Those of the candidates who have an interaction of `then` after one of `start`, at most so many microseconds later.

    None where keys of profile and instant would be too wide.
    """
    among, first = Candidates(candidates, start.view.size), min(start.start, then.start)
    span = max(start.end, then.end) - first
    bits = span.bit_length() + 1  # one more: neighbouring profiles are further apart than the window is long
    if bits + len(among).bit_length() > _KEY_BITS:
        return None

    def keys(rows: RowSet) -> Keys:
        kept = among.kept(rows)
        ordinals = kept.column(ORDINAL)
        order = order_of_profiles(ordinals)
        found = _numbers(among.ordinals, ordinals[order]) << bits
        found += kept.column(TIME)[order] - first
        return found

    parts = [[rows.at(part) for rows in one.rows() for part in halves(len(rows))] for one in (start, then)]
    made = each(keys, parts[0] + parts[1])
    before, after = _ascending(made[: len(parts[0])]), _ascending(made[len(parts[0]) :])
    if not len(before):
        return BitMap()

    def soon(part: slice) -> Keys:
        keys = after[part]
        last = np.searchsorted(before, keys) - 1  # strictly earlier: equal keys are equal instants of one profile
        return keys[(last >= 0) & (keys - before[last] <= min(within, span))]

    found = np.concatenate(each(soon, halves(len(after)))) if len(after) else after
    return bitmaps.from_ascending(among.ordinals[found >> bits])


def _numbers(candidates: Ordinals, ordinals: Ordinals) -> Keys:
    """The places of ordinals, which ascend, among the candidates: looked up once for all rows of a profile."""
    new = np.ones(len(ordinals), np.bool_)
    new[1:] = ordinals[1:] != ordinals[:-1]
    places = np.searchsorted(candidates, ordinals[new])
    found: Keys = places[np.cumsum(new) - 1]
    return found


def _ascending(parts: list[Keys]) -> Keys:
    """Of parts that mostly ascend, which a stable sort makes use of."""
    joined = np.concatenate(parts) if parts else np.empty(0, np.int64)
    joined.sort(kind="stable")
    return joined


def decided(start: Selection, then: Selection, within: int) -> Coarse | None:
    """What bitmaps tell; None where they are not there (filters), or would be no help."""
    if start.passes or then.passes or start.row_estimate() + then.row_estimate() < _ROWS_MIN:
        return None
    size = (1 << max(0, (within // _BLOCKS_A_SPAN // HOUR_US).bit_length() - 1)) * HOUR_US
    if within < _BLOCKS_A_SPAN * size or then.end - start.start > _BLOCKS_MAX * size:
        return None
    bounds = _bounds(start.start, then.end, size)
    earlier = [start.between(max(low, start.start), min(high, start.end)).profiles() for low, high in bounds]
    surely: list[BitMap] = []
    perhaps: list[BitMap] = []
    for number, (low, high) in enumerate(bounds):
        later = then.between(max(low, then.start), min(high, then.end)).profiles()
        for before in range(number, -1, -1):
            if low - (bounds[before][1] - 1) > within:
                break  # and those before it are further off still
            both = later & earlier[before]
            # The instants are whole microseconds: the furthest apart are the last of this block and the first of that one.
            sure = before < number and high - 1 - bounds[before][0] <= within
            (surely if sure else perhaps).append(both)
    found = bitmaps.union(surely)
    return Coarse(found, bitmaps.union(perhaps) - found)


def _bounds(start: int, end: int, size: int) -> list[tuple[int, int]]:
    """The window in aligned blocks, the first and the last one cut."""
    edges = [start, *range(-(-(start + 1) // size) * size, end, size), end]
    return list(pairwise(edges)) if start < end else []
