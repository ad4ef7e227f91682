"""Columns of a changeset's interactions as those of rows: codes of the workspace's dictionaries, and rows by type."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import TypeVar

import numpy as np

from domain.changeset import InteractionColumns
from projections.index.dictionary import Codes, Dictionary
from projections.index.row_columns import NO_AMOUNT, ORDINAL, AnyColumn, Int64s

_Entry = TypeVar("_Entry", bound=Hashable)


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
