"""Comparisons: of exact whole numbers with any decimal bound, of values with literals of the language."""

import operator
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from domain.changeset import Value
from domain.language.syntax import Literal, Op

Flags = npt.NDArray[np.bool_]

_ORDERED: Final[dict[Op, Callable[[Any, Any], Any]]] = {
    Op.EQ: operator.eq,
    Op.NE: operator.ne,
    Op.LT: operator.lt,
    Op.LE: operator.le,
    Op.GT: operator.gt,
    Op.GE: operator.ge,
}


def compare_whole(values: npt.NDArray[Any], op: Op, bound: Fraction) -> Flags:
    """Compare whole numbers (int64, or Python ints as objects) with an exact bound."""
    if bound.denominator == 1:
        return np.asarray(_ORDERED[op](values, bound.numerator), dtype=np.bool_)
    if op in (Op.EQ, Op.NE):
        return np.full(len(values), op is Op.NE)
    below = bound.numerator // bound.denominator
    # For whole x and b between two whole numbers: x < b and x <= b are x <= floor(b), the other two x > floor(b).
    return np.asarray(values <= below if op in (Op.LT, Op.LE) else values > below, dtype=np.bool_)


def compare_one(value: int, op: Op, bound: Fraction) -> bool:
    """The same for a single number."""
    return bool(_ORDERED[op](value, bound))


def compare_doubles(values: npt.NDArray[np.float64], op: Op, bound: Decimal) -> Flags:
    """Compare doubles with the double nearest to the bound."""
    return np.asarray(_ORDERED[op](values, float(bound)), dtype=np.bool_)


def value_predicate(op: Op, literals: Sequence[Literal]) -> Callable[[Value], bool]:
    """Does a value compare so? Values of another type than the literal never do; numbers compare as doubles."""
    match op:
        case Op.EXISTS:
            return lambda _: True
        case Op.IN:
            wanted = [_plain(literal) for literal in literals]
            return lambda value: any(type(value) is type(one) and value == one for one in wanted)
        case Op.STARTS_WITH:
            prefix = str(literals[0])
            return lambda value: isinstance(value, str) and value.startswith(prefix)
        case _:
            compare, bound = _ORDERED[op], _plain(literals[0])
            return lambda value: type(value) is type(bound) and bool(compare(value, bound))


def _plain(literal: Literal) -> str | float | bool | date:
    return float(literal) if isinstance(literal, Decimal) else literal
