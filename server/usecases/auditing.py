"""Questions about history: entries of a profile, of a tag, of a changeset, by page, each with its attribution."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from domain.changeset import Changeset, Recorded
from domain.errors import UnknownChangeset, UnknownProfile
from projections.history.entries import Entry, entries, entry_count, rows_of_profile, rows_of_tag
from projections.history.timeline import Versions, lost_tag, versions_of_profile, versions_of_tag
from server.eventlog import payload
from server.eventlog.port import EventLog
from server.usecases.catalogue_commands import tag_with_key
from server.usecases.clocks import Clocks, KnownAt, Reading
from server.usecases.state import WorkspaceState
from server.usecases.tokens import ROWS, VERSIONS, make_token, question_digest, read_token


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Entries with the changesets that they belong to."""

    reading: Reading
    entries: Sequence[tuple[Recorded, Entry]]
    next_token: str


@dataclass(frozen=True, slots=True)
class ChangesetPage:
    """One changeset, and some of its entries."""

    reading: Reading
    recorded: Recorded
    entries: Sequence[tuple[Recorded, Entry]]
    count: int
    next_token: str


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page: at least one entry, a token or "", and the direction."""

    size: int
    token: str
    newest_first: bool = False


class Auditing:
    """Reads the index for where to look, and the log for what stands there. Blocks on the log."""

    def __init__(self, clocks: Clocks, log: EventLog) -> None:
        self._clocks = clocks
        self._log = log

    def profile(
        self, workspace: str, profile_id: str, known_at: KnownAt, page: PageRequest, *, interactions: bool
    ) -> HistoryPage:
        """One profile's changes. Raises UnknownProfile."""
        reading = self._clocks.read(workspace, None, known_at)
        ordinal = reading.state.profiles.ordinals([profile_id])[0]
        if ordinal is None:
            message = f"workspace {workspace!r} has never seen a profile {profile_id!r}; ids are compared exactly"
            raise UnknownProfile(message, metadata={"profile_id": profile_id})
        question = question_digest("profile", workspace, profile_id, page.newest_first, interactions)
        return self._page(
            reading,
            page,
            question,
            lambda version: versions_of_profile(reading.state.index, ordinal, version, interactions=interactions),
            lambda changeset: rows_of_profile(changeset, ordinal, interactions=interactions),
        )

    def tag(self, workspace: str, key: str, known_at: KnownAt, page: PageRequest) -> HistoryPage:
        """One tag's changes. Raises UnknownTag."""
        reading = self._clocks.read(workspace, None, known_at)
        index = reading.state.index
        number = tag_with_key(index.catalogue, key).number
        rivals = index.catalogue.rivals(number)
        return self._page(
            reading,
            page,
            question_digest("tag", workspace, number, page.newest_first),
            lambda version: versions_of_tag(index, number, version),
            lambda changeset: rows_of_tag(changeset, number, rivals, lost_tag(index, number, changeset.version)),
        )

    def changeset(self, workspace: str, changeset_id: bytes | None, position: int, page: PageRequest) -> ChangesetPage:
        """One changeset by id (16 bytes) or position. Raises UnknownChangeset."""
        reading = self._clocks.read(workspace, None, KnownAt())
        recorded = self.recorded(reading.state, changeset_id, position)
        question = question_digest("changeset", workspace, recorded.changeset.version)
        count = entry_count(recorded.changeset)
        (start,) = read_token(page.token, question, (ROWS,)) if page.token else (0,)
        found = [(recorded, entry) for _, entry in entries(recorded.changeset, start, min(count, start + page.size))]
        following = start + len(found)
        next_token = make_token(question, following) if following < count else ""
        return ChangesetPage(reading, recorded, found, count, next_token)

    def recorded(self, state: WorkspaceState, changeset_id: bytes | None, position: int) -> Recorded:
        """One changeset as a whole. Raises UnknownChangeset."""
        return self._recorded(state, self._version(state, changeset_id, position))

    def _version(self, state: WorkspaceState, changeset_id: bytes | None, position: int) -> int:
        if changeset_id is not None:
            found = self._log.find_request(state.name, changeset_id)
            if found and found.version <= state.index.clock().version:
                return found.version
        else:
            version = state.index.version_at_position(position)
            if version and state.index.position_of(version) == position:
                return version
        named = changeset_id.hex() if changeset_id is not None else f"position {position}"
        message = f"workspace {state.name!r} has no changeset {named}; receipts and history entries give both names"
        raise UnknownChangeset(message, metadata={"changeset": named})

    def _page(
        self,
        reading: Reading,
        page: PageRequest,
        question: str,
        versions_up_to: Callable[[int], Versions],
        rows_in: Callable[[Changeset], list[int]],
    ) -> HistoryPage:
        # A token keeps the cut of its first page, so that pages do not shift under the reader.
        cut, at_version, at_row = (
            read_token(page.token, question, (VERSIONS, VERSIONS, ROWS)) if page.token else (reading.view.version, 0, 0)
        )
        versions = versions_up_to(min(cut, reading.view.version)).tolist()
        if page.newest_first:
            versions.reverse()
        if page.token:
            versions = versions[versions.index(at_version) :] if at_version in versions else []
        found: list[tuple[Recorded, Entry]] = []
        for version in versions:
            recorded = self._recorded(reading.state, version)
            rows = rows_in(recorded.changeset)
            if page.newest_first:
                rows.reverse()
            for k in range(at_row, len(rows)):
                if len(found) == page.size:
                    return HistoryPage(reading, found, make_token(question, cut, version, k))
                found += [(recorded, entry) for _, entry in entries(recorded.changeset, rows[k], rows[k] + 1)]
            at_row = 0
        return HistoryPage(reading, found, "")

    def _recorded(self, state: WorkspaceState, version: int) -> Recorded:
        return read_applied(self._log, state, version)


def read_applied(log: EventLog, state: WorkspaceState, version: int) -> Recorded:
    """A changeset that has been applied, from the log."""
    stored = log.read_version(state.name, version)
    assert stored is not None, f"version {version} of {state.name} is applied, so it is in the log"
    return payload.decode(state.name, version, state.index.position_of(version), stored.state)
