"""When something happened to whom, as two arrays: what operators of order in time (`resumed`, `then`) work on."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from projections.index.bitmaps import Ordinals
from projections.index.ordering import order_of_profiles
from projections.index.row_columns import TIME, RowSet
from projections.query.operators.selecting import ordinals_of

Int64s = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# Further from every instant than any span, and from the ends of int64: differences with them stay exact.
BEFORE_ALL, AFTER_ALL = -(1 << 60), 1 << 60


@dataclass(frozen=True, slots=True)
class Moments:
    """One entry an interaction, in no order."""

    ordinals: Ordinals
    times: Int64s

    @classmethod
    def of(cls, rows: list[RowSet]) -> "Moments":
        """Of rows."""
        times = [one.column(TIME) for one in rows]
        return cls(ordinals_of(rows), np.concatenate(times) if times else np.empty(0, np.int64))

    def __len__(self) -> int:
        return len(self.times)

    def where(self, flags: Flags) -> "Moments":
        """Those whose flag is True."""
        places = np.flatnonzero(flags)  # taking places is quicker than a mask when few are True
        return Moments(self.ordinals[places], self.times[places])

    def first(self, size: int) -> Int64s:
        """The first instant of each ordinal below `size`; AFTER_ALL for none."""
        first = np.full(size, AFTER_ALL, dtype=np.int64)
        np.minimum.at(first, self.ordinals, self.times)
        return first

    def last(self, size: int) -> Int64s:
        """The last instant of each ordinal below `size`; BEFORE_ALL for none."""
        last = np.full(size, BEFORE_ALL, dtype=np.int64)
        np.maximum.at(last, self.ordinals, self.times)
        return last

    @property
    def columns(self) -> tuple[Ordinals, Int64s]:
        """Both, for `blocks`."""
        return self.ordinals, self.times

    def in_order(self) -> npt.NDArray[np.intp]:
        """Places by ordinal, then instant. Rows of a run come in the order of time, which a stable sort sees at once."""
        by_time = np.argsort(self.times, kind="stable")
        return by_time[order_of_profiles(self.ordinals[by_time])]

    def reversed_in_time(self) -> "Moments":
        """The same with earlier and later exchanged."""
        return Moments(self.ordinals, -self.times)

    def just_before(self, others: "Moments") -> Int64s:
        """For each of `others` the last instant here, of the same profile, that is strictly earlier; BEFORE_ALL for none."""
        both = Moments(np.concatenate([self.ordinals, others.ordinals]), np.concatenate([self.times, others.times]))
        order = both.in_order()
        ordinals, times, ours = both.ordinals[order], both.times[order], order < len(self)
        places = np.arange(len(order))
        new_moment = np.ones(len(order), dtype=np.bool_)
        new_moment[1:] = (ordinals[1:] != ordinals[:-1]) | (times[1:] != times[:-1])
        moment_start = np.maximum.accumulate(np.where(new_moment, places, 0))
        # Entry i is the last place of ours below i, so that entries of the same instant do not count.
        last_of_ours = np.concatenate([[-1], np.maximum.accumulate(np.where(ours, places, -1))])
        asked = np.flatnonzero(~ours)
        found = last_of_ours[moment_start[asked]]
        known = (found >= 0) & (ordinals[found] == ordinals[asked])
        before = np.empty(len(others), dtype=np.int64)
        before[order[asked] - len(self)] = np.where(known, times[found], BEFORE_ALL)
        return before

    def just_after(self, others: "Moments") -> Int64s:
        """For each of `others` the first instant here, of the same profile, that is strictly later; AFTER_ALL for none."""
        return -self.reversed_in_time().just_before(others.reversed_in_time())
