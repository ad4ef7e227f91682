"""Rows of a few profiles in a growing history: what is looked up is what looking at each row would find."""

import random

import numpy as np
import numpy.typing as npt
import pytest

from projections.index import places
from projections.index.columns import Column
from projections.index.history import History

_ROUNDS, _ROWS_MAX, _PROFILES = 60, 40, 300
_NONE_ARE_FEW, _ALL_ARE_FEW = 1 << 40, 0


def test_parts_that_grow_while_somebody_asks_reach_no_further_than_what_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader takes the parts, then the column: the upkeep may have made a part of rows that came in between."""
    monkeypatch.setattr(places, "_LATE_ROWS", 2)
    column, found = Column(np.uint32), places.Places()

    def first(count: int) -> npt.NDArray[np.uint32]:
        return column.view()[:count]

    column.extend(np.arange(10, dtype=np.uint32))
    wanted = np.asarray([3, 15], np.uint32)
    assert found.of(wanted, first, 10).tolist() == [3]
    column.extend(np.arange(10, 20, dtype=np.uint32))
    assert found.grow(column.view())
    assert found.of(wanted, first, 10).tolist() == [3]
    assert found.of(wanted, first, 20).tolist() == [3, 15]


@pytest.mark.parametrize("few_share", [_NONE_ARE_FEW, 64, _ALL_ARE_FEW])
@pytest.mark.parametrize("seed", range(4))
def test_rows_are_found_by_their_profiles_at_every_version(monkeypatch: pytest.MonkeyPatch, seed: int, few_share: int) -> None:
    monkeypatch.setattr(places, "_LATE_ROWS", 20)
    monkeypatch.setattr(places, "_FEW_SHARE", few_share)
    rng, history, ordinals = random.Random(f"places/{seed}"), History(), list[int]()
    grown = 0
    for version in range(1, _ROUNDS):
        rows = [min(rng.randrange(_PROFILES), rng.randrange(5 * version)) for _ in range(rng.randrange(_ROWS_MAX))]
        ordinals += rows
        count = len(rows)
        history.append(np.full(count, version), version, np.asarray(rows, np.uint32), np.ones(count, np.int32))
        for end in (len(ordinals), rng.randint(0, len(ordinals))):
            wanted = sorted(rng.sample(range(_PROFILES + 10), rng.randint(1, 6)))
            found = history.places_of(np.asarray(wanted, np.uint32), end)
            assert found.tolist() == [place for place, ordinal in enumerate(ordinals[:end]) if ordinal in wanted]
        while rng.random() < 0.5 and history.compact():
            grown += 1
    assert (grown > 3) is (few_share != _NONE_ARE_FEW)
