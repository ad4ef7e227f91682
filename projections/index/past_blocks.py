"""Who did, as it was known at an earlier version: blocks of the rows that came in order, and the late ones by themselves.

A row is late when one that happened after it was recorded before it. The others, in order of time, are in order of recording
too, so that a version sees a prefix of them, for which blocks serve as they do in the present.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from projections.index.blocks import Blocks, Pieces
from projections.index.times import Times

Int64s = npt.NDArray[np.int64]
UInt32s = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class PastBlocks:
    """A copy of a run's instants and ordinals, 8 bytes a row, made when somebody first asks about the past."""

    punctual: Blocks
    versions: UInt32s
    """Of the punctual rows, each once, ascending."""
    ends: Int64s
    """How many of the punctual rows have at most that version."""
    late_times: Int64s
    late_ordinals: UInt32s
    late_versions: UInt32s

    @classmethod
    def of(cls, times: Times, ordinals: UInt32s, versions: npt.NDArray[np.unsignedinteger[npt.NBitBase]]) -> "PastBlocks":
        """For rows in order of time."""
        least_from_here = np.minimum.accumulate(versions[::-1])[::-1]
        is_late = versions > least_from_here
        punctual, late = np.flatnonzero(~is_late), np.flatnonzero(is_late)
        ascending = versions[punctual]
        last = np.flatnonzero(np.append(ascending[1:] != ascending[:-1], len(ascending) > 0))
        return cls(
            Blocks(Times.of(times.at(punctual)), ordinals[punctual]),
            ascending[last].astype(np.uint32),
            last + 1,
            times.at(late),
            ordinals[late],
            versions[late].astype(np.uint32),
        )

    @property
    def few_late(self) -> bool:
        """Is this quicker than looking at every row?"""
        return len(self.late_times) < len(self.punctual.times)

    @property
    def size_bytes(self) -> int:
        """Memory held."""
        late = self.late_times.nbytes + self.late_ordinals.nbytes + self.late_versions.nbytes
        return self.punctual.times.nbytes + self.punctual.ordinals.nbytes + self.punctual.size_bytes + late

    def collect(self, start: int, end: int, version: int, into: Pieces) -> None:
        """Add the profiles with a row in [start, end), recorded up to version."""
        times, known = self.punctual.times, int(self.versions.searchsorted(version, side="right"))
        low, high = times.span(start, end)
        stop = max(low, min(high, int(self.ends[known - 1]) if known else 0))
        last = int(times.at(slice(stop, stop + 1))[0]) if stop < high else end
        self.punctual.collect(low, stop, start, last, into)
        first_late, end_late = self.late_times.searchsorted((start, end)).tolist()
        seen = self.late_versions[first_late:end_late] <= version
        into.loose.append(self.late_ordinals[first_late:end_late][seen])
