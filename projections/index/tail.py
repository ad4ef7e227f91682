"""The last interactions of a type, in order of recording: what is not in a run yet. Retracted ones are marked in a column."""

from collections.abc import Mapping

import numpy as np

from projections.index.history import count_up_to
from projections.index.retracted import Places, but_for, matched
from projections.index.row_columns import (
    ORDINAL,
    RETRACTED,
    TIME,
    VERSION,
    AnyColumn,
    Picked,
    RowSet,
    absent,
    absent_value,
    dtype_of,
)
from projections.index.runs import Run

TAIL_ROWS = 1 << 14


class Tail:
    """The last rows, in order of recording. One writer; a reader sees the rows below the count that it read."""

    def __init__(self) -> None:
        self.columns: dict[str, AnyColumn] = {
            name: np.empty(TAIL_ROWS, dtype=dtype_of(name)) for name in (TIME, ORDINAL, VERSION)
        }
        self.count = 0

    @property
    def room(self) -> int:
        """How many rows more it takes."""
        return len(self.columns[TIME]) - self.count

    def append(self, columns: Mapping[str, AnyColumn], start: int, stop: int) -> None:
        """Append rows start..stop of the given columns; there must be room."""
        here = slice(self.count, self.count + stop - start)
        for name, values in columns.items():
            if name not in self.columns:
                self.columns[name] = np.full(len(self.columns[TIME]), absent_value(name), dtype=dtype_of(name))
            self.columns[name][here] = values[start:stop]
        self.count = here.stop

    def rows(self, start: int, end: int, version: int) -> RowSet:
        """Rows with start <= time < end that count at a version."""
        visible = self._visible(version)
        times = self.columns[TIME][:visible]
        return self._counting(np.flatnonzero((times >= start) & (times < end)), version)

    def rows_of(self, ordinal: int, version: int) -> RowSet:
        """Rows of one profile that count at a version."""
        return self._counting(np.flatnonzero(self.columns[ORDINAL][: self._visible(version)] == ordinal), version)

    def _visible(self, version: int) -> int:
        return count_up_to(self.columns[VERSION][: self.count], version)

    def _counting(self, places: Places, version: int) -> RowSet:
        retracted = self.columns.get(RETRACTED)
        if retracted is not None:
            by = retracted[places]
            places = places[(by == 0) | (by > version)]
        return RowSet(self, places)

    def retract(self, wanted: Mapping[str, AnyColumn]) -> Mapping[str, AnyColumn]:
        """As Run.retract. Called by the one writer."""
        if not len(wanted[TIME]):
            return wanted
        before, count = self.columns.get(RETRACTED), self.count
        likely = np.isin(self.columns[VERSION][:count], wanted[VERSION])
        likely &= np.isin(self.columns[ORDINAL][:count], wanted[ORDINAL])
        if before is not None:
            likely &= before[:count] == 0
        rows = RowSet(self, np.flatnonzero(likely))
        of_rows, of_wanted = matched(rows, wanted, sorted({*self.columns, *wanted} - {RETRACTED}))
        if len(of_rows):
            if before is None:
                self.columns[RETRACTED] = np.zeros(len(self.columns[TIME]), dtype=dtype_of(RETRACTED))
            self.columns[RETRACTED][rows.at(of_rows).picked] = wanted[RETRACTED][of_wanted]
        return but_for(wanted, of_wanted)

    def up_to(self, version: int) -> "Tail":
        """What was recorded and retracted up to a version, in a tail of its own."""
        count, other = self._visible(version), Tail()
        for name, column in list(self.columns.items()):
            other.columns[name] = column.copy()
            # What the writer recorded behind them is not what the next rows have where they have no value.
            other.columns[name][count:] = absent_value(name)
        if RETRACTED in other.columns:
            retracted = other.columns[RETRACTED]
            retracted[retracted > version] = 0
        other.count = count
        return other

    def sealed(self) -> tuple[Run | None, Run | None]:
        """Its rows as runs: those that count, and those that were retracted; None for none."""
        retracted = self.columns.get(RETRACTED)
        if retracted is None:
            return Run.sorted(self.columns), None
        parts = np.flatnonzero(retracted == 0), np.flatnonzero(retracted)
        columns = {name: column for name, column in self.columns.items() if name != RETRACTED}, self.columns
        kept, gone = ({name: column[part] for name, column in of.items()} for of, part in zip(columns, parts, strict=True))
        return Run.sorted(kept) if len(parts[0]) else None, Run.sorted(gone) if len(parts[1]) else None

    def values(self, name: str, picked: Picked) -> AnyColumn:
        """See RowSource."""
        column = self.columns.get(name)
        return absent(name, len(RowSet(self, picked))) if column is None else column[picked]

    codes = values
