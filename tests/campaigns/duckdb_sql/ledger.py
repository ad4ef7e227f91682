"""Expressions as statements: names, segments, and, or, not; then the answer."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import assert_never

import duckdb

from domain.changeset import (
    GroupDefined,
    GroupRenamed,
    ListDefined,
    Recorded,
    SegmentChanged,
    SegmentDefined,
    SegmentRenamed,
    TagDefined,
    TagRenamed,
    WorkspaceCreated,
)
from domain.errors import MixedCurrencies, UnknownList, UnknownSegment
from domain.language.parser import parse
from domain.language.syntax import (
    And,
    Did,
    Edge,
    Everyone,
    Expression,
    InList,
    InSegment,
    Measure,
    Not,
    ObservedSince,
    Or,
    Periods,
    Resumed,
    Sample,
    TagChanged,
    Tagged,
    Top,
    Trait,
    TraitDate,
)
from domain.language.syntax import Sequence as Steps
from tests.campaigns.duckdb_sql import leaves, tables
from tests.campaigns.duckdb_sql.calendars import Calendars


@dataclass(frozen=True, slots=True)
class _Names:
    """Numbers by name after the changeset at a position."""

    position: int
    tags: dict[str, int]
    segments: dict[str, int]


@dataclass(slots=True)
class _Catalogue:
    """What was called how, when, and what segments were."""

    currency: str = ""
    names: list[_Names] = field(default_factory=list)
    versions: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    """Of segments by number: position and text."""
    lists: dict[str, int] = field(default_factory=dict)
    uploads: dict[int, list[int]] = field(default_factory=dict)
    """Of lists by number: positions."""

    def holder(self, kind: str, name: str, made_at: int | None, end: int) -> int | None:
        """Who has the name at `end`; of a definition made at a position, who had it then or else took it first after."""
        held: list[tuple[int, int | None]] = [
            (one.position, (one.tags if kind == "tag" else one.segments).get(name)) for one in self.names if one.position <= end
        ]
        if made_at is None:
            return held[-1][1] if held else None
        then = [number for position, number in held if position <= made_at][-1:]
        after = [number for position, number in held if position > made_at]
        return next((number for number in [*then, *after] if number is not None), None)


def _read_catalogue(history: Sequence[Recorded]) -> _Catalogue:
    catalogue = _Catalogue()
    groups: dict[int, str] = {}
    tags: dict[int, tuple[int | None, str]] = {}
    segments: dict[int, str] = {}
    for recorded in history:
        for change in recorded.changeset.catalogue:
            match change:
                case WorkspaceCreated(currency):
                    catalogue.currency = currency
                case GroupDefined(number, name) | GroupRenamed(number, name):
                    groups[number] = name
                case TagDefined(number, group, name):
                    tags[number] = (group, name)
                case TagRenamed(number, name):
                    tags[number] = (tags[number][0], name)
                case ListDefined(number, name):
                    catalogue.lists[name] = number
                case SegmentDefined() | SegmentChanged():
                    catalogue.versions.setdefault(change.number, []).append((recorded.position, change.expression))
            if isinstance(change, SegmentDefined | SegmentRenamed):
                segments[change.number] = change.name
        if recorded.changeset.listed:
            catalogue.uploads.setdefault(recorded.changeset.listed.number, []).append(recorded.position)
        if recorded.changeset.catalogue:
            keys = {name if group is None else f"{groups[group]}/{name}": number for number, (group, name) in tags.items()}
            named = {name: number for number, name in segments.items()}
            catalogue.names.append(_Names(recorded.position, keys, named))
    return catalogue


class SqlLedger:
    """A history in DuckDB. One connection may serve many ledgers, one after the other."""

    def __init__(self, history: Sequence[Recorded], connection: duckdb.DuckDBPyConnection | None = None) -> None:
        self._connection = connection or duckdb.connect()
        self._catalogue = _read_catalogue(history)
        tables.load(self._connection, history, self._catalogue.currency)
        self._calendars = Calendars(self._connection)

    def members(self, expression: Expression, as_of: int, known_at: int, end: int = 2**62) -> frozenset[int]:
        """Ordinals that the expression selects, with the names that there are at position `end` of the log.

        Raises UnknownSegment or UnknownList, or else MixedCurrencies.
        """
        statement = _Statement(self._catalogue, self._calendars, as_of, known_at, end)
        selected = statement.select(expression, None)
        common = leaves.visible(as_of, known_at)
        for check in statement.checks:
            (count,) = self._connection.execute(common + check).fetchall()[0]
            if count > 1:
                raise MixedCurrencies("a leaf would mix currencies")
        return frozenset(int(ordinal) for (ordinal,) in self._connection.execute(common + selected).fetchall())


@dataclass(slots=True)
class _Statement:
    catalogue: _Catalogue
    calendars: Calendars
    as_of: int
    known_at: int
    end: int
    checks: list[str] = field(default_factory=list)
    """Numbers of currencies that must not be above 1."""

    def select(self, expression: Expression, made_at: int | None) -> str:
        """A SELECT of ordinals; `made_at`: where in the log the definition was made that the expression stands in."""
        match expression:
            case And(operands):
                return self._combined(" INTERSECT ", operands, made_at)
            case Or(operands):
                return self._combined(" UNION ", operands, made_at)
            case Not(operand):
                return f"(SELECT ordinal FROM everyone EXCEPT {self.select(operand, made_at)})"
            case InList():
                return leaves.in_list(*self._upload(expression))
            case InSegment():
                position, definition = self._definition(expression, made_at)
                return self.select(parse(definition), position)
            case _:
                return f"(SELECT ordinal FROM ({self._leaf(expression, made_at)}))"

    def _combined(self, word: str, operands: Sequence[Expression], made_at: int | None) -> str:
        return "(" + word.join(self.select(operand, made_at) for operand in operands) + ")"

    def _definition(self, leaf: InSegment, made_at: int | None) -> tuple[int, str]:
        number = self.catalogue.holder("segment", leaf.segment, made_at, self.end)
        versions = [] if number is None else [one for one in self.catalogue.versions[number] if one[0] <= self.end]
        known = [one for one in versions if one[0] <= self.known_at]
        found = known[-1:] if leaf.version is None else versions[leaf.version - 1 : leaf.version]
        if not found:
            raise UnknownSegment(leaf.segment)
        return found[0]

    def _upload(self, leaf: InList) -> tuple[int, int]:
        """The list's number, and the position of the upload that is meant."""
        number = self.catalogue.lists.get(leaf.name, 0)
        uploads = [one for one in self.catalogue.uploads.get(number, []) if one <= self.end]
        known = [one for one in uploads if one <= self.known_at]
        found = known[-1:] if leaf.version is None else uploads[leaf.version - 1 : leaf.version]
        if not found:
            raise UnknownList(leaf.name)
        return number, found[0]

    def _numbers(self, keys: Sequence[str], made_at: int | None) -> list[int]:
        holders = [self.catalogue.holder("tag", key, made_at, self.end) for key in keys]
        return [number for number in holders if number is not None]

    def _leaf(
        self,
        leaf: Everyone
        | Tagged
        | TagChanged
        | Did
        | Measure
        | Edge
        | Periods
        | Resumed
        | Steps
        | Trait
        | TraitDate
        | Top
        | Sample
        | ObservedSince,
        made_at: int | None,
    ) -> str:
        as_of, calendars = self.as_of, self.calendars
        if isinstance(leaf, Measure | Top) and (check := leaves.currencies(leaf, as_of, calendars)):
            self.checks.append(check)
        match leaf:
            case Everyone():
                return "SELECT ordinal FROM everyone"
            case Tagged():
                return leaves.tagged(leaf, self._numbers(leaf.tags, made_at), as_of)
            case TagChanged():
                return leaves.tag_changed(leaf, self._numbers(leaf.tags, made_at), as_of, calendars)
            case Trait():
                return leaves.trait(leaf, as_of)
            case TraitDate():
                return leaves.trait_date(leaf, as_of, calendars)
            case Did():
                return leaves.did(leaf, as_of, calendars)
            case Measure():
                return leaves.measure(leaf, as_of, calendars)
            case Edge():
                return leaves.edge(leaf, as_of, calendars)
            case Periods():
                return leaves.periods(leaf, as_of, calendars)
            case Resumed():
                return leaves.resumed(leaf, as_of, calendars)
            case Steps():
                return leaves.sequence(leaf, as_of, calendars)
            case Top():
                among = self.select(leaf.among, made_at) if leaf.among else ""
                return leaves.top(leaf, among, as_of, calendars)
            case Sample():
                return leaves.sample(leaf)
            case ObservedSince():
                return leaves.observed_since(leaf, as_of, calendars)
            case _:
                assert_never(leaf)
