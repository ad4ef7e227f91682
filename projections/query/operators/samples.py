"""`sample 10% by "salt"`: a stable share of the universe."""

import hashlib
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from domain.language.syntax import Sample
from projections.index import bitmaps
from projections.query.view import View

_HASHES = 1 << 64
_CHUNK_ORDINALS = 1 << 16  # hashing stays inside the cache


@dataclass(frozen=True, slots=True)
class SampleOperator:
    """Profiles whose hash is below the share: the same ones at every clock, and for every share that is not smaller.

    A person is drawn as the first of its profiles.
    """

    view: View
    leaf: Sample

    @property
    def name(self) -> str:
        """See Operator."""
        return "hash of ordinals"

    def estimate(self) -> int:
        """See Operator."""
        return int(self.view.size * self.leaf.percent / 100) + 1

    def cost(self) -> int:
        """See Operator."""
        return self.view.size

    def verify(self) -> None:
        """See Operator."""

    def members(self) -> BitMap:
        """See Operator."""
        if _bound(self.leaf) == _HASHES:
            return self.view.universe()
        size = self.view.size  # once: the writer goes on
        below = np.empty(size, dtype=np.bool_)
        for first in range(0, size, _CHUNK_ORDINALS):
            ordinals = np.arange(first, min(first + _CHUNK_ORDINALS, size), dtype=np.uint64)
            below[first : first + _CHUNK_ORDINALS] = drawn(self.leaf, ordinals)
        persons, firsts = self.view.index.persons.firsts()
        seen = persons < size
        below[persons[seen]] = below[firsts[seen]]
        return self.view.universe() & bitmaps.from_flags(below)

    def note(self) -> str:
        """See Operator."""
        return f"about {self.leaf.percent.normalize():f}% of the universe, by hash of salt and ordinal"


def drawn(leaf: Sample, ordinals: npt.NDArray[np.uint64]) -> npt.NDArray[np.bool_]:
    """Which ordinals are in the sample, whether they are in the universe or not."""
    bound = _bound(leaf)
    if bound == _HASHES:
        return np.ones(len(ordinals), dtype=np.bool_)
    seed = np.frombuffer(hashlib.blake2b(leaf.salt.encode(), digest_size=8).digest(), dtype="<u8")[0]
    below: npt.NDArray[np.bool_] = splitmix64(ordinals ^ seed) < np.uint64(bound)
    return below


def _bound(leaf: Sample) -> int:
    """Hashes below it are in the sample."""
    return int(Fraction(leaf.percent) / 100 * _HASHES)


def splitmix64(words: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """The finaliser of SplitMix64 after one step, on 64-bit words; arithmetic on arrays wraps as it should."""
    words = words + np.uint64(0x9E3779B97F4A7C15)
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))
