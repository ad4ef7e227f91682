"""One event per interaction, by the event library's own recorders: what changesets are compared with.

In favour of the peer: it runs in this process without any RPC, decides nothing, knows no profiles and keeps no index; all
events stand in one stream, so keys only grow. The payload is the row as JSON.
"""

import time
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


def events_per_second(recorder: ApplicationRecorder, rows: Sequence[Interaction], per_call: int, first: int) -> float:
    """Record each row as one event, `per_call` events to a transaction; versions begin at `first`."""
    started = time.perf_counter()
    for start in range(0, len(rows), per_call):
        events = [
            StoredEvent(_STREAM, first + start + i, _TOPIC, _payload(row))
            for i, row in enumerate(rows[start : start + per_call])
        ]
        recorder.insert_events(events)
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
