"""Where the rows of few profiles are in a history that only grows: looked up in sorted parts, looked for in the newest rows.

Writes ask what their profiles had of a tag, one profile's history is asked of every tag, and a read in the past decides some
profiles anew: looking at each row of ten million takes 70 ms, this a tenth of one for few profiles. Parts are merged when they
are about as large, so that there are few: 4.5 bytes a row, not in snapshots.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from projections.index import bitmaps
from projections.index.by_profile import ByProfile, Int64s, UInt32s

_FEW_SHARE = 64  # with a profile wanted for fewer rows than that, looking at each row is as quick
_LATE_ROWS = 1 << 16


@dataclass(frozen=True, slots=True)
class _Part:
    start: int
    end: int
    by_profile: ByProfile


class Places:
    """Of one column of ordinals. `grow` is for one thread at a time, `of` for any."""

    def __init__(self) -> None:
        self._parts: tuple[_Part, ...] = ()
        self.asked = False
        """Has somebody looked for few profiles among many late rows?"""

    def of(self, wanted: UInt32s, first: Callable[[int], UInt32s], count: int) -> Int64s:
        """Places, ascending, among the first `count` of the column, of the rows of the wanted profiles, which ascend.

        `first`: so many of the column, which has as many.
        """
        if not len(wanted):
            return np.empty(0, np.int64)
        few = len(wanted) * _FEW_SHARE <= count
        parts = [part for part in self._parts if part.start < count] if few else []
        late = parts[-1].end if parts else 0
        ordinals = first(max(late, count))
        self.asked |= few and count - late > _LATE_ROWS
        found = [_in_part(part, wanted, ordinals) for part in parts]
        if late < count:
            found.append(np.flatnonzero(bitmaps.among(ordinals[late:count], wanted)) + late)
        places: Int64s = np.concatenate(found) if found else np.empty(0, np.int64)
        return places if late <= count else places[: int(np.searchsorted(places, count))]

    def grow(self, ordinals: UInt32s) -> bool:
        """Take in the rows behind the last part, if they are many; False if there was nothing to do."""
        parts = list(self._parts)
        start = parts[-1].end if parts else 0
        if len(ordinals) - start <= _LATE_ROWS:
            return False
        while parts and parts[-1].end - parts[-1].start < 2 * (len(ordinals) - start):
            start = parts.pop().start
        self._parts = (*parts, _Part(start, len(ordinals), ByProfile.of(ordinals[start:])))
        return True

    @property
    def size_bytes(self) -> int:
        """Memory held."""
        return sum(part.by_profile.places.nbytes + part.by_profile.starts.nbytes for part in self._parts)


def _in_part(part: _Part, wanted: UInt32s, ordinals: UInt32s) -> Int64s:
    rows = ordinals[part.start : part.end]
    if len(wanted) == 1:
        return part.by_profile.rows_of(int(wanted[0]), rows) + part.start
    return part.by_profile.rows_of_some(wanted, rows) + part.start
