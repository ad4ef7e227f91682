"""Gathers the parts of an upload: ids are looked up as they come, so that a list of millions needs four bytes each."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from domain.errors import LimitExceeded
from domain.limits import MAX_LIST_IDS
from projections.identity import ProfileMap
from projections.index import bitmaps
from projections.index.bitmaps import Ordinals
from projections.index.key_map import MISSING
from projections.index.keys import as_bytes
from server.usecases.drafts import UploadDraft

SHOWN_UNKNOWN_MAX = 100


class GatheredUpload:
    """The upload of one list, part by part. Not thread-safe."""

    def __init__(self, draft: UploadDraft, profiles: ProfileMap) -> None:
        """`draft`: all but the profiles."""
        self._draft, self._profiles = draft, profiles
        self._digest = hashlib.sha256(draft.request.digest)
        self._parts: list[Ordinals] = []
        self._unknown: set[bytes] = set()
        self._count = 0
        self.shown_unknown: list[str] = []
        """The first ids that the workspace has never seen."""

    def add(self, profile_ids: Sequence[str]) -> None:
        """Take in a part. Raises LimitExceeded."""
        self._count += len(profile_ids)
        if self._count > MAX_LIST_IDS:
            raise LimitExceeded.of(
                "list ids", field="profile_ids", maximum=MAX_LIST_IDS, actual=self._count, remedy="upload several lists"
            )
        if not profile_ids:
            return
        # No id has U+0000 in it, so that the bytes tell the ids whatever parts they came in.
        self._digest.update(("\0".join(profile_ids) + "\0").encode())
        keys = self._profiles.keys(profile_ids)
        found = self._profiles.find(keys)
        missing = np.flatnonzero(found == MISSING)
        self._parts.append(np.delete(found, missing).astype(np.uint32))
        for place, name in zip(missing.tolist(), as_bytes(keys[missing]), strict=True):
            if name not in self._unknown:
                self._unknown.add(name)
                if len(self.shown_unknown) < SHOWN_UNKNOWN_MAX:
                    self.shown_unknown.append(profile_ids[place])

    def draft(self) -> UploadDraft:
        """What is to be decided, once the last part has come."""
        ordinals = np.concatenate(self._parts) if self._parts else np.empty(0, np.uint32)
        request = replace(self._draft.request, digest=self._digest.digest(), size_bytes=ordinals.nbytes)
        return replace(
            self._draft,
            request=request,
            ordinals=bitmaps.from_ordinals(ordinals).to_array(),
            unknown=len(self._unknown),
        )
