"""Who did, between two instants: from bitmaps of aligned blocks of 2^k units, and from the rows at the two ragged ends.

A unit is an hour; where more than a few thousand rows fall into an hour, a quarter of one. Blocks are built on first use and
kept. Exact to the microsecond.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from pyroaring import BitMap

from projections.index import bitmaps
from projections.index.times import HOUR_US, Times

_TOP_HOURS = 1 << 13  # 341 days
_LARGE_HOURS = 1 << 3
_UNITS_AN_HOUR = 4
_BUSY_HOUR_ROWS = 2_000
_UNIONS_BYTES_MIN = 64 * 1024 * 1024
_UNION_BYTES_A_ROW = 12  # windows of a month have about 220 unions in 60 days: 270 MB for 10 million profiles
_WHOLE = (-1, 0)
_TAKEN_OVER_PARTS_MAX = 16
SLICE_ROWS_MAX = 1 << 10  # a smaller slice is read as rows: cheaper than any bitmap


@dataclass(slots=True)
class Pieces:
    """What a window's bitmap is the union of."""

    blocks: list[BitMap] = field(default_factory=list)
    loose: list[bitmaps.Ordinals] = field(default_factory=list)

    def bitmap(self) -> BitMap:
        """The union; may be one of the blocks, so it must not be changed."""
        return bitmaps.union([*self.blocks, *self._rows()])

    def count_among(self, candidates: BitMap) -> int:
        """How many of the candidates are in the union, which is not made: next to the largest piece the others are small."""
        pieces = sorted([*self.blocks, *self._rows()], key=len)
        if not pieces:
            return 0
        largest, others = pieces.pop(), BitMap()
        for piece in pieces:
            others |= candidates & piece  # in place: of small bitmaps that is quicker than one union of all
        return int(candidates.intersection_cardinality(largest)) + int(others.difference_cardinality(largest))

    def _rows(self) -> list[BitMap]:
        rows = [ordinals for ordinals in self.loose if len(ordinals)]
        return [bitmaps.from_ordinals(rows[0] if len(rows) == 1 else np.concatenate(rows))] if rows else []


class Blocks:
    """The bitmaps of some rows that are sorted by time."""

    def __init__(self, times: Times, ordinals: bitmaps.Ordinals) -> None:
        self.times, self.ordinals = times, ordinals
        busy = len(times) > _BUSY_HOUR_ROWS * len(times.hours)
        self._units_an_hour = _UNITS_AN_HOUR if busy else 1
        self._unit = HOUR_US // self._units_an_hour
        self._unions_bytes_max = max(_UNIONS_BYTES_MIN, _UNION_BYTES_A_ROW * len(times))
        self._blocks: dict[tuple[int, int], BitMap] = {}
        self._unions: dict[tuple[tuple[int, int], ...], BitMap] = {}
        self._unions_bytes = 0

    def moved(self, times: Times, ordinals: bitmaps.Ordinals) -> "Blocks":
        """The same rows in other arrays, with the bitmaps that were built."""
        blocks = Blocks(times, ordinals)
        blocks._blocks, blocks._unions, blocks._unions_bytes = self._blocks, self._unions, self._unions_bytes
        return blocks

    def take_over(self, parts: "Sequence[Blocks]") -> None:
        """Build what is built of any of these, whose rows together are ours, so that no reader waits for it.

        Not of many parts: those are small, and after a start questions wait for their merging more than for a block.
        """
        if len(parts) > _TAKEN_OVER_PARTS_MAX:
            return
        built = [(part._units_an_hour, *key) for part in parts for key in list(part._blocks) if key != _WHOLE]
        for level, block in {(self._level(units, level), block) for units, level, block in built}:
            if level >= 0 and all(part._level(self._units_an_hour, level) >= 0 for part in parts):
                theirs = [part._block(part._level(self._units_an_hour, level), block) for part in parts]
                self._blocks[level, block] = bitmaps.union(theirs)

    def _level(self, units_an_hour: int, level: int) -> int:
        """The level here of blocks that have another level where an hour has so many units; below 0 for none."""
        return level + self._units_an_hour.bit_length() - units_an_hour.bit_length()

    @property
    def size_bytes(self) -> int:
        """Memory of the bitmaps, roughly."""
        return sum(map(bitmap_bytes, [*self._blocks.values(), *self._unions.values()]))

    def collect(self, low: int, high: int, start: int, end: int, into: Pieces) -> None:
        """Add the profiles of the rows at places low to high, which are those with start <= time < end."""
        if low == 0 and high == len(self.times):
            into.blocks.append(self._whole())
            return
        if high - low <= SLICE_ROWS_MAX:
            into.loose.append(self.ordinals[low:high])
            return
        # Where the run ends inside the window there is nothing ragged: go on to the whole hour.
        first = start if low > 0 else int(self.times.hours[0]) * HOUR_US
        last = end if high < len(self.times) else (int(self.times.hours[-1]) + 1) * HOUR_US
        first_unit, last_unit = -(-first // self._unit), last // self._unit
        if first_unit >= last_unit:
            into.loose.append(self.ordinals[low:high])
            return
        head, tail = self.times.span(first_unit * self._unit, last_unit * self._unit)
        into.loose += [self.ordinals[low:head], self.ordinals[tail:high]]
        blocks = list(_aligned_blocks(first_unit, last_unit, (_TOP_HOURS * self._units_an_hour).bit_length() - 1))
        large = _LARGE_HOURS * self._units_an_hour
        into.blocks += [self._block(*block) for block in blocks if 1 << block[0] < large]
        into.blocks += self._large(tuple(block for block in blocks if 1 << block[0] >= large))

    def _large(self, blocks: tuple[tuple[int, int], ...]) -> list[BitMap]:
        """The union of large blocks: windows that end within the same few hours have the same ones."""
        if len(blocks) < 2:
            return [self._block(*block) for block in blocks]
        found = self._unions.get(blocks)
        if found is None:
            found = bitmaps.union([self._block(*block) for block in blocks])
            size = bitmap_bytes(found)
            if self._unions_bytes + size > self._unions_bytes_max:
                self._unions, self._unions_bytes = {}, 0
            self._unions[blocks] = found
            self._unions_bytes += size
        return [found]

    def _whole(self) -> BitMap:
        found = self._blocks.get(_WHOLE)
        if found is None:
            found = self._blocks[_WHOLE] = bitmaps.from_ordinals(self.ordinals)
        return found

    def _block(self, level: int, block: int) -> BitMap:
        found = self._blocks.get((level, block))
        if found is None:
            low, high = self.times.span((block << level) * self._unit, ((block + 1) << level) * self._unit)
            found = self._blocks[level, block] = bitmaps.from_ordinals(self.ordinals[low:high])
        return found


def bitmap_bytes(bitmap: BitMap) -> int:
    """Memory of a bitmap, roughly: pyroaring reports the serialised size."""
    return int(bitmap.__sizeof__())


def _aligned_blocks(first: int, last: int, top_level: int) -> Iterator[tuple[int, int]]:
    """The fewest (level, block) that make up the units [first, last): block b of level k is [b * 2^k, (b + 1) * 2^k)."""
    while first < last:
        level = min(top_level, (last - first).bit_length() - 1)
        if first:
            level = min(level, (first & -first).bit_length() - 1)
        yield level, first >> level
        first += 1 << level
