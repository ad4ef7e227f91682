"""Who did, as known at an earlier version: blocks of the rows that came nearly in order, and the late ones by themselves.

A row is late when one that happened well after it (so many rows further on) was recorded before it. A version knows all others
up to a place, but for the last few before it; blocks serve for these as they do in the present. Of the late ones most are not
late among themselves, with more room.
"""

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from projections.index.blocks import Blocks, Pieces
from projections.index.times import Times

Int64s = npt.NDArray[np.int64]
UInt32s = npt.NDArray[np.uint32]
Versions = npt.NDArray[np.unsignedinteger[npt.NBitBase]]

_ROOM_ROWS = 1 << 12
_ROOMS = (1, 4, 8)
"""How far a row may lie before one of a lower version, and how many times as far among the late ones of each layer."""


@dataclass(frozen=True, slots=True)
class _Layer:
    """Rows in order of time, of which none is late."""

    blocks: Blocks
    versions: Versions
    least: Versions
    """The least versions from each place on, each once, ascending."""
    ends: Int64s
    """Behind the last place from which on that is the least."""
    room: int

    @classmethod
    def of(cls, times: Int64s, ordinals: UInt32s, versions: Versions, room: int) -> "tuple[_Layer, Int64s]":
        """And the places of the rows that are too late for it."""
        further_on = _least_from(versions)[room:]
        is_late = np.zeros(len(versions), dtype=np.bool_)
        is_late[: len(further_on)] = versions[: len(further_on)] > further_on
        kept = np.flatnonzero(~is_late)
        least = _least_from(versions[kept])
        last = np.flatnonzero(np.append(least[1:] != least[:-1], len(least) > 0))
        layer = cls(Blocks(Times.of(times[kept]), ordinals[kept]), versions[kept], least[last], last + 1, room)
        return layer, np.flatnonzero(is_late)

    @property
    def size_bytes(self) -> int:
        """Memory held."""
        rows = self.blocks.times.nbytes + self.blocks.ordinals.nbytes + self.versions.nbytes
        return rows + self.least.nbytes + self.ends.nbytes + self.blocks.size_bytes

    def collect(self, start: int, end: int, version: int, into: Pieces) -> None:
        """Add the profiles with a row in [start, end), recorded up to version."""
        times, known = self.blocks.times, bisect_right(self.least, version)
        low, high = times.span(start, end)
        stop = min(high, int(self.ends[known - 1]) if known else 0)
        if stop <= low:
            return
        sure = max(low, min(stop, int(self.ends[known - 1]) - self.room))
        last = int(times.at(slice(sure, sure + 1))[0]) if sure < high else end
        self.blocks.collect(low, sure, start, last, into)
        into.loose.append(self.blocks.ordinals[sure:stop][self.versions[sure:stop] <= version])


@dataclass(frozen=True, slots=True)
class PastBlocks:
    """A copy of a run's instants, ordinals and versions, 12 bytes a row, made when somebody first asks about the past."""

    layers: tuple[_Layer, ...]
    late_times: Int64s
    late_ordinals: UInt32s
    late_versions: Versions

    @classmethod
    def of(cls, times: Times, ordinals: UInt32s, versions: Versions) -> "PastBlocks":
        """For rows in order of time."""
        left, layers = times.at(slice(0, len(times))), []
        for room in (times_as_far * _ROOM_ROWS for times_as_far in _ROOMS):
            layer, late = _Layer.of(left, ordinals, versions, room)
            layers.append(layer)
            left, ordinals, versions = left[late], ordinals[late], versions[late]
        return cls(tuple(layers), left, ordinals, versions)

    @property
    def few_late(self) -> bool:
        """Is this quicker than looking at every row?"""
        return len(self.late_times) < len(self.layers[0].versions)

    @property
    def size_bytes(self) -> int:
        """Memory held."""
        late = self.late_times.nbytes + self.late_ordinals.nbytes + self.late_versions.nbytes
        return late + sum(layer.size_bytes for layer in self.layers)

    def collect(self, start: int, end: int, version: int, into: Pieces) -> None:
        """Add the profiles with a row in [start, end), recorded up to version."""
        for layer in self.layers:
            layer.collect(start, end, version, into)
        first_late, end_late = self.late_times.searchsorted((start, end)).tolist()
        seen = self.late_versions[first_late:end_late] <= version
        into.loose.append(self.late_ordinals[first_late:end_late][seen])


def _least_from(versions: Versions) -> Versions:
    """The least version at each place or behind it."""
    least: Versions = np.minimum.accumulate(versions[::-1])[::-1]
    return least
