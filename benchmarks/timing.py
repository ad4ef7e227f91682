"""Measures calls one by one, and tells the median and the slow end."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import numpy as np

_Argument = TypeVar("_Argument")


@dataclass(frozen=True, slots=True)
class Timings:
    """Durations of calls, in milliseconds."""

    calls_ms: Sequence[float]

    @property
    def p50_ms(self) -> float:
        """The median."""
        return float(np.percentile(self.calls_ms, 50))

    @property
    def p99_ms(self) -> float:
        """One call in a hundred takes longer."""
        return float(np.percentile(self.calls_ms, 99))

    @property
    def longest_ms(self) -> float:
        """The longest call."""
        return max(self.calls_ms)

    def as_json(self) -> dict[str, float | int]:
        """The figures that reports keep."""
        figures = {"p50_ms": self.p50_ms, "p99_ms": self.p99_ms, "longest_ms": self.longest_ms}
        return {"calls": len(self.calls_ms), **{name: round(figure, 4) for name, figure in figures.items()}}


def measure(call: Callable[[_Argument], object], arguments: Iterable[_Argument], *, at_most_seconds: float = 30.0) -> Timings:
    """Call with each argument, and stop early when the time is up."""
    clock, durations = time.perf_counter_ns, []
    end = clock() + int(at_most_seconds * 1e9)
    for argument in arguments:
        started = clock()
        call(argument)
        done = clock()
        durations.append((done - started) / 1e6)
        if done > end:
            break
    return Timings(durations)


@dataclass(frozen=True, slots=True)
class Caller:
    """Something to measure, and what to call it with."""

    measured: Callable[[Sequence[Any]], Timings]
    """All calls with these arguments: here, or in another process."""
    arguments: Sequence[Any]

    @classmethod
    def here(cls, call: Callable[[Any], object], arguments: Sequence[Any]) -> "Caller":
        """A call in this process."""
        return cls(partial(measure, call), arguments)


def take_turns(callers: Mapping[str, Caller], rounds: int) -> dict[str, Timings]:
    """Measure every caller a part of its arguments at a time, in turns: other load then falls on all of them."""
    durations: dict[str, list[float]] = {name: [] for name in callers}
    for number in range(rounds):
        for name, caller in callers.items():
            durations[name] += caller.measured(caller.arguments[number::rounds]).calls_ms
    return {name: Timings(calls_ms) for name, calls_ms in durations.items()}
