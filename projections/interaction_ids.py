"""Which interactions were recorded, by which version, and whether they count still: for duplicates and for corrections.

An id is seen for ever: what is sent again counts once, also after its retraction. Each correction adds a step to what is known
of it - recorded, retracted, recorded again, … - so that entries are only ever added: step n is found under the key of the id,
mixed with n. An interaction without an id is known by the version that recorded it first and its row there, and is
written down only once it is retracted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.changeset import InteractionColumns
from projections.index.key_map import MISSING, Int64s, KeyMap
from projections.index.keys import KeyMaker, Keys, no_keys

_WITHOUT_ID = np.uint64(1 << 63)  # no text has such a key but by chance
_MIXERS = np.array([0x9E37_79B9_7F4A_7C15, 0xC2B2_AE3D_27D4_EB4F], np.uint64)
"""Odd, so that no two steps give the same; of both halves, so that the steps of an id do not lie in one place of a table."""


@dataclass(frozen=True, slots=True)
class Identities:
    """What interactions are known by."""

    keys: Keys
    implied: Int64s
    """Of those without an id, the version that recorded them first; MISSING for others."""


@dataclass(frozen=True, slots=True)
class Latest:
    """The last that is known of some interactions."""

    steps: Int64s
    """MISSING: nothing; even: recorded; odd: retracted."""
    versions: Int64s
    """That recorded or retracted it."""

    @property
    def counts(self) -> npt.NDArray[np.bool_]:
        """Which of them are recorded, and not retracted."""
        counts: npt.NDArray[np.bool_] = (self.steps != MISSING) & (self.steps % 2 == 0)
        return counts


class InteractionIds:
    """Of one workspace. One writer; readers may look up at any time."""

    def __init__(self, maker: KeyMaker | None = None, entries: KeyMap | None = None) -> None:
        """Empty, or with the entries of a snapshot."""
        self.maker = KeyMaker() if maker is None else maker
        self.entries = KeyMap() if entries is None else entries

    def keys(self, ids: Sequence[str]) -> Keys:
        """The key of each id."""
        return self.maker.keys(ids)

    def seen(self, keys: Keys) -> npt.NDArray[np.bool_]:
        """Which of the ids were ever recorded."""
        seen: npt.NDArray[np.bool_] = self.entries.find(keys) != MISSING
        return seen

    def add(self, keys: Keys, version: int) -> None:
        """A version records ids that were never seen."""
        self.entries.add(keys, np.full(len(keys), version, dtype=np.uint32))

    def digest(self) -> int:
        """Of all entries, wherever they lie; of equal ones, made with the same seed, the same."""
        runs, recent = self.entries.captured()
        parts = [(run.high, run.low, run.values) for run in runs] + [recent]
        with np.errstate(over="ignore"):
            mixed = [(high ^ (low * _MIXERS[0])) * (values.astype(np.uint64) + _MIXERS[1]) for high, low, values in parts]
            return int(sum(one.sum(dtype=np.uint64) for one in mixed) & 0xFFFF_FFFF_FFFF_FFFF)

    def named(self, ids: Sequence[str]) -> Identities:
        """Of ids."""
        return Identities(self.keys(ids), np.full(len(ids), MISSING, dtype=np.int64))

    def of(self, columns: InteractionColumns, version: int) -> Identities:
        """Of interactions that a version recorded; of retracted ones, whose origins are written down, any version will do."""
        count = len(columns.ordinals)
        origins, rows = (
            np.asarray(column, np.int64) if len(column) else np.zeros(count, np.int64)
            for column in (columns.origin_versions, columns.origin_rows)
        )
        first = np.where(origins > 0, origins, version)
        places = np.where(origins > 0, rows, np.arange(count))
        ids = columns.ids if len(columns.ids) else [""] * count
        texts = [one or f"{first[k]}:{places[k]}" for k, one in enumerate(ids)]
        without = np.asarray([not one for one in ids], dtype=np.bool_)
        keys = self.keys(texts)
        keys[without, 1] ^= _WITHOUT_ID
        return Identities(keys, np.where(without, first, MISSING))

    def latest(self, wanted: Identities) -> Latest:
        """The last that is known of each."""
        versions = self.entries.find(wanted.keys)
        versions = np.where(versions == MISSING, wanted.implied, versions)
        steps = np.where(versions == MISSING, np.int64(MISSING), np.int64(0))
        # Ever longer strides as long as there is such a step, then ever shorter ones.
        places, stride = np.flatnonzero(steps == 0), 1
        strides = []
        while len(places):
            strides.append((places, stride))
            places = self._advanced(wanted.keys, steps, versions, places, stride)
            stride *= 2
        for tried, stride in reversed(strides[:-1]):
            self._advanced(wanted.keys, steps, versions, tried, stride)
        return Latest(steps, versions)

    def as_left_by(
        self, version: int, wanted: Identities, latest: Latest, taken_back: Mapping[int, int]
    ) -> npt.NDArray[np.bool_]:
        """Which of them stand as the version left them: what came later has been taken back, the last first.

        `taken_back`: versions that were, and the ones that did so, with the version that each took back, or 0.
        """
        gone = np.asarray(sorted(taken_back), np.int64)
        steps, versions = latest.steps.copy(), latest.versions.copy()
        places, owed = np.flatnonzero(steps > 0), dict[int, list[int]]()
        while len(places := places[np.isin(versions[places], gone) & (steps[places] > 0)]):
            following = versions[places]
            steps[places] -= 1
            before = self.entries.find(_stepped(wanted.keys[places], steps[places]))
            versions[places] = np.where(before == MISSING, wanted.implied[places], before)
            # A replacement is two steps of one version.
            for place, last in zip(*(one[following != versions[places]].tolist() for one in (places, following)), strict=True):
                waiting = owed.setdefault(place, [])
                if waiting and waiting[-1] == last:
                    waiting.pop()
                else:
                    waiting.append(taken_back[last])
        found: npt.NDArray[np.bool_] = versions == version
        found[[place for place, waiting in owed.items() if waiting]] = False
        return found

    def _advanced(self, keys: Keys, steps: Int64s, versions: Int64s, places: Int64s, stride: int) -> Int64s:
        """Those of the places that have a step so many further on, and are there now."""
        found = self.entries.find(_stepped(keys[places], steps[places] + stride))
        there: Int64s = places[found != MISSING]
        steps[there] += stride
        versions[there] = found[found != MISSING]
        return there

    def step(self, wanted: Identities, version: int) -> None:
        """A version retracts those that count, and records the others. Not for new ones without an id, which are implied."""
        steps = self.latest(wanted).steps + 1
        self.entries.add(_stepped(wanted.keys, steps), np.full(len(steps), version, dtype=np.uint32))


def _stepped(keys: Keys, steps: Int64s) -> Keys:
    if not len(keys):
        return no_keys()
    return keys ^ (steps.astype(np.uint64)[:, np.newaxis] * _MIXERS)
