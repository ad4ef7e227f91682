"""Interactions of one type as runs sorted by time, and a small unsorted tail: what windows are read from.

Rows enter the tail in order of recording. A full tail is sorted into an immutable run; equal-sized runs are merged, so that
there are few. A run answers "who, between these instants" from bitmaps of aligned blocks of 2^k hours, built on first use
and kept, and from the rows themselves at the two ragged ends: exact to the microsecond (design.md section 5).
"""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from projections.index import bitmaps

HOUR_US = 3_600_000_000
TAIL_ROWS = 1 << 14
_FANOUT = 4
_TOP_LEVEL = 13  # 2^13 hours are 341 days
_LARGE_LEVEL = 5
_UNIONS_BYTES_MAX = 64 * 1024 * 1024
_WHOLE = (-1, 0)
_SLICE_ROWS_MAX = 1 << 10  # a smaller slice is read as rows: cheaper than any bitmap
NO_AMOUNT = np.iinfo(np.int64).min

Int64s = npt.NDArray[np.int64]
AnyColumn = npt.NDArray[Any]

# Columns that each row has; amount, currency, touchpoint and properties (`.name`) exist where some row has a value.
TIME, ORDINAL, VERSION, AMOUNT, CURRENCY, TOUCHPOINT = "time", "ordinal", "version", "amount", "currency", "touchpoint"
_DTYPES: Mapping[str, type[np.generic]] = {
    TIME: np.int64,
    ORDINAL: np.uint32,
    VERSION: np.uint32,
    AMOUNT: np.int64,
    CURRENCY: np.int16,
    TOUCHPOINT: np.int32,
}


def dtype_of(column: str) -> type[np.generic]:
    """The dtype of a column by its name; properties are codes."""
    return _DTYPES.get(column, np.int32)


def absent_value(column: str) -> int:
    """What stands in a column where a row has no value."""
    return NO_AMOUNT if column == AMOUNT else 0


@dataclass(frozen=True, slots=True)
class RowSet:
    """Some rows of one run or tail: `columns[name][picked]` are their values. `picked` is a slice or an array of places."""

    columns: Mapping[str, AnyColumn]
    picked: slice | Int64s

    def __len__(self) -> int:
        return self.picked.stop - self.picked.start if isinstance(self.picked, slice) else len(self.picked)

    def column(self, name: str) -> AnyColumn:
        """Values of a column; all absent where the run does not have it."""
        if name in self.columns:
            return self.columns[name][self.picked]
        return np.full(len(self), absent_value(name), dtype=dtype_of(name))

    def where(self, flags: npt.NDArray[np.bool_]) -> "RowSet":
        """The rows whose flag is True."""
        places = np.flatnonzero(flags)
        return RowSet(self.columns, places + self.picked.start if isinstance(self.picked, slice) else self.picked[places])


@dataclass(slots=True)
class Pieces:
    """What a window's bitmap is the union of."""

    blocks: list[BitMap] = field(default_factory=list)
    loose: list[bitmaps.Ordinals] = field(default_factory=list)

    def bitmap(self) -> BitMap:
        """The union; may be one of the blocks, so it must not be changed."""
        rows = [ordinals for ordinals in self.loose if len(ordinals)]
        if rows:
            return bitmaps.union([*self.blocks, bitmaps.from_ordinals(rows[0] if len(rows) == 1 else np.concatenate(rows))])
        return bitmaps.union(self.blocks)


class Run:
    """Immutable rows, sorted by time."""

    def __init__(self, columns: Mapping[str, AnyColumn]) -> None:
        order = np.argsort(columns[TIME], kind="stable")
        self.columns = {name: column[order] for name, column in columns.items()}
        self.times = self.columns[TIME]
        self.ordinals = self.columns[ORDINAL]
        self.max_version = int(self.columns[VERSION].max())
        self._blocks: dict[tuple[int, int], BitMap] = {}
        self._unions: dict[tuple[tuple[int, int], ...], BitMap] = {}
        self._unions_bytes = 0

    def __len__(self) -> int:
        return len(self.times)

    @classmethod
    def merged(cls, runs: Sequence["Run"]) -> "Run":
        """One run with the rows of several."""
        names = {name for run in runs for name in run.columns}
        everything = [RowSet(run.columns, slice(0, len(run))) for run in runs]
        return cls({name: np.concatenate([rows.column(name) for rows in everything]) for name in names})

    @property
    def size_bytes(self) -> int:
        """Memory of the columns, and roughly of the block bitmaps."""
        derived = [*self._blocks.values(), *self._unions.values()]
        return sum(column.nbytes for column in self.columns.values()) + sum(map(bitmap_bytes, derived))

    def rows(self, start: int, end: int, version: int) -> RowSet:
        """Rows with start <= time < end that were recorded up to version."""
        low, high = np.searchsorted(self.times, (start, end)).tolist()
        rows = RowSet(self.columns, slice(low, max(low, high)))
        return rows if self.max_version <= version else rows.where(rows.column(VERSION) <= version)

    def collect(self, start: int, end: int, version: int, into: Pieces) -> None:
        """Add the profiles with a row in [start, end), recorded up to version."""
        if self.max_version > version:
            into.loose.append(self.rows(start, end, version).column(ORDINAL).astype(np.uint32, copy=False))
            return
        low, high = np.searchsorted(self.times, (start, end)).tolist()
        if low == 0 and high == len(self):
            into.blocks.append(self._whole())
            return
        if high - low <= _SLICE_ROWS_MAX:
            into.loose.append(self.ordinals[low : max(low, high)])
            return
        # Where the run ends inside the window there is nothing ragged: go on to the whole hour.
        first = start if low > 0 else int(self.times[0]) // HOUR_US * HOUR_US
        last = end if high < len(self) else (int(self.times[-1]) // HOUR_US + 1) * HOUR_US
        first_hour, last_hour = -(-first // HOUR_US), last // HOUR_US
        if first_hour >= last_hour:
            into.loose.append(self.ordinals[low:high])
            return
        head, tail = np.searchsorted(self.times, (first_hour * HOUR_US, last_hour * HOUR_US)).tolist()
        into.loose += [self.ordinals[low:head], self.ordinals[tail:high]]
        blocks = list(_aligned_blocks(first_hour, last_hour))
        into.blocks += [self._block(*block) for block in blocks if block[0] < _LARGE_LEVEL]
        into.blocks += self._large(tuple(block for block in blocks if block[0] >= _LARGE_LEVEL))

    def _large(self, blocks: tuple[tuple[int, int], ...]) -> list[BitMap]:
        """The union of large blocks: windows that end within the same day or so have the same ones."""
        if len(blocks) < 2:
            return [self._block(*block) for block in blocks]
        found = self._unions.get(blocks)
        if found is None:
            found = bitmaps.union([self._block(*block) for block in blocks])
            self._unions_bytes += bitmap_bytes(found)
            if self._unions_bytes > _UNIONS_BYTES_MAX:
                self._unions, self._unions_bytes = {}, 0
            self._unions[blocks] = found
        return [found]

    def _whole(self) -> BitMap:
        found = self._blocks.get(_WHOLE)
        if found is None:
            found = self._blocks[_WHOLE] = bitmaps.from_ordinals(self.ordinals)
        return found

    def _block(self, level: int, block: int) -> BitMap:
        found = self._blocks.get((level, block))
        if found is None:
            bounds = ((block << level) * HOUR_US, ((block + 1) << level) * HOUR_US)
            low, high = np.searchsorted(self.times, bounds).tolist()
            found = self._blocks[level, block] = bitmaps.from_ordinals(self.ordinals[low:high])
        return found


def bitmap_bytes(bitmap: BitMap) -> int:
    """Memory of a bitmap, roughly: pyroaring reports the serialised size."""
    return int(bitmap.__sizeof__())


def _aligned_blocks(first_hour: int, last_hour: int) -> Iterator[tuple[int, int]]:
    """The fewest (level, block) that make up [first_hour, last_hour): block b of level k is [b * 2^k, (b + 1) * 2^k)."""
    while first_hour < last_hour:
        level = min(_TOP_LEVEL, (last_hour - first_hour).bit_length() - 1)
        if first_hour:
            level = min(level, (first_hour & -first_hour).bit_length() - 1)
        yield level, first_hour >> level
        first_hour += 1 << level


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
        return RowSet(dict(self.columns), np.flatnonzero((times >= start) & (times < end)))


class InteractionRows:
    """All interactions of one type."""

    def __init__(self) -> None:
        self._state: tuple[tuple[Run, ...], Tail] = ((), Tail())
        self._swap = threading.Lock()

    def append(self, columns: Mapping[str, AnyColumn]) -> None:
        """Append rows in order of recording. Called by the one writer."""
        count, done = len(columns[TIME]), 0
        while done < count:
            tail = self._state[1]
            room = min(TAIL_ROWS - tail.count, count - done)
            tail.append(columns, done, done + room)
            done += room
            if tail.count == TAIL_ROWS:
                sealed = Run(tail.columns)
                with self._swap:
                    self._state = ((*self._state[0], sealed), Tail())

    def compact(self) -> bool:
        """Merge the youngest equal-sized runs, if there are enough of them; False when there is nothing to do.

        May run beside the writer and readers; one caller at a time.
        """
        runs = self._state[0]
        for first in range(len(runs) - _FANOUT + 1):
            group = runs[first : first + _FANOUT]
            if len(group[0]) < 2 * len(group[-1]):
                self._replace(group)
                return True
        return False

    def compact_fully(self) -> None:
        """Merge all runs into one."""
        runs = self._state[0]
        if len(runs) > 1:
            self._replace(runs)

    def _replace(self, group: Sequence[Run]) -> None:
        merged = Run.merged(group)
        with self._swap:
            runs, tail = self._state
            at = runs.index(group[0])
            self._state = ((*runs[:at], merged, *runs[at + len(group) :]), tail)

    def rows(self, start: int, end: int, version: int) -> list[RowSet]:
        """Rows with start <= time < end that were recorded up to version; sets may be empty."""
        runs, tail = self._state
        return [*(run.rows(start, end, version) for run in runs), tail.rows(start, end, version)]

    def collect(self, start: int, end: int, version: int) -> Pieces:
        """The profiles with a row in [start, end), recorded up to version, as pieces of their union."""
        runs, tail = self._state
        pieces = Pieces()
        for run in runs:
            run.collect(start, end, version, pieces)
        if tail.count:
            pieces.loose.append(tail.rows(start, end, version).column(ORDINAL).astype(np.uint32, copy=False))
        return pieces

    def count_estimate(self, start: int, end: int) -> int:
        """How many rows lie in [start, end), the tail counted whole. Cheap."""
        runs, tail = self._state
        count = tail.count
        for run in runs:
            low, high = np.searchsorted(run.times, (start, end)).tolist()
            count += max(0, high - low)
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
        return sum(run.size_bytes for run in runs) + _sum_bytes(tail.columns.values())


def _sum_bytes(columns: Iterable[AnyColumn]) -> int:
    return sum(column.nbytes for column in list(columns))
