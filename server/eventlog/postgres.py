"""The production log: PostgreSQL through the library's recorder (psycopg 3).

Several servers may share one database. The recorder's table lock makes positions appear in commit order; the stream's
primary key turns a race between servers into an AppendConflict.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from eventsourcing.persistence import IntegrityError, StoredEvent
from eventsourcing.postgres import PostgresAggregateRecorder, PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Composed, Identifier, Literal

from domain.errors import StoreUnavailable
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

_VAULT_PAGE_ROWS = 100_000
_POOL_SIZE = 6  # the committer, four readers, the metrics page
_CONNECT_SECONDS_MAX = 4
_CREATION_LOCK = 7_420
_KNOWN_SETTINGS = ("dbname", "host", "port", "user", "password")
_READING = "read its PostgreSQL database"


class _Recorder(PostgresApplicationRecorder):
    """The library's recorder, with vault and request rows in the transaction of the events."""

    def __init__(self, datastore: PostgresDatastore) -> None:
        super().__init__(datastore, events_table_name=EVENTS_TABLE)
        profiles, personal, requests = (self.table(name) for name in (PROFILES_TABLE, PERSONAL_TABLE, REQUESTS_TABLE))
        self.sql_create_statements += [
            SQL(
                "CREATE TABLE IF NOT EXISTS {} (workspace text, ordinal bigint, profile_id text NOT NULL, "
                "PRIMARY KEY (workspace, ordinal))"
            ).format(profiles),
            self._without_statistics(PROFILES_TABLE, "profile_id"),
            SQL(
                "CREATE TABLE IF NOT EXISTS {} (workspace text, number bigint, ordinal bigint NOT NULL, value text NOT NULL, "
                "PRIMARY KEY (workspace, number))"
            ).format(personal),
            SQL("CREATE INDEX IF NOT EXISTS {} ON {} (workspace, ordinal)").format(
                Identifier(f"{PERSONAL_TABLE}_of_profiles"), personal
            ),
            self._without_statistics(PERSONAL_TABLE, "value"),
            SQL(
                "CREATE TABLE IF NOT EXISTS {} (workspace text, request_id bytea, version bigint NOT NULL, "
                "digest bytea NOT NULL, PRIMARY KEY (workspace, request_id))"
            ).format(requests),
        ]
        self._insert_requests = SQL(
            "INSERT INTO {} SELECT * FROM unnest(%s::text[], %s::bytea[], %s::bigint[], %s::bytea[])"
        ).format(requests)
        self._insert_profiles = SQL(
            "INSERT INTO {} SELECT %s, %s + n - 1, name FROM unnest(%s::text[]) WITH ORDINALITY AS t(name, n)"
        ).format(profiles)
        self._insert_personal = SQL("INSERT INTO {} SELECT %s, * FROM unnest(%s::bigint[], %s::bigint[], %s::text[])").format(
            personal
        )
        self._erase_personal = SQL("UPDATE {} SET value = '' WHERE workspace = %s AND ordinal = ANY (%s::bigint[])").format(
            personal
        )
        self._erase_profiles = SQL(
            "UPDATE {} SET profile_id = '' WHERE workspace = %s AND ordinal = ANY (%s::bigint[])"
        ).format(profiles)

    def _without_statistics(self, table: str, column: str) -> Composed:
        """Statistics for the planner are samples of what a column holds, and outlast the rows: what was erased among them."""
        return SQL(
            "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = {}::regclass AND attname = {} "
            "AND attstattarget = 0) THEN ALTER TABLE {} ALTER COLUMN {} SET STATISTICS 0; END IF; END $$"
        ).format(Literal(f"{self.datastore.schema}.{table}"), Literal(column), self.table(table), Identifier(column))

    def table(self, name: str) -> Identifier:
        """A table's name in our schema."""
        return Identifier(self.datastore.schema, name)

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int]:
        """Insert all in one transaction, without the library's pipeline and its retries.

        A violated constraint inside a pipeline surfaces as a lost connection, and leaves psycopg with statements that it
        believes to be prepared; and after a lost connection the committer must ask the log before it tries again.
        """
        batch: Sequence[NewChangeset] = kwargs["batch"]
        with self.datastore.transaction(commit=True) as curs:
            self._lock_table(curs)
            self._notify_channel(curs)
            columns = [(new.workspace, new.request_id, new.version, new.request_digest) for new in batch]
            curs.execute(self._insert_requests, [list(column) for column in zip(*columns, strict=True)])
            for new in batch:
                if new.profile_ids:
                    curs.execute(self._insert_profiles, (new.workspace, new.first_ordinal, list(new.profile_ids)))
                if new.personal:
                    texts = [(one.number, one.ordinal, one.text) for one in new.personal]
                    curs.execute(self._insert_personal, (new.workspace, *map(list, zip(*texts, strict=True))))
                if len(new.erased):
                    erased = (new.workspace, list(map(int, new.erased)))
                    curs.execute(self._erase_profiles, erased)
                    curs.execute(self._erase_personal, erased)
            PostgresAggregateRecorder._insert_stored_events(self, curs, stored_events)
            return [row["notification_id"] for row in curs.fetchall()]


class PostgresEventLog:
    """EventLog on a PostgreSQL database."""

    def __init__(self, url: str, *, create: bool = True) -> None:
        """Connect. `create`: make the tables if they are not there. Raises StoreUnavailable, naming the database."""
        with _first_connection(url) as connection:
            if not create:
                found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = ANY (current_schemas(false))")
                refuse_missing_tables([name for (name,) in found], _named(url))
                self._open(url)
                return
            # Several servers may start at once on a new database, and CREATE TYPE knows no IF NOT EXISTS.
            connection.execute("SELECT pg_advisory_lock(%s)", (_CREATION_LOCK,))
            self._open(url)
            with unavailable("create its tables in the PostgreSQL database"):
                self._recorder.create_table()

    def _open(self, url: str) -> None:
        info = {key: str(value) for key, value in conninfo_to_dict(url).items() if value is not None}
        self._datastore = PostgresDatastore(
            dbname=info.get("dbname", "postgres"),
            host=info.get("host", "127.0.0.1"),
            port=info.get("port", "5432"),
            user=info.get("user", "postgres"),
            password=info.get("password", ""),
            originator_id_type="text",
            pool_size=_POOL_SIZE,
            connect_timeout=10.0,
        )
        # What the library has no parameter for, such as sslmode, goes to the pool as it is.
        kwargs = self._datastore.pool.kwargs
        assert isinstance(kwargs, dict)
        kwargs |= {key: value for key, value in info.items() if key not in _KNOWN_SETTINGS}
        self._recorder = _Recorder(self._datastore)

    @property
    def scrubs_beside(self) -> bool:
        """See EventLog."""
        return False

    def append(self, batch: Sequence[NewChangeset]) -> Sequence[int]:
        """See EventLog."""
        events = [StoredEvent(new.workspace, new.version, new.topic, new.state) for new in batch]
        try:
            with unavailable("write to its PostgreSQL database"):
                return self._recorder.insert_events(events, batch=batch)
        except IntegrityError as error:
            raise AppendConflict from error

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
        query = SQL("SELECT version, digest FROM {} WHERE workspace=%s AND request_id=%s")
        with unavailable(_READING), self._datastore.cursor() as curs:
            curs.execute(query.format(self._recorder.table(REQUESTS_TABLE)), (workspace, request_id))
            row = curs.fetchone()
        return RecordedRequest(row["version"], bytes(row["digest"])) if row else None

    def profiles(self, workspace: str, *, first_ordinal: int = 0) -> Iterator[tuple[int, str]]:
        """See EventLog."""
        query = SQL("SELECT ordinal, profile_id FROM {} WHERE workspace=%s AND ordinal>=%s ORDER BY ordinal LIMIT %s").format(
            self._recorder.table(PROFILES_TABLE)
        )
        return ((ordinal, name) for ordinal, name in self._pages(query, workspace, first_ordinal))

    def _pages(self, query: Composed, workspace: str, first: int) -> Iterator[Sequence[Any]]:
        """Rows by their first column, ascending from `first` on, some at a time."""
        while True:
            with unavailable(_READING), self._datastore.cursor() as curs:
                curs.execute(query, (workspace, first, _VAULT_PAGE_ROWS))
                rows = [tuple(row.values()) for row in curs.fetchall()]
            yield from rows
            if len(rows) < _VAULT_PAGE_ROWS:
                return
            first = rows[-1][0] + 1

    def profile_ids(self, workspace: str, ordinals: Sequence[int]) -> Mapping[int, str]:
        """See EventLog."""
        query = SQL("SELECT ordinal, profile_id FROM {} WHERE workspace=%s AND ordinal = ANY (%s::bigint[])").format(
            self._recorder.table(PROFILES_TABLE)
        )
        with unavailable(_READING), self._datastore.cursor() as curs:
            curs.execute(query, (workspace, list(map(int, ordinals))))
            return {row["ordinal"]: row["profile_id"] for row in curs.fetchall()}

    def personal(self, workspace: str, *, first_number: int = 1) -> Iterator[PersonalRow]:
        """See EventLog."""
        query = SQL("SELECT number, ordinal, value FROM {} WHERE workspace=%s AND number>=%s ORDER BY number LIMIT %s").format(
            self._recorder.table(PERSONAL_TABLE)
        )
        return (PersonalRow(*row) for row in self._pages(query, workspace, first_number))

    def personal_texts(self, workspace: str, numbers: Sequence[int]) -> Mapping[int, str]:
        """See EventLog."""
        query = SQL("SELECT number, value FROM {} WHERE workspace=%s AND number = ANY (%s::bigint[]) AND value <> ''").format(
            self._recorder.table(PERSONAL_TABLE)
        )
        with unavailable(_READING), self._datastore.cursor() as curs:
            curs.execute(query, (workspace, list(numbers)))
            return {row["number"]: row["value"] for row in curs.fetchall()}

    def keeps_personal(self, workspace: str, ordinals: Sequence[int]) -> bool:
        """See EventLog."""
        query = SQL("SELECT FROM {} WHERE workspace=%s AND ordinal = ANY (%s::bigint[]) AND value <> '' LIMIT 1").format(
            self._recorder.table(PERSONAL_TABLE)
        )
        with unavailable(_READING), self._datastore.cursor() as curs:
            curs.execute(query, (workspace, list(map(int, ordinals))))
            return curs.fetchone() is not None

    def scrub(self) -> bool:
        """See EventLog. Writes the whole vault anew; changesets with new profiles or texts wait meanwhile."""
        # Plain VACUUM frees the place of old row versions, and may leave their bytes where they were.
        with unavailable("write its vault anew"), self._datastore.get_connection() as connection:
            for table in (PROFILES_TABLE, PERSONAL_TABLE):
                connection.execute(SQL("VACUUM (FULL) {}").format(self._recorder.table(table)))
        return True

    def close(self) -> None:
        """See EventLog."""
        self._datastore.close()


@contextmanager
def _first_connection(url: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection of its own, to tell at once, and by name, what cannot be reached."""
    try:
        connection = psycopg.connect(url, connect_timeout=_CONNECT_SECONDS_MAX, autocommit=True)
    except (psycopg.Error, UnicodeError, ValueError) as error:
        raise StoreUnavailable(f"cannot use the PostgreSQL database at {_named(url)}: {str(error).strip()}") from error
    with connection:
        yield connection


def _named(url: str) -> str:
    """The database without its password."""
    try:
        info = conninfo_to_dict(url)
    except psycopg.Error:
        return "the given URL"
    return f"{info.get('host', 'localhost')}:{info.get('port', 5432)}/{info.get('dbname', '')}"
