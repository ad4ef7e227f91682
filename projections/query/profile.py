"""One profile at the two clocks, whole: what it carries and has, since when and until when, what it did, which lists it is on.

Read from the profile's own rows, tag by tag and type by type; who recorded them stands in the log, under their versions.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from pyroaring import BitMap

from domain.changeset import NEVER, Credit, Value
from projections.index.agreeing import Joined, agreed
from projections.index.history import NOTHING, Changes, Codes, History
from projections.index.persons import Person
from projections.index.row_columns import AMOUNT, CURRENCY, NO_AMOUNT, TIME, VERSION
from projections.query.view import View


@dataclass(frozen=True, slots=True)
class CarriedTag:
    """A tag that is carried. Instants in microseconds."""

    number: int
    value: float | None
    since: int
    effective_at: int
    until: int | None
    version: int
    """That recorded the change that decides."""
    credit: Credit | None
    """Whose state it brought back or handed on; None for its own."""


@dataclass(frozen=True, slots=True)
class HeldTrait:
    """A trait that is set."""

    name: str
    value: Value
    effective_at: int
    version: int


@dataclass(frozen=True, slots=True)
class Activity:
    """What was done, of one type."""

    type: str
    count: int
    first_at: int
    last_at: int
    amounts: dict[str, int]
    """Sums in 1/10,000 of the unit, by currency."""


@dataclass(frozen=True, slots=True)
class ProfileState:
    """All of it; nothing, and no `first_seen_at`, of a profile that is not known at the two clocks."""

    first_seen_at: int | None = None
    tags: Sequence[CarriedTag] = ()
    traits: Sequence[HeldTrait] = ()
    activities: Sequence[Activity] = ()
    lists: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _States:
    """The states of one tag or trait of the profile, one an instant, ascending."""

    effective: Sequence[int]
    codes: Sequence[int]
    versions: Sequence[int]
    credits: Sequence[int]

    @classmethod
    def of(cls, history: History, ordinal: int, version: int) -> "_States":
        """As known at a version."""
        count = history.count(version)
        places = history.places_of(np.asarray([ordinal], np.uint32), count)
        rows, credits = history.first(count).picked(places), history.credits(count)
        return cls._in(rows, np.zeros(len(places), np.int32) if credits is None else credits[places])

    @classmethod
    def _in(cls, rows: Changes, credits: Codes) -> "_States":
        """Of rows of one profile or person."""
        order = np.argsort(rows.effective, kind="stable")  # of one instant the row that was recorded last comes last
        effective = rows.effective[order]
        last = order[np.append(effective[1:] != effective[:-1], True)] if len(order) else order
        states, credits = rows.picked(last), credits[last]
        if states.lapses is not None:
            lapsed = np.flatnonzero(states.lapses < np.append(states.effective[1:], NEVER))
            states, credits = states.with_lapsed(lapsed), np.insert(credits, lapsed + 1, credits[lapsed])
        return cls(*(column.tolist() for column in (states.effective, states.codes, states.versions, credits)))

    @classmethod
    def agreed(cls, number: int, histories: Mapping[int, History], view: View, person: Person) -> "_States":
        """Of a person: as its profiles say, who know who said so."""
        said = agreed(histories, view.index.undone.undos, view.version, Joined.of([person]))[number]
        return cls._in(said.rows, said.credits)

    def at(self, as_of: int) -> int | None:
        """The place of the state that holds, if it sets something."""
        place = bisect_right(self.effective, as_of) - 1
        return place if place >= 0 and self.codes[place] != NOTHING else None

    def since(self, place: int) -> int:
        """From when on there was something without a break."""
        while place and self.codes[place - 1] != NOTHING:
            place -= 1
        return self.effective[place]

    def until(self, place: int) -> int | None:
        """When there will be nothing."""
        return next((at for at, code in zip(self.effective[place:], self.codes[place:], strict=True) if code == NOTHING), None)


def _states(view: View, number: int, histories: Mapping[int, History], ordinal: int) -> tuple[_States, Sequence[int]]:
    """Of one of the histories, which excludes the others; and the first instants that it speaks of, whatever it says."""
    person = view.index.persons.person(ordinal)
    if person is None:
        states = _States.of(histories[number], ordinal, view.version)
        return states, states.effective[:1]
    own = [_States.of(histories[number], profile, view.version) for profile in person.profiles]
    began = [at for states in own for at in states.effective[:1]]
    return _States.agreed(number, histories, view, person) if began else own[0], began


def profile_state(view: View, ordinal: int) -> ProfileState:
    """Of the profile, or the person, with this ordinal."""
    index, seen, person = view.index, list[int](), view.index.persons.person(ordinal)
    tags, traits, activities = list[CarriedTag](), list[HeldTrait](), list[Activity]()
    for number, tag in list(index.tags.items()):
        rivals = (number, *index.catalogue.rivals(number)) if person else (number,)
        states, began = _states(view, number, {one: index.tags[one].history for one in rivals if one in index.tags}, ordinal)
        seen += began
        place = states.at(view.as_of)
        if place is not None and index.catalogue.stands_alone(number, view.version):
            recorded, credit = states.versions[place], states.credits[place]
            tags.append(
                CarriedTag(
                    number,
                    tag.value_of(states.codes[place]),
                    states.since(place),
                    states.effective[place],
                    states.until(place),
                    recorded,
                    index.credit_of(recorded, credit) if credit else None,
                )
            )
    for name, trait in list(index.traits.items()):
        states, began = _states(view, 0, {0: trait.history}, ordinal)
        seen += began
        place = states.at(view.as_of)
        value = None if place is None else trait.value_of(states.codes[place])
        if place is not None and value is not None:
            traits.append(HeldTrait(name, value, states.effective[place], states.versions[place]))
    for name in list(index.interactions):
        first, activity = _activity(view, name, ordinal)
        seen += [] if first is None else [first]
        activities += [activity] if activity else []
    first_seen = min(seen, default=None)
    if first_seen is None or first_seen > view.as_of:
        return ProfileState()
    tags.sort(key=lambda one: index.catalogue.key(one.number))
    traits.sort(key=lambda one: one.name)
    activities.sort(key=lambda one: one.type)
    return ProfileState(first_seen, tags, traits, activities, _lists(view, ordinal))


def _activity(view: View, name: str, ordinal: int) -> tuple[int | None, Activity | None]:
    """The first instant of which anything is known, also if it was retracted since; and what counts."""
    rows = view.index.interactions[name]
    of_all = (part for profile in view.index.persons.profiles_of(ordinal) for part in rows.recorded(profile))
    seen = [part.column(TIME)[part.column(VERSION) <= view.version] for part in of_all]
    first = min((int(times.min()) for times in seen if len(times)), default=None)
    instants, amounts = list[int](), dict[str, int]()
    for part in rows.rows_of(ordinal, view.version):
        part = part.where(part.column(TIME) <= view.as_of)
        instants += part.column(TIME).tolist()
        units, currencies = part.column(AMOUNT), part.column(CURRENCY)
        for currency in np.unique(currencies[units != NO_AMOUNT]).tolist():
            code = view.index.currencies.value(currency)  # Python ints: a sum may be larger than 64 bits
            amounts[code] = amounts.get(code, 0) + sum(units[(units != NO_AMOUNT) & (currencies == currency)].tolist())
    if not instants:
        return first, None
    return first, Activity(name, len(instants), min(instants), max(instants), dict(sorted(amounts.items())))


def _lists(view: View, ordinal: int) -> list[str]:
    index, found = view.index, list[str]()
    profiles = BitMap(index.persons.profiles_of(ordinal))
    for entry in list(index.catalogue.lists.entries.values()):
        versions = sum(made.stream_version <= view.version for made in entry.versions)
        if versions and not entry.retired and not profiles.isdisjoint(index.list_members.members(entry.number, versions)):
            found.append(entry.name)
    return sorted(found)
