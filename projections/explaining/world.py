"""All that the log says of one profile, as an index of its own, so that the operators answer about it at any instant.

The same planner and operators that answer about everybody answer here, in a fraction of a millisecond: what they mean is
written once. `alone` asks them about each event as if it were a profile's only one, `without` about the profile as it would
be had some events never been recorded.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from operator import itemgetter
from typing import TypeVar

from domain.changeset import (
    NEVER,
    Attribution,
    Changeset,
    InteractionColumns,
    LinkColumns,
    Outcome,
    PropertyColumn,
    Recorded,
    RetractedColumns,
    TagColumns,
    TraitColumns,
)
from domain.language.syntax import Expression
from domain.limits import MIN_INSTANT_US
from domain.tag_catalogue import Catalogue
from projections.history.entries import (
    CatalogueEntry,
    ErasureEntry,
    InteractionEntry,
    LinkEntry,
    ListEntry,
    RetractionEntry,
    TagEntry,
    TraitEntry,
    entries,
    rows_of_profile,
)
from projections.index.workspace_index import WorkspaceIndex
from projections.query import evaluator
from projections.query.prepared import Prepared
from projections.query.view import View

_T = TypeVar("_T")
_PROFILE = 0
_NAMELESS = ""
"""A type of interactions that no question can name."""


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """One row of a changeset that concerns the profile; `row` is the entry's number there, as history counts."""

    recorded: Recorded
    row: int
    entry: TagEntry | TraitEntry | InteractionEntry | RetractionEntry | ListEntry
    counts: bool = True
    """False: an interaction that was retracted; nothing but that the profile was seen comes of it."""

    @property
    def at(self) -> int:
        """When it holds in the world."""
        return self.entry.effective_at

    @property
    def lapses_at(self) -> int:
        """From when on it says nothing any more; NEVER for most."""
        return self.entry.lapses_at if isinstance(self.entry, TagEntry) else NEVER


def events_of(recorded: Recorded, profiles: Collection[int]) -> list[Event]:
    """The events of profiles, which ascend, in a changeset: profile by profile in its order (projections/index/joining.py)."""
    found = []
    for ordinal in profiles:
        for row in rows_of_profile(recorded.changeset, ordinal, interactions=True):
            for _, entry in entries(recorded.changeset, row, row + 1):
                assert not isinstance(entry, CatalogueEntry | ErasureEntry), "rows of a profile are neither"
                if not isinstance(entry, LinkEntry):  # says whose events these are, and is none of them
                    found.append(Event(recorded, row, entry))
    return found


def retractions(events: Sequence[Event]) -> list[tuple[Event, Event]]:
    """The interactions that were retracted, each with its retraction. Of equal ones it does not matter which."""
    counting: dict[int, list[Event]] = {}
    found = []
    for event in events:
        if isinstance(event.entry, InteractionEntry):
            counting.setdefault(event.recorded.changeset.version, []).append(event)
        elif isinstance(event.entry, RetractionEntry):
            of_version, wanted = counting[event.entry.version], event.entry.interaction
            gone = next(one for one in of_version if one.entry == wanted)
            of_version.remove(gone)
            found.append((gone, event))
    return found


class World:
    """One profile's events, in the order of the log, and the names of now."""

    def __init__(self, events: Sequence[Event], catalogue: Catalogue) -> None:
        """`catalogue`: one in which keys mean what they meant when the question is asked (`as_known`).

        Being put on a list is no event of this world: lists have no time of their own (listings.py); nor is a retraction."""
        gone = {interaction for interaction, _ in retractions(events)}
        self.events = tuple(
            replace(event, counts=event not in gone)
            for event in events
            if not isinstance(event.entry, ListEntry | RetractionEntry)
        )
        self.catalogue = catalogue
        self._profiles = tuple(sorted({event.entry.ordinal for event in self.events})) or (_PROFILE,)

    @cached_property
    def first_instant(self) -> int | None:
        """From when on the profile is in the universe; None for never."""
        return min((event.at for event in self.events), default=None)

    def known_at(self, as_of: int) -> bool:
        """Is anything of the profile visible?"""
        return self.first_instant is not None and self.first_instant <= as_of

    def visible(self, as_of: int) -> list[Event]:
        """The events up to an instant, in the order of time, then of the log."""
        return sorted((event for event in self.events if event.at <= as_of), key=lambda event: event.at)

    def holds(self, leaf: Prepared, as_of: int) -> bool:
        """Is the profile a member?"""
        return self.known_at(as_of) and 0 in self._together.members(leaf, as_of)

    def alone(self, leaf: Expression, as_of: int) -> list[Event]:
        """The events that would make a profile without any other a member, in the order of the log."""
        if not self.events:
            return []
        return [self.events[place] for place in self._apart.members(Prepared(leaf), as_of)]

    def without(
        self, leaf: Expression, as_of: int, read: Collection[Event], removals: Sequence[Collection[Event]]
    ) -> list[bool]:
        """For each of the removals: would the profile be a member if these events had never been recorded?

        `read`: all events that the leaf looks at. The profile stays in the universe, even if nothing is left of it.
        """
        histories = [[_WITNESS, *(event for event in self.events if event in read and event not in one)] for one in removals]
        found = _Subjects.of(histories, self.catalogue, self._profiles).members(Prepared(leaf), as_of)
        return [place in found for place in range(len(removals))]

    @cached_property
    def _together(self) -> "_Subjects":
        return _Subjects.of([self.events], self.catalogue, self._profiles)

    @cached_property
    def _apart(self) -> "_Subjects":
        """Each event is a profile of its own, by its place among the events."""
        return _Subjects.of([[event] for event in self.events], self.catalogue, (_PROFILE,))


@dataclass(frozen=True, slots=True)
class _Subjects:
    """Made-up profiles, or persons who have each as many profiles as the real one."""

    index: WorkspaceIndex
    first: int
    """The ordinal of the first of them; the others follow."""

    @classmethod
    def of(cls, histories: Sequence[Sequence[Event]], catalogue: Catalogue, profiles: Sequence[int]) -> "_Subjects":
        """The subject of number n has the events histories[n]. `profiles`: those of the real one."""
        index, count, size = WorkspaceIndex("", catalogue=catalogue), len(histories), len(profiles)
        places = {profile: place for place, profile in enumerate(profiles)}
        persons = 0 if size == 1 else count
        outcome = Outcome(new_profiles=count * size + persons)
        if persons:
            index.apply(_linked(count, size, outcome))
        parts: dict[tuple[int, bool], tuple[Recorded, list[tuple[int, int]]]] = {}
        for number, history in enumerate(histories):
            for event in history:
                key = event.recorded.changeset.version, event.counts
                of = parts.setdefault(key, (event.recorded, []))[1]
                of.append((event.row, number * size + places.get(event.entry.ordinal, 0)))
        ordered = enumerate(sorted(parts.items(), key=itemgetter(0)), start=index.clock().version + 1)
        for version, ((_, counts), (recorded, rows)) in ordered:
            part = replace(
                rows_kept(recorded.changeset, rows),
                version=version,
                first_ordinal=0,
                outcome=outcome,
                catalogue=(),
                erased=(),  # nobody asks about who was erased, and the numbers of others mean nothing here
                links=None,
            )
            if not counts and part.interactions:
                part = replace(part, interactions=replace(part.interactions, types=[_NAMELESS], type_index=()))
            index.apply(Recorded(version, part, recorded.content_sha256, recorded.chain_sha256))
        return cls(index, count * size if persons else 0)

    def members(self, leaf: Prepared, as_of: int) -> list[int]:
        """The numbers of those who are, ascending."""
        found = evaluator.members(leaf, View(self.index, self.index.clock().version, as_of))
        return [ordinal - self.first for ordinal in found]


def _linked(count: int, size: int, outcome: Outcome) -> Recorded:
    """A changeset that makes so many persons of as many profiles each, in their order."""
    firsts = [number * size for number in range(count) for _ in range(1, size)]
    seconds = [number * size + place for number in range(count) for place in range(1, size)]
    links = LinkColumns(True, firsts, seconds, range(count * size), [size] * count)
    changeset = Changeset("", 1, "", Attribution("", "", ""), MIN_INSTANT_US, 0, outcome, links=links)
    return Recorded(1, changeset, "", "")


def rows_kept(changeset: Changeset, rows: Sequence[tuple[int, int]]) -> Changeset:
    """The changeset with these of its rows only, and without its upload of a list.

    Each is the entry's number, ascending for a profile, and its ordinal then.
    """
    at = len(changeset.catalogue)
    kept: list[list[tuple[int, int]]] = []
    retracted = changeset.retracted
    for columns in (changeset.tags, changeset.traits, changeset.interactions, retracted.rows if retracted else None):
        end = at + (len(columns.ordinals) if columns else 0)
        kept.append([(row - at, ordinal) for row, ordinal in rows if at <= row < end])
        at = end
    return replace(
        changeset,
        tags=_tags_kept(changeset.tags, kept[0]) if changeset.tags and kept[0] else None,
        traits=_traits_kept(changeset.traits, kept[1]) if changeset.traits and kept[1] else None,
        interactions=_interactions_kept(changeset.interactions, kept[2]) if changeset.interactions and kept[2] else None,
        retracted=_retracted_kept(retracted, kept[3]) if retracted and kept[3] else None,
        listed=None,
    )


def _taken(column: Sequence[_T], rows: Sequence[tuple[int, int]]) -> Sequence[_T]:
    """Entries of a column; an empty one stays empty, because that says something."""
    return [column[place] for place, _ in rows] if len(column) else ()


def _tags_kept(columns: TagColumns, rows: Sequence[tuple[int, int]]) -> TagColumns:
    credits, credit_index = _compacted(_taken(columns.credit_index, rows), first=1)
    return TagColumns(
        ordinals=[ordinal for _, ordinal in rows],
        tags=_taken(columns.tags, rows),
        applied=_taken(columns.applied, rows),
        effective_at=_taken(columns.effective_at, rows),
        values=_taken(columns.values, rows),
        expiries=_taken(columns.expiries, rows),
        already_so=_taken(columns.already_so, rows),
        credits=[columns.credits[k] for k in credits],
        credit_index=credit_index,
        lapses_at=_taken(columns.lapses_at, rows),
    )


def _traits_kept(columns: TraitColumns, rows: Sequence[tuple[int, int]]) -> TraitColumns:
    used, index = _compacted(_taken(columns.index, rows), first=0)
    return TraitColumns(
        ordinals=[ordinal for _, ordinal in rows],
        names=[columns.names[k] for k in used],
        types=[columns.types[k] for k in used],
        index=index,
        effective_at=_taken(columns.effective_at, rows),
        values=_taken(columns.values, rows),
    )


def _interactions_kept(columns: InteractionColumns, rows: Sequence[tuple[int, int]]) -> InteractionColumns:
    types, type_index = _compacted(_taken(columns.type_index, rows), first=0)
    touchpoints, touchpoint_index = _compacted(_taken(columns.touchpoint_index, rows), first=1)
    currencies, currency_index = _compacted(_taken(columns.currency_index, rows), first=1)
    return InteractionColumns(
        ordinals=[ordinal for _, ordinal in rows],
        types=[columns.types[k] for k in types] or columns.types,
        type_index=type_index,
        occurred_at=_taken(columns.occurred_at, rows),
        touchpoints=[columns.touchpoints[k] for k in touchpoints],
        touchpoint_index=touchpoint_index,
        amounts=_taken(columns.amounts, rows),
        currencies=[columns.currencies[k] for k in currencies],
        currency_index=currency_index,
        ids=_taken(columns.ids, rows),
        properties=[kept for column in columns.properties if (kept := _property_kept(column, rows)).values],
        origin_versions=_taken(columns.origin_versions, rows),
        origin_rows=_taken(columns.origin_rows, rows),
    )


def _retracted_kept(columns: RetractedColumns, rows: Sequence[tuple[int, int]]) -> RetractedColumns:
    return RetractedColumns(_interactions_kept(columns.rows, rows), _taken(columns.versions, rows))


def _property_kept(column: PropertyColumn, rows: Sequence[tuple[int, int]]) -> PropertyColumn:
    used, index = _compacted(_taken(column.index, rows), first=1)
    return PropertyColumn(column.name, column.type, [column.values[k] for k in used], index)


def _compacted(index: Sequence[int], *, first: int) -> tuple[list[int], Sequence[int]]:
    """Which entries of a dictionary are pointed to, and pointers to these alone: a batch has many that no row here has.

    `first` is the pointer to the first entry; those below it point to none.
    """
    used = sorted({pointer - first for pointer in index if pointer >= first})
    places = {entry: place + first for place, entry in enumerate(used)}
    return used, [places[pointer - first] if pointer >= first else 0 for pointer in index]


def _witness() -> Event:
    """An interaction of a type that nobody can name, before everything: it keeps a made-up profile in the universe."""
    columns = InteractionColumns([_PROFILE], [_NAMELESS], (), [MIN_INSTANT_US], (), (), (), (), (), (), ())
    by = Attribution("", "", "")
    changeset = Changeset("", 0, "", by, MIN_INSTANT_US, 0, Outcome(), interactions=columns)
    return events_of(Recorded(0, changeset, "", ""), [_PROFILE])[0]


_WITNESS = _witness()
