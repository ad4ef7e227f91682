"""The states of a history: computed once, moved on by the rows that came or became effective since, and remembered.

The present moves on by what is new. A read in the past starts from the nearest state that is known, and decides the profiles of
those rows anew that make the difference; of long histories it keeps states at even distances for that, from the first such read
on. The two do not wait for each other.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np

from projections.index import bitmaps
from projections.index.bitmaps import Ordinals
from projections.index.history import Changes, Int64s
from projections.index.places import Places
from projections.index.states import State
from projections.index.zones import Zones

_REMEMBERED = 4
_KEYFRAME_ROWS = 1 << 14
_KEYFRAMES = 32  # up to 64 bytes a row, of a tag that many lost; 5 of one that half of all profiles have
_ON_TIME = 0.9
_SAMPLED = 2_048
_REMOVAL_COST = 3  # for its profile's other rows have to be found
_BEFORE_ALL, _AFTER_ALL = int(np.iinfo(np.int64).min), int(np.iinfo(np.int64).max)

_S = TypeVar("_S", bound=State)


class Rows(Protocol):
    """Where a fold gets its rows, in order of recording."""

    def count(self, version: int) -> int:
        """How many were recorded up to version."""

    def first(self, count: int) -> Changes:
        """The first ones; so many must be there."""


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


@dataclass(frozen=True, slots=True)
class _Move(Generic[_S]):
    """The way from a state that is known to another one."""

    point: Point[_S]
    rows: int
    as_of: int
    visible_of: Callable[[Ordinals], Changes]
    """The rows of these profiles, ascending, that count at its end."""

    def over(self, changes: Changes, zones: Zones) -> Point[_S]:
        """Over all rows of either end."""
        zones = zones.first_of(min(self.rows, self.point.rows))
        places = zones.places(len(changes), *sorted((self.as_of, self.point.effective_max)))
        effective = changes.effective[places]
        visible = places < self.rows
        wanted = (effective <= self.as_of) & visible
        held = (effective <= self.point.effective_max) & (places < self.point.rows)
        added, removed = np.flatnonzero(wanted & ~held), np.flatnonzero(held & ~wanted)
        state = self._decided(changes.picked(places[added]), changes.ordinals[places[removed]])
        latest = [effective[wanted], zones.greatest[zones.greatest <= self.as_of]]
        later = [effective[visible & ~wanted], zones.least[zones.least > self.as_of]]
        return Point(self.rows, _greatest(*latest), _least(*later), state)

    def over_new(self, new: Changes) -> Point[_S]:
        """Over the rows that were recorded since, where none before them became effective meanwhile."""
        wanted = new.effective <= self.as_of
        added, later = new.picked(wanted), new.effective[~wanted]
        state = self._decided(added, added.ordinals[:0])
        latest = max(self.point.effective_max, _greatest(added.effective))
        return Point(self.rows, latest, min(self.point.next_effective, _least(later)), state)

    def _decided(self, added: Changes, removed: Ordinals) -> _S:
        """The state with these rows, and without those that these profiles had."""
        state = self.point.state
        if not len(added) and not len(removed):
            return state
        late = added.picked(added.effective < self.point.effective_max)
        if len(late):
            removed = np.concatenate([removed, state.contested(late)])
        ordinals = bitmaps.to_ordinals(bitmaps.from_ordinals(removed))
        return state.moved(added, *self.visible_of(ordinals).last_of(ordinals))


def _greatest(*parts: Int64s) -> int:
    return max((int(part.max()) for part in parts if len(part)), default=_BEFORE_ALL)


def _least(*parts: Int64s) -> int:
    return min((int(part.min()) for part in parts if len(part)), default=_AFTER_ALL)


class Fold(Generic[_S]):
    """The states of one history, remembered by readers. Any thread may ask."""

    def __init__(self, history: Rows, empty: _S, known: "Point[_S] | None" = None, *, keyframes: int = _KEYFRAMES) -> None:
        """`known`: a state that was computed before. `keyframes`: about how many states of the past to keep; 0 for none."""
        self._history = history
        self._start: Point[_S] = Point(0, _BEFORE_ALL, _AFTER_ALL, empty)
        self._present = known or self._start
        self._past: Sequence[Point[_S]] = ()
        self._keyframes: list[Point[_S]] = []
        self._keyframe_rows, self._keyframes_max = _KEYFRAME_ROWS, keyframes
        self._zones = Zones.none()
        self._places = Places()
        self._present_lock, self._past_lock = threading.Lock(), threading.Lock()

    def at(self, as_of: int, version: int) -> _S:
        """The state from the rows recorded up to version, effective at as_of."""
        rows = self._history.count(version)
        for point in (self._present, *self._past):
            if point.answers(rows, as_of):
                return point.state
        if self._is_present(rows, as_of):
            with self._present_lock:
                if self._is_present(rows, as_of):  # still: others move it too
                    self._present = self._moved(self._present, rows, as_of)
                    return self._present.state
        with self._past_lock:
            self._keep_keyframes(max(rows, self._present.rows))
            point = self._moved(self._nearest(rows, as_of), rows, as_of)
            self._past = (point, *self._past[: _REMEMBERED - 1])
        return point.state

    def known(self) -> "Point[_S] | None":
        """The remembered state of the present, for a snapshot."""
        return self._present if self._present.rows else None

    def _is_present(self, rows: int, as_of: int) -> bool:
        return rows >= self._present.rows and as_of >= self._present.effective_max

    def _moved(self, point: Point[_S], rows: int, as_of: int) -> Point[_S]:
        changes = self._history.first(max(rows, point.rows))
        move = _Move(point, rows, as_of, lambda ordinals: self._visible_of(ordinals, changes, rows, as_of))
        if rows >= point.rows and point.effective_max <= as_of < point.next_effective:
            return move.over_new(changes.picked(slice(point.rows, rows)))
        return move.over(changes, self._zones_of(changes))

    def _zones_of(self, changes: Changes) -> Zones:
        self._zones = zones = self._zones.grown(changes.effective)
        return zones

    def _visible_of(self, ordinals: Ordinals, changes: Changes, rows: int, as_of: int) -> Changes:
        found = changes.picked(self._places.of(ordinals, lambda count: self._history.first(count).ordinals, rows))
        return found.picked(found.effective <= as_of)

    # --- the past ---------------------------------------------------------------------------------------------------------

    def _nearest(self, rows: int, as_of: int) -> Point[_S]:
        """The known point from which the way is shortest."""
        effective = self._history.first(max(rows, self._present.rows)).effective[::_SAMPLED].copy()  # they lie far apart
        places = np.arange(len(effective)) * _SAMPLED
        points = (self._start, self._present, *self._past, *self._keyframes)
        counts = np.asarray([point.rows for point in points])
        instants = np.asarray([point.effective_max for point in points])
        wanted = (effective <= as_of) & (places < rows)
        held = (effective <= instants[:, np.newaxis]) & (places < counts[:, np.newaxis])
        added, removed = (np.count_nonzero(one, axis=1) for one in (wanted & ~held, held & ~wanted))
        return points[int(np.lexsort((np.abs(counts - rows), added + _REMOVAL_COST * removed))[0])]

    def _keep_keyframes(self, rows: int) -> None:
        """Of a long history, states at even distances: that many rows, as of when most of the last ones were effective."""
        self._places.grow(self._history.first(rows).ordinals)
        if not self._keyframes_max:
            return
        while rows > 2 * self._keyframes_max * self._keyframe_rows:
            self._keyframe_rows *= 2
            self._keyframes = self._keyframes[1::2]
        point = self._keyframes[-1] if self._keyframes else self._start
        while (end := point.rows + self._keyframe_rows) <= rows:
            last = np.sort(self._history.first(end).effective[point.rows :])
            point = self._moved(point, end, int(last[int(_ON_TIME * len(last))]))
            self._keyframes.append(point)
