"""One tag: who carries it, and with which value; and how its rows come in."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.changeset import NEVER
from projections.index import bitmaps
from projections.index.bitmaps import Ordinals
from projections.index.dictionary import Codes, Dictionary
from projections.index.folds import Fold, Point
from projections.index.history import NOTHING, History, Int64s
from projections.index.row_columns import AnyColumn
from projections.index.states import CodesByOrdinal, Holders
from projections.index.timelines import Timelines
from projections.index.turns import Turns

_HELD_WITHOUT_VALUE = 1  # code of an assignment without a value; value codes follow


@dataclass(frozen=True, slots=True)
class TagChanges:
    """The rows of a changeset, as arrays."""

    ordinals: Ordinals
    numbers: Int64s
    applied: npt.NDArray[np.bool_]
    effective: Int64s
    values: Sequence[float | None]
    """Empty for none."""
    credits: Codes | None
    """As in `History.credits`."""
    lapses: Int64s | None
    """As in `Changes.lapses`."""


@dataclass(frozen=True, slots=True)
class Implied:
    """Rows of a tag that stand for applies of other tags of its exclusive group: from then on it is not carried."""

    ordinals: Ordinals
    effective: Int64s
    credits: Codes
    """Of whoever applied the other tag; 0 for this changeset's own."""
    places: Int64s
    """Behind which row of the changeset each comes; -1 for before all of them."""


class TagIndex:
    """One tag: who carries it, and with which value."""

    def __init__(self, history: History | None = None) -> None:
        self.history = History() if history is None else history
        self.turns: Turns | None = None
        """Only where an assignment lapses."""
        self.values: Dictionary[float] = Dictionary()
        self.holders = Fold(self.history, Holders.nobody())
        self.timelines = Timelines(self.history)
        self._last_codes = Fold(self.history, CodesByOrdinal.nobody(), keyframes=0)

    @classmethod
    def over(
        cls, history: History, turns: Turns | None, values: list[float], known: Point[Holders] | None = None
    ) -> "TagIndex":
        """From what there was of one. `known`: who carries it, as its `holders` knew."""
        tag = cls(history)
        tag.values, tag.turns = Dictionary.over(values), turns
        rows = history if turns is None else turns.rows
        tag.holders = Fold(rows, Holders.nobody(), known if known and known.rows <= len(rows) else None)
        return tag

    def up_to(self, version: int) -> "TagIndex":
        """An index of its own that goes on behind the rows recorded up to version."""
        turns = None if self.turns is None else Turns(self.turns.rows.up_to(version))
        return TagIndex.over(self.history.up_to(version), turns, list(self.values.values()), self.holders.known())

    def held_codes(self, as_of: int, version: int) -> Codes:
        """The code of each profile, NOTHING beyond the end."""
        codes = self._last_codes.at(as_of, version).codes
        if self.turns is None:
            return codes
        held = bitmaps.to_flags(self.holders.at(as_of, version).bitmap, len(codes))
        return np.where(held, codes, np.int32(NOTHING))

    def codes(self, applied: npt.NDArray[np.bool_], values: Sequence[float | None]) -> Codes:
        """Codes of changes: 0 removed, 1 applied, 2 and more applied with a value. `values` may be empty, for none."""
        codes = applied.astype(np.int32)
        if len(values):
            distinct = [value for value in dict.fromkeys(values) if value is not None]
            known: dict[float | None, int] = dict(zip(distinct, self.values.intern(distinct).tolist(), strict=True))
            valued = np.asarray([known.get(value, 0) for value in values], np.int32)
            codes = np.where(valued != 0, _HELD_WITHOUT_VALUE + valued, codes)
        return codes

    def code_of(self, held: bool, value: float | None) -> int:
        """The code of a state; -1 of one with a value that nobody has had."""
        if not held or value is None:
            return int(held)
        return _HELD_WITHOUT_VALUE + code if (code := self.values.code(value)) else -1

    def value_of(self, code: int) -> float | None:
        """The value that a code stands for; None where it has none."""
        return self.values.value(code - _HELD_WITHOUT_VALUE) if code > _HELD_WITHOUT_VALUE else None

    def numbers_by_code(self) -> npt.NDArray[np.float64]:
        """The values that codes stand for; NaN where they have none."""
        return np.asarray([np.nan, np.nan, *self.values.values()], np.float64)

    def value_flags(self, flags_by_value: AnyColumn) -> AnyColumn:
        """Flags by code, from flags by value code: an assignment without a value never matches."""
        return np.concatenate([[False, False], flags_by_value[1:]])

    def append(self, version: int, changes: TagChanges, here: Int64s, implied: Implied | None) -> None:
        """Take in the rows of a changeset at the places `here`, and what other rows imply, in the changeset's order."""
        values = [changes.values[i] for i in here.tolist()] if len(changes.values) else ()
        codes = self.codes(changes.applied[here], values)
        effective, ordinals = changes.effective[here], changes.ordinals[here]
        credits = None if changes.credits is None else changes.credits[here]
        lapses = None if changes.lapses is None else changes.lapses[here]
        if lapses is not None and (lapses == NEVER).all():
            lapses = None
        if implied is None or not len(implied.places):
            self.history.append(effective, version, ordinals, codes, credits, lapses=lapses)
            return
        order = np.argsort(np.concatenate([here, implied.places]), kind="stable")
        own = np.zeros(len(here), np.int32) if credits is None else credits
        self.history.append(
            np.concatenate([effective, implied.effective])[order],
            version,
            np.concatenate([ordinals, implied.ordinals])[order],
            np.concatenate([codes, np.full(len(implied.places), NOTHING, np.int32)])[order],
            np.concatenate([own, implied.credits])[order],
            order >= len(here),
            None if lapses is None else np.concatenate([lapses, np.full(len(implied.places), NEVER)])[order],
        )

    def settle(self, version: int) -> None:
        """Let `turns` say what the rows of a version, which are all there, make of it. Called by the writer."""
        if not self.history.lapsing:
            return
        if self.turns is None:
            known = self.holders.known()
            self.turns = Turns.of(self.history.up_to(version - 1))
            self.holders = Fold(self.turns.rows, Holders.nobody(), known)
        self.turns.settle(self.history, version)
