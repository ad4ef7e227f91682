"""Questions about segments: count, members by page, checks, explanations, validation."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pyroaring import BitMap

from domain.language.checker import Warning as ExpressionWarning
from domain.language.checker import check
from domain.language.parser import parse
from domain.language.parts import all_nodes, named
from domain.language.syntax import Expression, Names
from domain.limits import MAX_INSTANT_US, MIN_INSTANT_US
from projections.query import evaluator
from projections.query.checking import ProfileChecker
from projections.query.evaluator import Explanation
from projections.query.executor import Execution
from projections.query.prepared import Prepared
from server.usecases.clocks import Clocks, KnownAt, Reader, Reading
from server.usecases.state import WorkspaceState
from server.usecases.tokens import ORDINALS, POSITIONS, make_token, question_digest, read_token

_PARSED_MAX = 2_000
_RESULTS_MAX = 16
_CHECKED_SINGLY = 8  # more profiles than these are looked up in the set of all members
_CACHED_TEXT_MAX = 4_096
_INSTANTS = MAX_INSTANT_US - MIN_INSTANT_US
_NOBODY = (1 << 32) - 1


@dataclass(frozen=True, slots=True)
class Segment:
    """An expression as it was asked: text, or a tree that has been checked."""

    text: str | None
    tree: Expression | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A question bound to its clocks, planned, and not yet run."""

    reading: Reading
    expression: Prepared
    execution: Execution
    warnings: tuple[ExpressionWarning, ...]

    @property
    def cost(self) -> int:
        """Rows that answering may touch."""
        return self.execution.root.cost


@dataclass(frozen=True, slots=True)
class MembersPage:
    """One page of members."""

    asked: Asked
    profile_ids: Sequence[str]
    total: int
    next_token: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """One page of those who are members at one pair of clocks and not at the other."""

    before: Asked
    after: Asked
    entered: int
    left: int
    stayed: int
    changes: Sequence[tuple[str, bool]]
    """Ids of profiles, and whether each entered."""
    next_token: str


@lru_cache(maxsize=_PARSED_MAX)
def _parse_cached(text: str) -> Prepared:
    return Prepared(parse(text))


def prepared(segment: Segment) -> Prepared:
    """The expression of a segment. Raises InvalidExpression, LimitExceeded."""
    if segment.tree is not None:
        return Prepared(segment.tree)
    text = segment.text or ""
    return _parse_cached(text) if len(text) <= _CACHED_TEXT_MAX else Prepared(parse(text))


class Questions:
    """Answers from the index. Any thread may ask."""

    def __init__(self, clocks: Clocks) -> None:
        self._clocks = clocks
        self._warnings: OrderedDict[tuple[object, ...], tuple[ExpressionWarning, ...]] = OrderedDict()
        self._results: OrderedDict[tuple[object, ...], BitMap] = OrderedDict()

    def ask(self, reader: Reader, as_of: int | None, known_at: KnownAt, segment: Segment) -> Asked:
        """Bind and plan.

        Raises UnknownWorkspace, UnknownSegment, PositionAhead, InvalidExpression, LimitExceeded, OutOfScope.
        """
        reading = self._clocks.read(reader, as_of, known_at)
        expression = prepared(segment)
        if reading.scope:
            reading.scope.refuse_tags(reading.state.index, _tags_named(expression.expression))
        warnings = self._warn(reading.state, segment, expression)
        return Asked(reading, expression, evaluator.planned(expression, reading.view), warnings)

    def validate(self, workspace: str, segment: Segment) -> tuple[Reading, Prepared, tuple[ExpressionWarning, ...]]:
        """The expression and what is odd about it."""
        reading = self._clocks.now(workspace)
        expression = prepared(segment)
        return reading, expression, self._warn(reading.state, segment, expression)

    def members(self, asked: Asked) -> BitMap:
        """All members. The last few results are kept, so that the pages of one listing evaluate once."""
        view = asked.reading.view
        if view.scope is not None:  # which moves with each transfer
            return asked.execution.members()
        # Names, and ids of profiles, are looked up as they are now, also for questions about the past.
        names = len(view.index.catalogue.changes), len(view.index.erased.versions)
        key = (asked.reading.state.name, asked.expression.text, view.as_of, view.version, names)
        found = self._results.get(key)
        if found is None:
            found = self._results[key] = asked.execution.members()
            while len(self._results) > _RESULTS_MAX:
                self._results.popitem(last=False)
        return found

    def page(
        self, reader: Reader, as_of: int | None, known_at: KnownAt, segment: Segment, size: int, token: str
    ) -> MembersPage:
        """One page of members, in ordinal order. With a token, the clocks are the token's."""
        question = question_digest("members", reader, prepared(segment).text)
        first = 0
        if token:
            first, instant, position = read_token(token, question, (ORDINALS, _INSTANTS, POSITIONS))
            as_of, known_at = instant + MIN_INSTANT_US, KnownAt(position=position)
        asked = self.ask(reader, as_of, known_at, segment)
        found = self.members(asked)
        ordinals, more = _page_of(found, first, size)
        # Who was erased since known_at is counted, and has no name.
        names = [name for name in asked.reading.state.names(ordinals) if name]
        next_token = make_token(question, ordinals[-1] + 1, *_places(asked)) if more else ""
        return MembersPage(asked, names, len(found), next_token)

    def compare(
        self,
        reader: Reader,
        before: tuple[int | None, KnownAt],
        after: tuple[int | None, KnownAt],
        segment: Segment,
        size: int,
        token: str,
    ) -> Comparison:
        """One page of who entered and who left, in ordinal order. With a token, the clocks are the token's."""
        question = question_digest("comparison", reader, prepared(segment).text)
        first = 0
        if token:
            bounds = (ORDINALS, _INSTANTS, POSITIONS, _INSTANTS, POSITIONS)
            first, instant, position, instant_after, position_after = read_token(token, question, bounds)
            before = instant + MIN_INSTANT_US, KnownAt(position=position)
            after = instant_after + MIN_INSTANT_US, KnownAt(position=position_after)
        asked = self.ask(reader, *before, segment), self.ask(reader, *after, segment)
        earlier, later = map(self.members, asked)
        changed = earlier ^ later
        ordinals, more = _page_of(changed, first, size)
        names = asked[1].reading.state.names(ordinals)
        next_token = make_token(question, ordinals[-1] + 1, *_places(asked[0]), *_places(asked[1])) if more else ""
        stayed = int(earlier.intersection_cardinality(later))
        changes = [(name, ordinal in later) for name, ordinal in zip(names, ordinals, strict=True) if name]
        return Comparison(*asked, len(later) - stayed, len(earlier) - stayed, stayed, changes, next_token)

    def check(self, asked: Asked, profile_ids: Sequence[str]) -> list[tuple[bool, bool]]:
        """For each profile: is it a member, and is it known? Of others than their own customers, staff knows nothing."""
        scope = asked.reading.view.scope
        ordinals = asked.reading.state.ordinals(profile_ids, asked.reading.view.version)
        if scope is not None:
            ordinals = [None if one is None or one not in scope else one for one in ordinals]
        if len(ordinals) <= _CHECKED_SINGLY:
            checked = [None if o is None else ProfileChecker(asked.reading.view, o).holds(asked.expression) for o in ordinals]
            return [(bool(member), member is not None) for member in checked]
        found = self.members(asked)
        return [(ordinal is not None and ordinal in found, ordinal is not None) for ordinal in ordinals]

    def explain(self, asked: Asked, profile_id: str) -> tuple[Explanation, bool]:
        """The plan as it ran, and whether the asked profile is known."""
        reading = asked.reading
        ordinal = reading.state.ordinals([profile_id], reading.view.version)[0] if profile_id else None
        reading.refuse_outsider(ordinal, profile_id)
        # An unknown profile is in nothing: no bitmap holds an ordinal that nobody has.
        wanted = None if not profile_id else _NOBODY if ordinal is None else ordinal
        return evaluator.explain(asked.expression, reading.view, wanted), ordinal is not None

    def _warn(self, state: WorkspaceState, segment: Segment, expression: Prepared) -> tuple[ExpressionWarning, ...]:
        if segment.text is None or len(segment.text) > _CACHED_TEXT_MAX:
            return check(expression.expression, state.index.vocabulary())
        key = (state.name, segment.text, state.index.vocabulary_size())
        found = self._warnings.get(key)
        if found is None:
            found = self._warnings[key] = check(expression.expression, state.index.vocabulary())
            while len(self._warnings) > _PARSED_MAX:
                self._warnings.popitem(last=False)
        return found


def _tags_named(expression: Expression) -> set[str]:
    return {name for node in all_nodes(expression) for kind, name in named(node) if kind is Names.TAG}


def _page_of(found: BitMap, first: int, size: int) -> tuple[list[int], bool]:
    """Some ordinals of a set from `first` on, and whether there are more."""
    start = found.rank(first - 1) if first else 0
    end = min(start + size, len(found))
    ordinals = [found[place] for place in range(start, end)] if size < 64 else list(found[start:end])
    return ordinals, end < len(found)


def _places(asked: Asked) -> tuple[int, int]:
    """The clocks of a question, for a token, which holds no negative numbers."""
    return asked.reading.view.as_of - MIN_INSTANT_US, asked.reading.known_at
