"""profile_id to ordinal and back, for one workspace: the vault's content in memory.

The vault table is the truth; this is filled from it at start, and by the writer as changesets are recorded. It costs about
24 bytes a profile beside the text of the ids themselves.
"""

from collections.abc import Sequence

import numpy as np

from projections.index.digests import DigestMap, digest

_CHUNK_NAMES = 1 << 14
_HOT_NAMES_MAX = 1 << 20


class ProfileMap:
    """One writer; readers may look up at any time, and see at least the profiles of the version they read."""

    def __init__(self) -> None:
        self._map = DigestMap()
        self._hot: dict[str, int] = {}
        self._chunks: list[tuple[bytes, np.ndarray[tuple[int], np.dtype[np.uint32]]]] = []
        self._open: list[str] = []

    def __len__(self) -> int:
        """Number of profiles; the next new one gets this ordinal."""
        return len(self._chunks) * _CHUNK_NAMES + len(self._open)

    @property
    def size_bytes(self) -> int:
        """Memory, roughly, without the cache of hot names."""
        return self._map.size_bytes + sum(len(blob) + offsets.nbytes for blob, offsets in self._chunks)

    def ordinals(self, profile_ids: Sequence[str]) -> list[int | None]:
        """The ordinal of each profile_id, None where the workspace has never seen it."""
        hot = self._hot
        found = list(map(hot.get, profile_ids))
        if None not in found:
            return found
        cold = [i for i, ordinal in enumerate(found) if ordinal is None]
        for i, ordinal in zip(cold, self._map.find([digest(profile_ids[i]) for i in cold]), strict=True):
            if ordinal >= 0:
                found[i] = hot[profile_ids[i]] = ordinal
        if len(hot) > _HOT_NAMES_MAX:
            self._hot = {}
        return found

    def add(self, profile_ids: Sequence[str]) -> None:
        """Give the next ordinals to profile_ids that are not here yet, each once."""
        first = len(self)
        self._map.add([digest(name) for name in profile_ids], range(first, first + len(profile_ids)))
        self._hot.update(zip(profile_ids, range(first, first + len(profile_ids)), strict=True))
        if len(self._hot) > _HOT_NAMES_MAX:
            self._hot = {}
        for name in profile_ids:
            self._open.append(name)
            if len(self._open) == _CHUNK_NAMES:
                self._close_chunk()

    def _close_chunk(self) -> None:
        encoded = [name.encode() for name in self._open]
        offsets = np.zeros(_CHUNK_NAMES + 1, dtype=np.uint32)
        np.cumsum([len(one) for one in encoded], out=offsets[1:])
        self._chunks.append((b"".join(encoded), offsets))
        self._open = []

    def names(self, ordinals: Sequence[int]) -> list[str]:
        """The profile_id of each ordinal; ordinals ascending are quickest."""
        names: list[str] = []
        current, blob, offsets, open_names = -1, b"", [0], self._open
        chunks = self._chunks
        for ordinal in ordinals:
            chunk, place = divmod(ordinal, _CHUNK_NAMES)
            if chunk >= len(chunks):
                names.append(open_names[place])
                continue
            if chunk != current:
                current, blob, offsets = chunk, chunks[chunk][0], chunks[chunk][1].tolist()
            names.append(blob[offsets[place] : offsets[place + 1]].decode())
        return names
