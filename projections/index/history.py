"""What a profile carries at an instant: tags and traits as histories of changes in which the last one wins.

A history holds one row a change: (effective_at, version, ordinal, code), in order of recording. Code 0 takes away; other codes
set. The state at (as_of, version) is, per profile, the visible row that is last by (effective_at, order of recording); one that
lapses sets nothing any more from then on.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from domain.changeset import NEVER
from projections.index import bitmaps
from projections.index.bitmaps import Ordinals
from projections.index.columns import Column
from projections.index.places import Places

Int64s = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
_Entry = TypeVar("_Entry", bound=np.generic)

NOTHING = 0


def count_up_to(versions: npt.NDArray[np.uint32], version: int) -> int:
    """How many of the versions, ascending, are not above this one: all of them, for most who ask."""
    if len(versions) and versions[-1] > version:
        return bisect_right(versions, version)  # np.searchsorted widens all of them before it looks, as one is an int
    return len(versions)


class History:
    """Changes of one tag, or of one trait, in order of recording."""

    def __init__(self) -> None:
        self._effective = Column(np.int64)
        self._versions = Column(np.uint32)
        self._ordinals = Column(np.uint32)
        self._codes = Column(np.int32)
        self._credits: Column[np.int32] | None = None
        """Only where a row has one: most histories never do."""
        self._implied: Column[np.bool_] | None = None
        """Only in exclusive groups."""
        self._lapses: Column[np.int64] | None = None
        """Only where a row does."""
        self._places = Places()

    @classmethod
    def over(cls, columns: Mapping[str, npt.NDArray[Any]], count: int) -> "History":
        """A history that goes on behind the first `count` rows of these columns (those of `columns`)."""
        history = cls()
        history._effective = Column.over(columns["effective"], count)
        history._versions = Column.over(columns["versions"], count)
        history._ordinals = Column.over(columns["ordinals"], count)
        history._codes = Column.over(columns["codes"], count)
        if "credits" in columns:
            history._credits = Column.over(columns["credits"], count)
        if "implied" in columns:
            history._implied = Column.over(columns["implied"], count)
        if "lapses" in columns:
            history._lapses = Column.over(columns["lapses"], count)
        return history

    def up_to(self, version: int) -> "History":
        """A history of its own that goes on behind the rows recorded up to version."""
        count = self.count(version)
        # Views without room: the first row that is appended copies them.
        return History.over({name: column[:count] for name, column in self.columns().items()}, count)

    def columns(self) -> dict[str, npt.NDArray[Any]]:
        """All rows, for a snapshot: taken while nothing is appended."""
        changes = self.visible(int(np.iinfo(np.uint32).max))
        columns = {name: getattr(changes, name) for name in ("effective", "versions", "ordinals", "codes")}
        optional = {"credits": self.credits(len(changes)), "implied": self.implied(len(changes)), "lapses": changes.lapses}
        return columns | {name: column for name, column in optional.items() if column is not None}

    def move_to(self, columns: Mapping[str, npt.NDArray[Any]], count: int) -> None:
        """Go on in these columns, which begin with the first `count` rows. Called by the writer."""
        for name, array in columns.items():
            getattr(self, f"_{name}").move_to(array, count)

    def append(
        self,
        effective: Int64s,
        version: int,
        ordinals: Ordinals,
        codes: Codes,
        credits: Codes | None = None,
        implied: Flags | None = None,
        lapses: Int64s | None = None,
    ) -> None:
        """Append the rows of one changeset, in its order. Called by the one writer. `credits`, `implied`: see there.

        `lapses`: from when on each sets nothing any more, NEVER where it does not lapse.
        """
        self._credits = _extended(self._credits, credits, len(self), len(ordinals), np.int32(0))
        self._implied = _extended(self._implied, implied, len(self), len(ordinals), np.bool_(False))
        self._lapses = _extended(self._lapses, lapses, len(self), len(ordinals), np.int64(NEVER))
        self._codes.extend(codes)
        self._ordinals.extend(ordinals)
        self._effective.extend(effective)
        # Last: readers count visible rows by their version.
        self._versions.extend(np.full(len(ordinals), version, dtype=np.uint32))

    def credits(self, count: int) -> Codes | None:
        """Codes of who is credited with the first rows, 0 for their own changesets; None if it is so of all of them."""
        return None if self._credits is None else self._credits.view()[:count]

    def implied(self, count: int) -> Flags | None:
        """Which of the first rows were not sent: they stand for applies of other tags of an exclusive group; None for none."""
        return None if self._implied is None else self._implied.view()[:count]

    def own(self, ordinals: Ordinals, count: int) -> tuple["Changes", Codes]:
        """Of the first rows, those of these profiles that were sent, and their credits."""
        sent, implied, credits = self.places_of(ordinals, count), self.implied(count), self.credits(count)
        if implied is not None:
            sent = sent[~implied[sent]]
        return self.first(count).picked(sent), np.zeros(len(sent), np.int32) if credits is None else credits[sent]

    def places_of(self, ordinals: Ordinals, count: int) -> Int64s:
        """Places of the rows of these profiles, which ascend, among the first rows."""
        return self._places.of(ordinals, lambda rows: self._ordinals.view()[:rows], count)

    def states_at(self, version: int, ordinals: Ordinals, instants: Int64s) -> tuple[Codes, Int64s]:
        """The state of each (profile, instant) at a version, and when it lapses: NOTHING where no row is effective by then."""
        count = self.count(version)
        rows = self.first(count).picked(self.places_of(bitmaps.distinct(ordinals), count))
        return rows.states_of(rows.deciding(ordinals, instants), instants)

    def compact(self) -> bool:
        """Make rows quicker to find by their profiles, if somebody asks; False if nothing was to do. One caller at a time."""
        return self._places.asked and self._places.grow(self._ordinals.view())

    def visible(self, version: int) -> "Changes":
        """The rows recorded up to version."""
        return self.first(self.count(version))

    def count(self, version: int) -> int:
        """How many rows were recorded up to version."""
        return count_up_to(self._versions.view(), version)

    def first(self, count: int) -> "Changes":
        """The first rows in order of recording; so many must be there."""
        return Changes(
            self._effective.view()[:count],
            self._versions.view()[:count],
            self._ordinals.view()[:count],
            self._codes.view()[:count],
            None if self._lapses is None else self._lapses.view()[:count],
        )

    @property
    def lapsing(self) -> bool:
        """Has any row lapsed, or will any?"""
        return self._lapses is not None

    def __len__(self) -> int:
        return len(self._versions)

    @property
    def size_bytes(self) -> int:
        """Memory held."""
        columns = (self._effective, self._versions, self._ordinals, self._codes, self._credits, self._implied, self._lapses)
        return sum(column.size_bytes for column in columns if column is not None) + self._places.size_bytes


def _extended(
    column: "Column[_Entry] | None", entries: "npt.NDArray[_Entry] | None", before: int, count: int, none: _Entry
) -> "Column[_Entry] | None":
    """An optional column with `count` rows more behind `before`; nothing where it has no entry yet. `none`: in place of one."""
    if column is None and entries is None:
        return None
    if column is None:
        column = Column(type(none))
        column.extend(np.full(before, none))
    column.extend(np.full(count, none) if entries is None else entries)
    return column


@dataclass(frozen=True, slots=True)
class Changes:
    """Rows of a history in order of recording."""

    effective: Int64s
    versions: npt.NDArray[np.uint32]
    ordinals: Ordinals
    codes: Codes
    lapses: Int64s | None = None
    """From when on each sets nothing any more, NEVER where it does not lapse; None for all of them."""

    def __len__(self) -> int:
        return len(self.effective)

    def picked(self, picked: slice | Int64s | npt.NDArray[np.bool_]) -> "Changes":
        """Some of the rows, in the same order."""
        lapses = None if self.lapses is None else self.lapses[picked]
        return Changes(self.effective[picked], self.versions[picked], self.ordinals[picked], self.codes[picked], lapses)

    def removals(self) -> "Changes":
        """As many that take away, at the same instants."""
        return replace(self, codes=np.zeros(len(self), np.int32), lapses=None)

    def lapsing(self) -> Int64s:
        """From when on each sets nothing any more."""
        return np.full(len(self), NEVER) if self.lapses is None else self.lapses

    def followed_by(self, others: "Changes") -> "Changes":
        """These rows and others, recorded later."""
        lapse = self.lapses is not None or others.lapses is not None
        return Changes(
            np.concatenate([self.effective, others.effective]),
            np.concatenate([self.versions, others.versions]),
            np.concatenate([self.ordinals, others.ordinals]),
            np.concatenate([self.codes, others.codes]),
            np.concatenate([self.lapsing(), others.lapsing()]) if lapse else None,
        )

    def with_lapsed(self, places: Int64s) -> "Changes":
        """Behind each of the rows at these places, which ascend, one that takes away what it set when that lapses."""
        lapsed, lapses = self.picked(places), self.lapsing()
        behind = places + 1
        return Changes(
            np.insert(self.effective, behind, lapses[places]),
            np.insert(self.versions, behind, lapsed.versions),
            np.insert(self.ordinals, behind, lapsed.ordinals),
            np.insert(self.codes, behind, NOTHING),
            np.insert(lapses, behind, NEVER),
        )

    def of(self, ordinals: Ordinals) -> "Changes":
        """The rows of these profiles."""
        return self.picked(bitmaps.among(self.ordinals, ordinals))

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
        """For each of these profiles, ascending, to which all rows belong, the code of its last row; NOTHING without any."""
        found, codes = self.last()
        all_codes = np.zeros(len(ordinals), dtype=np.int32)
        all_codes[np.searchsorted(ordinals, found)] = codes
        return ordinals, all_codes

    def codes_of(self, places: Int64s) -> Codes:
        """The codes at these places; NOTHING at place -1."""
        return np.append(self.codes, np.int32(NOTHING))[places]

    def states_of(self, places: Int64s, instants: Int64s) -> tuple[Codes, Int64s]:
        """What the rows at these places, or none at -1, come to at these instants: codes, and when they lapse."""
        codes = self.codes_of(places)
        if self.lapses is None:
            return codes, np.full(len(places), NEVER)
        lapses = np.append(self.lapses, NEVER)[places]
        held = lapses > instants
        return np.where(held, codes, np.int32(NOTHING)), np.where(held, lapses, NEVER)

    def deciding(self, ordinals: Ordinals, instants: Int64s) -> Int64s:
        """The place of the row that decides for each (profile, instant); -1 where none is effective by then."""
        if not len(self):
            return np.full(len(ordinals), -1, dtype=np.int64)
        every_instant = np.unique(np.concatenate([self.effective, instants]))
        width = len(every_instant) + 1
        keys = self.ordinals.astype(np.int64) * width + np.searchsorted(every_instant, self.effective)
        order = np.argsort(keys, kind="stable")
        wanted = ordinals.astype(np.int64) * width + np.searchsorted(every_instant, instants)
        place = np.searchsorted(keys[order], wanted, side="right") - 1
        found = order[np.maximum(place, 0)]
        return np.where((place >= 0) & (self.ordinals[found] == ordinals), found, -1)
