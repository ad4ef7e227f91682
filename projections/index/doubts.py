"""Whose rows of a type were retracted and still lie in runs: the bitmaps of windows have them, and may be wrong about them.

For each such profile all its rows in runs are here too, so that a window needs no look at the runs to tell whether another row
of it counts. Profiles are numbered as they came, so that a window costs a scatter or two into a table of flags.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from projections.index import bitmaps
from projections.index.row_columns import ORDINAL, RETRACTED, TIME, VERSION, Int64s, RowSet
from projections.index.runs import Run

UInt32s = npt.NDArray[np.uint32]
Flags = npt.NDArray[np.bool_]
_NOBODY = BitMap()


@dataclass(frozen=True)
class Doubts:
    """Of one state of the runs and their marks; rows sorted by time."""

    profiles: UInt32s
    """Ordinals, by number."""
    times: Int64s
    numbers: UInt32s
    versions: UInt32s
    retracted: UInt32s
    """By which version; 0 for rows that count."""

    @classmethod
    def of(cls, runs: Sequence[Run]) -> "Doubts":
        """From the beginning."""
        marked = [run.ordinals[run.marks.places] for run in runs if len(run.marks)]
        profiles = np.unique(np.concatenate(marked)) if marked else np.empty(0, np.uint32)
        nothing = np.empty(0, np.uint32)
        return cls(profiles, np.empty(0, np.int64), nothing, nothing, nothing)._with_rows(_rows_of(runs, profiles))

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, roughly: what is made of them is as much again."""
        columns = (self.profiles, self.times, self.numbers, self.versions, self.retracted)
        return 2 * sum(column.nbytes for column in columns)

    def __len__(self) -> int:
        return len(self.profiles)

    def with_retracted(self, runs: Sequence[Run], ordinals: UInt32s) -> "Doubts":
        """After rows of these profiles were marked."""
        ordinals = np.unique(ordinals)
        new = ordinals[~np.isin(ordinals, self.profiles, assume_unique=True)]
        known = np.flatnonzero(np.isin(self.profiles, ordinals, assume_unique=True))
        kept = np.ones(len(self.profiles), np.bool_)
        kept[known] = False
        others = np.flatnonzero(kept[self.numbers])
        profiles = np.concatenate([self.profiles, new])
        columns = self.numbers[others], self.versions[others], self.retracted[others]
        base = Doubts(profiles, self.times[others], *columns)
        return base._with_rows(_rows_of(runs, ordinals))

    def with_run(self, run: Run) -> "Doubts":
        """After a run has come whose rows were in none before."""
        return self._with_rows(_rows_of([run], np.sort(self.profiles)))

    def _with_rows(self, parts: Sequence[RowSet]) -> "Doubts":
        if not parts:
            return self
        times, ordinals, versions, retracted = (
            np.concatenate([one.column(name) for one in parts]) for name in (TIME, ORDINAL, VERSION, RETRACTED)
        )
        by_ordinal = np.argsort(self.profiles, kind="stable")
        numbers = by_ordinal[np.searchsorted(self.profiles, ordinals, sorter=by_ordinal)]
        order = np.argsort(times, kind="stable")
        places = np.searchsorted(self.times, times[order])  # a few among many: no need to sort all of them
        columns = (self.numbers, numbers), (self.versions, versions), (self.retracted, retracted)
        merged = [np.insert(here, places, more[order].astype(np.uint32)) for here, more in columns]
        return Doubts(self.profiles, np.insert(self.times, places, times[order]), *merged)

    @cached_property
    def _last_version(self) -> int:
        """Reads at this one and later ones see all that is here."""
        return int(max(self.versions.max(initial=0), self.retracted.max(initial=0)))

    @cached_property
    def _left(self) -> tuple[Int64s, UInt32s]:
        """Times and numbers of the rows that were never retracted."""
        left = self.retracted == 0
        return self.times[left], self.numbers[left]

    @cached_property
    def _gone(self) -> tuple[Int64s, UInt32s]:
        """Those of the others."""
        gone = self.retracted != 0
        return self.times[gone], self.numbers[gone]

    def marked(self, start: int, end: int, version: int) -> BitMap:
        """Who has a row in [start, end) that was retracted up to version."""
        return self._bitmap(self._marked(start, end, version))

    def counting(self, start: int, end: int, version: int) -> BitMap:
        """Of all who are here, those who have a row in [start, end), in a run, that counts at a version."""
        return self._bitmap(self._counting(start, end, version))

    def gone(self, start: int, end: int, version: int) -> BitMap:
        """Who has a row in [start, end) that was retracted up to version, and none there, in a run, that counts."""
        marked = self._marked(start, end, version)
        if not len(marked):
            return _NOBODY
        flags = self._flags(marked)
        flags[self._counting(start, end, version)] = False
        return bitmaps.from_ordinals(self.profiles[flags])

    def _marked(self, start: int, end: int, version: int) -> UInt32s:
        if version >= self._last_version:
            times, numbers = self._gone
            first, last = np.searchsorted(times, (start, end)).tolist()
            return numbers[first:last]
        rows = self._between(start, end)
        retracted = self.retracted[rows]
        recorded = self.versions[rows] <= version
        marked: UInt32s = self.numbers[rows][recorded & (retracted != 0) & (retracted <= version)]
        return marked

    def _counting(self, start: int, end: int, version: int) -> UInt32s:
        if version >= self._last_version:
            times, numbers = self._left
            first, last = np.searchsorted(times, (start, end)).tolist()
            return numbers[first:last]
        rows = self._between(start, end)
        retracted = self.retracted[rows]
        counting: UInt32s = self.numbers[rows][(self.versions[rows] <= version) & ((retracted == 0) | (retracted > version))]
        return counting

    def _between(self, start: int, end: int) -> slice:
        first, last = np.searchsorted(self.times, (start, end)).tolist()
        return slice(first, last)

    def _flags(self, numbers: UInt32s) -> Flags:
        flags = np.zeros(len(self.profiles), np.bool_)
        flags[numbers] = True
        return flags

    def _bitmap(self, numbers: UInt32s) -> BitMap:
        return bitmaps.from_ordinals(self.profiles[self._flags(numbers)]) if len(numbers) else _NOBODY


def _rows_of(runs: Sequence[Run], ordinals: UInt32s) -> list[RowSet]:
    """All rows of these profiles, which ascend, whatever became of them."""
    return [run.recorded_of_some(ordinals) for run in runs] if len(ordinals) else []
