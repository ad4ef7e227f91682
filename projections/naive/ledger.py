"""One workspace's log as rows, and what each expression selects of it."""

import math
from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import assert_never

from domain import changeset as log
from domain.language import syntax as tree
from domain.language.parts import expressions_below
from projections.naive.catalogue import NaiveCatalogue
from projections.naive.linking import NaiveLinks
from projections.naive.rows import (
    ChangeRow,
    Clock,
    InteractionRow,
    Selected,
    attributed,
    deciding,
    interaction_rows,
    said,
    states_of,
    tag_rows,
    throughout,
    trait_rows,
)
from projections.naive.sampling import sampled
from projections.naive.sequences import followers, instants, unanswered
from projections.naive.tag_turns import moved, tag_changed
from projections.naive.times import among, inside, length, local_date, period_starts, resolve
from projections.naive.values import aggregate, compare_number, has_value, matches, passes, refuse_mixed_currencies


class NaiveLedger:
    """All that one workspace's log says. Give it the changesets in the order of their positions."""

    def __init__(self, workspace: str) -> None:
        self.workspace = workspace
        self.catalogue = NaiveCatalogue()
        self.recorded: list[tuple[int, int]] = []
        self.tags: list[ChangeRow] = []
        self.traits: list[ChangeRow] = []
        self.interactions: list[InteractionRow] = []
        self.erased: list[tuple[int, frozenset[int]]] = []
        self.links = NaiveLinks()
        self.sightings: list[ChangeRow] = []
        """Rows by which a person has been seen, whatever they say."""
        self.person_of: dict[int, int] = {}
        """By profile, in a ledger about persons."""
        self.nameless: frozenset[int] = frozenset()
        """Profiles whose ids nobody knows any more."""
        self.name_of: Callable[[int], str | None] = lambda _: None
        """Ids of profiles by ordinal, which the log does not hold."""

    def apply(self, recorded: log.Recorded) -> None:
        """Remember one changeset; ValueError for another workspace's, or one out of order."""
        changeset, position = recorded.changeset, recorded.position
        if changeset.workspace != self.workspace:
            raise ValueError(f"changeset of workspace {changeset.workspace!r}, not {self.workspace!r}")
        if self.recorded and position <= self.recorded[-1][0]:
            raise ValueError(f"position {position} comes after {self.recorded[-1][0]}")
        self.recorded.append((position, changeset.recorded_at))
        self.catalogue.apply(changeset, position)
        undoes = changeset.undoes is not None
        if changeset.tags is not None:
            self.tags.extend(tag_rows(changeset.tags, position, changeset.attribution, undoes=undoes))
        if changeset.traits is not None:
            self.traits.extend(trait_rows(changeset.traits, position, changeset.attribution, undoes=undoes))
        self.erased.append((position, frozenset(map(int, changeset.erased))))
        self.nameless |= self.erased[-1][1]
        if changeset.links is not None:
            self.links.take_in(changeset, changeset.links, position)
        if changeset.retracted is not None:
            self._retract(changeset.retracted, position)
        if changeset.interactions is not None:
            self.interactions.extend(interaction_rows(changeset.interactions, position, self.catalogue.currency))

    def _retract(self, retracted: log.RetractedColumns, position: int) -> None:
        """Of rows that are equal in everything it does not matter which one goes."""
        for version, row in zip(retracted.versions, interaction_rows(retracted.rows, 0, self.catalogue.currency), strict=True):
            gone = replace(row, position=self.recorded[version - 1][0])
            self.interactions[self.interactions.index(gone)] = replace(gone, retracted=position)

    def about_persons(self, known_at: int) -> "NaiveLedger":
        """The same log, as if what the profiles of a person say had been recorded of one profile."""
        person_of = self.links.persons_at(known_at)
        if not person_of:
            return self
        other = copy(self)
        other.links, other.person_of = NaiveLinks(), person_of
        name = other.person_of.get
        for what in ("tags", "traits"):
            rows: list[ChangeRow] = getattr(self, what)
            linked = [row for row in rows if row.ordinal in person_of]
            subjects = {row.subject for row in linked}
            spoken = [row for one in subjects for row in said(self._rows_of(one), one, known_at) if row.ordinal in person_of]
            # Of changes in one changeset: those of the profile that was seen later come later.
            moved = [replace(row, ordinal=person_of[row.ordinal], place=(row.ordinal << 32) + row.place) for row in spoken]
            setattr(other, what, [*(row for row in rows if row.ordinal not in person_of), *moved])
            other.sightings = [*other.sightings, *(replace(row, ordinal=person_of[row.ordinal]) for row in linked)]
        other.interactions = [replace(row, ordinal=name(row.ordinal, row.ordinal)) for row in self.interactions]
        other.erased = [(at, frozenset(name(one, one) for one in erased)) for at, erased in self.erased]
        return other

    def _profiles(self, ordinal: int) -> list[int]:
        """Those of a person, ascending; a profile alone."""
        return sorted(one for one, person in self.person_of.items() if person == ordinal) or [ordinal]

    def position_at(self, instant_us: int) -> int:
        """Last position recorded at or before the instant; 0 if none."""
        return max((position for position, recorded_at in self.recorded if recorded_at <= instant_us), default=0)

    def tag_state(self, ordinal: int, tag: int, as_of: int, known_at: int) -> ChangeRow | None:
        """The change that decides whether the profile carries the tag; None without any."""
        return deciding(self._rows_of(tag), tag, Clock(as_of, known_at)).get(ordinal)

    def trait_value(self, ordinal: int, name: str, as_of: int, known_at: int) -> log.Value | None:
        """The profile's value of the trait; None when never set, or cleared."""
        row = deciding(self.traits, name, Clock(as_of, known_at)).get(ordinal)
        return None if row is None else row.value

    def universe(self, as_of: int, known_at: int) -> frozenset[int]:
        """Ordinals of the profiles, or persons, with any visible change or interaction, who are not left out."""
        return self.seen(as_of, known_at) - self.left_out(as_of, known_at)

    def seen(self, as_of: int, known_at: int) -> frozenset[int]:
        """The same, left out or not."""
        return self.about_persons(known_at)._observed(lambda _: True, Clock(as_of, known_at))

    def left_out(self, as_of: int, known_at: int) -> frozenset[int]:
        """Who is in no answer: was erased, or carries a tag that opts out."""
        clock, ledger = Clock(as_of, known_at), self.about_persons(known_at)
        gone = frozenset[int]().union(*(erased for position, erased in ledger.erased if position <= known_at))
        for tag in self.catalogue.opting_out(known_at):
            states = deciding(ledger._rows_of(tag), tag, clock)
            gone |= {ordinal for ordinal, row in states.items() if row.holds}
        return gone

    def _without(self, gone: frozenset[int]) -> "NaiveLedger":
        """The same log, without a row of these profiles."""
        other = copy(self)
        for what in ("tags", "traits", "interactions", "sightings"):
            setattr(other, what, [row for row in getattr(self, what) if row.ordinal not in gone])
        return other

    def members(self, expression: tree.Expression, as_of: int, known_at: int) -> frozenset[int]:
        """Ordinals that the expression selects.

        Raises UnknownSegment if any leaf of it, however deep in segments, names what is no segment, and else MixedCurrencies if
        any would add or rank currencies.
        """
        clock = Clock(as_of, known_at)
        self._refuse_unknown(expression, clock)
        ledger = self.about_persons(known_at)
        found, gone = ledger._members(expression, clock), ledger.left_out(as_of, known_at)
        # Asked of all first: what would mix currencies is refused, whoever has them.
        return ledger._without(gone)._members(expression, clock) if gone else found

    def _refuse_unknown(self, expression: tree.Expression, clock: Clock) -> None:
        match expression:
            case tree.And() | tree.Or():
                for operand in expression.operands:
                    self._refuse_unknown(operand, clock)
            case tree.Not():
                self._refuse_unknown(expression.operand, clock)
            case tree.InSegment():
                version = self.catalogue.definition(expression, clock)
                self._refuse_unknown(version.expression, replace(clock, names=version.names))
            case tree.InList():
                self.catalogue.listed(expression, clock)
            case _:
                for inner in expressions_below(expression):
                    self._refuse_unknown(inner, clock)

    def _members(self, expression: tree.Expression, clock: Clock) -> frozenset[int]:
        match expression:
            case tree.And():
                return frozenset.intersection(*[self._members(operand, clock) for operand in expression.operands])
            case tree.Or():
                return frozenset.union(*[self._members(operand, clock) for operand in expression.operands])
            case tree.Not():
                return self.universe(clock.as_of, clock.known_at) - self._members(expression.operand, clock)
            case _:
                return self._leaf(expression, clock)

    def _leaf(self, leaf: tree.Leaf, clock: Clock) -> frozenset[int]:
        match leaf:
            case tree.Everyone():
                return self.universe(clock.as_of, clock.known_at)
            case tree.Tagged():
                return self._tagged(leaf, clock)
            case tree.TagChanged():
                return tag_changed(leaf, self._states(leaf.tags, clock), clock)
            case tree.Moved():
                return moved(leaf, self._states(leaf.before, clock), self._states(leaf.after, clock), clock)
            case tree.Trait():
                return self._trait(leaf, clock)
            case tree.TraitRelated():
                return self._trait(tree.Trait(leaf.name, tree.Op.IN, self._ids(leaf.among, clock)), clock)
            case tree.TraitDate():
                return self._trait_date(leaf, clock)
            case tree.Did():
                return self._did(leaf, clock)
            case tree.Measure():
                return self._measure(leaf, clock)
            case tree.Edge():
                return self._edge(leaf, clock)
            case tree.Periods():
                return self._periods(leaf, clock)
            case tree.Resumed():
                return self._resumed(leaf, clock)
            case tree.Sequence():
                return self._sequence(leaf, clock)
            case tree.InSegment():
                version = self.catalogue.definition(leaf, clock)
                return self._members(version.expression, replace(clock, names=version.names))
            case tree.InList():
                listed = frozenset(self.person_of.get(one, one) for one in self.catalogue.listed(leaf, clock))
                return listed & self.universe(clock.as_of, clock.known_at)
            case tree.InDepartment():
                staff = self.catalogue.customer_tags(leaf.department, clock.known_at)
                return frozenset(o for tag in staff for o, row in deciding(self.tags, tag, clock).items() if row.holds)
            case tree.Top():
                return self._top(leaf, clock)
            case tree.TopTagged():
                return self._top_tagged(leaf, clock)
            case tree.Sample():
                universe = self.universe(clock.as_of, clock.known_at)
                return frozenset(one for one in universe if sampled(self._profiles(one)[0], leaf.percent, leaf.salt))
            case tree.ObservedSince():
                return self._observed(lambda at: at <= resolve(leaf.point, clock.as_of), clock)
            case _:
                assert_never(leaf)

    def _observed(self, by: Callable[[int], bool], clock: Clock) -> frozenset[int]:
        """Profiles with a visible change or interaction at such an instant."""
        rows: list[ChangeRow | InteractionRow] = [*self.tags, *self.traits, *self.interactions, *self.sightings]
        return frozenset(row.ordinal for row in rows if clock.sees(row) and by(row.at))

    def _tagged(self, leaf: tree.Tagged, clock: Clock) -> frozenset[int]:
        def good(row: ChangeRow) -> bool:
            return row.holds and has_value(row.value, leaf.value, *self._spelled(row.subject)) and attributed(leaf, row)

        return throughout(self._states(leaf.tags, clock), good, leaf.lasting, clock)

    def _spelled(self, tag: int | str) -> tuple[str, tuple[str, ...]]:
        return self.catalogue.spelled.get(tag, ("any", ())) if isinstance(tag, int) else ("any", ())

    def _trait(self, leaf: tree.Trait, clock: Clock) -> frozenset[int]:
        def good(row: ChangeRow) -> bool:
            return matches(row.value, leaf.op, leaf.values)

        return throughout(states_of(self.traits, leaf.name, clock).values(), good, leaf.lasting, clock)

    def _states(self, tags: Iterable[str], clock: Clock) -> list[list[ChangeRow]]:
        """The states of every (profile, tag) of the tags, each in order of time."""
        numbers = {self.catalogue.meant(key, clock) for key in tags} - {None}
        return [states for number in numbers for states in states_of(self._rows_of(number), number, clock).values()]

    def _rows_of(self, number: int | str | None) -> list[ChangeRow]:
        """The changes of a trait or tag. In an exclusive group, an apply of another tag removes this one."""
        if isinstance(number, str):
            return self.traits
        if number is None or self.catalogue.tag_names[number][0] not in self.catalogue.exclusive:
            return self.tags
        group = self.catalogue.tag_names[number][0]
        others = {other for other, (of, _) in self.catalogue.tag_names.items() if of == group and other != number}
        applies = [row for row in self.tags if row.holds and row.subject in others]
        return [*self.tags, *(replace(row, subject=number, holds=False, value=None, lapses_at=None) for row in applies)]

    def _trait_date(self, leaf: tree.TraitDate, clock: Clock) -> frozenset[int]:
        today = local_date(clock.as_of, leaf.period.zone)
        values = {ordinal: row.value for ordinal, row in deciding(self.traits, leaf.name, clock).items()}
        return frozenset(o for o, value in values.items() if isinstance(value, date) and among(leaf, value, today))

    def _did(self, leaf: tree.Did, clock: Clock) -> frozenset[int]:
        rows = self._selected(leaf.type, leaf.where, leaf.window, clock)
        counts = {o: Fraction(len(rows.get(o, []))) for o in self.universe(clock.as_of, clock.known_at)}
        return frozenset(o for o, count in counts.items() if compare_number(count, leaf.count))

    def _measure(self, leaf: tree.Measure, clock: Clock) -> frozenset[int]:
        rows = self._selected(leaf.type, leaf.where, leaf.window, clock)
        refuse_mixed_currencies(leaf, [row for of_profile in rows.values() for row in of_profile])
        results = {o: aggregate(leaf, rows.get(o, [])) for o in self.universe(clock.as_of, clock.known_at)}
        return frozenset(o for o, result in results.items() if result is not None and compare_number(result, leaf.value))

    def _top(self, leaf: tree.Top, clock: Clock) -> frozenset[int]:
        rows = self._selected(leaf.type, leaf.where, leaf.window, clock)
        refuse_mixed_currencies(leaf, [row for of_profile in rows.values() for row in of_profile])
        ranking = rows.keys() if leaf.among is None else self._members(leaf.among, clock)
        results = {ordinal: aggregate(leaf, of_profile) for ordinal, of_profile in rows.items() if ordinal in ranking}
        return self._first(leaf, [(-result, ordinal) for ordinal, result in results.items() if result is not None])

    def _top_tagged(self, leaf: tree.TopTagged, clock: Clock) -> frozenset[int]:
        last = [states[-1] for states in self._states([leaf.tag], clock)]
        values = {row.ordinal: row.value for row in last if row.holds and isinstance(row.value, float)}
        ranking = values.keys() if leaf.among is None else self._members(leaf.among, clock)
        return self._first(leaf, [(-value, ordinal) for ordinal, value in values.items() if ordinal in ranking])

    @staticmethod
    def _first(leaf: tree.Ranks, found: Iterable[tuple[float | Fraction, int]]) -> frozenset[int]:
        """`found`: what is to be least, and whose it is."""
        ranked = sorted(found)
        number = Fraction(leaf.number)
        places = math.ceil(len(ranked) * number / 100) if leaf.percent else int(number)
        return frozenset(ordinal for _, ordinal in ranked[:places])

    def _edge(self, leaf: tree.Edge, clock: Clock) -> frozenset[int]:
        choose = max if leaf.last else min
        having = self._spelled_out(leaf.having, clock) if leaf.having else None
        rows = self._selected(leaf.type, leaf.where, tree.Ever(), clock)
        found = set[int]()
        for ordinal, of_profile in rows.items():
            at = choose(row.at for row in of_profile)
            alike = [row for row in of_profile if row.at == at and passes(having, row)]
            if alike and inside(leaf.window, at, clock.as_of):
                found.add(ordinal)
        return frozenset(found)

    def _periods(self, leaf: tree.Periods, clock: Clock) -> frozenset[int]:
        starts = period_starts(leaf.periods, clock.as_of)
        rows = self._selected(leaf.type, leaf.where, tree.Ever(), clock)
        counts = {}
        for ordinal in self.universe(clock.as_of, clock.known_at):
            # Each row belongs to the first of the starts, from the latest on, that is not after it.
            found = {next((start for start in starts if start <= row.at), None) for row in rows.get(ordinal, [])}
            counts[ordinal] = Fraction(len(found - {None}))
        return frozenset(o for o, count in counts.items() if compare_number(count, leaf.count))

    def _resumed(self, leaf: tree.Resumed, clock: Clock) -> frozenset[int]:
        found = set[int]()
        for ordinal, at in instants(self._selected(leaf.type, leaf.where, tree.Ever(), clock)).items():
            for before, after in pairwise(at):
                if after - before >= length(leaf.pause) and inside(leaf.window, after, clock.as_of):
                    found.add(ordinal)
        return frozenset(found)

    def _sequence(self, leaf: tree.Sequence, clock: Clock) -> frozenset[int]:
        # Per profile the instants at which the steps up to now may have ended.
        reached = instants(self._selected(leaf.type, leaf.where, leaf.window, clock))
        for step in leaf.steps:
            window = tree.Ever() if step.absent else leaf.window
            events = instants(self._selected(step.type, step.where, window, clock))
            advance = unanswered if step.absent else followers
            reached = {o: advance(step, ends, events.get(o, []), clock.as_of) for o, ends in reached.items()}
        return frozenset(ordinal for ordinal, ends in reached.items() if ends)

    def _selected(self, name: str, where: tree.Filter | None, window: tree.Window, clock: Clock) -> Selected:
        rows: Selected = {}
        where = self._spelled_out(where, clock) if where else None
        for row in self.interactions:
            if row.type != name or not row.counts(clock.known_at):
                continue
            if clock.sees(row) and inside(window, row.at, clock.as_of) and passes(where, row):
                rows.setdefault(row.ordinal, []).append(row)
        return rows

    def _spelled_out(self, where: tree.Filter, clock: Clock) -> tree.Filter:
        """The filter with the ids of the profiles that it speaks of."""
        match where:
            case tree.Related():
                return tree.Condition(where.property, tree.Op.IN, self._ids(where.among, clock))
            case tree.FilterAll() | tree.FilterAny():
                return replace(where, operands=tuple(self._spelled_out(operand, clock) for operand in where.operands))
            case tree.FilterNot():
                return replace(where, operand=self._spelled_out(where.operand, clock))
            case _:
                return where

    def _ids(self, expression: tree.Expression, clock: Clock) -> tuple[str, ...]:
        """Of the members who have one, of persons those of all their profiles: not of who was erased, whenever that was."""
        profiles = {profile for one in self._members(expression, clock) for profile in self._profiles(one)}
        names = (self.name_of(ordinal) for ordinal in profiles - self.nameless)
        return tuple(name for name in names if name is not None)
