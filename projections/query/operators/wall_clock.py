"""What clocks on the wall show at each row's instant, and `where hour(ZONE) …`, `where weekday(ZONE) …`."""

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import assert_never

import numpy as np
import numpy.typing as npt

from domain.instants import DAY_US, offset_transitions
from domain.language.syntax import ClockCondition, ClockPart, Op
from projections.index.row_columns import TIME, RowSet
from projections.query.operators.comparing import Flags, compare_one

Int64s = npt.NDArray[np.int64]
HOUR_US = DAY_US // 24
_STRETCH_BITS = 48  # nine years: few stretches a zone, each looked up in milliseconds, once
_EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday, the third day after Monday


def local_times(times: Int64s, zone: str) -> Int64s:
    """What the zone's clocks show at the instants, as microseconds since they showed 1970-01-01 00:00."""
    if not len(times):
        return times
    starts, offsets = _spells(zone, int(times.min()) >> _STRETCH_BITS, int(times.max()) >> _STRETCH_BITS)
    local: Int64s = times + offsets[np.searchsorted(starts, times, side="right") - 1]
    return local


@lru_cache(maxsize=1024)
def _spells(zone: str, first: int, last: int) -> tuple[Int64s, Int64s]:
    """Where each offset of the zone begins, over whole stretches, and the offset."""
    spells = offset_transitions(zone, first << _STRETCH_BITS, (last + 1) << _STRETCH_BITS)
    return np.asarray([start for start, _ in spells], np.int64), np.asarray([offset for _, offset in spells], np.int64)


def clock_flags(condition: ClockCondition) -> Callable[[RowSet], Flags]:
    """A function from rows to flags."""
    matching = np.asarray([_matches(condition, shown) for shown in range(24)], dtype=np.bool_)

    def flags(rows: RowSet) -> Flags:
        matched: Flags = matching[_shown(condition.part, local_times(rows.column(TIME), condition.zone))]
        return matched

    return flags


def _shown(part: ClockPart, local: Int64s) -> Int64s:
    match part:
        case ClockPart.HOUR:
            return local // HOUR_US % 24
        case ClockPart.WEEKDAY:
            return (local // DAY_US + _EPOCH_WEEKDAY) % 7 + 1
        case _:
            assert_never(part)


def _matches(condition: ClockCondition, shown: int) -> bool:
    op = Op.EQ if condition.op is Op.IN else condition.op
    return any(compare_one(shown, op, Fraction(value)) for value in condition.values)
