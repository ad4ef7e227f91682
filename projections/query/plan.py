"""The plan: a tree of what to run, in the order to run it. Made by the planner, run by the executor; holds no data.

Every step says `narrow_below`: where fewer candidates are left when its turn comes, it is asked for them only; 0 for never.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from projections.query.operators.base import Operator
from projections.query.related import RelatedProfiles


@dataclass(frozen=True, slots=True)
class Lookup:
    """Ask one operator. Equal leaves of an expression are the same Lookup object, and run once."""

    text: str
    operator: Operator
    estimate: int
    cost: int
    narrow_below: int
    among: "Step | None" = None
    """Of a Ranking operator: whom it ranks; None for all profiles."""
    related: tuple[tuple[RelatedProfiles, "Step"], ...] = ()
    """Other profiles that the operator looks at, and the steps that say who they are."""


@dataclass(frozen=True, slots=True)
class Intersection:
    """Members of all `wanted`, less the members of any `unwanted`. Without `wanted`: of the universe."""

    text: str
    wanted: tuple["Step", ...]
    unwanted: tuple["Step", ...]
    estimate: int
    cost: int
    narrow_below: int


@dataclass(frozen=True, slots=True)
class Union:
    """Members of any part."""

    text: str
    parts: tuple["Step", ...]
    estimate: int
    cost: int
    narrow_below: int


@dataclass(frozen=True, slots=True)
class Nested:
    """Members of a segment that is named. Equal ones, by definition, are the same Nested object, and run once."""

    text: str
    version: int
    """Of the segment."""
    part: "Step"
    estimate: int
    cost: int
    narrow_below: int


Step = Lookup | Intersection | Union | Nested


def parts_of(step: Step) -> tuple[Step, ...]:
    """The steps right below, in the order in which they run."""
    match step:
        case Lookup():
            return (*((step.among,) if step.among else ()), *(part for _, part in step.related))
        case Intersection():
            return step.wanted + step.unwanted
        case Union():
            return step.parts
        case Nested():
            return (step.part,)


def walk(root: Step) -> Iterator[tuple[int, Step]]:
    """Every step with its depth, parents first. Below a shared step only once: plans are graphs, and may share much."""
    waiting: list[tuple[int, Step]] = [(0, root)]
    seen: set[int] = set()
    while waiting:
        depth, step = waiting.pop()
        yield depth, step
        if id(step) not in seen:
            seen.add(id(step))
            waiting.extend((depth + 1, part) for part in reversed(parts_of(step)))
