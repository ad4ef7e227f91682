"""`tagledger verify`: opens a store as a server would, and has it verified; the command line tells what was found."""

import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from domain.errors import InvalidField, LogDamaged, Violation
from server.bootstrap import event_log, snapshot_folder
from server.config import Config
from server.eventlog.sqlite import FILE
from server.usecases.verifying import Checkpoint, Verification

_TOLD_EVERY = 10_000


@dataclass(frozen=True, slots=True)
class Found:
    """What a verification found: `difference` is the first one, "" for none, and `checkpoints` are where the streams end."""

    difference: str
    changesets: int
    index_compared: bool
    """Was there a snapshot to hold against the log?"""
    snapshots_refused: Sequence[str]
    """Those that could not be trusted, and why."""
    checkpoints: Sequence[Checkpoint]


def verified(config: Config, checkpoint: Path | None, against: Path | None) -> Found:
    """Verify, and keep a checkpoint in a file. Raises StoreUnavailable, InvalidField."""
    known = _read(against) if against else []
    if checkpoint and not os.access(checkpoint.parent, os.W_OK):
        raise InvalidField.of([Violation("--checkpoint", f"{checkpoint.parent} is no folder that can be written to")])
    if not config.database_url and not (Path(config.data) / FILE).is_file():
        raise InvalidField.of([Violation("--data", f"there is no embedded log in {config.data}")])
    with ExitStack() as stack:
        log = stack.enter_context(closing(event_log(config, create=False)))
        snapshots = snapshot_folder(config, create=False)
        if snapshots:
            stack.enter_context(closing(snapshots))
        verification = Verification(log, known, _progress)
        loaded = snapshots.load(log) if snapshots else None
        refused = snapshots.refused if snapshots else []
        try:
            ends = verification.verify(loaded.states if loaded else {})
        except LogDamaged as error:
            return Found(error.message, verification.count, bool(loaded), refused, ())
    if checkpoint:
        try:
            checkpoint.write_bytes(orjson.dumps([asdict(end) for end in ends], option=orjson.OPT_INDENT_2) + b"\n")
        except OSError as error:
            raise InvalidField.of([Violation("--checkpoint", f"{checkpoint} cannot be written: {error.strerror}")]) from error
    return Found("", verification.count, bool(loaded), refused, ends)


def _read(file: Path) -> list[Checkpoint]:
    try:
        return [Checkpoint(**one) for one in orjson.loads(file.read_bytes())]
    except (OSError, TypeError, ValueError) as error:
        raise InvalidField.of([Violation("--against", f"{file} is no checkpoint of `tagledger verify`: {error}")]) from error


def _progress(before: int, count: int) -> None:
    if before // _TOLD_EVERY < count // _TOLD_EVERY and sys.stderr.isatty():
        print(f"{count:,} changesets", file=sys.stderr, flush=True)
