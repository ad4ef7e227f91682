"""The third opinion: docs/language.md as SQL for DuckDB, written from the page alone, to be compared with oracle and index.

    ledger = SqlLedger(history)                     # list[Recorded], in the order of positions
    ledger.members(expression, as_of, known_at)     # set of ordinals

The log becomes tables of rows (tables.py), each expression one statement of nested SELECTs of ordinals (ledger.py, leaves.py,
measures.py). Whole numbers are BIGINT and HUGEINT (which refuse to overflow), dates and clocks on walls are ICU's, not Python's
(calendars.py). Python only looks up names and writes numbers.
"""

from typing import Final

from tests.campaigns.duckdb_sql.ledger import SqlLedger

UNSUPPORTED: Final[dict[str, str]] = {
    "Sample: the seed": "DuckDB has md5, sha1 and sha256, but not BLAKE2b: the salt's 8 bytes are hashlib's, the rest is SQL",
}
"""What is not computed in SQL, and why."""

__all__ = ["UNSUPPORTED", "SqlLedger"]
