"""What explanations are held against: the oracle, asked about histories without the cited rows, and at every likely instant."""

import dataclasses
import random
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from itertools import pairwise

from domain.changeset import ListColumns, Recorded
from domain.errors import MixedCurrencies
from domain.language.syntax import (
    Ago,
    And,
    Calendar,
    Expression,
    InSegment,
    Last,
    Lasting,
    Leaf,
    Not,
    Or,
    Top,
    TopTagged,
    TraitDate,
    Unit,
)
from domain.limits import MAX_INSTANT_US
from projections.explaining.world import Event, events_of, retractions, rows_kept
from projections.history.entries import CatalogueEntry, ListEntry, TraitEntry, entries
from projections.naive import NaiveLedger
from projections.naive.times import UNIT_US, local_date, local_time, start_of_day
from projections.query.view import View
from tests.oracle.histories import DAY_US, HOUR_US, WORKSPACE, Interaction, interaction_columns, name_of

_DAYS_AHEAD = {Unit.DAY: 45, Unit.WEEK: 400, Unit.MONTH: 1_300, Unit.YEAR: 5_200}
_YEARS_AHEAD = 9  # a leap year lies among them, and the next


def someone(rng: random.Random, view: View) -> tuple[int, tuple[int, ...]]:
    """A profile, or the person that it is of; and whose rows are theirs."""
    persons = view.index.persons
    drawn = rng.choice([ordinal for ordinal in range(view.index.profile_count) if persons.person(ordinal) is None])
    person = persons.of(drawn, view.version)
    return (person.ordinal, person.profiles) if person else (drawn, (drawn,))


def known_events(history: Sequence[Recorded], profiles: Collection[int], known_at: int) -> list[Event]:
    """All events of the profiles up to the position, but for uploads of lists, which have no instant."""
    found = [event for one in history if one.position <= known_at for event in events_of(one, profiles)]
    return [event for event in found if not isinstance(event.entry, ListEntry)]


def uploads(history: Sequence[Recorded], profiles: Collection[int]) -> list[Event]:
    """The uploads that put the profiles on lists and took them off, wherever in the log."""
    return [event for one in history for event in events_of(one, profiles) if isinstance(event.entry, ListEntry)]


def ledger_of(history: Sequence[Recorded]) -> NaiveLedger:
    """An oracle that knows the history."""
    ledger = NaiveLedger(WORKSPACE)
    ledger.name_of = name_of
    for one in history:
        ledger.apply(one)
    return ledger


def with_nothing_but_a_visit(history: Sequence[Recorded], profiles: Sequence[int], at: int) -> list[Recorded]:
    """The history without the profiles' rows, but for an interaction of a type that no question is about."""
    rest = without(history, [event for one in history for event in events_of(one, profiles)])
    witness = interaction_columns([Interaction(profiles[0], "of no interest", at)])
    assert rest[0].changeset.interactions is None, "the first changeset makes the catalogue"
    return [dataclasses.replace(rest[0], changeset=dataclasses.replace(rest[0].changeset, interactions=witness)), *rest[1:]]


def without(history: Sequence[Recorded], events: Collection[Event]) -> list[Recorded]:
    """The history as it would be had these events never been recorded."""
    removed = {(event.recorded.position, event.row) for event in events}
    # What retracts an interaction goes with it.
    for ordinal in {event.entry.ordinal for event in events}:
        of_profile = [event for one in history for event in events_of(one, [ordinal])]
        for gone, retraction in retractions(of_profile):
            if (gone.recorded.position, gone.row) in removed:
                removed.add((retraction.recorded.position, retraction.row))
    return [_kept(one, {row for row in range(_rows(one)) if (one.position, row) not in removed}) for one in history]


def only(history: Sequence[Recorded], profiles: Collection[int]) -> list[Recorded]:
    """The history without the rows of other profiles."""
    return [_kept(one, {event.row for event in events_of(one, profiles)}) for one in history]


def _rows(recorded: Recorded) -> int:
    return sum(1 for _ in entries(recorded.changeset))


def _kept(recorded: Recorded, rows: Collection[int]) -> Recorded:
    left = [(row, entry) for row, entry in entries(recorded.changeset) if row in rows and not isinstance(entry, CatalogueEntry)]
    changeset, listed = rows_kept(recorded.changeset, [(row, entry.ordinal) for row, entry in left]), recorded.changeset.listed
    if listed:  # the upload stays, even if nobody is left in it: it is a version of its list
        added, removed = (
            [entry.ordinal for _, entry in left if isinstance(entry, ListEntry) and entry.added is on] for on in (True, False)
        )
        changeset = dataclasses.replace(changeset, listed=ListColumns(listed.number, added, removed))
    return dataclasses.replace(recorded, changeset=changeset)


def truth(ledger: NaiveLedger, expression: Expression, ordinal: int, as_of: int, known_at: int) -> bool | None:
    """What the oracle says of the profile; None where it refuses."""
    try:
        return ordinal in ledger.members(expression, as_of, known_at)
    except MixedCurrencies:
        return None


def value(expression: Expression, leaf_truth: Callable[[Leaf], bool], meant: Callable[[InSegment], Expression]) -> bool:
    """The truth of an expression for a profile of the universe, from that of its leaves; `meant`: what segments stand for."""
    match expression:
        case And(operands):
            return all(value(operand, leaf_truth, meant) for operand in operands)
        case Or(operands):
            return any(value(operand, leaf_truth, meant) for operand in operands)
        case Not(operand):
            return not value(operand, leaf_truth, meant)
        case InSegment():
            return value(meant(expression), leaf_truth, meant)
        case Top(among=among) | TopTagged(among=among) if among is not None:
            return leaf_truth(expression) and value(among, leaf_truth, meant)
        case _:
            return leaf_truth(expression)


# --- instants -------------------------------------------------------------------------------------------------------------


def likely_instants(leaves: Collection[Leaf], events: Sequence[Event], as_of: int) -> list[int]:
    """Instants after as_of at which something may change, and their neighbours: more than the ones that can."""
    parts = [part for leaf in leaves for part in _parts(leaf)]
    spans = {0} | {part.count * UNIT_US[part.unit] for part in parts if isinstance(part, Last | Lasting | Ago)}
    found = {event.at + span + off for event in events for span in spans for off in (-1, 0, 1)}
    for calendar in {part for part in parts if isinstance(part, Calendar)}:
        found |= {at + off for at in _midnights(calendar, as_of) for off in (-1, 0)}
    for leaf in leaves:
        if isinstance(leaf, TraitDate):
            found |= set(_about_dates(leaf, events, as_of))
    return sorted(at for at in found if as_of < at < MAX_INSTANT_US)


def _parts(node: object) -> Iterator[object]:
    """A tree of dataclasses and tuples, node by node."""
    yield node
    if dataclasses.is_dataclass(node):
        for field in dataclasses.fields(node):
            yield from _parts(getattr(node, field.name))
    elif isinstance(node, tuple):
        for one in node:
            yield from _parts(one)


def _midnights(calendar: Calendar, as_of: int) -> set[int]:
    """Beginnings of days (of periods, for long ones) from as_of on, also where clocks are changed about them."""
    today = local_date(as_of, calendar.zone)
    days = [today + timedelta(days=n) for n in range(-1, _DAYS_AHEAD[calendar.unit])]
    firsts = [day for day in days if _begins(calendar.unit, day)]
    found = {start_of_day(day, calendar.zone) for day in firsts if day < date(2200, 1, 1)}
    changes = _clock_changes(calendar.zone, as_of)
    # Where clocks are changed by some hours, midnight may come twice, these hours apart.
    near = {at for at in found if any(abs(at - changed) < DAY_US for changed in changes)}
    return found | set(changes) | {at + hours for at in near for hours in (-HOUR_US, HOUR_US, HOUR_US // 2)}


def _begins(unit: Unit, day: date) -> bool:
    match unit:
        case Unit.WEEK:
            return day.weekday() == 0
        case Unit.MONTH:
            return day.day == 1
        case Unit.YEAR:
            return (day.month, day.day) == (1, 1)
        case _:
            return True


@cache
def _clock_changes(zone: str, as_of: int) -> tuple[int, ...]:
    """When the zone's clocks are changed in the next weeks, and the day before."""
    hours = range(as_of - DAY_US, min(as_of + 45 * DAY_US, MAX_INSTANT_US), HOUR_US)
    found = []
    for before, after in pairwise(hours):
        while _offset(before, zone) != _offset(after, zone) and after - before > 1:
            middle = (before + after) // 2
            before, after = (middle, after) if _offset(middle, zone) == _offset(before, zone) else (before, middle)
        if _offset(before, zone) != _offset(after, zone):
            found.append(after)
    return tuple(found)


def _offset(at: int, zone: str) -> timedelta | None:
    return local_time(at, zone).utcoffset()


def _about_dates(leaf: TraitDate, events: Sequence[Event], as_of: int) -> Iterator[int]:
    """The days about a date and its next returns on which it may begin to count, or cease to."""
    this_year = local_date(as_of, "UTC").year
    values = {event.entry.value for event in events if isinstance(event.entry, TraitEntry) and event.entry.trait == leaf.name}
    for day in values:
        if isinstance(day, date):
            for year in {day.year, *range(this_year - 1, this_year + _YEARS_AHEAD)}:
                for off in {1 - leaf.period.count, 0, 1, leaf.period.count}:
                    yield from _day_starts(day, year, off, leaf.period.zone)


def _day_starts(day: date, year: int, off: int, zone: str) -> Iterator[int]:
    shown = (2, 28) if (day.month, day.day) == (2, 29) and year % 4 else (day.month, day.day)
    try:
        moved = date(year, *shown) + timedelta(days=off)
    except (OverflowError, ValueError):
        return
    if 1900 < moved.year < 2200:
        yield from (start_of_day(moved, zone), start_of_day(moved, zone) - 1)
