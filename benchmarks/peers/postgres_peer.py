"""PostgreSQL with the indexes that the questions want."""

import io

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.peers.base import FIRSTS, MONTHS, THREADS, RowFiles
from benchmarks.question import POSTGRES, Answer, Asked, Question, Way

SETTINGS = {
    "shared_buffers": "2GB",
    "work_mem": "512MB",
    "hash_mem_multiplier": "2",
    "maintenance_work_mem": "1GB",
    "effective_cache_size": "8GB",
    "max_wal_size": "8GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_parallel_workers_per_gather": str(THREADS),
    "max_parallel_maintenance_workers": str(THREADS),
}
# Unsigned types that Parquet has become the next larger signed ones.
_TABLES = (
    "CREATE UNLOGGED TABLE interactions (type smallint NOT NULL, occurred_at bigint NOT NULL, ordinal integer NOT NULL,"
    " amount integer NOT NULL, category smallint NOT NULL, batch smallint NOT NULL)",
    "CREATE UNLOGGED TABLE tags (tag smallint NOT NULL, ordinal integer NOT NULL)",
    "CREATE UNLOGGED TABLE moves (ordinal integer NOT NULL, effective_at bigint NOT NULL, place integer NOT NULL,"
    " batch smallint NOT NULL, applied smallint NOT NULL)",
)
_INDEXES = (
    "CREATE INDEX ON interactions (type, occurred_at) INCLUDE (ordinal)",
    "CREATE INDEX ON interactions (type, occurred_at) INCLUDE (ordinal, amount, category, batch)",
    "CREATE UNIQUE INDEX ON tags (tag, ordinal)",
    "CREATE INDEX ON moves (ordinal, effective_at DESC, place DESC) INCLUDE (batch, applied)",
    "CREATE UNLOGGED TABLE profiles AS SELECT generate_series(0, {profiles} - 1) AS ordinal",
    "CREATE UNIQUE INDEX ON profiles (ordinal)",
    f"CREATE UNLOGGED TABLE firsts AS {FIRSTS}",
    "CREATE INDEX ON firsts (first_at) INCLUDE (ordinal)",
    f"CREATE UNLOGGED TABLE months AS {MONTHS}",
    "CREATE INDEX ON months (month, ordinal)",
)
_BY_PROFILE = (
    "CREATE INDEX by_profile ON interactions (ordinal, occurred_at) INCLUDE (type)",
    "CREATE INDEX tags_by_profile ON tags (ordinal, tag)",
)
_SETTLE = tuple(f"VACUUM ANALYZE {table}" for table in ("interactions", "tags", "moves", "profiles", "firsts", "months"))
_BATCH_ROWS = 200_000
_SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"
_INTEGERS = {"u1": "i2", "u2": "i2", "u4": "i4", "i8": "i8"}


class PostgresPeer:
    """Index-only scans."""

    name = POSTGRES
    layout = (
        "rows in order of (type, occurred_at); indexes (type, occurred_at) INCLUDE (ordinal), the same INCLUDE (ordinal, "
        "amount, category, batch), (ordinal, occurred_at) INCLUDE (type), tags (tag, ordinal) and (ordinal, tag), changes of "
        "a tag (ordinal, effective_at DESC), first purchases by instant, buyers of each calendar month by month; vacuumed and "
        f"analyzed; shared_buffers 2 GB, work_mem 512 MB, {THREADS} parallel workers"
    )

    def __init__(self, url: str, rows: RowFiles, *, by_profile: bool) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        for statement in _TABLES:
            self._connection.execute(statement.encode())
        self._copy("interactions", pq.ParquetFile(rows.interactions))
        self._copy("tags", pq.ParquetFile(rows.tags))
        self._copy("moves", pq.ParquetFile(rows.moves))
        for statement in (*_INDEXES, *(_BY_PROFILE if by_profile else ()), *_SETTLE):
            self._connection.execute(statement.format_map(rows.names).encode())

    def _copy(self, table: str, file: pq.ParquetFile) -> None:
        with self._connection.cursor().copy(f"COPY {table} FROM STDIN (FORMAT binary)".encode()) as copy:
            copy.write(_SIGNATURE)
            for batch in file.iter_batches(_BATCH_ROWS):
                copy.write(_binary_rows(batch))
            copy.write(_END)

    def can_answer(self, question: Question) -> bool:
        """See Peer."""
        return True

    def ask(self, question: Question, asked: Asked) -> Answer:
        """See Peer."""
        sql = question.sql_for(self.name, asked)
        if question.way is Way.MEMBERS:
            ordinals = self._copied_out(sql)
            return len(ordinals), int(ordinals.sum(dtype=np.int64))
        row = self._connection.execute(sql.encode()).fetchone()
        assert row is not None
        return tuple(int(value) for value in row)

    def _copied_out(self, sql: str) -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
        """One integer column, in the binary form: the fastest way out."""
        content = io.BytesIO()
        with self._connection.cursor().copy(f"COPY ({sql}) TO STDOUT (FORMAT binary)".encode()) as copy:
            for data in copy:
                content.write(data)
        row = np.dtype([("fields", ">i2"), ("length", ">i4"), ("ordinal", ">u4")])
        body = content.getbuffer()[len(_SIGNATURE) : -len(_END)]
        return np.frombuffer(body, row)["ordinal"].astype(np.uint32)

    def close(self) -> None:
        """See Peer."""
        self._connection.close()


def _binary_rows(batch: pa.RecordBatch) -> bytes:
    """As COPY takes them: the number of fields, then length and value of each, all with the highest byte first."""
    columns = [column.to_numpy() for column in batch.columns]
    kinds = [np.dtype(f">{_INTEGERS[column.dtype.str[1:]]}") for column in columns]
    layout: list[tuple[str, str]] = [("fields", ">i2")]
    for k, kind in enumerate(kinds):
        layout += [(f"length_{k}", ">i4"), (f"value_{k}", kind.str)]
    rows = np.empty(batch.num_rows, np.dtype(layout))
    rows["fields"] = len(columns)
    for k, (column, kind) in enumerate(zip(columns, kinds, strict=True)):
        rows[f"length_{k}"], rows[f"value_{k}"] = kind.itemsize, column
    return rows.tobytes()
