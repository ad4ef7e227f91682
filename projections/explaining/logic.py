"""The connectives around the leaves: what the whole is worth, when it turns, and which leaves it would take."""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from domain.language.printer import to_text
from domain.language.syntax import And, Expression, InSegment, Leaf, Not, Or, Ranks
from domain.segment_catalogue import Definition, Segments
from projections.explaining.flips import Flip, Timeline, flip_of

UNIVERSE = ""
"""Stands among the leaves for being in the universe: no leaf has an empty text."""

# Ways to make a part true, or false, that are followed up: the shortest ones.
_WAYS_MAX = 8
Truths = Mapping[str, bool | None]
Way = frozenset[tuple[str, bool]]
"""Leaves by their texts, and the truths that they need to have."""


@dataclass(frozen=True, slots=True)
class Place:
    """A leaf, and the segment in whose definition it stands; "" for the expression itself."""

    leaf: Leaf
    segment: str


class Skeleton:
    """An expression with the definitions of the segments that it names, each once, in their places."""

    def __init__(self, expression: Expression, segments: Segments, version: int) -> None:
        """`version` of the stream at which the definitions are taken."""
        self._segments, self._version = segments, version
        self._definitions: dict[Definition, Expression] = {}
        self._texts: dict[int, str] = {}
        self._among: dict[str, Expression] = {}
        """Whom each `top` ranks, where it is not everybody."""
        self.leaves: dict[str, Place] = {}
        """By canonical text, in the order in which they are read."""
        self._root = self._expanded(expression, "")

    def value(self, truths: Truths) -> bool | None:
        """The truth of the whole, given those of the leaves and of UNIVERSE; None where it hangs on one that is not known."""
        return False if truths[UNIVERSE] is False else self._value(self._root, truths, {})

    def flip(self, timelines: Mapping[str, Timeline], truths: Mapping[str, bool], changes_max: int) -> Flip:
        """When the whole turns, given how its leaves (and UNIVERSE) do; not told beyond so many of their changes."""
        current: dict[str, bool | None] = dict(truths)
        start = self.value(current)
        following = [(change[0], text, 0) for text, line in timelines.items() if (change := line.change(0))]
        heapq.heapify(following)
        count = 0
        while following:
            instant = following[0][0]
            if count >= changes_max:
                return Flip(None, instant)
            while following and following[0][0] == instant:
                _, text, number = heapq.heappop(following)
                change = timelines[text].change(number)
                assert change is not None, "it was there before"
                current[text] = change[1]
                later = timelines[text].change(number + 1)
                if later:
                    heapq.heappush(following, (later[0], text, number + 1))
                count += 1
            value = self.value(current)
            if value != start:
                return flip_of((instant, value))
        return Flip(None, None)

    def missing(self, truths: Mapping[str, bool]) -> Mapping[str, bool] | None:
        """A small set of leaves that would make the whole true if their truths were these; None if none was found."""
        ways = self._ways(self._root, True, truths, {})
        if not ways:
            return None
        return {text: wanted for text, wanted in ways[0] if truths[text] != wanted}

    # --- reading the expression -------------------------------------------------------------------------------------------

    def _expanded(self, node: Expression, segment: str) -> Expression:
        match node:
            case And(operands):
                return And(tuple(self._expanded(operand, segment) for operand in operands))
            case Or(operands):
                return Or(tuple(self._expanded(operand, segment) for operand in operands))
            case Not(operand):
                return Not(self._expanded(operand, segment))
            case InSegment():
                definition = self._segments.resolved(node, self._version)
                if definition not in self._definitions:
                    name = to_text(InSegment(definition.name, definition.version))
                    self._definitions[definition] = self._expanded(definition.expression, name)
                return self._definitions[definition]
            case _:
                text = self._texts[id(node)] = to_text(node)
                self.leaves.setdefault(text, Place(node, segment))
                if isinstance(node, Ranks) and node.among is not None:
                    self._among[text] = self._expanded(node.among, segment)
                return node

    # --- truth ------------------------------------------------------------------------------------------------------------

    def _value(self, node: Expression, truths: Truths, known: dict[int, bool | None]) -> bool | None:
        """By three-valued logic. Definitions are shared, so that the expression is a graph: each node is visited once."""
        if id(node) not in known:
            match node:
                case And(operands) | Or(operands):
                    found = [self._value(operand, truths, known) for operand in operands]
                    deciding = isinstance(node, Or)
                    known[id(node)] = deciding if deciding in found else None if None in found else not deciding
                case Not(operand):
                    inner = self._value(operand, truths, known)
                    known[id(node)] = None if inner is None else not inner
                case _:
                    text = self._texts[id(node)]
                    ranked = text not in self._among or self._value(self._among[text], truths, known)
                    known[id(node)] = False if ranked is False else truths[text]
        return known[id(node)]

    # --- what it would take -----------------------------------------------------------------------------------------------

    def _ways(
        self, node: Expression, wanted: bool, truths: Mapping[str, bool], known: dict[tuple[int, bool], Sequence[Way]]
    ) -> Sequence[Way]:
        """Ways to make a node true (false), each without contradiction, those that change the fewest leaves first."""
        key = (id(node), wanted)
        if key not in known:
            match node:
                case Not(operand):
                    known[key] = self._ways(operand, not wanted, truths, known)
                case And(operands) | Or(operands):
                    parts = [self._ways(operand, wanted, truths, known) for operand in operands]
                    every = isinstance(node, And) == wanted
                    known[key] = _every(parts, truths) if every else _shortest((way for part in parts for way in part), truths)
                case _:
                    text = self._texts[id(node)]
                    known[key] = [frozenset({(text, wanted)})]
                    if wanted and text in self._among:  # nobody else is ranked
                        known[key] = _every([known[key], self._ways(self._among[text], True, truths, known)], truths)
        return known[key]


def _every(parts: Sequence[Sequence[Way]], truths: Mapping[str, bool]) -> Sequence[Way]:
    """Ways that are one of each part together."""
    ways: Sequence[Way] = [frozenset()]
    for part in parts:
        both = ((one, other) for one in ways for other in part)
        ways = _shortest((one | other for one, other in both if not _contradict(one, other)), truths)
    return ways


def _contradict(one: Way, other: Way) -> bool:
    return any((text, not wanted) in one for text, wanted in other)


def _shortest(ways: Iterable[Way], truths: Mapping[str, bool]) -> Sequence[Way]:
    """The ways that change the fewest leaves; of equals those that came first."""

    def changes(way: Way) -> int:
        return sum(truths[text] != wanted for text, wanted in way)

    return heapq.nsmallest(_WAYS_MAX, dict.fromkeys(ways), key=changes)
