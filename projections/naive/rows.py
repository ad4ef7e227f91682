"""Rows of changes and interactions, made from the columns of changesets, and the clocks that see them.

Columns may be lists, tuples, arrays of the standard library or of numpy: what enters a row is a plain int, bool or float.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import zip_longest
from typing import Final, TypeVar
from unicodedata import normalize

from domain import changeset as log
from domain.language import syntax as tree
from domain.limits import MAX_INSTANT_US, MIN_INSTANT_US
from projections.naive.times import length

T = TypeVar("T")

# A number property is a double, an amount an exact Fraction in currency units: the type says how it is compared.
Cell = log.Value | Fraction


@dataclass(frozen=True, slots=True)
class Names:
    """Numbers by name at some time: tags by key, segments."""

    tags: dict[str, int]
    segments: dict[str, int]

    def learn(self, names: "Names") -> None:
        """Take over what is not known yet."""
        self.tags.update({name: number for name, number in names.tags.items() if name not in self.tags})
        self.segments.update({name: number for name, number in names.segments.items() if name not in self.segments})


NO_NAMES: Final = Names({}, {})


@dataclass(frozen=True, slots=True)
class Clock:
    """The two clocks of a question; inside a segment also the names when its version was made: renames follow."""

    as_of: int
    known_at: int
    names: Names = NO_NAMES

    def sees(self, row: "ChangeRow | InteractionRow") -> bool:
        """Whether the row is visible."""
        return row.at <= self.as_of and row.position <= self.known_at


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """Row `place` of a changeset: a tag (`subject` is its number) or trait (its name) set, or if not `holds`, removed."""

    ordinal: int
    subject: int | str
    holds: bool
    value: log.Value | None
    at: int
    position: int
    place: int
    actor: str
    source: str
    undoes: bool = False
    """Did an undo record it?"""
    lapses_at: int | None = None
    """From when on it says nothing any more, unless another one is the last by then."""

    def said(self, at: int) -> tuple[bool, log.Value | None, int | None]:
        """What it comes to at an instant, if no other one is the last."""
        lapsed = self.lapses_at is not None and self.lapses_at <= at
        return (False, None, None) if lapsed or not self.holds else (True, self.value, self.lapses_at)


@dataclass(frozen=True, slots=True)
class InteractionRow:
    """One interaction; `cells` has its properties, and the reserved ones where it has them."""

    ordinal: int
    type: str
    at: int
    position: int
    cells: dict[str, Cell]
    retracted: int | None = None
    """The position from which on it does not count; None for never."""

    def counts(self, known_at: int) -> bool:
        """Whether it had not been retracted yet."""
        return self.retracted is None or self.retracted > known_at


Selected = dict[int, list[InteractionRow]]


def deciding(rows: Sequence[ChangeRow], subject: int | str | None, clock: Clock) -> dict[int, ChangeRow]:
    """Per profile the last visible change of the tag or trait, by (instant, position, place in the changeset)."""
    return {ordinal: states[-1] for ordinal, states in states_of(rows, subject, clock).items()}


def states_of(rows: Sequence[ChangeRow], subject: int | str | None, clock: Clock) -> dict[int, list[ChangeRow]]:
    """Per profile its states, in order of time: of the visible changes at one instant the last by (position, place)."""
    last = _last_of_each_instant(rows, subject, clock)
    return {ordinal: list(_with_lapses(states, clock)) for ordinal, states in last.items()}


def _last_of_each_instant(rows: Sequence[ChangeRow], subject: int | str | None, clock: Clock) -> dict[int, list[ChangeRow]]:
    visible = [row for row in rows if row.subject == subject and clock.sees(row)]
    last: dict[int, dict[int, ChangeRow]] = {}
    for row in sorted(visible, key=lambda row: (row.at, row.position, row.place)):
        last.setdefault(row.ordinal, {})[row.at] = row
    return {ordinal: list(by_instant.values()) for ordinal, by_instant in last.items()}


def _with_lapses(states: Sequence[ChangeRow], clock: Clock) -> Iterator[ChangeRow]:
    """And where one lapses before the next one comes: not held, by the same change."""
    for row, following in zip_longest(states, states[1:]):
        yield row
        if row.lapses_at is not None and row.lapses_at <= clock.as_of and (not following or row.lapses_at < following.at):
            yield replace(row, holds=False, value=None, at=row.lapses_at, lapses_at=None)


def said(rows: Sequence[ChangeRow], subject: int | str, known_at: int) -> list[ChangeRow]:
    """What each profile has to say of a tag or trait to others who are the same person: its states, but for those that an undo
    recorded and that are as the one before.
    """
    found = []
    for states in _last_of_each_instant(rows, subject, Clock(MAX_INSTANT_US, known_at)).values():
        before = None
        for row in states:
            same = row.said(row.at) == (before.said(row.at) if before else (False, None, None))
            if not (row.undoes and same):
                found.append(row)
            before = row
    return found


def tag_rows(columns: log.TagColumns, position: int, by: log.Attribution, *, undoes: bool) -> Iterable[ChangeRow]:
    """The tag changes of one changeset."""
    for i, ordinal in enumerate(columns.ordinals):
        value = columns.values[i] if len(columns.values) else None
        set_by = columns.credit(i) or by
        yield ChangeRow(
            int(ordinal),
            int(columns.tags[i]),
            bool(columns.applied[i]),
            None if value is None else float(value),
            int(columns.effective_at[i]),
            position,
            i,
            set_by.actor,
            set_by.source,
            undoes,
            None if not len(columns.lapses_at) or columns.lapses_at[i] == log.NEVER else int(columns.lapses_at[i]),
        )


def trait_rows(columns: log.TraitColumns, position: int, by: log.Attribution, *, undoes: bool) -> Iterable[ChangeRow]:
    """The trait changes of one changeset."""
    for i, ordinal in enumerate(columns.ordinals):
        name, value = columns.names[columns.index[i]], columns.values[i]
        at = int(columns.effective_at[i])
        yield ChangeRow(int(ordinal), name, value is not None, value, at, position, i, by.actor, by.source, undoes)


def interaction_rows(columns: log.InteractionColumns, position: int, default_currency: str) -> Iterable[InteractionRow]:
    """The interactions of one changeset; a row without an amount has no currency."""
    for i, ordinal in enumerate(columns.ordinals):
        name = columns.types[columns.type_index[i] if len(columns.type_index) else 0]
        cells: dict[str, Cell | None] = {column.name: entry(column.index, column.values, i) for column in columns.properties}
        cells["touchpoint"] = entry(columns.touchpoint_index, columns.touchpoints, i)
        amount = columns.amounts[i] if len(columns.amounts) else None
        if amount is not None:
            cells["amount"] = Fraction(int(amount), 10_000)
            cells["currency"] = entry(columns.currency_index, columns.currencies, i) or default_currency
        present = {key: cell for key, cell in cells.items() if cell is not None}
        yield InteractionRow(int(ordinal), name, int(columns.occurred_at[i]), position, present)


def entry(index: Sequence[int], dictionary: Sequence[T], row: int) -> T | None:
    """The row's entry of a dictionary column; None for 0, or when the column is empty."""
    code = index[row] if len(index) else 0
    return dictionary[code - 1] if code else None


def throughout(
    histories: Iterable[list[ChangeRow]], good: Callable[[ChangeRow], bool], lasting: tree.Lasting | None, clock: Clock
) -> frozenset[int]:
    """Whose history of states, each in order of time, was good from the beginning of the span (as_of without one) to as_of."""
    since = clock.as_of - (length(lasting) if lasting else 0)
    if lasting and since < MIN_INSTANT_US:
        return frozenset()
    found = set[int]()
    for states in histories:
        # The state at `since`, and all that came after it.
        first = max((i for i, row in enumerate(states) if row.at <= since), default=None)
        if first is not None and all(map(good, states[first:])):
            found.add(states[0].ordinal)
    return frozenset(found)


def attributed(leaf: tree.Tagged | tree.TagChanged | tree.Moved, row: ChangeRow) -> bool:
    """Whether the change was made by the actor and from the source that the leaf names, if any."""
    wanted = ((leaf.actor, row.actor), (leaf.source, row.source))
    return all(name is None or normalize("NFC", name) == normalize("NFC", found) for name, found in wanted)
