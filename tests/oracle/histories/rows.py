"""Rows of changes and interactions, and changesets with columns made from them: for random histories and hand-made stories."""

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final, TypeVar

import numpy as np

from domain.catalogue_changes import CatalogueChange
from domain.changeset import (
    NEVER,
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
    TagColumns,
    TraitColumns,
    Value,
    ValueType,
)
from projections.index.profile_numbers import ProfileNumbers
from projections.index.workspace_index import WorkspaceIndex

T = TypeVar("T")

WORKSPACE: Final = "oracle"
NO_INTERACTIONS: Final = InteractionColumns((), (), (), (), (), (), (), (), (), (), ())
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(text: str) -> int:
    """The instant of an ISO 8601 text; UTC where it has no offset."""
    instant = datetime.fromisoformat(text)
    instant = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return (instant - EPOCH) // timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class TagChange:
    """A row of TagColumns."""

    ordinal: int
    tag: int
    applied: bool
    effective_at: int
    value: float | None = None
    expiry: bool = False
    credit: Credit | None = None
    lapses_at: int = NEVER


@dataclass(frozen=True, slots=True)
class TraitChange:
    """A row of TraitColumns."""

    ordinal: int
    name: str
    value: Value | None
    effective_at: int


@dataclass(frozen=True, slots=True)
class Interaction:
    """A row of InteractionColumns; `currency` None stands for the workspace's."""

    ordinal: int
    type: str
    occurred_at: int
    amount: int | None = None
    currency: str | None = None
    touchpoint: str | None = None
    id: str = ""
    properties: Mapping[str, Value] = field(default_factory=dict)


def value_type(value: Value) -> ValueType:
    """The type that a value is recorded with."""
    if isinstance(value, bool):
        return ValueType.BOOL
    if isinstance(value, str):
        return ValueType.STRING
    if isinstance(value, Personal):
        return ValueType.PERSONAL
    return ValueType.DATE if isinstance(value, date) else ValueType.NUMBER


def coded(values: Sequence[T | None]) -> tuple[list[T], list[int]]:
    """A dictionary of the distinct values, and per row 0 for None or else 1 + the place in it.

    Distinct by repr: True is not 1.0, -0.0 not 0.0.
    """
    places: dict[str, int] = {}
    dictionary: list[T] = []
    index = []
    for value in values:
        if value is not None and repr(value) not in places:
            dictionary.append(value)
            places[repr(value)] = len(dictionary)
        index.append(0 if value is None else places[repr(value)])
    return dictionary, index


def unless_bare(column: Sequence[T], *, compact: bool) -> Sequence[T]:
    """The column, or an empty one when no row has anything and the columns are to be compact."""
    return () if compact and not any(entry not in (None, 0, "") for entry in column) else column


def tag_columns(rows: Sequence[TagChange], *, compact: bool = True) -> TagColumns | None:
    """Columns of the rows; None without any. Not compact: columns without an entry are written out."""
    if not rows:
        return None
    values = [row.value for row in rows]
    expiries = [row.expiry for row in rows]
    credits, credit_index = coded([row.credit for row in rows])
    lapses = [row.lapses_at for row in rows]
    return TagColumns(
        ordinals=[row.ordinal for row in rows],
        tags=[row.tag for row in rows],
        applied=[row.applied for row in rows],
        effective_at=[row.effective_at for row in rows],
        values=() if compact and all(value is None for value in values) else values,
        expiries=unless_bare(expiries, compact=compact),
        already_so=() if compact else [False] * len(rows),
        credits=credits,
        credit_index=unless_bare(credit_index, compact=compact),
        lapses_at=() if compact and all(at == NEVER for at in lapses) else lapses,
    )


def trait_columns(rows: Sequence[TraitChange]) -> TraitColumns | None:
    """Columns of the rows; None without any. A name that is only cleared here gets the type string."""
    if not rows:
        return None
    names, index = coded([row.name for row in rows])
    types = {row.name: value_type(row.value) for row in rows if row.value is not None}
    return TraitColumns(
        ordinals=[row.ordinal for row in rows],
        names=names,
        types=[types.get(name, ValueType.STRING) for name in names],
        index=[code - 1 for code in index],
        effective_at=[row.effective_at for row in rows],
        values=[row.value for row in rows],
    )


def interaction_columns(rows: Sequence[Interaction], *, compact: bool = True) -> InteractionColumns | None:
    """Columns of the rows; None without any. `compact` as in tag_columns."""
    if not rows:
        return None
    types, type_index = coded([row.type for row in rows])
    touchpoints, touchpoint_index = coded([row.touchpoint for row in rows])
    currencies, currency_index = coded([row.currency for row in rows])
    amounts = [row.amount for row in rows]
    return InteractionColumns(
        ordinals=[row.ordinal for row in rows],
        types=types,
        type_index=() if compact and len(types) == 1 else [code - 1 for code in type_index],
        occurred_at=[row.occurred_at for row in rows],
        touchpoints=touchpoints,
        touchpoint_index=unless_bare(touchpoint_index, compact=compact),
        amounts=() if compact and all(amount is None for amount in amounts) else amounts,
        currencies=currencies,
        currency_index=unless_bare(currency_index, compact=compact),
        ids=unless_bare([row.id for row in rows], compact=compact),
        properties=[property_column(name, rows) for name in dict.fromkeys(name for row in rows for name in row.properties)],
    )


def retracted_columns(rows: Sequence[tuple[int, int, Interaction]], *, compact: bool = True) -> RetractedColumns:
    """Columns of the rows, which may be none. `compact` as in tag_columns."""
    columns = interaction_columns([row for _, _, row in rows], compact=compact) or NO_INTERACTIONS
    origins = [(0, 0) if row.id else (version, place) for version, place, row in rows]
    columns = replace(
        columns,
        origin_versions=unless_bare([version for version, _ in origins], compact=compact),
        origin_rows=[place for _, place in origins] if any(version for version, _ in origins) or not compact else (),
    )
    return RetractedColumns(columns, [version for version, _, _ in rows])


def property_column(name: str, rows: Sequence[Interaction]) -> PropertyColumn:
    """One property of the rows, of the type of its first value."""
    cells: list[Value | None] = [row.properties.get(name) for row in rows]
    dictionary: tuple[list[Value], list[int]] = coded(cells)
    return PropertyColumn(name, value_type(dictionary[0][0]), *dictionary)


def recorded(
    position: int,
    recorded_at: int,
    *,
    catalogue: Sequence[CatalogueChange] = (),
    tags: Sequence[TagChange] = (),
    traits: Sequence[TraitChange] = (),
    interactions: Sequence[Interaction] = (),
    retracted: Sequence[tuple[int, int, Interaction]] | None = None,
    listed: ListColumns | None = None,
    erased: Sequence[int] = (),
    links: LinkColumns | None = None,
    version: int | None = None,
    first_ordinal: int = 0,
    new_profiles: int = 0,
    compact: bool = True,
    actor: str = "tester",
    source: str = "tests",
) -> Recorded:
    """A changeset at its place in the log, with hashes of zeros. The version is the position unless given.

    `retracted`: the version that recorded each, its row there, and what it was.
    """
    changeset = Changeset(
        workspace=WORKSPACE,
        version=position if version is None else version,
        changeset_id=str(uuid.UUID(int=position)),
        attribution=Attribution(actor, "a story", source),
        recorded_at=recorded_at,
        first_ordinal=first_ordinal,
        outcome=Outcome(accepted=len(interactions), changed=len(tags) + len(traits), new_profiles=new_profiles),
        catalogue=tuple(catalogue),
        tags=tag_columns(tags, compact=compact),
        traits=trait_columns(traits),
        interactions=interaction_columns(interactions, compact=compact),
        retracted=None if retracted is None else retracted_columns(retracted, compact=compact),
        listed=listed,
        erased=erased,
        links=links,
    )
    return Recorded(position, changeset, "0" * 64, "0" * 64)


def name_of(ordinal: int) -> str:
    """The id of a profile in histories that have no vault."""
    return f"p{ordinal}"


def named(index: WorkspaceIndex) -> WorkspaceIndex:
    """The index, with these ids for its profiles; who was erased has none."""

    def number(text: str) -> int:
        ordinal = int(text[1:]) if re.fullmatch("p[0-9]{1,6}", text, re.ASCII) else -1
        nobodys = index.erased.now | index.persons.everyone
        known = 0 <= ordinal < index.profile_count and ordinal not in nobodys and text == name_of(ordinal)
        return ordinal if known else -1

    index.profile_numbers = ProfileNumbers(lambda texts: np.asarray([number(text) for text in texts], np.int64))
    return index
