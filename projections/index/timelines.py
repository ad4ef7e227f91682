"""A history in the order of time: what each profile's state was, from when until when, and which changeset set it.

Folds answer "now" quickly, but remember neither who decided nor since when. A timeline does, for every as_of at once; it is
made from all rows of a version by sorting, and remembered, because questions mostly ask at the same version.
"""

import threading
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from domain.changeset import NEVER
from projections.index import bitmaps
from projections.index.bitmaps import Ordinals
from projections.index.history import NOTHING, Changes, Codes, History, Int64s
from projections.index.ordering import order_of_profiles

_REMEMBERED = 2


@dataclass(frozen=True, slots=True)
class Timeline:
    """One row a state: `ordinals` were in state `codes` for effective <= t < until, by the changeset of `versions`."""

    ordinals: Ordinals
    effective: Int64s
    until: Int64s
    codes: Codes
    versions: npt.NDArray[np.uint32]
    credits: Codes | None
    """Who is credited with it (`History.credits`)."""
    carried_before: npt.NDArray[np.bool_]
    """Was the profile's state just before this one another than NOTHING?"""

    @classmethod
    def of(cls, changes: Changes, credits: Codes | None) -> "Timeline":
        """Of rows in order of recording: among rows of one profile and instant the last one decides."""
        order = np.argsort(changes.effective, kind="stable")
        order = order[order_of_profiles(changes.ordinals[order])]
        changes = changes.picked(order)
        ordinals, effective = changes.ordinals, changes.effective
        decided = np.ones(len(changes), dtype=np.bool_)
        decided[:-1] = (ordinals[1:] != ordinals[:-1]) | (effective[1:] != effective[:-1])
        changes, order = changes.picked(decided), order[decided]
        ordinals, codes = changes.ordinals, changes.codes
        until = _ends(changes)
        credits = None if credits is None else credits[order]
        if changes.lapses is not None:
            # Where one lapses before another state begins, one in which nothing is set does, of the same changeset.
            lapsed = np.flatnonzero(changes.lapses < until)
            changes = changes.with_lapsed(lapsed)
            credits = None if credits is None else np.insert(credits, lapsed + 1, credits[lapsed])
            ordinals, codes, until = changes.ordinals, changes.codes, _ends(changes)
        carried_before = np.zeros(len(changes), dtype=np.bool_)
        carried_before[1:] = (ordinals[1:] == ordinals[:-1]) & (codes[:-1] != NOTHING)
        return cls(ordinals, changes.effective, until, codes, changes.versions, credits, carried_before)

    def without(self, profiles: BitMap) -> "Timeline":
        """The same, but for the states of these profiles."""
        if not profiles:
            return self
        kept = ~bitmaps.among(self.ordinals, bitmaps.to_ordinals(profiles))
        return Timeline(
            self.ordinals[kept],
            self.effective[kept],
            self.until[kept],
            self.codes[kept],
            self.versions[kept],
            None if self.credits is None else self.credits[kept],
            self.carried_before[kept],
        )

    def turned(self, carried: bool) -> npt.NDArray[np.bool_]:
        """Flags of the states that carry, after one that does not; or the other way round."""
        carries = self.codes != NOTHING
        flags: npt.NDArray[np.bool_] = (carries != self.carried_before) & (carries == carried)
        return flags

    def carried_since(self) -> Int64s:
        """Of each state that carries, and of each right after one: from when on it was carried without a break."""
        begun = np.where(self.turned(carried=True), np.arange(len(self.codes)), 0)
        return self.effective[np.maximum.accumulate(begun)]

    def in_force(self, instant: int) -> npt.NDArray[np.bool_]:
        """Flags of the states in force at an instant: at most one a profile."""
        return (self.effective <= instant) & (self.until > instant)

    def throughout(self, good: npt.NDArray[np.bool_], since: int, as_of: int) -> BitMap:
        """Who was in a good state (flags of the rows) at `since`, and in no other one until as_of."""
        bad_later = ~good & (self.effective > since) & (self.effective <= as_of)
        started = bitmaps.from_ordinals(self.ordinals[good & self.in_force(since)])
        return started - bitmaps.from_ordinals(self.ordinals[bad_later])


def _ends(states: Changes) -> Int64s:
    """Of states, by profile and instant: until when each is that of its profile."""
    until = np.full(len(states), NEVER)
    until[:-1] = np.where(states.ordinals[1:] == states.ordinals[:-1], states.effective[1:], NEVER)
    return until


class Timelines:
    """The timelines of one history, remembered by readers. Any thread may ask."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._remembered: tuple[tuple[int, Timeline], ...] = ()
        self._lock = threading.Lock()

    def at(self, version: int) -> Timeline:
        """The timeline of the rows recorded up to version."""
        changes = self._history.visible(version)
        with self._lock:
            for rows, timeline in self._remembered:
                if rows == len(changes):
                    return timeline
            timeline = Timeline.of(changes, self._history.credits(len(changes)))
            self._remembered = ((len(changes), timeline), *self._remembered[: _REMEMBERED - 1])
        return timeline
