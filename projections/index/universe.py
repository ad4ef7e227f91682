"""Who exists at an instant: the profiles with a visible change or interaction.

Kept as the first instants of each profile: a row is appended whenever something earlier than all before becomes known of a
profile. So the universe at (as_of, version) is the profiles of the rows up to version whose instant is at most as_of.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from projections.index import bitmaps
from projections.index.bitmaps import Ordinals
from projections.index.columns import Column

_NEVER = np.iinfo(np.int64).max


_REMEMBERED = 4


@dataclass(frozen=True, slots=True)
class Known:
    """A universe that was computed: from `rows` rows, for each as_of from `latest` until before `next_instant`."""

    rows: int
    latest: int
    next_instant: int
    bitmap: BitMap

    def holds_at(self, as_of: int) -> bool:
        """Is it the universe at this instant?"""
        return self.latest <= as_of < self.next_instant


_NOBODY = Known(0, np.iinfo(np.int64).min, _NEVER, BitMap())


class Universe:
    """One writer, many readers."""

    def __init__(self) -> None:
        self._instants = Column(np.int64)
        self._ordinals = Column(np.uint32)
        self._versions = Column(np.uint32)
        self._earliest: npt.NDArray[np.int64] = np.full(64, _NEVER, dtype=np.int64)
        self._remembered: tuple[Known, ...] = ()
        self._lock = threading.Lock()

    @classmethod
    def over(cls, columns: Mapping[str, npt.NDArray[Any]], count: int, known: "Known | None") -> "Universe":
        """A universe that goes on behind the first `count` rows of these columns; `known` was computed before."""
        universe = cls()
        universe._instants = Column.over(columns["instants"], count)
        universe._ordinals = Column.over(columns["ordinals"], count)
        universe._versions = Column.over(columns["versions"], count)
        universe._remembered = (known,) if known else ()
        if count:
            universe._grow(int(columns["ordinals"][:count].max()) + 1)
            # Each row of a profile is earlier than the one before, and of several the last one stays.
            universe._earliest[columns["ordinals"][:count]] = columns["instants"][:count]
        return universe

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """All rows, for a snapshot: taken while nothing is appended."""
        return {"instants": self._instants.view(), "ordinals": self._ordinals.view(), "versions": self._versions.view()}

    def known(self) -> "Known | None":
        """The remembered universe with the most rows, for a snapshot."""
        return max(self._remembered, key=lambda known: (known.rows, known.latest), default=None)

    def append(self, version: int, ordinals: Ordinals, instants: npt.NDArray[np.int64]) -> None:
        """Take note that something happened to these profiles at these instants. Called by the one writer."""
        if not len(ordinals):
            return
        self._grow(int(ordinals.max()) + 1)
        earlier = instants < self._earliest[ordinals]
        if not earlier.any():
            return
        ordinals, instants = ordinals[earlier], instants[earlier]
        np.minimum.at(self._earliest, ordinals, instants)
        first = instants == self._earliest[ordinals]
        self._instants.extend(instants[first])
        self._ordinals.extend(ordinals[first])
        # Last: readers count visible rows by their version.
        self._versions.extend(np.full(int(first.sum()), version, dtype=np.uint32))

    def _grow(self, size: int) -> None:
        if size > len(self._earliest):
            grown = np.full(max(size, 2 * len(self._earliest)), _NEVER, dtype=np.int64)
            grown[: len(self._earliest)] = self._earliest
            self._earliest = grown

    def at(self, as_of: int, version: int) -> BitMap:
        """The profiles; must not be changed."""
        versions = self._versions.view()
        rows = len(versions)
        if rows and versions[-1] > version:
            rows = int(np.searchsorted(versions, version, side="right"))
        for known in self._remembered:
            if known.rows == rows and known.holds_at(as_of):
                return known.bitmap
        with self._lock:
            known = self._compute(rows, as_of)
            self._remembered = (known, *self._remembered[: _REMEMBERED - 1])
        return known.bitmap

    def _compute(self, rows: int, as_of: int) -> Known:
        usable = (known for known in self._remembered if known.rows <= rows and known.holds_at(as_of))
        base = max(usable, key=lambda known: known.rows, default=_NOBODY)
        # What was computed stays right when rows come: only those are looked at.
        instants, ordinals = self._instants.view()[base.rows : rows], self._ordinals.view()[base.rows : rows]
        inside = instants <= as_of
        if not len(instants):
            return base
        latest = max(base.latest, int(instants[inside].max())) if inside.any() else base.latest
        next_instant = min(base.next_instant, int(instants[~inside].min())) if not inside.all() else base.next_instant
        return Known(rows, latest, next_instant, base.bitmap | bitmaps.from_ordinals(ordinals[inside]))

    @property
    def size_bytes(self) -> int:
        """Memory held."""
        columns = (self._instants, self._ordinals, self._versions)
        return sum(column.size_bytes for column in columns) + self._earliest.nbytes
