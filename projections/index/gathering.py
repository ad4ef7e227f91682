"""Entries of a long array at many places, two to three times as fast as `array[places]`.

numpy widens places of 32 bits, all of them, before it begins, and checks each; here a part at a time, which stays in the cache,
without a check: who gathers knows that the places lie inside.
"""

from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

_Scalar = TypeVar("_Scalar", bound=np.generic)

_PART = 1 << 16


def gathered(table: npt.NDArray[_Scalar], places: slice | npt.NDArray[Any]) -> npt.NDArray[_Scalar]:
    """`table[places]`, of places that are not negative and lie inside."""
    if isinstance(places, slice) or len(places) < _PART or not table.flags.c_contiguous:
        return table[places]
    found = np.empty(len(places), table.dtype)
    for first in range(0, len(places), _PART):
        # Anything but "raise" writes to where it is told without a copy in between.
        np.take(table, places[first : first + _PART], out=found[first : first + _PART], mode="clip")
    return found
