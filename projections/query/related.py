"""Profiles that values speak of: whether the text of a property or a trait is the id of a member of an expression."""

from typing import Any

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from projections.index import bitmaps
from projections.index.dictionary import Dictionary
from projections.index.workspace_index import WorkspaceIndex

_Flags = npt.NDArray[np.bool_]


class RelatedProfiles:
    """The members, which the executor gives before an operator reads them."""

    def __init__(self, index: WorkspaceIndex, version: int) -> None:
        self._index, self._version = index, version
        self._members: BitMap | None = None
        self._flags: dict[int, _Flags] = {}

    def are(self, members: BitMap) -> None:
        """Say who they are; again the same, where the executor asks more than once."""
        if members is not self._members:
            self._members, self._flags = members, {}

    def flags(self, values: Dictionary[Any]) -> _Flags:
        """By code: is the value the id of one of them? The state that has the codes is to be taken first.

        Worked out once: what the version of a view speaks of is in the dictionary by then.
        """
        found = self._flags.get(id(values))
        if found is None:
            assert self._members is not None, "the executor gives them first"
            numbers = self._index.profile_numbers_of(values, self._version)
            # The vault may know of profiles that the index does not count yet.
            size = max([int(numbers.max(initial=0)), *([self._members.max()] if self._members else [])]) + 1
            found = np.zeros(len(numbers) + 1, np.bool_)
            found[1:] = bitmaps.to_flags(self._members, size)[numbers] & (numbers >= 0)
            self._flags[id(values)] = found
        return found
