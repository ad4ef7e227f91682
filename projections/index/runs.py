"""A run: immutable interactions of one type, sorted by time; what windows are read from.

A run answers "who, between these instants" from bitmaps of aligned blocks of 2^k hours, built on first use and kept, and from
the rows themselves at the two ragged ends: exact to the microsecond (design.md section 5).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from projections.index import bitmaps
from projections.index.by_profile import ByProfile
from projections.index.row_columns import ORDINAL, TIME, VERSION, AnyColumn, Picked, RowSet, absent, narrowed, widened
from projections.index.times import HOUR_US, Times

_TOP_LEVEL = 13  # 2^13 hours are 341 days
_LARGE_LEVEL = 5
_UNIONS_BYTES_MAX = 64 * 1024 * 1024
_WHOLE = (-1, 0)
_FEW_NEWER = 3  # a third of the rows, or fewer: worth starting from all of them
_SLICE_ROWS_MAX = 1 << 10  # a smaller slice is read as rows: cheaper than any bitmap


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
    """Immutable rows, sorted by time. Columns are as narrow as their values allow, and may be memory-mapped."""

    def __init__(
        self, times: Times, columns: Mapping[str, AnyColumn], max_version: int, by_profile: ByProfile | None = None
    ) -> None:
        """`columns`: all but the time, narrowed. `by_profile`: made on first use if it is not given."""
        self.times, self.columns, self.max_version = times, columns, max_version
        self.ordinals = columns[ORDINAL]
        self._blocks: dict[tuple[int, int], BitMap] = {}
        self._unions: dict[tuple[tuple[int, int], ...], BitMap] = {}
        self._unions_bytes = 0
        self._by_profile = by_profile

    @classmethod
    def sorted(cls, columns: Mapping[str, AnyColumn]) -> "Run":
        """From columns in any order, in their own dtypes."""
        order = np.argsort(columns[TIME], kind="stable")
        kept = {name: narrowed(name, column[order]) for name, column in columns.items() if name not in (TIME, ORDINAL)}
        kept[ORDINAL] = columns[ORDINAL][order]
        return cls(Times.of(columns[TIME][order]), kept, int(columns[VERSION].max()))

    @classmethod
    def merged(cls, runs: Sequence["Run"]) -> "Run":
        """One run with the rows of several; rows of equal time stay in the order of the runs."""
        everything = [RowSet(run, slice(0, len(run))) for run in runs]
        order = np.argsort(np.concatenate([rows.column(TIME) for rows in everything]), kind="stable")
        kept = {}
        for name in sorted({name for run in runs for name in run.columns}):
            column = np.concatenate([rows.column(name) for rows in everything])[order]
            kept[name] = column if name == ORDINAL else narrowed(name, column)
        times = Times.of(np.concatenate([rows.column(TIME) for rows in everything])[order])
        return cls(times, kept, max(run.max_version for run in runs))

    def moved(self, times: Times, columns: Mapping[str, AnyColumn], by_profile: ByProfile) -> "Run":
        """The same rows in other arrays, with the bitmaps that were built."""
        run = Run(times, columns, self.max_version, by_profile)
        run._blocks, run._unions, run._unions_bytes = self._blocks, self._unions, self._unions_bytes
        return run

    @property
    def by_profile(self) -> ByProfile:
        """Where the rows of each profile are."""
        if self._by_profile is None:
            self._by_profile = ByProfile.of(self.ordinals)
        return self._by_profile

    def rows_of(self, ordinal: int, version: int) -> RowSet:
        """Rows of one profile that were recorded up to version, by time."""
        rows = RowSet(self, self.by_profile.rows_of(ordinal, self.ordinals))
        return rows if self.max_version <= version or not len(rows) else rows.where(rows.column(VERSION) <= version)

    def __len__(self) -> int:
        return len(self.times)

    def values(self, name: str, picked: Picked) -> AnyColumn:
        """See RowSource."""
        if name == TIME:
            return self.times.at(picked)
        if name not in self.columns:
            return absent(name, len(RowSet(self, picked)))
        return widened(name, self.columns[name][picked])

    @property
    def size_bytes(self) -> int:
        """Memory of the columns, and roughly of the block bitmaps."""
        derived = [*self._blocks.values(), *self._unions.values()]
        return self.row_bytes + sum(map(bitmap_bytes, derived))

    @property
    def row_bytes(self) -> int:
        """Memory, or mapped file, of the columns."""
        by_profile = self._by_profile.places.nbytes + self._by_profile.starts.nbytes if self._by_profile else 0
        return self.times.nbytes + by_profile + sum(column.nbytes for column in self.columns.values() if column.strides != (0,))

    def rows(self, start: int, end: int, version: int) -> RowSet:
        """Rows with start <= time < end that were recorded up to version."""
        low, high = self.times.span(start, end)
        rows = RowSet(self, slice(low, high))
        return rows if self.max_version <= version else rows.where(rows.column(VERSION) <= version)

    def collect(self, start: int, end: int, version: int, into: Pieces) -> None:
        """Add the profiles with a row in [start, end), recorded up to version."""
        low, high = self.times.span(start, end)
        if self.max_version > version:
            self._collect_past(low, high, start, end, version, into)
        else:
            self._collect(low, high, start, end, into)

    def _collect_past(self, low: int, high: int, start: int, end: int, version: int, into: Pieces) -> None:
        """As collect, in the past: where most rows were known by then, from all of them, less the profiles known later only."""
        newer = self.columns[VERSION][low:high] > version
        count = int(np.count_nonzero(newer))
        if not count:
            self._collect(low, high, start, end, into)
        elif (high - low) < _SLICE_ROWS_MAX or count * _FEW_NEWER > high - low:
            into.loose.append(self.ordinals[low:high][~newer])
        else:
            everybody = Pieces()
            self._collect(low, high, start, end, everybody)
            into.blocks.append(everybody.bitmap() - self._only_newer(low, high, newer))

    def _only_newer(self, low: int, high: int, newer: npt.NDArray[np.bool_]) -> BitMap:
        """The profiles whose rows at these places are all newer."""
        ordinals = self.ordinals[low:high]
        doubtful = np.zeros(int(ordinals.max()) + 1, dtype=np.bool_)
        doubtful[ordinals[newer]] = True
        # Profiles with an older row too are no longer in doubt.
        doubtful[ordinals[doubtful[ordinals] & ~newer]] = False
        return bitmaps.from_flags(doubtful)

    def _collect(self, low: int, high: int, start: int, end: int, into: Pieces) -> None:
        if low == 0 and high == len(self):
            into.blocks.append(self._whole())
            return
        if high - low <= _SLICE_ROWS_MAX:
            into.loose.append(self.ordinals[low:high])
            return
        # Where the run ends inside the window there is nothing ragged: go on to the whole hour.
        first = start if low > 0 else int(self.times.hours[0]) * HOUR_US
        last = end if high < len(self) else (int(self.times.hours[-1]) + 1) * HOUR_US
        first_hour, last_hour = -(-first // HOUR_US), last // HOUR_US
        if first_hour >= last_hour:
            into.loose.append(self.ordinals[low:high])
            return
        head, tail = self.times.span(first_hour * HOUR_US, last_hour * HOUR_US)
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
            low, high = self.times.span((block << level) * HOUR_US, ((block + 1) << level) * HOUR_US)
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
