"""Between numpy arrays of ordinals and roaring bitmaps, by the routes that are fast.

Only `array.array` enters pyroaring without boxing each value, so that everything goes through it.
"""

from array import array

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from projections.index.gathering import gathered
from projections.index.ordering import UInt32s, order_of_profiles

Ordinals = UInt32s

_RADIX_ROWS = 10_000
_DENSE_ROWS = 400_000
_PAIRED_MAX = 3  # of few, the union of all at once takes up to three times as long; of many, a third
_DENSE_SHARE = 128  # with fewer than a row in so many ordinals, sorting beats marking: 60 ns a row, 0.5 ns an ordinal

_SEARCHED_SHARE = 2_048  # with fewer rows, looking each up beats a table by ordinal


def from_ordinals(ordinals: Ordinals) -> BitMap:
    """Bitmap of ordinals in any order, repeated or not."""
    # Sorted values enter three times as fast. By radix it takes 10 ns a row, but 50 when the rows outgrow the cache.
    if len(ordinals) < _RADIX_ROWS:  # the empty array too
        return from_ascending(np.sort(ordinals))
    if len(ordinals) < _DENSE_ROWS:
        return from_ascending(ordinals[order_of_profiles(ordinals)])
    largest = int(ordinals.max())
    if len(ordinals) < largest // _DENSE_SHARE:
        return from_ascending(np.sort(ordinals))
    flags = np.zeros(largest + 1, dtype=np.bool_)
    flags[ordinals] = True
    return from_flags(flags)


def distinct(ordinals: Ordinals) -> Ordinals:
    """Each once, ascending. Of a million `np.unique`, which hashes, takes half a second."""
    if (ordinals[1:] > ordinals[:-1]).all():
        return ordinals
    return to_ordinals(from_ordinals(ordinals))


def from_flags(flags: npt.NDArray[np.bool_]) -> BitMap:
    """Bitmap of the places that are True."""
    return from_ascending(np.flatnonzero(flags).astype(np.uint32))


def to_ordinals(bitmap: BitMap) -> Ordinals:
    """Sorted ascending uint32."""
    return np.frombuffer(bitmap.to_array(), dtype=np.uint32)


def to_flags(bitmap: BitMap, size: int) -> npt.NDArray[np.bool_]:
    """`size` flags, True at the bitmap's members (all below `size`)."""
    flags = np.zeros(size, dtype=np.bool_)
    flags[to_ordinals(bitmap)] = True
    return flags


def among(rows: Ordinals, wanted: Ordinals) -> npt.NDArray[np.bool_]:
    """Which of the rows are of these profiles, which ascend."""
    if not len(rows) or not len(wanted):
        return np.zeros(len(rows), np.bool_)
    if len(wanted) == 1:  # no table by ordinal for one profile: whoever reads one asks each tag
        return np.asarray(rows == wanted[0])
    size = int(max(rows.max(), wanted[-1])) + 1
    if len(rows) < size // _SEARCHED_SHARE:
        return np.asarray(wanted[np.minimum(np.searchsorted(wanted, rows), len(wanted) - 1)] == rows)
    flags = np.zeros(size, np.bool_)
    flags[wanted] = True
    return gathered(flags, rows)


def union(bitmaps: list[BitMap]) -> BitMap:
    """Union of any number, none included; the operands stay as they are."""
    if not bitmaps:
        return BitMap()
    if len(bitmaps) > _PAIRED_MAX:
        return BitMap.union(*bitmaps)
    united = bitmaps[0]
    for other in bitmaps[1:]:
        united = united | other
    return united


def from_ascending(ordinals: Ordinals) -> BitMap:
    """Bitmap of ordinals that ascend; others take three times as long."""
    values = array("I")
    values.frombytes(np.ascontiguousarray(ordinals).tobytes())
    return BitMap(values)
