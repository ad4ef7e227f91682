"""Small histories must reach the code for large ones: sealed runs, blocks of time and of profiles, helpers, bitmaps for rows.

The thresholds that send large data another way, and the values that send small data there.
"""

import random
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Final

from projections.index import (
    bitmaps,
    blocks,
    by_profile,
    candidates,
    folds,
    gathering,
    lists,
    ordering,
    parallel,
    past_blocks,
    places,
    retracted,
    rows,
    runs,
    tail,
    turns,
    zones,
)
from projections.query import planner
from projections.query.operators import aggregating, coarse, filtering, totals

_MINUTE_US: Final = 60_000_000
_THRESHOLDS: Final[Sequence[tuple[ModuleType, str, Sequence[int]]]] = (
    (tail, "TAIL_ROWS", (4, 32)),
    (rows, "_MERGED_ROWS_MAX", (64,)),
    (rows, "_MARKS_MIN", (0, 2)),
    (rows, "_ROWS_A_MARK", (1, 1 << 30)),
    (retracted, "_SLICES_MAX", (0, 2)),
    (rows, "_MERGED_AT_ONCE_ROWS_MAX", (0, 40)),
    (bitmaps, "_RADIX_ROWS", (0,)),
    (bitmaps, "_DENSE_ROWS", (1,)),
    (bitmaps, "_DENSE_SHARE", (1, 1 << 30)),
    (bitmaps, "_SEARCHED_SHARE", (1, 1 << 30)),
    (blocks, "SLICE_ROWS_MAX", (0, 2)),
    (blocks, "_TAKEN_OVER_PARTS_MAX", (0, 4)),
    (blocks, "_BUSY_HOUR_ROWS", (0,)),
    (blocks, "_KEPT_BYTES_MIN", (0,)),
    (blocks, "_KEPT_BYTES_A_ROW", (0, 1)),
    (by_profile, "_BUCKET_ROWS", (0,)),
    (by_profile, "_SAMPLED", (1, 3)),
    (candidates, "_TABLE_SHARE", (0, 1 << 30)),
    (folds, "_KEYFRAME_ROWS", (1, 4)),
    (folds, "_SAMPLED", (1, 3)),
    (turns, "_MANY_ROWS", (0, 1 << 30)),
    (gathering, "_FEW_SHARE", (0, 1 << 30)),
    (gathering, "_PART", (1, 3)),
    (lists, "_KEYFRAME_VERSIONS", (1, 2)),
    (zones, "_BLOCK_ROWS", (1, 3)),
    (ordering, "_BLOCK_PROFILES_BITS", (2,)),
    (ordering, "_BLOCK_ROWS_BITS", (0,)),
    (past_blocks, "_ROOM_ROWS", (0, 1, 3)),
    (parallel, "_FEW", (2,)),
    (places, "_FEW_SHARE", (0,)),
    (places, "_LATE_ROWS", (0, 3)),
    (runs, "_FEW_ROWS", (0,)),
    (runs, "_GATHER_COST", (1, 0)),
    (aggregating, "_PART_ROWS", (1, 3)),
    (filtering, "_FEW_CODES", (0, 1)),
    (totals, "_COUNTED_ROWS", (1, 3)),
    (totals, "_LARGE_COUNT", (1, 2)),
    (coarse, "_ROWS_MIN", (0,)),
    (coarse, "HOUR_US", (_MINUTE_US,)),
    (coarse, "_BLOCKS_MAX", (64, 2_000)),
    (coarse, "_KEY_BITS", (0, 63)),
    (planner, "_NARROWED_COST", (0,)),
    (planner, "_NARROWED_SHARE", (1,)),
)
_REAL: Final = {(module, name): getattr(module, name) for module, name, _ in _THRESHOLDS}
Setter = Callable[[ModuleType, str, int], None]


def set_all(setter: Setter) -> None:
    """Everything goes the way of large data."""
    for module, name, small in _THRESHOLDS:
        setter(module, name, small[-1])


def set_some(rng: random.Random) -> None:
    """Each threshold as it is, or as if for large data."""
    for module, name, small in _THRESHOLDS:
        setattr(module, name, rng.choice((*small, _REAL[module, name])))


def set_real() -> None:
    """Everything as it is."""
    for (module, name), value in _REAL.items():
        setattr(module, name, value)
