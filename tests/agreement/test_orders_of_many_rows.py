"""What the operators of order and rank are made of, on numbers too wide for the small histories of the oracle."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from domain.catalogue_changes import TagDefined
from domain.changeset import Attribution, Changeset, Outcome, Recorded, TagColumns
from domain.instants import offset_transitions
from domain.language.syntax import Function, Lasting, Sample, Tagged, Top, Unit
from domain.limits import MAX_INSTANT_US, MIN_INSTANT_US
from projections.index.ordering import blocks, order_of_profiles, stable_order
from projections.index.workspace_index import WorkspaceIndex
from projections.naive.sampling import sampled
from projections.query import evaluator
from projections.query.operators.moments import AFTER_ALL, BEFORE_ALL, Moments
from projections.query.operators.top import _average_keys, leading
from projections.query.operators.totals import counts_by_ordinal, distinct_counts
from projections.query.operators.wall_clock import local_times
from projections.query.view import View
from tests.oracle.histories import Interaction, recorded

PROFILES = 300_000


def _random_moments(rng: np.random.Generator, count: int, profiles: int) -> Moments:
    """Several a profile, and often at one instant; profiles far apart."""
    ordinals = rng.integers(0, profiles, count) * (PROFILES // profiles)
    return Moments(ordinals.astype(np.uint32), rng.integers(0, 50, count) * 10**13)


@pytest.mark.parametrize("most", [5, 65_535, 65_536, 10**9, 2 * 10**15])
def test_orders_by_digits_are_stable_sorts(most: int) -> None:
    values = np.random.default_rng(most).integers(0, most, 5_000, endpoint=True)
    assert (stable_order(values, most) == np.argsort(values, kind="stable")).all()
    assert (stable_order(np.sort(values), most) == np.arange(5_000)).all()
    ordinals = (values % PROFILES).astype(np.uint32)
    assert (order_of_profiles(ordinals) == np.argsort(ordinals, kind="stable")).all()


@pytest.mark.parametrize("rows", [0, 1, 1_000, 1_000_000])
def test_blocks_hold_every_row_in_its_order(rows: int) -> None:
    rng = np.random.default_rng(rows)
    columns = [(rng.integers(0, PROFILES, count).astype(np.uint32), rng.integers(0, 9, count)) for count in (rows, 10)]
    found: list[list[tuple[np.ndarray, np.ndarray]]] = [[], []]
    for block in blocks(PROFILES, *columns):
        for place, (ordinals, values) in enumerate(block.columns):
            assert not len(ordinals) or int(ordinals.max()) < block.size
            found[place].append((ordinals + np.uint32(block.first), values))
    for (ordinals, values), parts in zip(columns, found, strict=True):
        order = np.argsort(ordinals, kind="stable")
        in_blocks = np.concatenate([part[0] for part in parts])
        again = np.argsort(in_blocks, kind="stable")
        assert (in_blocks[again] == ordinals[order]).all()
        assert (np.concatenate([part[1] for part in parts])[again] == values[order]).all()


def test_neighbours_in_time_are_strictly_before_and_after() -> None:
    rng = np.random.default_rng(3)
    ours, others = _random_moments(rng, 400, 30), _random_moments(rng, 300, 30)
    by_profile: dict[int, list[int]] = {}
    for ordinal, at in zip(ours.ordinals.tolist(), ours.times.tolist(), strict=True):
        by_profile.setdefault(ordinal, []).append(at)
    asked = list(zip(others.ordinals.tolist(), others.times.tolist(), strict=True))
    before = [max((t for t in by_profile.get(o, []) if t < at), default=BEFORE_ALL) for o, at in asked]
    after = [min((t for t in by_profile.get(o, []) if t > at), default=AFTER_ALL) for o, at in asked]
    assert ours.just_before(others).tolist() == before
    assert ours.just_after(others).tolist() == after


def test_distinct_values_are_counted_by_profile_however_far_apart() -> None:
    rng = np.random.default_rng(4)
    ordinals = (rng.integers(0, 40, 3_000) * 7_001).astype(np.uint32)
    values = rng.choice([-(10**15), -1, 0, 1, 65_536, 10**15], 3_000)
    expected: dict[int, set[int]] = {}
    for ordinal, value in zip(ordinals.tolist(), values.tolist(), strict=True):
        expected.setdefault(ordinal, set()).add(value)
    counts = distinct_counts(ordinals, values, PROFILES)
    found = np.flatnonzero(counts)
    assert dict(zip(found.tolist(), counts[found].tolist(), strict=True)) == {o: len(seen) for o, seen in expected.items()}


def test_counts_that_do_not_fit_a_byte_are_right_too() -> None:
    ordinals = [np.repeat(np.asarray([3, 5, 7], np.uint32), [255, 256, 70_000]), np.asarray([3, 5], np.uint32)]
    assert counts_by_ordinal(ordinals, 10).tolist() == [0, 0, 0, 256, 0, 257, 0, 70_000, 0, 0]


def _ranked(values: Sequence[Fraction], wanted: int) -> set[int]:
    return set(sorted(range(len(values)), key=lambda place: (-values[place], place))[:wanted])


@pytest.mark.parametrize("digits", [1, 9, 17, 25])
def test_averages_are_ranked_as_fractions(digits: int) -> None:
    """Beyond what doubles tell apart: neighbours of one fraction, and sums that do not fit 64 bits."""
    rng = random.Random(digits)
    near = [
        (rng.randint(-(10**digits), 10**digits) * k + rng.choice((-1, 0, 0, 1)), k)
        for k in rng.choices((1, 3, 2**31 - 1), k=60)
    ]
    near += [(10**digits * k + step, k) for k in (2**31 - 1, 2**31 - 2, 2**31 - 3) for step in (-1, 0, 1)]
    near += rng.choices(near, k=20)
    near = [(total, k) for total, k in near if abs(total) // k <= 10**18]
    sums = np.asarray([total for total, _ in near], dtype=object if digits > 9 else np.int64)
    keys = _average_keys(sums, np.asarray([k for _, k in near], np.int64))
    for wanted in range(len(near) + 1):
        assert set(leading(keys, wanted).tolist()) == _ranked([Fraction(total, k) for total, k in near], wanted)


@pytest.mark.parametrize(
    "values", [np.asarray([0.0, -0.0, 1.5, -1e14, 1.5, 0.0]), np.asarray([2**70, 1, 2**70, 0], dtype=object)]
)
def test_equal_values_are_ranked_by_ordinal(values: np.ndarray) -> None:
    for wanted in range(len(values) + 1):
        assert set(leading([values], wanted).tolist()) == _ranked([Fraction(value) for value in values.tolist()], wanted)


@pytest.mark.parametrize(
    "zone", ["UTC", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia"]
)
def test_clocks_show_what_zoneinfo_says(zone: str) -> None:
    rng = random.Random(zone)
    times = [rng.randrange(MIN_INSTANT_US, MAX_INSTANT_US) for _ in range(300)] + [MIN_INSTANT_US, MAX_INSTANT_US - 1]
    changes = [start for start, _ in offset_transitions(zone, 0, MAX_INSTANT_US // 4)]
    times += [start + step for start in changes for step in (-1, 0)]
    shown = [datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at) for at in times]
    expected = [(one.astimezone(ZoneInfo(zone)).replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) for one in shown]
    assert local_times(np.asarray(times), zone).tolist() == [one // timedelta(microseconds=1) for one in expected]


def _recorded(version: int, profiles: int, **columns: object) -> Recorded:
    changeset = Changeset(
        workspace="w",
        version=version,
        changeset_id=str(version),
        attribution=Attribution("anna", "", "test"),
        recorded_at=version,
        first_ordinal=0,
        outcome=Outcome(new_profiles=profiles),
        **columns,  # type: ignore[arg-type]
    )
    return Recorded(version, changeset, "", "")


def _tagged(ordinals: range, at: int) -> TagColumns:
    return TagColumns(ordinals, [1] * len(ordinals), [True] * len(ordinals), [at] * len(ordinals), (), (), ())


def test_a_sample_is_drawn_ordinal_by_ordinal() -> None:
    index = WorkspaceIndex("w")
    vip = (TagDefined(1, None, "vip", ""),)
    index.apply(_recorded(1, 70_000, catalogue=vip, tags=_tagged(range(0, 70_000, 7), 0)))
    for percent in ("0.01", "33.333333", "99.999999", "100"):
        leaf = Sample(Decimal(percent), "试验")
        expected = {ordinal for ordinal in range(0, 70_000, 7) if sampled(ordinal, leaf.percent, leaf.salt)}
        assert set(evaluator.members(leaf, View(index, 1, 1))) == expected


def test_nothing_lasts_from_before_the_first_instant_on() -> None:
    index = WorkspaceIndex("w")
    index.apply(_recorded(1, 1, catalogue=(TagDefined(1, None, "vip", ""),), tags=_tagged(range(1), MIN_INSTANT_US)))
    minute_us = 60_000_000
    for as_of, expected in ((MIN_INSTANT_US + minute_us, {0}), (MIN_INSTANT_US + minute_us - 1, set[int]())):
        leaf = Tagged(("vip",), lasting=Lasting(1, Unit.MINUTE))
        assert set(evaluator.members(leaf, View(index, 1, as_of))) == expected


def test_actors_are_compared_after_normalisation_of_both_names() -> None:
    index = WorkspaceIndex("w")
    changeset = _recorded(1, 1, catalogue=(TagDefined(1, None, "vip", ""),), tags=_tagged(range(1), 0)).changeset
    index.apply(Recorded(1, replace(changeset, attribution=Attribution("Zoe\u0308", "", "crm")), "", ""))
    for actor in ("Zoe\u0308", "Zo\u00eb"):
        assert set(evaluator.members(Tagged(("vip",), actor=actor), View(index, 1, 1))) == {0}
    assert not evaluator.members(Tagged(("vip",), actor="Zoe"), View(index, 1, 1))


def test_sums_that_do_not_fit_64_bits_rank_first() -> None:
    index = WorkspaceIndex("w")
    rows = [Interaction(0, "purchase", at, properties={"size": 1e14}) for at in range(12)]  # wraps to below zero
    rows.append(Interaction(1, "purchase", 0, properties={"size": 1.0}))
    index.apply(recorded(1, 0, interactions=rows, new_profiles=2))
    leaf = Top(Decimal(1), percent=False, measure=Function.SUM, type="purchase", property="size")
    assert set(evaluator.members(leaf, View(index, 1, 100))) == {0}
