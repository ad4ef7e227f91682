"""Runs a plan: bitmaps in, bitmaps out. No rule of cost or order lives here.

Results belong to the stores and to each other: no bitmap is ever changed after it was made.
"""

import time
from dataclasses import dataclass, field

from pyroaring import BitMap

from projections.index import bitmaps
from projections.query.operators.base import Countable, Counted, Narrowable, Ranking
from projections.query.operators.excluded import ExcludedOperator
from projections.query.plan import Intersection, Lookup, Nested, Step, Union, walk
from projections.query.view import View


@dataclass(frozen=True, slots=True)
class Measured:
    """What a step gave, and how long it took with its parts, in microseconds."""

    members: BitMap
    elapsed_us: int


@dataclass(slots=True)
class Execution:
    """One run of one plan on one view."""

    view: View
    root: Step
    thorough: bool = False
    """Run every step, also those that cannot change the result; for explain."""
    measured: dict[int, Measured] = field(default_factory=dict)
    """By id() of the step."""

    def verify(self) -> None:
        """Raise the refusals that any leaf calls for, whether the result depends on it or not."""
        for _, step in walk(self.root):
            if isinstance(step, Lookup):
                if step.related:
                    self._relate(step)
                step.operator.verify()

    def members(self) -> BitMap:
        """Who is in it; must not be changed."""
        self.verify()
        return self._run(self.root)

    def members_among(self, candidates: BitMap) -> BitMap:
        """The members among these profiles; of others the bitmap may say anything. Refusals are for `verify` to raise."""
        return self._run_for(self.root, candidates)

    def count(self) -> int:
        """How many; the last intersection, or a leaf by itself, is counted without being made where it can be."""
        self.verify()
        root = self.root
        while isinstance(root, Nested):
            root = root.part
        if isinstance(root, Intersection) and root.wanted and not self.thorough:
            parts = [*((step, True) for step in root.wanted), *((step, False) for step in root.unwanted)]
            first, last = parts[:-1], parts[-1]
            if first:
                members = self._narrowed(self._run(first[0][0]), first[1:])
                both = self._count_among(last[0], members)
                return both if last[1] else len(members) - both
        counted = None
        if isinstance(root, Lookup) and not (root.among or self.thorough or id(root) in self.measured):
            counted = root.operator.count_all() if isinstance(root.operator, Counted) else None
        return len(self._run(root)) if counted is None else counted

    def _count_among(self, step: Step, candidates: BitMap) -> int:
        if isinstance(step, Lookup) and isinstance(step.operator, Countable) and id(step) not in self.measured:
            counted = step.operator.count_among(candidates)
            if counted is not None:
                return counted
        return int(candidates.intersection_cardinality(self._run_for(step, candidates)))

    def _relate(self, step: Lookup) -> None:
        """Say who the other profiles are that the operator looks at."""
        for profiles, part in step.related:
            profiles.are(self._run(part))

    def _run(self, step: Step) -> BitMap:
        done = self.measured.get(id(step))
        if done is None:
            started = time.perf_counter_ns()
            members = self._evaluate(step)
            done = self.measured[id(step)] = Measured(members, (time.perf_counter_ns() - started) // 1000)
        return done.members

    def _evaluate(self, step: Step) -> BitMap:
        match step:
            case Lookup(operator=operator):
                if step.related:
                    self._relate(step)
                if step.among:
                    assert isinstance(operator, Ranking), "the planner gives it to no other"
                    operator = operator.among(self._run(step.among))
                return operator.members()
            case Union():
                return bitmaps.union([self._run(part) for part in step.parts])
            case Nested():
                return self._run(step.part)
            case Intersection():
                members = self._run(step.wanted[0]) if step.wanted else self.view.universe()
                others = [*((part, True) for part in step.wanted[1:]), *((part, False) for part in step.unwanted)]
                return self._narrowed(members, others)

    def _narrowed(self, members: BitMap, others: list[tuple[Step, bool]]) -> BitMap:
        for part, wanted in others:
            if not members and not self.thorough:
                break
            found = self._run_for(part, members)
            if not wanted and isinstance(part, Lookup) and isinstance(part.operator, ExcludedOperator):
                members = self.view.index.differences.less(members, found)
            else:
                members = members & found if wanted else members - found
        return members

    def _run_for(self, step: Step, candidates: BitMap) -> BitMap:
        """The members among the candidates; of other profiles the bitmap may say anything."""
        if id(step) in self.measured or self.thorough or len(candidates) >= step.narrow_below:
            return self._run(step)
        if not candidates:
            return candidates
        match step:
            case Lookup():
                assert isinstance(step.operator, Narrowable), "the planner narrows no other"
                self._relate(step)
                return step.operator.narrowed(candidates).members()
            case Union():
                return bitmaps.union([self._run_for(part, candidates) for part in step.parts])
            case Nested():
                return self._run_for(step.part, candidates)
            case Intersection():
                parts = [*((part, True) for part in step.wanted), *((part, False) for part in step.unwanted)]
                return self._narrowed(candidates, parts)
