"""The least and the greatest instant of each block of rows of a history: which rows a move to another as_of concerns."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Int64s = npt.NDArray[np.int64]

_BLOCK_ROWS = 1 << 12


@dataclass(frozen=True, slots=True)
class Zones:
    """Of the first whole blocks."""

    least: Int64s
    greatest: Int64s

    @classmethod
    def none(cls) -> "Zones":
        """Of no blocks."""
        return cls(np.empty(0, np.int64), np.empty(0, np.int64))

    def grown(self, effective: Int64s) -> "Zones":
        """Of the whole blocks of these rows too, which begin like those of before."""
        known, whole = len(self.least) * _BLOCK_ROWS, len(effective) // _BLOCK_ROWS * _BLOCK_ROWS
        if known >= whole:
            return self
        new = effective[known:whole].reshape(-1, _BLOCK_ROWS)
        return Zones(np.concatenate([self.least, new.min(axis=1)]), np.concatenate([self.greatest, new.max(axis=1)]))

    def first_of(self, rows: int) -> "Zones":
        """Of the whole blocks among the first rows."""
        whole = rows // _BLOCK_ROWS
        return Zones(self.least[:whole], self.greatest[:whole])

    def places(self, rows: int, low: int, high: int) -> Int64s:
        """Places, ascending, that hold each of the first rows with low < instant <= high, and other rows near them.

        All rows of blocks that have instants on both sides of one of the bounds, and those that are in no block.
        """
        astride = np.flatnonzero((self.least <= high) & (self.greatest > low))
        inside = astride[:, None] * _BLOCK_ROWS + np.arange(_BLOCK_ROWS)
        return np.concatenate([inside.ravel(), np.arange(len(self.least) * _BLOCK_ROWS, rows)])
