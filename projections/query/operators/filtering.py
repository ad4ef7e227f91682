"""`where`: a filter of the language as flags over rows."""

import functools
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import assert_never

import numpy as np

from domain.language.syntax import ClockCondition, Condition, Filter, FilterAll, FilterAny, FilterNot, Op, Related
from domain.limits import MAX_AMOUNT_UNITS
from projections.index.row_columns import AMOUNT, CURRENCY, NO_AMOUNT, TOUCHPOINT, AnyColumn, RowSet, property_column
from projections.index.workspace_index import WorkspaceIndex
from projections.query.operators.comparing import Flags, compare_whole, value_predicate
from projections.query.operators.wall_clock import clock_flags
from projections.query.related import RelatedProfiles

AMOUNT_UNITS = 10_000
_FEW_CODES = 4
RowFilter = Callable[[RowSet], Flags]


def compiled(condition: Filter, index: WorkspaceIndex, related: Mapping[int, RelatedProfiles]) -> RowFilter:
    """A function from rows to flags. Values are looked at once, here: make it after taking the view's version.

    `related`: by id() of the condition, who is spoken of; they are looked at when rows are.
    """
    match condition:
        case Condition():
            return _condition(condition, index)
        case Related():
            return _related(condition, index, related[id(condition)])
        case ClockCondition():
            return clock_flags(condition)
        case FilterAll():
            parts = [compiled(operand, index, related) for operand in condition.operands]
            return lambda rows: functools.reduce(np.logical_and, [part(rows) for part in parts])
        case FilterAny():
            parts = [compiled(operand, index, related) for operand in condition.operands]
            return lambda rows: functools.reduce(np.logical_or, [part(rows) for part in parts])
        case FilterNot():
            inner = compiled(condition.operand, index, related)
            return lambda rows: ~inner(rows)
        case _:
            assert_never(condition)


def compiled_parts(condition: Filter, index: WorkspaceIndex, related: Mapping[int, RelatedProfiles]) -> tuple[RowFilter, ...]:
    """The same as filters that rows must all pass: what one leaves, the next one looks at."""
    operands = condition.operands if isinstance(condition, FilterAll) else (condition,)
    return tuple(compiled(operand, index, related) for operand in sorted(operands, key=_is_slow))


def _is_slow(condition: Filter) -> bool:
    """Better asked of few rows: codes are compared in a fraction of the time."""
    return not isinstance(condition, Condition) or condition.property == "amount"


def _condition(condition: Condition, index: WorkspaceIndex) -> RowFilter:
    predicate = value_predicate(condition.op, condition.values)
    match condition.property:
        case "amount":
            return _amount(condition)
        case "currency":
            flags = index.currencies.matching(predicate)
            return lambda rows: _of_codes(flags, rows.codes(CURRENCY)) & (rows.column(AMOUNT) != NO_AMOUNT)
        case "touchpoint":
            flags = index.touchpoints.matching(predicate)
            return lambda rows: _of_codes(flags, rows.codes(TOUCHPOINT))
        case name:
            known = index.properties.get(name)
            if known is None:
                return lambda rows: np.zeros(len(rows), dtype=np.bool_)
            flags, column = known.values.matching(predicate), property_column(name)
            return lambda rows: _of_codes(flags, rows.codes(column))


def _related(condition: Related, index: WorkspaceIndex, profiles: RelatedProfiles) -> RowFilter:
    """By the codes of the texts."""
    name = condition.property
    if name == "touchpoint":
        return lambda rows: profiles.flags(index.touchpoints)[rows.codes(TOUCHPOINT)]
    if name == "currency":
        return lambda rows: profiles.flags(index.currencies)[rows.codes(CURRENCY)] & (rows.column(AMOUNT) != NO_AMOUNT)
    known = index.properties.get(name)
    if known is None:
        return lambda rows: np.zeros(len(rows), dtype=np.bool_)
    return lambda rows: profiles.flags(known.values)[rows.codes(property_column(name))]


def _of_codes(by_code: Flags, codes: AnyColumn) -> Flags:
    """Flags of the rows. A few codes are compared with, a row at a time in vectors; a table has to be looked into for each."""
    wanted, unwanted = np.flatnonzero(by_code), np.flatnonzero(~by_code)
    few = wanted if len(wanted) <= len(unwanted) else unwanted
    if len(few) > _FEW_CODES:
        return by_code[codes]
    if not len(few):
        return np.full(len(codes), few is unwanted)
    found: Flags = functools.reduce(np.logical_or, [codes == code for code in few.tolist()])
    return found if few is wanted else ~found


def _amount(condition: Condition) -> RowFilter:
    bounds = [Fraction(value) * AMOUNT_UNITS for value in condition.values if isinstance(value, Decimal)]
    op = Op.EQ if condition.op is Op.IN else condition.op

    def flags(rows: RowSet) -> Flags:
        amounts = rows.column(AMOUNT)
        present: Flags = amounts != NO_AMOUNT
        if op is Op.EXISTS:
            return present
        matches = [compare_whole(amounts, op, clamped(bound)) for bound in bounds]
        return present & functools.reduce(np.logical_or, matches) if matches else np.zeros(len(rows), dtype=np.bool_)

    return flags


def clamped(bound: Fraction) -> Fraction:
    """A bound that compares with every possible amount as the given one does, and fits 64 bits."""
    return max(min(bound, Fraction(2 * MAX_AMOUNT_UNITS)), Fraction(-2 * MAX_AMOUNT_UNITS))
