"""A number per profile from its interactions. Exact: see "Exact numbers" in docs/language.md."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from domain.changeset import ValueType
from domain.errors import MixedCurrencies
from domain.instants import DAY_US
from domain.language.syntax import Function, Measure, Top
from projections.index.bitmaps import Ordinals
from projections.index.row_columns import AMOUNT, CURRENCY, NO_AMOUNT, ORDINAL, TIME, TOUCHPOINT, RowSet, property_column
from projections.query.operators.filtering import AMOUNT_UNITS
from projections.query.operators.selecting import Selection, ordinals_of
from projections.query.operators.totals import counts_by_ordinal, distinct_counts
from projections.query.operators.wall_clock import local_times

Int64s = npt.NDArray[np.int64]
Numbers = npt.NDArray[Any]
"""int64, float64, or Python ints as objects where 64 bits may not do."""

_INT64 = 1 << 63
_PART_ROWS = 1 << 16
_CURRENCY_FUNCTIONS = (Function.SUM, Function.AVG, Function.MIN, Function.MAX)


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A function over the selected interactions of each profile; `function` None counts them."""

    selection: Selection
    function: Function | None
    property_name: str
    zone: str

    @classmethod
    def of(cls, selection: Selection, leaf: Measure | Top) -> "Aggregate":
        """The leaf's."""
        return cls(selection, leaf.function if isinstance(leaf, Measure) else leaf.measure, leaf.property, leaf.zone)

    @property
    def name(self) -> str:
        """As in text."""
        return self.function.value if self.function else "count"

    def verify(self) -> None:
        """Refuse to add, or to order, amounts of different currencies."""
        currencies = self.selection.view.index.currencies
        if self.property_name != "amount" or self.function not in _CURRENCY_FUNCTIONS or len(currencies) < 2:
            return
        codes = [rows.column(CURRENCY)[rows.column(AMOUNT) != NO_AMOUNT] for rows in self.selection.rows()]
        present = np.flatnonzero(np.bincount(np.concatenate(codes))) if codes else ()
        found = sorted(currencies.value(int(code)) for code in present)
        if len(found) > 1:
            what, type_name = self.name, self.selection.type
            message = (
                f"{what}({type_name}.amount) would mix amounts in {', '.join(found)}; "
                f'add a filter such as: {what}({type_name}.amount where currency = "{found[0]}")'
            )
            raise MixedCurrencies(message, metadata={"currencies": ",".join(found)})

    def totals(self) -> Numbers:
        """Count, days, distinct or (in 1/10,000) sum, by ordinal or number of a candidate; 0 for profiles with nothing."""
        size = self.selection.size
        match self.function:
            case Function.SUM:
                return self._sums()
            case Function.DAYS:
                return distinct_counts(*self._days(), size)
            case Function.DISTINCT:
                return distinct_counts(*self._values(), size)
            case None:
                return counts_by_ordinal(self.selection.ordinals(), size)
            case _:
                raise ValueError(f"{self.name} is no total")

    def sums(self) -> tuple[Ordinals, Numbers, Int64s]:
        """Sums in 1/10,000, and how many values each is of; of profiles with a value, ascending."""
        counts = np.zeros(self.selection.size, dtype=np.int64)
        sums = self._sums(counts)
        present = np.flatnonzero(counts).astype(np.uint32)
        return self.selection.named(present), sums[present], counts[present]

    def _sums(self, counts: Int64s | None = None) -> Numbers:
        """By ordinal or number of a candidate; adds to the counts how many values each is of."""
        sums: Numbers = np.zeros(self.selection.size, dtype=np.int64)
        most = 0
        for ordinals, values in self._numbers(as_units=True):
            most += len(values) * max(int(values.max()), -int(values.min()))
            if most >= _INT64:
                sums = sums.astype(object, copy=False)
            places = ordinals.astype(np.intp)
            np.add.at(sums, places, values.astype(sums.dtype, copy=False))
            if counts is not None:
                np.add.at(counts, places, 1)
        return sums

    def extremes(self) -> tuple[Ordinals, Numbers]:
        """The least (greatest) values: amounts in 1/10,000, properties as doubles; of profiles with a value, ascending."""
        numbers = list(self._numbers(as_units=False))
        size = self.selection.size
        present = np.zeros(size, dtype=np.bool_)
        by_ordinal = np.empty(size, dtype=numbers[0][1].dtype if numbers else np.int64)
        for ordinals, values in numbers:
            present[ordinals] = True
            by_ordinal[ordinals] = values  # any of the profile's own, to begin with
        for ordinals, values in numbers:
            (np.maximum if self.function is Function.MAX else np.minimum).at(by_ordinal, ordinals, values)
        found = np.flatnonzero(present).astype(np.uint32)
        return self.selection.named(found), by_ordinal[found]

    # --- days and distinct ------------------------------------------------------------------------------------------------

    def _days(self) -> tuple[Ordinals, Int64s]:
        """Ordinals and days of the rows."""
        rows = self.selection.rows()
        return ordinals_of(rows), local_times(_joined([one.column(TIME) for one in rows]), self.zone) // DAY_US

    def _values(self) -> tuple[Ordinals, Int64s]:
        """Ordinals and values, or codes of them, of the rows that have one."""
        match self.property_name:
            case "amount":
                column, absent = AMOUNT, NO_AMOUNT
            case "currency":
                column, absent = CURRENCY, 0
            case "touchpoint":
                column, absent = TOUCHPOINT, 0
            case name:
                column, absent = property_column(name), 0
        rows = [one.where(_present(one, column, absent)) for one in self.selection.rows()]
        return ordinals_of(rows), _joined([one.column(column).astype(np.int64) for one in rows])

    # --- numbers ----------------------------------------------------------------------------------------------------------

    def _numbers(self, *, as_units: bool) -> Iterator[tuple[Ordinals, Numbers]]:
        """Ordinals and numbers of the rows that have one, in parts: int64 units for sums and for amounts, else doubles."""
        amounts = self.property_name == "amount"
        parts = map(_amounts, self._parts()) if amounts else self._property_numbers(as_units=as_units)
        return (part for part in parts if len(part[0]))

    def _property_numbers(self, *, as_units: bool) -> Iterator[tuple[Ordinals, Numbers]]:
        known = self.selection.view.index.properties.get(self.property_name)
        if known is None or known.kind is not ValueType.NUMBER:
            return
        doubles = np.asarray([0.0, *known.values.values()], dtype=np.float64)
        by_code = np.rint(doubles * AMOUNT_UNITS).astype(np.int64) if as_units else doubles
        for rows in self._parts():
            codes = rows.column(property_column(self.property_name))
            present = codes != 0
            yield rows.column(ORDINAL)[present], by_code[codes[present]]

    def _parts(self) -> Iterator[RowSet]:
        """The rows, so many at a time that what is made of them stays in the cache."""
        for rows in self.selection.rows():
            for first in range(0, len(rows), _PART_ROWS):
                yield rows.at(slice(first, min(first + _PART_ROWS, len(rows))))


def _amounts(rows: RowSet) -> tuple[Ordinals, Int64s]:
    """Ordinals and amounts of the rows that have one."""
    amounts = rows.column(AMOUNT)
    present = amounts != NO_AMOUNT
    if present.all():  # then nothing needs to be copied
        return rows.column(ORDINAL), amounts
    return rows.column(ORDINAL)[present], amounts[present]


def _present(rows: RowSet, column: str, absent: int) -> npt.NDArray[np.bool_]:
    present: npt.NDArray[np.bool_] = rows.column(column) != absent
    return present & (rows.column(AMOUNT) != NO_AMOUNT) if column == CURRENCY else present


def _joined(parts: list[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    return np.concatenate(parts) if parts else np.empty(0, np.int64)
