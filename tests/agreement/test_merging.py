"""Which runs are merged, and when: a start from the log leaves thousands of small ones, and questions wait for them."""

import numpy as np
import pytest

from projections.index import rows, tail
from projections.index.row_columns import ORDINAL, TIME, VERSION, AnyColumn
from projections.index.rows import InteractionRows


def _append(kept: InteractionRows, count: int) -> None:
    ordinals, versions = np.zeros(count, np.uint32), np.ones(count, np.uint32)
    columns: dict[str, AnyColumn] = {TIME: np.arange(count), ORDINAL: ordinals, VERSION: versions}
    kept.append(columns, 0, count)


def _sizes(kept: InteractionRows) -> list[int]:
    return [len(run) for run in kept.runs()]


def test_the_smallest_runs_are_merged_first_and_all_that_follow_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail, "TAIL_ROWS", 4)
    kept = InteractionRows()
    for _ in range(4):
        _append(kept, 16)
        assert kept.compact()
    assert _sizes(kept) == [16] * 4
    _append(kept, 40)
    assert kept.compact()
    assert _sizes(kept) == [16, 16, 16, 16, 40]
    assert kept.compact()
    assert _sizes(kept) == [64, 40]
    assert not kept.compact()


def test_so_many_rows_at_once_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail, "TAIL_ROWS", 4)
    monkeypatch.setattr(rows, "_MERGED_AT_ONCE_ROWS_MAX", 20)
    kept = InteractionRows()
    _append(kept, 40)
    assert kept.compact()
    assert _sizes(kept) == [20, *[4] * 5]
    assert kept.compact()
    assert _sizes(kept) == [20, 20]
