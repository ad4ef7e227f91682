"""The embedded log: one SQLite file in a data folder, WAL with synchronous=FULL, so that a commit is on disk.

Never VACUUM or DELETE in this file: positions are implicit rowids, and a test holds it. What an erasure overwrites in the vault
is zeroed (secure_delete), and leaves the write-ahead file when `scrub` empties it.
"""

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from eventsourcing.persistence import IntegrityError, PersistenceError, StoredEvent
from eventsourcing.sqlite import (
    SQLiteApplicationRecorder,
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
)

from domain.errors import StoreUnavailable
from server.eventlog.folder_lock import lock_folder
from server.eventlog.port import (
    EVENTS_TABLE,
    PERSONAL_TABLE,
    PROFILES_TABLE,
    REQUESTS_TABLE,
    AppendConflict,
    NewChangeset,
    PersonalRow,
    RecordedRequest,
    StoredChangeset,
    refuse_missing_tables,
    unavailable,
)

FILE = "ledger.sqlite"
_VAULT_PAGE_ROWS = 100_000
_READING = "read its SQLite file"


class _DurablePool(SQLiteConnectionPool):
    """Connections that fsync each commit, and zero what they overwrite, whatever the build's defaults are."""

    def _create_connection(self) -> SQLiteConnection:
        connection = super()._create_connection()
        connection.cursor().execute("PRAGMA synchronous=FULL")
        connection.cursor().execute("PRAGMA secure_delete=ON")
        return connection


class _Datastore(SQLiteDatastore):
    def __init__(self, path: Path) -> None:
        super().__init__(f"file:{path}", originator_id_type="text")
        self.pool.close()
        self.pool = _DurablePool(db_name=f"file:{path}")


class _Recorder(SQLiteApplicationRecorder):
    """The library's recorder, with vault and request rows in the transaction of the events."""

    def construct_create_table_statements(self) -> list[str]:
        return [
            *super().construct_create_table_statements(),
            f"CREATE TABLE IF NOT EXISTS {PROFILES_TABLE} (workspace TEXT, ordinal INTEGER, profile_id TEXT NOT NULL, "
            "PRIMARY KEY (workspace, ordinal)) WITHOUT ROWID",
            f"CREATE TABLE IF NOT EXISTS {PERSONAL_TABLE} (workspace TEXT, number INTEGER, ordinal INTEGER NOT NULL, "
            "value TEXT NOT NULL, PRIMARY KEY (workspace, number)) WITHOUT ROWID",
            f"CREATE INDEX IF NOT EXISTS {PERSONAL_TABLE}_of_profiles ON {PERSONAL_TABLE} (workspace, ordinal)",
            f"CREATE TABLE IF NOT EXISTS {REQUESTS_TABLE} (workspace TEXT, request_id BLOB, version INTEGER NOT NULL, "
            "digest BLOB NOT NULL, PRIMARY KEY (workspace, request_id)) WITHOUT ROWID",
        ]

    def _insert_events(self, c: SQLiteCursor, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        batch: Sequence[NewChangeset] = kwargs["batch"]
        c.executemany(
            f"INSERT INTO {REQUESTS_TABLE} VALUES (?,?,?,?)",
            [(new.workspace, new.request_id, new.version, new.request_digest) for new in batch],
        )
        for new in batch:
            rows = [(new.workspace, new.first_ordinal + i, name) for i, name in enumerate(new.profile_ids)]
            c.executemany(f"INSERT INTO {PROFILES_TABLE} VALUES (?,?,?)", rows)
            texts = [(new.workspace, one.number, one.ordinal, one.text) for one in new.personal]
            c.executemany(f"INSERT INTO {PERSONAL_TABLE} VALUES (?,?,?,?)", texts)
            erased = [(new.workspace, int(ordinal)) for ordinal in new.erased]
            c.executemany(f"UPDATE {PROFILES_TABLE} SET profile_id='' WHERE workspace=? AND ordinal=?", erased)
            c.executemany(f"UPDATE {PERSONAL_TABLE} SET value='' WHERE workspace=? AND ordinal=?", erased)
        return super()._insert_events(c, stored_events)


class SqliteEventLog:
    """EventLog on one file. A lock file keeps a second server out of the folder."""

    def __init__(self, folder: Path, *, create: bool = True) -> None:
        """`create`: make the tables if they are not there. Raises StoreUnavailable."""
        self._lock = lock_folder(folder, "data")
        file = self._file = folder / FILE
        try:
            if not create:
                refuse_missing_tables(_tables(file), str(file))
            self._datastore = _Datastore(file)
            self._recorder = _Recorder(self._datastore, events_table_name=EVENTS_TABLE)
            if create:
                self._recorder.create_table()
        except (sqlite3.Error, PersistenceError) as error:
            os.close(self._lock)
            message = f"{file} cannot be read as a log: {error}; if it is damaged, restore it from a backup"
            raise StoreUnavailable(message) from error
        except StoreUnavailable:
            os.close(self._lock)
            raise

    @property
    def scrubs_beside(self) -> bool:
        """See EventLog."""
        return True

    def append(self, batch: Sequence[NewChangeset]) -> Sequence[int]:
        """See EventLog."""
        events = [StoredEvent(new.workspace, new.version, new.topic, new.state) for new in batch]
        try:
            with unavailable("write its SQLite file"):
                positions = self._recorder.insert_events(events, batch=batch)
        except IntegrityError as error:
            raise AppendConflict from error
        assert positions is not None
        return positions

    def read(self, *, after: int, limit: int) -> Sequence[StoredChangeset]:
        """See EventLog."""
        with unavailable(_READING):
            found = self._recorder.select_notifications(start=after, limit=limit, inclusive_of_start=False)
        return [StoredChangeset(n.id, str(n.originator_id), n.originator_version, n.topic, n.state) for n in found]

    def end(self) -> int:
        """See EventLog."""
        with unavailable(_READING):
            return int(self._recorder.max_notification_id() or 0)

    def read_version(self, workspace: str, version: int) -> StoredChangeset | None:
        """See EventLog."""
        with unavailable(_READING):
            found = self._recorder.select_events(workspace, gt=version - 1, lte=version)
        return StoredChangeset(0, workspace, version, found[0].topic, found[0].state) if found else None

    def find_request(self, workspace: str, request_id: bytes) -> RecordedRequest | None:
        """See EventLog."""
        with unavailable(_READING), self._datastore.transaction(commit=False) as c:
            c.execute(
                f"SELECT version, digest FROM {REQUESTS_TABLE} WHERE workspace=? AND request_id=?", (workspace, request_id)
            )
            row = c.fetchone()
        return RecordedRequest(row[0], row[1]) if row else None

    def profiles(self, workspace: str, *, first_ordinal: int = 0) -> Iterator[tuple[int, str]]:
        """See EventLog."""
        query = f"SELECT ordinal, profile_id FROM {PROFILES_TABLE} WHERE workspace=? AND ordinal>=? ORDER BY ordinal LIMIT ?"
        return ((ordinal, name) for ordinal, name in self._pages(query, workspace, first_ordinal))

    def _pages(self, query: str, workspace: str, first: int) -> Iterator[Sequence[Any]]:
        """Rows by their first column, ascending from `first` on, some at a time."""
        while True:
            with unavailable(_READING), self._datastore.transaction(commit=False) as c:
                c.execute(query, (workspace, first, _VAULT_PAGE_ROWS))
                rows = [tuple(row) for row in c.fetchall()]
            yield from rows
            if len(rows) < _VAULT_PAGE_ROWS:
                return
            first = rows[-1][0] + 1

    def profile_ids(self, workspace: str, ordinals: Sequence[int]) -> Mapping[int, str]:
        """See EventLog."""
        query = f"SELECT profile_id FROM {PROFILES_TABLE} WHERE workspace=? AND ordinal=?"
        found = {}
        with unavailable(_READING), self._datastore.transaction(commit=False) as c:
            for ordinal in map(int, ordinals):
                c.execute(query, (workspace, ordinal))
                if row := c.fetchone():
                    found[ordinal] = row[0]
        return found

    def personal(self, workspace: str, *, first_number: int = 1) -> Iterator[PersonalRow]:
        """See EventLog."""
        query = f"SELECT number, ordinal, value FROM {PERSONAL_TABLE} WHERE workspace=? AND number>=? ORDER BY number LIMIT ?"
        return (PersonalRow(*row) for row in self._pages(query, workspace, first_number))

    def personal_texts(self, workspace: str, numbers: Sequence[int]) -> Mapping[int, str]:
        """See EventLog."""
        query = f"SELECT value FROM {PERSONAL_TABLE} WHERE workspace=? AND number=?"
        found = {}
        with unavailable(_READING), self._datastore.transaction(commit=False) as c:
            for number in numbers:
                c.execute(query, (workspace, number))
                if (row := c.fetchone()) and row[0]:
                    found[number] = row[0]
        return found

    def keeps_personal(self, workspace: str, ordinals: Sequence[int]) -> bool:
        """See EventLog."""
        query = f"SELECT 1 FROM {PERSONAL_TABLE} WHERE workspace=? AND ordinal=? AND value<>'' LIMIT 1"
        with unavailable(_READING), self._datastore.transaction(commit=False) as c:
            for ordinal in map(int, ordinals):
                c.execute(query, (workspace, ordinal))
                if c.fetchone():
                    return True
        return False

    def scrub(self) -> bool:
        """See EventLog."""
        try:
            with closing(sqlite3.connect(self._file, isolation_level=None)) as connection:
                busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.Error as error:
            raise StoreUnavailable(f"{self._file} cannot be scrubbed of what was erased: {error}") from error
        return not busy

    def close(self) -> None:
        """See EventLog."""
        self._datastore.close()
        os.close(self._lock)


def _tables(file: Path) -> set[str]:
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
