"""What a profile carries at an instant: tags and traits as histories of changes in which the last one wins.

A history holds one row a change: (effective_at, version, ordinal, code), in order of recording. Code 0 takes away; other codes
set. The state at (as_of, version) is, per profile, the visible row that is last by (effective_at, order of recording).

Present reads do not start over: a `Fold` remembers the state at one (rows folded, as_of) and moves on by the rows that came
or became effective since. Where a row came late, only its profiles are decided anew. A read in the past starts over.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, Self, TypeVar

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from projections.index import bitmaps
from projections.index.bitmaps import Ordinals
from projections.index.columns import Column

Int64s = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

NOTHING = 0
_REMEMBERED = 4


class History:
    """Changes of one tag, or of one trait, in order of recording."""

    def __init__(self) -> None:
        self._effective = Column(np.int64)
        self._versions = Column(np.uint32)
        self._ordinals = Column(np.uint32)
        self._codes = Column(np.int32)

    @classmethod
    def over(cls, columns: Mapping[str, npt.NDArray[Any]], count: int) -> "History":
        """A history that goes on behind the first `count` rows of these columns (those of `columns`)."""
        history = cls()
        history._effective = Column.over(columns["effective"], count)
        history._versions = Column.over(columns["versions"], count)
        history._ordinals = Column.over(columns["ordinals"], count)
        history._codes = Column.over(columns["codes"], count)
        return history

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """All rows, for a snapshot: taken while nothing is appended."""
        changes = self.visible(int(np.iinfo(np.uint32).max))
        return {name: getattr(changes, name) for name in ("effective", "versions", "ordinals", "codes")}

    def append(self, effective: Int64s, version: int, ordinals: Ordinals, codes: Codes) -> None:
        """Append the rows of one changeset, in its order. Called by the one writer."""
        self._codes.extend(codes)
        self._ordinals.extend(ordinals)
        self._effective.extend(effective)
        # Last: readers count visible rows by their version.
        self._versions.extend(np.full(len(ordinals), version, dtype=np.uint32))

    def visible(self, version: int) -> "Changes":
        """The rows recorded up to version."""
        versions = self._versions.view()
        count = len(versions)
        if count and versions[-1] > version:
            count = int(np.searchsorted(versions, version, side="right"))
        return self.first(count)

    def first(self, count: int) -> "Changes":
        """The first rows in order of recording; so many must be there."""
        return Changes(
            self._effective.view()[:count],
            self._versions.view()[:count],
            self._ordinals.view()[:count],
            self._codes.view()[:count],
        )

    def __len__(self) -> int:
        return len(self._versions)

    @property
    def size_bytes(self) -> int:
        """Memory held."""
        return sum(column.size_bytes for column in (self._effective, self._versions, self._ordinals, self._codes))


@dataclass(frozen=True, slots=True)
class Changes:
    """Rows of a history in order of recording."""

    effective: Int64s
    versions: npt.NDArray[np.uint32]
    ordinals: Ordinals
    codes: Codes

    def __len__(self) -> int:
        return len(self.effective)

    def picked(self, picked: slice | Int64s | npt.NDArray[np.bool_]) -> "Changes":
        """Some of the rows, in the same order."""
        return Changes(self.effective[picked], self.versions[picked], self.ordinals[picked], self.codes[picked])

    def of(self, ordinals: Ordinals) -> "Changes":
        """The rows of these profiles."""
        if not len(self) or not len(ordinals):
            return self.picked(slice(0, 0))
        wanted = np.zeros(max(int(self.ordinals.max()), int(ordinals.max())) + 1, dtype=np.bool_)
        wanted[ordinals] = True
        return self.picked(wanted[self.ordinals])

    def last(self) -> tuple[Ordinals, Codes]:
        """Per profile the code of its last row by (effective_at, order): ordinals ascending, and their codes."""
        if not len(self):
            return self.ordinals, self.codes
        # lexsort is stable, so rows that are equal in both keys stay in order of recording.
        order = np.lexsort((self.effective, self.ordinals))
        ordinals = self.ordinals[order]
        last = np.append(ordinals[1:] != ordinals[:-1], True)
        return ordinals[last], self.codes[order][last]

    def last_of(self, ordinals: Ordinals) -> tuple[Ordinals, Codes]:
        """For each of these profiles, once and ascending, the code of its last row; NOTHING without any."""
        wanted = bitmaps.to_ordinals(bitmaps.from_ordinals(ordinals))
        found, codes = self.of(wanted).last()
        all_codes = np.zeros(len(wanted), dtype=np.int32)
        all_codes[np.searchsorted(wanted, found)] = codes
        return wanted, all_codes

    def codes_at(self, ordinals: Ordinals, instants: Int64s) -> Codes:
        """The code of each (profile, instant): NOTHING where no row is effective by then."""
        rows = self.of(ordinals)
        if not len(rows):
            return np.zeros(len(ordinals), dtype=np.int32)
        every_instant = np.unique(np.concatenate([rows.effective, instants]))
        width = len(every_instant) + 1
        keys = rows.ordinals.astype(np.int64) * width + np.searchsorted(every_instant, rows.effective)
        order = np.argsort(keys, kind="stable")
        wanted = ordinals.astype(np.int64) * width + np.searchsorted(every_instant, instants)
        place = np.searchsorted(keys[order], wanted, side="right") - 1
        found = np.where(place >= 0, order[np.maximum(place, 0)], 0)
        known = (place >= 0) & (rows.ordinals[found] == ordinals)
        return np.where(known, rows.codes[found], NOTHING).astype(np.int32)


class State(Protocol):
    """What a fold ends in: immutable, made from the one before."""

    def moved(self, ordinals: Ordinals, codes: Codes) -> Self:
        """The state after these profiles (each once) got these codes."""

    def touches(self, ordinals: Ordinals) -> bool:
        """May any of these profiles have been moved before?"""


@dataclass(frozen=True, slots=True)
class Holders:
    """Who carries a tag."""

    bitmap: BitMap
    ever: BitMap
    """Who has any change of it."""

    def moved(self, ordinals: Ordinals, codes: Codes) -> Self:
        """See State."""
        on = bitmaps.from_ordinals(ordinals[codes != NOTHING])
        all_of_them = bitmaps.from_ordinals(ordinals)
        return type(self)((self.bitmap - all_of_them) | on, self.ever | all_of_them)

    def touches(self, ordinals: Ordinals) -> bool:
        """See State."""
        return self.ever.intersect(bitmaps.from_ordinals(ordinals))


@dataclass(frozen=True, slots=True)
class CodesByOrdinal:
    """The code of each profile, NOTHING beyond the end."""

    codes: Codes
    ever: npt.NDArray[np.bool_]

    def moved(self, ordinals: Ordinals, codes: Codes) -> Self:
        """See State."""
        size = max(len(self.codes), int(ordinals.max()) + 1) if len(ordinals) else len(self.codes)
        grown, ever = np.zeros(size, dtype=np.int32), np.zeros(size, dtype=np.bool_)
        grown[: len(self.codes)], ever[: len(self.ever)] = self.codes, self.ever
        grown[ordinals], ever[ordinals] = codes, True
        return type(self)(grown, ever)

    def touches(self, ordinals: Ordinals) -> bool:
        """See State."""
        return bool(self.ever[ordinals[ordinals < len(self.ever)]].any())


_S = TypeVar("_S", bound=State)


@dataclass(frozen=True, slots=True)
class Point(Generic[_S]):
    """A state, and the reads that it answers: these rows, from `effective_max` until before `next_effective`."""

    rows: int
    effective_max: int
    next_effective: int
    state: _S

    def answers(self, rows: int, as_of: int) -> bool:
        """Does it, for so many visible rows?"""
        return self.rows == rows and self.effective_max <= as_of < self.next_effective


_BEFORE_ALL, _AFTER_ALL = np.iinfo(np.int64).min, np.iinfo(np.int64).max


class Fold(Generic[_S]):
    """The states of one history, remembered by readers. Any thread may ask."""

    def __init__(self, history: History, empty: _S, known: "Point[_S] | None" = None) -> None:
        """`known`: a state that was computed before."""
        self._history = history
        self._start: Point[_S] = Point(0, _BEFORE_ALL, _AFTER_ALL, empty)
        self._points: Sequence[Point[_S]] = (known,) if known else ()
        self._lock = threading.Lock()

    def at(self, as_of: int, version: int) -> _S:
        """The state from the rows recorded up to version, effective at as_of."""
        rows = len(self._history.visible(version))
        for point in self._points:
            if point.answers(rows, as_of):
                return point.state
        with self._lock:
            point = self._moved(self._nearest(rows, as_of), rows, as_of)
            self._points = (point, *self._points[: _REMEMBERED - 1])
        return point.state

    def known(self) -> "Point[_S] | None":
        """The remembered point with the most rows, for a snapshot."""
        return max(self._points, key=lambda point: (point.rows, point.effective_max), default=None)

    def _nearest(self, rows: int, as_of: int) -> Point[_S]:
        """The remembered point from which the way is likely shortest."""
        points = (*self._points, self._start)
        return min(points, key=lambda point: (abs(point.rows - rows), abs(point.effective_max - as_of)))

    def _moved(self, point: Point[_S], rows: int, as_of: int) -> Point[_S]:
        if rows >= point.rows and point.effective_max <= as_of < point.next_effective:
            return self._with_new_rows(point, rows, as_of)
        changes = self._history.first(max(rows, point.rows))
        effective = changes.effective
        wanted, held = effective <= as_of, effective <= point.effective_max
        wanted[rows:], held[point.rows :] = False, False
        later = effective[:rows][~wanted[:rows]]
        next_effective = int(later.min()) if len(later) else _AFTER_ALL
        effective_max = int(effective[wanted].max()) if wanted.any() else _BEFORE_ALL
        changed = np.flatnonzero(wanted != held)
        state = self._decided(point, changes, changed, held, wanted) if len(changed) else point.state
        return Point(rows, effective_max, next_effective, state)

    def _decided(self, point: Point[_S], changes: Changes, changed: Int64s, held: Flags, wanted: Flags) -> _S:
        """The state after these rows came in or went out."""
        moved = changes.picked(changed)
        on_top = not held[changed].any() and int(moved.effective.min()) >= point.effective_max
        if on_top or (not held[changed].any() and not point.state.touches(moved.ordinals)):
            return point.state.moved(*moved.last())
        return point.state.moved(*changes.picked(wanted).last_of(moved.ordinals))

    def _with_new_rows(self, point: Point[_S], rows: int, as_of: int) -> Point[_S]:
        """From a point that answers for as_of, but for rows that were recorded since: the cost is theirs alone."""
        new = self._history.first(rows).picked(slice(point.rows, rows))
        inside = new.effective <= as_of
        later = new.effective[~inside]
        next_effective = min(point.next_effective, int(later.min())) if len(later) else point.next_effective
        if not inside.any():
            return Point(rows, point.effective_max, next_effective, point.state)
        added = new.picked(inside)
        late = int(added.effective.min()) < point.effective_max
        if late and point.state.touches(added.ordinals):
            changes = self._history.first(rows)
            state = point.state.moved(*changes.picked(changes.effective <= as_of).last_of(added.ordinals))
        else:
            state = point.state.moved(*added.last())
        return Point(rows, max(point.effective_max, int(added.effective.max())), next_effective, state)
