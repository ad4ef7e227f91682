"""Values to small codes, so that rows hold four bytes and a comparison is made once per distinct value.

Code 0 means absent; the first value seen gets 1. A predicate over values becomes a table of flags by code (`matching`).
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

_Value = TypeVar("_Value", bound=Hashable)
Codes = npt.NDArray[np.int32]
ABSENT = 0


class Dictionary(Generic[_Value]):
    """Distinct values of one type in order of first sight. One writer, many readers."""

    def __init__(self) -> None:
        self._codes: dict[_Value, int] = {}
        self._values: list[_Value] = []

    @classmethod
    def over(cls, values: Sequence[_Value]) -> "Dictionary[_Value]":
        """A dictionary that has these values in order."""
        dictionary = cls()
        dictionary.intern(values)
        return dictionary

    def __len__(self) -> int:
        return len(self._values)

    def code(self, value: _Value) -> int:
        """The value's code, or ABSENT if it was never seen."""
        return self._codes.get(value, ABSENT)

    def intern(self, values: Sequence[_Value]) -> Codes:
        """The code of each value; new ones are added."""
        codes = self._codes
        found = np.empty(len(values), dtype=np.int32)
        for i, value in enumerate(values):
            code = codes.get(value)
            if code is None:
                # The value first: a reader that knows the code finds the value.
                self._values.append(value)
                code = codes[value] = len(self._values)
            found[i] = code
        return found

    def values(self) -> list[_Value]:
        """Values by code - 1; must not be changed."""
        return self._values

    def value(self, code: int) -> _Value:
        """The value of a code other than ABSENT."""
        return self._values[code - 1]

    def matching(self, predicate: Callable[[_Value], bool]) -> npt.NDArray[np.bool_]:
        """Flags by code: does its value satisfy the predicate? ABSENT never does."""
        values = self._values
        count = len(values)
        flags = np.zeros(count + 1, dtype=np.bool_)
        flags[1:] = np.fromiter((predicate(values[i]) for i in range(count)), dtype=np.bool_, count=count)
        return flags
