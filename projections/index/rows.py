"""Interactions of one type: runs sorted by time (runs.py), and a small unsorted tail.

Rows enter the tail in order of recording. A full tail is sorted into an immutable run; equal-sized runs are merged, the
smallest first, so that there are few.
"""

import threading
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from pyroaring import BitMap

from domain.limits import MIN_INSTANT_US
from projections.index.blocks import Kept, Pieces
from projections.index.candidates import Candidates
from projections.index.row_columns import (
    ORDINAL,
    TIME,
    VERSION,
    AnyColumn,
    Picked,
    RowSet,
    absent,
    absent_value,
    dtype_of,
)
from projections.index.runs import Run

TAIL_ROWS = 1 << 14
_FANOUT = 4
_MERGED_AT_ONCE_ROWS_MAX = 1 << 24  # of many small runs, as the reading of a log leaves them: one pass over their rows, not six
_MERGED_ROWS_MAX = 1 << 27  # beyond this a merge would need more memory than a few runs cost time


class Tail:
    """The last rows, in order of recording. One writer; a reader sees the rows below the count that it read."""

    def __init__(self) -> None:
        self.columns: dict[str, AnyColumn] = {
            name: np.empty(TAIL_ROWS, dtype=dtype_of(name)) for name in (TIME, ORDINAL, VERSION)
        }
        self.count = 0

    def append(self, columns: Mapping[str, AnyColumn], start: int, stop: int) -> None:
        """Append rows start..stop of the given columns; there must be room."""
        here = slice(self.count, self.count + stop - start)
        for name, values in columns.items():
            if name not in self.columns:
                self.columns[name] = np.full(TAIL_ROWS, absent_value(name), dtype=dtype_of(name))
            self.columns[name][here] = values[start:stop]
        self.count = here.stop

    def rows(self, start: int, end: int, version: int) -> RowSet:
        """Rows with start <= time < end that were recorded up to version."""
        count = self.count
        visible = int(np.searchsorted(self.columns[VERSION][:count], version, side="right"))
        times = self.columns[TIME][:visible]
        return RowSet(self, np.flatnonzero((times >= start) & (times < end)))

    def rows_of(self, ordinal: int, version: int) -> RowSet:
        """Rows of one profile that were recorded up to version."""
        count = self.count
        visible = int(np.searchsorted(self.columns[VERSION][:count], version, side="right"))
        return RowSet(self, np.flatnonzero(self.columns[ORDINAL][:visible] == ordinal))

    def values(self, name: str, picked: Picked) -> AnyColumn:
        """See RowSource."""
        column = self.columns.get(name)
        return absent(name, len(RowSet(self, picked))) if column is None else column[picked]

    codes = values


class InteractionRows:
    """All interactions of one type."""

    def __init__(self) -> None:
        self._state: tuple[tuple[Run, ...], Tail] = ((), Tail())
        self._kept = Kept(lambda: sum(map(len, self._state[0])))
        self._swap = threading.Lock()

    def append(self, columns: Mapping[str, AnyColumn], start: int, stop: int) -> None:
        """Append rows start..stop of the columns, in order of recording. Called by the one writer."""
        done = start
        while done < stop:
            tail = self._state[1]
            room = min(TAIL_ROWS - tail.count, stop - done)
            tail.append(columns, done, done + room)
            done += room
            if tail.count == TAIL_ROWS:
                sealed = Run.sorted(tail.columns)
                with self._swap:
                    self._state = ((*self._state[0], sealed), Tail())

    def compact(self) -> bool:
        """Find first rows that were asked for, or merge the smallest equal-sized runs, as many as follow each other.

        False if there was nothing to do.

        May run beside the writer and readers; one caller at a time.
        """
        runs = self._state[0]
        if any(run.find_firsts() for run in runs):
            return True
        starts = [first for first in range(len(runs) - _FANOUT + 1) if self._are_equal(runs[first : first + _FANOUT])]
        if not starts:
            return False
        first = min(starts, key=lambda start: len(runs[start]))
        last = first + _FANOUT
        rows = sum(map(len, runs[first:last]))
        while last < len(runs) and len(runs[last]) < 2 * len(runs[first]) < 4 * len(runs[last]):
            rows += len(runs[last])
            if rows > _MERGED_AT_ONCE_ROWS_MAX:
                break
            last += 1
        self._replace(runs[first:last], for_long=False)
        return True

    @staticmethod
    def _are_equal(group: Sequence[Run]) -> bool:
        """About; and not too large together."""
        return len(group[0]) < 2 * len(group[-1]) and sum(map(len, group)) <= _MERGED_ROWS_MAX

    def compact_fully(self, smaller_share: float = 0.0) -> None:
        """Merge the youngest runs into one, as many as are not too large together; windows of late then look at one run.

        Nothing is done where the smaller ones of these have less than this share of the largest.
        """
        runs = self._state[0]
        first, rows = len(runs), 0
        while first and rows + len(runs[first - 1]) <= _MERGED_ROWS_MAX:
            first -= 1
            rows += len(runs[first])
        group = runs[first:]
        sizes = sorted(map(len, group))
        if len(group) > 1 and sum(sizes[:-1]) >= smaller_share * sizes[-1]:
            self._replace(group, for_long=True)

    @classmethod
    def over(cls, runs: Sequence[Run], tail: Mapping[str, AnyColumn]) -> "InteractionRows":
        """Rows in these runs, and those of a tail."""
        rows = cls()
        rows._state = (tuple(runs), Tail())
        rows.append(tail, 0, len(tail[TIME]))
        return rows

    def runs(self) -> tuple[Run, ...]:
        """The runs, oldest first; for snapshots."""
        return self._state[0]

    def captured(self) -> tuple[tuple[Run, ...], dict[str, AnyColumn]]:
        """The runs and a copy of the tail, for a snapshot: taken while nothing is appended."""
        runs, tail = self._state
        return runs, {name: column[: tail.count].copy() for name, column in tail.columns.items()}

    def replace(self, run: Run, moved: Run) -> None:
        """Put the same rows in other arrays in the place of a run, if it is still there."""
        with self._swap:
            runs, tail = self._state
            if run in runs:
                self._state = (tuple(moved if one is run else one for one in runs), tail)

    def _replace(self, group: Sequence[Run], *, for_long: bool) -> None:
        merged = Run.merged(group, for_long=for_long)
        merged.blocks.take_over([run.blocks for run in group])
        with self._swap:
            runs, tail = self._state
            at = runs.index(group[0])
            self._state = ((*runs[:at], merged, *runs[at + len(group) :]), tail)

    def rows(self, start: int, end: int, version: int) -> list[RowSet]:
        """Rows with start <= time < end that were recorded up to version; sets may be empty."""
        runs, tail = self._state
        return [*(run.rows(start, end, version) for run in runs), tail.rows(start, end, version)]

    def rows_among(self, start: int, end: int, version: int, candidates: Candidates) -> list[RowSet]:
        """Those of `rows` that are of candidates, in no order, with numbers of these for ordinals; sets may be empty."""
        runs, tail = self._state
        found = [run.rows_among(start, end, version, candidates) for run in runs]
        return [*found, candidates.rows(tail.rows(start, end, version))]

    def rows_of(self, ordinal: int, version: int) -> list[RowSet]:
        """Rows of one profile that were recorded up to version; sets are not empty."""
        runs, tail = self._state
        found = [*(run.rows_of(ordinal, version) for run in runs), tail.rows_of(ordinal, version)]
        return [rows for rows in found if len(rows)]

    def collect(self, start: int, end: int, version: int) -> Pieces:
        """The profiles with a row in [start, end), recorded up to version, as pieces of their union."""
        runs, tail = self._state
        pieces = Pieces(self._kept)
        for run in runs:
            run.collect(start, end, version, pieces)
        if tail.count:
            pieces.loose.append(tail.rows(start, end, version).column(ORDINAL).astype(np.uint32, copy=False))
        return pieces

    def began(self, start: int, end: int, version: int) -> BitMap | None:
        """The profiles whose first row lies in [start, end), by rows recorded up to version; None where that is not at hand."""
        runs, tail = self._state
        if any(run.max_version > version for run in runs):
            return None
        pieces = Pieces(self._kept)
        at_hand = [run.collect_firsts(start, end, pieces) for run in runs]  # of each: the upkeep finds those that are not
        if not all(at_hand):
            return None
        late = tail.rows(MIN_INSTANT_US, end, version)
        pieces.loose.append(late.where(late.column(TIME) >= start).column(ORDINAL).astype(np.uint32, copy=False))
        found = pieces.bitmap()
        if len(late) or sum(run.times.place(end) > 0 for run in runs) > 1:  # first in one of them, not in all
            for piece in self.collect(MIN_INSTANT_US, start, version).parts():
                found = found - piece
        return found

    def count_estimate(self, start: int, end: int) -> int:
        """How many rows lie in [start, end), the tail counted whole. Cheap."""
        runs, tail = self._state
        count = tail.count
        for run in runs:
            low, high = run.times.span(start, end)
            count += high - low
        return count

    @property
    def row_count(self) -> int:
        """Rows of all versions."""
        runs, tail = self._state
        return sum(len(run) for run in runs) + tail.count

    @property
    def size_bytes(self) -> int:
        """Memory held."""
        runs, tail = self._state
        return sum(run.size_bytes for run in runs) + self._kept.size_bytes + _sum_bytes(tail.columns.values())


def _sum_bytes(columns: Iterable[AnyColumn]) -> int:
    return sum(column.nbytes for column in list(columns))
