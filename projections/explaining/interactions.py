"""Evidence of leaves about interactions: how many, how much, when first and last, in which order."""

from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from domain.language import rules
from domain.language.syntax import (
    Bound,
    Condition,
    Did,
    Edge,
    Ever,
    Filter,
    Function,
    Leaf,
    Measure,
    Op,
    Periods,
    Resumed,
    Step,
    Top,
    Window,
)
from domain.language.syntax import Sequence as Steps
from domain.language.windows import resolve, span_us
from projections.explaining.states import RANK_NOTE
from projections.explaining.world import Event, World
from projections.query.operators.comparing import compare_one

Cited = tuple[Sequence[Event], str]
_ONCE = Bound(Op.GE, Decimal(1))
_EVER = Ever()
# Where a number has to be met exactly, the newest events are taken away one by one, up to so many.
_NEWEST_TRIED = 50


def selected(world: World, type_name: str, where: Filter | None, window: Window, as_of: int) -> list[Event]:
    """The interactions of the type that pass the filter and lie in the window, in the order of time."""
    return sorted(world.alone(Did(type_name, _ONCE, where, window), as_of), key=lambda event: event.at)


def of_did(leaf: Did, world: World, as_of: int, holds: bool) -> Cited:
    """Those that count; where fewer are too many, or enough, as many of the newest as make the difference."""
    found = selected(world, leaf.type, leaf.where, leaf.window, as_of)
    bound = Fraction(leaf.count.number)
    if compare_one(0, leaf.count.op, bound) != holds:
        return found[::-1], ""
    asked = f"{leaf.count.op.value} {leaf.count.number:f}"
    if bound.denominator == 1 and bound < len(found) and compare_one(int(bound), leaf.count.op, bound) != holds:
        return found[int(bound) :][::-1], f"{len(found):,} count, {asked} are asked for"
    ends = f"; more would end it when their number is no longer {asked}" if holds else f", {asked} are asked for"
    return (), f"{len(found):,} count{ends}"


def of_measure(leaf: Measure, world: World, as_of: int, holds: bool) -> Cited:
    """Those that the measure reads, or some of them without which the number would compare otherwise."""
    found = _read(leaf, world, as_of)
    sets: list[Sequence[Event]] = [found]
    if leaf.function in (Function.AVG, Function.MIN, Function.MAX):
        fitting = set(world.alone(leaf, as_of))
        sets.append([event for event in found if event not in fitting])
    if leaf.function is Function.SUM:
        for op in (Op.LT, Op.GT):
            signed = Measure(leaf.function, leaf.type, leaf.property, Bound(op, Decimal(0)), leaf.where, leaf.window)
            sets.append(world.alone(signed, as_of))
    if leaf.value.op in (Op.EQ, Op.NE):
        sets += _newest(found)
    return first_turning(leaf, world, as_of, holds, found, sets), f"{len(found):,} interactions with a value are read"


def of_periods(leaf: Periods, world: World, as_of: int, holds: bool) -> Cited:
    """Those in the periods; where a number of periods has to be met exactly, the newest."""
    found = selected(world, leaf.type, leaf.where, leaf.periods, as_of)
    cited = first_turning(leaf, world, as_of, holds, found, [found, *_newest(found)])
    return cited, f"{len(found):,} interactions lie in the periods"


def of_edge(leaf: Edge, world: World, as_of: int, holds: bool) -> Cited:
    """Those in the window, the first (last) one first; or those that come before (after) the first (last) one that would do."""
    every = selected(world, leaf.type, leaf.where, _EVER, as_of)
    inside = selected(world, leaf.type, leaf.where, leaf.window, as_of)
    if holds:
        return inside[::-1] if leaf.last else inside, ""
    wanted = _both(leaf.where, leaf.having)
    alike = selected(world, leaf.type, wanted, leaf.window, as_of) if leaf.having else inside
    if alike:
        at = alike[-1 if leaf.last else 0].at
        return [event for event in every[::-1] if event.at > at] if leaf.last else [e for e in every if e.at < at], ""
    if inside:
        return (), "none in the window is as `with` asks"
    return (), "none in the window" if every else "none at all"


def of_resumed(leaf: Resumed, world: World, as_of: int, holds: bool) -> Cited:
    """The ones before and after the pause, and those in the window after that: each of them would end a longer pause."""
    if not holds:
        return (), "no such pause before any of them in the window"
    start, end = resolve(leaf.window, as_of)
    pause = span_us(leaf.pause)
    every = selected(world, leaf.type, leaf.where, _EVER, as_of)
    before, after = next((a, b) for a, b in pairwise(every) if b.at - a.at >= pause and start <= b.at < end)
    return [before, *(event for event in every if after.at <= event.at < end)], "the first of them is the one before the pause"


def of_top(leaf: Top, world: World, as_of: int) -> Cited:
    """Those that the measure reads."""
    return _read(leaf, world, as_of), f"what the measure reads; {RANK_NOTE}"


def _read(leaf: Measure | Top, world: World, as_of: int) -> list[Event]:
    """The interactions that an aggregate reads, newest first."""
    function, where = leaf.function if isinstance(leaf, Measure) else leaf.measure, leaf.where
    # A rank by the number of distinct values is given to those without any value, too.
    of_values = function in (Function.AVG, Function.MIN, Function.MAX)
    if of_values or (function is Function.DISTINCT and isinstance(leaf, Measure)):
        where = _both(where, Condition(leaf.property, Op.EXISTS, ()))
    return selected(world, leaf.type, where, leaf.window, as_of)[::-1]


def _both(one: Filter | None, other: Filter | None) -> Filter | None:
    return rules.filter_conjunction([one, other]) if one and other else one or other


def _newest(found: Sequence[Event]) -> Iterator[Sequence[Event]]:
    """The newest one, the newest two, and so on, of events that come newest first."""
    newest_first = sorted(found, key=lambda event: event.at, reverse=True)
    return (newest_first[:count] for count in range(1, min(len(newest_first), _NEWEST_TRIED) + 1))


def first_turning(
    leaf: Leaf,
    world: World,
    as_of: int,
    holds: bool,
    read: Collection[Event],
    sets: Sequence[Sequence[Event]],
) -> list[Event]:
    """The first set of the events read without which the truth would be the other one, newest first; empty if none is."""
    sets = [one for one in sets if one]
    if not sets:
        return []
    truths = world.without(leaf, as_of, set(read), [set(one) for one in sets])
    cited = next((one for one, truth in zip(sets, truths, strict=True) if truth != holds), ())
    return sorted(cited, key=lambda event: event.at, reverse=True)


# --- sequences ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _End:
    """An interaction at which the steps so far can end, and the one of the step before that lies nearest."""

    event: Event
    before: "_End | None"

    def run(self) -> list[Event]:
        """The interactions from the first step to this one."""
        run: list[Event] = []
        end: _End | None = self
        while end:
            run.append(end.event)
            end = end.before
        return run[::-1]


def of_sequence(leaf: Steps, world: World, as_of: int, holds: bool) -> Cited:
    """One run through the steps, and all the interactions of the step that has the fewest; or what followed and must not."""
    absent = leaf.steps[-1] if leaf.steps[-1].absent else None
    present = [Step(leaf.type, leaf.where), *(step for step in leaf.steps if not step.absent)]
    events = [selected(world, step.type, step.where, leaf.window, as_of) for step in present]
    ends = _ends(events, present)
    unwanted = selected(world, absent.type, absent.where, _EVER, as_of) if absent else []
    if holds:
        end = next(one for one in reversed(ends) if not absent or _unanswered(one.event, unwanted, absent, as_of))
        fewest = min(reversed(events), key=len)
        return list(dict.fromkeys([*end.run(), *fewest[::-1]])), _what_would_end(absent)
    if not absent or not ends:
        return (), "no run through all of the steps"
    read = {event for one in (*events, unwanted) for event in one}
    cited = first_turning(leaf, world, as_of, holds, read, [_answers(ends[-1].event, unwanted, absent), unwanted])
    return cited, "" if cited else f"the time in which no {absent.type} may follow is not over"


def _ends(events: Sequence[Sequence[Event]], steps: Sequence[Step]) -> list[_End]:
    """Where the steps, none of them absent, can end; events and ends in the order of time."""
    ends = [_End(event, None) for event in events[0]]
    for following, step in zip(events[1:], steps[1:], strict=True):
        instants, reached = [end.event.at for end in ends], []
        for event in following:
            # Of the ends before it the nearest: where that is too far away, all are.
            place = bisect_left(instants, event.at) - 1
            if place >= 0 and (step.within is None or event.at - instants[place] <= span_us(step.within)):
                reached.append(_End(event, ends[place]))
        ends = reached
    return ends


def _answers(event: Event, unwanted: Sequence[Event], absent: Step) -> list[Event]:
    """The interactions after it that must not be there."""
    return [one for one in unwanted if one.at > event.at and (not absent.within or one.at - event.at <= span_us(absent.within))]


def _unanswered(event: Event, unwanted: Sequence[Event], absent: Step, as_of: int) -> bool:
    over = not absent.within or event.at + span_us(absent.within) <= as_of
    return over and not _answers(event, unwanted, absent)


def _what_would_end(absent: Step | None) -> str:
    if not absent:
        return ""
    if absent.within:
        return f"no {absent.type} followed in time; only one that is recorded late would end it"
    return f"no {absent.type} followed; the next one would end it, unless all steps come again"
