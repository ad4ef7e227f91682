# Generated from ../_async/buffer.py by clients/generate_sync.py. Do not edit.
"""Interactions recorded in the background, because callers have one at a time and the ledger likes them by the thousand.

Rows wait in order of arrival until there are enough for a batch, or the oldest is old enough. A few workers take batches,
each with its own request_id, and repeat them until they are durable or refused. Memory is bounded: whoever adds waits when
too many rows are neither durable nor refused.
"""

import uuid
from collections import deque
from collections.abc import Callable, Sequence
from typing import Self

from ..errors import InteractionsNotRecorded, OutcomeUnknown, TagledgerError
from ..settings import RetryPolicy
from ..values import Interaction
from . import primitives

_ATTEMPT_SECONDS = 30.0
_RETRY = RetryPolicy()


class InteractionBuffer:
    """A queue of interactions on the way to the ledger, for any number of callers at once.

    ``add`` returns when the row is in memory. ``flush`` waits until all rows added before are durable. ``close`` flushes
    and ends the workers; leaving a ``with`` block closes. A batch that was refused raises InteractionsNotRecorded, with its
    rows, out of the next ``add``, ``flush`` or ``close``, once; the rows of that ``add`` are taken all the same.
    """

    def __init__(
        self,
        record: Callable[[Sequence[Interaction], str, float], None],
        *,
        batch_rows: int,
        max_age_seconds: float,
        max_buffered: int,
        in_flight: int,
        give_up_after_seconds: float,
    ) -> None:
        if not 1 <= batch_rows <= max_buffered or in_flight < 1:
            raise ValueError("batch_rows must be from 1 to max_buffered, and in_flight at least 1")
        self._record = record
        self._batch_rows = batch_rows
        self._max_age_seconds = max_age_seconds
        self._max_buffered = max_buffered
        self._in_flight = in_flight
        self._give_up_after_seconds = give_up_after_seconds
        self._condition = primitives.Condition()
        self._waiting: deque[Interaction] = deque()
        self._oldest_at = 0.0
        self._added_count = 0
        self._taken: dict[int, int] = {}  # number of the first row of each batch in flight -> its rows
        self._flush_through = 0
        self._failures: deque[InteractionsNotRecorded] = deque()
        self._workers: list[primitives.Worker] = []
        self._closed = False

    def add(self, interaction: Interaction) -> None:
        """Take one interaction; waits while ``max_buffered`` rows are not durable yet."""
        with self._condition:
            if self._closed:
                raise ValueError("the buffer is closed")
            while self._buffered() >= self._max_buffered:
                primitives.wait_for_change(self._condition, None)
            if not self._workers:
                self._workers = [primitives.start_worker(self._work) for _ in range(self._in_flight)]
            waiting = self._waiting
            if not waiting:
                self._oldest_at = primitives.monotonic()
            waiting.append(interaction)
            self._added_count += 1
            if len(waiting) == 1 or len(waiting) % self._batch_rows == 0:
                self._condition.notify_all()
            if self._failures:
                raise self._failures.popleft()

    def flush(self) -> None:
        """Wait until every interaction added before this call is durable. Raises for a batch that was refused."""
        with self._condition:
            target = self._added_count
            self._flush_through = max(self._flush_through, target)
            self._condition.notify_all()
            while self._settled_through() < target:
                primitives.wait_for_change(self._condition, None)
            if self._failures:
                raise self._failures.popleft()

    def close(self) -> None:
        """Flush, and end the workers. Raises for a batch that was refused; closing twice does nothing."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()
        for worker in self._workers:
            primitives.join_worker(worker)
        self._workers = []
        if self._failures:
            raise self._failures.popleft()

    def __enter__(self) -> Self:
        """Return the buffer itself."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Close it."""
        self.close()

    def _buffered(self) -> int:
        return len(self._waiting) + sum(self._taken.values())

    def _settled_through(self) -> int:
        """Return how many of the rows, in order of arrival, are durable or refused without a gap."""
        return min(self._taken, default=self._added_count - len(self._waiting))

    def _seconds_until_due(self) -> float | None:
        """Return how long the waiting rows may wait, 0 when they should go now, None when there are none."""
        waiting = len(self._waiting)
        if not waiting:
            return None
        first_row = self._added_count - waiting
        if waiting >= self._batch_rows or self._closed or first_row < self._flush_through:
            return 0.0
        return max(0.0, self._oldest_at + self._max_age_seconds - primitives.monotonic())

    def _work(self) -> None:
        """Take batches and record them until the buffer is closed and empty."""
        while True:
            with self._condition:
                while (due := self._seconds_until_due()) != 0.0:
                    if self._closed and due is None:
                        return
                    primitives.wait_for_change(self._condition, due)
                first_row = self._added_count - len(self._waiting)
                size = min(self._batch_rows, len(self._waiting))
                rows = [self._waiting.popleft() for _ in range(size)]
                self._taken[first_row] = size
                self._oldest_at = primitives.monotonic()
            failure = self._settle(rows)
            with self._condition:
                del self._taken[first_row]
                if failure is not None:
                    self._failures.append(failure)
                self._condition.notify_all()

    def _settle(self, rows: list[Interaction]) -> InteractionsNotRecorded | None:
        """Record one batch, repeating it under its request_id; return why not, None when it is durable."""
        request_id = str(uuid.uuid4())
        give_up_at = primitives.monotonic() + self._give_up_after_seconds
        attempt = 0
        while True:
            left = give_up_at - primitives.monotonic()
            try:
                self._record(rows, request_id, max(0.001, min(_ATTEMPT_SECONDS, left)))
                return None
            except TagledgerError as error:
                may_pass = error.transient or isinstance(error, OutcomeUnknown)
                if not may_pass or give_up_at <= primitives.monotonic():
                    return InteractionsNotRecorded(error, rows, request_id)
            except Exception as error:  # noqa: BLE001 - a worker that dies would lose its rows without a word
                return InteractionsNotRecorded(TagledgerError(repr(error)), rows, request_id)
            primitives.sleep(_RETRY.delay_seconds(attempt))
            attempt += 1
