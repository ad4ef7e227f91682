"""Comparisons and filters as SQL of truth values that are never NULL."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final, TypeVar, assert_never

from domain.language.parts import Node, rebuilt
from domain.language.syntax import (
    ClockCondition,
    ClockPart,
    Condition,
    Expression,
    Filter,
    FilterAll,
    FilterAny,
    FilterNot,
    Leaf,
    Literal,
    Op,
    Related,
)
from tests.campaigns.duckdb_sql.calendars import text, wall

_Leaf = TypeVar("_Leaf", bound=Leaf)
_SIGNS: Final = {Op.EQ: "=", Op.NE: "<>", Op.LT: "<", Op.LE: "<=", Op.GT: ">", Op.GE: ">="}
UNITS: Final = 10_000
"""Amounts, and properties in sums, are whole numbers of 1/10,000."""


def compare_whole(sql: str, op: Op, number: Fraction) -> str:
    """A whole number with any number, exactly: against the whole numbers on either side of it."""
    below, above = number.numerator // number.denominator, -(-number.numerator // number.denominator)
    if below == above:
        return f"{sql} {_SIGNS[op]} {below}::HUGEINT"
    if op in (Op.EQ, Op.NE):
        return f"({sql} IS NOT NULL AND {op is Op.NE})"
    return f"{sql} {_SIGNS[op]} {above if op in (Op.LT, Op.GE) else below}::HUGEINT"


def compare_double(sql: str, op: Op, number: Decimal) -> str:
    """A double with the double nearest to the number."""
    return f"{sql} {_SIGNS[op]} '{float(number)!r}'::DOUBLE"


@dataclass(frozen=True, slots=True)
class Cell:
    """SQL of the columns of a value; each is NULL unless the value is of its kind. `whole`: instead of `number`, an amount."""

    present: str
    text: str = "NULL"
    number: str = "NULL"
    flag: str = "NULL"
    day: str = "NULL"
    whole: str = ""


def columns_of(table: str) -> Cell:
    """The value columns of a table of tables.py."""
    return Cell(f"{table}.kind IS NOT NULL", *(f"{table}.{column}" for column in ("text", "number", "flag", "day")))


def matches(cell: Cell, op: Op, literals: Sequence[Literal]) -> str:
    """Whether there is a value, and it compares so with literals of its own kind."""
    if op is Op.EXISTS:
        found = [cell.present]
    elif op is Op.STARTS_WITH:
        found = [f"starts_with({cell.text}, {text(str(literals[0]))})"]
    else:
        found = [_compare(cell, Op.EQ if op is Op.IN else op, literal) for literal in literals]
    return f"coalesce({' OR '.join(f'coalesce({one}, false)' for one in found)}, false)"


def _compare(cell: Cell, op: Op, literal: Literal) -> str:
    match literal:
        case bool():
            return f"{cell.flag} {_SIGNS[op]} {literal}"
        case str():
            return f"{cell.text} {_SIGNS[op]} {text(literal)}"
        case date():
            return f"{cell.day} {_SIGNS[op]} DATE '{literal.isoformat()}'"
        case Decimal() if cell.whole:
            return compare_whole(cell.whole, op, Fraction(literal) * UNITS)
        case Decimal():
            return compare_double(cell.number, op, literal)
        case _:
            assert_never(literal)


@dataclass(frozen=True, slots=True)
class IdOf(Condition):
    """A text that is the id of one of the profiles of a SELECT, which stands for them (see `spelled_out`)."""

    ids: str = ""


def spelled_out(leaf: _Leaf, ids: Callable[[Expression], str]) -> _Leaf:
    """The leaf with a SELECT of ids wherever a filter speaks of other profiles."""

    def below(node: Node) -> Node:
        if isinstance(node, Related):
            return IdOf(node.property, Op.IN, (), ids=ids(node.among))
        return node if isinstance(node, Expression) else rebuilt(node, lambda _, name: name, below)

    return rebuilt(leaf, lambda _, name: name, below)


def passes(where: Filter | None, row: str) -> str:
    """The filter of a row of `interactions`."""
    match where:
        case None:
            return "true"
        case Related():
            raise ValueError("spelled out before")
        case IdOf():
            if where.property == "amount":
                return "false"
            if where.property in ("currency", "touchpoint"):
                return f"coalesce({row}.{where.property} IN {where.ids}, false)"
            return (
                f"EXISTS (SELECT 1 FROM properties AS cell WHERE cell.interaction = {row}.id "
                f"AND cell.name = {text(where.property)} AND cell.text IN {where.ids})"
            )
        case Condition():
            return _property(where, row)
        case ClockCondition():
            shown = wall(f"{row}.instant", where.zone)
            part = f"hour({shown})" if where.part is ClockPart.HOUR else f"isodow({shown})"
            if where.op is Op.IN:
                return f"{part} IN ({', '.join(map(str, where.values))})"
            return f"{part} {_SIGNS[where.op]} {where.values[0]}"
        case FilterAll(operands):
            return "(" + " AND ".join(passes(operand, row) for operand in operands) + ")"
        case FilterAny(operands):
            return "(" + " OR ".join(passes(operand, row) for operand in operands) + ")"
        case FilterNot(operand):
            return f"(NOT {passes(operand, row)})"
        case _:
            assert_never(where)


def _property(where: Condition, row: str) -> str:
    if where.property == "amount":
        return matches(Cell(f"{row}.amount IS NOT NULL", whole=f"{row}.amount"), where.op, where.values)
    if where.property in ("currency", "touchpoint"):
        column = f"{row}.{where.property}"
        return matches(Cell(f"{column} IS NOT NULL", text=column), where.op, where.values)
    inner = matches(columns_of("cell"), where.op, where.values)
    return (
        f"EXISTS (SELECT 1 FROM properties AS cell WHERE cell.interaction = {row}.id "
        f"AND cell.name = {text(where.property)} AND {inner})"
    )
