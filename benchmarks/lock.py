"""Ways round the interpreter's lock: one long piece of work done alone, by two threads, by two processes; and who waits for it.

The work is that of a sum for every profile: rows of 90 days added up by ordinal. Beside it a thread does what a short question
does (two bitmaps intersected), over and over; what it loses by the other's hold on the lock is its longest turn.
"""

import ctypes
import mmap
import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import numpy.typing as npt

from benchmarks.report import Options, Report, Table
from benchmarks.timing import Timings
from projections.index import bitmaps
from server.bootstrap import SWITCH_SECONDS

_ROWS_A_PROFILE = 1.35  # purchases of 90 days at ten interactions a profile
_ROUNDS = 7
_SHORT_SHARE = 10

Int64s = npt.NDArray[np.int64]


def run(options: Options) -> Report:
    """Each way by itself, then beside short questions."""
    sys.setswitchinterval(SWITCH_SECONDS)
    rng = np.random.default_rng(options.seed)
    count = int(options.profiles * _ROWS_A_PROFILE)
    work = _Work(options.profiles, rng.integers(0, options.profiles, count), rng.integers(0, 1_000_000, count))
    ways: dict[str, Callable[[], object]] = {
        "one thread, np.add.at": work.alone,
        "two threads, np.add.at": lambda: work.in_threads(work.added),
        "two threads, np.bincount": lambda: work.in_threads(work.counted),
        "two processes, np.add.at into shared memory": work.in_processes,
        "ctypes, a foreign copy of the rows as long as it takes": work.foreign,
    }
    expected = work.alone()
    few = options.profiles // _SHORT_SHARE
    left, right = (bitmaps.from_ordinals(rng.integers(0, options.profiles, few).astype(np.uint32)) for _ in range(2))
    short = partial(left.intersection_cardinality, right)
    idle = _beside(short, lambda: time.sleep(0.2))
    rows = [("nothing", 0.0, idle.p50_ms, idle.p99_ms, idle.longest_ms)]
    for name, way in ways.items():
        found = way()
        if isinstance(found, np.ndarray) and not np.array_equal(found, expected):
            raise AssertionError(f"{name} gives another result")
        alone = Timings([_timed(way) for _ in range(_ROUNDS)])
        beside = _beside(short, partial(_repeated, way))
        rows.append((name, alone.p50_ms, beside.p50_ms, beside.p99_ms, beside.longest_ms))
    names = ("long_ms", "short_p50_ms", "short_p99_ms", "short_longest_ms")
    figures = {
        "question": "lock",
        "profiles": options.profiles,
        "rows": count,
        "ways": {name: dict(zip(names, (round(one, 3) for one in measured), strict=True)) for name, *measured in rows},
    }
    columns = ("way", "the long work, ms", "short ones beside it: p50 ms", "p99 ms", "longest ms")
    return Report("lock", figures, [Table(f"{options.profiles:,} profiles, {count:,} rows", columns, rows)])


class _Work:
    """The rows, in memory that processes share."""

    def __init__(self, profiles: int, ordinals: Int64s, amounts: Int64s) -> None:
        self._profiles = profiles
        self._ordinals, self._amounts = _shared(len(ordinals)), _shared(len(amounts))
        self._ordinals[:], self._amounts[:] = ordinals, amounts
        middle = len(ordinals) // 2
        self._halves = (slice(0, middle), slice(middle, len(ordinals)))
        self._tables = [_shared(profiles) for _ in self._halves]
        self._threads = ThreadPoolExecutor(len(self._halves))
        self._copied = np.empty_like(self._ordinals)

    def alone(self) -> Int64s:
        """By one thread."""
        return self.added(slice(None))

    def added(self, part: slice) -> Int64s:
        """Whole numbers, as the engine adds them; holds the lock."""
        sums = np.zeros(self._profiles, np.int64)
        np.add.at(sums, self._ordinals[part], self._amounts[part])
        return sums

    def counted(self, part: slice) -> Int64s:
        """In doubles, exact below 2^53; lets go of the lock."""
        return np.bincount(self._ordinals[part], self._amounts[part], self._profiles).astype(np.int64)

    def in_threads(self, way: Callable[[slice], Int64s]) -> Int64s:
        """A half each."""
        first, second = self._threads.map(way, self._halves)
        return first + second

    def in_processes(self) -> Int64s:
        """A half each, in processes that are forked for it, as pages are shared then."""
        children = []
        for table, part in zip(self._tables, self._halves, strict=True):
            child = os.fork()
            if not child:
                table[:] = 0
                np.add.at(table, self._ordinals[part], self._amounts[part])
                os._exit(0)
            children.append(child)
        for child in children:
            os.waitpid(child, 0)
        return self._tables[0] + self._tables[1]

    def foreign(self) -> None:
        """What any foreign code could do without the lock: the C library copies the rows, ten times."""
        for _ in range(10):
            ctypes.CDLL(None).memmove(
                ctypes.c_void_p(self._copied.ctypes.data),
                ctypes.c_void_p(self._ordinals.ctypes.data),
                ctypes.c_size_t(self._ordinals.nbytes),
            )


def _shared(count: int) -> Int64s:
    return np.frombuffer(mmap.mmap(-1, 8 * count), np.int64)


def _repeated(way: Callable[[], object]) -> None:
    for _ in range(_ROUNDS):
        way()


def _timed(call: Callable[[], object]) -> float:
    started = time.perf_counter_ns()
    call()
    return (time.perf_counter_ns() - started) / 1e6


def _beside(short: Callable[[], object], long: Callable[[], object]) -> Timings:
    """The short ones while the long one runs in another thread."""
    thread = threading.Thread(target=long)
    thread.start()
    calls = [_timed(short)]
    while thread.is_alive():
        calls.append(_timed(short))
    return Timings(calls)
