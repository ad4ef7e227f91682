"""From an expression to a plan, for one view: binds leaves to operators, turns negations into differences, orders.

Parts of an intersection run cheapest first, and among equally cheap ones smallest first, so that an empty result is seen
early and the last, largest part is only counted against. Equal leaves, told by their canonical text, become one Lookup.
Segments that are named are planned in place, each definition once, so that equal leaves are shared across them too. What
is costly is planned to be asked for few candidates only, through unions, negations and named segments. Who is in no answer at
all, because of an erasure or by opting out, is left out of the whole, and of those among whom is ranked.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import assert_never

from domain.language import rules
from domain.language.parts import relations
from domain.language.syntax import (
    And,
    Did,
    Edge,
    Ever,
    Everyone,
    Expression,
    Filter,
    InDepartment,
    InList,
    InSegment,
    Leaf,
    Measure,
    Moved,
    Not,
    ObservedSince,
    Or,
    Periods,
    Ranks,
    Related,
    Resumed,
    Sample,
    Sequence,
    TagChanged,
    Tagged,
    Top,
    TopTagged,
    Trait,
    TraitDate,
    TraitRelated,
    Window,
)
from domain.language.syntax import Step as SequenceStep
from domain.language.windows import resolve, span_us, unbounded_point
from domain.segment_catalogue import Definition
from projections.index.dictionary import Dictionary
from projections.query.operators.base import Narrowable, Operator
from projections.query.operators.did import DidOperator
from projections.query.operators.edges import EdgeOperator
from projections.query.operators.edges_with import EdgeWithOperator
from projections.query.operators.everyone import EveryoneOperator
from projections.query.operators.excluded import ExcludedOperator
from projections.query.operators.in_department import InDepartmentOperator
from projections.query.operators.in_list import InListOperator
from projections.query.operators.measures import MeasureOperator
from projections.query.operators.moved import MovedOperator
from projections.query.operators.observed import ObservedSinceOperator
from projections.query.operators.periods import PeriodsOperator
from projections.query.operators.resuming import ResumedOperator
from projections.query.operators.samples import SampleOperator
from projections.query.operators.selecting import Selection
from projections.query.operators.sequences import BoundStep, SequenceOperator
from projections.query.operators.tag_changed import TagChangedOperator
from projections.query.operators.tag_states import TagStatesOperator
from projections.query.operators.tagged import TaggedOperator
from projections.query.operators.top import TopOperator
from projections.query.operators.top_tagged import TopTaggedOperator
from projections.query.operators.trait_dates import TraitDateOperator
from projections.query.operators.trait_states import TraitStatesOperator
from projections.query.operators.traits import TraitOperator
from projections.query.operators.traits_related import TraitRelatedOperator
from projections.query.plan import Intersection, Lookup, Nested, Step, Union
from projections.query.prepared import Prepared, prepared_definition
from projections.query.related import RelatedProfiles
from projections.query.view import View

_Related = Mapping[int, RelatedProfiles]
"""By id() of the node that speaks of them."""
_NOBODY_ELSE: _Related = MappingProxyType({})
_NARROWED_COST = 50_000  # rows; what costs less is asked for all profiles
_EXCLUDED = "(erased or opted out)"  # no text of a leaf
_EVERYBODY = Everyone()  # one for ever: texts are found by identity
_NARROWED_SHARE = 4  # fewer candidates than this part of all profiles: reading their rows only is cheaper


def plan(prepared: Prepared, view: View) -> Step:
    """How to answer the expression on this view."""
    view.index.catalogue.segments.refuse_excess(prepared.outline, view.version)
    return _Planner(view, prepared).whole()


class _Planner:
    def __init__(self, view: View, prepared: Prepared) -> None:
        self._view = view
        self._text = prepared.text_of
        self._expression = prepared.expression
        self._lookups: dict[str, Lookup] = {}
        self._segments: dict[Definition, Step] = {}
        excluded = view.excluded()
        self._excluded = Lookup(_EXCLUDED, ExcludedOperator(excluded), len(excluded), 0, 0) if excluded else None

    def whole(self) -> Step:
        """The expression, for everybody who may be in an answer."""
        return self._allowed(self.step(self._expression))

    def _allowed(self, step: Step) -> Step:
        """The same, but for who is excluded: of an intersection's first part, so that the last one is still only counted."""
        if self._excluded is None:
            return step
        if isinstance(step, Intersection):
            first = tuple(map(self._allowed, step.wanted[:1]))  # none: of the universe, which has nobody who is excluded
            return replace(step, wanted=first + step.wanted[1:])
        return Intersection(step.text, (step,), (self._excluded,), step.estimate, step.cost, step.narrow_below)

    def step(self, expression: Expression) -> Step:
        match expression:
            case And():
                return self._intersection(expression, expression.operands)
            case Not():
                return self._intersection(expression, (expression,))
            case Or():
                parts = tuple(sorted(map(self.step, expression.operands), key=_order))
                estimate = min(self._view.size, sum(part.estimate for part in parts))
                cost = sum(part.cost for part in parts)
                return Union(self._text(expression), parts, estimate, cost, _narrow_below(parts))
            case InSegment():
                return self._segment(expression)
            case _:
                return self._lookup(expression)

    def _segment(self, leaf: InSegment) -> Step:
        definition = self._view.index.catalogue.segments.resolved(leaf, self._view.version)
        if definition not in self._segments:
            around, self._text = self._text, prepared_definition(definition).text_of
            part = self.step(definition.expression)
            self._text = around
            about = part.estimate, part.cost, part.narrow_below
            self._segments[definition] = Nested(self._text(leaf), definition.version, part, *about)
        return self._segments[definition]

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
        ordered = tuple(sorted(wanted, key=_order)), tuple(sorted(unwanted, key=_order))
        return Intersection(self._text(expression), *ordered, estimate, cost, _narrow_below(wanted + unwanted))

    def _lookup(self, leaf: Leaf) -> Lookup:
        text = self._text(leaf)
        if text not in self._lookups:
            spoken_of, known = tuple(relations(leaf)), (self._view.index, self._view.version)
            related = {id(node): RelatedProfiles(*known) for node in spoken_of} if spoken_of else _NOBODY_ELSE
            operator = self._operator(leaf, related)
            cost, estimate = operator.cost(), operator.estimate()
            narrows = cost >= _NARROWED_COST and isinstance(operator, Narrowable)
            below = self._view.size // _NARROWED_SHARE if narrows else 0
            among = self._among(leaf) if isinstance(leaf, Ranks) else None
            if among:
                cost, estimate = cost + among.cost, min(estimate, among.estimate)
            needed = tuple((related[id(node)], self._allowed(self.step(node.among))) for node in spoken_of)
            if needed:
                cost += sum(step.cost for _, step in needed) + sum(map(self._values_of, spoken_of))
            self._lookups[text] = Lookup(text, operator, estimate, cost, below, among, needed)
        return self._lookups[text]

    def _values_of(self, node: Related | TraitRelated) -> int:
        """How many values the vault may have to be asked about."""
        index = self._view.index
        known = index.traits.get(node.name) if isinstance(node, TraitRelated) else index.properties.get(node.property)
        return len(known.values) if known and isinstance(known.values, Dictionary) else 0

    def _among(self, leaf: Ranks) -> Step | None:
        """Among whom the leaf ranks; None for all profiles."""
        if leaf.among:
            return self._allowed(self.step(leaf.among))
        return self._lookup(_EVERYBODY) if self._excluded else None

    def _operator(self, leaf: Leaf, related: _Related) -> Operator:
        assert not isinstance(leaf, InSegment), "planned in place, by _segment"
        view = self._view
        match leaf:
            case Everyone():
                return EveryoneOperator(view)
            case Tagged():
                return self._tagged(leaf)
            case TagChanged():
                return TagChangedOperator(view, leaf, *resolve(leaf.window, view.as_of))
            case Moved():
                return MovedOperator(view, leaf, *resolve(leaf.window, view.as_of))
            case Trait():
                if leaf.lasting:
                    return TraitStatesOperator(view, leaf, view.as_of - span_us(leaf.lasting))
                return TraitOperator(view, leaf)
            case TraitRelated():
                return TraitRelatedOperator(view, leaf, related[id(leaf)])
            case TraitDate():
                return TraitDateOperator(view, leaf)
            case Did():
                return DidOperator(self._selection(leaf.type, leaf.window, leaf.where, related), leaf.count)
            case Measure():
                return MeasureOperator(self._selection(leaf.type, leaf.window, leaf.where, related), leaf)
            case Edge():
                return self._edge(leaf, related)
            case Periods():
                return PeriodsOperator(self._selection(leaf.type, leaf.periods, leaf.where, related), leaf.periods, leaf.count)
            case Resumed():
                return ResumedOperator(self._selection(leaf.type, leaf.window, leaf.where, related), span_us(leaf.pause))
            case Sequence():
                return self._sequence(leaf, related)
            case Top():
                return TopOperator(self._selection(leaf.type, leaf.window, leaf.where, related), leaf)
            case TopTagged():
                return TopTaggedOperator(view, leaf)
            case InList():
                return InListOperator.of(view, leaf)
            case InDepartment():
                return InDepartmentOperator.of(view, leaf)
            case Sample():
                return SampleOperator(view, leaf)
            case ObservedSince():
                return ObservedSinceOperator(view, unbounded_point(leaf.point, view.as_of))
            case _:
                assert_never(leaf)

    def _tagged(self, leaf: Tagged) -> Operator:
        if leaf.actor is None and leaf.source is None and leaf.lasting is None:
            return TaggedOperator(self._view, leaf)
        lasting = span_us(leaf.lasting) if leaf.lasting else 0
        return TagStatesOperator(self._view, leaf, self._view.as_of - lasting)

    def _edge(self, leaf: Edge, related: _Related) -> Operator:
        operator = EdgeOperator(self._selection(leaf.type, leaf.window, leaf.where, related), leaf.last)
        if leaf.having is None:
            return operator
        alike = rules.filter_conjunction([leaf.where, leaf.having]) if leaf.where else leaf.having
        return EdgeWithOperator(operator, self._selection(leaf.type, leaf.window, alike, related))

    def _sequence(self, leaf: Sequence, related: _Related) -> Operator:
        start = self._selection(leaf.type, leaf.window, leaf.where, related)
        return SequenceOperator(start, tuple(self._step(step, start, related) for step in leaf.steps))

    def _step(self, step: SequenceStep, start: Selection, related: _Related) -> BoundStep:
        selection = self._selection(step.type, Ever(), step.where, related)
        # What must not follow may come after the window, but not before it.
        selection = selection.between(start.start, selection.end if step.absent else start.end)
        return BoundStep(selection, span_us(step.within) if step.within else None, step.absent)

    def _selection(self, type_name: str, window: Window, where: Filter | None, related: _Related) -> Selection:
        return Selection.of(self._view, type_name, resolve(window, self._view.as_of), where, related)


def _narrow_below(parts: Collection[Step]) -> int:
    """Of a step with parts: that of the part which gains."""
    return max((part.narrow_below for part in parts), default=0)


def _order(step: Step) -> tuple[int, int]:
    return step.cost, step.estimate
