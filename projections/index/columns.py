"""A numpy array that grows at the end. Readers keep views of what was there; growing copies, and never touches those."""

from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

_Scalar = TypeVar("_Scalar", bound=np.generic)

_FIRST_CAPACITY = 64


class Column(Generic[_Scalar]):
    """Append-only values of one dtype. One writer; a reader that takes `view()` once sees a consistent prefix."""

    def __init__(self, dtype: type[_Scalar]) -> None:
        self._array: npt.NDArray[_Scalar] = np.empty(_FIRST_CAPACITY, dtype=dtype)
        self._view: npt.NDArray[_Scalar] = self._array[:0]

    @classmethod
    def over(cls, array: npt.NDArray[_Scalar], count: int) -> "Column[_Scalar]":
        """A column that goes on behind the first `count` entries of an array, which it may write to."""
        column = cls(array.dtype.type)
        column._array, column._view = array, array[:count]
        return column

    def __len__(self) -> int:
        return len(self._view)

    def view(self) -> npt.NDArray[_Scalar]:
        """The values so far, in append order; must not be written."""
        return self._view

    def extend(self, values: npt.ArrayLike) -> None:
        """Append values; a scalar must be passed as an array."""
        count, added = len(self._view), np.asarray(values, dtype=self._array.dtype)
        needed = count + len(added)
        if needed > len(self._array):
            grown: npt.NDArray[Any] = np.empty(max(needed, 2 * len(self._array)), dtype=self._array.dtype)
            grown[:count] = self._view
            self._array = grown
        self._array[count:needed] = added
        self._view = self._array[:needed]

    def move_to(self, array: npt.NDArray[Any], known: int) -> None:
        """Go on in an array that begins with the first `known` values, if it has room for all. Called by the writer."""
        count = len(self._view)
        if len(array) >= count:
            array[known:count] = self._view[known:]
            self._array, self._view = array, array[:count]

    @property
    def size_bytes(self) -> int:
        """Memory held, spare capacity included."""
        return self._array.nbytes
