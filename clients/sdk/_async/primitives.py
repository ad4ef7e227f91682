"""What asyncio does in its own way: channels, sleeping, conditions and background workers."""

import asyncio
import time
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Sequence
from typing import Any, TypeVar

import grpc
import grpc.aio

Condition = asyncio.Condition
Worker = asyncio.Task[None]
T = TypeVar("T")
BrokenCall = (grpc.RpcError, asyncio.CancelledError)
"""How a call ends whose stream of requests raised: grpc.aio cancels it."""
monotonic = time.monotonic
sleep = asyncio.sleep


def open_channel(target: str, credentials: grpc.ChannelCredentials | None, options: Sequence[tuple[str, int]]) -> Any:
    """Return a channel, in clear text without credentials. Nothing is connected before the first call."""
    if credentials is None:
        return grpc.aio.insecure_channel(target, options=list(options))
    return grpc.aio.secure_channel(target, credentials, options=list(options))


def start_worker(run: Callable[[], Awaitable[None]]) -> Worker:
    """Run in the background until it returns."""

    async def body() -> None:
        await run()

    return asyncio.create_task(body())


async def join_worker(worker: Worker) -> None:
    """Wait until the worker has returned."""
    await asyncio.wait((worker,))


async def wait_for_change(condition: asyncio.Condition, seconds: float | None) -> None:
    """Wait, holding the condition, until it is notified or the time is over (None: for ever)."""
    if seconds is None:
        await condition.wait()
        return
    try:
        await asyncio.wait_for(condition.wait(), seconds)
    except TimeoutError:
        return


async def iterate(items: AsyncIterable[T] | Iterable[T]) -> AsyncIterator[T]:
    """Iterate over either kind of iterable."""
    if isinstance(items, AsyncIterable):
        async for item in items:
            yield item
    else:
        for item in items:
            yield item
