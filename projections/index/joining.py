"""Makes up the rows of persons: what was recorded of their profiles, under the person's ordinal.

What was recorded before the links is repeated with the version that made the person, in the order of the log, and credited to
whoever recorded it; what counts no more is not. What is recorded of a profile later is repeated as it comes in. So of two
profiles that say different things of one instant the last one in the log has the word; within one changeset, the profile
that was seen later, and of one profile the row that comes later.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from domain.limits import MAX_INSTANT_US, MIN_INSTANT_US
from projections.index import bitmaps
from projections.index.bitmaps import Ordinals
from projections.index.candidates import Candidates
from projections.index.history import Changes, Codes, History, Int64s
from projections.index.persons import Person, Persons
from projections.index.row_columns import ORDINAL, RETRACTED, TIME, VERSION, AnyColumn, RowSet, absent_value
from projections.index.rows import InteractionRows
from projections.index.tag_index import TagChanges, TagIndex

_FEW = 16  # so many profiles are looked up one by one, without tables by ordinal
Batch = Mapping[str, AnyColumn]


@dataclass(frozen=True, slots=True)
class Joined:
    """The profiles of persons that are new, ascending, and the person of each."""

    profiles: Ordinals
    persons: Ordinals
    version: int
    """That makes them."""

    @classmethod
    def of(cls, made: Sequence[Person]) -> "Joined":
        """Of at least one; all are made by one version."""
        pairs = sorted((profile, person.ordinal) for person in made for profile in person.profiles)
        profiles, persons = zip(*pairs, strict=True)
        return cls(np.asarray(profiles, np.uint32), np.asarray(persons, np.uint32), made[0].since)

    def person_of(self, ordinals: Ordinals) -> Ordinals:
        """Of each of these profiles."""
        return self.persons[np.searchsorted(self.profiles, ordinals)]

    def sent_of(self, history: History) -> tuple[Changes, Codes]:
        """The rows of the profiles that were sent, with their credits."""
        if len(self.profiles) > _FEW:
            return history.own(self.profiles, len(history))
        parts = [history.own(self.profiles[k : k + 1], len(history)) for k in range(len(self.profiles))]
        changes, credits = zip(*parts, strict=True)
        columns = (np.concatenate([getattr(one, name) for one in changes]) for name in Changes.__slots__)
        return Changes(*columns), np.concatenate(credits)

    def changes(self, tags: Mapping[int, TagIndex], credited: Callable[[int, int], int]) -> TagChanges | None:
        """All changes of tags, as those of one changeset. `credited`: as in Rivals."""
        parts = [(number, tag, *self.sent_of(tag.history)) for number, tag in tags.items()]
        parts = [part for part in parts if len(part[2])]
        if not parts:
            return None
        ordinals, effective, versions, codes = (
            np.concatenate([getattr(changes, name) for _, _, changes, _ in parts])
            for name in ("ordinals", "effective", "versions", "codes")
        )
        numbers = np.repeat(np.asarray([number for number, *_ in parts], np.int64), [len(part[2]) for part in parts])
        values = [value for _, tag, changes, _ in parts for value in map(tag.value_of, changes.codes.tolist())]
        credits = _all_credited(versions, np.concatenate([credits for *_, credits in parts]), credited)
        order = np.lexsort((ordinals, versions))
        return TagChanges(
            self.person_of(ordinals)[order],
            numbers[order],
            (codes != 0)[order],
            effective[order],
            [values[place] for place in order.tolist()] if any(value is not None for value in values) else (),
            credits[order],
        )

    def trait_rows(self, history: History) -> tuple[Int64s, Ordinals, Codes]:
        """The changes of a trait: instants, persons, codes."""
        changes, _ = self.sent_of(history)
        order = np.lexsort((changes.ordinals, changes.versions))
        return changes.effective[order], self.person_of(changes.ordinals[order]), changes.codes[order]

    def interactions(self, rows: InteractionRows, size: int, names: Sequence[str]) -> Batch | None:
        """Those of a type that count; None for none. `names`: columns that there may be; `size`: as of Candidates."""
        parts = self._counting(rows, size)
        if not parts:
            return None
        columns = {name: np.concatenate([part.column(name) for part, _ in parts]) for name in names}
        absent = [name for name, column in columns.items() if name != TIME and not _has_entries(name, column)]
        for name in absent:
            del columns[name]
        persons = np.concatenate([persons for _, persons in parts])
        return {**columns, ORDINAL: persons, VERSION: np.full(len(persons), self.version, np.uint32)}

    def _counting(self, rows: InteractionRows, size: int) -> list[tuple[RowSet, Ordinals]]:
        before = self.version - 1
        if len(self.profiles) <= _FEW:
            pairs = zip(self.profiles.tolist(), self.persons.tolist(), strict=True)
            found = [(part, person) for profile, person in pairs for part in rows.rows_of(profile, before)]
            return [(part, np.full(len(part), person, np.uint32)) for part, person in found]
        candidates = Candidates(bitmaps.from_ascending(self.profiles), size)
        parts = rows.rows_among(MIN_INSTANT_US, MAX_INSTANT_US, before, candidates)
        return [(part, self.persons[part.column(ORDINAL)]) for part in parts if len(part)]


def _all_credited(versions: AnyColumn, credits: Codes, credited: Callable[[int, int], int]) -> Codes:
    """The code of whoever set each state, as a credit."""
    pairs, which = np.unique(np.stack([versions.astype(np.int64), credits.astype(np.int64)]), axis=1, return_inverse=True)
    codes = np.asarray([credited(version, credit) for version, credit in pairs.T.tolist()], np.int32)
    return codes[which.reshape(-1)]


def _has_entries(name: str, column: AnyColumn) -> bool:
    return bool((column != absent_value(name)).any())


def repeated(changes: TagChanges, persons: Persons) -> TagChanges:
    """The changes of a changeset, and behind them those of persons."""
    places, of = persons.rows_of_persons(changes.ordinals)
    if not len(places):
        return changes
    values: Sequence[float | None] = ()
    if len(changes.values):
        values = [*changes.values, *(changes.values[place] for place in places.tolist())]
    return TagChanges(
        np.concatenate([changes.ordinals, of]),
        np.concatenate([changes.numbers, changes.numbers[places]]),
        np.concatenate([changes.applied, changes.applied[places]]),
        np.concatenate([changes.effective, changes.effective[places]]),
        values,
        None if changes.credits is None else np.concatenate([changes.credits, changes.credits[places]]),
    )


def rows_repeated(batch: Batch, persons: Persons) -> Batch | None:
    """Of some interactions, those of persons; None for none. Of retracted ones, as the persons have them."""
    places, of = persons.rows_of_persons(batch[ORDINAL])
    if not len(places):
        return None
    rows = {name: column[places] for name, column in batch.items()}
    rows[ORDINAL] = of
    if RETRACTED in rows:  # what was recorded before the person was made came in with it
        rows[VERSION] = np.maximum(rows[VERSION], persons.since(of)).astype(np.uint32)
    return rows
