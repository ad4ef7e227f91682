"""Who is on each uploaded list, in each of its versions."""

from dataclasses import dataclass

import numpy as np
from pyroaring import BitMap

from domain.changeset import ListColumns
from projections.index import bitmaps

_KEYFRAME_VERSIONS = 32  # differences that are read at most for a version of long ago
_MADE_KEPT = 4
_NOBODY = BitMap()


@dataclass(frozen=True, slots=True)
class _Difference:
    """Of a version from the one before."""

    added: BitMap
    removed: BitMap


@dataclass(frozen=True, slots=True)
class _Uploaded:
    """All versions of one list: the newest as it is, the others as differences from keyframes."""

    newest: BitMap = _NOBODY
    differences: tuple[_Difference, ...] = ()
    """Version n is made by differences[n - 1]."""
    keyframes: tuple[BitMap, ...] = (_NOBODY,)
    """Of every _KEYFRAME_VERSIONS-th version, from 0 on."""
    counts: tuple[int, ...] = (0,)
    """How many are on it, by version, from 0 on."""
    size_bytes: int = 0
    """Of all but the newest."""

    def followed_by(self, difference: _Difference) -> "_Uploaded":
        """With the next version."""
        newest = self.newest - difference.removed
        if newest:
            newest |= difference.added
        else:  # the first upload above all: not kept twice
            newest = difference.added
        differences, keyframes = (*self.differences, difference), self.keyframes
        size = self.size_bytes + _size(difference.added) + _size(difference.removed)
        if len(differences) % _KEYFRAME_VERSIONS == 0:
            keyframes, size = (*keyframes, newest), size + _size(newest)
        return _Uploaded(newest, differences, keyframes, (*self.counts, len(newest)), size)

    def at(self, version: int) -> BitMap:
        """Who is on it in a version."""
        keyframe = version // _KEYFRAME_VERSIONS
        made = BitMap(self.keyframes[keyframe])
        for difference in self.differences[keyframe * _KEYFRAME_VERSIONS : version]:
            made -= difference.removed
            made |= difference.added
        return made


_NO_UPLOADS = _Uploaded()


class ListMembers:
    """Lists by number. One writer, many readers: what stands here of a list is replaced by the next upload, never changed."""

    def __init__(self) -> None:
        self._lists: dict[int, _Uploaded] = {}
        self._made: tuple[tuple[int, int, BitMap], ...] = ()
        """The versions of long ago that were asked for last. Of readers that put one here at once, one may lose its own."""

    def apply(self, columns: ListColumns) -> None:
        """Take in the next upload of a list."""
        added, removed = (
            _compact(bitmaps.from_ascending(np.asarray(ordinals, np.uint32))) if len(ordinals) else _NOBODY
            for ordinals in (columns.added, columns.removed)
        )
        before = self._lists.get(columns.number, _NO_UPLOADS)
        self._lists[columns.number] = before.followed_by(_Difference(added, removed))

    def members(self, number: int, version: int) -> BitMap:
        """Who is on the list in a version, from 1; must not be changed."""
        uploaded = self._lists[number]
        if version == len(uploaded.differences):
            return uploaded.newest
        made = self._made
        for one in made:
            if one[:2] == (number, version):
                return one[2]
        found = uploaded.at(version)
        self._made = ((number, version, found), *made[: _MADE_KEPT - 1])
        return found

    def newest(self, number: int) -> BitMap:
        """Who is on the list now, nobody before the first upload; must not be changed."""
        return self._lists.get(number, _NO_UPLOADS).newest

    def count(self, number: int, version: int) -> int:
        """How many are on the list in a version; nobody in version 0."""
        return self._lists.get(number, _NO_UPLOADS).counts[version]

    def turns(self, number: int, ordinal: int) -> list[int]:
        """The versions that put the profile on the list or took it off, ascending: on, off, on and so forth."""
        differences = self._lists.get(number, _NO_UPLOADS).differences
        return [version for version, one in enumerate(differences, start=1) if ordinal in one.added or ordinal in one.removed]

    @property
    def size_bytes(self) -> int:
        """Memory held, at most: a bitmap in two places is counted for each."""
        lists = sum(one.size_bytes + _size(one.newest) for one in list(self._lists.values()))
        return lists + sum(_size(members) for _, _, members in self._made)


def _compact(bitmap: BitMap) -> BitMap:
    bitmap.run_optimize()
    bitmap.shrink_to_fit()
    return bitmap


def _size(bitmap: BitMap) -> int:
    return int(bitmap.__sizeof__())
