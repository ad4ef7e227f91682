"""What became of erasures: looks for what they erased, everywhere where a server can look."""

from collections.abc import Callable
from dataclasses import dataclass

from domain.changeset import Outcome, Recorded
from domain.errors import UnknownChangeset
from server.eventlog.port import EventLog
from server.usecases.auditing import Auditing
from server.usecases.clocks import Clocks, Reading
from server.usecases.drafts import EraseDraft
from server.usecases.erasing import decide_erasure
from server.usecases.scoping import scope_of


@dataclass(frozen=True, slots=True)
class Cleared:
    """Up to which positions the traces of erasures are gone from what this server keeps beside the log."""

    snapshots: int
    files: int | None
    """Of the store: what was overwritten there. None where that is not the server's to do."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """An erasure, and what was found when looking for what it erased."""

    reading: Reading
    recorded: Recorded
    """With the hashes that it is stored with."""
    vault_cleared: bool
    index_cleared: bool
    snapshots_cleared: bool
    files_scrubbed: bool | None
    """None where the server cannot tell."""

    @property
    def count(self) -> int:
        """Of the profiles."""
        return len(self.recorded.changeset.erased)


class Erasures:
    """Blocks on the log. Any thread may ask."""

    def __init__(self, clocks: Clocks, auditing: Auditing, log: EventLog, cleared: Callable[[], Cleared]) -> None:
        self._clocks, self._auditing, self._log, self._cleared = clocks, auditing, log, cleared

    def preview(self, draft: EraseDraft) -> tuple[Reading, Outcome]:
        """What it would do. Raises what recording it would raise."""
        reading = self._clocks.now(draft.request.workspace)
        scope = scope_of(reading.state.index, draft.request.attribution.actor, reading.view.as_of)
        if scope:
            raise scope.for_headquarters("an erasure")
        return reading, decide_erasure(draft, reading.state.profiles, reading.state.index.persons).outcome

    def certificate(self, workspace: str, changeset_id: bytes | None, position: int) -> Certificate:
        """Look for the ids everywhere. Raises UnknownChangeset."""
        reading = self._clocks.now(workspace)
        recorded = self._auditing.recorded(reading.state, changeset_id, position)
        changeset = recorded.changeset
        if not len(changeset.erased):
            raise UnknownChangeset(
                f"changeset {changeset.changeset_id} erased nobody; name one that EraseProfiles (tagledger erase) gave",
                metadata={"changeset": changeset.changeset_id},
            )
        ordinals, cleared = changeset.erased, self._cleared()
        return Certificate(
            reading,
            recorded,
            not any(self._log.profile_ids(workspace, ordinals).values()) and not self._log.keeps_personal(workspace, ordinals),
            not any(reading.state.profiles.names(ordinals)),
            cleared.snapshots >= recorded.position,
            None if cleared.files is None else cleared.files >= recorded.position,
        )
