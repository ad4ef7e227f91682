"""Columns of a changeset's interactions as those of rows: codes of the workspace's dictionaries, and rows by type."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from domain.changeset import InteractionColumns
from projections.index.dictionary import Codes, Dictionary
from projections.index.row_columns import (
    AMOUNT,
    CURRENCY,
    NO_AMOUNT,
    ORDINAL,
    TIME,
    TOUCHPOINT,
    VERSION,
    AnyColumn,
    Int64s,
    property_column,
)
from projections.index.typed import PropertyIndex

_Entry = TypeVar("_Entry", bound=Hashable)


@dataclass(frozen=True, slots=True)
class RowNames:
    """What codes in rows stand for: names are added as they come."""

    touchpoints: Dictionary[str]
    currencies: Dictionary[str]
    currency: str
    """Of amounts without one."""
    properties: dict[str, PropertyIndex]


def row_columns(columns: InteractionColumns, versions: AnyColumn, names: RowNames) -> Mapping[str, AnyColumn]:
    """The interactions of a changeset as columns of rows; `versions`: that recorded each."""
    batch: dict[str, AnyColumn] = {
        TIME: np.asarray(columns.occurred_at, np.int64),
        ORDINAL: np.asarray(columns.ordinals, np.uint32),
        VERSION: versions,
    }
    if len(columns.touchpoint_index):
        batch[TOUCHPOINT] = recoded(names.touchpoints, columns.touchpoints, columns.touchpoint_index)
    if len(columns.amounts):
        batch[AMOUNT] = amounts_array(columns.amounts)
        batch[CURRENCY] = _currency_codes(columns, batch[AMOUNT] != NO_AMOUNT, names)
    for column in columns.properties:
        known = names.properties.get(column.name) or names.properties.setdefault(column.name, PropertyIndex(column.type))
        batch[property_column(column.name)] = recoded(known.values, column.values, column.index)
    return batch


def _currency_codes(columns: InteractionColumns, has_amount: npt.NDArray[np.bool_], names: RowNames) -> AnyColumn:
    """0 for rows without an amount: so a row is the same whatever else is in its batch."""
    default = int(names.currencies.intern([names.currency])[0])
    if not len(columns.currency_index):
        return np.where(has_amount, default, 0).astype(np.int16)
    codes = np.concatenate([[default], names.currencies.intern(columns.currencies)])
    return np.where(has_amount, codes[np.asarray(columns.currency_index)], 0).astype(np.int16)


def by_type(
    columns: InteractionColumns, batch: Mapping[str, AnyColumn]
) -> Iterator[tuple[str, Mapping[str, AnyColumn], int, int]]:
    """Of each type, in which columns and from where to where its rows stand, in their order."""
    if not len(batch[ORDINAL]):
        return
    if not len(columns.type_index):
        yield columns.types[0], batch, 0, len(batch[ORDINAL])
        return
    index = np.asarray(columns.type_index)
    order = np.argsort(index, kind="stable")
    batch = {column: values[order] for column, values in batch.items()}
    bounds = np.searchsorted(index[order], np.arange(len(columns.types) + 1)).tolist()
    for name, start, end in zip(columns.types, bounds, bounds[1:], strict=False):
        if start < end:
            yield name, batch, start, end


def amounts_array(amounts: Sequence[int | None]) -> Int64s:
    """Amounts with NO_AMOUNT for None."""
    if isinstance(amounts, list) and None in amounts:
        amounts = [NO_AMOUNT if amount is None else amount for amount in amounts]
    return np.asarray(amounts, np.int64)


def recoded(dictionary: Dictionary[_Entry], values: Sequence[_Entry], index: Sequence[int]) -> Codes:
    """The dictionary's codes of a column that points into its own values (0 for absent)."""
    codes = np.zeros(len(values) + 1, np.int32)
    codes[1:] = dictionary.intern(values)
    by_row: Codes = codes[np.asarray(index)]
    return by_row
