"""The front door of the index: count, members, check and explain of an expression on a view."""

import time
from dataclasses import dataclass

from pyroaring import BitMap

from domain.language.syntax import Expression
from projections.query.budget import refuse_beyond_budget
from projections.query.executor import Execution
from projections.query.plan import Intersection, Lookup, Nested, Step, Union, walk
from projections.query.planner import plan
from projections.query.prepared import Prepared
from projections.query.view import View


@dataclass(frozen=True, slots=True)
class ExplainedStep:
    """One step of a plan as it ran. `holds` is None without a profile."""

    depth: int
    operator: str
    expression: str
    note: str
    estimated_count: int
    actual_count: int
    elapsed_us: int
    holds: bool | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """A plan as it ran, and the answer for one profile."""

    steps: tuple[ExplainedStep, ...]
    count: int
    member: bool | None
    engine_us: int


def planned(expression: Expression | Prepared, view: View) -> Execution:
    """Plan an expression; the execution's root tells the cost before anything runs. Raises LimitExceeded beyond the budget."""
    return Execution(view, _plan(expression, view))


def count(expression: Expression | Prepared, view: View) -> int:
    """How many profiles are in the segment."""
    return planned(expression, view).count()


def members(expression: Expression | Prepared, view: View) -> BitMap:
    """The ordinals of the profiles in the segment; must not be changed."""
    return planned(expression, view).members()


def explain(expression: Expression | Prepared, view: View, ordinal: int | None) -> Explanation:
    """Run every step for all profiles, and tell of each: a question stops where nothing is left, and may ask of few only."""
    started = time.perf_counter_ns()
    execution = Execution(view, _plan(expression, view), thorough=True)
    result = execution.members()
    elapsed_us = (time.perf_counter_ns() - started) // 1000
    seen: set[int] = set()
    steps = []
    for depth, step in walk(execution.root):
        steps.append(_explained(depth, step, execution, ordinal, shared=id(step) in seen))
        seen.add(id(step))
    return Explanation(tuple(steps), len(result), None if ordinal is None else ordinal in result, elapsed_us)


def _plan(expression: Expression | Prepared, view: View) -> Step:
    root = plan(expression if isinstance(expression, Prepared) else Prepared(expression), view)
    refuse_beyond_budget(root)
    return root


def _explained(depth: int, step: Step, execution: Execution, ordinal: int | None, *, shared: bool) -> ExplainedStep:
    measured = execution.measured[id(step)]
    match step:
        case Lookup():
            name, note = step.operator.name, step.operator.note()
            if step.narrow_below:
                note += f"; beside others, where fewer than {step.narrow_below:,} profiles are left, only their rows are read"
        case Intersection():
            name = "and" if step.wanted else "not"
            note = f"{len(step.wanted) or 'universe'} to intersect, {len(step.unwanted)} to leave out"
        case Union():
            name, note = "or", f"{len(step.parts)} parts"
        case Nested():
            name, note = "in segment", f"version {step.version}"
    scope = execution.view.scope
    return ExplainedStep(
        depth,
        name,
        step.text,
        f"{note}; shared with a step above" if shared else note,
        step.estimate if scope is None else min(step.estimate, len(scope)),
        len(measured.members) if scope is None else measured.members.intersection_cardinality(scope),
        0 if shared else measured.elapsed_us,
        None if ordinal is None else ordinal in measured.members,
    )
