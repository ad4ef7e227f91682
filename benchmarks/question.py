"""What a question of the benchmarks is: an expression, how each peer is asked the same, and what the bare operations are."""

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.workload import ASKED_DAYS, DAY_US, END_US, HOUR_US, START_US
from clients.sdk.instants import EPOCH

DUCKDB, SCAN, BITMAPS, POSTGRES = "duckdb", "chdb scan", "chdb bitmaps", "postgresql"
PEERS = (DUCKDB, SCAN, BITMAPS, POSTGRES)
_LONG_BEFORE = START_US - DAY_US


@dataclass(frozen=True, slots=True)
class Asked:
    """What differs from call to call: the instant, a profile, and how many changesets of interactions are known."""

    as_of: int
    ordinal: int
    known: int


Answer = tuple[int, ...]
"""A count, and where one is given the sum of the ordinals: a count of the top 10% tells little."""


class Way(Enum):
    """How the engine is asked."""

    COUNT = "count"
    PAST = "count at an earlier end of the log"
    MEMBERS = "all ordinals, as an array"
    CHECK = "in how many of the segments one profile is"


@dataclass(frozen=True, slots=True)
class Bars:
    """What issue 3 asks for at 10 million profiles and 100 million interactions."""

    p50_ms: float | None = None
    peer_ratio: float | None = None
    floor_ratio: float | None = None


Floor = Callable[[Any, Asked], Callable[[], int]]
"""From ready arrays (benchmarks.floors.Ready) to what is timed; what that needs besides is made before, untimed."""


@dataclass(frozen=True, slots=True)
class Question:
    """A line of the table. In SQL, `{name}` stands for what Bound says; the answer is one row, of Way.MEMBERS ordinals."""

    name: str
    segments: Sequence[str]
    """Expressions: one, for Way.CHECK several."""
    floor: Floor
    sql: str
    """For every peer that has none of its own below."""
    own_sql: Mapping[str, str] = field(default_factory=dict)
    """By the name of a peer. Over bitmaps nothing is asked that has no SQL here."""
    way: Way = Way.COUNT
    bars: Bars = Bars()

    @property
    def expression(self) -> str:
        """In the segment language."""
        return self.segments[0] if len(self.segments) == 1 else f"{len(self.segments)} segments such as: {self.segments[0]}"

    def sql_for(self, peer: str, asked: Asked) -> str:
        """What a peer is asked."""
        return self.own_sql.get(peer, self.sql).format_map(Bound(asked))


class Bound(dict[str, object]):
    """What stands for `{name}` in the SQL of a question.

    now, ordinal, known: of Asked. ago_N: N days before now; windows are (ago_N, now]. month_N: start of the calendar month
    N before the current one. For chDB, SQL that gives bitmap states of type T: in_T_N in the last N days, since_T_N with the
    instant N days ago itself, until_T_N and before_T_N what is left before these two, month_T_N in the month N back.
    """

    def __init__(self, asked: Asked) -> None:
        super().__init__(now=asked.as_of, ordinal=asked.ordinal, known=asked.known)
        self._now = asked.as_of

    def __missing__(self, key: str) -> object:
        kind, *numbers = key.split("_")
        now = self._now
        match kind, [int(number) for number in numbers]:
            case "ago", [days]:
                return now - days * DAY_US
            case "month", [back]:
                return month_start(now, back)
            case "in", [code, days]:
                return bitmap_states(code, now - days * DAY_US + 1, now + 1)
            case "since", [code, days]:
                return bitmap_states(code, now - days * DAY_US, now + 1)
            case "before", [code, days]:
                return bitmap_states(code, _LONG_BEFORE, now - days * DAY_US + 1)
            case "until", [code, days]:
                return bitmap_states(code, _LONG_BEFORE, now - days * DAY_US)
            case "month", [code, back]:
                return bitmap_states(code, month_start(now, back), month_start(now, back - 1) if back else now + 1)
            case _:
                raise KeyError(key)


def month_start(now: int, back: int) -> int:
    """The start of the calendar month so many before the current one, UTC."""
    day = (EPOCH + datetime.timedelta(microseconds=now)).date().replace(day=1)
    for _ in range(back):
        day = (day - datetime.timedelta(days=1)).replace(day=1)
    return int((datetime.datetime.combine(day, datetime.time(), datetime.UTC) - EPOCH) / datetime.timedelta(microseconds=1))


BLOCK_HOURS = (16 * 24, 24, 1)
"""Sizes of the blocks of which chDB keeps bitmaps, largest first."""


def bitmap_states(code: int, start: int, end: int) -> str:
    """SQL: states of the whole blocks in [start, end), the largest that fit, and of the rows at the two ragged ends."""
    ranges, gaps = [], [(start, end)]
    for level, hours in enumerate(BLOCK_HOURS):
        size, open_gaps = hours * HOUR_US, []
        for low, high in gaps:
            first, last = -(-low // size), high // size
            if first < last:
                ranges.append(f"level = {level} AND block >= {first} AND block < {last}")
                open_gaps += [(low, first * size), (last * size, high)]
            else:
                open_gaps.append((low, high))
        gaps = [gap for gap in open_gaps if gap[0] < gap[1]]
    rows = " OR ".join(f"occurred_at >= {low} AND occurred_at < {high}" for low, high in gaps) or "0"
    return (
        f"SELECT bitmap FROM blocks WHERE type = {code} AND ({' OR '.join(ranges) or '0'}) "
        f"UNION ALL SELECT groupBitmapState(ordinal) FROM interactions WHERE type = {code} AND ({rows})"
    )


def asked_moments(seed: int, count: int, actors: npt.NDArray[np.uint32], known_at: Callable[[int], int]) -> list[Asked]:
    """Random instants of the last 60 days, to the microsecond, each with the profile of a random interaction (`actors`).

    So busy profiles come often: of profiles drawn evenly seven in eight are in no segment at all, which checks little.
    """
    rng = np.random.default_rng([seed, 1])
    instants: list[int] = rng.integers(END_US - ASKED_DAYS * DAY_US, END_US, count).tolist()
    ordinals: list[int] = actors[rng.integers(0, len(actors), count)].tolist()
    return [Asked(as_of, ordinal, known_at(as_of)) for as_of, ordinal in zip(instants, ordinals, strict=True)]
