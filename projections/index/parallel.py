"""A second core for long questions: numpy lets go of the interpreter's lock while it gathers and sorts.

One helper thread for the whole process. While it is taken, by another reader's question, work is simply done in turn: so many
questions at once are no slower than they would be without it.
"""

import os
import queue
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

_helper = ThreadPoolExecutor(1, thread_name_prefix="helper") if (os.cpu_count() or 1) > 1 else None
_free = threading.Semaphore(1)


def each(work: Callable[[_Item], _Result], items: Iterable[_Item]) -> list[_Result]:
    """The results in the order of the items, which are worked on two at a time where the helper is free.

    An exception ends the work: no further item is begun.
    """
    given = list(items)
    if _helper is None or len(given) < 2 or not _free.acquire(blocking=False):
        return [work(item) for item in given]
    try:
        return _with_helper(_helper, work, given)
    finally:
        _free.release()


def _with_helper(helper: ThreadPoolExecutor, work: Callable[[_Item], _Result], items: Sequence[_Item]) -> list[_Result]:
    results: dict[int, _Result] = {}
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    for place in range(len(items)):
        waiting.put(place)

    def run() -> None:
        try:
            while True:
                place = waiting.get_nowait()
                results[place] = work(items[place])
        except queue.Empty:
            return
        except BaseException:
            with suppress(queue.Empty):
                while True:
                    waiting.get_nowait()
            raise

    try:
        helped = helper.submit(run)
    except RuntimeError:  # the interpreter is shutting down
        return [work(item) for item in items]
    try:
        run()
    finally:
        helped.result()
    return [results[place] for place in range(len(items))]


def halves(count: int) -> list[slice]:
    """Two slices that make up so many entries, or one if they are few."""
    if count < _FEW:
        return [slice(0, count)]
    return [slice(0, count // 2), slice(count // 2, count)]


_FEW = 1 << 16  # handing work over takes as long as gathering some ten thousand
