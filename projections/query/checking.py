"""Is one profile in a segment? Answered from that profile's rows, so that many segments are checked within a millisecond.

Leaves that a profile's own rows, tags and traits decide quickly are decided here; the others are planned and run for this one
profile, whose rows the costly ones read. Leaves that are equal, told by their canonical text, are decided once for all segments
of a request.
"""

from bisect import bisect_left
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from pyroaring import BitMap

from domain.language.parts import relations
from domain.language.syntax import And, Did, Edge, Everyone, Expression, Filter, InList, InSegment, Leaf, Not, Or, Tagged, Trait
from domain.language.windows import resolve
from projections.index.row_columns import TIME, RowSet
from projections.query import evaluator
from projections.query.operators.comparing import compare_one, value_predicate
from projections.query.operators.filtering import compiled
from projections.query.operators.in_list import InListOperator
from projections.query.prepared import Prepared, prepared_definition
from projections.query.view import View


class ProfileChecker:
    """One profile on one view."""

    def __init__(self, view: View, ordinal: int) -> None:
        self._view, self._ordinal = view, ordinal
        self._rows: dict[str, list[RowSet]] = {}
        self._instants: dict[tuple[str, int], tuple[Filter | None, Sequence[int]]] = {}
        self._decided: dict[str, bool] = {}
        self._exists: bool | None = None
        self._left_out: bool | None = None

    def holds(self, prepared: Prepared) -> bool:
        """Is the profile a member? Raises what asking for all members would raise."""
        index = self._view.index
        index.catalogue.segments.refuse_excess(prepared.outline, self._view.version)
        if len(index.currencies) > 1:
            evaluator.planned(prepared, self._view).verify()
        return not self._excluded() and self._expression(prepared.expression, prepared)

    def _expression(self, expression: Expression, prepared: Prepared) -> bool:
        match expression:
            case And():
                return all(self._expression(operand, prepared) for operand in expression.operands)
            case Or():
                return any(self._expression(operand, prepared) for operand in expression.operands)
            case Not():
                return self._in_universe() and not self._expression(expression.operand, prepared)
            case InSegment():
                definition = self._view.index.catalogue.segments.resolved(expression, self._view.version)
                return self._expression(definition.expression, prepared_definition(definition))
            case _:
                return self._leaf(expression, prepared.text_of(expression))

    def _leaf(self, leaf: Leaf, text: str) -> bool:
        decided = self._decided.get(text)
        if decided is None:
            decided = self._decided[text] = self._decide(leaf)
        return decided

    def _decide(self, leaf: Leaf) -> bool:
        match leaf:
            case _ if any(relations(leaf)):
                return self._planned(leaf)
            case Everyone():
                return self._in_universe()
            case Tagged(value=None, actor=None, source=None, lasting=None):
                return self._tagged(leaf)
            case InList():
                return self._ordinal in InListOperator.of(self._view, leaf).listed and self._in_universe()
            case Did():
                return self._did(leaf)
            case Edge(having=None):
                return self._edge(leaf)
            case Trait(lasting=None):
                return self._trait(leaf)
            case _:
                return self._planned(leaf)

    def _planned(self, leaf: Leaf) -> bool:
        alone = BitMap([self._ordinal]) & self._view.universe()
        return bool(alone & evaluator.planned(leaf, self._view).members_among(alone))

    def _excluded(self) -> bool:
        """Erased by known_at, or opted out at as_of."""
        if self._left_out is None:
            self._left_out = self._ordinal in self._view.excluded()
        return self._left_out

    def _in_universe(self) -> bool:
        if self._exists is None:
            self._exists = self._ordinal in self._view.universe()
        return self._exists

    def _tagged(self, leaf: Tagged) -> bool:
        index, view = self._view.index, self._view
        for key in leaf.tags:
            number = index.catalogue.meant(key, view.version)
            tag = None if number is None else index.tags.get(number)
            if tag is not None and self._ordinal in tag.holders.at(view.as_of, view.version).bitmap:
                return True
        return False

    def _trait(self, leaf: Trait) -> bool:
        trait = self._view.index.traits.get(leaf.name)
        if trait is None:
            return False
        codes = trait.codes.at(self._view.as_of, self._view.version).codes
        code = int(codes[self._ordinal]) if self._ordinal < len(codes) else 0
        return code != 0 and value_predicate(leaf.op, leaf.values)(trait.values.value(code))

    def _did(self, leaf: Did) -> bool:
        instants = self._instants_of(leaf.type, leaf.where)
        start, end = resolve(leaf.window, self._view.as_of)
        count = bisect_left(instants, end) - bisect_left(instants, start)
        holds = compare_one(max(0, count), leaf.count.op, Fraction(leaf.count.number))
        return holds and (count > 0 or self._in_universe())

    def _edge(self, leaf: Edge) -> bool:
        instants = self._instants_of(leaf.type, leaf.where)
        visible = bisect_left(instants, self._view.as_of + 1)
        if not visible:
            return False
        start, end = resolve(leaf.window, self._view.as_of)
        return start <= instants[visible - 1 if leaf.last else 0] < end

    def _instants_of(self, type_name: str, where: Filter | None) -> Sequence[int]:
        """Instants of the profile's interactions that pass the filter, ascending."""
        # By identity: filters that differ may compare equal (syntax.py). Keeping the filter keeps its id from being used again.
        key = (type_name, id(where))
        if key not in self._instants:
            passes = compiled(where, self._view.index, {}) if where else None
            kept = [rows.where(passes(rows)) if passes else rows for rows in self._rows_of(type_name)]
            instants = np.sort(np.concatenate([rows.column(TIME) for rows in kept])).tolist() if kept else ()
            self._instants[key] = (where, instants)
        return self._instants[key][1]

    def _rows_of(self, type_name: str) -> list[RowSet]:
        if type_name not in self._rows:
            known = self._view.index.interactions.get(type_name)
            self._rows[type_name] = known.rows_of(self._ordinal, self._view.version) if known else []
        return self._rows[type_name]
