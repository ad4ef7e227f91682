"""ClickHouse inside the process (chDB): by scan, and over pre-built bitmaps. Both share one engine, for a process has one."""

from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.peers.base import THREADS, Headline, RowFiles
from benchmarks.workload import DAY_US

_MEMORY_BYTES = 6 << 30
_ROWS = """
    CREATE TABLE interactions (type UInt8, occurred_at Int64, ordinal UInt32)
        ENGINE = MergeTree ORDER BY (type, occurred_at);
    CREATE TABLE tags (tag UInt16, ordinal UInt32) ENGINE = MergeTree ORDER BY (tag, ordinal);
    INSERT INTO interactions SELECT type, occurred_at, ordinal FROM file('{interactions}', Parquet);
    INSERT INTO tags SELECT tag, ordinal FROM file('{tags}', Parquet);
    OPTIMIZE TABLE interactions FINAL;
    OPTIMIZE TABLE tags FINAL
"""
# A granule is what is read at least: one bitmap. Uncompressed, so that nothing is spent on unpacking.
_BITMAPS = """
    CREATE TABLE day_bitmaps (type UInt8, day Int32, bitmap AggregateFunction(groupBitmap, UInt32) CODEC(NONE))
        ENGINE = AggregatingMergeTree ORDER BY (type, day) SETTINGS index_granularity = 1;
    CREATE TABLE tag_bitmaps (tag UInt16, bitmap AggregateFunction(groupBitmap, UInt32) CODEC(NONE))
        ENGINE = AggregatingMergeTree ORDER BY tag SETTINGS index_granularity = 1;
    INSERT INTO day_bitmaps SELECT type, intDiv(occurred_at, {day_us}), groupBitmapState(ordinal)
        FROM interactions GROUP BY 1, 2;
    INSERT INTO tag_bitmaps SELECT tag, groupBitmapState(ordinal) FROM tags GROUP BY tag;
    OPTIMIZE TABLE day_bitmaps FINAL;
    OPTIMIZE TABLE tag_bitmaps FINAL
"""
_SCAN = """
    SELECT groupBitmap(ordinal) FROM interactions
    WHERE type = {type} AND occurred_at > {start} AND occurred_at <= {end}
        AND ordinal IN (SELECT ordinal FROM tags WHERE tag = {tag})
"""
_UNION = """
    SELECT bitmapAndCardinality(
        (SELECT groupBitmapMergeState(bitmap) FROM (
            SELECT bitmap FROM day_bitmaps WHERE type = {type} AND day >= {first_day} AND day < {end_day}
            UNION ALL
            SELECT groupBitmapState(ordinal) FROM interactions WHERE type = {type} AND
                (occurred_at > {start} AND occurred_at < {first_us} OR occurred_at >= {end_us} AND occurred_at <= {end}))),
        (SELECT bitmap FROM tag_bitmaps WHERE tag = {tag}))
"""


class ChdbEngine:
    """The engine with its tables."""

    def __init__(self, folder: Path, rows: RowFiles) -> None:
        sessions: Any = import_module("chdb.session")  # 180 MB: only where it is asked
        self._session = sessions.Session(str(folder / "chdb"))
        self.run(f"SET max_memory_usage = {_MEMORY_BYTES}")
        self.run(f"SET max_threads = {THREADS}")
        self._run_all(_ROWS.format(interactions=rows.interactions_file, tags=rows.tags_file))
        self._run_all(_BITMAPS.format(day_us=DAY_US))

    def run(self, sql: str) -> str:
        """The result as CSV."""
        return str(self._session.query(sql, "CSV"))

    def _run_all(self, script: str) -> None:
        for statement in script.split(";"):
            self.run(statement)

    def close(self) -> None:
        """Stop the engine."""
        self._session.close()


class ChdbScanPeer:
    """The rows of the window, read and counted."""

    name = "chdb scan"
    layout = (
        f"MergeTree ORDER BY (type, occurred_at), one part, {THREADS} threads; groupBitmap of the window's rows IN the tag's"
    )

    def __init__(self, engine: ChdbEngine) -> None:
        self._engine = engine

    def count(self, question: Headline, as_of: int) -> int:
        """See Peer."""
        return int(self._engine.run(_SCAN.format(**_bounds(question, as_of))))

    def close(self) -> None:
        """See Peer."""


class ChdbBitmapPeer:
    """Bitmaps of whole days, and the rows of the two ragged ends."""

    name = "chdb bitmaps"
    layout = (
        "groupBitmap per (type, day) and per tag, uncompressed, index_granularity 1; the ragged ends from the MergeTree rows; "
        "bitmapAndCardinality"
    )

    def __init__(self, engine: ChdbEngine) -> None:
        self._engine = engine

    def count(self, question: Headline, as_of: int) -> int:
        """See Peer."""
        bounds = _bounds(question, as_of)
        first_day, end_day = bounds["start"] // DAY_US + 1, as_of // DAY_US
        days = {"first_day": first_day, "end_day": end_day, "first_us": first_day * DAY_US, "end_us": end_day * DAY_US}
        return int(self._engine.run(_UNION.format(**bounds, **days)))

    def close(self) -> None:
        """See Peer."""


def _bounds(question: Headline, as_of: int) -> dict[str, int]:
    return {
        "type": question.type_number,
        "start": as_of - question.days_us,
        "end": as_of,
        "tag": question.tag_number,
    }
