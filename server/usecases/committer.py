"""The one writer: decides waiting drafts in order, commits them in groups, applies them, and only then answers.

Requests that wait at the same moment share one transaction (and one fsync). When an append conflicts - another server was
first, or a commit succeeded whose reply was lost - the committer catches up with the log, answers what turns out to be
recorded, and decides the rest again.
"""

import os
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

import structlog

from domain.changeset import Recorded
from domain.errors import CallerError, LogDamaged, Overloaded, RequestIdReused, ShuttingDown, StoreUnavailable
from domain.limits import MAX_QUEUED_WRITE_BYTES
from server.eventlog import payload
from server.eventlog.port import AppendConflict, EventLog, NewChangeset, RecordedRequest, StoredChangeset, batches
from server.usecases.deciding import Decision, Transaction
from server.usecases.drafts import Draft, Receipt, Request
from server.usecases.receipts import receipt_of, replayed
from server.usecases.state import ComputedKeys, WorkspaceState

_GROUP_DRAFTS_MAX = 512
_GROUP_BYTES_MAX = 32 * 1024 * 1024
_CONFLICTS_MAX = 20
_SOFTWARE_ERROR = 70  # sysexits.h
_log = structlog.get_logger("tagledger.committer")
_Result = TypeVar("_Result")


@dataclass(slots=True)
class _Waiting:
    draft: Draft
    answer: "Future[Receipt]" = field(default_factory=Future)
    conflicts: int = 0


@dataclass(slots=True)
class _Task:
    """Something to do between two commits."""

    do: Callable[[], Any]
    done: "Future[Any]" = field(default_factory=Future)

    def run(self) -> None:
        try:
            self.done.set_result(self.do())
        except Exception as error:  # noqa: BLE001 - whoever asked is told
            self.done.set_exception(error)


class Committer:
    """Owns the log and the states; `submit` may be called from any thread."""

    def __init__(
        self,
        log: EventLog,
        now: Callable[[], int],
        *,
        follow_seconds: float | None,
        end_process: Callable[[], None] = lambda: os._exit(_SOFTWARE_ERROR),
    ) -> None:
        """`follow_seconds`: how often to look for other servers' commits while idle; None when there can be none."""
        self._end_process = end_process
        self._log = log
        self._now = now
        self._follow_seconds = follow_seconds
        self._queue: queue.SimpleQueue[_Waiting | _Task | None] = queue.SimpleQueue()
        self._queued_bytes = 0
        self._queued_lock = threading.Lock()
        self._while_replaying: queue.SimpleQueue[_Task] = queue.SimpleQueue()
        self._replaying = False
        self._beginning = threading.Lock()
        """Held while something begins, replay or commits, that applies changesets."""
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="committer", daemon=True)
        self._vaults: dict[str, tuple[Iterator[tuple[int, str]], int]] = {}
        self.states: dict[str, WorkspaceState] = {}
        self.position = 0

    # --- from any thread --------------------------------------------------------------------------------------------------

    def submit(self, draft: Draft) -> "Future[Receipt]":
        """Queue a draft; the future gets its receipt after the commit, or the TagledgerError that refuses it."""
        with self._queued_lock:
            if self._stopping:
                raise ShuttingDown("the server is shutting down; repeat the request with the same request_id on another one")
            if self._queued_bytes and self._queued_bytes + draft.request.size_bytes > MAX_QUEUED_WRITE_BYTES:
                raise Overloaded("too many writes are waiting for the disk; repeat later with the same request_id")
            self._queued_bytes += draft.request.size_bytes
            waiting = _Waiting(draft)
            self._queue.put(waiting)
        return waiting.answer

    def first_reply(self, request: Request) -> Receipt | None:
        """That of a request that was recorded, so that much need not be found out for a repeat; None for a new one.

        None also where another server has just recorded it: `submit` tells. Raises RequestIdReused. Blocks on the log.
        """
        recorded, state = self._recorded_before(request), self.states.get(request.workspace)
        if recorded is None or state is None or state.index.clock().version < recorded.version:
            return None
        return self._first_reply(request, recorded)

    def restore(self, states: dict[str, WorkspaceState], position: int) -> None:
        """Begin with what a snapshot holds; `catch_up` goes on from there. Before `start`."""
        self.states.update(states)
        self.position = position

    @property
    def queued_bytes(self) -> int:
        """Size of the writes that wait."""
        return self._queued_bytes

    @property
    def running(self) -> bool:
        """Has it begun to commit, and not ended?"""
        return self._thread.is_alive()

    def between_commits(self, do: Callable[[], _Result]) -> _Result:
        """Run it where nothing is applied meanwhile, and wait for its result; it must be quick, for writes wait too."""
        task = _Task(do)
        with self._beginning:
            if not self._queued(task):
                if self.running:
                    self._thread.join()
                task.run()
        result: _Result = task.done.result()
        return result

    def _queued(self, task: _Task) -> bool:
        """Leave it to whoever applies changesets now; False if nobody does."""
        with self._queued_lock:
            if self._replaying:
                self._while_replaying.put(task)
                return True
            if self.running and not self._stopping:
                self._queue.put(task)
                return True
            return False

    def start(self) -> None:
        """Begin to commit. `catch_up` must have been called."""
        with self._beginning:
            self._thread.start()

    def stop(self) -> None:
        """Refuse new drafts, commit those that wait, and end."""
        with self._queued_lock:
            self._stopping = True
            self._queue.put(None)
        if self._thread.is_alive():
            self._thread.join()

    # --- the writer's thread ----------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            try:
                first = self._queue.get(timeout=self._follow_seconds)
            except queue.Empty:
                self._follow()
                continue
            group, behind = self._group(first)
            self._commit(group)
            for item in behind:
                if item is None:
                    return
                item.run()

    def _group(self, first: _Waiting | _Task | None) -> tuple[deque[_Waiting], Sequence[_Task | None]]:
        """What waits now, up to the bounds of a group; and the task, or the end (None), that was met behind it, if any."""
        group: deque[_Waiting] = deque()
        size, item = 0, first
        while isinstance(item, _Waiting):
            group.append(item)
            size += item.draft.request.size_bytes
            if len(group) >= _GROUP_DRAFTS_MAX or size >= _GROUP_BYTES_MAX:
                break
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                break
        with self._queued_lock:
            self._queued_bytes -= size
        return group, () if isinstance(item, _Waiting) else (item,)

    def _commit(self, group: deque[_Waiting]) -> None:
        while group:
            taken: list[_Waiting] = []
            try:
                self._commit_some(group, taken)
            except Exception as error:  # noqa: BLE001 - the writer must survive; the callers are told
                _log.exception("commit failed")
                for waiting in (*taken, *group):
                    _fail(waiting, error)
                group.clear()

    def _commit_some(self, group: deque[_Waiting], taken: list[_Waiting]) -> None:
        """Move drafts from the front that can share a transaction to `taken`, and commit them."""
        transaction = Transaction(self.states, self._now())
        while group and transaction.admits(group[0].draft):
            taken.append(group.popleft())
            try:
                transaction.decide(taken[-1].draft)
            except CallerError as error:
                # A repeat of a recorded request is answered as such, even if it would be refused today.
                answered, learnt = self._answered_as_recorded(taken[-1]), self._learnt_something()
                waiting = taken.pop()
                if not answered and learnt:
                    group.appendleft(waiting)
                    break
                if not answered:
                    _fail(waiting, error)
        if taken:
            self._append(transaction.decisions, taken, group)

    def _learnt_something(self) -> bool:
        """Catch up with other servers before a refusal: what is missing here may have been made there."""
        before = self.position
        if self._follow_seconds is not None:
            self.catch_up()
        return self.position > before

    def _append(self, decisions: Sequence[Decision], taken: Sequence[_Waiting], group: deque[_Waiting]) -> None:
        batch = self._encoded(decisions)
        try:
            positions = self._log.append(batch)
        except AppendConflict:
            self._resolve_conflict(taken, group)
            return
        for decision, new, position, waiting in zip(decisions, batch, positions, taken, strict=True):
            self._apply(decision, new, position)
            waiting.answer.set_result(receipt_of(decision, position))

    def _encoded(self, decisions: Sequence[Decision]) -> list[NewChangeset]:
        chains: dict[str, bytes] = {}
        batch = []
        for decision in decisions:
            changeset, request = decision.changeset, decision.draft.request
            known = self.states.get(request.workspace)
            previous = chains.get(request.workspace) or (known.chain if known else payload.GENESIS)
            state, chain = payload.encode(changeset, previous)
            chains[request.workspace] = chain
            batch.append(
                NewChangeset(
                    request.workspace,
                    changeset.version,
                    payload.TOPIC,
                    state,
                    request.request_id,
                    request.digest,
                    changeset.first_ordinal,
                    decision.profile_ids,
                    chain,
                    changeset.erased,
                    decision.personal,
                )
            )
        return batch

    def _apply(self, decision: Decision, new: NewChangeset, position: int) -> None:
        state = self.states.get(new.workspace) or WorkspaceState.empty(new.workspace)
        self._take_in(state, Recorded(position, decision.changeset, "", new.chain.hex()), decision.profile_ids, decision.keys)
        self.states[new.workspace] = state
        self.position = position

    def _take_in(
        self, state: WorkspaceState, recorded: Recorded, profile_ids: Sequence[str], keys: ComputedKeys | None = None
    ) -> None:
        """Apply what is recorded. If that fails half way, answers would be wrong from here on: the process ends at once.

        Everything acknowledged is on disk, and no snapshot of the broken state is written: the next start reads the log.
        """
        try:
            state.apply(recorded, profile_ids, keys)
        except Exception:
            if not self.running:  # at start: whoever starts is told
                raise
            _log.critical("cannot apply what was recorded; stopping at once", position=recorded.position, exc_info=True)
            self._end_process()

    def _resolve_conflict(self, taken: Sequence[_Waiting], group: deque[_Waiting]) -> None:
        before = self.position
        self.catch_up()
        left = [waiting for waiting in taken if not self._answered_as_recorded(waiting)]
        stuck = self.position == before and len(left) == len(taken)
        for waiting in reversed(left):
            waiting.conflicts += stuck
            if waiting.conflicts > _CONFLICTS_MAX:
                _fail(
                    waiting, StoreUnavailable("the write keeps conflicting in the database; repeat it with the same request_id")
                )
            else:
                group.appendleft(waiting)

    def _answered_as_recorded(self, waiting: _Waiting) -> bool:
        """Answer a repeat from the log; False when its request id has not been recorded."""
        request = waiting.draft.request
        try:
            recorded = self._recorded_before(request)
            if recorded is None:
                return False
            if request.workspace not in self.states or self.states[request.workspace].version < recorded.version:
                self.catch_up()
            waiting.answer.set_result(self._first_reply(request, recorded))
        except RequestIdReused as reused:
            _fail(waiting, reused)
        return True

    def _recorded_before(self, request: Request) -> RecordedRequest | None:
        """What was recorded under the request id. Raises RequestIdReused."""
        recorded = self._log.find_request(request.workspace, request.request_id)
        if recorded is not None and recorded.digest != request.digest:
            message = "this request_id was recorded with other content; use a new UUID for each intended write"
            raise RequestIdReused(message, metadata={"workspace": request.workspace})
        return recorded

    def _first_reply(self, request: Request, recorded: RecordedRequest) -> Receipt:
        stored = self._log.read_version(request.workspace, recorded.version)
        assert stored is not None
        position = self.states[request.workspace].index.position_of(recorded.version)
        return replayed(payload.decode(request.workspace, recorded.version, position, stored.state))

    # --- following the log ------------------------------------------------------------------------------------------------

    def _follow(self) -> None:
        try:
            self.catch_up()
        except Exception as error:  # noqa: BLE001 - tried again in a moment; the writer must survive
            _log.warning("cannot follow the log", error=repr(error))

    def catch_up(self, progress: Callable[[int], None] | None = None) -> None:
        """Apply what the log holds beyond what is applied. `progress` gets the number of events so far."""
        if not self.running:
            with self._beginning:
                self._replaying = True
        try:
            done = 0
            for events in batches(self._log, self.position):
                for event in events:
                    self._apply_stored(event)
                    self._run_tasks()  # not for all of them together: who waits merges nothing meanwhile
                done += len(events)
                if progress:
                    progress(done)
        finally:
            with self._queued_lock:
                self._replaying = False
            self._run_tasks()

    def _run_tasks(self) -> None:
        """Those that were left to whoever replays; none while commits run."""
        while not self._while_replaying.empty():
            self._while_replaying.get().run()

    def _apply_stored(self, event: StoredChangeset) -> None:
        recorded = payload.decode(event.workspace, event.version, event.position, event.state)
        state = self.states.get(event.workspace) or WorkspaceState.empty(event.workspace)
        self._take_in(state, recorded, self._vault_names(state, recorded))
        self.states[event.workspace] = state
        self.position = event.position

    def _vault_names(self, state: WorkspaceState, recorded: Recorded) -> list[str]:
        count = recorded.changeset.outcome.new_profiles
        if not count:
            return []
        first = recorded.changeset.first_ordinal
        vault, following = self._vaults.pop(state.name, (iter(()), first))
        rows = list(islice(vault, count)) if following == first else []
        if len(rows) < count:
            # The reader stood elsewhere, or at the end of the vault as it was then.
            vault = self._log.profiles(state.name, first_ordinal=first + len(rows))
            rows += islice(vault, count - len(rows))
        if [ordinal for ordinal, _ in rows] != list(range(first, first + count)):
            message = (
                f"the vault of workspace {state.name} lacks profiles among the ordinals from {first} to {first + count - 1}"
            )
            raise LogDamaged(message, metadata={"workspace": state.name})
        self._vaults[state.name] = (vault, first + count)
        return [name for _, name in rows]


def _fail(waiting: _Waiting, error: BaseException) -> None:
    if not waiting.answer.done():
        waiting.answer.set_exception(error)
