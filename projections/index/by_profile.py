"""From a profile to its rows in a run: the places of the rows by ordinal, in buckets of neighbouring ordinals."""

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from projections.index.gathering import gathered

UInt32s = npt.NDArray[np.uint32]
Int64s = npt.NDArray[np.int64]

_BUCKET_ROWS = 8
_SAMPLED = 64
_NUMBERED_ROWS = 1 << 20
_PLACE_BITS = np.uint64(32)
_PLACES = np.uint64(0xFFFF_FFFF)


@dataclass(frozen=True, slots=True)
class ByProfile:
    """4.5 bytes a row. Arrays may be memory-mapped."""

    places: UInt32s
    """Of the rows, by ordinal, those of one profile ascending."""
    starts: UInt32s
    """Where in `places` each bucket begins, with the end behind; a bucket holds the ordinals that are equal >> shift."""
    shift: int

    @classmethod
    def of(cls, ordinals: UInt32s) -> "ByProfile":
        """For the rows of these profiles."""
        # Sorting whole numbers is far quicker than an argsort, so the place goes along in the lower half.
        packed = ordinals.astype(np.uint64)  # in place from here: of the largest runs each copy is a gigabyte
        packed <<= _PLACE_BITS
        for first in range(0, len(packed), _NUMBERED_ROWS):
            part = packed[first : first + _NUMBERED_ROWS]
            part |= np.arange(first, first + len(part), dtype=np.uint64)
        packed.sort()
        places = (packed & _PLACES).astype(np.uint32)
        packed >>= _PLACE_BITS
        largest = int(packed[-1]) if len(packed) else 0
        shift = _shift(largest, len(ordinals))
        bounds = np.arange((largest >> shift) + 2, dtype=np.uint64) << np.uint64(shift)
        return cls(places, np.searchsorted(packed, bounds).astype(np.uint32), shift)

    def about_rows(self, ordinals: UInt32s) -> int | None:
        """How many rows these profiles, ascending, have, from a sample; None where buckets hold several profiles."""
        return None if self.shift else int(self._counts(ordinals[::_SAMPLED])[1].sum(dtype=np.int64)) * _SAMPLED

    def rows_among(self, ordinals: UInt32s, low: int, high: int) -> tuple[UInt32s, UInt32s]:
        """Places, from low to before high, of the rows of these profiles, and whose each is, as a place in `ordinals`.

        By profile, then by place. Only where a bucket holds one profile.
        """
        starts, counts = self._counts(ordinals)
        present = np.flatnonzero(counts)
        ends = np.cumsum(counts[present], dtype=np.uint32)
        firsts = ends - counts[present]
        # np.repeat would be as quick, but keeps the interpreter's lock, and there are two threads at this.
        turns = np.zeros(int(ends[-1]) if len(ends) else 0, np.uint32)
        turns[firsts[1:]] = 1
        owners = np.cumsum(turns, dtype=np.uint32)
        # Entry k of a profile's rows stands at its start + k: the start less what comes before, plus the entry's number in all.
        entries = gathered(starts[present] - firsts, owners)
        entries += np.arange(len(entries), dtype=np.uint32)
        places = gathered(self.places, entries)
        inside = np.flatnonzero((places >= low) & (places < high))
        return gathered(places, inside), present[gathered(owners, inside)].astype(np.uint32)

    def _counts(self, ordinals: UInt32s) -> tuple[UInt32s, UInt32s]:
        """Where the rows of each profile start, and how many there are; without those who were seen after the last row."""
        known = ordinals[: bisect_left(ordinals, len(self.starts) - 1)]
        starts = gathered(self.starts, known)
        return starts, gathered(self.starts, known + np.uint32(1)) - starts

    def rows_of(self, ordinal: int, ordinals: UInt32s) -> Int64s:
        """Places of the profile's rows, ascending; `ordinals` are those that this was made from."""
        bucket = ordinal >> self.shift
        if bucket + 1 >= len(self.starts):
            return np.empty(0, np.int64)
        near = self.places[int(self.starts[bucket]) : int(self.starts[bucket + 1])]
        places: Int64s = near[ordinals[near] == ordinal].astype(np.int64)
        return places

    def rows_of_some(self, wanted: UInt32s, ordinals: UInt32s) -> Int64s:
        """The same of several profiles, which ascend."""
        buckets = np.unique(wanted >> np.uint32(self.shift))
        buckets = buckets[: bisect_left(buckets, len(self.starts) - 1)]
        starts, ends = self.starts[buckets].astype(np.int64), self.starts[buckets + np.uint32(1)].astype(np.int64)
        counts = ends - starts
        near = self.places[np.arange(int(counts.sum())) + np.repeat(starts - (np.cumsum(counts) - counts), counts)]
        of = ordinals[near]
        places: Int64s = near[wanted[np.minimum(np.searchsorted(wanted, of), len(wanted) - 1)] == of].astype(np.int64)
        places.sort()
        return places


def _shift(largest: int, rows: int) -> int:
    return max(0, (largest * _BUCKET_ROWS // max(1, rows)).bit_length() - 1)
