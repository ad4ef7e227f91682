"""What states that are brought back, or handed on, need as columns: who set each, and its value. There may be millions."""

from collections.abc import Callable
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from domain.changeset import Credit
from projections.index.history import Codes, Int64s
from projections.index.workspace_index import WorkspaceIndex

_Value = TypeVar("_Value")


def credited(index: WorkspaceIndex, versions: Int64s, credits: Codes) -> tuple[list[Credit], npt.NDArray[np.uint32]]:
    """The dictionary and the column, of states that these versions set (0: nobody). Few changesets set what many rows say."""
    pairs, which = np.unique(np.stack([versions, credits.astype(np.int64)]), axis=1, return_inverse=True)
    named = [index.credit_of(version, credit) if version else None for version, credit in pairs.T.tolist()]
    distinct = dict.fromkeys(credit for credit in named if credit is not None)
    places: dict[Credit | None, int] = {None: 0} | {credit: place for place, credit in enumerate(distinct, start=1)}
    codes = np.asarray([places[credit] for credit in named], np.uint32)
    return list(distinct), codes[which.reshape(-1)]


def values_of(codes: Codes, value_of: Callable[[int], _Value]) -> list[_Value]:
    """The values of codes, each looked up once."""
    distinct, which = np.unique(codes, return_inverse=True)
    values = [value_of(code) for code in distinct.tolist()]
    return [values[k] for k in which.tolist()]
