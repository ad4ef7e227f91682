"""Who exists at an instant: the profiles with a visible change or interaction.

Kept as the first instants of each profile: a row is appended whenever something earlier than all before becomes known of a
profile. So the universe at (as_of, version) is the profiles of the rows up to version whose instant is at most as_of.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from projections.index.bitmaps import Ordinals
from projections.index.columns import Column
from projections.index.folds import Fold, Point
from projections.index.history import Changes, count_up_to
from projections.index.states import Holders

_NEVER = np.iinfo(np.int64).max
_EXISTS = np.ones(1, dtype=np.int32)


class Universe:
    """One writer, many readers."""

    def __init__(self) -> None:
        self._instants = Column(np.int64)
        self._ordinals = Column(np.uint32)
        self._versions = Column(np.uint32)
        self._earliest: npt.NDArray[np.int64] = np.full(64, _NEVER, dtype=np.int64)
        self._states = self._fold(None)

    def _fold(self, known: Point[Holders] | None) -> Fold[Holders]:
        return Fold(self, Holders.nobody(), known)

    @classmethod
    def over(cls, columns: Mapping[str, npt.NDArray[Any]], count: int, known: Point[Holders] | None) -> "Universe":
        """A universe that goes on behind the first `count` rows of these columns; `known` was computed before."""
        universe = cls()
        universe._instants = Column.over(columns["instants"], count)
        universe._ordinals = Column.over(columns["ordinals"], count)
        universe._versions = Column.over(columns["versions"], count)
        universe._states = universe._fold(known)
        if count:
            universe._grow(int(columns["ordinals"][:count].max()) + 1)
            # Each row of a profile is earlier than the one before, and of several the last one stays.
            universe._earliest[columns["ordinals"][:count]] = columns["instants"][:count]
        return universe

    def up_to(self, version: int) -> "Universe":
        """A universe of its own that goes on behind the rows recorded up to version."""
        count, known = self.count(version), self.known()
        columns = {name: column[:count] for name, column in self.columns().items()}
        return Universe.over(columns, count, known if known and known.rows <= count else None)

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """All rows, for a snapshot: taken while nothing is appended."""
        return {"instants": self._instants.view(), "ordinals": self._ordinals.view(), "versions": self._versions.view()}

    def move_to(self, columns: Mapping[str, npt.NDArray[Any]], count: int) -> None:
        """Go on in these columns, which begin with the first `count` rows. Called by the writer."""
        for name in ("instants", "ordinals", "versions"):
            getattr(self, f"_{name}").move_to(columns[name], count)

    def known(self) -> Point[Holders] | None:
        """The remembered universe of the present, for a snapshot."""
        return self._states.known()

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

    def join(self, version: int, profiles: Ordinals, persons: Ordinals) -> None:
        """Take note that persons, one for each of these profiles, are there since their profiles were. By the one writer."""
        self._grow(int(profiles.max()) + 1)
        instants = self._earliest[profiles]
        seen = instants != _NEVER
        self.append(version, persons[seen], instants[seen])

    def _grow(self, size: int) -> None:
        if size > len(self._earliest):
            grown = np.full(max(size, 2 * len(self._earliest)), _NEVER, dtype=np.int64)
            grown[: len(self._earliest)] = self._earliest
            self._earliest = grown

    def at(self, as_of: int, version: int) -> BitMap:
        """The profiles; must not be changed."""
        return self._states.at(as_of, version).bitmap

    def count(self, version: int) -> int:
        """See Rows."""
        return count_up_to(self._versions.view(), version)

    def first(self, count: int) -> Changes:
        """See Rows: as of a tag that everybody got and nobody lost."""
        instants, versions, ordinals = self._instants.view(), self._versions.view(), self._ordinals.view()
        return Changes(instants[:count], versions[:count], ordinals[:count], np.broadcast_to(_EXISTS, count))

    def __len__(self) -> int:
        return len(self._versions)

    @property
    def size_bytes(self) -> int:
        """Memory held."""
        columns = (self._instants, self._ordinals, self._versions)
        return sum(column.size_bytes for column in columns) + self._earliest.nbytes
