"""Columns of interactions taken apart and put together: some rows of a batch, rows of several batches. Arrays, not rows."""

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar, cast

import numpy as np
import numpy.typing as npt

from domain.changeset import InteractionColumns, PropertyColumn

_T = TypeVar("_T")

NO_ROWS = InteractionColumns((), (), (), (), (), (), (), (), (), (), ())


def picked(columns: InteractionColumns, kept: Sequence[int] | npt.NDArray[np.intp]) -> InteractionColumns:
    """The columns of some rows; dictionaries stay as they are, where any row is left."""
    if not len(kept):
        return NO_ROWS

    def pick(column: Sequence[_T]) -> Sequence[_T]:
        if isinstance(column, array):
            return cast(Sequence[_T], array(column.typecode, np.asarray(column)[kept].tobytes()))
        return [column[i] for i in kept] if len(column) else column

    return InteractionColumns(
        ordinals=pick(columns.ordinals),
        types=columns.types,
        type_index=pick(columns.type_index),
        occurred_at=pick(columns.occurred_at),
        touchpoints=columns.touchpoints,
        touchpoint_index=pick(columns.touchpoint_index),
        amounts=pick(columns.amounts),
        currencies=columns.currencies,
        currency_index=pick(columns.currency_index),
        ids=pick(columns.ids),
        properties=[PropertyColumn(c.name, c.type, c.values, pick(c.index)) for c in columns.properties],
        origin_versions=pick(columns.origin_versions),
        origin_rows=pick(columns.origin_rows),
    )


def with_origins(columns: InteractionColumns, version: int, rows: npt.NDArray[np.intp]) -> InteractionColumns:
    """Some rows of a batch that a version recorded; those without an id say where they come from."""
    found, count = picked(columns, rows), len(rows)
    ids = np.asarray([not one for one in found.ids], np.bool_) if len(found.ids) else np.ones(count, np.bool_)
    versions, places = (
        np.asarray(column, np.uint32) if len(column) else np.zeros(count, np.uint32)
        for column in (found.origin_versions, found.origin_rows)
    )
    own = ids & (versions == 0)
    return replace(
        found,
        origin_versions=array("I", np.where(own, version, versions).astype(np.uint32).tobytes()),
        origin_rows=array("I", np.where(own, rows, places).astype(np.uint32).tobytes()),
    )


def joined(parts: Sequence[InteractionColumns]) -> InteractionColumns:
    """The rows of several batches, one batch behind the other. Properties of equal names must be of equal types."""
    parts = [part for part in parts if len(part.ordinals)]
    if len(parts) < 2:
        return parts[0] if parts else NO_ROWS
    counts = [len(part.ordinals) for part in parts]

    def column(of: Callable[[InteractionColumns], Sequence[_T]], absent: _T) -> list[_T]:
        columns = [of(part) for part in parts]
        if not any(map(len, columns)):
            return []
        return [one for each, count in zip(columns, counts, strict=True) for one in (each if len(each) else [absent] * count)]

    def coded(columns: Iterable[tuple[Sequence[_T], Sequence[int]]], first: int) -> tuple[list[_T], list[int]]:
        """A dictionary of all, and pointers to it, from those of each part; `first` is the pointer to its first entry."""
        places: dict[str, int] = {}
        every: list[_T] = []
        pointers: list[int] = []
        for (values, codes), count in zip(columns, counts, strict=True):
            here = list(range(first))
            for value in values:
                if repr(value) not in places:  # True is not 1.0, -0.0 is not 0.0
                    places[repr(value)] = len(every) + first
                    every.append(value)
                here.append(places[repr(value)])
            pointers += [here[code] for code in codes] if len(codes) else [here[0] if here else 0] * count
        # Where there are several types, every row says which it is of; elsewhere no pointers mean that no row has an entry.
        return every, pointers if any(pointers) or (first == 0 and len(every) > 1) else []

    types, type_index = coded(((part.types, part.type_index) for part in parts), 0)
    touchpoints, touchpoint_index = coded(((part.touchpoints, part.touchpoint_index) for part in parts), 1)
    currencies, currency_index = coded(((part.currencies, part.currency_index) for part in parts), 1)
    by_name = [{column.name: column for column in part.properties} for part in parts]
    properties = []
    for name, kind in {column.name: column.type for part in parts for column in part.properties}.items():
        absent = PropertyColumn(name, kind, (), ())
        found = [columns.get(name, absent) for columns in by_name]
        values, index = coded(((one.values, one.index) for one in found), 1)
        if index:
            properties.append(PropertyColumn(name, kind, values, index))
    return InteractionColumns(
        ordinals=array("I", column(lambda part: part.ordinals, 0)),
        types=types,
        type_index=type_index,
        occurred_at=array("q", column(lambda part: part.occurred_at, 0)),
        touchpoints=touchpoints,
        touchpoint_index=touchpoint_index,
        amounts=column(lambda part: part.amounts, None),
        currencies=currencies,
        currency_index=currency_index,
        ids=column(lambda part: part.ids, ""),
        properties=properties,
        origin_versions=column(lambda part: part.origin_versions, 0),
        origin_rows=column(lambda part: part.origin_rows, 0),
    )
