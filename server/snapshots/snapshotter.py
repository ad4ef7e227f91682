"""Keeps snapshots fresh beside the running server, and what is closed out of memory; clears away what erasures leave behind.

A thread of its own: merges runs, moves closed ones and what histories have so far into mapped files, and writes a snapshot when
the log has grown enough since the last one. The writer waits only between two commits: while the state is captured (views of
append-only columns, copies of open ends), and while histories change over. After an erasure the store's file is scrubbed, where
that is quick, and a snapshot is written at once, for the older ones know who was erased, and go.
"""

import threading
import time
from collections.abc import Callable

import structlog

from server.snapshots.folder import SnapshotFolder
from server.snapshots.parts import Captured, captured, histories, move_histories
from server.usecases.committer import Committer
from server.usecases.erasures import Cleared

_PAUSE_SECONDS = 0.2
_KEPT_ENTRIES = 1 << 18
# While there is something to merge, questions look at many runs: only what takes much memory is moved before that is done.
_KEPT_ENTRIES_MERGING = 1 << 24
_GROWN_HISTORY_ROWS_MERGING = 1 << 27
_GROWN_ROWS = 2_000_000
_GROWN_SHARE = 0.2
_GROWN_SHARE_REPLAYING = 1.0  # all is written again each time
_GROWN_EVENTS = 100_000
_GROWN_HISTORY_ROWS = 1 << 20
_WORTH_MERGING = 0.1
_WORTH_ROWS = 200_000
_WORTH_EVENTS = 2_000
_log = structlog.get_logger("tagledger.snapshots")


class Upkeep(threading.Thread):
    """Merging, mapping, snapshots. `start` it before the log is replayed: it works on what is there."""

    def __init__(
        self, committer: Committer, folder: SnapshotFolder | None, every: int = 0, scrub: Callable[[], bool] | None = None
    ) -> None:
        """`folder`: None for no snapshots. `every`: commits between them, 0 to choose by how much was recorded.

        `scrub`: that of the log, where it is quick.
        """
        super().__init__(name="upkeep", daemon=True)
        self._committer, self._folder, self._every, self._scrub = committer, folder, every, scrub
        self._end = threading.Event()
        self._rows = self._events = self._rows_before = self._kept_history_rows = 0
        self.position = 0
        """Of the last snapshot."""
        self._scrubbed = 0
        """The position of the log when its file was scrubbed last."""

    @property
    def cleared(self) -> Cleared:
        """What is gone of erasures: everything up to these positions."""
        applied = self._committer.position
        snapshots = self._folder.oldest if self._folder else None
        return Cleared(applied if snapshots is None else snapshots, self._scrubbed if self._scrub else None)

    def loaded(self, position: int) -> None:
        """A snapshot was loaded at start."""
        self.position, self._events, self._rows = position, position, self._row_count()
        self._kept_history_rows = self._history_rows()

    def run(self) -> None:
        """Until stopped."""
        while not self._end.wait(_PAUSE_SECONDS):
            try:
                self._once()
            except Exception as error:  # noqa: BLE001 - a full disk must not end the upkeep; it is tried again
                _log.exception("upkeep failed", error=repr(error))
                self._end.wait(10.0)

    def _once(self) -> None:
        for state in list(self._committer.states.values()):
            merged = True
            while merged and not self._end.is_set():
                if self._folder:
                    self._keep_histories(self._folder, _GROWN_HISTORY_ROWS_MERGING)  # first: merging takes memory too
                merged = state.compact()
                if self._folder:
                    self._folder.keep(state, _KEPT_ENTRIES_MERGING if merged else _KEPT_ENTRIES)
        if self._folder and not self._end.is_set():
            self._keep_histories(self._folder, _GROWN_HISTORY_ROWS)
        self._merge_when_idle()
        self._clear_erasures()
        if self._folder and self._committer.running and not self._end.is_set() and self._has_grown():
            self.write_snapshot()

    def _keep_histories(self, folder: SnapshotFolder, least: int) -> None:
        """Tags, traits and who exists go on in files, if they have grown enough since they moved there: by `least` rows."""
        rows = self._history_rows()
        share = _GROWN_SHARE if self._committer.running else _GROWN_SHARE_REPLAYING
        if rows - self._kept_history_rows < max(least, share * self._kept_history_rows):
            return
        states = dict(self._committer.states)
        taken = self._committer.between_commits(lambda: {name: histories(state) for name, state in states.items()})
        files = {name: folder.keep_parts(parts) for name, parts in taken.items()}

        def move() -> None:
            for name, parts in files.items():
                move_histories(states[name], parts)

        self._committer.between_commits(move)
        self._kept_history_rows = rows

    def _history_rows(self) -> int:
        return sum(state.index.history_rows for state in list(self._committer.states.values()))

    def _merge_when_idle(self) -> None:
        """One run a type answers quickest. While rows come in, merging that far would never end."""
        rows, self._rows_before = self._rows_before, self._row_count()
        if rows != self._rows_before or not self._committer.running:
            return
        for state in list(self._committer.states.values()):
            for of_type in list(state.index.interactions.values()):
                if not self._end.is_set():
                    of_type.compact_fully(_WORTH_MERGING)

    def _clear_erasures(self) -> None:
        """Leave no trace of who was erased."""
        erased = self._last_erasure()
        if not erased or not self._committer.running or self._end.is_set():
            return
        position = self._committer.position
        if self._scrub and self._scrubbed < erased and self._scrub():
            self._scrubbed = position
        for state in list(self._committer.states.values()):
            state.profiles.purge()
        oldest = self._folder.oldest if self._folder else None
        if self._folder and oldest is not None and oldest < erased:
            if self.position < erased:
                self.write_snapshot()
            else:
                self._folder.forget_before(erased)

    def _last_erasure(self) -> int:
        """Its position; 0 for none."""
        indexes = [state.index for state in list(self._committer.states.values())]
        return max((index.position_of(index.erased.last_version) for index in indexes), default=0)

    def stop(self) -> None:
        """End after the step that runs."""
        self._end.set()
        if self.is_alive():
            self.join()

    def _row_count(self) -> int:
        return sum(state.index.interaction_count for state in list(self._committer.states.values()))

    def _has_grown(self) -> bool:
        return self._has_grown_by(max(_GROWN_ROWS, _GROWN_SHARE * self._rows), _GROWN_EVENTS)

    def _has_grown_by(self, rows: float, events: int) -> bool:
        """More than so many rows or events, unless a number of commits was set."""
        recorded = self._committer.position - self._events
        return recorded >= self._every if self._every else self._row_count() - self._rows > rows or recorded > events

    def stop_with_snapshot(self) -> None:
        """End, and spare the next start the reading of what was recorded since the last snapshot, if that is much."""
        self.stop()
        try:
            if self._has_grown_by(_WORTH_ROWS, _WORTH_EVENTS) or self.position < self._last_erasure():
                self.write_snapshot()
        except Exception as error:  # noqa: BLE001 - the log has everything; the rest of the server must stop in order
            _log.exception("no snapshot at the end", error=repr(error))

    def write_snapshot(self) -> None:
        """Write one now, if anything was recorded since the last."""
        if self._folder is None or self._committer.position == self.position:
            return
        for state in list(self._committer.states.values()):
            for of_type in list(state.index.interactions.values()):
                of_type.compact_fully(_WORTH_MERGING)
        captured_now = None
        while captured_now is None:
            for state in list(self._committer.states.values()):
                state.profiles.purge()
            started = time.monotonic()
            captured_now = self._committer.between_commits(self._capture)
        taken, position, rows = captured_now
        paused = time.monotonic() - started
        size = self._folder.write(taken, position, self._last_erasure())
        self.position = self._events = position
        self._rows = rows
        seconds = round(time.monotonic() - started, 2)
        _log.info("snapshot", position=position, bytes=size, seconds=seconds, waited_seconds=round(paused, 3))

    def _capture(self) -> tuple[list[Captured], int, int] | None:
        """None where somebody was erased of whom traces are left in the states: the next snapshot must have none."""
        states = list(self._committer.states.values())
        if not all(state.profiles.purged for state in states):
            return None
        return [captured(state) for state in states], self._committer.position, self._row_count()
