"""Columns of whole numbers as binary sections behind the JSON of a changeset (payload.py gives the whole).

A long column stands in the JSON as `{"dtype": "<i8", "count": 1000, "at": 8000}`: its values begin at byte `at` of the
sections, as byte planes - the first byte of every value, then the second of every value, and so on - which zstd packs better
and faster than the values in a row. `"present_at"` points to one byte a row, 0 where the row has no value. Short columns stay
JSON lists. `"deltas": true` marks an ascending column whose values, but the first, stand as differences from the one before.
"""

from array import array
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

_SHORT_ENTRIES = 16
_TYPECODES = {"|u1": "B", "<u2": "H", "<u4": "I", "<i8": "q"}


class SectionWriter:
    """Gathers the sections of one changeset."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def column(self, values: Sequence[Any], dtype: str) -> Any:
        """What stands for the column in the JSON. `dtype` holds every value; None among the values is noted as absent."""
        if len(values) < _SHORT_ENTRIES:
            return list(values)
        described: dict[str, Any] = {"dtype": dtype, "count": len(values)}
        if isinstance(values, list) and None in values:
            described["present_at"] = self._add(np.asarray([value is not None for value in values]))
            values = [0 if value is None else value for value in values]
        described["at"] = self._add(np.asarray(values, dtype=dtype))
        return described

    def ascending(self, values: Sequence[int], dtype: str) -> Any:
        """The same for whole numbers that ascend: their differences, of which zstd makes about a byte each."""
        if len(values) < _SHORT_ENTRIES:
            return list(values)
        return self.column(np.diff(np.asarray(values, dtype=dtype), prepend=0).astype(dtype), dtype) | {"deltas": True}  # type: ignore[arg-type]

    def _add(self, values: npt.NDArray[Any]) -> int:
        at, planes = self._size, values.view(np.uint8).reshape(len(values), -1).T
        self._parts.append(planes.tobytes())
        self._size += len(self._parts[-1])
        return at

    def sections(self) -> bytes:
        """All of them."""
        return b"".join(self._parts)


class SectionReader:
    """Reads the columns of one changeset back."""

    def __init__(self, sections: memoryview) -> None:
        self._sections = sections

    def column(self, stored: Sequence[Any] | Mapping[str, Any]) -> Sequence[Any]:
        """The values: typed arrays of whole numbers, lists of anything else. ValueError, KeyError when damaged."""
        if not isinstance(stored, Mapping):
            return stored
        values = self._values(stored["at"], stored["count"], stored["dtype"])
        if stored.get("deltas"):
            values = np.cumsum(values, dtype=values.dtype)
        if "present_at" in stored:
            present = self._values(stored["present_at"], stored["count"], "|b1").tolist()
            return [value if there else None for value, there in zip(values.tolist(), present, strict=True)]
        if stored["dtype"] not in _TYPECODES:
            listed: list[Any] = values.tolist()
            return listed
        return array(_TYPECODES[stored["dtype"]], values.tobytes())

    def _values(self, at: int, count: int, dtype: str) -> npt.NDArray[Any]:
        width = np.dtype(dtype).itemsize
        planes = np.frombuffer(self._sections, dtype=np.uint8, count=count * width, offset=at)
        values: npt.NDArray[Any] = np.ascontiguousarray(planes.reshape(width, count).T).view(dtype).reshape(-1)
        return values


def index_dtype(entries: int) -> str:
    """The narrowest dtype for pointers into a dictionary of so many entries, 0 for none included."""
    return "|u1" if entries < 1 << 8 else "<u2" if entries < 1 << 16 else "<u4"
