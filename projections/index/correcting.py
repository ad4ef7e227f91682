"""What a history has to record so that it says what is wanted, whatever it says so far: rows where the two differ."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.changeset import NEVER
from projections.index.bitmaps import Ordinals
from projections.index.history import NOTHING, Changes, Codes, History, Int64s


@dataclass(frozen=True, slots=True)
class Said:
    """States of profiles or persons, by ordinal and instant, one row each, and who set them: as in `History.credits`."""

    rows: Changes
    credits: Codes

    @classmethod
    def last_of(cls, rows: Changes, credits: Codes, order: npt.NDArray[np.intp]) -> "Said":
        """The last of each ordinal and instant; the order is by these first."""
        rows, credits = rows.picked(order), credits[order]
        last = np.ones(len(rows), np.bool_)
        last[:-1] = (rows.ordinals[1:] != rows.ordinals[:-1]) | (rows.effective[1:] != rows.effective[:-1])
        return cls(rows.picked(last), credits[last])

    def at(self, ordinals: Ordinals, instants: Int64s) -> tuple["States", npt.NDArray[np.bool_]]:
        """What is in force for each of these, NOTHING before the first row; and does a row begin there?"""
        places = self.rows.deciding(ordinals, instants)
        begins = np.append(self.rows.effective, NEVER)[places] == instants
        codes, lapses = self.rows.states_of(places, instants)
        return States(codes, np.append(self.credits, np.int32(0))[places], lapses), begins


@dataclass(frozen=True, slots=True)
class States:
    """What is in force: codes, who is credited, and when each lapses."""

    codes: Codes
    credits: Codes
    lapses: Int64s

    def before(self, ordinals: Ordinals, instants: Int64s) -> "States":
        """Of each, which are by ordinal and instant, what is left of the one before it: of the same ordinal, and not lapsed."""
        same = np.zeros(len(ordinals), np.bool_)
        same[1:] = ordinals[1:] == ordinals[:-1]
        lapses = np.where(same, np.roll(self.lapses, 1), NEVER)
        held = same & (lapses > instants)
        return States(
            np.where(held, np.roll(self.codes, 1), np.int32(NOTHING)),
            np.where(same, np.roll(self.credits, 1), np.int32(0)),
            np.where(held, lapses, NEVER),
        )

    def where(self, wanted: npt.NDArray[np.bool_], others: "States") -> "States":
        """These where it is wanted, and the others elsewhere."""
        pairs = ((getattr(self, name), getattr(others, name)) for name in ("codes", "credits", "lapses"))
        return States(*(np.where(wanted, own, other) for own, other in pairs))

    def unlike(self, others: "States") -> npt.NDArray[np.bool_]:
        """Which of them differ."""
        codes, credits = self.codes != others.codes, self.credits != others.credits
        return np.asarray(codes | credits | (self.lapses != others.lapses))


def correct(want: Said, history: History, version: int, ordinals: Ordinals) -> None:
    """Record with a version what a history is to say of profiles or persons, which ascend, where it says something else."""
    count = len(history)
    places, credits = history.places_of(ordinals, count), history.credits(count)
    if not len(want.rows) and not len(places):
        return
    known = np.zeros(len(places), np.int32) if credits is None else credits[places]
    rows = history.first(count).picked(places)
    have = Said.last_of(rows, known, np.lexsort((rows.effective, rows.ordinals)))
    of, effective = (np.concatenate([getattr(one.rows, name) for one in (want, have)]) for name in ("ordinals", "effective"))
    order = np.lexsort((effective, of))
    of, effective = of[order], effective[order]
    first = np.ones(len(order), np.bool_)
    first[1:] = (of[1:] != of[:-1]) | (effective[1:] != effective[:-1])
    of, effective = of[first], effective[first]
    due, _ = want.at(of, effective)
    found, begins = have.at(of, effective)
    # Where none of its rows begins, it is as it is to be just before: that may have been corrected here.
    wrong = due.unlike(found.where(begins, due.before(of, effective)))
    if wrong.any():
        codes, by, lapses = due.codes[wrong], due.credits[wrong], due.lapses[wrong]
        credited, lapse = (by != 0).any(), (lapses != NEVER).any()
        history.append(effective[wrong], version, of[wrong], codes, by if credited else None, lapses=lapses if lapse else None)
