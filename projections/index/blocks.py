"""Who did, between two instants: whole eight hours from bitmaps of aligned blocks, and what the two ends of a window add.

A window is cut inwards to whole units: hours; where more than a few thousand rows fall into an hour, quarters of one. Between
them lie blocks of eight hours, united from aligned blocks of 2^k of those. Who did only in the units at both ends is one bitmap
beside that union, disjoint from it: a count is two counts. It is made of whole hours, which are kept too, and of the rows
beside them. Rows outside the whole units are read one by one.
Bitmaps are made on first use and kept. Exact to the microsecond.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count

import numpy as np
from pyroaring import BitMap

from projections.index import bitmaps
from projections.index.times import HOUR_US, Int64s, Times

_BLOCK_HOURS = 8
_TOP_LEVEL = 10  # 341 days
_UNITS_A_BUSY_HOUR = 4
_BUSY_HOUR_ROWS = 2_000
_KEPT_BYTES_MIN = 64 * 1024 * 1024
_KEPT_BYTES_A_ROW = 24  # windows of a month that end in 60 days need about 12: 180 unions, and 5,760 ends
_WHOLE = (-1, 0)
_BLOCKS, _ENDS, _HOURS = range(3)
_numbers = count()
_NOBODY = BitMap()
_TAKEN_OVER_PARTS_MAX = 16
SLICE_ROWS_MAX = 1 << 10  # a smaller slice is read as rows: cheaper than any bitmap


@dataclass(frozen=True, slots=True)
class Stretch:
    """Who did between two instants, as two disjoint bitmaps that belong to the blocks."""

    blocks: BitMap
    ends: BitMap


class Kept:
    """Bitmaps by what they are of, of all runs together: when the newer half is full, the older one goes."""

    def __init__(self, rows: Callable[[], int]) -> None:
        """`rows`: of those who ask here; more of them may keep more."""
        self._rows = rows
        self._newer: dict[tuple[int, ...], BitMap] = {}
        self._older: dict[tuple[int, ...], BitMap] = {}
        self._newer_bytes = 0

    def get(self, key: tuple[int, ...]) -> BitMap | None:
        """The bitmap, if it is still there."""
        found = self._newer.get(key)
        if found is None:
            found = self._older.get(key)
            if found is not None:
                self.put(key, found)
        return found

    def put(self, key: tuple[int, ...], bitmap: BitMap) -> None:
        """Keep it. Readers may do so side by side: at worst something is made twice."""
        size = bitmap_bytes(bitmap)
        if self._newer_bytes + size > max(_KEPT_BYTES_MIN, _KEPT_BYTES_A_ROW * self._rows()) // 2:
            self._older, self._newer, self._newer_bytes = self._newer, {}, 0
        self._newer[key] = bitmap
        self._newer_bytes += size

    @property
    def size_bytes(self) -> int:
        """Memory of the bitmaps, roughly."""
        return sum(map(bitmap_bytes, (self._older | self._newer).values()))


@dataclass(slots=True)
class Pieces:
    """What a window's bitmap is the union of."""

    kept: Kept
    """Where the bitmaps of stretches are, and stay."""
    stretches: list[Stretch] = field(default_factory=list)
    loose: list[bitmaps.Ordinals] = field(default_factory=list)
    gone: BitMap = field(default_factory=lambda: _NOBODY)
    """Of those in the pieces, whose rows there were all retracted."""

    def bitmap(self) -> BitMap:
        """The union, without those who are gone; may be one of the pieces, so it must not be changed."""
        united = bitmaps.union([*self._bitmaps(self.stretches), *self._rows()])
        return united - self.gone if self.gone else united

    def parts(self) -> list[BitMap]:
        """Bitmaps whose union it is; none of them may be changed."""
        return [self.bitmap()] if self.gone else [*self._bitmaps(self.stretches), *self._rows()]

    def count_among(self, candidates: BitMap) -> int:
        """How many of the candidates are in the union, which is not made: next to the largest stretch the others are small."""
        gone = int(candidates.intersection_cardinality(self.gone)) if self.gone else 0
        return self._count_in_pieces(candidates) - gone

    def _count_in_pieces(self, candidates: BitMap) -> int:
        if not self.stretches:
            return int(candidates.intersection_cardinality(bitmaps.union(self._rows())))
        largest = max(self.stretches, key=lambda stretch: len(stretch.blocks))
        found = candidates.intersection_cardinality(largest.blocks) + candidates.intersection_cardinality(largest.ends)
        others = BitMap()
        for piece in [*self._bitmaps([one for one in self.stretches if one is not largest]), *self._rows()]:
            others |= candidates & piece  # in place: of small bitmaps that is quicker than one union of all
        others -= largest.ends
        return int(found) + int(others.difference_cardinality(largest.blocks))

    def note(self) -> str:
        """How many pieces, for explain."""
        return f"bitmaps that are kept: {len(self._bitmaps(self.stretches))}, rows at their ends: {sum(map(len, self.loose)):,}"

    @staticmethod
    def _bitmaps(stretches: "Sequence[Stretch]") -> list[BitMap]:
        return [one for stretch in stretches for one in (stretch.blocks, stretch.ends) if one]

    def _rows(self) -> list[BitMap]:
        rows = [ordinals for ordinals in self.loose if len(ordinals)]
        return [bitmaps.from_ordinals(rows[0] if len(rows) == 1 else np.concatenate(rows))] if rows else []


class Blocks:
    """The bitmaps of some rows that are sorted by time."""

    def __init__(self, times: Times, ordinals: bitmaps.Ordinals) -> None:
        self.times, self.ordinals = times, ordinals
        units_an_hour = _UNITS_A_BUSY_HOUR if len(times) > _BUSY_HOUR_ROWS * len(times.hours) else 1
        self._unit = HOUR_US // units_an_hour
        self._block_units = _BLOCK_HOURS * units_an_hour
        self._blocks: dict[tuple[int, int], BitMap] = {}
        self._number = next(_numbers)

    def moved(self, times: Times, ordinals: bitmaps.Ordinals) -> "Blocks":
        """The same rows in other arrays, with the bitmaps that were built."""
        blocks = Blocks(times, ordinals)
        blocks._blocks, blocks._number = self._blocks, self._number
        return blocks

    def take_over(self, parts: "Sequence[Blocks]", dropped: Sequence[Int64s]) -> None:
        """Build what is built of any of these, whose rows together are ours, so that no reader waits for it.

        `dropped`: the instants of rows that they have and we have not. Not of many parts: those are small, and after a start
        questions wait for their merging more than for a block.
        """
        if len(parts) > _TAKEN_OVER_PARTS_MAX:
            return
        built = {key for part in parts for key in list(part._blocks) if key != _WHOLE}
        unlike = np.unique(np.concatenate(dropped) // (_BLOCK_HOURS * HOUR_US)) if dropped else np.empty(0, np.int64)
        for level, block in built:
            first, end = np.searchsorted(unlike, (block << level, (block + 1) << level)).tolist()
            if first == end:
                self._blocks[level, block] = bitmaps.union([part._block(level, block) for part in parts])
            else:
                self._block(level, block)

    @property
    def size_bytes(self) -> int:
        """Memory of the bitmaps, roughly."""
        return sum(map(bitmap_bytes, list(self._blocks.values())))

    def collect(self, low: int, high: int, start: int, end: int, into: Pieces) -> None:
        """Add the profiles of the rows at places low to high, which are those with start <= time < end."""
        if low == 0 and high == len(self.times):
            into.stretches.append(Stretch(self._whole(), _NOBODY))
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
        first_block, last_block = -(-first_unit // self._block_units), last_unit // self._block_units
        if first_block > last_block:
            blocks, ends = _NOBODY, [(first_unit, last_unit)]
        else:
            blocks = self._united(first_block, last_block, into.kept)
            ends = [(first_unit, first_block * self._block_units), (last_block * self._block_units, last_unit)]
        places = [self.times.span(first * self._unit, last * self._unit) for first, last in ends]
        if sum(last - first for first, last in places) <= SLICE_ROWS_MAX:
            into.loose += [self.ordinals[first:last] for first, last in places]
            into.stretches.append(Stretch(blocks, _NOBODY))
            return
        key = (self._number, first_unit, last_unit, _ENDS)
        found = into.kept.get(key)
        if found is None:
            found = self._made_of(ends, into.kept) - blocks
            into.kept.put(key, found)
        into.stretches.append(Stretch(blocks, found))

    def _made_of(self, ends: list[tuple[int, int]], kept: Kept) -> BitMap:
        """Who did in these units: windows that end within the same hour have its whole hours in common."""
        hour_units, made, rows = HOUR_US // self._unit, list[BitMap](), list[bitmaps.Ordinals]()
        for first, last in ends:
            first_hour, last_hour = -(-first // hour_units), last // hour_units
            if first_hour >= last_hour:
                rows.append(self._rows(first * self._unit, last * self._unit))
                continue
            rows += [self._rows(first * self._unit, first_hour * HOUR_US), self._rows(last_hour * HOUR_US, last * self._unit)]
            key = (self._number, first_hour, last_hour, _HOURS)
            found = kept.get(key)
            if found is None:
                found = bitmaps.from_ordinals(self._rows(first_hour * HOUR_US, last_hour * HOUR_US))
                kept.put(key, found)
            made.append(found)
        return bitmaps.union([*made, bitmaps.from_ordinals(np.concatenate(rows))])

    def _rows(self, start: int, end: int) -> bitmaps.Ordinals:
        low, high = self.times.span(start, end)
        return self.ordinals[low:high]

    def _united(self, first: int, last: int, kept: Kept) -> BitMap:
        """Who did in these blocks: windows that end within the same few hours have the same ones."""
        blocks = list(_aligned_blocks(first, last))
        if len(blocks) == 1:
            return self._block(*blocks[0])
        key = (self._number, first, last, _BLOCKS)
        found = kept.get(key)
        if found is None:
            found = bitmaps.union([self._block(*block) for block in blocks])
            kept.put(key, found)
        return found

    def _whole(self) -> BitMap:
        found = self._blocks.get(_WHOLE)
        if found is None:
            found = self._blocks[_WHOLE] = bitmaps.from_ordinals(self.ordinals)
        return found

    def _block(self, level: int, block: int) -> BitMap:
        found = self._blocks.get((level, block))
        if found is None:
            hours = _BLOCK_HOURS << level
            low, high = self.times.span(block * hours * HOUR_US, (block + 1) * hours * HOUR_US)
            found = self._blocks[level, block] = bitmaps.from_ordinals(self.ordinals[low:high])
        return found


def bitmap_bytes(bitmap: BitMap) -> int:
    """Memory of a bitmap, roughly: pyroaring reports the serialised size."""
    return int(bitmap.__sizeof__())


def _aligned_blocks(first: int, last: int) -> Iterator[tuple[int, int]]:
    """The fewest (level, block) for these blocks of the lowest level: block b of level k is [b * 2^k, (b + 1) * 2^k)."""
    while first < last:
        level = min(_TOP_LEVEL, (last - first).bit_length() - 1)
        if first:
            level = min(level, (first & -first).bit_length() - 1)
        yield level, first >> level
        first += 1 << level
