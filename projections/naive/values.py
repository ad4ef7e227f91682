"""Comparing values: traits, properties in filters, and what measures make of them."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Final, TypeGuard, assert_never

from domain import changeset as log
from domain.errors import MixedCurrencies
from domain.language import syntax as tree
from domain.language.syntax import Function, Op
from projections.naive.rows import Cell, InteractionRow
from projections.naive.times import clock_part, local_date

# In the order of NUMERIC_OPS: = != < <= > >=
COMPARE: Final[dict[Op, Callable[[Any, Any], bool]]] = dict(zip(tree.NUMERIC_OPS, (eq, ne, lt, le, gt, ge), strict=True))
RANKING_MONEY: Final = (Function.SUM, Function.AVG, Function.MIN, Function.MAX)


def matches(value: Cell | None, op: Op, literals: Sequence[tree.Literal]) -> bool:
    """One trait or property against its literals; an absent value matches nothing, `exists` and `!=` among it."""
    if value is None or op is Op.EXISTS:
        return value is not None
    if op is Op.IN:
        return any(compare(value, Op.EQ, literal) for literal in literals)
    if op is Op.STARTS_WITH:
        return isinstance(value, str) and isinstance(literals[0], str) and value.startswith(literals[0])
    return compare(value, op, literals[0])


def compare(value: Cell, op: Op, literal: tree.Literal) -> bool:
    """By the literal's type; a value of another type never matches. Of bools, false is the lesser (the page does not say)."""
    if isinstance(literal, Decimal):
        return is_number(value) and compare_number(value, tree.Bound(op, literal))
    return type(value) is type(literal) and COMPARE[op](value, literal)


def has_value(
    value: log.Value | None, said: tree.Bound | tree.Compared | None, kind: str = "any", choices: Sequence[str] = ()
) -> bool:
    """Whether an assignment with this value is meant; one without a value matches no comparison.

    Of a tag whose kind of values is a choice or a date, the value is the place of the choice, from 1, or the number of the day.
    """
    if said is None:
        return True
    if value is None or isinstance(value, log.Personal) or not is_number(value):
        return False
    if isinstance(said, tree.Bound):
        return kind not in ("choice", "date") and compare_number(value, said)
    if kind == "date" and isinstance(said.value, date):
        return COMPARE[said.op](date.fromordinal(int(value)), said.value)
    if kind != "choice" or not isinstance(said.value, str):
        return False
    if said.value not in choices:
        return said.op is Op.NE
    return COMPARE[said.op](int(value) - 1, choices.index(said.value))


def is_number(value: Cell) -> TypeGuard[float | Fraction]:
    """Python says that True is a number; the language does not."""
    return isinstance(value, int | float | Fraction) and not isinstance(value, bool)


def compare_number(value: float | Fraction, bound: tree.Bound) -> bool:
    """Exactly for counts, amounts and sums (Fractions); by doubles, the bound's nearest, for recorded doubles."""
    literal = Fraction(bound.number) if isinstance(value, Fraction) else float(bound.number)
    return COMPARE[bound.op](value, literal)


def passes(where: tree.Filter | None, row: InteractionRow) -> bool:
    """Whether the interaction passes the filter."""
    match where:
        case None:
            return True
        case tree.Condition():
            return matches(row.cells.get(where.property), where.op, where.values)
        case tree.ClockCondition():
            shown = clock_part(where.part, row.at, where.zone)
            return shown in where.values if where.op is Op.IN else COMPARE[where.op](shown, where.values[0])
        case tree.Related():
            raise ValueError("the ledger spells out who is meant")
        case tree.FilterAll():
            return all(passes(operand, row) for operand in where.operands)
        case tree.FilterAny():
            return any(passes(operand, row) for operand in where.operands)
        case tree.FilterNot():
            return not passes(where.operand, row)
        case _:
            assert_never(where)


def aggregate(leaf: tree.Measure | tree.Top, rows: Sequence[InteractionRow]) -> float | Fraction | None:
    """The measure over one profile's selected rows; None where there is no value."""
    function = leaf.function if isinstance(leaf, tree.Measure) else leaf.measure
    cells = [row.cells[leaf.property] for row in rows if leaf.property in row.cells]
    numbers = [cell for cell in cells if is_number(cell)]
    total = Fraction(sum(ten_thousandths(number) for number in numbers), 10_000)
    match function:
        case None:
            return Fraction(len(rows))
        case Function.DAYS:
            return Fraction(len({local_date(row.at, leaf.zone) for row in rows}))
        case Function.DISTINCT:
            return Fraction(len({(isinstance(cell, bool), cell) for cell in cells}))
        case Function.SUM:
            return total
        case Function.AVG if numbers:
            return total / len(numbers)
        case Function.MIN if numbers:
            return min(numbers)
        case Function.MAX if numbers:
            return max(numbers)
        case Function.AVG | Function.MIN | Function.MAX:
            return None
        case _:
            assert_never(function)


def ten_thousandths(number: float | Fraction) -> int:
    """What a number counts in sums: an amount exactly, a double times 10,000 rounded half-even."""
    return int(number * 10_000) if isinstance(number, Fraction) else round(number * 10_000.0)


def refuse_mixed_currencies(leaf: tree.Measure | tree.Top, rows: Iterable[InteractionRow]) -> None:
    """Raise MixedCurrencies when the leaf adds or ranks amounts and these rows, of all profiles, have several currencies."""
    function = leaf.function if isinstance(leaf, tree.Measure) else leaf.measure
    if function not in RANKING_MONEY or leaf.property != "amount":
        return
    currencies = sorted({str(row.cells["currency"]) for row in rows if "amount" in row.cells})
    if len(currencies) > 1:
        what = f"{function.value}({leaf.type}.amount)"
        raise MixedCurrencies(f"{what} would mix {', '.join(currencies)}; add `where currency = ...`")
