"""profile_id to ordinal and back, for one workspace: the vault's content in memory.

The vault table is the truth; this is filled from it at start, and by the writer as changesets are recorded. It costs about
26 bytes a profile beside the text of the ids themselves. An erased profile keeps its ordinal, and has no id: "".
"""

from collections.abc import Sequence
from itertools import groupby

import numpy as np
import numpy.typing as npt

from projections.index.key_map import MISSING, Int64s, KeyMap
from projections.index.keys import TEXT_CHARACTERS_MAX, KeyMaker, Keys

CHUNK_NAMES = 1 << 14
Chunk = tuple[bytes | memoryview, npt.NDArray[np.uint32]]
"""The UTF-8 of CHUNK_NAMES ids, and where each begins, with the end behind."""


class ProfileMap:
    """One writer; readers may look up at any time, and see at least the profiles of the version they read."""

    def __init__(self, maker: KeyMaker | None = None, entries: KeyMap | None = None) -> None:
        """Empty, or with the entries of a snapshot, whose names `restore_names` brings."""
        self.maker = KeyMaker() if maker is None else maker
        self.entries = KeyMap() if entries is None else entries
        self._chunks: list[Chunk] = []
        self._open: list[str] = []

    def __len__(self) -> int:
        """Number of profiles; the next new one gets this ordinal."""
        return len(self._chunks) * CHUNK_NAMES + len(self._open)

    @property
    def size_bytes(self) -> int:
        """Memory, roughly."""
        return self.entries.size_bytes + sum(len(blob) + offsets.nbytes for blob, offsets in self._chunks)

    def keys(self, profile_ids: Sequence[str]) -> Keys:
        """The key of each profile_id, as `find` and `add` take them."""
        return self.maker.keys(profile_ids)

    def find(self, keys: Keys) -> Int64s:
        """The ordinal of each key, MISSING where the workspace has never seen it."""
        return self.entries.find(keys)

    def numbers(self, profile_ids: Sequence[str]) -> Int64s:
        """The ordinal of each profile_id, MISSING where the workspace has never seen it."""
        # What is longer than any id is in no workspace, as the empty text is.
        return self.find(self.keys([name if len(name) <= TEXT_CHARACTERS_MAX else "" for name in profile_ids]))

    def ordinals(self, profile_ids: Sequence[str]) -> list[int | None]:
        """The same, None where the workspace has never seen it."""
        return [None if ordinal == MISSING else ordinal for ordinal in self.numbers(profile_ids).tolist()]

    def add(self, profile_ids: Sequence[str], keys: Keys) -> None:
        """Give the next ordinals to profile_ids that are not here yet, each once, or "" for one that was erased since."""
        ordinals = np.arange(len(self), len(self) + len(profile_ids), dtype=np.uint32)
        if "" in profile_ids:
            named = [k for k, name in enumerate(profile_ids) if name]
            keys, ordinals = keys[named], ordinals[named]
        self.entries.add(keys, ordinals)
        for start in range(0, len(profile_ids), CHUNK_NAMES):
            self._open += profile_ids[start : start + CHUNK_NAMES]
            if len(self._open) >= CHUNK_NAMES:
                self._close_chunk()

    def erase(self, ordinals: Sequence[int]) -> None:
        """Forget the ids of profiles, by ordinal ascending. Whoever comes with such an id gets an ordinal of their own."""
        self.entries.drop(np.asarray(ordinals, np.uint32))
        for chunk, of_chunk in groupby(map(int, ordinals), lambda ordinal: ordinal // CHUNK_NAMES):
            places = [ordinal % CHUNK_NAMES for ordinal in of_chunk]
            if chunk < len(self._chunks):
                self._chunks[chunk] = _without(self._chunks[chunk], places)
            else:
                for place in places:
                    self._open[place] = ""

    def compact(self) -> bool:
        """See KeyMap."""
        return self.entries.compact()

    def purge(self) -> None:
        """See KeyMap."""
        self.entries.purge()

    @property
    def purged(self) -> bool:
        """Is nothing left of who was erased?"""
        return self.entries.purged

    def _close_chunk(self) -> None:
        encoded = [name.encode() for name in self._open[:CHUNK_NAMES]]
        offsets = np.zeros(CHUNK_NAMES + 1, dtype=np.uint32)
        np.cumsum([len(one) for one in encoded], out=offsets[1:])
        self._chunks.append((b"".join(encoded), offsets))
        self._open = self._open[CHUNK_NAMES:]

    def captured_names(self) -> tuple[list[Chunk], list[str]]:
        """Closed chunks and the names behind them, for a snapshot: taken while nothing is added."""
        return list(self._chunks), list(self._open)

    def restore_names(self, chunks: Sequence[Chunk], following: Sequence[str]) -> None:
        """What captured_names gave."""
        self._chunks, self._open = list(chunks), list(following)

    def names(self, ordinals: Sequence[int]) -> list[str]:
        """The profile_id of each ordinal, "" where it was erased; ordinals ascending are quickest."""
        names: list[str] = []
        current, offsets, open_names = -1, [0], self._open
        blob: bytes | memoryview = b""
        chunks = self._chunks
        for ordinal in ordinals:
            chunk, place = divmod(ordinal, CHUNK_NAMES)
            if chunk >= len(chunks):
                names.append(open_names[place])
                continue
            if chunk != current:
                current, blob, offsets = chunk, chunks[chunk][0], chunks[chunk][1].tolist()
            names.append(str(blob[offsets[place] : offsets[place + 1]], "utf-8"))
        return names


def _without(chunk: Chunk, places: Sequence[int]) -> Chunk:
    """The chunk with nothing at these places, ascending."""
    blob, offsets = chunk
    sizes, kept, at = np.diff(offsets), list[bytes](), 0
    for place in places:
        kept.append(bytes(blob[at : offsets[place]]))
        at, sizes[place] = int(offsets[place + 1]), 0
    kept.append(bytes(blob[at:]))
    left = np.zeros(len(offsets), np.uint32)
    np.cumsum(sizes, out=left[1:])
    return b"".join(kept), left
