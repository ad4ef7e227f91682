"""The columns of interactions: their names, their types, and how narrow a closed run keeps them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from projections.index.gathering import gathered

NO_AMOUNT = np.iinfo(np.int64).min

Int64s = npt.NDArray[np.int64]
AnyColumn = npt.NDArray[Any]
Picked = slice | npt.NDArray[np.intp] | npt.NDArray[np.uint32]
"""Places of rows: a slice, or an array of places."""

# Columns that each row has; amount, currency, touchpoint and properties (`.name`) exist where some row has a value.
TIME, ORDINAL, VERSION, AMOUNT, CURRENCY, TOUCHPOINT = "time", "ordinal", "version", "amount", "currency", "touchpoint"
RETRACTED = "retracted"
"""The version that retracted the row; 0 where none has. A run keeps it as marks (retracted.py)."""
_DTYPES: Mapping[str, type[np.generic]] = {
    TIME: np.int64,
    ORDINAL: np.uint32,
    VERSION: np.uint32,
    AMOUNT: np.int64,
    CURRENCY: np.int16,
    TOUCHPOINT: np.int32,
    RETRACTED: np.uint32,
}
_CODES = (np.uint8, np.uint16, np.uint32)
_FEW_SHARE = 16
_NO_NARROW_AMOUNT = np.iinfo(np.int32).min


def property_column(name: str) -> str:
    """The row column of a property; no fixed column begins with a dot."""
    return f".{name}"


def dtype_of(column: str) -> type[np.generic]:
    """The dtype in which a column is read; properties are codes."""
    return _DTYPES.get(column, np.int32)


def absent_value(column: str) -> int:
    """What stands in a column where a row has no value."""
    return NO_AMOUNT if column == AMOUNT else 0


def narrowed(name: str, values: AnyColumn) -> AnyColumn:
    """The values in the fewest bytes that hold them; `widened` undoes it. One value for all rows takes none."""
    if name == AMOUNT:
        known = values[values != NO_AMOUNT]
        if len(known) and (known.min() <= _NO_NARROW_AMOUNT or known.max() > np.iinfo(np.int32).max):
            return values
        return np.where(values == NO_AMOUNT, _NO_NARROW_AMOUNT, values).astype(np.int32)
    least, most = int(values.min()), int(values.max())
    if least == most:
        return np.broadcast_to(values[:1], values.shape)
    if least < 0:
        return values
    return values.astype(next(dtype for dtype in _CODES if most <= np.iinfo(dtype).max), copy=False)


def widened(name: str, values: AnyColumn) -> AnyColumn:
    """The values in the column's own dtype."""
    wide = values.astype(dtype_of(name), copy=False)
    if name == AMOUNT and values.dtype == np.int32:
        wide[values == _NO_NARROW_AMOUNT] = NO_AMOUNT
    return wide


class RowSource(Protocol):
    """Where rows lie: a run or a tail."""

    def values(self, name: str, picked: Picked) -> AnyColumn:
        """Values of a column at these places, in the column's own dtype; all absent where the source does not have it."""

    def codes(self, name: str, picked: Picked) -> AnyColumn:
        """The same of a column of codes, in as few bytes as they are kept in."""


@dataclass(frozen=True, slots=True)
class RowSet:
    """Some rows of one run or tail."""

    source: RowSource
    picked: Picked

    def __len__(self) -> int:
        return self.picked.stop - self.picked.start if isinstance(self.picked, slice) else len(self.picked)

    def column(self, name: str) -> AnyColumn:
        """Values of a column; must not be written."""
        return self.source.values(name, self.picked)

    def codes(self, name: str) -> AnyColumn:
        """Values of a column of codes, of any unsigned or signed dtype; must not be written."""
        return self.source.codes(name, self.picked)

    def where(self, flags: npt.NDArray[np.bool_]) -> "RowSet":
        """The rows whose flag is True."""
        return self.at(places_of(flags))

    def at(self, places: Picked) -> "RowSet":
        """The rows at these places among these."""
        if not isinstance(self.picked, slice):
            picked: AnyColumn = self.picked
            return RowSet(self.source, gathered(picked, places))
        if isinstance(places, slice):
            return RowSet(self.source, slice(self.picked.start + places.start, self.picked.start + places.stop))
        return RowSet(self.source, places + self.picked.start)


def places_of(flags: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
    """np.flatnonzero, but a few times as fast where few are True: eight flags are looked at at a time."""
    if np.count_nonzero(flags) * _FEW_SHARE > len(flags) or not flags.flags.c_contiguous:
        return np.flatnonzero(flags)
    whole = len(flags) & ~7
    eights = np.flatnonzero(flags[:whole].view(np.uint64))
    inside = np.flatnonzero(flags[:whole].reshape(-1, 8)[eights])
    return np.concatenate([(eights[inside >> 3] << 3) + (inside & 7), np.flatnonzero(flags[whole:]) + whole])


def absent(name: str, count: int) -> AnyColumn:
    """A column without any value."""
    return np.full(count, absent_value(name), dtype=dtype_of(name))
