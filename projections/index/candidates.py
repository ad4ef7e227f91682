"""The profiles whose rows matter, where those of others need not be read; and rows that are counted by candidate.

Candidates are numbered by their place among them, from 0: a table by that number is small and stays in the cache, where one by
ordinal has an entry for every profile there is.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from projections.index import bitmaps
from projections.index.bitmaps import Ordinals
from projections.index.gathering import bits_of, gathered, held
from projections.index.parallel import each, halves
from projections.index.row_columns import ORDINAL, AnyColumn, Picked, RowSet, RowSource, places_of

UInt32s = npt.NDArray[np.uint32]

_TABLE_SHARE = 256  # bisection takes 200 ns a row, making two tables a nanosecond a profile


@dataclass(frozen=True)
class Candidates:
    """One set of profiles, in the forms that readers of rows want; each is made on first use."""

    bitmap: BitMap
    size: int
    """More than any ordinal that a row may have."""

    def __len__(self) -> int:
        return len(self.ordinals)

    @cached_property
    def ordinals(self) -> Ordinals:
        """Sorted ascending uint32."""
        return bitmaps.to_ordinals(self.bitmap)

    @cached_property
    def _bits(self) -> npt.NDArray[np.uint8]:
        """By ordinal."""
        return bits_of(self.ordinals, self.size)

    @cached_property
    def _numbers(self) -> UInt32s:
        """By ordinal; of the candidates only."""
        numbers = np.empty(self.size, dtype=np.uint32)
        numbers[self.ordinals] = np.arange(len(self), dtype=np.uint32)
        return numbers

    def kept(self, rows: RowSet) -> RowSet:
        """Those of the rows that are of candidates."""
        ordinals, bits = rows.column(ORDINAL), self._bits
        found = each(lambda part: places_of(held(bits, ordinals[part])) + part.start, halves(len(ordinals)))
        return rows.at(found[0] if len(found) == 1 else np.concatenate(found))

    def rows(self, rows: RowSet) -> RowSet:
        """The same with the numbers of the candidates in the place of their ordinals."""
        if len(rows) * _TABLE_SHARE < self.size:
            return self._found(rows)
        kept = self.kept(rows)
        return numbered(kept, gathered(self._numbers, kept.column(ORDINAL))) if len(kept) else kept

    def _found(self, rows: RowSet) -> RowSet:
        """The same for few rows, without tables by ordinal."""
        ordinals = rows.column(ORDINAL)
        numbers = np.searchsorted(self.ordinals, ordinals)
        places = np.flatnonzero(numbers < len(self))
        places = places[self.ordinals[numbers[places]] == ordinals[places]]
        return numbered(rows.at(places), numbers[places].astype(np.uint32)) if len(places) else rows.at(places)


@dataclass(frozen=True, slots=True)
class _Numbered:
    """Rows whose ordinals are read as the numbers of the candidates."""

    rows: RowSet
    numbers: UInt32s

    def values(self, name: str, picked: Picked) -> AnyColumn:
        """See RowSource."""
        if name == ORDINAL:
            return gathered(self.numbers, picked)
        rows = self.rows.at(picked)
        found = each(lambda part: rows.at(part).column(name), halves(len(rows)))
        return found[0] if len(found) == 1 else np.concatenate(found)

    def codes(self, name: str, picked: Picked) -> AnyColumn:
        """See RowSource."""
        return self.rows.at(picked).codes(name)


def numbered(rows: RowSet, numbers: UInt32s) -> RowSet:
    """The rows with these numbers of candidates in the place of their ordinals."""
    source: RowSource = _Numbered(rows, numbers)
    return RowSet(source, slice(0, len(numbers)))
