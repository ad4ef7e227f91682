"""Interactions of one type: runs sorted by time (runs.py), and a small unsorted tail.

Rows enter the tail in order of recording. A full tail is sorted into an immutable run; equal-sized runs are merged, the
smallest first, so that there are few. Rows that were retracted are marked where they lie; whoever makes a new run takes them
out, and they are kept by themselves for reads at earlier versions.
"""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from pyroaring import BitMap

from domain.limits import MAX_INSTANT_US, MIN_INSTANT_US
from projections.index import bitmaps
from projections.index.blocks import Kept, Pieces
from projections.index.candidates import Candidates
from projections.index.doubts import Doubts
from projections.index.retracted import Marks
from projections.index.row_columns import ORDINAL, TIME, AnyColumn, RowSet
from projections.index.runs import Run, Withdrawn, column_names
from projections.index.tail import Tail

_FANOUT = 4
_MERGED_AT_ONCE_ROWS_MAX = 1 << 24  # of many small runs, as the reading of a log leaves them: one pass over their rows, not six
_MERGED_ROWS_MAX = 1 << 27  # beyond this a merge would need more memory than a few runs cost time
_MARKS_MIN = 64
_ROWS_A_MARK = 1 << 12
"""A run with more marks than one in so many rows is written again."""
_NO_DOUBTS = Doubts.of(())


@dataclass(frozen=True, slots=True)
class _State:
    """Where the rows lie; a reader takes it once for a question."""

    tail: Tail
    runs: tuple[Run, ...] = ()
    withdrawn: tuple[Withdrawn, ...] = ()
    doubts: Doubts | None = field(default_factory=lambda: _NO_DOUBTS)
    """None: to be found when somebody asks."""

    def withdrawn_at(self, version: int) -> list[Withdrawn]:
        """Those of which a read at a version may see rows."""
        return [one for one in self.withdrawn if one.last_version > version]

    def beside_runs(self, start: int, end: int, version: int) -> list[RowSet]:
        """Rows in [start, end), in no run, that count at a version."""
        withdrawn = [one.rows(start, end, version) for one in self.withdrawn_at(version)]
        return [*withdrawn, self.tail.rows(start, end, version)] if self.tail.count else withdrawn


@dataclass(frozen=True, slots=True)
class CapturedRows:
    """What a snapshot holds of a type."""

    runs: tuple[Run, ...]
    marks: tuple[Marks, ...]
    """Of each run."""
    tail: dict[str, AnyColumn]
    withdrawn: tuple[Run, ...]


class InteractionRows:
    """All interactions of one type."""

    def __init__(self) -> None:
        self._state = _State(Tail())
        self._kept = Kept(lambda: sum(map(len, self._state.runs)))
        self._swap = threading.Lock()

    def append(self, columns: Mapping[str, AnyColumn], start: int, stop: int) -> None:
        """Append rows start..stop of the columns, in order of recording. Called by the one writer."""
        done = start
        while done < stop:
            tail = self._state.tail
            room = min(tail.room, stop - done)
            tail.append(columns, done, done + room)
            done += room
            if not tail.room:
                sealed, gone = tail.sealed()
                with self._swap:
                    state, doubts = self._state, self._state.doubts
                    self._state = _State(
                        Tail(),
                        (*state.runs, *([sealed] if sealed else ())),
                        (*state.withdrawn, *([Withdrawn(gone)] if gone else ())),
                        doubts.with_run(sealed) if doubts is not None and len(doubts) and sealed else doubts,
                    )

    def retract(self, columns: Mapping[str, AnyColumn]) -> None:
        """Let rows that are equal to these not count any more from the version in RETRACTED on. Called by the one writer.

        ValueError if they are not there.
        """
        with self._swap:  # a run must not be exchanged meanwhile: its new one would not have the mark
            state, wanted = self._state, columns
            for run in state.runs:
                wanted = run.retract(wanted)
            in_runs = len(wanted[TIME]) < len(columns[TIME])
            wanted = state.tail.retract(wanted)
            if in_runs:
                # While a log is read nobody asks, and long runs do not know their profiles.
                at_hand = state.doubts is not None and all(run.knows_profiles for run in state.runs)
                known = state.doubts if at_hand else None
                doubts = None if known is None else known.with_retracted(state.runs, columns[ORDINAL])
                self._state = replace(state, doubts=doubts)
        if len(wanted[TIME]):
            raise ValueError(f"{len(wanted[TIME])} interactions that are retracted are not there")

    def compact(self) -> bool:
        """Find what questions ask for, or merge the smallest equal-sized runs, as many as follow each other.

        False if there was nothing to do.

        May run beside the writer and readers; one caller at a time.
        """
        runs = self._state.runs
        if any(run.find_firsts() for run in runs):
            return True
        many = [run for run in runs if len(run.marks) > max(_MARKS_MIN, len(run) // _ROWS_A_MARK)]
        if many:
            self._replace(many[:1], for_long=False)
            return True
        if self._merge_withdrawn():
            return True
        starts = [first for first in range(len(runs) - _FANOUT + 1) if self._are_equal(runs[first : first + _FANOUT])]
        if not starts:
            missing = self._state.doubts is None
            self._doubts(self._state)
            return missing
        first = min(starts, key=lambda start: len(runs[start]))
        last = first + _FANOUT
        rows = sum(map(len, runs[first:last]))
        while last < len(runs) and len(runs[last]) < 2 * len(runs[first]) < 4 * len(runs[last]):
            rows += len(runs[last])
            if rows > _MERGED_AT_ONCE_ROWS_MAX:
                break
            last += 1
        self._replace(runs[first:last], for_long=False)
        return True

    def _merge_withdrawn(self) -> bool:
        group = self._state.withdrawn[-_FANOUT:]
        if len(group) < _FANOUT or not self._are_equal([one.run for one in group]):
            return False
        merged = Run.merged([one.run for one in group], [Marks()] * len(group), for_long=False)
        assert merged is not None, "there are rows in each"
        with self._swap:
            withdrawn = self._state.withdrawn
            at = withdrawn.index(group[0])
            kept = (*withdrawn[:at], Withdrawn(merged), *withdrawn[at + len(group) :])
            self._state = replace(self._state, withdrawn=kept)
        return True

    @staticmethod
    def _are_equal(group: Sequence[Run]) -> bool:
        """About; and not too large together."""
        return len(group[0]) < 2 * len(group[-1]) and sum(map(len, group)) <= _MERGED_ROWS_MAX

    def compact_fully(self, smaller_share: float = 0.0) -> None:
        """Merge the youngest runs into one, as many as are not too large together; windows of late then look at one run.

        Nothing is done where the smaller ones of these have less than this share of the largest.
        """
        runs = self._state.runs
        first, rows = len(runs), 0
        while first and rows + len(runs[first - 1]) <= _MERGED_ROWS_MAX:
            first -= 1
            rows += len(runs[first])
        group = runs[first:]
        sizes = sorted(map(len, group))
        if len(group) > 1 and sum(sizes[:-1]) >= smaller_share * sizes[-1]:
            self._replace(group, for_long=True)

    @classmethod
    def over(cls, runs: Sequence[Run], tail: Mapping[str, AnyColumn], withdrawn: Sequence[Run] = ()) -> "InteractionRows":
        """Rows in these runs, those of a tail, and those that were taken out of runs."""
        rows = cls()
        rows._state = _State(Tail(), tuple(runs), tuple(map(Withdrawn, withdrawn)))
        if any(len(run.marks) for run in runs):
            rows._state = replace(rows._state, doubts=None)
        rows.append(tail, 0, len(tail[TIME]))
        return rows

    def up_to(self, version: int) -> "InteractionRows":
        """What was recorded and retracted up to a version; what is recorded or retracted there is not so here."""
        rows, state = InteractionRows(), self._state
        rows._state = replace(
            state, tail=state.tail.up_to(version), runs=tuple(run.up_to(version) for run in state.runs), doubts=None
        )
        rows._kept = self._kept
        return rows

    def runs(self) -> tuple[Run, ...]:
        """The runs, oldest first, and those of rows that were taken out."""
        state = self._state
        return (*state.runs, *(one.run for one in state.withdrawn))

    def captured(self) -> CapturedRows:
        """Everything, the tail copied, for a snapshot: taken while nothing is appended or retracted."""
        state = self._state
        tail = {name: column[: state.tail.count].copy() for name, column in state.tail.columns.items()}
        marks = tuple(run.marks for run in state.runs)
        return CapturedRows(state.runs, marks, tail, tuple(one.run for one in state.withdrawn))

    def replace(self, run: Run, moved: Run) -> None:
        """Put the same rows in other arrays in the place of a run, if it is still there."""
        with self._swap:
            state = self._state
            moved.marks = run.marks
            self._state = replace(
                state,
                runs=tuple(moved if one is run else one for one in state.runs),
                withdrawn=tuple(Withdrawn(moved) if one.run is run else one for one in state.withdrawn),
            )

    def _replace(self, group: Sequence[Run], *, for_long: bool) -> None:
        marks = [run.marks for run in group]
        merged, gone = Run.merged(group, marks, for_long=for_long), _taken_out(group, marks)
        if merged:
            dropped = [run.times.at(of.places) for run, of in zip(group, marks, strict=True) if len(of)]
            merged.blocks.take_over([run.blocks for run in group], dropped)
        with self._swap:
            state = self._state
            for run, before in zip(group, marks, strict=True):
                late = run.marks.since(before)
                if len(late):
                    assert merged is not None, "a row that was not marked then is in it"
                    merged.retract(run.marked(late, [TIME, *column_names(group)]))
            same = not any(map(len, marks))
            at = state.runs.index(group[0])
            self._state = replace(
                state,
                runs=(*state.runs[:at], *([merged] if merged else ()), *state.runs[at + len(group) :]),
                withdrawn=(*state.withdrawn, *([gone] if gone else ())),
                doubts=state.doubts if same else None,
            )

    def rows(self, start: int, end: int, version: int) -> list[RowSet]:
        """Rows with start <= time < end that count at a version; sets may be empty."""
        state = self._state
        found = [rows for run in state.runs for rows in run.rows(start, end, version)]
        return [*found, *state.beside_runs(start, end, version)]

    def rows_among(self, start: int, end: int, version: int, candidates: Candidates) -> list[RowSet]:
        """Those of `rows` that are of candidates, in no order, with numbers of these for ordinals; sets may be empty."""
        state = self._state
        found = [rows for run in state.runs for rows in run.rows_among(start, end, version, candidates)]
        return [*found, *map(candidates.rows, state.beside_runs(start, end, version))]

    def rows_of(self, ordinal: int, version: int) -> list[RowSet]:
        """Rows of one profile that count at a version; sets are not empty."""
        state = self._state
        found = [*(run.rows_of(ordinal, version) for run in state.runs), state.tail.rows_of(ordinal, version)]
        for one in state.withdrawn_at(version):
            rows = one.rows(MIN_INSTANT_US, MAX_INSTANT_US, version)
            found.append(rows.where(rows.column(ORDINAL) == ordinal))
        return [rows for rows in found if len(rows)]

    def recorded(self, ordinal: int | None = None) -> list[RowSet]:
        """All rows that were ever recorded, of one profile or of all; RETRACTED tells which of them were retracted."""
        state = self._state
        tail = np.arange(state.tail.count)
        if ordinal is None:
            return [*(RowSet(run, slice(0, len(run))) for run in self.runs()), RowSet(state.tail, tail)]
        found = [RowSet(run, run.by_profile.rows_of(ordinal, run.ordinals)) for run in self.runs()]
        return [*found, RowSet(state.tail, tail[state.tail.columns[ORDINAL][: len(tail)] == ordinal])]

    def collect(self, start: int, end: int, version: int) -> Pieces:
        """The profiles with a row in [start, end) that counts at a version, as pieces of their union."""
        state = self._state
        pieces = Pieces(self._kept)
        for run in state.runs:
            run.collect(start, end, version, pieces)
        beside = [rows.column(ORDINAL).astype(np.uint32, copy=False) for rows in state.beside_runs(start, end, version)]
        pieces.loose += beside
        gone = self._doubts(state).gone(start, end, version)
        pieces.gone = gone - bitmaps.from_ordinals(np.concatenate(beside)) if gone and beside else gone
        return pieces

    def _doubts(self, state: _State) -> Doubts:
        if state.doubts is not None:
            return state.doubts
        before = [run.marks for run in state.runs]
        found = Doubts.of(state.runs)
        with self._swap:
            now = self._state
            sealed = now.runs[len(state.runs) :]
            if now.doubts is None and now.runs == state.runs + sealed:
                # What was retracted or sealed meanwhile is caught up with: a stream of corrections must not undo this for ever.
                late = [run.marks.since(marks) for run, marks in zip(state.runs, before, strict=True)]
                late += [run.marks for run in sealed]
                ordinals = [run.ordinals[marks.places] for run, marks in zip(now.runs, late, strict=True) if len(marks)]
                caught_up = found
                for run in sealed if len(found) else ():
                    caught_up = caught_up.with_run(run)
                if ordinals:
                    caught_up = caught_up.with_retracted(now.runs, np.concatenate(ordinals))
                self._state = replace(now, doubts=caught_up)
        return found

    def began(self, start: int, end: int, version: int) -> BitMap | None:
        """The profiles whose first row that counts at a version lies in [start, end); None where that is not at hand."""
        state = self._state
        if any(run.max_version > version for run in state.runs) or state.withdrawn_at(version):
            return None
        pieces = Pieces(self._kept)
        at_hand = [run.collect_firsts(start, end, pieces) for run in state.runs]  # of each: the upkeep finds those that are not
        if not all(at_hand):
            return None
        late = state.tail.rows(MIN_INSTANT_US, end, version)
        inside = late.column(TIME) >= start
        late_inside, late_before = (late.where(flags).column(ORDINAL).astype(np.uint32) for flags in (inside, ~inside))
        pieces.loose.append(late_inside)
        found = pieces.bitmap()
        if len(late) or sum(run.times.place(end) > 0 for run in state.runs) > 1:  # first in one of them, not in all
            for piece in self.collect(MIN_INSTANT_US, start, version).parts():
                found = found - piece
        doubts = self._doubts(state)
        doubted = doubts.marked(MIN_INSTANT_US, end, version)
        if doubted:
            began = doubts.counting(start, end, version) | bitmaps.from_ordinals(late_inside)
            began -= doubts.counting(MIN_INSTANT_US, start, version) | bitmaps.from_ordinals(late_before)
            found = (found - doubted) | (began & doubted)
        return found

    def count_estimate(self, start: int, end: int) -> int:
        """How many rows lie in [start, end), the tail counted whole. Cheap."""
        state = self._state
        count = state.tail.count
        for run in self.runs():
            low, high = run.times.span(start, end)
            count += high - low
        return count

    @property
    def row_count(self) -> int:
        """Rows of all versions."""
        return sum(map(len, self.runs())) + self._state.tail.count

    @property
    def size_bytes(self) -> int:
        """Memory held."""
        tail = _sum_bytes(self._state.tail.columns.values())
        doubts = self._state.doubts.nbytes if self._state.doubts is not None else 0
        return sum(run.size_bytes for run in self.runs()) + self._kept.size_bytes + tail + doubts


def _sum_bytes(columns: Iterable[AnyColumn]) -> int:
    return sum(column.nbytes for column in list(columns))


def _taken_out(runs: Sequence[Run], marks: Sequence[Marks]) -> Withdrawn | None:
    """The marked rows of the runs by themselves; None for none."""
    names = [TIME, *column_names(runs)]
    parts = [run.marked(of, names) for run, of in zip(runs, marks, strict=True) if len(of)]
    if not parts:
        return None
    return Withdrawn(Run.sorted({name: np.concatenate([part[name] for part in parts]) for name in parts[0]}))
