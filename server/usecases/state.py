"""All that a server holds of one workspace: the index, the profile map, the seen interaction ids, the head of the stream.

`apply` is the only way in: from the log at start, from other servers' commits, and after own commits.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from domain.changeset import Recorded
from projections.identity import ProfileMap
from projections.index.digests import DigestMap, digest
from projections.index.workspace_index import WorkspaceIndex
from server.eventlog.payload import GENESIS


@dataclass(slots=True)
class WorkspaceState:
    """One writer (the committer) changes it; readers use `index` and `profiles`."""

    name: str
    index: WorkspaceIndex
    profiles: ProfileMap = field(default_factory=ProfileMap)
    seen_ids: DigestMap = field(default_factory=DigestMap)
    version: int = 0
    chain: bytes = GENESIS
    recorded_at: int = 0

    @classmethod
    def empty(cls, name: str) -> "WorkspaceState":
        """Before the first changeset."""
        return cls(name, WorkspaceIndex(name))

    def apply(self, recorded: Recorded, profile_ids: Iterable[str]) -> None:
        """Take in the next changeset of the stream, with the ids of the profiles that it saw first."""
        changeset = recorded.changeset
        self.profiles.add(list(profile_ids))
        if changeset.interactions and len(changeset.interactions.ids):
            self._remember_ids(changeset.interactions.ids)
        self.index.apply(recorded)
        self.version, self.recorded_at = changeset.version, changeset.recorded_at
        self.chain = bytes.fromhex(recorded.chain_sha256)

    def _remember_ids(self, ids: Sequence[str]) -> None:
        digests = [digest(one) for one in ids if one]
        self.seen_ids.add(digests, [0] * len(digests))
