"""Who did between two instants, from blocks and ends that are kept, against a look at every row; windows come again."""

import random

import numpy as np
import pytest
from pyroaring import BitMap

from projections.index import blocks, runs, tail
from projections.index.row_columns import ORDINAL, TIME, VERSION, AnyColumn
from projections.index.rows import InteractionRows
from projections.index.times import HOUR_US

_HOURS, _PROFILES, _ROWS, _WINDOWS = 60, 50, 1_700, 300
_QUARTER_US = HOUR_US // 4


@pytest.mark.parametrize("kept_bytes_a_row", [0, 1, 1_000])
@pytest.mark.parametrize("busy_hour_rows", [0, 1_000_000])
@pytest.mark.parametrize("few_rows", [0, 1_000_000])
def test_windows_and_their_counts_are_those_of_the_rows(
    monkeypatch: pytest.MonkeyPatch, few_rows: int, busy_hour_rows: int, kept_bytes_a_row: int
) -> None:
    # Arrange: runs of several sizes and a tail; instants on the bounds of units too; few profiles, so that they come again.
    for module, name, value in (
        (tail, "TAIL_ROWS", 300),
        (runs, "_FEW_ROWS", few_rows),
        (blocks, "SLICE_ROWS_MAX", 0),
        (blocks, "_BUSY_HOUR_ROWS", busy_hour_rows),
        (blocks, "_KEPT_BYTES_MIN", 0),
        (blocks, "_KEPT_BYTES_A_ROW", kept_bytes_a_row),
    ):
        monkeypatch.setattr(module, name, value)
    rng = random.Random(f"{busy_hour_rows} {kept_bytes_a_row}")
    first = (490_000 + rng.randrange(24)) * HOUR_US
    times = [first + _instant(rng) for _ in range(_ROWS)]
    ordinals = [min(rng.randrange(_PROFILES), rng.randrange(_PROFILES)) for _ in range(_ROWS)]
    columns: dict[str, AnyColumn] = {
        TIME: np.array(times, np.int64),
        ORDINAL: np.array(ordinals, np.uint32),
        VERSION: np.arange(_ROWS, dtype=np.uint32) // 10,
    }
    stored = InteractionRows()
    stored.append(columns, 0, _ROWS // 2)
    stored.compact()
    stored.append(columns, _ROWS // 2, _ROWS)
    assert len(stored.runs()) > 1
    candidates = BitMap(rng.sample(range(_PROFILES), _PROFILES // 2))
    # Act, assert
    told = 0
    for version in (_ROWS, _ROWS, _ROWS // 20):  # again after the upkeep
        known = min(_ROWS, (version + 1) * 10)
        for _ in range(_WINDOWS):
            start, end = sorted(first + _instant(rng) for _ in range(2))
            expected = {who for at, who in zip(times[:known], ordinals[:known], strict=True) if start <= at < end}
            assert set(stored.collect(start, end, version).bitmap()) == expected
            assert stored.collect(start, end, version).count_among(candidates) == len(expected & set(candidates))
            began = stored.began(start, end, version)
            if began is not None:
                earlier = {who for at, who in zip(times[:known], ordinals[:known], strict=True) if at < start}
                assert set(began) == expected - earlier
                told += 1
        assert told or not few_rows or version < _ROWS
        while stored.compact():
            pass


def _instant(rng: random.Random) -> int:
    """From the first hour: on the bound of a quarter of an hour, beside one, or anywhere."""
    quarter = rng.randrange(-8, 4 * _HOURS + 8) * _QUARTER_US
    return rng.choice((quarter, quarter, quarter - 1, quarter + rng.randrange(_QUARTER_US)))
