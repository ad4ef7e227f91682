"""The tree of the segment language: immutable, closed, hashable.

Two trees are equal when they mean the same nodes; `span`, the place in the text, takes no part in comparisons. Nodes are
valid by themselves (the parser, and server/convert/expressions_in.py for trees from the wire, check before building them).
Matches over `Expression`, `Filter`, `Window` and `TimePoint` end in `assert_never`.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum


@dataclass(frozen=True, slots=True)
class Span:
    """A place in the text: line and column from 1, in characters; (0, 0) for trees that did not come from text."""

    line: int
    column: int


NOWHERE = Span(0, 0)


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


class Unit(Enum):
    """Units of spans; the value is the singular text form."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


ROLLING_UNITS = (Unit.MINUTE, Unit.HOUR, Unit.DAY, Unit.WEEK)
CALENDAR_UNITS = (Unit.DAY, Unit.WEEK, Unit.MONTH, Unit.YEAR)


class Function(Enum):
    """Aggregates of Measure; the value is the text form. `count` is not here: it is a Did."""

    SUM = "sum"
    AVG = "avg"
    MIN = "min"
    MAX = "max"
    DISTINCT = "distinct"
    DAYS = "days"


# --- points and windows ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Instant:
    """Microseconds since the epoch, UTC."""

    us: int


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar day in an IANA zone; as a point, its first instant there."""

    date: date
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Ago:
    """as_of minus a rolling span."""

    count: int
    unit: Unit


TimePoint = Instant | Day | Ago


@dataclass(frozen=True, slots=True)
class Ever:
    """Up to as_of."""


@dataclass(frozen=True, slots=True)
class Last:
    """Rolling: (as_of - count*unit, as_of]."""

    count: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Calendar:
    """The current period and the count-1 before it, up to as_of."""

    count: int
    unit: Unit
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class On:
    """One calendar day."""

    day: Day


@dataclass(frozen=True, slots=True)
class Between:
    """[start, end)."""

    start: TimePoint
    end: TimePoint


@dataclass(frozen=True, slots=True)
class Since:
    """[start, as_of]."""

    start: TimePoint


@dataclass(frozen=True, slots=True)
class Before:
    """(-infinity, end)."""

    end: TimePoint


Window = Ever | Last | Calendar | On | Between | Since | Before


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


Filter = Condition | FilterAll | FilterAny | FilterNot


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
    """Carries at least one of the tags (keys after NFC), with a value that compares so if `value` is given."""

    tags: tuple[str, ...]
    value: Bound | None = None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Did:
    """Number of interactions compares so; plain `did` is `>= 1`."""

    type: str
    count: Bound = Bound(Op.GE, Decimal(1))
    where: Filter | None = None
    window: Window = Ever()
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Measure:
    """An aggregate compares so; `property` is "" for DAYS, and `zone` matters for DAYS only."""

    function: Function
    type: str
    property: str
    value: Bound
    where: Filter | None = None
    window: Window = Ever()
    zone: str = "UTC"
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Edge:
    """The first (or last) matching interaction of all time lies in the window."""

    last: bool
    type: str
    window: Window
    where: Filter | None = None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Trait:
    """A comparison of a trait; `values` as in Condition."""

    name: str
    op: Op
    values: tuple[Literal, ...]
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


Leaf = Everyone | Tagged | Did | Measure | Edge | Trait
Expression = Leaf | And | Or | Not
