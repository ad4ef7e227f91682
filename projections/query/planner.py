"""From an expression to a plan, for one view: binds leaves to operators, turns negations into differences, orders.

Parts of an intersection run cheapest first, and among equally cheap ones smallest first, so that an empty result is seen
early and the last, largest part is only counted against. Equal leaves, told by their canonical text, become one Lookup.
"""

from typing import assert_never

from domain.language.syntax import And, Did, Edge, Everyone, Expression, Leaf, Measure, Not, Or, Tagged, Trait
from domain.language.windows import resolve
from projections.query.operators.base import Operator
from projections.query.operators.did import DidOperator
from projections.query.operators.edges import EdgeOperator
from projections.query.operators.everyone import EveryoneOperator
from projections.query.operators.measures import MeasureOperator
from projections.query.operators.selecting import Selection
from projections.query.operators.tagged import TaggedOperator
from projections.query.operators.traits import TraitOperator
from projections.query.plan import Intersection, Lookup, Step, Union
from projections.query.prepared import Prepared
from projections.query.view import View


def plan(prepared: Prepared, view: View) -> Step:
    """How to answer the expression on this view."""
    return _Planner(view, prepared).step(prepared.expression)


class _Planner:
    def __init__(self, view: View, prepared: Prepared) -> None:
        self._view = view
        self._text = prepared.text_of
        self._lookups: dict[str, Lookup] = {}

    def step(self, expression: Expression) -> Step:
        match expression:
            case And():
                return self._intersection(expression, expression.operands)
            case Not():
                return self._intersection(expression, (expression,))
            case Or():
                parts = tuple(sorted(map(self.step, expression.operands), key=_order))
                estimate = min(self._view.size, sum(part.estimate for part in parts))
                return Union(self._text(expression), parts, estimate, sum(part.cost for part in parts))
            case _:
                return self._lookup(expression)

    def _intersection(self, expression: Expression, operands: tuple[Expression, ...]) -> Step:
        wanted: list[Step] = []
        unwanted: list[Step] = []
        for operand in operands:
            negated = False
            while isinstance(operand, Not):
                negated, operand = not negated, operand.operand
            (unwanted if negated else wanted).append(self.step(operand))
        if not unwanted and len(wanted) == 1:
            return wanted[0]
        estimate = min((step.estimate for step in wanted), default=self._view.size)
        cost = sum(step.cost for step in wanted + unwanted)
        return Intersection(
            self._text(expression), tuple(sorted(wanted, key=_order)), tuple(sorted(unwanted, key=_order)), estimate, cost
        )

    def _lookup(self, leaf: Leaf) -> Lookup:
        text = self._text(leaf)
        if text not in self._lookups:
            operator = self._operator(leaf)
            self._lookups[text] = Lookup(text, operator, operator.estimate(), operator.cost())
        return self._lookups[text]

    def _operator(self, leaf: Leaf) -> Operator:
        view = self._view
        match leaf:
            case Everyone():
                return EveryoneOperator(view)
            case Tagged():
                return TaggedOperator(view, leaf)
            case Trait():
                return TraitOperator(view, leaf)
            case Did():
                return DidOperator(self._selection(leaf), leaf.count)
            case Measure():
                return MeasureOperator(self._selection(leaf), leaf)
            case Edge():
                return EdgeOperator(self._selection(leaf), leaf.last)
            case _:
                assert_never(leaf)

    def _selection(self, leaf: Did | Measure | Edge) -> Selection:
        return Selection.of(self._view, leaf.type, resolve(leaf.window, self._view.as_of), leaf.where)


def _order(step: Step) -> tuple[int, int]:
    return step.cost, step.estimate
