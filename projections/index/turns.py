"""Who carries a tag whose assignments lapse: rows of which none lapses, so that the last one decides at any instant.

They say "not any more" where an assignment lapses, and "still" where it turned out to have been renewed. After each changeset
they are held against what the history comes to, for the profiles that it touched, and what they do not say yet is appended.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.changeset import NEVER
from projections.index import bitmaps
from projections.index.bitmaps import Ordinals
from projections.index.correcting import Said, correct
from projections.index.history import NOTHING, Changes, History, Int64s
from projections.index.timelines import Timeline

_BEFORE_ALL = np.iinfo(np.int64).min
_MANY_ROWS = 1 << 12
"""From so many on, what they need is found by looking at each row of the tag: fewer are looked up by their profiles."""
_ON = 1
Flags = npt.NDArray[np.bool_]


class Turns:
    """Of one tag."""

    def __init__(self, rows: History) -> None:
        self.rows = rows
        """Codes say whether it is carried, not with which value."""

    @classmethod
    def of(cls, history: History) -> "Turns":
        """Of a history that goes on behind these rows, of which none lapses."""
        rows = history.first(len(history))
        carried = (rows.codes != NOTHING).astype(np.int32)
        columns = {"effective": rows.effective, "versions": rows.versions, "ordinals": rows.ordinals, "codes": carried}
        return cls(History.over(columns, len(history)))

    def settle(self, history: History, version: int) -> None:
        """Say what the rows of a version, which are all there, make of it."""
        before, count = history.count(version - 1), history.count(version)
        new = history.first(count).picked(slice(before, count))
        if not len(new):
            return
        ordinals = bitmaps.distinct(new.ordinals)
        if len(new) >= _MANY_ROWS and len(ordinals) == len(new):
            known = _Ends.of(history.first(before), self.rows.first(len(self.rows)), int(ordinals[-1]) + 1)
            last = known.followed_by(new)
            self._append(version, *known.turning(new.picked(last)))
            ordinals = np.sort(new.ordinals[~last])
        if len(ordinals):
            rows = history.first(count).picked(history.places_of(ordinals, count))
            states = Timeline.of(rows, None)
            carried = Changes(states.effective, states.versions, states.ordinals, (states.codes != NOTHING).astype(np.int32))
            correct(Said(carried, np.zeros(len(carried), np.int32)), self.rows, version, ordinals)

    def _append(self, version: int, ordinals: Ordinals, instants: Int64s, carried: Flags) -> None:
        if len(ordinals):
            self.rows.append(instants, version, ordinals, carried.astype(np.int32))


@dataclass(frozen=True, slots=True)
class _Ends:
    """What is last of each profile, by ordinal."""

    effective: Int64s
    """When its last row is effective."""
    lapses: Int64s
    """When what that sets lapses; before all instants where it sets nothing."""
    turned: Int64s
    """The last instant of its turns."""

    @classmethod
    def of(cls, history: Changes, turns: Changes, size: int) -> "_Ends":
        """Of rows in order of recording, of profiles below `size` and others."""
        size = max([size, *(int(rows.ordinals.max()) + 1 for rows in (history, turns) if len(rows))])
        ends = cls(*(np.full(size, _BEFORE_ALL) for _ in cls.__slots__))
        np.maximum.at(ends.effective, history.ordinals, history.effective)
        np.maximum.at(ends.turned, turns.ordinals, turns.effective)
        last = np.flatnonzero(history.effective == ends.effective[history.ordinals])
        until = np.where(history.codes[last] != NOTHING, history.lapsing()[last], _BEFORE_ALL)
        ends.lapses[history.ordinals[last]] = until  # of equal places numpy keeps the last
        return ends

    def followed_by(self, new: Changes) -> Flags:
        """Of rows of a profile each: which come after all of their profile, and leave its turns behind them as they are,
        but for where it was to lapse.
        """
        at, was_until, turned = new.effective, self.lapses[new.ordinals], self.turned[new.ordinals]
        carried, applied = was_until > at, new.codes != NOTHING
        as_is = np.where(carried & applied, (turned <= was_until) & (was_until <= new.lapsing()), turned <= at)
        return np.asarray((self.effective[new.ordinals] <= at) & (as_is | (~carried & ~applied)))

    def turning(self, new: Changes) -> tuple[Ordinals, Int64s, Flags]:
        """What such rows add to the turns: whose, when, and is the tag carried from then on?"""
        at, lapses, was_until = new.effective, new.lapsing(), self.lapses[new.ordinals]
        carried, applied = was_until > at, new.codes != NOTHING
        parts = (
            (carried != applied, at, applied),
            (carried & applied & (was_until < lapses), was_until, applied),
            (applied & (lapses < NEVER) & ~(carried & (was_until == lapses)), lapses, np.zeros(len(new), np.bool_)),
        )
        return (
            np.concatenate([new.ordinals[wanted] for wanted, _, _ in parts]),
            np.concatenate([instants[wanted] for wanted, instants, _ in parts]),
            np.concatenate([held[wanted] for wanted, _, held in parts]),
        )
