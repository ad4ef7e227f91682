"""The stored form of a changeset: zstd over two lines of JSON and binary sections.

    {"schema": 9, "content_sha256": "…", "chain_sha256": "…"}
    {"changeset_id": "…", "actor": "…", …}
    (sections: long columns of whole numbers, see sections.py)

Everything but long columns is readable with `zstd -d | head -2 | jq`. `content_sha256` is the SHA-256 of all that follows the
first line; `chain_sha256` the SHA-256 of the chain hash of the event before in the stream (32 zero bytes for the first)
followed by the content hash, so that a change of any event shows in all that follow. Keys are written in full; columns that
say nothing are left out. A new schema gets a new number; tests/golden keeps bytes of each old one, and they stay readable for
ever. Schema 1 was one JSON object, `{"schema": 1, …, "content": {…}}`, with every column a list; schema 2 knew no retractions,
schema 3 neither merges, order and values of tags nor other systems' names for them, schema 4 neither erasures nor opting out,
schema 5 no links of profiles, schema 6 no staff, schema 7 no personal texts, of which the values are numbers of the vault,
schema 8 no lifetimes of tags, and no assignments that lapse.
"""

import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any, Final, TypeVar

import orjson
import zstandard

from domain.catalogue_changes import CatalogueChange
from domain.changeset import (
    Attribution,
    Changeset,
    Credit,
    InteractionColumns,
    LinkColumns,
    ListColumns,
    Outcome,
    Personal,
    PropertyColumn,
    Recorded,
    RetractedColumns,
    Selected,
    TagColumns,
    TraitColumns,
    Undoes,
    Value,
    ValueType,
)
from domain.errors import LogDamaged
from server.eventlog.catalogue_kinds import CATALOGUE_KINDS, KINDS_OF_CHANGES
from server.eventlog.sections import SectionReader, SectionWriter, index_dtype

TOPIC: Final = "tagledger.changeset"
SCHEMA: Final = 9
GENESIS: Final = bytes(32)

_MAX_STATE_BYTES = 1 << 30
_CHUNK_BYTES = 1 << 14
_LINES = 2
_ROWS: Final = ("tags", "traits", "interactions", "retracted", "listed", "erased", "links")
_Columns = TypeVar("_Columns", TagColumns, TraitColumns, InteractionColumns)


class _Contexts(threading.local):
    """zstd contexts are not thread-safe, and dear to make."""

    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(level=1)
        self.decompressor = zstandard.ZstdDecompressor()


_contexts = _Contexts()


def encode(changeset: Changeset, previous_chain: bytes) -> tuple[bytes, bytes]:
    """The stored bytes and the chain hash, given the chain hash of the event before."""
    writer = SectionWriter()
    content = (
        orjson.dumps(_content(changeset, writer), option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_SERIALIZE_NUMPY)
        + writer.sections()
    )
    content_hash = hashlib.sha256(content).digest()
    chain = hashlib.sha256(previous_chain + content_hash).digest()
    envelope = {"schema": SCHEMA, "content_sha256": content_hash.hex(), "chain_sha256": chain.hex()}
    return _contexts.compressor.compress(orjson.dumps(envelope, option=orjson.OPT_APPEND_NEWLINE) + content), chain


def decode(workspace: str, version: int, position: int, state: bytes) -> Recorded:
    """The changeset of stored bytes. Raises LogDamaged when they are not what was written."""
    with _damage_named(workspace, version, position):
        return _decoded(workspace, version, position, _decompressed(state))


def heading(workspace: str, version: int, position: int, state: bytes) -> Recorded:
    """Who, why, from where and when, without any row: for those who need nothing else of many large changesets.

    Raises LogDamaged.
    """
    with _damage_named(workspace, version, position):
        raw = _first_lines(state)
        envelope, content, _ = _READERS[_schema(raw)](raw)
        about = {name: value for name, value in content.items() if name not in _ROWS}
        changeset = _Reader(SectionReader(memoryview(b""))).changeset(workspace, version, about)
        return Recorded(position, changeset, envelope["content_sha256"], envelope["chain_sha256"])


def verified(workspace: str, version: int, position: int, state: bytes, previous_chain: bytes) -> Recorded:
    """The same, after holding the bytes against the hashes that they carry. Raises LogDamaged, saying which does not fit."""
    with _damage_named(workspace, version, position):
        raw = _decompressed(state)
        recorded = _decoded(workspace, version, position, raw)
        content_hash = hashlib.sha256(_content_of(raw)).digest()
        if recorded.content_sha256 != content_hash.hex():
            raise ValueError("its content is not what was hashed when it was recorded")
        if recorded.chain_sha256 != hashlib.sha256(previous_chain + content_hash).hexdigest():
            raise ValueError("its chain hash does not continue that of the changeset before it")
        return recorded


def content_bytes(state: bytes) -> bytes:
    """The bytes that content_sha256 is over."""
    return _content_of(_decompressed(state))


@contextmanager
def _damage_named(workspace: str, version: int, position: int) -> Iterator[None]:
    try:
        yield
    except (KeyError, ValueError, TypeError, zstandard.ZstdError) as error:
        why = error if type(error) is ValueError else repr(error)
        message = f"workspace {workspace}, changeset {version} at position {position} is damaged: {why}"
        raise LogDamaged(message, metadata={"workspace": workspace, "version": str(version)}) from error


def _decompressed(state: bytes) -> bytes:
    return _contexts.decompressor.decompress(state, max_output_size=_MAX_STATE_BYTES)


def _first_lines(state: bytes) -> bytes:
    """As much of the decompressed bytes as has the two lines; all of schema 1, which is one."""
    stream = _contexts.decompressor.decompressobj()
    raw = b""
    for first in range(0, len(state), _CHUNK_BYTES):
        raw += stream.decompress(state[first : first + _CHUNK_BYTES])
        if raw.count(b"\n") >= _LINES:
            break
    return raw


def _decoded(workspace: str, version: int, position: int, raw: bytes) -> Recorded:
    envelope, content, sections = _READERS[_schema(raw)](raw)
    changeset = _Reader(SectionReader(sections)).changeset(workspace, version, content)
    return Recorded(position, changeset, envelope["content_sha256"], envelope["chain_sha256"])


def _content_of(raw: bytes) -> bytes:
    if _schema(raw) == 1:
        return raw[raw.index(b'"content":') + len(b'"content":') : -1]
    return raw[raw.index(b"\n") + 1 :]


def _schema(raw: bytes) -> int:
    return int(raw[len(b'{"schema":') : raw.index(b",")])


def _lines_and_sections(raw: bytes) -> tuple[dict[str, Any], dict[str, Any], memoryview]:
    first = raw.index(b"\n")
    second = raw.index(b"\n", first + 1)
    view = memoryview(raw)
    return orjson.loads(view[:first]), orjson.loads(view[first + 1 : second]), view[second + 1 :]


def _one_object(raw: bytes) -> tuple[dict[str, Any], dict[str, Any], memoryview]:
    envelope = orjson.loads(raw)
    return envelope, envelope["content"], memoryview(b"")


_READERS: Final[Mapping[int, Callable[[bytes], tuple[dict[str, Any], dict[str, Any], memoryview]]]] = {
    1: _one_object,
    **dict.fromkeys(range(2, SCHEMA + 1), _lines_and_sections),
}


# --- to JSON --------------------------------------------------------------------------------------------------------------


def _content(changeset: Changeset, writer: SectionWriter) -> dict[str, Any]:
    outcome = changeset.outcome
    content: dict[str, Any] = {
        "changeset_id": changeset.changeset_id,
        "actor": changeset.attribution.actor,
        "reason": changeset.attribution.reason,
        "source": changeset.attribution.source,
        "recorded_at": changeset.recorded_at,
        "first_ordinal": changeset.first_ordinal,
        "outcome": {name: getattr(outcome, name) for name in Outcome.__slots__ if getattr(outcome, name)},
    }
    if changeset.catalogue:
        content["catalogue"] = [_catalogue_out(change) for change in changeset.catalogue]
    if changeset.tags:
        dtypes = _TAG_DTYPES | {"credit_index": index_dtype(len(changeset.tags.credits))}
        content["tags"] = _columns_out(changeset.tags, writer, dtypes)
    if changeset.traits:
        dtypes = _TRAIT_DTYPES | {"index": index_dtype(len(changeset.traits.names))}
        types = [kind.value for kind in changeset.traits.types]
        values = [value.number if isinstance(value, Personal) else value for value in changeset.traits.values]
        content["traits"] = _columns_out(changeset.traits, writer, dtypes) | {"types": types, "values": values}
    if changeset.interactions:
        content["interactions"] = _interactions_out(changeset.interactions, writer)
    if changeset.retracted:
        rows = _interactions_out(changeset.retracted.rows, writer)
        content["retracted"] = {"rows": rows, "versions": writer.column(changeset.retracted.versions, "<u4")}
    if changeset.listed:
        listed = changeset.listed
        added, removed = (writer.ascending(ordinals, "<u4") for ordinals in (listed.added, listed.removed))
        content["listed"] = {"number": listed.number, "added": added, "removed": removed}
    if len(changeset.erased):
        content["erased"] = writer.ascending(changeset.erased, "<u4")
    if changeset.links:
        links = {name: writer.column(getattr(changeset.links, name), dtype) for name, dtype in _LINK_DTYPES.items()}
        content["links"] = {"linked": changeset.links.linked, **links}
    for name in ("selected", "undoes"):
        about = getattr(changeset, name)
        if about is not None:
            content[name] = {field: getattr(about, field) for field in about.__slots__}
    return content


_TAG_DTYPES: Final = {
    "ordinals": "<u4",
    "tags": "<u4",
    "applied": "|b1",
    "effective_at": "<i8",
    "values": "<f8",
    "expiries": "|b1",
    "already_so": "|b1",
    "lapses_at": "<i8",
}
_LINK_DTYPES: Final = {"firsts": "<u4", "seconds": "<u4", "profiles": "<u4", "sizes": "<u4"}
_TRAIT_DTYPES: Final = {"ordinals": "<u4", "effective_at": "<i8"}
_INTERACTION_DTYPES: Final = {
    "ordinals": "<u4",
    "occurred_at": "<i8",
    "amounts": "<i8",
    "origin_versions": "<u4",
    "origin_rows": "<u4",
}


def _interactions_out(columns: InteractionColumns, writer: SectionWriter) -> dict[str, Any]:
    dtypes = _INTERACTION_DTYPES | {
        "type_index": index_dtype(len(columns.types)),
        "touchpoint_index": index_dtype(len(columns.touchpoints)),
        "currency_index": index_dtype(len(columns.currencies)),
    }
    properties = [
        {
            "name": column.name,
            "values": column.values,
            "index": writer.column(column.index, index_dtype(len(column.values))),
            "type": column.type.value,
        }
        for column in columns.properties
    ]
    return _columns_out(columns, writer, dtypes) | {"properties": properties}


def _columns_out(columns: Any, writer: SectionWriter, dtypes: Mapping[str, str]) -> dict[str, Any]:
    named = ((name, getattr(columns, name)) for name in columns.__slots__)
    return {n: writer.column(column, dtypes[n]) if n in dtypes else column for n, column in named if len(column)}


def _catalogue_out(change: CatalogueChange) -> dict[str, Any]:
    fields = {name: getattr(change, name) for name in change.__slots__}
    return {"kind": CATALOGUE_KINDS[type(change)]} | {name: value for name, value in fields.items() if value is not False}


# --- from JSON ------------------------------------------------------------------------------------------------------------


class _Reader:
    """Makes a changeset of its content, whose long columns lie in sections."""

    def __init__(self, sections: SectionReader) -> None:
        self._column = sections.column

    def changeset(self, workspace: str, version: int, content: Mapping[str, Any]) -> Changeset:
        return Changeset(
            workspace=workspace,
            version=version,
            changeset_id=content["changeset_id"],
            attribution=Attribution(content["actor"], content["reason"], content["source"]),
            recorded_at=content["recorded_at"],
            first_ordinal=content["first_ordinal"],
            outcome=Outcome(**content["outcome"]),
            catalogue=tuple(_catalogue_in(change) for change in content.get("catalogue", ())),
            tags=self._tags(content["tags"]) if "tags" in content else None,
            traits=self._traits(content["traits"]) if "traits" in content else None,
            interactions=self._interactions(content["interactions"]) if "interactions" in content else None,
            retracted=self._retracted(content["retracted"]) if "retracted" in content else None,
            listed=self._listed(content["listed"]) if "listed" in content else None,
            selected=Selected(**content["selected"]) if "selected" in content else None,
            undoes=Undoes(**content["undoes"]) if "undoes" in content else None,
            erased=self._column(content["erased"]) if "erased" in content else (),
            links=self._links(content["links"]) if "links" in content else None,
        )

    def _tags(self, columns: Mapping[str, Any]) -> TagColumns:
        credits = [Credit(**credit) for credit in columns.get("credits", ())]
        return self._columns(TagColumns, {**columns, "credits": credits})

    def _listed(self, stored: Mapping[str, Any]) -> ListColumns:
        return ListColumns(stored["number"], self._column(stored["added"]), self._column(stored["removed"]))

    def _links(self, stored: Mapping[str, Any]) -> LinkColumns:
        return LinkColumns(stored["linked"], *(self._column(stored[name]) for name in _LINK_DTYPES))

    def _retracted(self, stored: Mapping[str, Any]) -> RetractedColumns:
        return RetractedColumns(self._interactions(stored["rows"]), self._column(stored["versions"]))

    def _columns(self, kind: type[_Columns], columns: Mapping[str, Any]) -> _Columns:
        return kind(**{name: self._column(columns.get(name, ())) for name in kind.__slots__})

    def _traits(self, columns: Mapping[str, Any]) -> TraitColumns:
        types = [ValueType(name) for name in columns["types"]]
        values = columns["values"]
        if not {ValueType.DATE, ValueType.NUMBER, ValueType.PERSONAL}.isdisjoint(types):
            index = self._column(columns["index"])
            values = [_value_in(types[k], value) for k, value in zip(index, values, strict=True)]
        return self._columns(TraitColumns, {**columns, "types": types, "values": values})

    def _interactions(self, columns: Mapping[str, Any]) -> InteractionColumns:
        properties = [
            PropertyColumn(
                c["name"], ValueType(c["type"]), _values_in(ValueType(c["type"]), c["values"]), self._column(c["index"])
            )
            for c in columns["properties"]
        ]
        return self._columns(InteractionColumns, {**columns, "properties": properties})


def _catalogue_in(change: Mapping[str, Any]) -> CatalogueChange:
    fields: dict[str, Any] = {
        name: tuple(value) if type(value) is list else value for name, value in change.items() if name != "kind"
    }
    return KINDS_OF_CHANGES[change["kind"]](**fields)


def _values_in(kind: ValueType, values: Sequence[Any]) -> Sequence[Value]:
    return [float(value) for value in values] if kind is ValueType.NUMBER else values


def _value_in(kind: ValueType, value: Any) -> Value | None:
    if value is None:
        return None
    if kind is ValueType.DATE:
        return date.fromisoformat(value)
    if kind is ValueType.PERSONAL:
        return Personal(value)
    return float(value) if kind is ValueType.NUMBER else value
