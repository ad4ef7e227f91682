"""What bare operations start from: arrays and bitmaps that are made before anything is timed.

Independent of the engine: read from the rows that the peers load.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq
from pyroaring import BitMap

from benchmarks.peers.base import RowFiles
from benchmarks.workload import HOUR_US, TYPES
from projections.index import bitmaps

Int64s = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_LARGE_LEVEL = 5
_CACHED = 4_096


@dataclass(frozen=True, slots=True)
class Rows:
    """The interactions of one type, by time."""

    times: Int64s
    ordinals: Int64s
    """64 bits, as np.bincount wants them."""
    amounts: npt.NDArray[np.float64]
    categories: npt.NDArray[np.uint8]
    batches: npt.NDArray[np.uint16]

    def window(self, start: int, end: int) -> slice:
        """The places with start <= time < end."""
        low, high = np.searchsorted(self.times, (start, end)).tolist()
        return slice(low, high)


@dataclass(frozen=True, slots=True)
class ByProfile:
    """Interactions of all types by profile and time: those of one stand at starts[ordinal]:starts[ordinal + 1]."""

    starts: Int64s
    times: Int64s
    types: npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Moved:
    """Changes of the moving tag by profile, then instant, then order of recording."""

    ordinals: Int64s
    effective_at: Int64s
    batches: npt.NDArray[np.uint16]
    applied: Flags


class Ready:
    """Made on first use, and kept."""

    def __init__(self, files: RowFiles) -> None:
        self._files = files
        self.profiles = files.profiles
        self.rows = lru_cache(maxsize=None)(self._rows)
        self.holders = lru_cache(maxsize=None)(self._holders)
        self.held_flags = lru_cache(maxsize=None)(self._held_flags)
        self._block = lru_cache(maxsize=None)(self._made_block)
        self._union = lru_cache(maxsize=_CACHED)(self._made_union)

    def _rows(self, code: int) -> Rows:
        table = self._files.interactions_of(code, ("occurred_at", "ordinal", "amount", "category", "batch"))
        return Rows(
            table.column("occurred_at").to_numpy(),
            table.column("ordinal").to_numpy().astype(np.int64),
            table.column("amount").to_numpy().astype(np.float64),
            table.column("category").to_numpy(),
            table.column("batch").to_numpy(),
        )

    def _holders(self, number: int) -> BitMap:
        return bitmaps.from_ordinals(self._files.holders(number))

    def _held_flags(self, number: int) -> Flags:
        return bitmaps.to_flags(self.holders(number), self.profiles)

    @cached_property
    def by_profile(self) -> ByProfile:
        """All rows."""
        parts = [self._files.interactions_of(code, ("occurred_at", "ordinal")) for code in range(len(TYPES))]
        ordinals = np.concatenate([part.column("ordinal").to_numpy() for part in parts])
        times = np.concatenate([part.column("occurred_at").to_numpy() for part in parts])
        types = np.repeat(np.arange(len(TYPES), dtype=np.uint8), [len(part) for part in parts])
        order = np.argsort(ordinals, kind="stable")
        starts = np.concatenate([[0], np.cumsum(np.bincount(ordinals, minlength=self.profiles))])
        return ByProfile(starts, times[order], types[order])

    @cached_property
    def moves(self) -> Moved:
        """All changes of the moving tag."""
        ordinals, effective_at, batches, applied = (
            pq.read_table(self._files.moves).column(name).to_numpy() for name in ("ordinal", "effective_at", "batch", "applied")
        )
        return Moved(ordinals.astype(np.int64), effective_at, batches, applied.astype(np.bool_))

    # --- bitmaps of windows -----------------------------------------------------------------------------------------------

    def pieces(self, code: int, start: int, end: int) -> list[BitMap]:
        """Bitmaps whose union is who did in [start, end): large blocks united, small ones, and the rows of the ragged ends."""
        first, last = -(-start // HOUR_US), end // HOUR_US
        if first >= last:
            return [self._between(code, start, end)]
        ragged = self._between(code, start, first * HOUR_US) | self._between(code, last * HOUR_US, end)
        blocks = list(_aligned(first, last))
        large = tuple(block for block in blocks if block[0] >= _LARGE_LEVEL)
        small = [self._block(code, *block) for block in blocks if block[0] < _LARGE_LEVEL]
        return [*([self._union(code, large)] if large else []), *small, ragged]

    def _made_union(self, code: int, blocks: tuple[tuple[int, int], ...]) -> BitMap:
        return BitMap.union(*(self._block(code, *block) for block in blocks))

    def _made_block(self, code: int, level: int, block: int) -> BitMap:
        return self._between(code, (block << level) * HOUR_US, ((block + 1) << level) * HOUR_US)

    def _between(self, code: int, start: int, end: int) -> BitMap:
        rows = self.rows(code)
        return bitmaps.from_ordinals(rows.ordinals[rows.window(start, end)].astype(np.uint32))


def _aligned(first: int, last: int) -> Iterator[tuple[int, int]]:
    """The fewest (level, block) that make up the hours [first, last): block b of level k is [b * 2^k, (b + 1) * 2^k)."""
    while first < last:
        level = min((last - first).bit_length(), (first & -first).bit_length()) - 1
        yield level, first >> level
        first += 1 << level
