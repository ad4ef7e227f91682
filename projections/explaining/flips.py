"""When a leaf's truth turns by time alone: nothing new is recorded, and what is recorded for later comes true.

A leaf's truth can only change where an event becomes visible, enters a window or leaves it, where a span after it is over, or
where a day begins that a calendar window or a date counts from. `turning_points` lists these instants (and some more); between
two of them nothing changes, so that asking at each in turn finds the first change exactly.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from heapq import merge
from typing import assert_never

from domain.changeset import NEVER, Value
from domain.errors import MixedCurrencies
from domain.instants import DAY_US, local_date, offset_transitions
from domain.language.parts import children, times
from domain.language.syntax import (
    Ago,
    Before,
    Between,
    Calendar,
    Day,
    Ever,
    Instant,
    Last,
    Lasting,
    Leaf,
    On,
    Since,
    Step,
    TimePoint,
    TraitDate,
    Window,
)
from domain.language.windows import UNIT_US, period_start, span_us
from domain.limits import MAX_INSTANT_US, MIN_INSTANT_US
from projections.explaining.reading import events_read
from projections.explaining.world import World
from projections.history.entries import TraitEntry
from projections.query.operators.trait_dates import returned

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_LAST_ORDINAL = date(2200, 1, 2).toordinal()  # behind every instant, in every zone
_LAST_INSTANT = MAX_INSTANT_US - 1


@dataclass(frozen=True, slots=True)
class Flip:
    """`at`: when the truth turns; None for never, or not before `told_until`, when it is not known what happens then."""

    at: int | None
    told_until: int | None


class Timeline:
    """The truth of one leaf from as_of on, worked out as far as it is asked for."""

    def __init__(self, truth: bool, points: Iterable[int], truth_at: Callable[[int], bool], evaluations_max: int) -> None:
        self._changes: list[tuple[int, bool | None]] = []
        self._source = _changes(truth, points, truth_at, evaluations_max)

    def change(self, number: int) -> tuple[int, bool | None] | None:
        """The change of that number, from 0: when, and the truth from then on (None: nobody knows); None after the last."""
        while len(self._changes) <= number:
            following = next(self._source, None)
            if following is None:
                return None
            self._changes.append(following)
        return self._changes[number]

    @property
    def flip(self) -> Flip:
        """The first change."""
        return flip_of(self.change(0))


def flip_of(change: tuple[int, bool | None] | None) -> Flip:
    """The flip that a change is."""
    if change is None:
        return Flip(None, None)
    instant, truth = change
    return Flip(None, instant) if truth is None else Flip(instant, None)


def _changes(
    truth: bool, points: Iterable[int], truth_at: Callable[[int], bool], evaluations_max: int
) -> Iterator[tuple[int, bool | None]]:
    """Asks at each of the points, ascending, and yields the changes."""
    for count, point in enumerate(points):
        try:
            found = truth_at(point) if count < evaluations_max else None
        except MixedCurrencies:  # an event in another currency comes in: from then on the question is refused
            found = None
        if found is None:
            yield point, None
            return
        if found != truth:
            truth = found
            yield point, truth


def turning_points(leaf: Leaf, world: World, as_of: int) -> Iterator[int]:
    """The instants after as_of at which the truth may change, ascending, each once."""
    if world.first_instant is None:
        return
    fixed = {world.first_instant, *_fixed(leaf, world, as_of)}
    returning = _returns(leaf, world, as_of) if isinstance(leaf, TraitDate) and leaf.anniversary else []
    last = as_of
    for point in merge(sorted(fixed), *returning):
        if last < point <= _LAST_INSTANT:
            last = point
            yield point


def _fixed(leaf: Leaf, world: World, as_of: int) -> set[int]:
    """Those that can be listed: instants of events, and instants so long after them, or after midnights.

    Read off what the leaf names, and its windows, points and spans; some of these instants change nothing, and do no harm.
    """
    assert world.first_instant is not None, "a world without events has no turning points"
    nodes = [leaf, *(node for node in children(leaf) if isinstance(node, Step))]
    events = events_read(leaf, world)
    lapses = {event.lapses_at for event in events} - {NEVER}
    instants = {world.first_instant, *(event.at for event in events), *lapses}
    if isinstance(leaf, TraitDate):
        return instants | _days(leaf, world, as_of)
    return instants.union(*(_turns(time, instants, as_of) for node in nodes for time in times(node)))


def _turns(time: Window | TimePoint | Lasting, instants: set[int], as_of: int) -> set[int]:
    """When something of these instants comes into a window or leaves it, passes a point, or has lasted."""
    match time:
        case Lasting():
            span = span_us(time)
            return _after(instants, [span]) | {MIN_INSTANT_US + span}
        case Instant() | Day() | Ago():
            return _after(instants, _spans_of_point(time))
        case _:
            return _in_window(instants, time, as_of)


# --- windows --------------------------------------------------------------------------------------------------------------


def _in_window(instants: set[int], window: Window, as_of: int) -> set[int]:
    """When something of these instants becomes visible, enters the window, or leaves it."""
    match window:
        case Ever() | On():
            return instants
        case Last(count, unit):
            return _after(instants, [span_us(Lasting(count, unit))])
        case Calendar():
            return instants | {point for at in instants for point in _period_ends(local_date(at, window.zone), window, as_of)}
        case Between(start, end):
            return _after(instants, [*_spans_of_point(start), *_spans_of_point(end)])
        case Since(end) | Before(end):
            return _after(instants, _spans_of_point(end))
        case _:
            assert_never(window)


def _after(instants: set[int], spans: Iterable[int]) -> set[int]:
    """The instants, and those so long after them."""
    return instants | {at + span for span in spans for at in instants}


def _spans_of_point(point: TimePoint) -> list[int]:
    """How long after an instant a point that moves with as_of is at it, and past it."""
    if not isinstance(point, Ago):
        return []
    span = point.count * UNIT_US[point.unit]
    return [span, span + 1]


def _period_ends(shown: date, window: Calendar, as_of: int) -> set[int]:
    """When windows that hold something of that date begin to leave it out, and when its own period begins.

    Where clocks go back over midnight, or skip a day, the date that counts may be a neighbour of the one that is shown.
    """
    points: set[int] = set()
    for ordinal in range(shown.toordinal() - 1, shown.toordinal() + 2):
        first = period_start(date.fromordinal(ordinal), window.unit, 0)
        for periods in (0, window.count):
            points |= _beginning(period_start(first, window.unit, -periods).toordinal(), window.zone, as_of)
    return points


def _beginning(ordinal: int, zone: str, as_of: int) -> frozenset[int]:
    """The instants about the beginning of a day at which the zone's calendars may turn; none for days long over, or too far."""
    if not as_of // DAY_US + _EPOCH_ORDINAL - 2 <= ordinal <= _LAST_ORDINAL:
        return frozenset()
    return _turns_of_day(ordinal, zone)


@lru_cache(maxsize=4096)
def _turns_of_day(ordinal: int, zone: str) -> frozenset[int]:
    midnight = (ordinal - _EPOCH_ORDINAL) * DAY_US
    spells = offset_transitions(zone, midnight - 2 * DAY_US, midnight + 2 * DAY_US)
    return frozenset({midnight - offset for _, offset in spells} | {start for start, _ in spells[1:]})


# --- dates ----------------------------------------------------------------------------------------------------------------


def _dates(leaf: TraitDate, world: World) -> set[date]:
    values: list[Value | None] = [
        event.entry.value for event in world.events if isinstance(event.entry, TraitEntry) and event.entry.trait == leaf.name
    ]
    return {value for value in values if isinstance(value, date)}


def _days(leaf: TraitDate, world: World, as_of: int) -> set[int]:
    """When each of the dates, not their returns, begins to count and ceases to."""
    period, points = leaf.period, set[int]()
    for day in () if leaf.anniversary else _dates(leaf, world):
        first, beyond = day.toordinal(), day.toordinal() + 1
        if leaf.ahead:
            first -= period.count - 1
        elif first <= _LAST_ORDINAL:  # arithmetic with periods ends with the year 9999
            beyond = period_start(period_start(day, period.unit, 0), period.unit, -period.count).toordinal()
        points |= _beginning(first, period.zone, as_of) | _beginning(beyond, period.zone, as_of)
    return points


def _returns(leaf: TraitDate, world: World, as_of: int) -> list[Iterator[int]]:
    """When returns of each of the dates begin to count, and when they cease to: one ascending series for each."""
    span = leaf.period.count
    offsets = (-(span - 1), 1) if leaf.ahead else (0, span)
    return [_yearly(day, offset, leaf.period.zone, as_of) for day in _dates(leaf, world) for offset in offsets]


def _yearly(day: date, offset: int, zone: str, as_of: int) -> Iterator[int]:
    """The beginnings of the days so long after each return of the day."""
    now = date.fromordinal(as_of // DAY_US + _EPOCH_ORDINAL).year
    years = -(-abs(offset) // 365) + 1
    for year in range(max(day.year, now - years), _last_year() + years):
        yield from sorted(_beginning(returned(day, year).toordinal() + offset, zone, as_of))


def _last_year() -> int:
    return date.fromordinal(_LAST_ORDINAL).year + 1
