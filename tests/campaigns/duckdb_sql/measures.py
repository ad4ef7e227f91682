"""Measures of the rows that a leaf selects: per profile a number, or a sum and a count where there is a mean."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from domain.language.syntax import Bound, Function
from tests.campaigns.duckdb_sql.calendars import text, wall
from tests.campaigns.duckdb_sql.conditions import UNITS, compare_double, compare_whole

RANKING_MONEY: Final = (Function.SUM, Function.AVG, Function.MIN, Function.MAX)
_RESERVED_TEXTS: Final = ("currency", "touchpoint")
_TOTALS: Final = (None, Function.SUM, Function.DISTINCT, Function.DAYS)


@dataclass(frozen=True, slots=True)
class Measured:
    """`sql` selects (ordinal, top, bottom); the value is top / bottom, and bottom is 1 but for means.

    `unit`: what a bound is multiplied by to compare with the value; None for doubles.
    """

    sql: str
    unit: int | None
    total: bool
    """A profile without any row has 0."""

    def compared(self, bound: Bound) -> str:
        """SQL of the comparison with top and bottom."""
        if self.unit is None:
            return compare_double("top", bound.op, bound.number)
        number = Fraction(bound.number) * self.unit
        if self.total:
            return compare_whole("coalesce(top, 0)", bound.op, number)
        scaled = f"top * {number.denominator}::HUGEINT - bottom * {number.numerator}::HUGEINT"
        return compare_whole(f"({scaled})", bound.op, Fraction(0))


def measured(function: Function | None, property_: str, zone: str, rows: str) -> Measured:
    """The measure over `rows`, a SELECT of interactions; None counts them."""
    joined = (
        f"(SELECT i.*, cell.kind, cell.text, cell.number, cell.flag, cell.day FROM ({rows}) AS i LEFT JOIN properties AS cell "
        f"ON cell.interaction = i.id AND cell.name = {text(property_)}) AS i"
    )
    amount = property_ == "amount"
    # Amounts as they are; a double times 10,000 in double arithmetic, rounded half-even.
    scaled = f"number * {UNITS}::DOUBLE"
    rest = f"({scaled} - floor({scaled}))"
    rounded = (
        f"CAST(floor({scaled}) AS HUGEINT) + CASE WHEN {rest} > 0.5::DOUBLE THEN 1 WHEN {rest} < 0.5::DOUBLE THEN 0 "
        f"ELSE abs(CAST(floor({scaled}) AS HUGEINT) % 2) END"
    )
    whole = "CAST(amount AS HUGEINT)" if amount else rounded
    value = "CAST(amount AS HUGEINT)" if amount else "number"
    unit = UNITS if amount else None
    one = "1::HUGEINT" if amount else "1::DOUBLE"

    def grouped(top: str, bottom: str = "1::HUGEINT", having: str = "") -> str:
        return f"SELECT ordinal, {top} AS top, {bottom} AS bottom FROM {joined} GROUP BY ordinal{having}"

    match function:
        case None:
            return Measured(grouped("CAST(count(DISTINCT id) AS HUGEINT)"), 1, True)
        case Function.DAYS:
            shown = f"CAST({wall('instant', zone)} AS DATE)"
            return Measured(grouped(f"CAST(count(DISTINCT {shown}) AS HUGEINT)"), 1, True)
        case Function.DISTINCT:
            cell = property_ if amount or property_ in _RESERVED_TEXTS else _CELL
            return Measured(grouped(f"CAST(count(DISTINCT {cell}) AS HUGEINT)"), 1, True)
        case Function.SUM:
            return Measured(grouped(f"coalesce(sum({whole}), 0::HUGEINT)"), UNITS, True)
        case Function.AVG:
            having = f" HAVING count({whole}) > 0"
            return Measured(grouped(f"sum({whole})", f"CAST(count({whole}) AS HUGEINT)", having), UNITS, False)
        case Function.MIN | Function.MAX:
            return Measured(grouped(f"{function.value}({value})", one, f" HAVING count({value}) > 0"), unit, False)


# A value as text that no value of another kind has; NULL without one. Zeros of both signs are one.
_CELL: Final = (
    "CASE kind WHEN 'string' THEN 's' || text WHEN 'number' THEN 'n' || CAST(number + 0::DOUBLE AS VARCHAR) "
    "WHEN 'bool' THEN 'b' || CAST(flag AS VARCHAR) WHEN 'date' THEN 'd' || CAST(day AS VARCHAR) END"
)


def ranked(measure: Measured, number: Decimal, *, percent: bool) -> str:
    """The ordinals of the first places: those that fewer profiles surpass, ties broken by ordinal."""
    places = f"{int(number)}::HUGEINT"
    if percent:
        millionths = int(number * 1_000_000)
        places = f"(((SELECT count(*) FROM v) * {millionths}::HUGEINT + 99999999) // 100000000)"
    return f"""
        WITH v AS ({measure.sql})
        SELECT x.ordinal FROM v AS x WHERE (
            SELECT count(*) FROM v AS y
            WHERE y.top * x.bottom > x.top * y.bottom OR (y.top * x.bottom = x.top * y.bottom AND y.ordinal < x.ordinal)
        ) < {places}
    """


def counted(count: Bound, number: str) -> str:
    """A count that may be NULL for nothing, compared."""
    return compare_whole(f"coalesce({number}, 0)", count.op, Fraction(count.number))
