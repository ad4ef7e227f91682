"""What threads do in their own way: channels, sleeping, conditions and background workers."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import grpc

Condition = threading.Condition
Worker = threading.Thread
T = TypeVar("T")
BrokenCall = (grpc.RpcError,)
"""How a call ends whose stream of requests raised."""
monotonic = time.monotonic
sleep = time.sleep


def open_channel(target: str, credentials: grpc.ChannelCredentials | None, options: Sequence[tuple[str, int]]) -> Any:
    """Return a channel, in clear text without credentials. Nothing is connected before the first call."""
    if credentials is None:
        return grpc.insecure_channel(target, options=list(options))
    return grpc.secure_channel(target, credentials, options=list(options))


def start_worker(run: Callable[[], None]) -> Worker:
    """Run in the background until it returns."""
    worker = threading.Thread(target=run, name="tagledger-buffer", daemon=True)
    worker.start()
    return worker


def join_worker(worker: Worker) -> None:
    """Wait until the worker has returned."""
    worker.join()


def wait_for_change(condition: threading.Condition, seconds: float | None) -> None:
    """Wait, holding the condition, until it is notified or the time is over (None: for ever)."""
    condition.wait(seconds)


def iterate(items: Iterable[T]) -> Iterable[T]:
    """Iterate as it is."""
    return items
