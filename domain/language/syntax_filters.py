"""The part of the tree below leaves: kinds of names, comparisons, filters. Its readers import all of it from syntax.py."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    from domain.language.syntax import Expression


@dataclass(frozen=True, slots=True)
class Span:
    """A place in the text: line and column from 1, in characters; (0, 0) for trees that did not come from text."""

    line: int
    column: int


NOWHERE = Span(0, 0)


class Names(Enum):
    """Kinds of names and texts that a field may hold; the value is as messages put it, with the article."""

    TAG = "a tag"
    TYPE = "an interaction type"
    PROPERTY = "a property"
    TRAIT = "a trait"
    SEGMENT = "a segment"
    LIST = "a list"
    DEPARTMENT = "a department"
    ACTOR = "an actor"
    SOURCE = "a source"
    MEASURED = "a measured property"
    """A property, or "" where the function takes none."""


TagKey = Annotated[str, Names.TAG]
InteractionType = Annotated[str, Names.TYPE]
PropertyName = Annotated[str, Names.PROPERTY]
TraitName = Annotated[str, Names.TRAIT]
SegmentName = Annotated[str, Names.SEGMENT]
ListName = Annotated[str, Names.LIST]
DepartmentId = Annotated[str, Names.DEPARTMENT]
Actor = Annotated[str, Names.ACTOR]
Source = Annotated[str, Names.SOURCE]
MeasuredProperty = Annotated[str, Names.MEASURED]
Salt = Annotated[str, "salt"]
"""What a sample depends on."""
Percent = Annotated[Decimal, "percent"]
"""A share of 100."""


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


@dataclass(frozen=True, slots=True)
class Bound:
    """A numeric comparison: one of NUMERIC_OPS and a number."""

    op: Op
    number: Decimal


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison of a tag's value with one of its choices, or with a date: one of NUMERIC_OPS, and the value."""

    op: Op
    value: str | date


Count = Annotated[Bound, "count"]
"""Compares a number of things, which is whole."""


# --- filters on one interaction -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Condition:
    """A comparison of one property; `values` is empty for EXISTS, one or more (of one type) for IN, else exactly one."""

    property: PropertyName
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


@dataclass(frozen=True, slots=True)
class Related:
    """The property is the id of a profile that the expression selects, at the same clocks."""

    property: PropertyName
    among: "Expression"
    span: Span = field(default=NOWHERE, compare=False)


Filter = Condition | ClockCondition | Related | FilterAll | FilterAny | FilterNot
