"""Which values are ids of profiles: the vault is asked, and its answers are remembered with the dictionary of the values."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from pyroaring import BitMap

from projections.index import bitmaps
from projections.index.dictionary import Dictionary
from projections.index.history import Int64s

NOBODY = -1
NumbersOf = Callable[[Sequence[str]], Int64s]
"""The ordinals of profiles by their ids; NOBODY, or less, for what is nobody's."""


def _nobodys(texts: Sequence[str]) -> Int64s:
    return np.full(len(texts), NOBODY, np.int64)


class ProfileNumbers:
    """Any thread may ask."""

    def __init__(self, numbers_of: NumbersOf = _nobodys) -> None:
        """Who is called what, only the vault knows: without one nobody has an id."""
        self._numbers_of = numbers_of
        self._known: dict[int, tuple[Dictionary[Any], int, Int64s]] = {}

    def of(self, values: Dictionary[Any], profile_count: int, erased: BitMap) -> Int64s:
        """The ordinal of each value, by its code less one."""
        found = self._named(values, profile_count)
        if not erased:
            return found
        # The index knows of an erasure before the vault does.
        gone = bitmaps.to_flags(erased, max(int(found.max(initial=0)), erased.max()) + 1)[found] & (found >= 0)
        return np.where(gone, NOBODY, found)

    def _named(self, values: Dictionary[Any], profile_count: int) -> Int64s:
        """With more profiles than before, what was nobody's may be somebody's."""
        count = len(values)
        _, asked_at, found = self._known.get(id(values), (values, 0, np.empty(0, np.int64)))
        if asked_at == profile_count and len(found) >= count:
            return found[:count]
        known = found if asked_at == profile_count else found[:0]
        texts = [value if isinstance(value, str) else "" for value in values.values()[len(known) : count]]
        found = np.concatenate([known, self._numbers_of(texts)])
        self._known[id(values)] = (values, profile_count, found)  # with the dictionary, so that no other one gets its id
        return found
