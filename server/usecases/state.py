"""All that a server holds of one workspace: the index, the profile map, the seen interaction ids, the head of the stream.

`apply` is the only way in: from the log at start, from other servers' commits, and after own commits.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from domain.changeset import Changeset, InteractionColumns, Recorded
from projections.identity import ProfileMap
from projections.index.key_map import KeyMap
from projections.index.keys import KeyMaker, Keys
from projections.index.profile_numbers import ProfileNumbers
from projections.index.workspace_index import WorkspaceIndex
from projections.interaction_ids import InteractionIds
from server.eventlog.payload import GENESIS


@dataclass(frozen=True, slots=True)
class ComputedKeys:
    """Keys of the profile_ids that a changeset sees first, and of its interaction ids."""

    profiles: Keys
    ids: Keys


@dataclass(slots=True)
class WorkspaceState:
    """One writer (the committer) changes it; readers use `index` and `profiles`."""

    name: str
    index: WorkspaceIndex
    profiles: ProfileMap = field(default_factory=ProfileMap)
    interaction_ids: InteractionIds = field(default_factory=InteractionIds)
    version: int = 0
    chain: bytes = GENESIS
    recorded_at: int = 0

    def __post_init__(self) -> None:
        self.index.profile_numbers = ProfileNumbers(self.profiles.numbers)

    @classmethod
    def empty(cls, name: str) -> "WorkspaceState":
        """Before the first changeset."""
        return cls(name, WorkspaceIndex(name))

    @classmethod
    def over(
        cls, name: str, index: WorkspaceIndex, profiles: KeyMap, profiles_seed: bytes, ids: KeyMap, ids_seed: bytes
    ) -> "WorkspaceState":
        """From the stores of a snapshot."""
        return cls(name, index, ProfileMap(KeyMaker(profiles_seed), profiles), InteractionIds(KeyMaker(ids_seed), ids))

    def apply(self, recorded: Recorded, profile_ids: Sequence[str], computed: ComputedKeys | None = None) -> None:
        """Take in the next changeset of the stream, with the ids of the profiles that it saw first.

        `computed`: what the decision computed already, so that it is not done twice.
        """
        changeset = recorded.changeset
        if profile_ids:
            self.profiles.add(profile_ids, computed.profiles if computed else self.profiles.keys(profile_ids))
        self.index.apply(recorded)
        # Behind the index: whoever finds a version by an id may ask the index for its position.
        if changeset.retracted:
            self._correct_ids(changeset, changeset.retracted.rows)
        elif changeset.interactions and len(changeset.interactions.ids):
            keys = computed.ids if computed else self.interaction_ids.keys([one for one in changeset.interactions.ids if one])
            self.interaction_ids.add(keys, changeset.version)
        if changeset.erased:  # behind the index: who finds no name there knows why
            self.profiles.erase(changeset.erased)
        self.version, self.recorded_at = changeset.version, changeset.recorded_at
        self.chain = bytes.fromhex(recorded.chain_sha256)

    def _correct_ids(self, changeset: Changeset, retracted: InteractionColumns) -> None:
        for rows in (retracted, *([changeset.interactions] if changeset.interactions else ())):
            self.interaction_ids.step(self.interaction_ids.of(rows, changeset.version), changeset.version)

    def compact(self) -> bool:
        """Merge some runs of the stores, in the background; False when there is nothing to merge."""
        return any([self.index.compact(), self.profiles.compact(), self.interaction_ids.entries.compact()])
