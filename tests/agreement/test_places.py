"""Rows of a few profiles in a growing history: what is looked up is what looking at each row would find."""

import random

import numpy as np
import pytest

from projections.index import places
from projections.index.history import History

_ROUNDS, _ROWS_MAX, _PROFILES = 60, 40, 300


@pytest.mark.parametrize("few_profiles", [0, 3, 1_000])
@pytest.mark.parametrize("seed", range(4))
def test_rows_are_found_by_their_profiles_at_every_version(
    monkeypatch: pytest.MonkeyPatch, seed: int, few_profiles: int
) -> None:
    monkeypatch.setattr(places, "_LATE_ROWS", 20)
    monkeypatch.setattr(places, "_FEW_PROFILES", few_profiles)
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
    assert (grown > 3) is (few_profiles > 0)
