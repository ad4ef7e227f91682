"""What the ledger needs of a log. Two adapters (sqlite.py, postgres.py) pass one conformance suite.

The adapters are the eventsourcing library's recorders with three more tables in the same transaction: the vault
(`profile_id` of each ordinal; personal texts by their numbers) and the request ids. One stream per workspace; its version is
the optimistic lock.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

import structlog
from eventsourcing.persistence import IntegrityError, PersistenceError

from domain.errors import StoreUnavailable

EVENTS_TABLE = "tagledger_events"
PROFILES_TABLE = "tagledger_profiles"
PERSONAL_TABLE = "tagledger_personal"
REQUESTS_TABLE = "tagledger_requests"
_log = structlog.get_logger("tagledger.store")


@dataclass(frozen=True, slots=True)
class StoredChangeset:
    """One stored event. `state` is what payload.py encodes."""

    position: int
    workspace: str
    version: int
    topic: str
    state: bytes


@dataclass(frozen=True, slots=True)
class PersonalRow:
    """A personal text in the vault, under its number in the workspace, and whose it is; "" once that profile was erased."""

    number: int
    ordinal: int
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewChangeset:
    """One event to append, with the rows that go with it in the same transaction."""

    workspace: str
    version: int
    topic: str
    state: bytes
    request_id: bytes
    """16 bytes."""
    request_digest: bytes
    """SHA-256 of the request's content, to tell a repeat from a reuse."""
    first_ordinal: int
    profile_ids: Sequence[str]
    """New profiles: ordinals first_ordinal, first_ordinal + 1, …"""
    chain: bytes
    """The chain hash that `state` carries."""
    erased: Sequence[int] = ()
    """Ordinals whose rows of the vault lose their profile_id, and their personal texts: they become ""."""
    personal: Sequence[PersonalRow] = ()
    """New texts for the vault."""


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """Where a request id was recorded."""

    version: int
    digest: bytes


class AppendConflict(Exception):
    """A version or a request id of the batch is taken; nothing was written. Catch up, and decide again."""


_FIRST_READ_EVENTS, _READ_EVENTS_MAX = 16, 500
_READ_BYTES = 32 * 1024 * 1024


@contextmanager
def unavailable(doing: str) -> Iterator[None]:
    """Turn what a driver says into StoreUnavailable without its text, which goes to the log; conflicts pass."""
    try:
        yield
    except IntegrityError:
        raise
    except PersistenceError as error:
        _log.warning("store unavailable", doing=doing, error=str(error))
        message = f"the ledger cannot {doing} just now; nothing was acknowledged, repeat later with the same request_id"
        raise StoreUnavailable(message) from error


def refuse_missing_tables(found: Collection[str], where: str) -> None:
    """For who must not make them. Raises StoreUnavailable."""
    missing = [table for table in (EVENTS_TABLE, PROFILES_TABLE, PERSONAL_TABLE, REQUESTS_TABLE) if table not in found]
    if missing:
        remedy = "if it is of an older version, start this version's server on it once"
        raise StoreUnavailable(f"{where} is no log of a tagledger server: it has no table {missing[0]}; {remedy}")


class EventLog(Protocol):
    """An ordered log of all workspaces. Positions increase strictly in commit order, with gaps; never filled later."""

    @property
    def scrubs_beside(self) -> bool:
        """Is `scrub` quick, so that a server calls it while it runs? Else it is for `tagledger scrub`, at a quiet hour."""

    def append(self, batch: Sequence[NewChangeset]) -> Sequence[int]:
        """Append all or nothing, durable on return; the positions, in order.

        Raises AppendConflict (also after a commit whose reply was lost: the request ids are then found), StoreUnavailable.
        """

    def read(self, *, after: int, limit: int) -> Sequence[StoredChangeset]:
        """Up to `limit` events with a position greater than `after`, ascending; empty at the end."""

    def end(self) -> int:
        """The greatest position, 0 of an empty log."""

    def read_version(self, workspace: str, version: int) -> StoredChangeset | None:
        """One event by its place in the workspace's stream. Its position is 0: the caller knows it."""

    def find_request(self, workspace: str, request_id: bytes) -> RecordedRequest | None:
        """Where the request id was recorded, if it was."""

    def profiles(self, workspace: str, *, first_ordinal: int = 0) -> Iterator[tuple[int, str]]:
        """The vault rows of a workspace, by ordinal ascending; the profile_id of an erased profile is ""."""

    def profile_ids(self, workspace: str, ordinals: Sequence[int]) -> Mapping[int, str]:
        """The profile_id in the vault of each of these ordinals that has a row."""

    def personal(self, workspace: str, *, first_number: int = 1) -> Iterator[PersonalRow]:
        """The personal texts of a workspace, by number ascending."""

    def personal_texts(self, workspace: str, numbers: Sequence[int]) -> Mapping[int, str]:
        """Those under these numbers that are there still."""

    def keeps_personal(self, workspace: str, ordinals: Sequence[int]) -> bool:
        """Is there a text of one of these profiles?"""

    def scrub(self) -> bool:
        """Overwrite what erasures have left in the files of the store; False if somebody who reads keeps it from it.

        What the store itself keeps elsewhere, such as PostgreSQL's write-ahead log, and backups are not its matter.
        """

    def close(self) -> None:
        """Release connections and locks."""


def batches(log: EventLog, after: int) -> Iterator[Sequence[StoredChangeset]]:
    """The events behind a position to the end, some at a time: as many as fit, for they have from bytes to megabytes."""
    limit = _FIRST_READ_EVENTS
    while events := log.read(after=after, limit=limit):
        yield events
        after = events[-1].position
        size = sum(len(event.state) for event in events)
        limit = min(_READ_EVENTS_MAX, max(1, len(events) * _READ_BYTES // max(1, size)))
