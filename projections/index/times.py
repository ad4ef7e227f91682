"""Sorted instants in four bytes each: the hour once for all rows in it, the microseconds within the hour, which fit 32 bits."""

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from projections.index.gathering import gathered

HOUR_US = 3_600_000_000

Int64s = npt.NDArray[np.int64]
UInt32s = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Times:
    """Instants ascending, in microseconds since the epoch. Arrays may be memory-mapped."""

    hours: npt.NDArray[np.int32]
    """The hours (since the epoch) that have rows, ascending."""
    starts: UInt32s
    """Place of the first row of each hour, and the number of rows behind them."""
    offsets: UInt32s
    """Of each row, from the beginning of its hour."""

    @classmethod
    def of(cls, instants: Int64s) -> "Times":
        """From ascending instants."""
        hours = instants // HOUR_US
        first = np.flatnonzero(np.append(True, hours[1:] != hours[:-1])) if len(hours) else np.empty(0, np.int64)
        offsets = (instants - hours * HOUR_US).astype(np.uint32)
        return cls(hours[first].astype(np.int32), np.append(first, len(instants)).astype(np.uint32), offsets)

    def __len__(self) -> int:
        return len(self.offsets)

    @property
    def nbytes(self) -> int:
        """Memory of the arrays."""
        return self.hours.nbytes + self.starts.nbytes + self.offsets.nbytes

    def place(self, instant: int) -> int:
        """Place of the first row at or after the instant."""
        # bisect over the buffers: for single instants a third of the time of searchsorted.
        hour, offset = divmod(instant, HOUR_US)
        hours, starts = self.hours.data, self.starts.data
        at = bisect_left(hours, hour)
        start: int = starts[at]
        if not offset or at == len(hours) or hours[at] != hour:
            return start
        return bisect_left(self.offsets.data, offset, start, starts[at + 1])

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Places low, high of the rows with start <= instant < end; low <= high."""
        low = self.place(start)
        return low, max(low, self.place(end))

    def at(self, picked: slice | Int64s | UInt32s) -> Int64s:
        """The instants at these places."""
        if not isinstance(picked, slice):
            inside = self.starts.searchsorted(picked, side="right") - 1
            return gathered(self.hours, inside).astype(np.int64) * HOUR_US + gathered(self.offsets, picked)
        low, high = picked.start, picked.stop
        if low >= high:
            return np.empty(0, np.int64)
        first, last = int(self.starts.searchsorted(low, side="right")) - 1, int(self.starts.searchsorted(high))
        bounds = np.clip(self.starts[first : last + 1].astype(np.int64), low, high)
        instants: Int64s = np.repeat(self.hours[first:last].astype(np.int64) * HOUR_US, np.diff(bounds))
        instants += self.offsets[low:high]
        return instants
