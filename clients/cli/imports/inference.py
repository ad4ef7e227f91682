"""Kinds of values in files that do not tell them: a CSV column is a number, bool or day only if all its cells are."""

from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from clients.cli.imports.cells import MAX_MAGNITUDE

# Canonical: no leading zeros, no plus, no spaces. "007" and "+86..." are codes, and would lose what they say.
_NUMBER = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$"
_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


def _all_match(column: pa.ChunkedArray, pattern: str) -> bool:
    return pc.all(pc.match_substring_regex(column, pattern)).as_py() is not False


def _numbers(column: pa.ChunkedArray) -> bool:
    if not _all_match(column, _NUMBER):
        return False
    largest = pc.max(pc.abs(pc.cast(column, pa.float64()))).as_py()
    return largest is None or largest <= MAX_MAGNITUDE


def _bools(column: pa.ChunkedArray) -> bool:
    return _all_match(column, "^(true|false)$")


def _days(column: pa.ChunkedArray) -> bool:
    if not _all_match(column, _DAY):
        return False
    try:
        pc.cast(column, pa.date32())
    except pa.ArrowInvalid:
        return False
    return True


_CHECKS = {"number": _numbers, "bool": _bools, "date": _days}


def infer_kinds(tables: Iterator[pa.Table], columns: Sequence[str], *, days: bool) -> dict[str, str]:
    """Return the kind of each text column over all tables; text where nothing else fits, or where all cells are empty."""
    possible = {name: [kind for kind in _CHECKS if days or kind != "date"] for name in columns}
    filled = dict.fromkeys(columns, False)
    for table in tables:
        for name in columns:
            column = table.column(name)
            filled[name] |= column.null_count < len(column)
            possible[name] = [kind for kind in possible[name] if _CHECKS[kind](column)]
    return {name: kinds[0] if kinds and filled[name] else "string" for name, kinds in possible.items()}
