"""The index of one workspace: every store that expressions read, filled from changesets by one writer.

Rebuilt and live are the same code: `apply` takes changesets in the order of the stream, at start from the log and
then as they are recorded. Readers take `clock()` once and ask every store at that version.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from domain.changeset import (
    Changeset,
    Credit,
    InteractionColumns,
    Recorded,
    RetractedColumns,
    TagColumns,
    TraitColumns,
)
from domain.language.checker import Vocabulary
from domain.names import normalized
from domain.tag_catalogue import Catalogue
from projections.index.agreeing import Agreement, Joined
from projections.index.batches import RowNames, by_type, recoded, row_columns
from projections.index.bitmaps import Ordinals
from projections.index.clock import Clock
from projections.index.columns import Column
from projections.index.dictionary import Codes, Dictionary
from projections.index.differences import Differences
from projections.index.erased import Erased
from projections.index.history import History, Int64s
from projections.index.joining import rows_joined, rows_repeated
from projections.index.lists import ListMembers
from projections.index.persons import Person, Persons
from projections.index.profile_numbers import ProfileNumbers
from projections.index.rivals import Rivals
from projections.index.row_columns import (
    AMOUNT,
    CURRENCY,
    ORDINAL,
    RETRACTED,
    TIME,
    TOUCHPOINT,
    AnyColumn,
    property_column,
)
from projections.index.rows import InteractionRows
from projections.index.runs import Run
from projections.index.tag_index import TagChanges, TagIndex
from projections.index.timelines import Timeline
from projections.index.typed import PropertyIndex, TraitIndex
from projections.index.undone import Undone
from projections.index.universe import Universe

_Entry = TypeVar("_Entry", bound=Hashable)


_CLOCK_COLUMNS = ("positions", "recorded_at", "actor_codes", "source_codes")


@dataclass(slots=True)
class WorkspaceIndex:
    """All stores of one workspace."""

    name: str
    catalogue: Catalogue = field(default_factory=Catalogue)
    universe: Universe = field(default_factory=Universe)
    tags: dict[int, TagIndex] = field(default_factory=dict)
    traits: dict[str, TraitIndex] = field(default_factory=dict)
    interactions: dict[str, InteractionRows] = field(default_factory=dict)
    list_members: ListMembers = field(default_factory=ListMembers)
    erased: Erased = field(default_factory=Erased)
    persons: Persons = field(default_factory=Persons)
    properties: dict[str, PropertyIndex] = field(default_factory=dict)
    touchpoints: Dictionary[str] = field(default_factory=Dictionary)
    currencies: Dictionary[str] = field(default_factory=Dictionary)
    actors: Dictionary[str] = field(default_factory=Dictionary)
    sources: Dictionary[str] = field(default_factory=Dictionary)
    credits: Dictionary[tuple[str, str]] = field(default_factory=Dictionary)
    """Actors and sources, after NFC, of states that an undo brought back."""
    undone: Undone = field(default_factory=Undone)
    interaction_count: int = 0
    profile_count: int = 0
    profile_numbers: ProfileNumbers = field(default_factory=ProfileNumbers)
    differences: Differences = field(default_factory=Differences)
    _positions: "Column[np.int64]" = field(default_factory=lambda: Column(np.int64))
    _recorded_at: "Column[np.int64]" = field(default_factory=lambda: Column(np.int64))
    _actor_codes: "Column[np.int32]" = field(default_factory=lambda: Column(np.int32))
    _source_codes: "Column[np.int32]" = field(default_factory=lambda: Column(np.int32))

    # --- clocks -----------------------------------------------------------------------------------------------------------

    def clock(self) -> Clock:
        """The end of what is applied; all zero for an empty index."""
        positions = self._positions.view()
        if not len(positions):
            return Clock(0, 0, 0)
        version = len(positions)
        return Clock(version, int(positions[-1]), int(self._recorded_at.view()[version - 1]))

    def version_at_position(self, position: int) -> int:
        """The last version at or before a log position."""
        return int(np.searchsorted(self._positions.view(), position, side="right"))

    def version_at_instant(self, instant: int) -> int:
        """The last version recorded at or before an instant."""
        return int(np.searchsorted(self._recorded_at.view(), instant, side="right"))

    def position_of(self, version: int) -> int:
        """The log position of a version; 0 of version 0."""
        return int(self._positions.view()[version - 1]) if version else 0

    def clock_columns(self) -> dict[str, AnyColumn]:
        """What each version was recorded with, for a snapshot: taken while nothing is applied."""
        return {name: getattr(self, f"_{name}").view() for name in _CLOCK_COLUMNS}

    def restore_clock(self, columns: "Mapping[str, Column[Any]]") -> None:
        """What clock_columns gave."""
        for name in _CLOCK_COLUMNS:
            setattr(self, f"_{name}", columns[name])

    def restore_interactions(
        self, name: str, runs: Sequence[Run], tail: Mapping[str, AnyColumn], withdrawn: Sequence[Run]
    ) -> None:
        """The rows of a type, as a snapshot has them."""
        self.interactions[name] = InteractionRows.over(runs, tail, withdrawn)

    def recorded_by(self, timeline: Timeline, actor: str | None, source: str | None) -> npt.NDArray[np.bool_]:
        """Which of these states the actor set, from the source; None for any. Names are compared after NFC."""
        flags = np.ones(len(timeline.versions), dtype=np.bool_)
        recorders = (self.actors, self._actor_codes), (self.sources, self._source_codes)
        for k, (name, (known, codes)) in enumerate(zip((actor, source), recorders, strict=True)):
            if name is not None:
                wanted = normalized(name)
                here = codes.view()[timeline.versions - 1] == known.code(wanted)
                flags &= here if timeline.credits is None else self._credited(timeline.credits, here, k, wanted)
        return flags

    def recorded_in(self, versions: npt.NDArray[np.uint32], actor: str, source: str) -> npt.NDArray[np.bool_]:
        """Which of these versions the actor recorded, from the source; "" for any. Names are compared after NFC."""
        flags = np.ones(len(versions), np.bool_)
        for name, known, codes in ((actor, self.actors, self._actor_codes), (source, self.sources, self._source_codes)):
            if name:
                flags &= codes.view()[versions - 1] == known.code(normalized(name))
        return flags

    def profile_numbers_of(self, values: Dictionary[Any], version: int) -> Int64s:
        """Which profiles, or persons at a version, the values are ids of, by code less one; negative for nobody."""
        return self.persons.at(version).lifted(self.profile_numbers.of(values, self.profile_count, self.erased.now))

    def recorders(self, versions: npt.NDArray[np.int64]) -> tuple[Codes, Codes]:
        """The codes of the actors, and of the sources, that recorded these versions."""
        return self._actor_codes.view()[versions - 1], self._source_codes.view()[versions - 1]

    def credit_of(self, version: int, credit: int) -> Credit:
        """Who set a state, from where, after NFC: the one of that credit code, or where it is 0 who recorded the version."""
        if credit:
            return Credit(*self.credits.value(credit))
        actor, source = (int(codes.view()[version - 1]) for codes in (self._actor_codes, self._source_codes))
        return Credit(self.actors.value(actor), self.sources.value(source))

    def _credited(self, credits: Codes, otherwise: npt.NDArray[np.bool_], part: int, wanted: str) -> npt.NDArray[np.bool_]:
        """Where a state is credited to somebody: is that part of the credit as wanted?"""
        said = self.credits.matching(lambda credit: credit[part] == wanted)[credits]
        flags: npt.NDArray[np.bool_] = np.where(credits != 0, said, otherwise)
        return flags

    def excluded(self, as_of: int, version: int) -> BitMap:
        """Who is in no answer: who is gone, or carries a tag at an instant that opts out. Must not be changed."""
        parts = [self.erased.at(version), self.persons.at(version).hidden]
        parts += [self.holders(number, as_of, version) for number in self.catalogue.opt_out_tags(version)]
        return self.differences.union([part for part in parts if part])

    def holders(self, number: int, as_of: int, version: int) -> BitMap:
        """Who carries a tag, whoever is in no answer among them. Must not be changed."""
        tag = self.tags.get(number)
        return tag.holders.at(as_of, version).bitmap if tag else BitMap()

    def gone(self, version: int) -> BitMap:
        """Who is nobody at a version: erased by then, or a profile of a person. Must not be changed."""
        return self.differences.union([part for part in (self.erased.at(version), self.persons.at(version).hidden) if part])

    def vocabulary(self) -> Vocabulary:
        """The names that expressions can speak of."""
        return Vocabulary(
            tags=self.catalogue.keys(),
            interaction_types=list(self.interactions),
            properties={name: known.kind for name, known in list(self.properties.items())},
            traits={name: known.kind for name, known in list(self.traits.items())},
            segments=self.catalogue.segments.names(),
            lists=self.catalogue.lists.names(),
            departments=self.catalogue.staff.department_ids(),
            merged_tags=self.catalogue.merged_keys(),
            opt_out_tags=frozenset(map(self.catalogue.key, self.catalogue.opt_out_tags())),
            spelled_tags=self.catalogue.spelled_tags(),
        )

    def vocabulary_size(self) -> tuple[int, ...]:
        """Differs whenever the vocabulary does: names are only ever added, or changed through the catalogue."""
        return len(self.catalogue.changes), len(self.interactions), len(self.properties), len(self.traits)

    # --- the writer -------------------------------------------------------------------------------------------------------

    def apply(self, recorded: Recorded) -> None:
        """Take in the next changeset of the stream."""
        changeset = recorded.changeset
        self.profile_count = max(self.profile_count, changeset.first_ordinal + changeset.outcome.new_profiles)
        made = self.apply_catalogue(changeset)
        self.undone.apply(changeset)
        if made:
            self._join(changeset, made)
        if changeset.tags:
            self._apply_tags(changeset, changeset.tags)
        if changeset.traits:
            self._apply_traits(changeset, changeset.traits)
        if changeset.retracted:
            self._apply_retracted(changeset, changeset.retracted)
        if changeset.interactions:
            self._apply_interactions(changeset, changeset.interactions)
        self._actor_codes.extend(self.actors.intern([normalized(changeset.attribution.actor)]))
        self._source_codes.extend(self.sources.intern([normalized(changeset.attribution.source)]))
        # Position last: `clock` counts positions.
        self._recorded_at.extend([changeset.recorded_at])
        self._positions.extend([recorded.position])

    def apply_catalogue(self, changeset: Changeset) -> list[Person]:
        """Take in catalogue, lists, erasures and links, read from the log even beside a snapshot; the persons that are new."""
        for change in changeset.catalogue:
            self.catalogue.apply(change, changeset)
        if changeset.listed:
            # Members first: a reader that knows of a version finds its members.
            self.list_members.apply(changeset.listed)
            self.catalogue.lists.upload(changeset.listed, changeset)
        if changeset.erased:
            persons = {person.ordinal for one in changeset.erased if (person := self.persons.of(int(one), changeset.version))}
            self.erased.append(changeset.version, [*changeset.erased, *persons])
            self.persons.erase(list(map(int, changeset.erased)), self.erased.now)
        return self.persons.apply(changeset, changeset.links) if changeset.links else []

    @property
    def catalogue_versions(self) -> list[int]:
        """The versions whose changesets `apply_catalogue` needs, ascending."""
        uploads = {made.stream_version for entry in self.catalogue.lists.entries.values() for made in entry.versions}
        changed = {version for version, _ in self.catalogue.changes}
        return sorted(changed.union(uploads, self.erased.versions, self.persons.versions))

    def _join(self, changeset: Changeset, made: Sequence[Person]) -> None:
        """Let new persons have what was recorded of their profiles."""
        joined, agreement = Joined.of(made), self._agreement(changeset)
        agreement.on_tags(list(self.tags), joined)
        for tag in self.tags.values():
            tag.settle(changeset.version)
        agreement.on_traits((trait.history for trait in self.traits.values()), joined)
        names = [TIME, AMOUNT, CURRENCY, TOUCHPOINT, *map(property_column, self.properties)]
        for rows in self.interactions.values():
            if batch := rows_joined(rows, joined, changeset.version, self.profile_count, names):
                rows.append(batch, 0, len(batch[ORDINAL]))
        self.universe.join(changeset.version, joined.profiles, joined.persons)

    def _agreement(self, changeset: Changeset) -> Agreement:
        def credit(version: int, code: int) -> int:
            by = changeset.attribution
            if version == changeset.version and not code:  # it is not among those of versions yet
                return self._interned(Credit(normalized(by.actor), normalized(by.source)))
            return self._interned(self.credit_of(version, code))

        histories = {number: tag.history for number, tag in self.tags.items()}
        return Agreement(changeset.version, histories, self.catalogue.rivals, self.undone.undos, credit)

    def _persons_of(self, ordinals: Ordinals) -> Joined | None:
        """The persons who are concerned when something of these profiles changes; None for nobody."""
        _, found = self.persons.rows_of_persons(ordinals)
        persons = [person for one in np.unique(found).tolist() if (person := self.persons.person(one))]
        return Joined.of(persons) if persons else None

    def _apply_tags(self, changeset: Changeset, columns: TagColumns) -> None:
        changes = TagChanges(
            np.asarray(columns.ordinals, np.uint32),
            np.asarray(columns.tags, np.int64),
            np.asarray(columns.applied, np.bool_),
            np.asarray(columns.effective_at, np.int64),
            columns.values,
            self._credit_codes(columns),
            np.asarray(columns.lapses_at, np.int64) if len(columns.lapses_at) else None,
        )
        rivals = Rivals(self.tags, self.catalogue, lambda *of: self._interned(self.credit_of(*of)))
        implied = rivals.implied(changes)
        for number in dict.fromkeys([*columns.tags, *implied]):
            tag = self.tags.get(number) or self.tags.setdefault(number, TagIndex())
            tag.append(changeset.version, changes, np.flatnonzero(changes.numbers == number), implied.get(number))
        self.universe.append(changeset.version, changes.ordinals, changes.effective)
        joined = self._persons_of(changes.ordinals)
        concerned = sorted(self.catalogue.concerned(set(map(int, columns.tags))))
        if joined:
            self._agreement(changeset).on_tags(concerned, joined)
            self.universe.append(changeset.version, *self.persons.seen(changes.ordinals, changes.effective))
        for tag in (self.tags[number] for number in concerned if number in self.tags):
            tag.settle(changeset.version)

    def _interned(self, credit: Credit) -> int:
        return int(self.credits.intern([(credit.actor, credit.source)])[0])

    def _credit_codes(self, columns: TagColumns) -> Codes | None:
        if not len(columns.credit_index):
            return None
        pairs = [(normalized(credit.actor), normalized(credit.source)) for credit in columns.credits]
        return recoded(self.credits, pairs, columns.credit_index)

    def _apply_traits(self, changeset: Changeset, columns: TraitColumns) -> None:
        ordinals, effective = np.asarray(columns.ordinals, np.uint32), np.asarray(columns.effective_at, np.int64)
        index = np.asarray(columns.index, np.int64)
        for k, (name, kind) in enumerate(zip(columns.names, columns.types, strict=True)):
            trait = self.traits.get(name) or self.traits.setdefault(name, TraitIndex(kind))
            here = np.flatnonzero(index == k)
            values = [columns.values[i] for i in here.tolist()]
            codes = np.zeros(len(values), np.int32)
            present = [i for i, value in enumerate(values) if value is not None]
            codes[present] = trait.values.intern([value for value in values if value is not None])
            trait.history.append(effective[here], changeset.version, ordinals[here], codes)
        self.universe.append(changeset.version, ordinals, effective)
        joined = self._persons_of(ordinals)
        if joined:
            self._agreement(changeset).on_traits((self.traits[name].history for name in columns.names), joined)
            self.universe.append(changeset.version, *self.persons.seen(ordinals, effective))

    def _apply_interactions(self, changeset: Changeset, columns: InteractionColumns) -> None:
        batch = self._row_columns(columns, np.full(len(columns.ordinals), changeset.version, np.uint32))
        for name, part, start, end in by_type(columns, batch):
            self._rows_of(name).append(part, start, end)
            of_persons = rows_repeated({column: values[start:end] for column, values in part.items()}, self.persons)
            if of_persons:
                self._rows_of(name).append(of_persons, 0, len(of_persons[ORDINAL]))
                self.universe.append(changeset.version, of_persons[ORDINAL], of_persons[TIME])
        self.interaction_count += len(batch[ORDINAL])
        self.universe.append(changeset.version, batch[ORDINAL], batch[TIME])

    def _apply_retracted(self, changeset: Changeset, retracted: RetractedColumns) -> None:
        """They do not count any more. Their profiles have been seen all the same."""
        batch = self._row_columns(retracted.rows, np.asarray(retracted.versions, np.uint32))
        batch = {**batch, RETRACTED: np.full(len(retracted.versions), changeset.version, np.uint32)}
        left = len(batch[ORDINAL])
        for name, part, start, end in by_type(retracted.rows, batch):
            rows = {column: values[start:end] for column, values in part.items()}
            self.interactions[name].retract(rows)
            of_persons = rows_repeated(rows, self.persons)
            if of_persons:
                self.interactions[name].retract(of_persons)
            left -= end - start
        if left:
            raise ValueError(f"{left} interactions that are retracted have no type")

    def _row_columns(self, columns: InteractionColumns, versions: AnyColumn) -> Mapping[str, AnyColumn]:
        names = RowNames(self.touchpoints, self.currencies, self.catalogue.currency, self.properties)
        return row_columns(columns, versions, names)

    def _rows_of(self, name: str) -> InteractionRows:
        return self.interactions.get(name) or self.interactions.setdefault(name, InteractionRows())

    def compact(self) -> bool:
        """Merge some runs and parts, in the background; False when there is nothing to merge."""
        merged = [rows.compact() for rows in list(self.interactions.values())]
        return any(merged + [history.compact() for history in self._histories()])

    def _histories(self) -> list[History]:
        tags, traits = list(self.tags.values()), list(self.traits.values())
        turns = [tag.turns.rows for tag in tags if tag.turns]
        return [tag.history for tag in tags] + turns + [trait.history for trait in traits]

    @property
    def history_rows(self) -> int:
        """Changes of tags, traits and the universe, of all versions."""
        return sum(len(history) for history in self._histories()) + len(self.universe)

    @property
    def size_bytes(self) -> int:
        """Memory of the stores, roughly."""
        rows = sum(rows.size_bytes for rows in list(self.interactions.values()))
        lists = self.list_members.size_bytes
        return rows + lists + self.universe.size_bytes + sum(history.size_bytes for history in self._histories())
