"""Tags whose assignments lapse: what is kept of them in files, and in one pass over many rows, is what one by one would be."""

import random
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from domain.catalogue_changes import TagDefined
from projections.index import turns
from projections.index.history import History
from projections.index.timelines import Timeline
from projections.index.turns import Turns
from server.snapshots import parts
from server.snapshots.folder import SnapshotFolder
from server.snapshots.parts import move_histories
from server.usecases.state import WorkspaceState
from tests.oracle.histories import WORKSPACE, TagChange, recorded


def test_a_tag_that_comes_to_lapse_while_its_history_is_written_goes_on_in_the_file(tmp_path: Path) -> None:
    state = WorkspaceState.empty(WORKSPACE)
    state.index.apply(recorded(1, 0, catalogue=[TagDefined(1, None, "vip", "")], tags=[TagChange(0, 1, True, 10)]))
    with closing(SnapshotFolder(tmp_path / "snapshots")) as snapshots:
        files = snapshots.keep_parts(parts.histories(state))
        state.index.apply(recorded(2, 0, tags=[TagChange(1, 1, True, 10, lapses_at=20)]))
        move_histories(state, files)
        assert [list(state.index.holders(1, at, 2)) for at in (9, 10, 19, 20)] == [[], [0, 1], [0, 1], [0]]


@pytest.mark.parametrize("seed", range(30))
def test_many_at_once_turn_as_they_would_one_by_one(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mostly in order, as of a model that runs each night, and now and then not."""
    rng = random.Random(f"turns/{seed}")
    history, found = History(), []
    for version in range(1, 40):
        at = 10 * version if rng.random() < 0.7 else rng.randrange(400)
        profiles = np.asarray(sorted(rng.sample(range(6), rng.randint(1, 6))), np.uint32)
        codes = np.asarray([rng.choice((0, 1, 1, 1, 2)) for _ in profiles], np.int32)
        never = np.iinfo(np.int64).max
        lapses = [at + rng.choice((1, 10, 15, 70, never - at)) if code else never for code in codes.tolist()]
        history.append(np.full(len(profiles), at), version, profiles, codes, lapses=np.asarray(lapses, np.int64))
    for least in (0, 1 << 30):
        monkeypatch.setattr(turns, "_MANY_ROWS", least)
        made = Turns(History())
        for version in range(1, 40):
            made.settle(history, version)
            states = Timeline.of(history.visible(version), None)
            held = states.codes != 0
            for at in [*range(0, 400, 5), 1_000]:
                now = states.in_force(at)
                told, _ = made.rows.states_at(version, np.arange(6, dtype=np.uint32), np.full(6, at))
                assert set(np.flatnonzero(told).tolist()) == set(states.ordinals[now & held].tolist()), (least, version, at)
        found.append(len(made.rows))
    assert found[0] <= 2 * found[1], "one pass appends little that is not needed"
