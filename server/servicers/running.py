"""Where work runs: what is quick on the event loop itself, the rest in a few threads: no call waits behind a long one."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from server.usecases.asking import Asked

_T = TypeVar("_T")

# Rows that may be touched on the event loop: about half a millisecond.
_INLINE_ROWS_MAX = 20_000
_THREADS = 4


class Work:
    """The threads for long work."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="reader")

    async def in_thread(self, work: Callable[[], _T]) -> _T:
        """Run elsewhere."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    async def by_cost(self, asked: Asked, work: Callable[[], _T]) -> _T:
        """Run here if it is quick, else elsewhere."""
        return work() if asked.cost <= _INLINE_ROWS_MAX else await self.in_thread(work)

    def close(self) -> None:
        """Wait for what runs."""
        self._threads.shutdown()


async def answered(future: "Future[_T]") -> _T:
    """A committer's answer. Cancelling the call does not cancel the write."""
    return await asyncio.shield(asyncio.wrap_future(future))
