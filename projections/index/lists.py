"""Who is on each uploaded list, in each of its versions."""

from collections.abc import Mapping

import numpy as np
from pyroaring import BitMap

from domain.changeset import ListColumns
from projections.index import bitmaps

_NOBODY = BitMap()


class ListMembers:
    """One bitmap a version, which shares with the one before what did not change. One writer, many readers."""

    def __init__(self) -> None:
        self._versions: Mapping[int, tuple[BitMap, ...]] = {}

    def apply(self, columns: ListColumns) -> None:
        """Take in the next upload of a list."""
        added, removed = (
            bitmaps.from_ordinals(np.asarray(ordinals, np.uint32)) for ordinals in (columns.added, columns.removed)
        )
        before = self._versions.get(columns.number, ())
        made = BitMap(before[-1] if before else _NOBODY, copy_on_write=True)
        made -= removed
        made |= added
        # A new mapping at once: readers keep the one that they have.
        self._versions = {**self._versions, columns.number: (*before, made)}

    def members(self, number: int, version: int) -> BitMap:
        """Who is on the list in a version, from 1; must not be changed."""
        return self._versions[number][version - 1]

    def newest(self, number: int) -> BitMap:
        """Who is on the list now, nobody before the first upload; must not be changed."""
        versions = self._versions.get(number)
        return versions[-1] if versions else _NOBODY

    def turns(self, number: int, ordinal: int) -> list[int]:
        """The versions that put the profile on the list or took it off, ascending: on, off, on and so forth."""
        found, on = [], False
        for version, members in enumerate(self._versions.get(number, ()), start=1):
            if (ordinal in members) != on:
                on = not on
                found.append(version)
        return found

    @property
    def size_bytes(self) -> int:
        """Memory held, at most: what versions share is counted for each."""
        return sum(int(one.__sizeof__()) for versions in self._versions.values() for one in versions)
