"""The one population that all benchmarks ask about: seeded, skewed like real customers, with late events.

A members' list is imported first (each profile gets a trait), so ordinals say nothing about activity. A fifth of the profiles
never do anything; the activity of the others is log-normal, so that a tenth of them makes about 60% of the interactions. One
row in twenty arrives late, by three days on average and 30 at most. Of 200 tags most are small, and settled before the instants
that questions are asked at; one changes all the time. Instants are microseconds since the epoch, UTC.

Columns are as narrow as their values, and are made without temporaries of their own size where that is easy: 100 million
interactions take 2.6 GB, and twice that while they are made.
"""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt

from domain.catalogue_changes import CatalogueChange, SegmentDefined, TagDefined, WorkspaceCreated
from domain.changeset import (
    Attribution,
    Changeset,
    InteractionColumns,
    Outcome,
    PropertyColumn,
    Recorded,
    TagColumns,
    TraitColumns,
    ValueType,
)

SECOND_US = 1_000_000
HOUR_US = 3_600 * SECOND_US
DAY_US = 24 * HOUR_US
DAYS = 365
ASKED_DAYS = 60
"""Questions are asked at instants of the last 60 days; tags are settled before those."""
END_US = 1_782_864_000_000_000  # 2026-07-01T00:00:00Z
START_US = END_US - DAYS * DAY_US

WORKSPACE = "default"
CHANGESET_ROWS = 100_000
"""Interactions of a changeset, where the index is filled without a log."""
PURCHASE = "purchase"
TYPES = (PURCHASE, *(f"action_{k:02}" for k in range(1, 20)))
_NAMED_SHARES = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6)
# The others lie between the least and 2%, at even ratios: all together they are carried 0.5 times a profile.
TAG_SHARES = (*_NAMED_SHARES, *np.geomspace(0.0001, 0.02, 187)[1:-1].tolist())
MOVING = "moving"
"""The tag that changes: a tenth of the profiles carry it at first, and one change for every 50 profiles follows."""
CATEGORIES = tuple(f"category-{k:02}" for k in range(24))
STORES = tuple(f"store-{k:03}" for k in range(400))
ITEMS = tuple(float(k) for k in range(1, 10))
CITIES = tuple(f"city-{k:02}" for k in range(30))

SEGMENTS = {
    "recent": "did purchase in last 30 days",
    "engaged": "in segment recent and did action_01 in last 30 days",
    "valued": "in segment recent and tagged share/100000ppm",
}
"""Named segments, in the order in which they are defined."""

_PURCHASE_SHARE = 0.55
_IDLE_SHARE = 0.2
_ACTIVITY_SIGMA = 1.5
_LATE_SHARE = 0.05
_LATE_MEAN_DAYS, _LATE_MAX_DAYS = 3.0, 30
_NO_STORE_SHARE = 0.1
_MOVING_SHARE, _MOVES_SHARE, _MOVING_DAYS = 0.1, 0.02, 120
_SLICE_ROWS = 1 << 20
_CODES = 1 << 16
_HOURS = (2, 1, 1, 1, 1, 2, 4, 6, 8, 10, 12, 13, 12, 11, 10, 10, 11, 12, 14, 16, 17, 14, 9, 5)
_WEEKDAYS = (9, 9, 9, 10, 12, 15, 13)

Uint32s = npt.NDArray[np.uint32]
Int64s = npt.NDArray[np.int64]
Uint8s = npt.NDArray[np.uint8]
Uint16s = npt.NDArray[np.uint16]
Floats = npt.NDArray[np.float64]
_Numbers = TypeVar("_Numbers", bound=np.generic)


@dataclass(frozen=True, slots=True)
class Moves:
    """Changes of MOVING, in order of recording."""

    ordinals: Uint32s
    effective_at: Int64s
    applied: npt.NDArray[np.bool_]
    batches: Uint16s
    """Recorded right after so many changesets of CHANGESET_ROWS interactions; before all of them for 0."""


@dataclass(frozen=True, slots=True)
class Population:
    """All rows, as arrays in order of recording. Codes point into the tuples above."""

    profiles: int
    seed: int
    ordinals: Uint32s
    occurred_at: Int64s
    recorded_seconds: Uint32s
    """Since START_US, rounded up."""
    types: Uint8s
    amounts: Uint32s
    """In 1/10,000."""
    categories: Uint8s
    stores: Uint16s
    """0 for none."""
    items: Uint8s
    cities: Uint8s
    """One a profile."""
    tags: Mapping[str, Uint32s]
    """Holders of each tag, ascending."""
    tagged_at: Mapping[str, Int64s]
    moves: Moves

    @property
    def interactions(self) -> int:
        """Number of rows."""
        return len(self.ordinals)

    def recorded_at(self, row: int) -> int:
        """When a row was recorded."""
        return START_US + int(self.recorded_seconds[row]) * SECOND_US


def tag_key(share: float) -> str:
    """The key of the tag that this share of the profiles carries."""
    return f"share/{round(share * 1_000_000)}ppm"


def profile_id(ordinal: int) -> str:
    """The id of a profile: the length that card numbers have."""
    return f"member-{ordinal:09}"


def make(profiles: int, interactions: int, seed: int) -> Population:
    """The population of these sizes; equal arguments give equal rows."""
    rng = np.random.default_rng(seed)
    tags = {tag_key(share): _holders_of(rng, profiles, share) for share in TAG_SHARES}
    occurred_at, recorded_seconds = _instants(rng, interactions)
    return Population(
        profiles=profiles,
        seed=seed,
        ordinals=_actors(rng, profiles, interactions),
        occurred_at=occurred_at,
        recorded_seconds=recorded_seconds,
        types=_coded(rng, _by_rank(len(TYPES), first=_PURCHASE_SHARE), interactions, np.uint8),
        amounts=_in_slices(lambda count: np.exp(rng.normal(4.0, 1.0, count)) * 10_000, interactions, np.uint32),
        categories=_coded(rng, _by_rank(len(CATEGORIES)), interactions, np.uint8),
        stores=_coded(rng, np.append(_NO_STORE_SHARE, (1 - _NO_STORE_SHARE) * _by_rank(len(STORES))), interactions, np.uint16),
        items=_coded(rng, _by_rank(len(ITEMS)), interactions, np.uint8),
        cities=rng.integers(0, len(CITIES), profiles, np.uint8),
        tags=tags,
        tagged_at={key: rng.integers(START_US, END_US - ASKED_DAYS * DAY_US, len(tags[key])) for key in tags},
        moves=_moves(rng, profiles, recorded_seconds),
    )


def asked_instants(seed: int, count: int) -> list[int]:
    """Random instants of the last 60 days, to the microsecond."""
    rng = np.random.default_rng([seed, 1])
    return cast(list[int], rng.integers(END_US - ASKED_DAYS * DAY_US, END_US, count).tolist())


def quarters() -> list[int]:
    """One instant in each quarter of an hour of the last 60 days."""
    return list(range(END_US - ASKED_DAYS * DAY_US + HOUR_US // 8, END_US, HOUR_US // 4))


def _in_slices(make_some: Callable[[int], npt.NDArray[Any]], count: int, dtype: type[_Numbers]) -> npt.NDArray[_Numbers]:
    """A column of a narrow type, made a slice at a time."""
    made = np.empty(count, dtype)
    for start in range(0, count, _SLICE_ROWS):
        part = made[start : start + _SLICE_ROWS]
        part[:] = make_some(len(part))
    return made


def _holders_of(rng: np.random.Generator, profiles: int, share: float) -> Uint32s:
    count = max(1, round(profiles * share))
    return np.sort(rng.choice(profiles, count, replace=False, shuffle=False).astype(np.uint32))


def _actors(rng: np.random.Generator, profiles: int, count: int) -> Uint32s:
    """Whose each row is: drawing how often each one acts, then shuffling, is drawing row by row, and much faster."""
    activity = rng.lognormal(0.0, _ACTIVITY_SIGMA, profiles)
    activity[rng.random(profiles) < _IDLE_SHARE] = 0.0
    actors = np.repeat(np.arange(profiles, dtype=np.uint32), rng.multinomial(count, activity / activity.sum()))
    rng.shuffle(actors)
    return actors


def _instants(rng: np.random.Generator, count: int) -> tuple[Int64s, Uint32s]:
    """When each row occurred, and when it was recorded, in order of recording."""
    weights = np.asarray([_HOURS[hour] * _WEEKDAYS[day % 7] for day in range(DAYS) for hour in range(24)], np.float64)
    occurred = np.repeat(START_US + np.arange(DAYS * 24) * HOUR_US, rng.multinomial(count, weights / weights.sum()))
    recorded = np.empty_like(occurred)
    for start in range(0, count, _SLICE_ROWS):
        part = occurred[start : start + _SLICE_ROWS]
        part += rng.integers(0, HOUR_US, len(part))
        recorded[start : start + _SLICE_ROWS] = part + _delays(rng, len(part))
    order = np.argsort(recorded, kind="stable")
    occurred = occurred[order]
    recorded = recorded[order]
    del order
    recorded -= START_US - SECOND_US + 1  # so that the division rounds up
    recorded //= SECOND_US
    return occurred, recorded.astype(np.uint32)


def _moves(rng: np.random.Generator, profiles: int, recorded_seconds: Uint32s) -> Moves:
    """Half of the changes take the tag from those who had it at first, half give it to anybody; one in twenty comes late."""
    holders, count = _holders_of(rng, profiles, _MOVING_SHARE), max(2, round(profiles * _MOVES_SHARE))
    applied = rng.random(count) < 0.5
    instants = np.sort(rng.integers(END_US - _MOVING_DAYS * DAY_US, END_US, count))
    delays = _delays(rng, count)
    rows = np.searchsorted(recorded_seconds, (instants - START_US) // SECOND_US)
    return Moves(
        np.concatenate([holders, np.where(applied, rng.integers(0, profiles, count), rng.choice(holders, count))]).astype(
            np.uint32
        ),
        np.concatenate([np.full(len(holders), START_US), instants - delays]),
        np.concatenate([np.ones(len(holders), np.bool_), applied]),
        np.concatenate([np.zeros(len(holders)), np.maximum(1, -(-rows // CHANGESET_ROWS))]).astype(np.uint16),
    )


def _delays(rng: np.random.Generator, count: int) -> Int64s:
    delays = rng.integers(0, 60 * SECOND_US, count)
    late = rng.random(count) < _LATE_SHARE
    days_late = np.minimum(rng.exponential(_LATE_MEAN_DAYS, int(late.sum())), _LATE_MAX_DAYS)
    delays[late] = (days_late * DAY_US).astype(np.int64)
    return delays


def _by_rank(size: int, first: float | None = None) -> Floats:
    """Shares as 1/rank, the first one's given if wanted."""
    weights = 1.0 / np.arange(1, size + 1)
    if first is not None:
        weights[0] = first / (1 - first) * weights[1:].sum()
    shares: Floats = weights / weights.sum()
    return shares


def _coded(rng: np.random.Generator, shares: Floats, count: int, dtype: type[_Numbers]) -> npt.NDArray[_Numbers]:
    """Codes with these shares, rounded to 1/65,536: one look into a table a row."""
    ends = np.rint(np.cumsum(shares) * _CODES).astype(np.int64)
    codes = np.repeat(np.arange(len(shares)).astype(dtype), np.diff(ends, prepend=0))
    return _in_slices(lambda some: codes[rng.integers(0, _CODES, some, np.uint16)], count, dtype)


# --- as changesets --------------------------------------------------------------------------------------------------------

_ATTRIBUTION = Attribution("benchmark", "seeded population", "benchmarks")
_IMPORT_ROWS = 20_000


def changesets(population: Population, rows: int) -> Iterator[tuple[Recorded, list[str]]]:
    """The stream that records the population, and the ids of the profiles that each changeset sees first.

    Interactions come `rows` to a changeset. Columns are numpy arrays; the log's payload and the index both take them.
    """
    keys = [*population.tags, MOVING]
    defined: list[CatalogueChange] = [TagDefined(k + 1, None, key, "") for k, key in enumerate(keys)]
    stream = _Stream()
    yield stream.next(START_US, catalogue=(WorkspaceCreated("CNY"),)), []
    defined += [SegmentDefined(k, name, "", SEGMENTS[name]) for k, name in enumerate(SEGMENTS, start=1)]
    for change in defined:
        yield stream.next(START_US, catalogue=(change,)), []
    for first in range(0, population.profiles, _IMPORT_ROWS):
        last = min(first + _IMPORT_ROWS, population.profiles)
        yield (
            stream.next(START_US, first_ordinal=first, new=last - first, traits=_cities(population, first, last)),
            [profile_id(k) for k in range(first, last)],
        )
    stream.profiles = population.profiles
    for number, key in enumerate(population.tags, start=1):
        for first in range(0, len(population.tags[key]), _IMPORT_ROWS):
            picked = slice(first, first + _IMPORT_ROWS)
            columns = _tagged(number, population.tags[key][picked], population.tagged_at[key][picked])
            yield stream.next(START_US, tags=columns), []
    yield from ((stream.next(START_US, tags=columns), []) for columns in _moved(population, 0, 0))
    batch = 0
    for first in range(0, population.interactions, rows):
        picked = slice(first, min(first + rows, population.interactions))
        recorded_at = population.recorded_at(picked.stop - 1)
        yield stream.next(recorded_at, interactions=interaction_columns(population, picked)), []
        whole = -(-picked.stop // CHANGESET_ROWS) if picked.stop == population.interactions else picked.stop // CHANGESET_ROWS
        yield from ((stream.next(recorded_at, tags=columns), []) for columns in _moved(population, batch + 1, whole))
        batch = whole


class _Stream:
    """Numbers changesets."""

    def __init__(self) -> None:
        self.profiles = 0
        self._version = 0

    def next(self, recorded_at: int, *, first_ordinal: int | None = None, new: int = 0, **columns: Any) -> Recorded:
        self._version += 1
        rows = columns["interactions"].ordinals if "interactions" in columns else ()
        changeset = Changeset(
            workspace=WORKSPACE,
            version=self._version,
            changeset_id=str(uuid.UUID(int=self._version)),
            attribution=_ATTRIBUTION,
            recorded_at=recorded_at,
            first_ordinal=self.profiles if first_ordinal is None else first_ordinal,
            outcome=Outcome(accepted=len(rows), new_profiles=new),
            **columns,
        )
        return Recorded(self._version, changeset, "", bytes(32).hex())


def _sequence(values: npt.NDArray[Any]) -> Sequence[Any]:
    return cast(Sequence[Any], np.ascontiguousarray(values))


def _cities(population: Population, first: int, last: int) -> TraitColumns:
    count = last - first
    return TraitColumns(
        ordinals=_sequence(np.arange(first, last, dtype=np.uint32)),
        names=("city",),
        types=(ValueType.STRING,),
        index=_sequence(np.zeros(count, np.int32)),
        effective_at=_sequence(np.full(count, START_US, np.int64)),
        values=[CITIES[code] for code in population.cities[first:last].tolist()],
    )


def _tagged(number: int, ordinals: Uint32s, effective_at: Int64s, applied: Sequence[bool] | None = None) -> TagColumns:
    return TagColumns(
        ordinals=_sequence(ordinals),
        tags=[number] * len(ordinals),
        applied=[True] * len(ordinals) if applied is None else applied,
        effective_at=_sequence(effective_at),
        values=(),
        expiries=(),
        already_so=(),
    )


def _moved(population: Population, first_batch: int, last_batch: int) -> Iterator[TagColumns]:
    """The changes of MOVING that belong to these batches."""
    moves = population.moves
    low, high = np.searchsorted(moves.batches, (first_batch, last_batch + 1)).tolist()
    for first in range(low, high, _IMPORT_ROWS):
        picked = slice(first, min(first + _IMPORT_ROWS, high))
        applied = moves.applied[picked].tolist()
        yield _tagged(len(population.tags) + 1, moves.ordinals[picked], moves.effective_at[picked], applied)


def interaction_columns(population: Population, picked: slice) -> InteractionColumns:
    """Some rows with type, amount and three properties."""
    return InteractionColumns(
        ordinals=_sequence(population.ordinals[picked]),
        types=TYPES,
        type_index=_sequence(population.types[picked]),
        occurred_at=_sequence(population.occurred_at[picked]),
        touchpoints=(),
        touchpoint_index=(),
        amounts=population.amounts[picked].tolist(),
        currencies=(),
        currency_index=(),
        ids=(),
        properties=(
            PropertyColumn("category", ValueType.STRING, CATEGORIES, _sequence(population.categories[picked] + np.uint8(1))),
            PropertyColumn("store", ValueType.STRING, STORES, _sequence(population.stores[picked])),
            PropertyColumn("items", ValueType.NUMBER, ITEMS, _sequence(population.items[picked] + np.uint8(1))),
        ),
    )
