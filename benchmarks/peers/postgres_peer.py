"""PostgreSQL with the indexes that the question wants."""

import io

import psycopg
import pyarrow as pa
from pyarrow import csv

from benchmarks.peers.base import THREADS, Headline, RowFiles

SETTINGS = {
    "shared_buffers": "2GB",
    "work_mem": "256MB",
    "maintenance_work_mem": "1GB",
    "effective_cache_size": "8GB",
    "max_wal_size": "8GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_parallel_workers_per_gather": str(THREADS),
}
_TABLES = (
    "CREATE UNLOGGED TABLE interactions (type smallint NOT NULL, occurred_at bigint NOT NULL, ordinal integer NOT NULL)",
    "CREATE UNLOGGED TABLE tags (tag smallint NOT NULL, ordinal integer NOT NULL)",
)
_INDEXES = (
    "CREATE INDEX ON interactions (type, occurred_at) INCLUDE (ordinal)",
    "CREATE UNIQUE INDEX ON tags (tag, ordinal)",
    "VACUUM ANALYZE interactions",
    "VACUUM ANALYZE tags",
)
_COUNT = """
    SELECT count(*) FROM tags WHERE tag = %s AND ordinal IN (
        SELECT ordinal FROM interactions WHERE type = %s AND occurred_at > %s AND occurred_at <= %s)
"""
_BATCH_ROWS = 200_000


class PostgresPeer:
    """Index-only scans."""

    name = "postgresql"
    layout = (
        "rows in order of (type, occurred_at), index (type, occurred_at) INCLUDE (ordinal), index (tag, ordinal), vacuumed and "
        f"analyzed; semi-join; shared_buffers 2 GB, work_mem 256 MB, {THREADS} parallel workers"
    )

    def __init__(self, url: str, rows: RowFiles) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        for statement in _TABLES:
            self._connection.execute(statement.encode())
        self._copy("COPY interactions FROM STDIN", rows.interactions)
        self._copy("COPY tags FROM STDIN", rows.tags)
        for statement in _INDEXES:
            self._connection.execute(statement.encode())
        self._connection.execute("SET plan_cache_mode = force_custom_plan")

    def _copy(self, command: str, table: pa.Table) -> None:
        with self._connection.cursor().copy(command.encode()) as copy:
            for batch in table.to_batches(max_chunksize=_BATCH_ROWS):
                text = io.BytesIO()
                csv.write_csv(batch, text, csv.WriteOptions(include_header=False, delimiter="\t"))
                copy.write(text.getvalue())

    def count(self, question: Headline, as_of: int) -> int:
        """See Peer."""
        bound = (question.tag_number, question.type_number, as_of - question.days_us, as_of)
        row = self._connection.execute(_COUNT, bound, prepare=True).fetchone()
        assert row is not None
        return int(row[0])

    def close(self) -> None:
        """See Peer."""
        self._connection.close()
