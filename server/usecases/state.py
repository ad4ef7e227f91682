"""All that a server holds of one workspace: the index, the profile map, the seen interaction ids, the head of the stream.

`apply` is the only way in: from the log at start, from other servers' commits, and after own commits.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

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

    def names(self, ordinals: Sequence[int]) -> list[str]:
        """The profile_id of each ordinal, of a person that of the first of its profiles; "" where it was erased."""
        if not len(self.index.persons):
            return self.profiles.names(ordinals)
        named = self.index.persons.named(ordinals)
        order = np.argsort(named, kind="stable")  # ascending ones are quickest
        names = [""] * len(named)
        for place, name in zip(order.tolist(), self.profiles.names(named[order].tolist()), strict=True):
            names[place] = name
        return names

    def ordinals(self, profile_ids: Sequence[str], version: int) -> list[int | None]:
        """Who each profile_id is in answers at a version: the profile, or the person that it is of; None where never seen."""
        found = self.profiles.ordinals(profile_ids)
        if not len(self.index.persons):
            return found
        persons = self.index.persons
        return [None if one is None else person.ordinal if (person := persons.of(one, version)) else one for one in found]

    def compact(self) -> bool:
        """Merge some runs of the stores, in the background; False when there is nothing to merge."""
        return any([self.index.compact(), self.profiles.compact(), self.interaction_ids.entries.compact()])
