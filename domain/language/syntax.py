"""The tree of the segment language: immutable, closed, hashable.

Two trees are equal when they mean the same nodes; `span`, the place in the text, takes no part in comparisons. Nodes are
valid by themselves (the parser, and server/convert/expressions.py for trees from the wire, check before building them).
Matches over `Expression`, `Filter`, `Window` and `TimePoint` end in `assert_never`. Names are of a kind, which stands with the
field (`InteractionType`): what holds for all names, windows, spans and bounds alike is read off the fields, in parts.py. A leaf
that says its `phrase` is read and printed by it (phrases.py); the others have a method in the parser and one in the printer.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import ClassVar

from domain.language.syntax_filters import NOWHERE as NOWHERE
from domain.language.syntax_filters import NUMERIC_OPS as NUMERIC_OPS
from domain.language.syntax_filters import Actor as Actor
from domain.language.syntax_filters import Bound as Bound
from domain.language.syntax_filters import ClockCondition as ClockCondition
from domain.language.syntax_filters import ClockPart as ClockPart
from domain.language.syntax_filters import Compared as Compared
from domain.language.syntax_filters import Condition as Condition
from domain.language.syntax_filters import Count as Count
from domain.language.syntax_filters import DepartmentId as DepartmentId
from domain.language.syntax_filters import Filter as Filter
from domain.language.syntax_filters import FilterAll as FilterAll
from domain.language.syntax_filters import FilterAny as FilterAny
from domain.language.syntax_filters import FilterNot as FilterNot
from domain.language.syntax_filters import InteractionType as InteractionType
from domain.language.syntax_filters import ListName as ListName
from domain.language.syntax_filters import Literal as Literal
from domain.language.syntax_filters import MeasuredProperty as MeasuredProperty
from domain.language.syntax_filters import Names as Names
from domain.language.syntax_filters import Op as Op
from domain.language.syntax_filters import Percent as Percent
from domain.language.syntax_filters import PropertyName as PropertyName
from domain.language.syntax_filters import Related as Related
from domain.language.syntax_filters import Salt as Salt
from domain.language.syntax_filters import SegmentName as SegmentName
from domain.language.syntax_filters import Source as Source
from domain.language.syntax_filters import Span as Span
from domain.language.syntax_filters import TagKey as TagKey
from domain.language.syntax_filters import TraitName as TraitName
from domain.language.syntax_times import CALENDAR_UNITS as CALENDAR_UNITS
from domain.language.syntax_times import ROLLING_UNITS as ROLLING_UNITS
from domain.language.syntax_times import Ago as Ago
from domain.language.syntax_times import Before as Before
from domain.language.syntax_times import Between as Between
from domain.language.syntax_times import Calendar as Calendar
from domain.language.syntax_times import Day as Day
from domain.language.syntax_times import Ever as Ever
from domain.language.syntax_times import Instant as Instant
from domain.language.syntax_times import Last as Last
from domain.language.syntax_times import Lasting as Lasting
from domain.language.syntax_times import On as On
from domain.language.syntax_times import Since as Since
from domain.language.syntax_times import TimePoint as TimePoint
from domain.language.syntax_times import Unit as Unit
from domain.language.syntax_times import Window as Window

_EVER = Ever()
_ONCE = Bound(Op.GE, Decimal(1))


class Function(Enum):
    """Aggregates of Measure; the value is the text form. `count` is not here: it is a Did."""

    SUM = "sum"
    AVG = "avg"
    MIN = "min"
    MAX = "max"
    DISTINCT = "distinct"
    DAYS = "days"


# --- expressions ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Everyone:
    """The universe."""

    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Tagged:
    """Carries at least one of the tags (keys after NFC): with a value, by an actor, from a source, and for so long, if given.

    `lasting`: one and the same of the tags fulfilled all of that at every instant of [as_of - span, as_of].
    """

    tags: tuple[TagKey, ...]
    value: Bound | Compared | None = None
    actor: Actor | None = None
    source: Source | None = None
    lasting: Lasting | None = None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class TagChanged:
    """At an instant in the window at least one of the tags was added (or, not `added`, removed), by the actor, from the source.

    Added: not carried just before the instant, carried from it on. The deciding change at the instant tells actor and source.
    """

    phrase: ClassVar = "tag {tags} {added:added|removed}[ by {actor}][ from {source}]{window}"
    example: ClassVar = "tag vip added in last 7 days"

    tags: tuple[TagKey, ...]
    added: bool
    actor: Actor | None = None
    source: Source | None = None
    window: Window = _EVER
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Moved:
    """At an instant in the window one of the tags `before` was removed, and one of those `after` added, as in TagChanged.

    `dwelt`: the one that was removed had been carried for so long, without a break, until then. Actor and source are of the
    change that adds.
    """

    phrase: ClassVar = "moved from {before} to {after}[ after at least {dwelt}][ by {actor}][ from {source}]{window}"
    example: ClassVar = "moved from stage/interest to stage/purchase in last 7 days"

    before: tuple[TagKey, ...]
    after: tuple[TagKey, ...]
    dwelt: Lasting | None = None
    actor: Actor | None = None
    source: Source | None = None
    window: Window = _EVER
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Did:
    """Number of interactions compares so; plain `did` is `>= 1`."""

    type: InteractionType
    count: Count = _ONCE
    where: Filter | None = None
    window: Window = _EVER
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Measure:
    """An aggregate compares so; `property` is "" for DAYS, and `zone` matters for DAYS only."""

    function: Function
    type: InteractionType
    property: MeasuredProperty
    value: Bound
    where: Filter | None = None
    window: Window = _EVER
    zone: str = "UTC"
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Edge:
    """The first (or last) matching interaction of all time lies in the window, and is as `having` says.

    Of several at that instant, one that is so is enough.
    """

    last: bool
    type: InteractionType
    window: Window
    where: Filter | None = None
    having: Filter | None = None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Periods:
    """Number of periods, of the current one and the `periods.count` - 1 before it, with a matching interaction, compares so."""

    type: InteractionType
    where: Filter | None
    count: Count
    periods: Calendar
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Resumed:
    """An interaction in the window came at least `pause` after the matching one before it (of all time up to as_of)."""

    phrase: ClassVar = "resumed {type}{where} after {pause}{window}"
    example: ClassVar = "resumed purchase after 60 days"

    type: InteractionType
    where: Filter | None
    pause: Lasting
    window: Window = _EVER
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Step:
    """A later step of a sequence: strictly after the step before it, and at most `within` after it if given."""

    type: InteractionType
    where: Filter | None = None
    within: Lasting | None = None
    absent: bool = False
    """`then not`: no such interaction follows in that time, which must be over at as_of. Only the last step."""
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Sequence:
    """Some interactions, one per step, in order of time; those of steps that are not absent lie in the window."""

    type: InteractionType
    where: Filter | None
    steps: tuple[Step, ...]
    """One or more."""
    window: Window = _EVER
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class TraitDate:
    """A date trait lies among the `count` calendar periods up to today's (`ahead`: from today's on), in the zone.

    `anniversary`: any yearly return of it does, from its own year on; 29 February returns on 28 February of common years.
    Always of Unit.DAY when `ahead` or `anniversary`.
    """

    name: TraitName
    anniversary: bool
    ahead: bool
    period: Calendar
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class InSegment:
    """Is in the segment, by its newest version at known_at, or by the named version."""

    segment: SegmentName
    version: int | None = None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class InList:
    """Is on the list, as it was last uploaded by known_at, or in the named version."""

    name: ListName
    version: int | None = None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class InDepartment:
    """Is a customer of somebody of the department, or of one below it, as departments were at known_at."""

    phrase: ClassVar = "in department {department}"
    example: ClassVar = "in department sales-east"

    department: DepartmentId
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Top:
    """The profiles that rank first by a measure, among those that have a value of it. Equal values: lower ordinal first.

    `percent`: `number` per cent of those, rounded up; else that many. `measure` None counts interactions. `among`: only its
    members rank.
    """

    number: Decimal
    percent: bool
    measure: Function | None
    type: InteractionType
    property: MeasuredProperty
    where: Filter | None = None
    window: Window = _EVER
    zone: str = "UTC"
    among: "Expression | None" = None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class TopTagged:
    """The profiles that rank first by the value with which they carry a tag, among those that do. Otherwise as `Top`."""

    number: Decimal
    percent: bool
    tag: TagKey
    among: "Expression | None" = None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Sample:
    """A stable share of the universe, chosen by hash of salt and ordinal; a larger share holds the smaller one."""

    phrase: ClassVar = "sample {percent}% by {salt}"
    example: ClassVar = 'sample 10% by "experiment-42"'

    percent: Percent
    salt: Salt
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class ObservedSince:
    """The profile's first visible change or interaction lies at or before the point."""

    phrase: ClassVar = "observed since {point}"
    example: ClassVar = "observed since 2017-06-01"

    point: TimePoint
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Trait:
    """A comparison of a trait; `values` as in Condition. `lasting`: it held at every instant of [as_of - span, as_of]."""

    name: TraitName
    op: Op
    values: tuple[Literal, ...]
    lasting: Lasting | None = None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class TraitRelated:
    """The trait is the id of a profile that the expression selects, at the same clocks."""

    name: TraitName
    among: "Expression"
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class And:
    """Every operand holds; at least two, none of them an And (the parser flattens)."""

    operands: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one operand holds; at least two, none of them an Or."""

    operands: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The operand does not hold, over the universe."""

    operand: "Expression"


Leaf = (
    Everyone
    | Tagged
    | TagChanged
    | Moved
    | Did
    | Measure
    | Edge
    | Periods
    | Resumed
    | Sequence
    | Trait
    | TraitDate
    | TraitRelated
    | InSegment
    | InList
    | InDepartment
    | Top
    | TopTagged
    | Sample
    | ObservedSince
)
Ranks = Top | TopTagged
"""Leaves that compare profiles with each other."""
Expression = Leaf | And | Or | Not
