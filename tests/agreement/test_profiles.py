"""One profile, whole, held against the oracle: on random histories, at random clocks."""

import random
from collections.abc import Sequence
from fractions import Fraction
from typing import Final

import pytest

from domain.changeset import Recorded
from domain.limits import MAX_INSTANT_US, MIN_INSTANT_US
from domain.names import normalized
from projections.index.workspace_index import WorkspaceIndex
from projections.naive import NaiveLedger
from projections.naive.rows import Clock
from projections.query.profile import Activity, profile_state
from projections.query.view import View
from tests.oracle.histories import WORKSPACE, random_changesets, random_clock, random_vocabulary

_HISTORIES: Final = 40
_CLOCKS: Final = 12


@pytest.fixture(params=range(_HISTORIES))
def rng(request: pytest.FixtureRequest) -> random.Random:
    return random.Random(f"profiles/{request.param}")


def _answers(index: WorkspaceIndex, ordinal: int, version: int) -> bool:
    """Is it a profile by itself, or a person, at a version?"""
    person = index.persons.person(ordinal)
    return ordinal not in index.persons.at(version).hidden and (person is None or person.since <= version)


def _of(history: Sequence[Recorded]) -> tuple[WorkspaceIndex, NaiveLedger]:
    index, oracle = WorkspaceIndex(WORKSPACE), NaiveLedger(WORKSPACE)
    for one in history:
        index.apply(one)
        oracle.apply(one)
    return index, oracle


def _carried(oracle: NaiveLedger, ordinal: int, at: int, known_at: int) -> dict[int, float | None]:
    """By the number of each tag that stands alone."""
    merged = {number: into for position, number, into in oracle.catalogue.merges if position <= known_at}
    states = {
        number: oracle.tag_state(ordinal, number, at, known_at)
        for number in oracle.catalogue.tag_names
        if merged.get(number) is None
    }
    return {number: row.value for number, row in states.items() if row and row.holds}  # type: ignore[misc]


def test_a_profile_has_what_the_oracle_says(rng: random.Random) -> None:
    vocabulary = random_vocabulary(rng)
    history = random_changesets(rng, 30, 4, vocabulary)
    index, oracle = _of(history)
    for _ in range(_CLOCKS):
        as_of, known_at = random_clock(rng, history, vocabulary)
        ledger, version = oracle, index.version_at_position(known_at)
        oracle = ledger.about_persons(known_at)
        for ordinal in (one for one in range(index.profile_count) if _answers(index, one, version)):
            state = profile_state(View(index, version, as_of), ordinal)
            exists = ordinal in oracle.seen(as_of, known_at)
            assert (state.first_seen_at is not None) == exists
            if not exists:
                assert (state.tags, state.traits, state.activities, state.lists) == ((), (), (), ())
                continue
            assert state.first_seen_at is not None
            assert ordinal not in oracle.seen(state.first_seen_at - 1, known_at)
            assert {one.number: one.value for one in state.tags} == _carried(oracle, ordinal, as_of, known_at)
            for tag in state.tags:
                _holds_between(oracle, ordinal, tag.number, (tag.since, tag.until), known_at)
                row = oracle.tag_state(ordinal, tag.number, as_of, known_at)
                assert row is not None
                assert (row.at, row.position) == (tag.effective_at, index.position_of(tag.version))
                by = tag.credit or index.credit_of(tag.version, 0)
                assert (normalized(row.actor), normalized(row.source)) == (by.actor, by.source)
            traits = {name: oracle.trait_value(ordinal, name, as_of, known_at) for name in index.traits}
            assert {one.name: one.value for one in state.traits} == {n: v for n, v in traits.items() if v is not None}
            _did_as(state.activities, oracle, ordinal, Clock(as_of, known_at))
            profiles = set(index.persons.profiles_of(ordinal))
            lists = [name for name in oracle.catalogue.lists.values() if profiles & _listed(oracle, name, known_at)]
            assert list(state.lists) == sorted(lists)
        oracle = ledger


def _holds_between(oracle: NaiveLedger, ordinal: int, number: int, span: tuple[int, int | None], known_at: int) -> None:
    """Carried at both ends, and not next to them."""
    since, until = span
    last = MAX_INSTANT_US - 1 if until is None else until - 1
    asked = [(since, True), (last, True)]
    asked += [(since - 1, False)] if since > MIN_INSTANT_US else []
    asked += [] if until is None else [(until, False)]
    for at, carried in asked:
        row = oracle.tag_state(ordinal, number, at, known_at)
        assert (row is not None and row.holds) is carried, (number, at, since, until)


def _did_as(activities: Sequence[Activity], oracle: NaiveLedger, ordinal: int, clock: Clock) -> None:
    rows = [row for row in oracle.interactions if row.ordinal == ordinal and clock.sees(row) and row.counts(clock.known_at)]
    assert [one.type for one in activities] == sorted({row.type for row in rows})
    for activity in activities:
        own = [row for row in rows if row.type == activity.type]
        instants = [row.at for row in own]
        assert (activity.count, activity.first_at, activity.last_at) == (len(own), min(instants), max(instants))
        paid = [(row.cells["currency"], row.cells["amount"]) for row in own if "amount" in row.cells]
        assert set(activity.amounts) == {currency for currency, _ in paid}
        for code, units in activity.amounts.items():
            assert Fraction(units, 10_000) == sum(amount for currency, amount in paid if currency == code)  # type: ignore[misc]


def _listed(oracle: NaiveLedger, name: str, known_at: int) -> frozenset[int]:
    number = next(number for number, held in oracle.catalogue.lists.items() if held == name)
    known = [on for position, on in oracle.catalogue.uploads.get(number, []) if position <= known_at]
    return known[-1] if known else frozenset()
