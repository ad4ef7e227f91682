"""Puts a server together: the only file that names concrete classes. Start: log, replay, committer, listen; stop in reverse."""

import asyncio
import gc
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import structlog

from domain.changeset import Attribution
from domain.errors import StoreUnavailable
from server.config import Config
from server.eventlog.port import EventLog
from server.eventlog.postgres import PostgresEventLog
from server.eventlog.sqlite import SqliteEventLog
from server.grpc_server import GrpcServer, Servicers
from server.metrics import Metrics
from server.servicers.catalogue import CatalogueServicer
from server.servicers.export import ExportServicer
from server.servicers.history import HistoryServicer
from server.servicers.ledger import LedgerServicer
from server.servicers.lists import ListServicer
from server.servicers.profile import ProfileServicer
from server.servicers.report import ReportServicer
from server.servicers.running import Work
from server.servicers.segment import SegmentServicer
from server.servicers.staff import StaffServicer
from server.snapshots.folder import SnapshotFolder
from server.snapshots.snapshotter import Upkeep
from server.usecases.asking import Questions
from server.usecases.auditing import Auditing
from server.usecases.bulk import BulkChanges
from server.usecases.clocks import Clocks
from server.usecases.commands import CreateWorkspace
from server.usecases.committer import Committer
from server.usecases.corrections import Corrections
from server.usecases.drafts import CatalogueDraft, Request
from server.usecases.erasures import Erasures
from server.usecases.explaining import Explaining
from server.usecases.profiles import Profiles
from server.usecases.reports import Reports
from server.usecases.tag_use import TagUses

DEFAULT_WORKSPACE = "default"
_FOLLOW_SECONDS = 0.1
_REPLAY_REPORT_EVENTS = 10_000
SWITCH_SECONDS = 0.0005
"""The interpreter switches threads every 5 ms by default: too long for a call that waits behind the committer."""
_GC_THRESHOLDS = (50_000, 20, 20)
# A fixed id makes the first start of two servers on one database meet in one changeset.
_DEFAULT_WORKSPACE_REQUEST = bytes.fromhex("7a671ed6e00000008000000000000001")
_log = structlog.get_logger("tagledger")


class SystemClock:
    """Microseconds since the epoch, never going back."""

    def __init__(self) -> None:
        self._last = 0
        self._lock = threading.Lock()

    def __call__(self) -> int:
        """Now."""
        with self._lock:
            self._last = max(self._last, time.time_ns() // 1_000)
            return self._last


class TagledgerServer:
    """One server: `start`, then `stop`, each once."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._clock = SystemClock()
        self._log = event_log(config)
        follow = _FOLLOW_SECONDS if config.database_url else None
        self._committer = Committer(self._log, self._clock, follow_seconds=follow)
        self._snapshots = snapshot_folder(config)
        scrub = self._log.scrub if self._log.scrubs_beside else None
        self._upkeep = Upkeep(self._committer, self._snapshots, config.snapshot_every, scrub)
        self._work = Work()
        self._metrics = Metrics()
        clocks = Clocks(self._committer.states, self._clock, lambda: self._committer.position)
        questions, auditing = Questions(clocks), Auditing(clocks, self._log)
        bulk = BulkChanges(clocks, questions, auditing)
        erasures = Erasures(clocks, auditing, self._log, lambda: self._upkeep.cleared)
        self._grpc = GrpcServer(
            Servicers(
                LedgerServicer(self._committer, bulk, Corrections(clocks, self._log), clocks, self._work),
                CatalogueServicer(self._committer, clocks, self._work, config.currency),
                ListServicer(self._committer, clocks, self._work),
                SegmentServicer(questions, Explaining(questions, self._log), self._work),
                HistoryServicer(auditing, TagUses(clocks), self._work),
                ProfileServicer(self._committer, Profiles(clocks, auditing, self._log), erasures, self._work),
                StaffServicer(self._committer, bulk, clocks, self._work),
                ReportServicer(Reports(questions, clocks), self._work),
                ExportServicer(questions, self._log, self._work),
            ),
            self._metrics,
        )

    async def start(self) -> str:
        """Replay the log, begin to commit, and listen; the address that was taken."""
        started = time.monotonic()
        await asyncio.get_running_loop().run_in_executor(None, self._replay)
        self._committer.start()
        await self._ensure_default_workspace()
        address = await self._grpc.start(self._config.listen)
        self._metrics.watch(self._committer, self._log)
        metrics_address = self._serve_metrics()
        _log.info(
            "serving",
            listen=address,
            metrics=metrics_address,
            store="postgresql" if self._config.database_url else str(Path(self._config.data).resolve()),
            position=self._committer.position,
            start_seconds=round(time.monotonic() - started, 3),
        )
        return address

    async def stop(self) -> None:
        """Let calls in flight end, commit what waits, close the log."""
        _log.info("stopping", grace_seconds=self._config.shutdown_grace_seconds)
        await self._grpc.stop(self._config.shutdown_grace_seconds)
        loop = asyncio.get_running_loop()
        for step in (self._committer.stop, self._upkeep.stop_with_snapshot, self._work.close, self._log.close):
            await loop.run_in_executor(None, step)
        if self._snapshots:
            self._snapshots.close()
        _log.info("stopped", position=self._committer.position)

    def _replay(self) -> None:
        loaded = self._snapshots.load(self._log) if self._snapshots else None
        if loaded:
            self._committer.restore(loaded.states, loaded.position)
            self._upkeep.loaded(loaded.position)
            _log.info("snapshot loaded", position=loaded.position)
        self._upkeep.start()
        reported = 0

        def progress(events: int) -> None:
            nonlocal reported
            if events - reported >= _REPLAY_REPORT_EVENTS:
                reported = events
                _log.info("replaying the log", events=events, position=self._committer.position)

        self._committer.catch_up(progress)

    async def _ensure_default_workspace(self) -> None:
        if DEFAULT_WORKSPACE in self._committer.states:
            return
        attribution = Attribution("tagledger", "first start", "tagledger serve")
        request = Request(DEFAULT_WORKSPACE, _DEFAULT_WORKSPACE_REQUEST, bytes(32), attribution, 0)
        draft = CatalogueDraft(request, CreateWorkspace(self._config.currency))
        await asyncio.wrap_future(self._committer.submit(draft))

    def _serve_metrics(self) -> str | None:
        if not self._config.metrics:
            return None
        host, _, port = self._config.metrics.rpartition(":")
        try:
            return f"{host}:{self._metrics.serve(host, int(port)).server_port}"
        except OSError as error:
            message = f"cannot serve metrics on {self._config.metrics}: {error.strerror}; choose another --metrics HOST:PORT"
            raise StoreUnavailable(message) from error


async def serve(config: Config, ready: Callable[[str], None]) -> None:
    """Be the process: run until SIGINT or SIGTERM; `ready` gets the address once calls are answered."""
    sys.setswitchinterval(SWITCH_SECONDS)
    server = TagledgerServer(config)
    try:
        address = await server.start()
    except BaseException:
        await server.stop()
        raise
    # What was replayed lives as long as the process: no use in looking for garbage in it again and again.
    gc.freeze()
    gc.set_threshold(*_GC_THRESHOLDS)
    ready(address)
    end = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end.set)
    await end.wait()
    await server.stop()


def event_log(config: Config, *, create: bool = True) -> EventLog:
    """The log that the settings name. `create`: make it if it is not there. Raises StoreUnavailable."""
    if config.database_url:
        return PostgresEventLog(config.database_url, create=create)
    return SqliteEventLog(Path(config.data), create=create)


def snapshot_folder(config: Config, *, create: bool = True) -> SnapshotFolder | None:
    """The folder of snapshots that the settings name, if they want any. `create`: also if it is not there yet.

    Raises StoreUnavailable.
    """
    given = config.snapshots or ("" if config.database_url else str(Path(config.data) / "snapshots"))
    if given in ("", "none") or not (create or Path(given).is_dir()):
        return None
    return SnapshotFolder(Path(given))
