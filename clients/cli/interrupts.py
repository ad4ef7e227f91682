"""Ctrl-C, so that long work never misses it.

Python raises KeyboardInterrupt wherever the main thread happens to be, and code in C that clears its errors, or a callback,
swallows it: seen once in CI, as an import that ran to its end. So the request is kept as well, and long work asks for it.
"""

import signal
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

T = TypeVar("T")

_asked = threading.Event()


def _ask(number: int, frame: FrameType | None) -> None:
    _asked.set()
    raise KeyboardInterrupt


@contextmanager
def kept() -> Iterator[None]:
    """Keep a Ctrl-C of the work inside, in the main thread; where Ctrl-C is ignored it stays so."""
    in_main = threading.current_thread() is threading.main_thread()
    if not in_main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    _asked.clear()
    signal.signal(signal.SIGINT, _ask)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def heed() -> None:
    """Raise KeyboardInterrupt where somebody asked to stop and it was lost on the way."""
    if _asked.is_set():
        raise KeyboardInterrupt


def heeding(items: Iterable[T]) -> Iterator[T]:
    """Yield the items until somebody asks to stop."""
    for item in items:
        heed()
        yield item
