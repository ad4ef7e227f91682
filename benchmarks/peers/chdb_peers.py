"""ClickHouse inside the process (chDB): by scan, and over pre-built bitmaps. Both share one engine, for a process has one."""

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.peers.base import FIRSTS, MEMORY_BYTES, MONTHS, THREADS, RowFiles
from benchmarks.question import BITMAPS, BLOCK_HOURS, SCAN, Answer, Asked, Question, Way
from benchmarks.workload import HOUR_US

_ROWS = (
    "CREATE TABLE interactions (type UInt8, occurred_at Int64, ordinal UInt32, amount UInt32, category UInt8, batch UInt16)"
    " ENGINE = MergeTree ORDER BY (type, occurred_at)",
    "CREATE TABLE tags (tag UInt16, ordinal UInt32) ENGINE = MergeTree ORDER BY (tag, ordinal)",
    "CREATE TABLE moves (ordinal UInt32, effective_at Int64, place UInt32, batch UInt16, applied UInt8)"
    " ENGINE = MergeTree ORDER BY (ordinal, effective_at, place)",
    "CREATE TABLE profiles (ordinal UInt32) ENGINE = MergeTree ORDER BY ordinal",
    "CREATE TABLE firsts (first_at Int64, ordinal UInt32) ENGINE = MergeTree ORDER BY first_at",
    "CREATE TABLE months (month Int64, ordinal UInt32) ENGINE = MergeTree ORDER BY (month, ordinal)",
    "INSERT INTO interactions SELECT * FROM file('{interactions}', Parquet)",
    "INSERT INTO tags SELECT * FROM file('{tags}', Parquet)",
    "INSERT INTO moves SELECT * FROM file('{moves}', Parquet)",
    "INSERT INTO profiles SELECT number FROM numbers({profiles})",
    f"INSERT INTO firsts {FIRSTS}",
    f"INSERT INTO months {MONTHS}",
    "OPTIMIZE TABLE interactions FINAL",
    "OPTIMIZE TABLE tags FINAL",
    "OPTIMIZE TABLE moves FINAL",
    "OPTIMIZE TABLE firsts FINAL",
)
_BY_PROFILE = (
    "CREATE TABLE by_profile (ordinal UInt32, type UInt8, occurred_at Int64) ENGINE = MergeTree"
    " ORDER BY (ordinal, occurred_at) SETTINGS index_granularity = 512",
    "CREATE TABLE tags_by_profile (ordinal UInt32, tag UInt16) ENGINE = MergeTree ORDER BY (ordinal, tag)"
    " SETTINGS index_granularity = 512",
    "INSERT INTO by_profile SELECT ordinal, type, occurred_at FROM interactions",
    "INSERT INTO tags_by_profile SELECT ordinal, tag FROM tags",
    "OPTIMIZE TABLE by_profile FINAL",
    "OPTIMIZE TABLE tags_by_profile FINAL",
)
# A granule is what is read at least: one bitmap. Uncompressed, so that nothing is spent on unpacking.
_BITMAPS = (
    "CREATE TABLE blocks (type UInt8, level UInt8, block Int32, bitmap AggregateFunction(groupBitmap, UInt32) CODEC(NONE))"
    " ENGINE = AggregatingMergeTree ORDER BY (type, level, block) SETTINGS index_granularity = 1",
    "CREATE TABLE tag_bitmaps (tag UInt16, bitmap AggregateFunction(groupBitmap, UInt32) CODEC(NONE))"
    " ENGINE = AggregatingMergeTree ORDER BY tag SETTINGS index_granularity = 1",
    *(
        f"INSERT INTO blocks SELECT type, {level}, intDiv(occurred_at, {hours * HOUR_US}), groupBitmapState(ordinal)"
        " FROM interactions GROUP BY 1, 2, 3"
        for level, hours in enumerate(BLOCK_HOURS)
    ),
    "INSERT INTO tag_bitmaps SELECT tag, groupBitmapState(ordinal) FROM tags GROUP BY tag",
    "OPTIMIZE TABLE blocks FINAL",
    "OPTIMIZE TABLE tag_bitmaps FINAL",
)


class ChdbEngine:
    """The engine with its tables."""

    def __init__(self, folder: Path, rows: RowFiles, *, by_profile: bool) -> None:
        sessions: Any = import_module("chdb.session")  # 180 MB: only where it is asked
        self._session = sessions.Session(str(folder / "chdb"))
        self.run(f"SET max_memory_usage = {MEMORY_BYTES}")
        self.run(f"SET max_threads = {THREADS}")
        for statement in (*_ROWS, *(_BY_PROFILE if by_profile else ()), *_BITMAPS):
            self.run(statement.format_map(rows.names))

    def run(self, sql: str) -> str:
        """The result as CSV."""
        return str(self._session.query(sql, "CSV"))

    def answer(self, sql: str, way: Way) -> Answer:
        """The row; of members how many there are, and their sum."""
        if way is Way.MEMBERS:
            ordinals = np.frombuffer(self._session.query(sql, "RowBinary").bytes(), np.uint32)
            return len(ordinals), int(ordinals.sum(dtype=np.int64))
        return tuple(int(value) for value in self.run(sql).split(","))

    def close(self) -> None:
        """Stop the engine."""
        self._session.close()


class ChdbScanPeer:
    """The rows of the window, read and counted."""

    name = SCAN
    layout = (
        f"on disk, {THREADS} threads; MergeTree ORDER BY (type, occurred_at), one part, and (ordinal, occurred_at) for "
        "checks of one profile; tags ORDER BY (tag, ordinal) and (ordinal, tag); changes of a tag ORDER BY (ordinal, "
        "effective_at); first purchases ORDER BY instant; buyers of each calendar month ORDER BY month"
    )

    def __init__(self, engine: ChdbEngine) -> None:
        self._engine = engine

    def can_answer(self, question: Question) -> bool:
        """See Peer."""
        return True

    def ask(self, question: Question, asked: Asked) -> Answer:
        """See Peer."""
        return self._engine.answer(question.sql_for(self.name, asked), question.way)

    def close(self) -> None:
        """See Peer."""


class ChdbBitmapPeer:
    """Bitmaps of whole blocks of time, and the rows of the two ragged ends."""

    name = BITMAPS
    layout = (
        "groupBitmap per (type, hour), (type, day), (type, 16 days) and per tag, uncompressed, index_granularity 1; the ragged "
        "ends from the MergeTree rows; bitmapAndCardinality. Numbers per profile, filters, order in time and known_at it cannot"
    )

    def __init__(self, engine: ChdbEngine) -> None:
        self._engine = engine

    def can_answer(self, question: Question) -> bool:
        """See Peer."""
        return self.name in question.own_sql

    def ask(self, question: Question, asked: Asked) -> Answer:
        """See Peer."""
        return self._engine.answer(question.sql_for(self.name, asked), question.way)

    def close(self) -> None:
        """See Peer."""
