"""Gathers the parts of an upload: ids are looked up as they come, so that a known one needs four bytes, another one sixteen."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from pyroaring import BitMap

from domain.errors import LimitExceeded
from domain.limits import MAX_LIST_IDS
from projections.index import bitmaps
from projections.index.key_map import MISSING
from projections.index.keys import Keys
from server.usecases.drafts import UploadDraft
from server.usecases.state import WorkspaceState
from server.usecases.unknown_ids import UnknownIds

SHOWN_UNKNOWN_MAX = 100


class GatheredUpload:
    """The upload of one list, part by part. Not thread-safe."""

    def __init__(self, draft: UploadDraft, state: WorkspaceState) -> None:
        """`draft`: all but the profiles."""
        self._draft, self._profiles, self._index = draft, state.profiles, state.index
        self._profile_count = state.index.profile_count
        self._digest = hashlib.sha256(draft.request.digest)
        self._known = BitMap()
        self._unknown: list[Keys] = []
        self._count = 0
        self._shown: dict[str, None] = {}

    def add(self, profile_ids: Sequence[str]) -> None:
        """Take in a part. Raises LimitExceeded."""
        self._count += len(profile_ids)
        LimitExceeded.refuse(
            "list ids", field="profile_ids", maximum=MAX_LIST_IDS, actual=self._count, remedy="upload several lists"
        )
        if not profile_ids:
            return
        # No id has U+0000 in it, so that the bytes tell the ids whatever parts they came in.
        self._digest.update(("\0".join(profile_ids) + "\0").encode())
        keys = self._profiles.keys(profile_ids)
        found = self._profiles.find(keys)
        missing = np.flatnonzero(found == MISSING)
        self._known |= bitmaps.from_ordinals(np.delete(found, missing).astype(np.uint32))
        self._unknown.append(keys[missing])
        for place in missing[: SHOWN_UNKNOWN_MAX - len(self._shown)].tolist():
            self._shown.setdefault(profile_ids[place])

    def draft(self) -> UploadDraft:
        """What is to be decided, once the last part has come."""
        # Profiles that came meanwhile are looked at here, so that few are left for the writer.
        unknown = UnknownIds.of(self._unknown, self._profile_count)
        since, unknown = unknown.seen_since(self._profiles, self._index.profile_count)
        known = self._known | since
        # What is unknown is not written.
        request = replace(self._draft.request, digest=self._digest.digest(), size_bytes=int(known.__sizeof__()))
        return replace(self._draft, request=request, known=known, unknown=unknown)

    def still_unknown(self) -> list[str]:
        """The first ids that the workspace has not seen even now."""
        shown = list(self._shown)
        return [name for name, ordinal in zip(shown, self._profiles.ordinals(shown), strict=True) if ordinal is None]
