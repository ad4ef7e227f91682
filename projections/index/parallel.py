"""A second core for long questions: numpy lets go of the interpreter's lock while it gathers and sorts.

One helper thread for the whole process. While it is taken, by another reader's question, work is simply done in turn: so many
questions at once are no slower than they would be without it.
"""

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

_helper = ThreadPoolExecutor(1, thread_name_prefix="helper") if (os.cpu_count() or 1) > 1 else None
_free = threading.Semaphore(1)


def each(work: Callable[[_Item], _Result], items: Iterable[_Item]) -> list[_Result]:
    """The results in the order of the items, which are worked on two at a time where the helper is free."""
    given = list(items)
    if _helper is None or len(given) < 2 or not _free.acquire(blocking=False):
        return [work(item) for item in given]
    results: dict[int, _Result] = {}
    waiting = iter(enumerate(given))
    lock = threading.Lock()

    def run() -> None:
        for place, item in _taken(waiting, lock):
            results[place] = work(item)

    try:
        helped = _helper.submit(run)
        try:
            run()
        finally:
            helped.result()
    finally:
        _free.release()
    return [results[place] for place in range(len(given))]


def _taken(waiting: Iterator[tuple[int, _Item]], lock: threading.Lock) -> Iterator[tuple[int, _Item]]:
    while True:
        with lock:
            taken = next(waiting, None)
        if taken is None:
            return
        yield taken


def halves(count: int) -> list[slice]:
    """Two slices that make up so many entries, or one if they are few."""
    if count < _FEW:
        return [slice(0, count)]
    return [slice(0, count // 2), slice(count // 2, count)]


_FEW = 1 << 16  # handing work over takes as long as gathering some ten thousand
