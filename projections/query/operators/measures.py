"""`sum`, `avg`, `min`, `max`, `distinct` and `days` over interactions. Exact: see "Exact numbers" in docs/language.md."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, assert_never

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from domain.changeset import ValueType
from domain.errors import MixedCurrencies
from domain.instants import offset_transitions
from domain.language.syntax import Function, Measure
from projections.index import bitmaps
from projections.index.bitmaps import Ordinals
from projections.index.rows import AMOUNT, CURRENCY, NO_AMOUNT, TIME, TOUCHPOINT, RowSet
from projections.index.workspace_index import property_column
from projections.query.operators.comparing import compare_doubles, compare_whole
from projections.query.operators.filtering import AMOUNT_UNITS
from projections.query.operators.selecting import Selection, ordinals_of
from projections.query.operators.totals import distinct_pairs, grouped_count, matching_totals

Int64s = npt.NDArray[np.int64]
DAY_US = 86_400_000_000
_EXACT_DOUBLE = 1 << 53
_INT64 = 1 << 63
_CURRENCY_FUNCTIONS = (Function.SUM, Function.AVG, Function.MIN, Function.MAX)


@dataclass(frozen=True, slots=True)
class MeasureOperator:
    """Profiles whose aggregate over the selected interactions compares so."""

    selection: Selection
    leaf: Measure

    @property
    def name(self) -> str:
        """See Operator."""
        return self.leaf.function.value

    def estimate(self) -> int:
        """See Operator."""
        return min(self.selection.view.size, self.selection.row_estimate())

    def cost(self) -> int:
        """See Operator."""
        return self.selection.row_estimate()

    def note(self) -> str:
        """See Operator."""
        return self.selection.note()

    def verify(self) -> None:
        """Refuse to add, or to order, amounts of different currencies."""
        currencies = self.selection.view.index.currencies
        if self.leaf.property != "amount" or self.leaf.function not in _CURRENCY_FUNCTIONS or len(currencies) < 2:
            return
        codes = [rows.column(CURRENCY)[rows.column(AMOUNT) != NO_AMOUNT] for rows in self.selection.rows()]
        found = sorted(currencies.value(int(code)) for code in np.unique(np.concatenate(codes))) if codes else []
        if len(found) > 1:
            message = (
                f"{self.leaf.function.value}({self.leaf.type}.amount) would mix amounts in {', '.join(found)}; "
                f'add a filter such as: {self.leaf.function.value}({self.leaf.type}.amount where currency = "{found[0]}")'
            )
            raise MixedCurrencies(message, metadata={"currencies": ",".join(found)})

    def members(self) -> BitMap:
        """See Operator."""
        bound, view = self.leaf.value, self.selection.view
        match self.leaf.function:
            case Function.DAYS:
                ordinals, counts = grouped_count(self._day_ordinals(), view.size)
                return matching_totals(view.universe, ordinals, counts, bound.op, Fraction(bound.number))
            case Function.DISTINCT:
                ordinals, counts = grouped_count(self._distinct_ordinals(), view.size)
                return matching_totals(view.universe, ordinals, counts, bound.op, Fraction(bound.number))
            case Function.SUM:
                ordinals, sums, _ = self._sums()
                return matching_totals(view.universe, ordinals, sums, bound.op, Fraction(bound.number) * AMOUNT_UNITS)
            case Function.AVG:
                ordinals, sums, counts = self._sums()
                return bitmaps.from_ordinals(ordinals[self._averages_match(sums, counts)])
            case Function.MIN | Function.MAX:
                return self._extremes()
            case _:
                assert_never(self.leaf.function)

    # --- days and distinct ------------------------------------------------------------------------------------------------

    def _day_ordinals(self) -> Ordinals:
        rows = self.selection.rows()
        times: Int64s = np.concatenate([one.column(TIME) for one in rows]) if rows else np.empty(0, np.int64)
        if not len(times):
            return np.empty(0, np.uint32)
        offsets = offset_transitions(self.leaf.zone, int(times.min()), int(times.max()) + 1)
        starts = np.asarray([start for start, _ in offsets], dtype=np.int64)
        by_transition = np.asarray([offset for _, offset in offsets], dtype=np.int64)
        local = times + by_transition[np.searchsorted(starts, times, side="right") - 1]
        return distinct_pairs(ordinals_of(rows), local // DAY_US)

    def _distinct_ordinals(self) -> Ordinals:
        match self.leaf.property:
            case "amount":
                column, absent = AMOUNT, NO_AMOUNT
            case "currency":
                column, absent = CURRENCY, 0
            case "touchpoint":
                column, absent = TOUCHPOINT, 0
            case name:
                column, absent = property_column(name), 0
        rows = [one.where(_present(one, column, absent)) for one in self.selection.rows()]
        values = [one.column(column).astype(np.int64) for one in rows]
        return distinct_pairs(ordinals_of(rows), np.concatenate(values)) if values else np.empty(0, np.uint32)

    # --- numbers ----------------------------------------------------------------------------------------------------------

    def _numbers(self, *, as_units: bool) -> tuple[Ordinals, npt.NDArray[Any]]:
        """Ordinals and numbers of the rows that have one: int64 units for sums and for amounts, else doubles."""
        rows = self.selection.rows()
        if self.leaf.property == "amount":
            rows = [one.where(one.column(AMOUNT) != NO_AMOUNT) for one in rows]
            return ordinals_of(rows), _joined([one.column(AMOUNT) for one in rows])
        known = self.selection.view.index.properties.get(self.leaf.property)
        if known is None or known.kind is not ValueType.NUMBER:
            return np.empty(0, np.uint32), np.empty(0, np.int64)
        doubles = np.asarray([0.0, *known.values.values()], dtype=np.float64)
        by_code = np.rint(doubles * AMOUNT_UNITS).astype(np.int64) if as_units else doubles
        column = property_column(self.leaf.property)
        rows = [one.where(one.column(column) != 0) for one in rows]
        return ordinals_of(rows), _joined([by_code[one.column(column)] for one in rows])

    def _sums(self) -> tuple[Ordinals, npt.NDArray[Any], Int64s]:
        """Ordinals ascending, exact sums in 1/10,000 (Python ints where 64 bits may not do), numbers of values."""
        ordinals, values = self._numbers(as_units=True)
        present, counts = grouped_count(ordinals, self.selection.view.size)
        bound = int(np.abs(values).max()) * len(values) if len(values) else 0
        if bound < _EXACT_DOUBLE:
            sums = np.bincount(ordinals, weights=values, minlength=self.selection.view.size)[present].astype(np.int64)
        elif bound < _INT64:
            by_ordinal = np.zeros(self.selection.view.size, np.int64)
            np.add.at(by_ordinal, ordinals, values)
            sums = by_ordinal[present]
        else:
            exact: npt.NDArray[Any] = np.zeros(self.selection.view.size, dtype=object)
            np.add.at(exact, ordinals, values.astype(object))
            sums = exact[present]
        return present, sums, counts

    def _averages_match(self, sums: npt.NDArray[Any], counts: Int64s) -> npt.NDArray[np.bool_]:
        """Compare sum with bound times count, without a division."""
        units = Fraction(self.leaf.value.number) * AMOUNT_UNITS
        left, right = sums.astype(object) * units.denominator, counts.astype(object) * units.numerator
        return compare_whole(left - right, self.leaf.value.op, Fraction(0))

    def _extremes(self) -> BitMap:
        ordinals, values = self._numbers(as_units=False)
        if not len(ordinals):
            return BitMap()
        order = np.lexsort((values, ordinals))
        ordinals, values = ordinals[order], values[order]
        edge = np.append(True, ordinals[1:] != ordinals[:-1])
        if self.leaf.function is Function.MAX:
            edge = np.append(ordinals[1:] != ordinals[:-1], True)
        ordinals, values, bound = ordinals[edge], values[edge], self.leaf.value
        if self.leaf.property == "amount":
            return bitmaps.from_ordinals(ordinals[compare_whole(values, bound.op, Fraction(bound.number) * AMOUNT_UNITS)])
        return bitmaps.from_ordinals(ordinals[compare_doubles(values, bound.op, bound.number)])


def _present(rows: RowSet, column: str, absent: int) -> npt.NDArray[np.bool_]:
    present: npt.NDArray[np.bool_] = rows.column(column) != absent
    return present & (rows.column(AMOUNT) != NO_AMOUNT) if column == CURRENCY else present


def _joined(parts: list[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    return np.concatenate(parts) if parts else np.empty(0, np.int64)
