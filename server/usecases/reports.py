"""Reports: a segment crossed by axes, and its size at many instants."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
from pyroaring import BitMap

from domain.changeset import Personal, Value, ValueType
from domain.errors import InvalidField, LimitExceeded, Violation
from domain.instants import day_start, local_date
from domain.language.checker import Warning as ExpressionWarning
from domain.language.printer import literal_text
from domain.language.syntax import CALENDAR_UNITS, Lasting, Op, Tagged, Trait, Unit
from domain.language.windows import period_start, span_us
from domain.limits import MAX_CROSSED_CELLS, MAX_QUESTION_ROWS, MAX_SERIES_POINTS
from domain.tag_catalogue import Catalogue
from projections.index import bitmaps
from projections.index.history import NOTHING
from projections.query.crossing import crossed
from projections.query.view import View
from server.usecases.asking import Asked, Questions, Segment
from server.usecases.catalogue_commands import group_named
from server.usecases.clocks import Clocks, KnownAt, Reader, Reading


@dataclass(frozen=True, slots=True)
class Parts:
    """Segments side by side, each with its label; "" for its text."""

    segments: Sequence[tuple[str, Segment]]


@dataclass(frozen=True, slots=True)
class TagsOf:
    """A part for each tag of a group."""

    group: str


@dataclass(frozen=True, slots=True)
class ValuesOf:
    """A part for each of the values of a trait that most members have."""

    trait: str
    most: int


@dataclass(frozen=True, slots=True)
class Axis:
    """What to divide by. `clocks`: as_of and known_at, each unless it is that of the members."""

    name: str
    clocks: tuple[int | None, KnownAt]
    kind: Parts | TagsOf | ValuesOf


@dataclass(frozen=True, slots=True)
class CrossedAxis:
    """An axis by itself."""

    name: str
    reading: Reading
    labels: Sequence[str]
    counts: Sequence[int]
    rest: int


@dataclass(frozen=True, slots=True)
class Crossing:
    """All cells: the last axis changes fastest; each has its parts, and then its rest."""

    asked: Asked
    total: int
    axes: Sequence[CrossedAxis]
    cells: Sequence[int]
    warnings: Sequence[ExpressionWarning]


@dataclass(frozen=True, slots=True)
class Point:
    """A segment at one instant."""

    asked: Asked
    count: int
    entered: int
    left: int


class Reports:
    """Answers from the index. Any thread may ask."""

    def __init__(self, questions: Questions, clocks: Clocks) -> None:
        self._questions, self._clocks = questions, clocks

    def cross(self, reader: Reader, clocks: tuple[int | None, KnownAt], segment: Segment, axes: Sequence[Axis]) -> Crossing:
        """Count every combination. Raises what asking for any part raises, UnknownTagGroup, LimitExceeded."""
        asked = self._questions.ask(reader, *clocks, segment)
        # What is recorded meanwhile counts on no axis.
        clocks = asked.reading.view.as_of, KnownAt(position=asked.reading.known_at)
        divided = [self._parts(reader, axis, _given(axis.clocks, clocks)) for axis in axes]
        _refuse_cells([len(parts) for _, parts, _ in divided])
        _refuse_rows([asked, *(part for _, parts, _ in divided for _, part in parts if isinstance(part, Asked))])
        members = self._questions.members(asked)
        found: list[CrossedAxis] = []
        sets: list[list[BitMap]] = []
        for axis, (reading, parts, _) in zip(axes, divided, strict=True):
            named = parts if not isinstance(axis.kind, ValuesOf) else _values(reading.view, members, axis.kind)
            here = [part if isinstance(part, BitMap) else part.execution.members() for _, part in named]
            counts = [members.intersection_cardinality(part) for part in here]
            rest = len(members) - members.intersection_cardinality(bitmaps.union(here))
            found.append(CrossedAxis(axis.name or _name(axis), reading, [label for label, _ in named], counts, rest))
            sets.append(here)
        _refuse_cells([len(here) for here in sets])
        warnings = dict.fromkeys([*asked.warnings, *(warning for *_, told in divided for warning in told)])
        return Crossing(asked, len(members), found, crossed(members, sets), tuple(warnings))

    def _parts(
        self, reader: Reader, axis: Axis, clocks: tuple[int | None, KnownAt]
    ) -> tuple[Reading, Sequence[tuple[str, Asked | BitMap]], Sequence[ExpressionWarning]]:
        """Where an axis is read, its parts, and the warnings about them. Values of a trait are found later."""
        match axis.kind:
            case Parts(segments):
                asked = [(label, self._questions.ask(reader, *clocks, segment)) for label, segment in segments]
            case TagsOf(group):
                segments = _tags(self._clocks.state(reader.workspace).index.catalogue, group)
                asked = [(label, self._questions.ask(reader, *clocks, segment)) for label, segment in segments]
            case ValuesOf(trait):
                known = self._questions.ask(reader, *clocks, Segment(None, Trait(trait, Op.EXISTS, ())))
                return known.reading, (), known.warnings
        reading = asked[0][1].reading if asked else self._clocks.read(reader, *clocks)
        warnings = [warning for _, part in asked for warning in part.warnings]
        return reading, [(label or part.expression.text, part) for label, part in asked], warnings

    def series(
        self, reader: Reader, known_at: KnownAt, segment: Segment, instants: Sequence[int], *, as_known_then: bool
    ) -> Iterator[Point]:
        """The segment at each of the instants, one after the other. Raises what asking raises."""
        before = BitMap()
        for instant in instants:
            cut = KnownAt(instant=instant) if as_known_then else known_at
            asked = self._questions.ask(reader, instant, cut, segment)
            if not as_known_then:
                known_at = KnownAt(position=asked.reading.known_at)  # what is recorded meanwhile counts at no point
            members = asked.execution.members()
            stayed = members.intersection_cardinality(before)
            yield Point(asked, len(members), len(members) - stayed, len(before) - stayed)
            before = members


def instants_of(start: int, end: int, every: Lasting, zone: str) -> list[int]:
    """The instants from start to end: so often, or where periods of the calendar begin in the zone. Raises LimitExceeded."""
    found: list[int] = []
    for instant in _instants(start, every, zone):
        if instant > end:
            break
        if found and instant == found[-1]:  # a day that the zone skipped
            continue
        found.append(instant)
        LimitExceeded.refuse(
            "series points",
            field="every",
            maximum=MAX_SERIES_POINTS,
            actual=len(found),
            remedy="ask less often, or for a shorter time",
        )
    return found


def _instants(start: int, every: Lasting, zone: str) -> Iterator[int]:
    if every.unit not in CALENDAR_UNITS:
        instant = start
        while True:
            yield instant
            instant += span_us(every)
    first = period_start(local_date(start, zone), every.unit, 0)
    if day_start(first, zone) < start:
        first = _next(first, every.unit, 1)
    while True:
        yield day_start(first, zone)
        first = _next(first, every.unit, every.count)


def _next(first: date, unit: Unit, periods: int) -> date:
    """The beginning of a later period."""
    return period_start(first, unit, -periods)


def _given(clocks: tuple[int | None, KnownAt], otherwise: tuple[int | None, KnownAt]) -> tuple[int | None, KnownAt]:
    """The clocks of an axis, each of them that of the members where it is not given."""
    as_of, known_at = clocks
    return otherwise[0] if as_of is None else as_of, otherwise[1] if known_at == KnownAt() else known_at


def _tags(catalogue: Catalogue, group: str) -> list[tuple[str, Segment]]:
    """The tags of a group that are in use, by their names in it. Raises UnknownTagGroup."""
    tags = catalogue.tags_of(group_named(catalogue, group).number)
    used = [tag for tag in tags if not tag.retired and tag.merged_into is None]
    return [(tag.name, Segment(None, Tagged((catalogue.key(tag.number),)))) for tag in used]


def _values(view: View, members: BitMap, kind: ValuesOf) -> Sequence[tuple[str, BitMap]]:
    """The values of a trait that most of the members have, the most frequent first, and who has them."""
    trait = view.index.traits.get(kind.trait)
    if trait is None:
        return ()
    if trait.kind is ValueType.PERSONAL:
        raise InvalidField.of([Violation("axes", f"trait {kind.trait!r} is personal: what it says divides nobody")])
    codes = trait.codes.at(view.as_of, view.version).codes
    ordinals = bitmaps.to_ordinals(members - view.excluded())
    ordinals = ordinals[ordinals < len(codes)]
    here = codes[ordinals]
    counts = np.bincount(here, minlength=1)
    counts[NOTHING] = 0
    frequent = np.argsort(-counts, kind="stable")[: kind.most]
    found = []
    for code in frequent[counts[frequent] > 0].tolist():
        found.append((_label(trait.values.value(code)), bitmaps.from_ascending(ordinals[here == code])))
    return found


def _label(value: Value) -> str:
    """A value as people write it."""
    assert not isinstance(value, Personal), "refused before"
    if isinstance(value, str):
        return value
    return literal_text(Decimal(repr(value)) if isinstance(value, float) else value)


def _name(axis: Axis) -> str:
    match axis.kind:
        case TagsOf(group):
            return group
        case ValuesOf(trait):
            return trait
        case Parts():
            return ""


def _refuse_cells(parts: Sequence[int]) -> None:
    cells = 1
    for count in parts:
        cells *= count + 1
    LimitExceeded.refuse(
        "crossed cells",
        field="axes",
        maximum=MAX_CROSSED_CELLS,
        actual=cells,
        remedy="give fewer parts or axes; each axis has a rest beside its parts",
    )


def _refuse_rows(asked: Sequence[Asked]) -> None:
    LimitExceeded.refuse(
        "question rows",
        field="axes",
        maximum=MAX_QUESTION_ROWS,
        actual=sum(one.cost for one in asked),
        remedy="narrow the windows of the parts, or ask for fewer at once",
    )
