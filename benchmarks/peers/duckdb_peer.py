"""DuckDB, in memory."""

from typing import Any

import duckdb

from benchmarks.peers.base import THREADS, Headline, RowFiles

_COUNT = """
    SELECT count(*) FROM tags SEMI JOIN (
        SELECT ordinal FROM interactions WHERE type = $type AND occurred_at > $start AND occurred_at <= $end
    ) AS bought USING (ordinal) WHERE tag = $tag
"""


class DuckDbPeer:
    """Sorted tables, so that zone maps leave only the rows of the window."""

    name = "duckdb"
    layout = f"in memory, {THREADS} threads; interactions sorted by (type, occurred_at), tags by (tag, ordinal); semi-join"

    def __init__(self, rows: RowFiles) -> None:
        self._connection: Any = duckdb.connect(":memory:", config={"threads": THREADS})
        for name, table in (("interactions", rows.interactions), ("tags", rows.tags)):
            self._connection.register("source", table)
            self._connection.execute(f"CREATE TABLE {name} AS SELECT * FROM source")
            self._connection.unregister("source")

    def count(self, question: Headline, as_of: int) -> int:
        """See Peer."""
        bound = {
            "type": question.type_number,
            "start": as_of - question.days_us,
            "end": as_of,
            "tag": question.tag_number,
        }
        return int(self._connection.execute(_COUNT, bound).fetchone()[0])

    def close(self) -> None:
        """See Peer."""
        self._connection.close()
