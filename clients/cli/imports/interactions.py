"""Rows of a file as batches of interactions, column by column, with dictionaries built by Arrow."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clients.cli.imports import cells
from clients.cli.imports.plan import Field, Plan, batch_id
from clients.cli.imports.run import Batch
from clients.cli.imports.sources import Chunk
from clients.sdk import Client, InteractionBatch, PropertyColumn
from clients.sdk.replies import Receipt

_CURRENCY = r"^[A-Z]{3}$"


@dataclass(frozen=True, slots=True)
class InteractionMapping:
    """Which column is what. Either ``type_name`` or ``type_column``; at most one of ``currency`` and ``currency_column``."""

    profile: str
    type_name: str | None
    type_column: str | None
    at: str
    amount: str | None
    currency: str | None
    currency_column: str | None
    id: str | None
    touchpoint: str | None
    properties: tuple[Field, ...]
    replaces: bool = False

    def columns(self) -> list[str]:
        """Return the columns that are read, each once."""
        named = [self.profile, self.type_column, self.at, self.amount, self.currency_column, self.id, self.touchpoint]
        return list(dict.fromkeys([name for name in named if name] + [one.column for one in self.properties]))

    def described(self) -> dict[str, object]:
        """Return what decides the meaning of the import."""
        properties = [(one.column, one.name, one.kind) for one in self.properties]
        said = {name: getattr(self, name) for name in self.__slots__ if name not in ("properties", "replaces")}
        return said | {"properties": properties} | ({"replaces": True} if self.replaces else {})


def _dictionary(array: pa.Array) -> tuple[list[str], list[int]]:
    """Return distinct values, and per row 0 for none or 1 + the place of its value."""
    encoded = pc.dictionary_encode(array)
    index = pc.add(pc.fill_null(pc.cast(encoded.indices, pa.int32()), -1), 1)
    return encoded.dictionary.to_pylist(), index.to_pylist()


def _optional(array: pa.Array | None) -> tuple[Sequence[str], Sequence[int]]:
    if array is None or array.null_count == len(array):
        return (), ()
    return _dictionary(array)


class _Rows:
    """The columns of one chunk while they are converted; all of the chunk's length until rows are left out."""

    def __init__(self, chunk: Chunk, mapping: InteractionMapping, plan: Plan) -> None:
        self.rejects = cells.Rejects(chunk.broken)
        table, rejects = chunk.table, self.rejects

        def column(name: str) -> pa.Array:
            return cells.plain(table.column(name))

        def named(name: str | None) -> pa.Array | None:
            return cells.names(column(name), name, rejects) if name else None

        self.profiles = cells.profile_ids(column(mapping.profile), mapping.profile, rejects)
        self.instants, dated = cells.instants(column(mapping.at), plan.zone, mapping.at, rejects)
        rejects.add_where(~dated, lambda at: f"{mapping.at}: empty")
        self.types = named(mapping.type_column)
        if self.types is not None and mapping.type_column:
            cells.required(self.types, mapping.type_column, rejects)
        self.touchpoints = named(mapping.touchpoint)
        self.currencies = named(mapping.currency_column)
        if self.currencies is not None:
            wrong = cells.mask_of(pc.invert(pc.match_substring_regex(self.currencies, _CURRENCY)))
            rejects.add_where(wrong, lambda at: f"{mapping.currency_column}: no currency code of three capital letters")
        self.amounts = cells.amounts(column(mapping.amount), mapping.amount, rejects) if mapping.amount else None
        self.ids = cells.texts(column(mapping.id), mapping.id, rejects) if mapping.id else None
        if self.ids is not None and mapping.id:
            cells.bounded(self.ids, mapping.id, rejects, max_bytes=cells.MAX_ID_BYTES)
            if mapping.replaces:
                cells.required(self.ids, mapping.id, rejects)
                _reject_superseded(self.ids, mapping.id, rejects)
        self.properties = {
            one.name: cells.values(column(one.column), one.kind or "string", one.column, rejects) for one in mapping.properties
        }


def _reject_superseded(ids: pa.Array, name: str, rejects: cells.Rejects) -> None:
    """Of rows with one id the last counts."""
    texts = ids.to_pylist()
    last = {one: place for place, one in enumerate(texts)}
    superseded = np.fromiter((one is not None and last[one] > place for place, one in enumerate(texts)), bool, len(texts))
    rejects.add_where(superseded, lambda at: f"{name}: {texts[at]!r} comes again further down, which counts")


def _columns(rows: _Rows, mapping: InteractionMapping, row_count: int) -> InteractionBatch | None:
    keep = np.ones(row_count, bool)
    keep[list(rows.rejects.reasons)] = False
    left = int(keep.sum())
    if not left:
        return None
    kept_mask = pa.array(keep) if left < row_count else None

    def kept(array: pa.Array | None) -> pa.Array | None:
        return array if array is None or kept_mask is None else array.filter(kept_mask)

    type_names, type_index = _dictionary(kept(rows.types)) if rows.types is not None else ([mapping.type_name or ""], [])
    touchpoint_names, touchpoint_index = _optional(kept(rows.touchpoints))
    currency_names, currency_index = _optional(kept(rows.currencies))
    amounts: list[int] = []
    present: list[bool] = []
    if rows.amounts is not None:
        units, given = rows.amounts[0][keep], rows.amounts[1][keep]
        if given.any():
            amounts, present = units.tolist(), [] if given.all() else given.tolist()
    if mapping.currency and amounts:
        currency_names, currency_index = [mapping.currency], [1] * left
    ids = [] if rows.ids is None else pc.fill_null(kept(rows.ids), "").to_pylist()
    properties = []
    for name, array in rows.properties.items():
        chosen = kept(array)
        if chosen is not None and chosen.null_count < left:
            values, index = _dictionary(chosen)
            properties.append(PropertyColumn(name, index, values))
    return InteractionBatch(
        profile_ids=kept(rows.profiles).to_pylist(),  # type: ignore[union-attr]
        occurred_at_us=rows.instants[keep].tolist(),
        type_names=type_names,
        type_index=[place - 1 for place in type_index],
        touchpoint_names=touchpoint_names,
        touchpoint_index=touchpoint_index,
        amounts=amounts,
        amount_present=present,
        currency_names=currency_names,
        currency_index=currency_index,
        ids=ids if any(ids) else [],
        properties=properties,
    )


def convert(chunk: Chunk, mapping: InteractionMapping, plan: Plan) -> tuple[InteractionBatch | None, dict[int, str]]:
    """Return the rows that can be recorded as columns (None for none), and the offsets of the others with the reason."""
    rows = _Rows(chunk, mapping, plan)
    return _columns(rows, mapping, len(chunk.rows)), rows.rejects.reasons


def batches(
    chunks: Iterator[Chunk], mapping: InteractionMapping, plan: Plan, base: uuid.UUID, client: Client, reason: str
) -> Iterator[Batch]:
    """Yield the batches of an import, each ready to be sent."""

    def send(columns: InteractionBatch, request_id: str, timeout: float) -> Receipt:
        record = client.replace_interactions if mapping.replaces else client.record_interactions
        return record(columns, reason=reason, request_id=request_id, timeout=timeout)

    for number, chunk in enumerate(chunks):
        columns, rejected = convert(chunk, mapping, plan)
        sender = None if columns is None else partial(send, columns)
        yield Batch(chunk, batch_id(base, number), rejected, sender)
