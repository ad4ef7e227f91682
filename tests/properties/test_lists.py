"""Versions of uploaded lists, which are kept as differences, say what a set kept for each version would."""

import random
from array import array

import pytest

from domain.changeset import ListColumns
from projections.index.lists import ListMembers

_PROFILES = 200_000  # several containers of a bitmap
_VERSIONS = 100  # some keyframes


@pytest.mark.parametrize("seed", range(3))
def test_every_version_of_a_list_stays_as_it_was_uploaded(seed: int) -> None:
    rng = random.Random(seed)
    kept, due = ListMembers(), {number: [set[int]()] for number in (1, 2)}
    for _ in range(2 * _VERSIONS):
        number = rng.choice((1, 2))
        on = due[number][-1]
        given = {*rng.sample(range(_PROFILES), rng.choice((0, 3, 2_000))), *range(rng.choice((0, 0, 70_000)))}
        added, removed = given - on, rng.choice((set[int](), on, on & set(range(50_000)))) - given
        kept.apply(ListColumns(number, array("I", sorted(added)), array("I", sorted(removed))))
        due[number].append((on - removed) | added)
    asked = [(number, version) for number, versions in due.items() for version in range(1, len(versions))]
    rng.shuffle(asked)
    # The same version of both lists in turn, and some once more: what was made for one must not answer for another.
    for number, version in [*asked, *sorted(asked, key=lambda one: one[1]), *rng.choices(asked[:4], k=20)]:
        assert set(kept.members(number, version)) == due[number][version], (number, version)
    for number, versions in due.items():
        assert len(versions) > 2 * 32
        assert set(kept.newest(number)) == versions[-1]
        assert [kept.count(number, version) for version in range(len(versions))] == [len(one) for one in versions]
        for ordinal in [*range(5), *rng.sample(range(_PROFILES), 30)]:
            turned = [n for n in range(1, len(versions)) if (ordinal in versions[n]) != (ordinal in versions[n - 1])]
            assert kept.turns(number, ordinal) == turned
