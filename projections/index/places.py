"""Where the rows of few profiles are in a history that only grows: looked up in sorted parts, looked for in the newest rows.

Writes ask what their profiles had of a tag, and one profile's history is asked of every tag: looking at each row of ten
million takes 70 ms, this a tenth of one. Parts are made beside reads and writes, once somebody has asked, and are merged
when they are about as large, so that there are few: 4.5 bytes a row, not in snapshots.
"""

from dataclasses import dataclass

import numpy as np

from projections.index import bitmaps
from projections.index.by_profile import ByProfile, Int64s, UInt32s
from projections.index.columns import Column

_FEW_PROFILES = 1 << 10
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
        self._asked = False

    def of(self, wanted: UInt32s, column: "Column[np.uint32]", count: int) -> Int64s:
        """Places, ascending, among the first `count` of a column, of the rows of the wanted profiles, which ascend."""
        parts = [part for part in self._parts if part.start < count] if len(wanted) <= _FEW_PROFILES else []
        ordinals = column.view()  # after the parts: none of them reaches beyond it
        late = parts[-1].end if parts else 0
        self._asked |= len(wanted) <= _FEW_PROFILES and count - late > _LATE_ROWS
        found = [_in_part(part, wanted, ordinals) for part in parts]
        if late < count:
            found.append(np.flatnonzero(bitmaps.among(ordinals[late:count], wanted)) + late)
        places: Int64s = np.concatenate(found) if found else np.empty(0, np.int64)
        return places if late <= count else places[: int(np.searchsorted(places, count))]

    def grow(self, ordinals: UInt32s) -> bool:
        """Take in the rows behind the last part, if they are many and somebody asks; False if there was nothing to do."""
        parts = list(self._parts)
        start = parts[-1].end if parts else 0
        if not self._asked or len(ordinals) - start <= _LATE_ROWS:
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
