"""What is known of interactions by their ids: held to a plain dict, over many corrections of the same ones."""

import random

from projections.index.key_map import MISSING
from projections.interaction_ids import InteractionIds


def test_the_last_step_of_each_id_is_found_however_many_there_were() -> None:
    rng = random.Random("steps")
    ids, known = InteractionIds(), dict[str, list[int]]()
    names = [f"id-{number}" for number in range(30)]
    for version in range(1, 400):
        # Some are corrected in nearly every version, others never.
        some = [name for number, name in enumerate(names) if rng.random() < 1 / (number + 1)]
        ids.step(ids.named(some), version)
        for name in some:
            known.setdefault(name, []).append(version)
        if version % 50 == 0:
            ids.entries.compact()
            latest = ids.latest(ids.named([*names, "never"]))
            assert latest.steps.tolist() == [len(known.get(name, ())) - 1 for name in names] + [MISSING]
            assert latest.versions.tolist() == [known.get(name, [MISSING])[-1] for name in names] + [MISSING]
            assert latest.counts.tolist() == [len(known.get(name, ())) % 2 == 1 for name in names] + [False]
    assert max(map(len, known.values())) > 390
