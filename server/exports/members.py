"""Members with chosen columns: every column is taken at the view's clocks at once, then cut into parts."""

import io
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyroaring import BitMap

from domain.catalogue_changes import Valued
from domain.changeset import Value, ValueType
from domain.errors import InvalidField, UnknownProfile, Violation
from projections.index import bitmaps
from projections.index.dictionary import Dictionary
from projections.index.typed import VaultNumbers
from projections.query.view import View
from server.usecases.catalogue_commands import tag_meant
from server.usecases.state import WorkspaceState

PART_ROWS = 16_384
_PART_BYTES = 16 * 1024 * 1024
_ID_BYTES_MAX, _TEXT_BYTES_MAX, _OTHER_BYTES_MAX = 320, 1_088, 24  # with what a message has round them
_ARROW = {
    ValueType.STRING: pa.string(),
    ValueType.NUMBER: pa.float64(),
    ValueType.BOOL: pa.bool_(),
    ValueType.DATE: pa.date32(),
}
_OF_TAGS = {Valued.CHOICE: pa.string(), Valued.DATE: pa.date32()}
Texts = Callable[[Sequence[int]], Mapping[int, str]]
"""Personal texts by their numbers."""


@dataclass(frozen=True, slots=True)
class ColumnRequest:
    """A column beside profile_id: kind "trait", "tag" or "tag_value", and the name or key."""

    kind: str
    name: str

    @property
    def title(self) -> str:
        """Name of the column in the export."""
        return f"tag-value:{self.name}" if self.kind == "tag_value" else f"{self.kind}:{self.name}"


@dataclass(frozen=True, slots=True)
class _Column:
    """Codes of the exported profiles, and the values that they stand for (None for code 0)."""

    title: str
    codes: npt.NDArray[np.int32]
    values: Sequence[Value | None]
    type: pa.DataType

    def part(self, start: int, stop: int) -> list[Value | None]:
        return [self.values[code] for code in self.codes[start:stop].tolist()]

    def arrow(self, start: int, stop: int) -> pa.Array:
        return pa.array(self.values, type=self.type).take(pa.array(self.codes[start:stop]))


@dataclass(frozen=True, slots=True)
class _PersonalColumn:
    """Numbers of personal texts of the exported profiles, 0 for none; the texts are fetched part by part."""

    title: str
    numbers: npt.NDArray[np.int32]
    texts: Texts

    @property
    def type(self) -> pa.DataType:
        return pa.string()

    def part(self, start: int, stop: int) -> list[Value | None]:
        numbers = self.numbers[start:stop].tolist()
        found = self.texts([number for number in numbers if number])
        return [found.get(number) for number in numbers]

    def arrow(self, start: int, stop: int) -> pa.Array:
        return pa.array(self.part(start, stop), type=self.type)


@dataclass(frozen=True, slots=True)
class Export:
    """One export, ready to be streamed. Rows are in ordinal order; there are none of who was erased, before or meanwhile."""

    state: WorkspaceState
    ordinals: npt.NDArray[np.uint32]
    columns: Sequence[_Column | _PersonalColumn]

    @property
    def titles(self) -> list[str]:
        """Names of the columns, profile_id first."""
        return ["profile_id", *(column.title for column in self.columns)]

    def rows(self) -> Iterator[list[tuple[str, list[Value | None]]]]:
        """Parts of (profile_id, values)."""
        size = self._part_rows
        for start in range(0, len(self.ordinals), size):
            names = self._names(start, size)
            parts = [column.part(start, start + size) for column in self.columns]
            rows = zip(names, zip(*parts, strict=True) if parts else [()] * len(names), strict=True)
            yield [(name, list(values)) for name, values in rows if name]

    def arrow(self) -> Iterator[bytes]:
        """Bytes of an Arrow IPC stream: the schema, then a record batch a part, then the end of the stream."""
        schema = pa.schema([("profile_id", pa.string()), *((column.title, column.type) for column in self.columns)])
        sink = _Drain()
        with pa.ipc.new_stream(pa.PythonFile(sink, "w"), schema) as writer:
            size = self._part_rows
            for start in range(0, len(self.ordinals), size):
                names = self._names(start, size)
                arrays = [pa.array(names, pa.string())]
                arrays += [column.arrow(start, start + size) for column in self.columns]
                batch = pa.record_batch(arrays, schema=schema)
                writer.write_batch(batch.filter(pa.array(map(bool, names))) if "" in names else batch)
                yield sink.drained()
        yield sink.drained()

    @property
    def _part_rows(self) -> int:
        """So many that a part fits a message, however long its texts are."""
        texts = sum(1 for column in self.columns if pa.types.is_string(column.type))
        row = _ID_BYTES_MAX + texts * _TEXT_BYTES_MAX + (len(self.columns) - texts) * _OTHER_BYTES_MAX
        return min(PART_ROWS, _PART_BYTES // row)

    def _names(self, start: int, size: int) -> list[str]:
        """ "" of who was erased."""
        return self.state.names(self.ordinals[start : start + size].tolist())


class _Drain(io.RawIOBase):
    """Takes what a writer writes, and gives it away in between."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        self._parts.append(bytes(data))  # type: ignore[call-overload]
        return len(self._parts[-1])

    def drained(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


def export_of(
    state: WorkspaceState, view: View, members: BitMap, columns: Sequence[ColumnRequest], after_profile_id: str, texts: Texts
) -> Export:
    """Bind an export. Raises UnknownTag, UnknownProfile, InvalidField."""
    ordinals = bitmaps.to_ordinals(members)
    if after_profile_id:
        (after,) = state.ordinals([after_profile_id], view.version)
        if after is None:
            message = (
                f"after_profile_id: this workspace has never seen {after_profile_id!r}; give the last id that was received"
            )
            raise UnknownProfile(message, metadata={"profile_id": after_profile_id})
        ordinals = ordinals[bisect_right(ordinals, after) :]
    return Export(state, ordinals, [_column(state, view, ordinals, request, texts) for request in columns])


def _column(
    state: WorkspaceState, view: View, ordinals: npt.NDArray[np.uint32], request: ColumnRequest, texts: Texts
) -> _Column | _PersonalColumn:
    if request.kind == "trait":
        trait = state.index.traits.get(request.name)
        if trait is None:
            description = f"no trait {request.name!r} has ever been recorded; see ListNames (tagledger catalogue names)"
            raise InvalidField.of([Violation("columns", description)])
        codes = _picked(trait.codes.at(view.as_of, view.version).codes, ordinals)
        if isinstance(trait.values, VaultNumbers):
            return _PersonalColumn(request.title, codes, texts)
        return _Column(request.title, codes, _values(trait.values), _ARROW[trait.kind])
    meant = tag_meant(state.index.catalogue, request.name, view.version)
    tag, rule = state.index.tags.get(meant.number), meant.values
    if request.kind == "tag":
        held = tag.holders.at(view.as_of, view.version).bitmap if tag else BitMap()
        flags = bitmaps.to_flags(held, state.index.profile_count)[ordinals].astype(np.int32)
        return _Column(request.title, flags, (False, True), pa.bool_())
    kind = _OF_TAGS.get(rule.valued, pa.float64())
    if tag is None:
        return _Column(request.title, np.zeros(len(ordinals), np.int32), (None,), kind)
    codes = np.maximum(_picked(tag.held_codes(view.as_of, view.version), ordinals) - 1, 0)
    return _Column(request.title, codes, [rule.value_of(number) for number in (None, *tag.values.values())], kind)


def _picked(codes: npt.NDArray[np.int32], ordinals: npt.NDArray[np.uint32]) -> npt.NDArray[np.int32]:
    """The codes of these profiles; 0 for those beyond the end."""
    picked = np.zeros(len(ordinals), np.int32)
    inside = ordinals < len(codes)
    picked[inside] = codes[ordinals[inside]]
    return picked


def _values(dictionary: Dictionary[Value]) -> list[Value | None]:
    return [None, *dictionary.values()]
