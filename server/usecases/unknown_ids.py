"""The ids of an upload that the workspace had not seen when they came; some may be seen before the upload is decided.

There may be millions of them, and the writer decides. So only the profiles that have come since are looked up among them, not
they among all profiles.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from pyroaring import BitMap

from projections.identity import ProfileMap
from projections.index import bitmaps
from projections.index.key_map import MISSING, Run
from projections.index.keys import Keys, no_keys


@dataclass(frozen=True, slots=True)
class UnknownIds:
    """Each counts once, however often it came."""

    count: int
    """How many were unknown at the last look."""
    profile_count: int
    """Profiles that the workspace had then: only later ones may be among them."""
    _keys: Run

    @classmethod
    def of(cls, parts: Sequence[Keys], profile_count: int) -> "UnknownIds":
        """From the keys of ids that were unknown to a workspace of at least so many profiles."""
        keys = np.concatenate([no_keys(), *parts])
        order = np.lexsort((keys[:, 1], keys[:, 0]))  # unlike `np.unique` of rows, it lets go of the interpreter
        high, low = keys[order, 0], keys[order, 1]
        first = np.ones(len(order), dtype=np.bool_)
        first[1:] = (high[1:] != high[:-1]) | (low[1:] != low[:-1])
        count = int(np.count_nonzero(first))
        return cls(count, profile_count, Run(high[first], low[first], np.zeros(count, dtype=np.uint32)))

    def seen_since(self, profiles: ProfileMap, profile_count: int) -> tuple[BitMap, "UnknownIds"]:
        """The ordinals of those that are profiles of a workspace of `profile_count` by now, and what is left."""
        later = range(self.profile_count, profile_count)
        found = np.full(len(later), MISSING, dtype=np.int64)
        if self.count and later:
            self._keys.find(profiles.keys(profiles.names(later)), np.arange(len(later)), found)
        came = np.flatnonzero(found != MISSING) + self.profile_count
        left = replace(self, count=self.count - len(came), profile_count=profile_count)
        return bitmaps.from_ascending(came.astype(np.uint32)), left
