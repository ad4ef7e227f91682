"""The log as tables of rows."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import duckdb
import pyarrow as pa

from domain.changeset import (
    NEVER,
    Changeset,
    InteractionColumns,
    LinkColumns,
    Personal,
    Recorded,
    RetractedColumns,
    TagColumns,
    TraitColumns,
    Value,
)

_NEVER: Final = 1 << 62
_VALUE: Final = {"kind": pa.string(), "text": pa.string(), "number": pa.float64(), "flag": pa.bool_(), "day": pa.date32()}
# Order of changes: instant, then position in the log, then place in the changeset.
_TABLES: Final = {
    "tag_changes": pa.schema(
        [
            ("ordinal", pa.int64()),
            ("tag", pa.int64()),
            ("applied", pa.bool_()),
            ("value", pa.float64()),
            ("instant", pa.int64()),
            ("position", pa.int64()),
            ("place", pa.int64()),
            ("actor", pa.string()),
            ("source", pa.string()),
            ("undo", pa.bool_()),
            ("lapses", pa.int64()),
        ]
    ),
    "trait_changes": pa.schema(
        [
            ("ordinal", pa.int64()),
            ("name", pa.string()),
            ("instant", pa.int64()),
            ("position", pa.int64()),
            ("place", pa.int64()),
            *_VALUE.items(),
            ("undo", pa.bool_()),
        ]
    ),
    "interactions": pa.schema(
        [
            ("id", pa.int64()),
            ("ordinal", pa.int64()),
            ("type", pa.string()),
            ("instant", pa.int64()),
            ("position", pa.int64()),
            ("amount", pa.int64()),
            ("currency", pa.string()),
            ("touchpoint", pa.string()),
            ("retracted", pa.int64()),
        ]
    ),
    "memberships": pa.schema([("profile", pa.int64()), ("person", pa.int64()), ("since", pa.int64()), ("until", pa.int64())]),
    "erasures": pa.schema([("ordinal", pa.int64()), ("position", pa.int64())]),
    "rivals": pa.schema([("tag", pa.int64()), ("rival", pa.int64())]),
    "list_changes": pa.schema([("list", pa.int64()), ("ordinal", pa.int64()), ("position", pa.int64()), ("added", pa.bool_())]),
    "properties": pa.schema([("interaction", pa.int64()), ("name", pa.string()), *_VALUE.items()]),
}


def load(
    connection: duckdb.DuckDBPyConnection, history: Sequence[Recorded], currency: str, rivals: Sequence[tuple[int, int]]
) -> None:
    """Make the tables anew; amounts without a currency are in this one. `rivals`: tags that exclude each other."""
    rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in _TABLES}
    rows["rivals"] += rivals
    for recorded in history:
        changeset, position = recorded.changeset, recorded.position
        if changeset.tags is not None:
            for place, row in enumerate(_tags(changeset.tags, position)):
                by = changeset.tags.credit(place) or changeset.attribution
                lapses = changeset.tags.lapses_at[place] if len(changeset.tags.lapses_at) else NEVER
                about = by.actor, by.source, changeset.undoes is not None, None if lapses == NEVER else int(lapses)
                rows["tag_changes"].append((*row, *about))
        if changeset.traits is not None:
            rows["trait_changes"] += [(*row, changeset.undoes is not None) for row in _traits(changeset.traits, position)]
        if changeset.listed is not None:
            listed = changeset.listed
            rows["list_changes"] += [(listed.number, int(ordinal), position, True) for ordinal in listed.added]
            rows["list_changes"] += [(listed.number, int(ordinal), position, False) for ordinal in listed.removed]
        rows["erasures"] += [(int(ordinal), position) for ordinal in changeset.erased]
        if changeset.links is not None:
            rows["memberships"] = _linked(rows["memberships"], changeset, changeset.links, position)
        if changeset.retracted is not None:
            positions = [one.position for one in history]
            _retract(rows, changeset.retracted, positions, position, currency)
        if changeset.interactions is not None:
            first = len(rows["interactions"])
            rows["interactions"] += _interactions(changeset.interactions, position, first, currency)
            rows["properties"] += _properties(changeset.interactions, first)
    for name, schema in _TABLES.items():
        columns = zip(*rows[name], strict=True) if rows[name] else ([] for _ in schema)
        arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
        connection.register("loaded", pa.table(arrays, schema=schema))
        connection.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM loaded")
        connection.unregister("loaded")


def _linked(
    before: Sequence[tuple[Any, ...]], changeset: Changeset, links: LinkColumns, position: int
) -> list[tuple[Any, ...]]:
    """Which profile is of which person, from which position on, and until before which."""
    touched = {int(one) for one in (*links.firsts, *links.seconds)}
    ended = {person for profile, person, _, until in before if profile in touched and until == _NEVER}
    rows = [(*row[:3], position if row[1] in ended and row[3] == _NEVER else row[3]) for row in before]
    person, at = changeset.first_ordinal + changeset.outcome.new_profiles - len(links.sizes), 0
    for size in map(int, links.sizes):
        rows += [(int(profile), person, position, _NEVER) for profile in links.profiles[at : at + size]]
        person, at = person + 1, at + size
    return rows


def _tags(columns: TagColumns, position: int) -> list[tuple[Any, ...]]:
    count = len(columns.ordinals)
    values = list(columns.values) or [None] * count
    cells = zip(columns.ordinals, columns.tags, columns.applied, values, columns.effective_at, strict=True)
    return [
        (int(ordinal), int(tag), bool(applied), value, int(at), position, place)
        for place, (ordinal, tag, applied, value, at) in enumerate(cells)
    ]


def _traits(columns: TraitColumns, position: int) -> list[tuple[Any, ...]]:
    cells = zip(columns.ordinals, columns.index, columns.effective_at, columns.values, strict=True)
    return [
        (int(ordinal), columns.names[code], int(at), position, place, *_value(value))
        for place, (ordinal, code, at, value) in enumerate(cells)
    ]


def _interactions(columns: InteractionColumns, position: int, first: int, currency: str) -> list[tuple[Any, ...]]:
    count = len(columns.ordinals)
    none = [0] * count
    types = list(columns.type_index) or none
    touchpoints = [None, *columns.touchpoints]
    currencies = [currency, *columns.currencies]
    amounts = [None if amount is None else int(amount) for amount in columns.amounts] or [None] * count
    currency_codes, touchpoint_codes = list(columns.currency_index) or none, list(columns.touchpoint_index) or none
    return [
        (
            first + i,
            int(columns.ordinals[i]),
            columns.types[types[i]],
            int(columns.occurred_at[i]),
            position,
            amounts[i],
            None if amounts[i] is None else currencies[currency_codes[i]],
            touchpoints[touchpoint_codes[i]],
            _NEVER,
        )
        for i in range(count)
    ]


def _retract(
    rows: dict[str, list[tuple[Any, ...]]], retracted: RetractedColumns, positions: Sequence[int], position: int, currency: str
) -> None:
    """Note the position at one row for each that is equal to it; `positions` by version."""
    properties = _by_interaction(rows["properties"])
    gone = _by_interaction(_properties(retracted.rows, 0))
    for (number, *cells), version in zip(_interactions(retracted.rows, 0, 0, currency), retracted.versions, strict=True):
        cells[3] = positions[version - 1]
        found = next(
            at
            for at, (other, *of_other) in enumerate(rows["interactions"])
            if of_other == cells and properties.get(other) == gone.get(number)
        )
        rows["interactions"][found] = (*rows["interactions"][found][:-1], position)


def _by_interaction(rows: Sequence[tuple[Any, ...]]) -> dict[int, list[str]]:
    """The cells of properties, as text: True is not 1.0."""
    found: dict[int, list[str]] = {}
    for number, *cells in rows:
        found.setdefault(number, []).append(repr(cells))
    return {number: sorted(cells) for number, cells in found.items()}


def _properties(columns: InteractionColumns, first: int) -> list[tuple[Any, ...]]:
    return [
        (first + i, column.name, *_value(column.values[code - 1]))
        for column in columns.properties
        for i, code in enumerate(column.index)
        if code
    ]


def _value(value: Value | None) -> tuple[str | None, str | None, float | None, bool | None, date | None]:
    """Kind, then the value in the column of its kind; a kind of None is no value."""
    if value is None:
        return (None, None, None, None, None)
    if isinstance(value, bool):
        return ("bool", None, None, value, None)
    if isinstance(value, str):
        return ("string", value, None, None, None)
    if isinstance(value, date):
        return ("date", None, None, None, value)
    if isinstance(value, Personal):
        return ("personal", None, None, None, None)
    return ("number", None, float(value), None, None)
