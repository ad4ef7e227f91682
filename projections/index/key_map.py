"""From 128-bit keys to numbers, compactly and a whole batch at a time: 22 bytes an entry instead of the 170 of a Python dict.

Serves the profile map (key of the profile_id to ordinal) and the set of interaction ids. Entries are added, never changed:
recent ones in an open-addressing table, older ones in runs sorted by key, found through a table of buckets, merged four at a
time by whoever calls `compact` (a background thread; the writer never waits for a merge). Those that are dropped are not found
any more; `purge` writes the runs without them.
"""

import threading
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from projections.index import bitmaps
from projections.index.keys import Keys

UInt64s = npt.NDArray[np.uint64]
UInt32s = npt.NDArray[np.uint32]
Int64s = npt.NDArray[np.int64]

MISSING = -1
_SEALED_ENTRIES = 1 << 16
_LOAD = 4  # slots an entry
_FIRST_SLOTS = 1 << 10
_FREE = np.uint32(0xFFFF_FFFF)
_FANOUT = 4
_BUCKET_ENTRIES = 1
_NEAR = np.arange(4)
_HOT_SLOTS = 1 << 18


class _Table:
    """Recent entries. One writer; a reader sees an entry once its value stands, which is written last."""

    def __init__(self, slots: int) -> None:
        self.high = np.zeros(slots, dtype=np.uint64)
        self.low = np.zeros(slots, dtype=np.uint64)
        self.values = np.full(slots, _FREE, dtype=np.uint32)
        self.count = 0

    def find(self, keys: Keys, found: Int64s) -> None:
        """Write the values of the keys that are here into `found`."""
        mask = len(self.values) - 1
        places = np.arange(len(keys))
        high, low = keys[:, 0], keys[:, 1]
        slots = (high & np.uint64(mask)).astype(np.int64)
        while len(places):
            values = self.values[slots]
            hit = (self.high[slots] == high[places]) & (self.low[slots] == low[places]) & (values != _FREE)
            found[places[hit]] = values[hit]
            on = (values != _FREE) & ~hit
            places, slots = places[on], (slots[on] + 1) & mask

    def add(self, keys: Keys, values: UInt32s) -> None:
        """Add entries that are not here; there must be room."""
        mask = len(self.values) - 1
        places = np.arange(len(keys))
        slots = (keys[:, 0] & np.uint64(mask)).astype(np.int64)
        claims = np.empty(len(self.values), dtype=np.int64)
        while len(places):
            free = self.values[slots] == _FREE
            # Of several that want one slot, the last claim stands.
            claims[slots[free]] = places[free]
            won = free.copy()
            won[free] = claims[slots[free]] == places[free]
            taken, winners = slots[won], places[won]
            self.high[taken], self.low[taken] = keys[winners, 0], keys[winners, 1]
            self.values[taken] = values[winners]
            places, slots = places[~won], (slots[~won] + 1) & mask
        self.count += len(keys)

    def entries(self) -> tuple[UInt64s, UInt64s, UInt32s]:
        """All of them: upper halves, lower halves, values."""
        here = self.values != _FREE
        return self.high[here], self.low[here], self.values[here]

    def without(self, dropped: UInt32s) -> "_Table":
        """The same, but for the entries with these values."""
        high, low, values = self.entries()
        kept = ~np.isin(values, dropped)
        other = _Table(len(self.values))
        other.add(np.column_stack((high[kept], low[kept])), values[kept])
        return other


class Run:
    """Entries sorted by the upper half of the key. Arrays may be memory-mapped."""

    def __init__(self, high: UInt64s, low: UInt64s, values: UInt32s, starts: UInt32s | None = None) -> None:
        """The arrays, sorted already. `starts`: where the buckets begin, if that was computed before."""
        self.high, self.low, self.values = high, low, values
        bits = max(1, (len(high) // _BUCKET_ENTRIES).bit_length())
        self._shift = np.uint64(64 - bits)
        if starts is None:
            bounds = np.arange(1 << bits, dtype=np.uint64) << self._shift
            starts = np.append(np.searchsorted(high, bounds), len(high)).astype(np.uint32)
        self.starts = starts

    @classmethod
    def sorted(cls, high: UInt64s, low: UInt64s, values: UInt32s) -> "Run":
        """From arrays in any order."""
        order = np.argsort(high, kind="stable")
        return cls(high[order], low[order], values[order])

    @classmethod
    def merged(cls, runs: Sequence["Run"]) -> "Run":
        """One run with the entries of several."""
        return cls.sorted(
            np.concatenate([run.high for run in runs]),
            np.concatenate([run.low for run in runs]),
            np.concatenate([run.values for run in runs]),
        )

    def without(self, dropped: UInt32s) -> "Run":
        """The same, but for the entries with these values; itself where it has none of them."""
        kept = ~bitmaps.among(self.values, dropped)
        return self if kept.all() else Run(self.high[kept], self.low[kept], self.values[kept])

    def __len__(self) -> int:
        return len(self.high)

    @property
    def size_bytes(self) -> int:
        """Memory of the arrays."""
        return self.high.nbytes + self.low.nbytes + self.values.nbytes + self.starts.nbytes

    def find(self, keys: Keys, places: Int64s, found: Int64s) -> None:
        """Write the values of the keys at these places that are here into `found`."""
        high = keys[places, 0]
        buckets = (high >> self._shift).astype(np.int64)
        at = self.starts[buckets].astype(np.int64)
        # Most buckets lie within the first entries: those are compared at once, in one row a key.
        near = np.minimum(at[:, np.newaxis] + _NEAR, len(self.high) - 1)
        rows, columns = np.nonzero(self.high[near] == high[:, np.newaxis])
        hits = near[rows, columns]
        same = self.low[hits] == keys[places[rows], 1]
        found[places[rows[same]]] = self.values[hits[same]]
        end = self.starts[buckets + 1].astype(np.int64)
        far = np.flatnonzero(end - at > len(_NEAR))
        for i in far.tolist():
            for k in range(int(at[i]) + len(_NEAR), int(end[i])):
                if self.high[k] == high[i] and self.low[k] == keys[places[i], 1]:
                    found[places[i]] = self.values[k]


class _Hot:
    """What was found lately, one entry a slot: a batch of known keys is answered in one step. Any thread may find and put."""

    def __init__(self) -> None:
        self._entries = np.zeros((_HOT_SLOTS, 3), dtype=np.uint64)
        self._lock = threading.Lock()  # numpy may let go of the interpreter in the middle of a row

    def find(self, keys: Keys, places: Int64s, found: Int64s) -> None:
        """As Run.find."""
        slots = (keys[places, 1] & np.uint64(_HOT_SLOTS - 1)).astype(np.int64)
        with self._lock:
            entries = self._entries[slots]
        hit = (entries[:, 0] == keys[places, 0]) & (entries[:, 1] == keys[places, 1])
        found[places[hit]] = entries[hit, 2]

    def put(self, keys: Keys, places: Int64s, found: Int64s) -> None:
        """Remember what was found at these places."""
        slots = (keys[places, 1] & np.uint64(_HOT_SLOTS - 1)).astype(np.int64)
        entries = np.column_stack((keys[places], found[places].astype(np.uint64)))
        with self._lock:
            self._entries[slots] = entries


class KeyMap:
    """Key to uint32 below 2^32 - 1. One writer; readers in other threads see each entry from its addition on."""

    def __init__(self, runs: Sequence[Run] = ()) -> None:
        self._runs: tuple[Run, ...] = tuple(runs)
        self._recent = _Table(_FIRST_SLOTS)
        self._swap = threading.Lock()
        self._hot: _Hot | None = None
        self._dropped = BitMap()
        """Values of entries that are not to be found any more, though runs may have them."""
        self._purged = 0
        """How many had been dropped when the runs were last written without them."""

    def __len__(self) -> int:
        """Number of entries, those too that are dropped and not yet gone."""
        return sum(map(len, self._runs)) + self._recent.count

    @property
    def size_bytes(self) -> int:
        """Memory of the entries."""
        return sum(run.size_bytes for run in self._runs) + 20 * len(self._recent.values)

    def find(self, keys: Keys) -> Int64s:
        """The value of each key, or MISSING."""
        # The table first: an entry moves from there to a run, and is in both in between.
        recent = self._recent
        found = np.full(len(keys), MISSING, dtype=np.int64)
        recent.find(keys, found)
        missing = np.flatnonzero(found == MISSING)
        if not self._runs or not len(missing):
            return found
        if self._hot is not None:
            self._hot.find(keys, missing, found)
            missing = self._still_missing(missing, found)
        # The youngest first: an entry may have come anew since one with its key was dropped.
        looked_up = missing
        for run in reversed(self._runs):
            if not len(missing):
                break
            run.find(keys, missing, found)
            missing = self._still_missing(missing, found)
        self._remember(keys, looked_up[found[looked_up] != MISSING], found)
        return found

    def _still_missing(self, places: Int64s, found: Int64s) -> Int64s:
        """Those of the places where nothing was found, or something that was dropped, which is taken back."""
        values = found[places]
        if self._dropped:
            gone = bitmaps.from_ordinals(values[values != MISSING].astype(np.uint32)) & self._dropped
            values = found[places] = np.where(np.isin(values, bitmaps.to_ordinals(gone)), MISSING, values)
        missing: Int64s = places[values == MISSING]
        return missing

    def _remember(self, keys: Keys, places: Int64s, found: Int64s) -> None:
        if len(places):
            if self._hot is None:
                self._hot = _Hot()
            self._hot.put(keys, places, found)

    def add(self, keys: Keys, values: UInt32s) -> None:
        """Add entries whose keys are new, each once."""
        for start in range(0, len(keys), _SEALED_ENTRIES):
            self._add(keys[start : start + _SEALED_ENTRIES], values[start : start + _SEALED_ENTRIES])

    def _add(self, keys: Keys, values: UInt32s) -> None:
        recent = self._recent
        needed = recent.count + len(keys)
        if needed * _LOAD > len(recent.values):
            grown = _Table(1 << (needed * _LOAD - 1).bit_length())
            high, low, known = recent.entries()
            grown.add(np.column_stack((high, low)), known)
            grown.add(keys, values)
            self._recent = grown
        else:
            recent.add(keys, values)
        if needed >= _SEALED_ENTRIES:
            sealed = Run.sorted(*self._recent.entries())
            with self._swap:
                self._runs = (*self._runs, sealed)
            self._recent = _Table(_FIRST_SLOTS)

    def drop(self, values: UInt32s) -> None:
        """Let the entries with these values not be found any more. For the writer."""
        self._dropped = self._dropped | bitmaps.from_ordinals(values)
        self._recent = self._recent.without(values)

    def purge(self) -> None:
        """Write the runs without what is dropped. By whoever calls `compact`, beside the writer and readers."""
        dropped = self._dropped
        if self.purged:
            return
        for run in self._runs:
            purged = run.without(bitmaps.to_ordinals(dropped))
            if purged is not run:
                self.replace(run, purged)
        self._purged = len(dropped)

    @property
    def purged(self) -> bool:
        """Have the runs been written without everything that was dropped?"""
        return self._purged == len(self._dropped)

    def compact(self) -> bool:
        """Merge the youngest equal-sized runs, if there are enough of them. May run beside the writer and readers."""
        runs = self._runs
        for first in range(len(runs) - _FANOUT + 1):
            group = runs[first : first + _FANOUT]
            if len(group[0]) < 2 * len(group[-1]):
                merged = Run.merged(group)
                with self._swap:
                    at = self._runs.index(group[0])
                    self._runs = (*self._runs[:at], merged, *self._runs[at + _FANOUT :])
                return True
        return False

    def runs(self) -> tuple[Run, ...]:
        """The runs; for snapshots."""
        return self._runs

    def captured(self) -> tuple[tuple[Run, ...], tuple[UInt64s, UInt64s, UInt32s]]:
        """The runs and the entries beside them, for a snapshot: taken while nothing is added."""
        return self._runs, self._recent.entries()

    def replace(self, run: Run, moved: Run) -> None:
        """Put the same entries in other arrays in the place of a run, if it is still there."""
        with self._swap:
            self._runs = tuple(moved if one is run else one for one in self._runs)
