"""From 128-bit digests to numbers, compactly: 20 bytes an entry instead of the 170 of a Python dict.

Serves the profile map (digest of profile_id to ordinal) and the set of interaction ids. Digests are BLAKE2b, so that two
different keys meet with probability 2^-128 a pair, also when somebody tries. Entries are added, never changed or removed:
recent ones in a dict, older ones in sorted runs that are merged in powers of four.
"""

import hashlib
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

_RECENT_MAX = 1 << 16
_FANOUT = 4

UInt64s = npt.NDArray[np.uint64]
UInt32s = npt.NDArray[np.uint32]


def digest(key: str) -> bytes:
    """16 bytes that stand for the key."""
    return hashlib.blake2b(key.encode(), digest_size=16).digest()


class _Run:
    """Entries sorted by the high half of the digest."""

    def __init__(self, high: UInt64s, low: UInt64s, values: UInt32s) -> None:
        order = np.argsort(high, kind="stable")
        self.high, self.low, self.values = high[order], low[order], values[order]

    @classmethod
    def merged(cls, runs: Sequence["_Run"]) -> "_Run":
        return cls(*(np.concatenate([getattr(run, name) for run in runs]) for name in ("high", "low", "values")))

    def find(self, high: UInt64s, low: UInt64s, found: npt.NDArray[np.int64]) -> None:
        """Write the values of the digests that are here into `found`."""
        at = np.searchsorted(self.high, high)
        inside = np.flatnonzero(at < len(self.high))
        inside = inside[self.high[at[inside]] == high[inside]]
        for i in inside.tolist():
            k = int(at[i])
            # Equal high halves of different digests are a curiosity (2^-64), but must not be wrong.
            while k < len(self.high) and self.high[k] == high[i]:
                if self.low[k] == low[i]:
                    found[i] = self.values[k]
                    break
                k += 1


class DigestMap:
    """Digest to uint32. One writer; readers in other threads see each entry from its insertion on."""

    def __init__(self) -> None:
        self._recent: dict[bytes, int] = {}
        self._runs: tuple[_Run, ...] = ()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def size_bytes(self) -> int:
        """Memory of the entries, roughly."""
        return sum(20 * len(run.high) for run in self._runs) + 150 * len(self._recent)

    def find(self, digests: Sequence[bytes]) -> list[int]:
        """The value of each digest, or -1."""
        recent, runs = self._recent, self._runs
        values = [recent.get(one, -1) for one in digests]
        if runs:
            missing = [i for i, value in enumerate(values) if value < 0]
            if missing:
                self._find_in_runs(runs, digests, missing, values)
        return values

    def _find_in_runs(self, runs: Sequence[_Run], digests: Sequence[bytes], missing: list[int], values: list[int]) -> None:
        halves = np.frombuffer(b"".join([digests[i] for i in missing]), dtype=np.uint64).reshape(-1, 2)
        high, low = np.ascontiguousarray(halves[:, 0]), np.ascontiguousarray(halves[:, 1])
        found = np.full(len(missing), -1, dtype=np.int64)
        for run in runs:
            run.find(high, low, found)
        for i, value in zip(missing, found.tolist(), strict=True):
            values[i] = value

    def add(self, digests: Iterable[bytes], values: Iterable[int]) -> None:
        """Add entries whose digests are new."""
        self._recent.update(zip(digests, values, strict=True))
        if len(self._recent) >= _RECENT_MAX:
            self._seal()
        self._count = sum(len(run.high) for run in self._runs) + len(self._recent)

    def _seal(self) -> None:
        halves = np.frombuffer(b"".join(self._recent), dtype=np.uint64).reshape(-1, 2)
        values = np.fromiter(self._recent.values(), dtype=np.uint32, count=len(self._recent))
        runs = [*self._runs, _Run(halves[:, 0], halves[:, 1], values)]
        while len(runs) >= _FANOUT and len(runs[-1].high) * 2 >= len(runs[-_FANOUT].high):
            runs[-_FANOUT:] = [_Run.merged(runs[-_FANOUT:])]
        # Runs first: between the two assignments an entry is found twice, never missed.
        self._runs = tuple(runs)
        self._recent = {}
