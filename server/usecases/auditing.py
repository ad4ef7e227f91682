"""Questions about history: entries of a profile, of a tag, of a changeset, by page, each with its attribution."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from domain.changeset import Changeset, Recorded
from domain.errors import UnknownChangeset, UnknownProfile
from projections.history.entries import Entry, TagEntry, Wanted, entries, entry_count, rows_wanted
from projections.history.timeline import (
    Versions,
    losses_of,
    versions_of_profiles,
    versions_of_segment,
    versions_of_tags,
    versions_recorded,
)
from server.eventlog import payload
from server.eventlog.port import EventLog
from server.usecases.catalogue_commands import group_named, tag_with_key
from server.usecases.clocks import Clocks, KnownAt, Reader, Reading
from server.usecases.state import WorkspaceState
from server.usecases.tokens import ROWS, VERSIONS, make_token, question_digest, read_token

_PAGE_CHANGESETS_MAX = 2_000
_PAGE_ROWS_MAX = 2_000_000


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


@dataclass(frozen=True, slots=True)
class About:
    """What entries are about; None, and "" of who and from where, for anything."""

    profile_id: str | None = None
    tag: str | None = None
    group: str | None = None
    segment: str | None = None
    """The name of one whose definition, versions, renames and retirement are wanted."""
    actor: str = ""
    source: str = ""
    recorded: tuple[int, int] | None = None
    """When their changesets were recorded, the end not included."""
    effective: tuple[int, int] | None = None
    interactions: bool = True


class Auditing:
    """Reads the index for where to look, and the log for what stands there. Blocks on the log."""

    def __init__(self, clocks: Clocks, log: EventLog) -> None:
        self._clocks = clocks
        self._log = log

    def history(self, reader: Reader, about: About, known_at: KnownAt, page: PageRequest) -> HistoryPage:
        """What fits all of it. Raises UnknownProfile, UnknownTag, UnknownTagGroup, UnknownSegment, OutOfScope."""
        reading = self._clocks.read(reader, None, known_at)
        if reading.scope is not None and about.profile_id is None:
            raise reading.scope.refusal("history is told of their customers, one at a time (tagledger history profile ID)")
        index, version = reading.state.index, reading.view.version
        profiles = None
        if about.profile_id is not None:
            profiles = index.persons.profiles_of(ordinal_of(reading, about.profile_id))
        tags: list[int] | None = None
        if about.tag is not None:
            tags = [tag_with_key(index.catalogue, about.tag).number]
        if about.group is not None:
            members = [tag.number for tag in index.catalogue.tags_of(group_named(index.catalogue, about.group).number)]
            tags = members if tags is None else [tag for tag in tags if tag in members]
        versions = versions_recorded(index, version, about.actor, about.source, about.recorded)
        if profiles is not None:
            concerned = versions_of_profiles(index, profiles, version, interactions=about.interactions)
            versions = np.intersect1d(versions, concerned, assume_unique=True)
        segment = None if about.segment is None else index.catalogue.segments.named(about.segment).number
        if segment is not None:
            versions = np.intersect1d(versions, versions_of_segment(index, segment, version), assume_unique=True)
        rivals = index.catalogue.rivals(tags[0]) if tags and len(tags) == 1 else ()
        losses = losses_of(index, tags[0], version) if tags and rivals else None
        if tags is not None:
            versions = np.intersect1d(versions, versions_of_tags(index, tags, version, losses), assume_unique=True)

        def rows_in(changeset: Changeset) -> list[int]:
            lost = losses.of(changeset.version) if losses else ()
            rows = rows_wanted(changeset, Wanted(profiles, tags, rivals, lost, about.effective, about.interactions, segment))
            return rows if reading.scope is None else _seen(reading, changeset, rows)

        return self._page(reading, page, question_digest("history", reader, about, page.newest_first), versions, rows_in)

    def changeset(self, reader: Reader, changeset_id: bytes | None, position: int, page: PageRequest) -> ChangesetPage:
        """One changeset by id (16 bytes) or position. Raises UnknownChangeset, OutOfScope."""
        reading = self._clocks.read(reader, None, KnownAt())
        if reading.scope is not None:
            raise reading.scope.refusal("a changeset may speak of everybody; ask for the history of a customer")
        recorded = self.recorded(reading.state, changeset_id, position)
        question = question_digest("changeset", reader, recorded.changeset.version)
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
        self, reading: Reading, page: PageRequest, question: str, versions: Versions, rows_in: Callable[[Changeset], list[int]]
    ) -> HistoryPage:
        """`versions`: those that may have such rows, ascending."""
        # A token keeps the cut of its first page, so that pages do not shift under the reader.
        cut, at_version, at_row = (
            read_token(page.token, question, (VERSIONS, VERSIONS, ROWS)) if page.token else (reading.view.version, 0, 0)
        )
        versions = versions[: bisect_right(versions, cut)]
        if page.newest_first:
            left = versions[: bisect_right(versions, at_version)][::-1] if page.token else versions[::-1]
        else:
            left = versions[bisect_left(versions, at_version) :]
        found: list[tuple[Recorded, Entry]] = []
        looked_at = 0
        for count, version in enumerate(map(int, left)):
            # Where few of them have such rows, what was found so far is a page.
            if count == _PAGE_CHANGESETS_MAX or looked_at > _PAGE_ROWS_MAX:
                return HistoryPage(reading, found, make_token(question, cut, version, 0))
            recorded = self._recorded(reading.state, version)
            looked_at += entry_count(recorded.changeset)
            rows = rows_in(recorded.changeset)
            if page.newest_first:
                rows.reverse()
            for k in range(at_row if version == at_version else 0, len(rows)):
                if len(found) == page.size:
                    return HistoryPage(reading, found, make_token(question, cut, version, k))
                found += [(recorded, entry) for _, entry in entries(recorded.changeset, rows[k], rows[k] + 1)]
        return HistoryPage(reading, found, "")

    def _recorded(self, state: WorkspaceState, version: int) -> Recorded:
        return read_applied(self._log, state, version)


def _seen(reading: Reading, changeset: Changeset, rows: list[int]) -> list[int]:
    """Without what is said by tags of others' own."""
    found = [(row, entry) for row in rows for _, entry in entries(changeset, row, row + 1)]
    return [row for row, entry in found if not isinstance(entry, TagEntry) or reading.sees_tag(entry.tag)]


def ordinal_of(reading: Reading, profile_id: str) -> int:
    """Of a profile, or of the person that it is of. Raises UnknownProfile, OutOfScope."""
    ordinal = reading.state.ordinals([profile_id], reading.view.version)[0]
    if ordinal is None:
        message = f"workspace {reading.state.name!r} has never seen a profile {profile_id!r}; ids are compared exactly"
        raise UnknownProfile(message, metadata={"profile_id": profile_id})
    reading.refuse_outsider(ordinal, profile_id)
    return ordinal


def read_applied(log: EventLog, state: WorkspaceState, version: int) -> Recorded:
    """A changeset that has been applied, from the log."""
    return payload.decode(*_stored(log, state, version))


def read_heading(log: EventLog, state: WorkspaceState, version: int) -> Recorded:
    """The same without its rows."""
    return payload.heading(*_stored(log, state, version))


def _stored(log: EventLog, state: WorkspaceState, version: int) -> tuple[str, int, int, bytes]:
    stored = log.read_version(state.name, version)
    assert stored is not None, f"version {version} of {state.name} is applied, so it is in the log"
    return state.name, version, state.index.position_of(version), stored.state
