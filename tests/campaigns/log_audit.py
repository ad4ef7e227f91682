"""Reads a log without the server's code for it, and says what is wrong: the crash campaign's and the conformance tests' judge.

Plain SELECTs on the SQLite file or the PostgreSQL database, in one snapshot. Only the decoding of payloads is the server's
(`payload.decode`); hashes, streams, vault and request ids are worked out here once more. What was sent is compared row by row
with what is recorded.
"""

import hashlib
import sqlite3
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

import psycopg

from domain.catalogue_changes import CatalogueChange
from domain.changeset import Changeset, Outcome, Recorded
from projections.naive import NaiveLedger
from server.eventlog import payload

Row = tuple[object, ...]
_EVENTS: Final = "tagledger_events"
_VAULT: Final = "tagledger_profiles"
_REQUESTS: Final = "tagledger_requests"


@dataclass(slots=True)
class Sent:
    """One write as the tester sent it; the same object for all its repeats."""

    request_id: str
    workspace: str
    rows: Sequence[Row]
    """What is to be recorded: see `rows_of`. An instant of None stands for the moment of recording."""
    kind: str
    position: int | None = None
    """Where it was acknowledged; None while it was not, 0 when the reply names no position."""
    counts: tuple[int, ...] = ()
    """As acknowledged: accepted, duplicates, new profiles; or changed (retracted), already so, new profiles."""
    call: Any = None
    """Sends it with a client."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The tables at one moment; events beyond what was read before."""

    events: Sequence[tuple[int, str, int, bytes]]
    """(position, workspace, version, state), by position."""
    profiles: Sequence[tuple[str, int, str]]
    """(workspace, ordinal, profile_id), by workspace and ordinal; "" for who was erased."""
    requests: Sequence[tuple[str, bytes, int]]
    """(workspace, request_id, version), all of them."""


class LogReader(Protocol):
    """Opens a store for reading."""

    def snapshot(self, after: int) -> Snapshot:
        """All beyond a position, and the whole vault."""


class SqliteReader:
    """Reads beside a running server. Read-only: it neither recovers nor checkpoints, that is the server's to do."""

    def __init__(self, folder: Path) -> None:
        self._url = f"file:{folder / 'ledger.sqlite'}?mode=ro"

    def snapshot(self, after: int) -> Snapshot:
        """See LogReader."""
        with closing(sqlite3.connect(self._url, uri=True, isolation_level=None)) as db:
            db.execute("BEGIN")
            return _read(lambda sql, *given: db.execute(sql, given).fetchall(), after, "rowid", "?")


class PostgresReader:
    """Reads in a repeatable-read transaction."""

    def __init__(self, url: str) -> None:
        self._url = url

    def snapshot(self, after: int) -> Snapshot:
        """See LogReader."""
        with psycopg.connect(self._url) as db:
            db.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            return _read(lambda sql, *given: db.execute(sql, given).fetchall(), after, "notification_id", "%s")


def _read(query: Any, after: int, position: str, mark: str) -> Snapshot:
    events = query(
        f"SELECT {position}, originator_id, originator_version, state FROM {_EVENTS} WHERE {position} > {mark} "
        f"ORDER BY {position}",
        after,
    )
    profiles = [tuple(r) for r in query(f"SELECT workspace, ordinal, profile_id FROM {_VAULT} ORDER BY 1, 2")]
    requests = query(f"SELECT workspace, request_id, version FROM {_REQUESTS}")
    return Snapshot(
        [(number, workspace, version, bytes(state)) for number, workspace, version, state in events],
        profiles,
        [(workspace, bytes(request_id), version) for workspace, request_id, version in requests],
    )


@dataclass(slots=True)
class Faults:
    """What is wrong, in words, by what was promised."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    reordered: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)

    def all(self) -> list[str]:
        """Every fault, with its kind."""
        named = (("lost", self.lost), ("doubled", self.doubled), ("reordered", self.reordered), ("damaged", self.damaged))
        return [f"{kind}: {fault}" for kind, faults in named for fault in faults]


class _Stream:
    """What the log says of one workspace, so far."""

    def __init__(self, workspace: str) -> None:
        self.oracle = NaiveLedger(workspace)
        self.version = 0
        self.chain = bytes(32)
        self.profile_count = 0
        self.names: list[str] = []
        self.interaction_ids: set[str] = set()
        self.counting_ids: set[str] = set()
        """Of those, whose interactions were not retracted."""
        self.erased: set[int] = set()
        self.positions: dict[str, int] = {}
        """By request id."""
        self.versions: dict[bytes, int] = {}


class Audit:
    """Goes along the log, as far as it has come; `sent` are all writes that anybody may have made, by request id."""

    def __init__(self, reader: LogReader, sent: dict[str, Sent]) -> None:
        self.faults = Faults()
        self.streams: dict[str, _Stream] = {}
        self.position = 0
        self.event_count = 0
        self.interaction_count = 0
        self._reader = reader
        self._sent = sent
        self._recorded_at = 0

    def advance(self) -> None:
        """Read what is new and check it."""
        snapshot = self._reader.snapshot(self.position)
        self._check_vault(snapshot.profiles)
        for event in snapshot.events:
            self._check_event(*event)
        for name, stream in self.streams.items():
            if stream.profile_count != len(stream.names):
                message = f"{name}: {len(stream.names)} vault rows for {stream.profile_count} profiles of the log"
                self.faults.damaged.append(message)
            nameless = {ordinal for ordinal, profile_id in enumerate(stream.names) if not profile_id}
            if nameless != stream.erased:
                message = f"{name}: profiles without an id {sorted(nameless)}, erased ones {sorted(stream.erased)}"
                self.faults.lost.append(message)
        self._check_requests(snapshot.requests)

    def check_acknowledged(self, requests: Sequence[Sent]) -> None:
        """Each of them is recorded at the position that it was told."""
        for sent in requests:
            stream = self.streams.get(sent.workspace)
            found = stream.positions.get(sent.request_id) if stream else None
            if found is None:
                self.faults.lost.append(f"{sent.kind} {sent.request_id} was acknowledged at {sent.position}, and is not there")
            elif sent.position and found != sent.position:
                self.faults.lost.append(f"{sent.kind} {sent.request_id} was acknowledged at {sent.position}, and is at {found}")

    # --- the parts --------------------------------------------------------------------------------------------------------

    def _stream(self, workspace: str) -> _Stream:
        if workspace not in self.streams:
            self.streams[workspace] = _Stream(workspace)
        return self.streams[workspace]

    def _check_vault(self, rows: Sequence[tuple[str, int, str]]) -> None:
        names: dict[str, list[str]] = {}
        for workspace, ordinal, profile_id in rows:
            known = names.setdefault(workspace, [])
            if ordinal != len(known):
                self.faults.damaged.append(f"{workspace}: vault row {ordinal} where {len(known)} is due")
            known.append(profile_id)
        for workspace, known in names.items():
            stream = self._stream(workspace)
            changed = any(now != before for now, before in zip(known, stream.names, strict=False) if now)
            ids = [profile_id for profile_id in known if profile_id]
            if changed or len(known) < len(stream.names) or len(set(ids)) < len(ids):
                self.faults.damaged.append(f"{workspace}: the vault changed, or names a profile twice")
            stream.names = known

    def _check_event(self, position: int, workspace: str, version: int, state: bytes) -> None:
        where = f"event {position} ({workspace} {version})"
        stream = self._stream(workspace)
        recorded = payload.decode(workspace, version, position, state)
        if position <= self.position:
            self.faults.reordered.append(f"{where}: comes after position {self.position}")
        if version != stream.version + 1:
            self.faults.damaged.append(f"{where}: follows version {stream.version}")
        if recorded.changeset.recorded_at < self._recorded_at:
            self.faults.reordered.append(f"{where}: recorded_at goes back")
        self._check_hashes(where, stream, recorded, state)
        self.position, stream.version, self._recorded_at = position, version, recorded.changeset.recorded_at
        self.event_count += 1
        self._check_content(where, stream, recorded.changeset, position)
        stream.oracle.apply(recorded)

    def _check_hashes(self, where: str, stream: _Stream, recorded: Recorded, state: bytes) -> None:
        content = hashlib.sha256(payload.content_bytes(state)).digest()
        stream.chain = hashlib.sha256(stream.chain + content).digest()
        if (recorded.content_sha256, recorded.chain_sha256) != (content.hex(), stream.chain.hex()):
            self.faults.damaged.append(f"{where}: the hashes do not match")

    def _check_content(self, where: str, stream: _Stream, changeset: Changeset, position: int) -> None:
        request_id = changeset.changeset_id
        if request_id in stream.positions:
            self.faults.doubled.append(f"{where}: request {request_id} is at {stream.positions[request_id]} already")
        stream.positions[request_id] = position
        stream.versions[uuid.UUID(request_id).bytes] = changeset.version
        if changeset.first_ordinal != stream.profile_count:
            self.faults.damaged.append(f"{where}: first ordinal {changeset.first_ordinal}, {stream.profile_count} is due")
        stream.profile_count += changeset.outcome.new_profiles
        if len(stream.names) < stream.profile_count:
            self.faults.damaged.append(f"{where}: profiles are missing from the vault")
            return
        sent = self._sent.get(request_id)
        if sent is not None:
            self._compare(where, sent, _due(sent, stream, len(changeset.erased)), stream, changeset)
        elif changeset.version > 1:  # the first is the server's own: it makes the workspace
            self.faults.damaged.append(f"{where}: nobody sent request {request_id}")
        self._count_ids(where, stream, changeset)
        stream.erased |= set(map(int, changeset.erased))

    def _compare(self, where: str, sent: Sent, due: Sequence[Row], stream: _Stream, changeset: Changeset) -> None:
        found = list(rows_of(changeset, stream.names, _tag_keys(stream.oracle, changeset)))
        expected = [_at(row, changeset.recorded_at) for row in due]
        pairs = list(zip(expected, found, strict=False))
        difference = next((pair for pair in pairs if not _alike(*pair)), None)
        if difference or len(found) != len(expected):
            message = f"{where}: {len(expected)} rows are due, {len(found)} are recorded; first difference {difference}"
            (self.faults.lost if sent.position is not None else self.faults.damaged).append(message)
        self._check_counts(where, sent, changeset.outcome)

    def _count_ids(self, where: str, stream: _Stream, changeset: Changeset) -> None:
        if changeset.retracted:
            stream.counting_ids.difference_update(changeset.retracted.rows.ids)
        if changeset.interactions is None:
            return
        self.interaction_count += len(changeset.interactions.ordinals)
        for one in filter(None, changeset.interactions.ids):
            if one in stream.interaction_ids:
                self.faults.doubled.append(f"{where}: interaction id {one!r} is counted again")
            stream.interaction_ids.add(one)
            stream.counting_ids.add(one)

    def _check_counts(self, where: str, sent: Sent, outcome: Outcome) -> None:
        if sent.kind == "erasure":
            counts, total = (outcome.changed, outcome.unknown, 0), len(sent.rows)
        elif sent.kind == "interactions":
            counts = (outcome.accepted, outcome.duplicates, outcome.new_profiles)
            total = len(sent.rows)
        else:
            counts = (outcome.changed, outcome.already_so, outcome.new_profiles)
            total = sum(1 for row in sent.rows if row[0] != "expiry")
        if sent.kind != "catalogue" and counts[0] + counts[1] != total:
            self.faults.damaged.append(f"{where}: counts {counts} for {total} rows")
        if sent.counts and sent.counts != counts:
            self.faults.lost.append(f"{where}: was answered with counts {sent.counts}, recorded are {counts}")

    def _check_requests(self, requests: Sequence[tuple[str, bytes, int]]) -> None:
        table: dict[str, dict[bytes, int]] = {name: {} for name in self.streams}
        for workspace, request_id, version in requests:
            table.setdefault(workspace, {})[request_id] = version
        for workspace, versions in table.items():
            stream = self.streams.get(workspace)
            if stream is None or versions != stream.versions:
                self.faults.damaged.append(f"{workspace}: the table of request ids does not agree with the log")


# --- rows -----------------------------------------------------------------------------------------------------------------

ID: Final = 6
_INSTANT: Final = 4


_PROFILE: Final = 1


def _alike(due: Row, found: Row) -> bool:
    """Equal; of who was erased since, nobody can tell who it was."""
    nameless = (*due[:_PROFILE], "", *due[_PROFILE + 1 :])
    return found in (due, nameless)


def interaction_row(
    profile_id: str,
    kind: str,
    occurred_at: int,
    amount: int | None,
    touchpoint: str | None,
    interaction_id: str,
    properties: dict[str, object],
) -> Row:
    """An interaction as it is compared."""
    return ("did", profile_id, kind, amount, occurred_at, touchpoint, interaction_id, tuple(sorted(properties.items())))


def rows_of(changeset: Changeset, names: Sequence[str], tag_keys: dict[int, str]) -> Iterator[Row]:
    """All that a changeset says, as rows: profiles by id, tags by key, instants in the fifth place."""
    if changeset.catalogue:
        yield ("catalogue", *(type(change).__name__ for change in changeset.catalogue))
    if changeset.tags:
        tags = changeset.tags
        for i, ordinal in enumerate(tags.ordinals):
            kind = "expiry" if len(tags.expiries) and tags.expiries[i] else "tag"
            value = tags.values[i] if len(tags.values) else None
            yield (kind, names[ordinal], tag_keys[tags.tags[i]], tags.applied[i], tags.effective_at[i], value)
    if changeset.traits:
        traits = changeset.traits
        for i, ordinal in enumerate(traits.ordinals):
            yield ("trait", names[ordinal], traits.names[traits.index[i]], traits.values[i], traits.effective_at[i])
    if changeset.interactions:
        yield from _interactions_of(changeset, names)
    for _ in changeset.erased:
        yield erased_row("")
    if changeset.retracted:
        yield from map(retracted_row, sorted(changeset.retracted.rows.ids))


def _interactions_of(changeset: Changeset, names: Sequence[str]) -> Iterator[Row]:
    columns = changeset.interactions
    assert columns is not None
    for i, ordinal in enumerate(columns.ordinals):
        touchpoint = columns.touchpoint_index[i] if len(columns.touchpoint_index) else 0
        yield interaction_row(
            names[ordinal],
            columns.types[columns.type_index[i] if len(columns.type_index) else 0],
            columns.occurred_at[i],
            columns.amounts[i] if len(columns.amounts) else None,
            columns.touchpoints[touchpoint - 1] if touchpoint else None,
            columns.ids[i] if len(columns.ids) else "",
            {c.name: c.values[c.index[i] - 1] for c in columns.properties if c.index[i]},
        )


def _at(row: Row, recorded_at: int) -> Row:
    """The row with the moment of recording where it names none."""
    return (*row[:_INSTANT], recorded_at, *row[_INSTANT + 1 :]) if len(row) > _INSTANT and row[_INSTANT] is None else row


def _tag_keys(oracle: NaiveLedger, changeset: Changeset) -> dict[int, str]:
    """Keys by number, before the changeset."""
    if not changeset.tags:
        return {}
    named = oracle.catalogue.tag_names.items()
    return {number: name if group is None else f"{oracle.catalogue.groups[group]}/{name}" for number, (group, name) in named}


def _due(sent: Sent, stream: _Stream, erased: int) -> Sequence[Row]:
    """What is to be recorded of a write: of a batch, the rows whose id nobody has seen; of a retraction, those that count.

    `erased`: how many it has erased, where it was not answered.
    """
    if sent.kind == "erasure":  # the others had been erased before, or never seen
        return sent.rows[: sent.counts[0]] if sent.counts else [erased_row("")] * erased
    if sent.kind == "retraction":
        return [row for row in sent.rows if row[1] in stream.counting_ids]
    if sent.kind != "interactions":
        return sent.rows
    seen = set[object]()
    due = []
    for row in sent.rows:
        if not row[ID] or (row[ID] not in stream.interaction_ids and row[ID] not in seen):
            due.append(row)
        seen.add(row[ID])
    return due


def retracted_row(interaction_id: str) -> Row:
    """A retraction as it is compared: by the id."""
    return ("retracted", interaction_id)


def erased_row(profile_id: str) -> Row:
    """An erasure of one profile as it is compared."""
    return ("erased", profile_id)


def catalogue_row(*kinds: type[CatalogueChange]) -> Row:
    """A catalogue change as it is compared: by its kinds."""
    return ("catalogue", *(kind.__name__ for kind in kinds))


@contextmanager
def audited(reader: LogReader, sent: dict[str, Sent]) -> Iterator[Audit]:
    """An audit of the whole log that must find nothing."""
    audit = Audit(reader, sent)
    audit.advance()
    yield audit
    audit.check_acknowledged([one for one in sent.values() if one.position is not None])
    assert audit.faults.all() == []
