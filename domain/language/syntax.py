"""The tree of the segment language: immutable, closed, hashable.

Two trees are equal when they mean the same nodes; `span`, the place in the text, takes no part in comparisons. Nodes are
valid by themselves (the parser, and server/convert/expressions_in.py for trees from the wire, check before building them).
Matches over `Expression`, `Filter`, `Window` and `TimePoint` end in `assert_never`.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum

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


@dataclass(frozen=True, slots=True)
class Span:
    """A place in the text: line and column from 1, in characters; (0, 0) for trees that did not come from text."""

    line: int
    column: int


NOWHERE = Span(0, 0)
_EVER = Ever()


class Op(Enum):
    """Comparison operators; the value is the text form."""

    EQ = "="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="
    IN = "in"
    EXISTS = "exists"
    STARTS_WITH = "starts with"


NUMERIC_OPS = (Op.EQ, Op.NE, Op.LT, Op.LE, Op.GT, Op.GE)

# Python says True == Decimal(1), so trees that differ only there compare equal: share work by canonical text, not by tree.
Literal = str | Decimal | bool | date


class Function(Enum):
    """Aggregates of Measure; the value is the text form. `count` is not here: it is a Did."""

    SUM = "sum"
    AVG = "avg"
    MIN = "min"
    MAX = "max"
    DISTINCT = "distinct"
    DAYS = "days"


# --- filters on one interaction -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Condition:
    """A comparison of one property; `values` is empty for EXISTS, one or more (of one type) for IN, else exactly one."""

    property: str
    op: Op
    values: tuple[Literal, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class FilterAll:
    """Every operand holds; at least two."""

    operands: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class FilterAny:
    """At least one operand holds; at least two."""

    operands: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class FilterNot:
    """The operand does not hold."""

    operand: "Filter"


class ClockPart(Enum):
    """What a clock on the wall shows; the value is the text form."""

    HOUR = "hour"
    WEEKDAY = "weekday"


@dataclass(frozen=True, slots=True)
class ClockCondition:
    """A comparison of the hour (0 to 23) or ISO weekday (1 Monday to 7 Sunday) of occurred_at, as the zone's clocks show it.

    `op` is one of NUMERIC_OPS (one value) or IN (one value or more).
    """

    part: ClockPart
    zone: str
    op: Op
    values: tuple[int, ...]
    span: Span = field(default=NOWHERE, compare=False)


Filter = Condition | ClockCondition | FilterAll | FilterAny | FilterNot


# --- expressions ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bound:
    """A numeric comparison: one of NUMERIC_OPS and a number."""

    op: Op
    number: Decimal


@dataclass(frozen=True, slots=True)
class Everyone:
    """The universe."""

    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Tagged:
    """Carries at least one of the tags (keys after NFC): with a value, by an actor, from a source, and for so long, if given.

    `lasting`: one and the same of the tags fulfilled all of that at every instant of [as_of - span, as_of].
    """

    tags: tuple[str, ...]
    value: Bound | None = None
    actor: str | None = None
    source: str | None = None
    lasting: Lasting | None = None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class TagChanged:
    """At an instant in the window at least one of the tags was added (or, not `added`, removed), by the actor, from the source.

    Added: not carried just before the instant, carried from it on. The deciding change at the instant tells actor and source.
    """

    tags: tuple[str, ...]
    added: bool
    actor: str | None = None
    source: str | None = None
    window: Window = _EVER
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Did:
    """Number of interactions compares so; plain `did` is `>= 1`."""

    type: str
    count: Bound = Bound(Op.GE, Decimal(1))
    where: Filter | None = None
    window: Window = _EVER
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Measure:
    """An aggregate compares so; `property` is "" for DAYS, and `zone` matters for DAYS only."""

    function: Function
    type: str
    property: str
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
    type: str
    window: Window
    where: Filter | None = None
    having: Filter | None = None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Periods:
    """Number of periods, of the current one and the `periods.count` - 1 before it, with a matching interaction, compares so."""

    type: str
    where: Filter | None
    count: Bound
    periods: Calendar
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Resumed:
    """An interaction in the window came at least `pause` after the matching one before it (of all time up to as_of)."""

    type: str
    where: Filter | None
    pause: Lasting
    window: Window = _EVER
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Step:
    """A later step of a sequence: strictly after the step before it, and at most `within` after it if given."""

    type: str
    where: Filter | None = None
    within: Lasting | None = None
    absent: bool = False
    """`then not`: no such interaction follows in that time, which must be over at as_of. Only the last step."""
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Sequence:
    """Some interactions, one per step, in order of time; those of steps that are not absent lie in the window."""

    type: str
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

    name: str
    anniversary: bool
    ahead: bool
    period: Calendar
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class InSegment:
    """Is in the segment, by its newest version at known_at, or by the named version."""

    segment: str
    version: int | None = None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class InList:
    """Is on the list, as it was last uploaded by known_at, or in the named version."""

    name: str
    version: int | None = None
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
    type: str
    property: str
    where: Filter | None = None
    window: Window = _EVER
    zone: str = "UTC"
    among: "Expression | None" = None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Sample:
    """A stable share of the universe, chosen by hash of salt and ordinal; a larger share holds the smaller one."""

    percent: Decimal
    salt: str
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class ObservedSince:
    """The profile's first visible change or interaction lies at or before the point."""

    point: TimePoint
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Trait:
    """A comparison of a trait; `values` as in Condition. `lasting`: it held at every instant of [as_of - span, as_of]."""

    name: str
    op: Op
    values: tuple[Literal, ...]
    lasting: Lasting | None = None
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
    | Did
    | Measure
    | Edge
    | Periods
    | Resumed
    | Sequence
    | Trait
    | TraitDate
    | InSegment
    | InList
    | Top
    | Sample
    | ObservedSince
)
Expression = Leaf | And | Or | Not
