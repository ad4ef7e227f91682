"""`tagledger verify`: opens a store as a server would, and has it verified; the command line tells what was found."""

import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from domain.errors import InvalidField, LogDamaged, Violation
from server.bootstrap import SystemClock, event_log, snapshot_folder
from server.config import Config
from server.eventlog.port import EventLog
from server.snapshots.folder import SnapshotFolder
from server.usecases.committer import Committer
from server.usecases.state import WorkspaceState
from server.usecases.verifying import Checkpoint, Verification

_TOLD_EVERY = 10_000


@dataclass(frozen=True, slots=True)
class Found:
    """What a verification found: `difference` is the first one, "" for none, and `checkpoints` are where the streams end."""

    difference: str
    changesets: int
    index_compared: bool
    """Was there a snapshot to hold against the log?"""
    checkpoints: Sequence[Checkpoint]


def verified(config: Config, checkpoint: Path | None, against: Path | None) -> Found:
    """Verify, and keep a checkpoint in a file. Raises StoreUnavailable, InvalidField."""
    known = _read(against) if against else []
    if not config.database_url and not (Path(config.data) / "ledger.sqlite").exists():
        raise InvalidField.of([Violation("--data", f"there is no embedded log in {config.data}")])
    with ExitStack() as stack:
        log = stack.enter_context(closing(event_log(config)))
        snapshots = snapshot_folder(config)
        if snapshots:
            stack.enter_context(closing(snapshots))
        verification, loaded = Verification(log, known, _progress), _loaded(log, snapshots) if snapshots else {}
        try:
            ends = verification.verify(loaded)
        except LogDamaged as error:
            return Found(error.message, verification.count, bool(loaded), ())
    if checkpoint:
        checkpoint.write_bytes(orjson.dumps([asdict(end) for end in ends], option=orjson.OPT_INDENT_2) + b"\n")
    return Found("", verification.count, bool(loaded), ends)


def _loaded(log: EventLog, snapshots: SnapshotFolder) -> Mapping[str, WorkspaceState]:
    """What a server would start on, up to the end of the log; nothing without a snapshot that can be trusted."""
    found = snapshots.load(log)
    if found is None:
        return {}
    follower = Committer(log, SystemClock(), follow_seconds=None)
    follower.restore(found.states, found.position)
    try:
        follower.catch_up()
    except LogDamaged:
        return {}  # what is wrong with the log is found, and told, by reading it from the beginning
    return {name: follower.states[name] for name in found.states}


def _read(file: Path) -> list[Checkpoint]:
    try:
        return [Checkpoint(**one) for one in orjson.loads(file.read_bytes())]
    except (OSError, TypeError, ValueError) as error:
        raise InvalidField.of([Violation("--against", f"{file} is no checkpoint of `tagledger verify`: {error}")]) from error


def _progress(before: int, count: int) -> None:
    if before // _TOLD_EVERY < count // _TOLD_EVERY and sys.stderr.isatty():
        print(f"{count:,} changesets", file=sys.stderr, flush=True)
