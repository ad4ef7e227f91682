"""The stored form of a changeset, readable by anyone with `zstd -d | jq`.

    {"schema": 1, "content_sha256": "…", "chain_sha256": "…", "content": {…}}

`content_sha256` is the SHA-256 of the bytes of `content` as they stand; `chain_sha256` the SHA-256 of the chain hash of the
event before in the stream (32 zero bytes for the first) followed by the content hash, so that a change of any event shows in
all that follow. Keys are written in full; columns that say nothing are left out. A new schema gets a new number and an
upcaster; tests/golden keeps bytes of each old one, and they stay readable for ever.
"""

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final, TypeVar

import orjson
import zstandard

from domain.changeset import (
    Attribution,
    CatalogueChange,
    Changeset,
    GroupDefined,
    GroupRenamed,
    GroupRetired,
    InteractionColumns,
    Outcome,
    PropertyColumn,
    Recorded,
    TagColumns,
    TagDefined,
    TagRenamed,
    TagRetired,
    TraitColumns,
    Value,
    ValueType,
    WorkspaceCreated,
)
from domain.errors import LogDamaged

TOPIC: Final = "tagledger.changeset"
SCHEMA: Final = 1
GENESIS: Final = bytes(32)

_MAX_STATE_BYTES = 1 << 30
_CATALOGUE: Final[Mapping[str, type[CatalogueChange]]] = {
    "workspace_created": WorkspaceCreated,
    "group_defined": GroupDefined,
    "group_renamed": GroupRenamed,
    "group_retired": GroupRetired,
    "tag_defined": TagDefined,
    "tag_renamed": TagRenamed,
    "tag_retired": TagRetired,
}
CATALOGUE_KINDS: Final = {kind: name for name, kind in _CATALOGUE.items()}
_Columns = TypeVar("_Columns", TagColumns, TraitColumns, InteractionColumns)


class _Contexts(threading.local):
    """zstd contexts are not thread-safe, and dear to make."""

    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(level=1)
        self.decompressor = zstandard.ZstdDecompressor()


_contexts = _Contexts()


def encode(changeset: Changeset, previous_chain: bytes) -> tuple[bytes, bytes]:
    """The stored bytes and the chain hash, given the chain hash of the event before."""
    content = orjson.dumps(_content(changeset), option=orjson.OPT_SERIALIZE_NUMPY)
    content_hash = hashlib.sha256(content).digest()
    chain = hashlib.sha256(previous_chain + content_hash).digest()
    envelope = {
        "schema": SCHEMA,
        "content_sha256": content_hash.hex(),
        "chain_sha256": chain.hex(),
        "content": orjson.Fragment(content),
    }
    return _contexts.compressor.compress(orjson.dumps(envelope)), chain


def decode(workspace: str, version: int, position: int, state: bytes) -> Recorded:
    """The changeset of stored bytes. Raises LogDamaged when they are not what was written."""
    try:
        envelope = orjson.loads(_contexts.decompressor.decompress(state, max_output_size=_MAX_STATE_BYTES))
        content = _UPCASTERS[envelope["schema"]](envelope["content"])
        changeset = _changeset(workspace, version, content)
        return Recorded(position, changeset, envelope["content_sha256"], envelope["chain_sha256"])
    except (KeyError, ValueError, TypeError, zstandard.ZstdError) as error:
        message = f"changeset {version} of workspace {workspace} (position {position}) cannot be decoded: {error!r}"
        raise LogDamaged(message, metadata={"workspace": workspace, "version": str(version)}) from error


def content_bytes(state: bytes) -> bytes:
    """The bytes that content_sha256 is over. For verification."""
    raw = _contexts.decompressor.decompress(state, max_output_size=_MAX_STATE_BYTES)
    return raw[raw.index(b'"content":') + len(b'"content":') : -1]


# --- to JSON --------------------------------------------------------------------------------------------------------------


def _content(changeset: Changeset) -> dict[str, Any]:
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
        content["tags"] = _columns_out(changeset.tags)
    if changeset.traits:
        content["traits"] = _columns_out(changeset.traits) | {"types": [t.value for t in changeset.traits.types]}
    if changeset.interactions:
        properties = [_columns_out(column) | {"type": column.type.value} for column in changeset.interactions.properties]
        content["interactions"] = _columns_out(changeset.interactions) | {"properties": properties}
    return content


def _columns_out(columns: Any) -> dict[str, Any]:
    named = ((name, getattr(columns, name)) for name in columns.__slots__)
    return {name: column for name, column in named if len(column)} if not isinstance(columns, PropertyColumn) else dict(named)


def _catalogue_out(change: CatalogueChange) -> dict[str, Any]:
    return {"kind": CATALOGUE_KINDS[type(change)]} | {name: getattr(change, name) for name in change.__slots__}


# --- from JSON ------------------------------------------------------------------------------------------------------------


def _changeset(workspace: str, version: int, content: Mapping[str, Any]) -> Changeset:
    return Changeset(
        workspace=workspace,
        version=version,
        changeset_id=content["changeset_id"],
        attribution=Attribution(content["actor"], content["reason"], content["source"]),
        recorded_at=content["recorded_at"],
        first_ordinal=content["first_ordinal"],
        outcome=Outcome(**content["outcome"]),
        catalogue=tuple(_catalogue_in(change) for change in content.get("catalogue", ())),
        tags=_columns_in(TagColumns, content["tags"]) if "tags" in content else None,
        traits=_traits_in(content["traits"]) if "traits" in content else None,
        interactions=_interactions_in(content["interactions"]) if "interactions" in content else None,
    )


def _columns_in(kind: type[_Columns], columns: Mapping[str, Any]) -> _Columns:
    return kind(**{name: columns.get(name, ()) for name in kind.__slots__})


def _catalogue_in(change: Mapping[str, Any]) -> CatalogueChange:
    return _CATALOGUE[change["kind"]](**{name: value for name, value in change.items() if name != "kind"})


def _traits_in(columns: Mapping[str, Any]) -> TraitColumns:
    types = [ValueType(name) for name in columns["types"]]
    values = columns["values"]
    if ValueType.DATE in types or ValueType.NUMBER in types:
        values = [_value_in(types[k], value) for k, value in zip(columns["index"], values, strict=True)]
    return _columns_in(TraitColumns, {**columns, "types": types, "values": values})


def _interactions_in(columns: Mapping[str, Any]) -> InteractionColumns:
    properties = [
        PropertyColumn(c["name"], ValueType(c["type"]), _values_in(ValueType(c["type"]), c["values"]), c["index"])
        for c in columns["properties"]
    ]
    return _columns_in(InteractionColumns, {**columns, "properties": properties})


def _values_in(kind: ValueType, values: Sequence[Any]) -> Sequence[Value]:
    return [float(value) for value in values] if kind is ValueType.NUMBER else values


def _value_in(kind: ValueType, value: Any) -> Value | None:
    if value is None:
        return None
    if kind is ValueType.DATE:
        return date.fromisoformat(value)
    return float(value) if kind is ValueType.NUMBER else value


_UPCASTERS: Final[Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]]] = {SCHEMA: lambda content: content}
