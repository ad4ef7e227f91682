"""Expressions as statements: names, segments, and, or, not; then the answer."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import duckdb

from domain.catalogue_changes import (
    DepartmentChanged,
    DepartmentDefined,
    ForeignTagMapped,
    ForeignTagUnmapped,
    GroupDefined,
    GroupRenamed,
    ListDefined,
    SegmentChanged,
    SegmentDefined,
    SegmentRenamed,
    StaffChanged,
    StaffDefined,
    TagDefined,
    TagMerged,
    TagRedefined,
    TagRenamed,
    TagUnmerged,
    WorkspaceCreated,
)
from domain.changeset import Recorded
from domain.errors import MixedCurrencies, UnknownList, UnknownSegment
from domain.language.parser import parse
from domain.language.syntax import And, Expression, InDepartment, InList, InSegment, Measure, Not, Or, Tagged, Top
from tests.campaigns.duckdb_sql import leaves, tables
from tests.campaigns.duckdb_sql.calendars import Calendars


@dataclass(frozen=True, slots=True)
class _Names:
    """Numbers by name after the changeset at a position."""

    position: int
    tags: dict[str, int]
    segments: dict[str, int]
    foreign: dict[str, int]


@dataclass(slots=True)
class _Catalogue:
    """What was called how, when, and what segments were."""

    currency: str = ""
    names: list[_Names] = field(default_factory=list)
    versions: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    """Of segments by number: position and text."""
    lists: dict[str, int] = field(default_factory=dict)
    rivals: list[tuple[int, int]] = field(default_factory=list)
    """Pairs of different tags of one exclusive group, in both orders."""
    uploads: dict[int, list[int]] = field(default_factory=dict)
    """Of lists by number: positions."""
    merges: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    """Of tags by number: positions, and which tags they mean from there on."""

    opt_outs: list[tuple[int, int, bool]] = field(default_factory=list)
    spelled: dict[int, tuple[str, Sequence[str]]] = field(default_factory=dict)
    """Positions, tags, and whether who carries them is in no segment from there on."""

    parents: list[tuple[int, int, int | None]] = field(default_factory=list)
    """Positions, departments, and what they stand below from there on."""
    staff: list[tuple[int, int, int | None]] = field(default_factory=list)
    """Positions, staff, and the departments that they are of from there on."""
    departments: dict[str, int] = field(default_factory=dict)
    customer_tags: dict[int, int] = field(default_factory=dict)
    """By staff."""

    def staff_tags(self, department: str, known_at: int) -> list[int]:
        """The tags of the customers of a department and of those below it."""
        parents = {number: parent for position, number, parent in self.parents if position <= known_at}
        within = {self.departments.get(department)} & parents.keys()
        while more := {number for number, parent in parents.items() if parent in within} - within:
            within |= more
        of = {number: one for position, number, one in self.staff if position <= known_at}
        return [self.customer_tags[number] for number, one in of.items() if one in within]

    def opting_out(self, known_at: int) -> list[int]:
        """The tags whose carriers are in no segment."""
        turns = {number: opts for position, number, opts in self.opt_outs if position <= known_at}
        return [number for number, opts in turns.items() if opts]

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

    def meant(self, key: str, made_at: int | None, known_at: int, end: int) -> int | None:
        """The tag that a key means: its holder, or else what another system's name means at `end`; then as merges say."""
        number = self.holder("tag", key, made_at, end)
        if number is None:
            number = next((one.foreign.get(key) for one in reversed(self.names) if one.position <= end), None)
        while number is not None:
            known = [means for position, means in self.merges.get(number, []) if position <= min(known_at, end)]
            if not known or known[-1] == number:
                break
            number = known[-1]
        return number


def _read_catalogue(history: Sequence[Recorded]) -> _Catalogue:
    catalogue = _Catalogue()
    groups: dict[int, str] = {}
    tags: dict[int, tuple[int | None, str]] = {}
    segments: dict[int, str] = {}
    exclusive: set[int] = set()
    foreign: dict[str, int] = {}
    for recorded in history:
        for change in recorded.changeset.catalogue:
            match change:
                case WorkspaceCreated(currency):
                    catalogue.currency = currency
                case GroupDefined(number, name) | GroupRenamed(number, name):
                    groups[number] = name
                    exclusive |= {number} if isinstance(change, GroupDefined) and change.exclusive else set()
                case TagDefined(number, group, name):
                    tags[number] = (group, name)
                case TagRenamed(number, name):
                    tags[number] = (tags[number][0], name)
                case TagMerged(number, into):
                    catalogue.merges.setdefault(number, []).append((recorded.position, into))
                case TagUnmerged(number):
                    catalogue.merges[number].append((recorded.position, number))
                case ForeignTagMapped(number, foreign_key):
                    foreign[foreign_key] = number
                case ForeignTagUnmapped(_, foreign_key):
                    del foreign[foreign_key]
                case TagRedefined(number):
                    catalogue.opt_outs.append((recorded.position, number, change.opt_out))
                    catalogue.spelled[number] = (change.valued, tuple(change.choices))
                case ListDefined(number, name):
                    catalogue.lists[name] = number
                case DepartmentDefined() | DepartmentChanged():
                    catalogue.parents.append((recorded.position, change.number, change.parent))
                    if isinstance(change, DepartmentDefined):
                        catalogue.departments[change.department_id] = change.number
                case StaffDefined() | StaffChanged():
                    catalogue.staff.append((recorded.position, change.number, change.department))
                    if isinstance(change, StaffDefined):
                        catalogue.customer_tags[change.number] = change.tag
                case SegmentDefined() | SegmentChanged():
                    catalogue.versions.setdefault(change.number, []).append((recorded.position, change.expression))
            if isinstance(change, SegmentDefined | SegmentRenamed):
                segments[change.number] = change.name
        if recorded.changeset.listed:
            catalogue.uploads.setdefault(recorded.changeset.listed.number, []).append(recorded.position)
        if recorded.changeset.catalogue:
            keys = {name if group is None else f"{groups[group]}/{name}": number for number, (group, name) in tags.items()}
            named = {name: number for number, name in segments.items()}
            catalogue.names.append(_Names(recorded.position, keys, named, dict(foreign)))
    of = {number: group for number, (group, _) in tags.items() if group in exclusive}
    catalogue.rivals = [(one, other) for one, group in of.items() for other in of if other != one and of[other] == group]
    return catalogue


class SqlLedger:
    """A history in DuckDB. One connection may serve many ledgers, one after the other."""

    def __init__(self, history: Sequence[Recorded], connection: duckdb.DuckDBPyConnection | None = None) -> None:
        self._connection = connection or duckdb.connect()
        self._catalogue = _read_catalogue(history)
        tables.load(self._connection, history, self._catalogue.currency, self._catalogue.rivals)
        self._calendars = Calendars(self._connection)

    def members(self, expression: Expression, as_of: int, known_at: int, end: int = 2**62) -> frozenset[int]:
        """Ordinals that the expression selects, with the names that there are at position `end` of the log.

        Raises UnknownSegment or UnknownList, or else MixedCurrencies.
        """
        statement = _Statement(self._catalogue, self._calendars, as_of, known_at, end)
        selected = statement.select(expression, None)
        left_out = leaves.leaving(self._catalogue.opting_out(min(known_at, end)), known_at)
        common = leaves.visible(as_of, known_at, left_out)
        for check in statement.checks:  # of all rows, those too of who is left out
            (count,) = self._connection.execute(leaves.visible(as_of, known_at) + check).fetchall()[0]
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
                return leaves.in_list(*self._upload(expression), self.known_at)
            case InDepartment():
                tags = self.catalogue.staff_tags(expression.department, min(self.known_at, self.end))
                return f"({leaves.tagged(Tagged(()), tags, self.as_of, {})})"
            case InSegment():
                position, definition = self._definition(expression, made_at)
                return self.select(parse(definition), position)
            case _:
                place = leaves.Place(
                    self.as_of,
                    self.calendars,
                    partial(self._numbers, made_at),
                    partial(self.select, made_at=made_at),
                    self.end,
                    self.known_at,
                    self.catalogue.spelled,
                )
                if isinstance(expression, Measure | Top) and (check := leaves.currencies(expression, place)):
                    self.checks.append(check)
                return f"(SELECT ordinal FROM ({leaves.statement(expression, place)}))"

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

    def _numbers(self, made_at: int | None, keys: Sequence[str]) -> list[int]:
        meant = dict.fromkeys(self.catalogue.meant(key, made_at, self.known_at, self.end) for key in keys)
        return [number for number in meant if number is not None]
