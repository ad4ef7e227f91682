"""What a history comes to at one (as_of, version): who carries a tag, or which code each profile has."""

from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from projections.index import bitmaps
from projections.index.bitmaps import Ordinals
from projections.index.history import NOTHING, Changes, Codes


class State(Protocol):
    """Immutable, made from the one before."""

    def moved(self, added: Changes, ordinals: Ordinals, codes: Codes) -> Self:
        """The state in which these profiles, ascending, have these codes, and others that of the last row added of them."""

    def contested(self, late: Changes) -> Ordinals:
        """The profiles of which a row, not the last in time, may or may not change the state; in any order.

        A late row that says what holds anyway changes nothing, whichever row is the last.
        """


@dataclass(frozen=True, slots=True)
class Holders:
    """Who carries a tag."""

    bitmap: BitMap
    ever: BitMap
    """Who has any change of it; the same object while nobody lost it."""

    @classmethod
    def nobody(cls) -> "Holders":
        """Before every change."""
        none = BitMap()
        return cls(none, none)

    def moved(self, added: Changes, ordinals: Ordinals, codes: Codes) -> Self:
        """See State."""
        applied = added.codes != NOTHING
        if applied.all() and not len(ordinals):
            on = bitmaps.from_ordinals(added.ordinals)
            bitmap = self.bitmap | on
            return type(self)(bitmap, bitmap if self.ever is self.bitmap else self.ever | on)
        on, off = bitmaps.from_ordinals(added.ordinals[applied]), bitmaps.from_ordinals(added.ordinals[~applied])
        both = on & off
        if both:
            on, off = _decided(on, off, *added.of(bitmaps.to_ordinals(both)).last())
        if len(ordinals):
            on, off = _decided(on, off, ordinals, codes)
        # They are few of many, so that each copy of all counts.
        bitmap = self.bitmap - off
        bitmap |= on
        concerned = on | off
        return type(self)(bitmap, self.ever if concerned.issubset(self.ever) else self.ever | concerned)

    def contested(self, late: Changes) -> Ordinals:
        """See State."""
        applied = late.codes != NOTHING
        on, off = bitmaps.from_ordinals(late.ordinals[applied]), bitmaps.from_ordinals(late.ordinals[~applied])
        return bitmaps.to_ordinals((on & self.ever) - self.bitmap | (off & self.bitmap))


def _decided(on: BitMap, off: BitMap, ordinals: Ordinals, codes: Codes) -> tuple[BitMap, BitMap]:
    """Who carries it and who does not, where these profiles, ascending, have these codes."""
    carries = codes != NOTHING
    applied, removed = bitmaps.from_ascending(ordinals[carries]), bitmaps.from_ascending(ordinals[~carries])
    return (on - removed) | applied, (off - applied) | removed


@dataclass(frozen=True, slots=True)
class CodesByOrdinal:
    """The code of each profile, NOTHING beyond the end."""

    codes: Codes
    ever: npt.NDArray[np.bool_]

    @classmethod
    def nobody(cls) -> "CodesByOrdinal":
        """Before every change."""
        return cls(np.empty(0, np.int32), np.empty(0, np.bool_))

    def moved(self, added: Changes, ordinals: Ordinals, codes: Codes) -> Self:
        """See State."""
        order = np.argsort(added.effective, kind="stable")
        # Of equal places numpy keeps the last.
        ordinals = np.concatenate([added.ordinals[order], ordinals])
        codes = np.concatenate([added.codes[order], codes])
        size = max(len(self.codes), int(ordinals.max()) + 1) if len(ordinals) else len(self.codes)
        grown, ever = np.zeros(size, dtype=np.int32), np.zeros(size, dtype=np.bool_)
        grown[: len(self.codes)], ever[: len(self.ever)] = self.codes, self.ever
        grown[ordinals], ever[ordinals] = codes, True
        return type(self)(grown, ever)

    def contested(self, late: Changes) -> Ordinals:
        """See State."""
        known = np.flatnonzero(late.ordinals < len(self.codes))
        ordinals = late.ordinals[known]
        contested: Ordinals = ordinals[self.ever[ordinals] & (self.codes[ordinals] != late.codes[known])]
        return contested
