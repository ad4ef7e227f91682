"""How a client connects and repeats: channel options and the retry policy, in one place and without any I/O."""

import math
import random
from dataclasses import dataclass
from typing import Final, TypedDict

MAX_MESSAGE_BYTES: Final = 32 * 1024 * 1024
DEFAULT_TARGET: Final = "127.0.0.1:7420"
DEFAULT_TIMEOUT_SECONDS: Final = 30.0
# gRPC counts nanoseconds in 64 bits: what is longer than some thirty years would be over at once.
_ENDLESS_SECONDS: Final = 1e9

# Keepalive finds a peer that vanished without a word; a minute between pings is what servers tolerate. Reconnecting begins
# early and stays frequent, for a server that restarts is back within seconds.
CHANNEL_OPTIONS: Final[tuple[tuple[str, int], ...]] = (
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2_000),
)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """When a transient refusal is tried again: after about ``first_seconds``, doubling up to ``most_seconds`` each time.

    A call is tried until its deadline, at most ``max_attempts`` times, and not longer than ``within_seconds`` in all when it
    has no deadline.
    """

    first_seconds: float = 0.05
    most_seconds: float = 2.0
    max_attempts: int = 1_000
    within_seconds: float = 60.0

    def delay_seconds(self, attempt: int) -> float:
        """Return how long to wait after attempt ``attempt`` (from 0): jittered over the upper half, so callers spread."""
        longest = min(self.most_seconds, self.first_seconds * 2.0 ** min(attempt, 30))
        return longest * random.uniform(0.5, 1.0)  # jitter, not secrecy

    def allowed_seconds(self, timeout_seconds: float) -> float:
        """Return how long attempts may go on, for a call with this deadline (``math.inf`` for none)."""
        return timeout_seconds if math.isfinite(timeout_seconds) else self.within_seconds


def deadline(seconds: float) -> float | None:
    """Return a deadline as gRPC takes it: None for none."""
    return seconds if seconds < _ENDLESS_SECONDS else None


class WriteOptions(TypedDict, total=False):
    """What a write may say beside its own arguments: who and from where, unless the client says it, and how it is sent."""

    actor: str | None
    source: str | None
    request_id: str | None
    timeout: float | None


DEFAULT_RETRY: Final = RetryPolicy()
