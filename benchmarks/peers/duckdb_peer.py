"""DuckDB, in memory."""

from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from benchmarks.peers.base import FIRSTS, MEMORY_BYTES, MONTHS, THREADS, RowFiles
from benchmarks.question import DUCKDB, Answer, Asked, Question, Way

_TABLES = (
    "CREATE TABLE interactions AS FROM '{interactions}'",
    "CREATE TABLE tags AS FROM '{tags}'",
    "CREATE TABLE moves AS FROM '{moves}'",
    "CREATE TABLE profiles AS SELECT unnest(range({profiles}))::UINTEGER AS ordinal",
    f"CREATE TABLE firsts AS {FIRSTS} ORDER BY first_at",
    f"CREATE TABLE months AS FROM ({MONTHS}) ORDER BY month, ordinal",
)
_BY_PROFILE = (
    "CREATE TABLE by_profile AS SELECT ordinal, type, occurred_at FROM interactions ORDER BY ordinal, occurred_at",
    "CREATE TABLE tags_by_profile AS FROM tags ORDER BY ordinal, tag",
)


class DuckDbPeer:
    """Sorted tables, so that zone maps leave only the rows of the window."""

    name = DUCKDB
    layout = (
        f"in memory, {THREADS} threads; interactions sorted by (type, occurred_at), and by ordinal for checks of one profile; "
        "tags sorted by (tag, ordinal), and by ordinal; changes of a tag by (ordinal, effective_at); first "
        "purchases sorted by instant, buyers of each calendar month by month; semi-joins"
    )

    def __init__(self, rows: RowFiles, folder: Path, *, by_profile: bool) -> None:
        self._connection: Any = duckdb.connect(
            ":memory:",
            config={"threads": THREADS, "memory_limit": f"{MEMORY_BYTES >> 20}MiB", "temp_directory": str(folder / "duckdb")},
        )
        for statement in (*_TABLES, *(_BY_PROFILE if by_profile else ())):
            self._connection.execute(statement.format_map(rows.names))

    def can_answer(self, question: Question) -> bool:
        """See Peer."""
        return True

    def ask(self, question: Question, asked: Asked) -> Answer:
        """See Peer."""
        result = self._connection.execute(question.sql_for(self.name, asked))
        if question.way is Way.MEMBERS:
            ordinals = result.fetchnumpy()["ordinal"]
            return len(ordinals), int(ordinals.sum(dtype=np.int64))
        return tuple(int(value or 0) for value in result.fetchone())

    def close(self) -> None:
        """See Peer."""
        self._connection.close()
