"""A run: immutable interactions of one type, sorted by time; what windows are read from. Retracted ones are marked."""

import copy
from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from projections.index.blocks import Blocks, Pieces
from projections.index.by_profile import ByProfile
from projections.index.candidates import Candidates, numbered
from projections.index.firsts import first_places
from projections.index.gathering import gathered
from projections.index.parallel import each, halves
from projections.index.past_blocks import PastBlocks
from projections.index.retracted import Marks, Places, UInt32s, but_for, matched, pieces_between
from projections.index.row_columns import (
    ORDINAL,
    RETRACTED,
    TIME,
    VERSION,
    AnyColumn,
    Picked,
    RowSet,
    absent,
    narrowed,
    widened,
)
from projections.index.times import Int64s, Times

_FEW_ROWS = 1 << 18  # looked at one by one in a millisecond
_GATHER_COST = 3  # a row that is found by its profile costs so many that are found by their time


class Run:
    """Immutable rows, sorted by time. Columns are as narrow as their values allow, and may be memory-mapped."""

    def __init__(
        self, times: Times, columns: Mapping[str, AnyColumn], max_version: int, by_profile: ByProfile | None = None
    ) -> None:
        """`columns`: all but the time, narrowed. `by_profile`: made on first use if it is not given."""
        self.times, self.columns, self.max_version = times, columns, max_version
        self.ordinals = columns[ORDINAL]
        self.blocks = Blocks(times, self.ordinals)
        self._past: PastBlocks | None = None
        self._by_profile = by_profile
        self._firsts: Blocks | None = None
        """Of the first row of each profile: 8 bytes a profile, made when somebody asks who began."""
        self._firsts_wanted = False
        self.marks = Marks()
        """Rows that were retracted since it was made. Only the writer, and who puts another run in its place, set it."""

    @classmethod
    def sorted(cls, columns: Mapping[str, AnyColumn]) -> "Run":
        """From columns in any order, in their own dtypes."""
        order = np.argsort(columns[TIME], kind="stable")
        kept = {name: narrowed(name, column[order]) for name, column in columns.items() if name not in (TIME, ORDINAL)}
        kept[ORDINAL] = columns[ORDINAL][order]
        return cls(Times.of(columns[TIME][order]), kept, int(columns[VERSION].max()))

    @classmethod
    def merged(cls, runs: Sequence["Run"], marks: Sequence[Marks], *, for_long: bool) -> "Run | None":
        """One run with the rows of several but for those that are marked; None if none is left.

        Rows of equal time stay in the order of the runs. `for_long`: will it stay?
        """
        everything = [
            RowSet(run, picked)
            for run, gone in zip(runs, marks, strict=True)
            for picked in pieces_between(0, len(run), gone.places)
        ]
        if not any(map(len, everything)):
            return None
        order = np.argsort(np.concatenate([rows.column(TIME) for rows in everything]), kind="stable")
        kept = {}
        for name in column_names(runs):
            column = np.concatenate([rows.column(name) for rows in everything])[order]
            kept[name] = column if name == ORDINAL else narrowed(name, column)
        times = Times.of(np.concatenate([rows.column(TIME) for rows in everything])[order])
        del order, everything
        # By profile too before questions see it, or one of them would wait for seconds. While a log is read nobody asks.
        asked_for = for_long or any(run._by_profile for run in runs)
        merged = cls(times, kept, max(run.max_version for run in runs), ByProfile.of(kept[ORDINAL]) if asked_for else None)
        merged._firsts_wanted = any(run._firsts_wanted for run in runs)
        return merged

    def moved(self, times: Times, columns: Mapping[str, AnyColumn], by_profile: ByProfile) -> "Run":
        """The same rows in other arrays, with the bitmaps that were built; `marks` are left to whoever puts it in its place."""
        run = Run(times, columns, self.max_version, by_profile)
        run.blocks, run._past = self.blocks.moved(times, run.ordinals), self._past
        run._firsts, run._firsts_wanted = self._firsts, self._firsts_wanted
        return run

    def up_to(self, version: int) -> "Run":
        """What was recorded and retracted up to a version, with marks of its own; those of later rows: they never counted."""
        other = copy.copy(self)
        other.marks = self.marks.up_to(version)
        if self.max_version > version:
            later = np.flatnonzero(self.columns[VERSION] > version)
            later = later[other.marks.versions_at(later) == 0]
            other.marks = other.marks.with_more(later, np.ones(len(later), np.uint32))
        return other

    @property
    def by_profile(self) -> ByProfile:
        """Where the rows of each profile are."""
        if self._by_profile is None:
            self._by_profile = ByProfile.of(self.ordinals)
        return self._by_profile

    @property
    def past(self) -> PastBlocks:
        """For reads at versions before the last one."""
        if self._past is None:
            self._past = PastBlocks.of(self.times, self.ordinals, self.columns[VERSION])
        return self._past

    def collect_firsts(self, start: int, end: int, into: Pieces) -> bool:
        """Add the profiles whose first row here lies in [start, end). False for a long run until `find_firsts` has looked."""
        if self._firsts is None:
            if len(self) > _FEW_ROWS:
                self._firsts_wanted = True
                return False
            self._firsts = self._first_rows()
        self._firsts.collect(*self._firsts.times.span(start, end), start, end, into)
        return True

    def find_firsts(self) -> bool:
        """If somebody asked for it, and it was not done: find the first rows. False if there was nothing to do."""
        if self._firsts is not None or not self._firsts_wanted:
            return False
        self._firsts = self._first_rows()
        return True

    def _first_rows(self) -> Blocks:
        places = first_places(self.ordinals)
        return Blocks(Times.of(self.times.at(places)), self.ordinals[places])

    def rows_of(self, ordinal: int, version: int) -> RowSet:
        """Rows of one profile that count at a version, by time."""
        return self._counting(self.by_profile.rows_of(ordinal, self.ordinals), version)

    def recorded_of_some(self, ordinals: UInt32s) -> RowSet:
        """All rows of several profiles, which ascend, by time."""
        return RowSet(self, self.by_profile.rows_of_some(ordinals, self.ordinals))

    def _counting(self, places: Places, version: int) -> RowSet:
        if len(self.marks):
            places = places[self.marks.left(places, version)]
        rows = RowSet(self, places)
        return rows if self.max_version <= version or not len(rows) else rows.where(rows.column(VERSION) <= version)

    def retract(self, wanted: Mapping[str, AnyColumn]) -> Mapping[str, AnyColumn]:
        """Mark rows that are equal to the wanted ones, by whose RETRACTED; returns the wanted ones that are not here.

        Called where nobody else sets marks.
        """
        if (
            not len(wanted[TIME])
            or self.max_version < int(wanted[VERSION].min())
            or self._min_version > int(wanted[VERSION].max())
        ):
            return wanted
        places = self._likely(np.unique(wanted[ORDINAL]), np.unique(wanted[TIME]))
        places = places[self.marks.versions_at(places) == 0]
        names = sorted({TIME, *column_names([self]), *wanted} - {RETRACTED})
        of_rows, of_wanted = matched(RowSet(self, places), wanted, names)
        if len(of_rows):
            self.marks = self.marks.with_more(places[of_rows], wanted[RETRACTED][of_wanted])
        return but_for(wanted, of_wanted)

    @cached_property
    def _min_version(self) -> int:
        return int(self.columns[VERSION].min())

    def _likely(self, ordinals: UInt32s, instants: Int64s) -> Places:
        """Places of rows of these profiles at these instants, and of others of them at others of these."""
        if self.knows_profiles:
            places = self.by_profile.rows_of_some(ordinals, self.ordinals)
            return places[np.isin(self.times.at(places), instants)]
        # While a log is read. Where days are all that is known, an instant has a great many rows.
        found = []
        for low, high in (self.times.span(instant, instant + 1) for instant in instants.tolist()):
            found.append(low + np.flatnonzero(np.isin(self.ordinals[low:high], ordinals)))
        return np.concatenate(found)

    def marked(self, marks: Marks, names: Sequence[str]) -> dict[str, AnyColumn]:
        """The columns of those rows, with what retracted them."""
        rows = RowSet(self, marks.places)
        return {name: rows.column(name) for name in names} | {RETRACTED: marks.versions}

    @property
    def knows_profiles(self) -> bool:
        """Are the rows of a profile found at once? For a long run that takes making what finds them."""
        return self._by_profile is not None or len(self) <= _FEW_ROWS

    def __len__(self) -> int:
        return len(self.times)

    def values(self, name: str, picked: Picked) -> AnyColumn:
        """See RowSource."""
        if name == TIME:
            return self.times.at(picked)
        if name not in self.columns:
            if name == RETRACTED:
                places = np.arange(picked.start, picked.stop) if isinstance(picked, slice) else picked
                return self.marks.versions_at(places)
            return absent(name, len(RowSet(self, picked)))
        return widened(name, gathered(self.columns[name], picked))

    def codes(self, name: str, picked: Picked) -> AnyColumn:
        """See RowSource."""
        return gathered(self.columns[name], picked) if name in self.columns else absent(name, len(RowSet(self, picked)))

    @property
    def size_bytes(self) -> int:
        """Memory of the columns, and roughly of the block bitmaps."""
        past = self._past.size_bytes if self._past else 0
        firsts = self._firsts.times.nbytes + self._firsts.ordinals.nbytes + self._firsts.size_bytes if self._firsts else 0
        return self.row_bytes + self.blocks.size_bytes + past + firsts + self.marks.nbytes

    @property
    def row_bytes(self) -> int:
        """Memory, or mapped file, of the columns."""
        by_profile = self._by_profile.places.nbytes + self._by_profile.starts.nbytes if self._by_profile else 0
        return self.times.nbytes + by_profile + sum(column.nbytes for column in self.columns.values() if column.strides != (0,))

    def rows(self, start: int, end: int, version: int) -> list[RowSet]:
        """Rows with start <= time < end that count at a version."""
        low, high = self.times.span(start, end)
        gone = self.marks.between(low, high, version)
        if self.max_version <= version:
            return [RowSet(self, picked) for picked in pieces_between(low, high, gone)]
        seen = self.columns[VERSION][low:high] <= version
        seen[gone.astype(np.int64) - low] = False
        return [RowSet(self, slice(low, high)).where(seen)]

    def rows_among(self, start: int, end: int, version: int, candidates: Candidates) -> list[RowSet]:
        """Those of `rows` that are of candidates, in no order; their ordinals are read as numbers of candidates."""
        low, high = self.times.span(start, end)
        by_profile = self._by_profile if high - low > _FEW_ROWS else None  # of merged runs it is there
        theirs = by_profile.about_rows(candidates.ordinals) if by_profile else None
        if by_profile is None or theirs is None or theirs * _GATHER_COST > high - low:
            return [candidates.rows(rows) for rows in self.rows(start, end, version)]

        def found(part: slice) -> tuple[UInt32s, UInt32s]:
            places, numbers = by_profile.rows_among(candidates.ordinals[part], low, high)
            if len(self.marks):
                left = self.marks.left(places, version)
                places, numbers = places[left], numbers[left]
            return places, numbers + np.uint32(part.start)

        pairs = each(found, halves(len(candidates)))
        places, numbers = (np.concatenate(columns) for columns in zip(*pairs, strict=True))
        rows = numbered(RowSet(self, places), numbers)
        return [rows if self.max_version <= version else rows.where(rows.column(VERSION) <= version)]

    def collect(self, start: int, end: int, version: int, into: Pieces) -> None:
        """Add the profiles with a row in [start, end), recorded up to version, retracted or not."""
        low, high = self.times.span(start, end)
        if self.max_version <= version:
            self.blocks.collect(low, high, start, end, into)
        elif self.past.few_late:
            self.past.collect(start, end, version, into)
        else:
            into.loose.append(self.ordinals[low:high][self.columns[VERSION][low:high] <= version])


def column_names(runs: Sequence[Run]) -> list[str]:
    """Names of the columns of any of the runs, but for the time."""
    return sorted({name for run in runs for name in run.columns})


class Withdrawn:
    """Rows that were taken out of runs: they count from the version that recorded each to before the one that retracted it."""

    def __init__(self, run: Run) -> None:
        """`run`: with a column RETRACTED."""
        self.run = run
        self.last_version = int(run.columns[RETRACTED].max())
        """Reads at this one and later ones see none of the rows."""

    def rows(self, start: int, end: int, version: int) -> RowSet:
        """Those in [start, end) that count at a version."""
        rows = RowSet(self.run, slice(*self.run.times.span(start, end)))
        return rows.where((rows.column(VERSION) <= version) & (rows.column(RETRACTED) > version))
