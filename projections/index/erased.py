"""Who was erased, and since which version: nobody of them is in any answer that knows of it."""

from collections.abc import Sequence

import numpy as np
from pyroaring import BitMap

from projections.index import bitmaps


class Erased:
    """One writer; readers ask at their version."""

    def __init__(self) -> None:
        self._erasures: list[tuple[int, BitMap]] = []
        self._newest: tuple[int, BitMap] = (0, BitMap())
        """The last version that erased anybody, and everybody who was erased by then."""

    def append(self, version: int, ordinals: Sequence[int]) -> None:
        """Take in the profiles that a changeset erases; versions ascend."""
        here = bitmaps.from_ordinals(np.asarray(ordinals, np.uint32))
        self._erasures.append((version, here))
        self._newest = version, self._newest[1] | here

    def at(self, version: int) -> BitMap:
        """Everybody who was erased up to a version; must not be changed."""
        newest, everybody = self._newest
        if version >= newest:
            return everybody
        return bitmaps.union([here for at, here in list(self._erasures) if at <= version])

    @property
    def now(self) -> BitMap:
        """Everybody who was erased; must not be changed."""
        return self._newest[1]

    @property
    def last_version(self) -> int:
        """Of the last erasure; 0 for none."""
        return self._newest[0]

    @property
    def versions(self) -> list[int]:
        """Of all erasures, ascending."""
        return [version for version, _ in list(self._erasures)]
