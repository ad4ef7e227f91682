"""Interactions that do not count any more: marks on the rows of a closed run, and rows that were taken out of runs.

A run is immutable, and so are the bitmaps of its windows: a retraction only marks places. Who is in doubt by that - whose
marked row lies in a window - doubts.py tells. Before the marks become many, the upkeep writes the run again without
those rows, which live on as withdrawn ones: reads at a version before their retraction still see them.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from projections.index.row_columns import TIME, AnyColumn, Picked, RowSet, absent

UInt32s = npt.NDArray[np.uint32]
Places = npt.NDArray[np.intp] | UInt32s

_SLICES_MAX = 64  # so many marks cost less as slices between them than as a list of all other places
_NO_PLACES = np.empty(0, np.uint32)


@dataclass(frozen=True, slots=True)
class Marks:
    """Places of a run, ascending, and the version that retracted each."""

    places: UInt32s = field(default_factory=lambda: _NO_PLACES)
    versions: UInt32s = field(default_factory=lambda: _NO_PLACES)

    def __len__(self) -> int:
        return len(self.places)

    @property
    def nbytes(self) -> int:
        """Memory of the arrays."""
        return self.places.nbytes + self.versions.nbytes

    def with_more(self, places: Places, versions: AnyColumn) -> "Marks":
        """These and others."""
        every = np.concatenate([self.places, places]).astype(np.uint32)
        order = np.argsort(every)
        return Marks(every[order], np.concatenate([self.versions, versions]).astype(np.uint32)[order])

    def up_to(self, version: int) -> "Marks":
        """Those of retractions up to a version."""
        here = self.versions <= version
        return Marks(self.places[here], self.versions[here])

    def since(self, before: "Marks") -> "Marks":
        """Those that were not there before."""
        new = ~np.isin(self.places, before.places, assume_unique=True)
        return Marks(self.places[new], self.versions[new])

    def between(self, low: int, high: int, version: int) -> UInt32s:
        """Places from low to before high that were retracted up to version."""
        if not len(self.places):
            return _NO_PLACES
        first, end = (bisect_left(self.places, one) for one in (low, high))
        places = self.places[first:end]
        return places[self.versions[first:end] <= version]

    def versions_at(self, places: Places) -> UInt32s:
        """The versions that retracted these places; 0 where none has."""
        if not len(self.places):
            return np.zeros(len(places), np.uint32)
        at = np.minimum(np.searchsorted(self.places, places), len(self.places) - 1)
        return np.where(self.places[at] == places, self.versions[at], np.uint32(0))

    def left(self, places: Places, version: int) -> npt.NDArray[np.bool_]:
        """Which of the places count still, at a version."""
        by = self.versions_at(places)
        left: npt.NDArray[np.bool_] = (by == 0) | (by > version)
        return left


def pieces_between(low: int, high: int, gone: UInt32s) -> Sequence[Picked]:
    """The places from low to before high but for these, which ascend."""
    if not len(gone):
        return [slice(low, high)]
    if len(gone) > _SLICES_MAX:
        left: Places = np.delete(np.arange(low, high, dtype=np.uint32), gone.astype(np.int64) - low)
        return [left]
    ends = gone.tolist()
    return [
        slice(start, end) for start, end in zip([low, *(end + 1 for end in ends)], [*ends, high], strict=True) if start < end
    ]


def matched(
    rows: RowSet, wanted: Mapping[str, AnyColumn], names: Sequence[str]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Pairs of rows that are equal in all columns: a place among `rows`, a place among the wanted ones; each place once."""
    count = len(wanted[TIME])
    have = np.stack([rows.column(name).astype(np.int64) for name in names], axis=1)
    want = np.stack([wanted.get(name, absent(name, count)).astype(np.int64) for name in names], axis=1)
    _, which = np.unique(np.concatenate([have, want]), axis=0, return_inverse=True)
    which = which.reshape(-1)
    here, there = _numbered(which[: len(have)]), _numbered(which[len(have) :])
    _, of_have, of_want = np.intersect1d(here, there, assume_unique=True, return_indices=True)
    return of_have, of_want


def _numbered(groups: npt.NDArray[np.intp]) -> npt.NDArray[np.int64]:
    """The first of a group gets another number than the second, which gets that of the second of an equal group elsewhere."""
    order = np.argsort(groups, kind="stable")
    new = np.flatnonzero(np.append(True, groups[order][1:] != groups[order][:-1])) if len(groups) else np.empty(0, np.int64)
    rank = np.arange(len(groups)) - np.repeat(new, np.diff(np.append(new, len(groups))))
    found = np.empty(len(groups), np.int64)
    found[order] = groups[order] * (1 << 32) + rank
    return found


def but_for(wanted: Mapping[str, AnyColumn], found: npt.NDArray[np.intp]) -> dict[str, AnyColumn]:
    """The wanted rows without those at these places."""
    return {name: np.delete(column, found) for name, column in wanted.items()}
