"""One event per interaction, by the event library's own recorders: what changesets are compared with.

In favour of the peer: it runs in this process without any RPC, decides nothing, knows no profiles and keeps no index, and its
payload is the row as plain JSON, past the library's mapper. With one stream a profile (the aggregate that such an application
would have) keys come in any order; with one stream for all they only grow, which is the kindest layout there is.
"""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import orjson
from eventsourcing.persistence import ApplicationRecorder, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore
from psycopg.conninfo import conninfo_to_dict

from clients.sdk import Interaction

_STREAM, _TOPIC = "interactions", "benchmarks:InteractionRecorded"


@contextmanager
def sqlite_recorder(folder: Path) -> Iterator[ApplicationRecorder]:
    """On a file, as durable as the ledger: WAL, and each commit on disk."""
    datastore = SQLiteDatastore(f"file:{folder / 'events.sqlite'}", originator_id_type="text")
    recorder = SQLiteApplicationRecorder(datastore)
    recorder.create_table()
    with datastore.transaction(commit=False) as cursor:
        cursor.execute("PRAGMA synchronous")
        if cursor.fetchone()[0] != 2:
            raise RuntimeError("this build of SQLite does not sync each commit by default: the comparison would not be fair")
    try:
        yield recorder
    finally:
        datastore.close()


@contextmanager
def postgres_recorder(url: str) -> Iterator[ApplicationRecorder]:
    """On a PostgreSQL database."""
    info = conninfo_to_dict(url)
    datastore = PostgresDatastore(
        dbname=str(info["dbname"]), host=str(info["host"]), port="5432", user="postgres", password="", originator_id_type="text"
    )
    recorder = PostgresApplicationRecorder(datastore, events_table_name="one_event_per_interaction")
    recorder.create_table()
    try:
        yield recorder
    finally:
        datastore.close()


def events_per_second(recorder: ApplicationRecorder, rows: Sequence[Interaction], per_call: int, *, streams: bool) -> float:
    """Record each row as one event, `per_call` events to a transaction, in one stream, or with `streams` in one a profile."""
    names = [row.profile_id if streams else _STREAM for row in rows]
    numbers: Counter[str] = Counter()
    versions = []
    for name in names:
        numbers[name] += 1
        versions.append(numbers[name])
    started = time.perf_counter()
    for start in range(0, len(rows), per_call):
        places = range(start, min(start + per_call, len(rows)))
        recorder.insert_events([StoredEvent(names[i], versions[i], _TOPIC, _payload(rows[i])) for i in places])
    return len(rows) / (time.perf_counter() - started)


def _payload(row: Interaction) -> bytes:
    content = {
        "profile_id": row.profile_id,
        "type": row.type,
        "occurred_at": row.occurred_at,
        "amount": row.amount,
        "properties": row.properties,
    }
    return orjson.dumps(content)
