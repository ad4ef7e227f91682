"""A folder of snapshots: files of arrays, and one manifest a snapshot that names them.

    snapshot-00000000000000001234.json   position 1234
    part-….arrays                        stores of one workspace as they were then
    run-….arrays                         closed runs, shared by the snapshots that follow each other

The manifest has the size and the checksum of each file, and is written last, so that a snapshot that has one is whole. The
newest that can be trusted is used; one that is torn, of another log, or of another version of this code is refused by name, and
the log is read instead.
"""

import os
import uuid
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import orjson
import structlog

from domain.changeset import Recorded
from domain.errors import LogDamaged
from projections.index import key_map, runs
from projections.index.by_profile import ByProfile
from projections.index.times import Times
from server.eventlog import payload
from server.eventlog.folder_lock import lock_folder
from server.eventlog.port import EventLog
from server.snapshots.array_file import AnyArray, ArrayFile, Arrays, DamagedFile, checksum_of, read, write
from server.snapshots.parts import Captured, Found, Part, catalogue_versions, restored
from server.usecases.state import WorkspaceState

FORMAT = 8
_KEPT = 2
_VERIFIERS = 2
_SPARE = 0.25
_MANIFEST = "snapshot-{:020}.json"
_TIMES = ("hours", "starts", "offsets")
_COLUMN = "column."
_log = structlog.get_logger("tagledger.snapshots")

AnyRun = runs.Run | key_map.Run


class Refused(Exception):
    """A snapshot that cannot be used; the text says which and why."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a snapshot brought."""

    states: dict[str, WorkspaceState]
    position: int


class SnapshotFolder:
    """One server's snapshots. One caller at a time."""

    def __init__(self, folder: Path) -> None:
        """Raises StoreUnavailable when the folder cannot be used, or another server uses it."""
        self._lock = lock_folder(folder, "snapshots")
        self._folder = folder
        self._files: WeakKeyDictionary[AnyRun, str] = WeakKeyDictionary()
        self._refused: dict[Path, str] = {}
        self._own: set[str] = set()
        """Files that were written here."""

    @property
    def refused(self) -> list[str]:
        """The snapshots that could not be trusted, and why."""
        return [f"{path.name}: {why}" for path, why in self._refused.items()]

    def close(self) -> None:
        """Let another server have the folder."""
        os.close(self._lock)

    # --- writing ----------------------------------------------------------------------------------------------------------

    def keep(self, state: WorkspaceState, smallest: int) -> None:
        """Move closed runs of at least so many entries out of memory, into mapped files."""
        for rows in list(state.index.interactions.values()):
            for run in rows.runs():
                if len(run) >= smallest and run not in self._files:
                    rows.replace(run, self._kept_rows(run))
        for keys in (state.profiles.entries, state.interaction_ids.entries):
            for key_run in keys.runs():
                if len(key_run) >= smallest and key_run not in self._files:
                    keys.replace(key_run, self._kept_keys(key_run))
        self._drop_unused()

    def keep_parts(self, parts: Mapping[str, Part]) -> dict[str, ArrayFile]:
        """The parts in files of their own, mapped. Who maps them needs no names: the next `keep` removes these."""
        return {name: read(self._folder / self._part(part)) for name, part in parts.items()}

    @property
    def oldest(self) -> int | None:
        """The position of the oldest snapshot that is there; None without any."""
        return min(map(_position_of, self._manifests()), default=None)

    def write(self, workspaces: Sequence[Captured], position: int, oldest: int = 0) -> int:
        """Write a snapshot, and remove what no snapshot needs any more; bytes written or referred to.

        `oldest`: no snapshot of a lower position is kept.
        """
        try:
            described = [self._workspace(captured) for captured in workspaces]
            self._write_manifest(orjson.dumps({"format": FORMAT, "position": position, "workspaces": described}), position)
        finally:
            # Also when the disk was full: what was written of this one must not stay, for it will be tried again.
            self._tidy(oldest)
        return sum(file.size for file in _files_of({"workspaces": described}))

    def forget_before(self, position: int) -> None:
        """Keep no snapshot of a lower position."""
        self._tidy(position)

    def _write_manifest(self, manifest: bytes, position: int) -> None:
        whole = {"crc32": zlib.crc32(manifest), "manifest": orjson.Fragment(manifest)}
        path = self._folder / _MANIFEST.format(position)
        temporary = path.with_suffix(".writing")
        temporary.write_bytes(orjson.dumps(whole))
        _sync(temporary)
        temporary.replace(path)
        _sync(self._folder)
        self._refused.pop(path, None)

    def _workspace(self, captured: Captured) -> dict[str, Any]:
        return {
            "name": captured.name,
            "version": captured.version,
            "chain": captured.chain.hex(),
            "recorded_at": captured.recorded_at,
            "parts": {name: self._named(self._part(part)) for name, part in captured.parts.items()},
            "runs": {name: [self._named(self._row_file(run)) for run in of_type] for name, of_type in captured.runs.items()},
            "withdrawn": {name: [self._named(self._row_file(run)) for run in of] for name, of in captured.withdrawn.items()},
            "key_runs": {name: [self._named(self._key_file(run)) for run in kept] for name, kept in captured.key_runs.items()},
        }

    def _named(self, name: str) -> list[Any]:
        path = self._folder / name
        return list(_File(name, path.stat().st_size, checksum_of(path)))

    def _part(self, part: Part) -> str:
        return self._write("part", part.arrays, part.about, spare=_SPARE if part.grows else 0.0)

    def _write(self, kind: str, arrays: Arrays, about: Mapping[str, Any], spare: float = 0.0) -> str:
        name = f"{kind}-{uuid.uuid4().hex}.arrays"
        self._own.add(name)
        write(self._folder / name, arrays, about, spare=spare)
        return name

    def _row_file(self, run: runs.Run) -> str:
        if run not in self._files:
            places = run.by_profile
            arrays: dict[str, AnyArray] = {name: getattr(run.times, name) for name in _TIMES}
            arrays |= {"places": places.places, "profile_starts": places.starts}
            arrays |= {_COLUMN + name: column for name, column in run.columns.items()}
            self._files[run] = self._write("run", arrays, {"max_version": run.max_version, "profile_shift": places.shift})
        return self._files[run]

    def _key_file(self, run: key_map.Run) -> str:
        if run not in self._files:
            arrays: Arrays = {"high": run.high, "low": run.low, "values": run.values, "starts": run.starts}
            self._files[run] = self._write("run", arrays, {})
        return self._files[run]

    def _kept_rows(self, run: runs.Run) -> runs.Run:
        name = self._row_file(run)
        times, columns, _, by_profile = _row_arrays(read(self._folder / name))
        moved = run.moved(times, columns, by_profile)
        self._files[moved] = name
        return moved

    def _kept_keys(self, run: key_map.Run) -> key_map.Run:
        name = self._key_file(run)
        moved = _key_run(read(self._folder / name))
        self._files[moved] = name
        return moved

    def _drop_unused(self) -> None:
        """Remove own files that neither a run in use nor a manifest names: of runs that were merged meanwhile."""
        named = set(self._files.values())
        for path in self._manifests():
            with suppress(Refused):
                named |= {file.name for file in _files_of(_manifest(path))}
        for name in self._own - named:
            (self._folder / name).unlink(missing_ok=True)
        self._own &= named

    def _tidy(self, oldest: int = 0) -> None:
        """Remove manifests that are old or were refused, and files that neither a manifest nor a run in use names."""
        # Those of another log may have the higher positions: they must not push out the good ones.
        good = [path for path in self._manifests() if path not in self._refused][:_KEPT]
        good = [path for path in good if _position_of(path) >= oldest]
        named = set(self._files.values())
        for path in self._manifests():
            try:
                kept = _manifest(path) if path in good else None
            except Refused:
                kept = None
            if kept:
                named |= {file.name for file in _files_of(kept)}
            else:
                path.unlink(missing_ok=True)
        for path in self._folder.iterdir():
            if path.suffix in (".arrays", ".writing") and path.name not in named:
                path.unlink(missing_ok=True)

    # --- reading ----------------------------------------------------------------------------------------------------------

    def load(self, log: EventLog) -> Loaded | None:
        """The newest snapshot of this log that can be trusted; None without any. Tells of each that is refused."""
        end = log.end()
        loaded = None
        for path in self._manifests():
            try:
                loaded = self._load(path, log, end)
                break
            except (Refused, DamagedFile, LogDamaged) as error:
                self._refuse(path, str(error))
            except (LookupError, OSError, TypeError, ValueError) as error:
                # Whole, but not as this server writes them: whatever it is, it must not keep the server from starting.
                self._refuse(path, f"it cannot be read: {error!r}")
        if not self._refused:
            # What a server that was killed had begun to write.
            self._tidy()
        return loaded

    def _refuse(self, path: Path, why: str) -> None:
        _log.warning("snapshot refused", snapshot=path.name, why=why)
        self._refused[path] = why

    def _manifests(self) -> list[Path]:
        return sorted(self._folder.glob("snapshot-*.json"), reverse=True)

    def _load(self, path: Path, log: EventLog, end: int) -> Loaded:
        manifest = _manifest(path)
        if manifest["position"] > end:
            raise Refused(f"it is of position {manifest['position']}, the log ends at {end}: it is of another log")
        for workspace in manifest["workspaces"]:
            _refuse_foreign(workspace, log)
        files = dict(self._opened(_files_of(manifest)))
        states = {workspace["name"]: self._state(workspace, files, log) for workspace in manifest["workspaces"]}
        return Loaded(states, manifest["position"])

    def _opened(self, named: Iterable["_File"]) -> Iterator[tuple[str, ArrayFile]]:
        """Every file, verified to the last byte."""
        files = []
        for one in named:
            path = self._folder / one.name
            if not path.exists():
                raise Refused(f"its file {one.name} is missing")
            if path.stat().st_size != one.size:
                raise Refused(f"its file {one.name} has {path.stat().st_size} bytes instead of {one.size}")
            files.append(read(path))
            if files[-1].checksum != one.checksum:
                raise Refused(f"its file {one.name} is another one than was written with it")
        with ThreadPoolExecutor(_VERIFIERS) as verifiers:
            for _ in verifiers.map(ArrayFile.verify, files):
                pass
        return ((file.path.name, file) for file in files)

    def _state(self, workspace: Mapping[str, Any], files: Mapping[str, ArrayFile], log: EventLog) -> WorkspaceState:
        found = Found(
            workspace["name"],
            workspace["version"],
            bytes.fromhex(workspace["chain"]),
            workspace["recorded_at"],
            {name: files[file] for name, (file, *_) in workspace["parts"].items()},
            self._runs_of(workspace["runs"], files),
            self._runs_of(workspace["withdrawn"], files),
            {name: [self._keys_of(files[file]) for file, *_ in kept] for name, kept in workspace["key_runs"].items()},
        )
        state = restored(found)
        for version in catalogue_versions(found):
            state.index.apply_catalogue(_recorded(log, state.name, version).changeset)
        if state.index.erased.now:
            state.profiles.erase(state.index.erased.now.to_array())
        return state

    def _runs_of(self, named: Mapping[str, Any], files: Mapping[str, ArrayFile]) -> dict[str, list[runs.Run]]:
        return {name: [self._rows_of(files[file]) for file, *_ in of_type] for name, of_type in named.items()}

    def _rows_of(self, file: ArrayFile) -> runs.Run:
        run = runs.Run(*_row_arrays(file))
        self._files[run] = file.path.name
        return run

    def _keys_of(self, file: ArrayFile) -> key_map.Run:
        run = _key_run(file)
        self._files[run] = file.path.name
        return run


def _row_arrays(file: ArrayFile) -> tuple[Times, dict[str, AnyArray], int, ByProfile]:
    columns = {name.removeprefix(_COLUMN): array for name, array in file.arrays.items() if name.startswith(_COLUMN)}
    by_profile = ByProfile(file.arrays["places"], file.arrays["profile_starts"], file.about["profile_shift"])
    return Times(*(file.arrays[name] for name in _TIMES)), columns, file.about["max_version"], by_profile


def _key_run(file: ArrayFile) -> key_map.Run:
    return key_map.Run(*(file.arrays[name] for name in ("high", "low", "values", "starts")))


def _manifest(path: Path) -> dict[str, Any]:
    try:
        raw = path.read_bytes()
        whole = orjson.loads(raw)
        manifest: dict[str, Any] = whole["manifest"]
        if zlib.crc32(orjson.dumps(manifest)) != whole["crc32"]:
            raise Refused("its manifest was changed after it was written")
        if manifest["format"] != FORMAT:
            raise Refused(f"it is of format {manifest['format']}, this server reads format {FORMAT}")
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise Refused(f"its manifest cannot be read: {error!r}") from error
    return manifest


def _position_of(path: Path) -> int:
    """Of a manifest, by its name."""
    return int(path.stem.rpartition("-")[2])


class _File(NamedTuple):
    """A file as manifests name it."""

    name: str
    size: int
    checksum: int


def _files_of(manifest: Mapping[str, Any]) -> Iterator[_File]:
    for workspace in manifest["workspaces"]:
        yield from (_File(*file) for file in workspace["parts"].values())
        for group in (workspace["runs"], workspace["withdrawn"], workspace["key_runs"]):
            for kept in group.values():
                yield from (_File(*file) for file in kept)


def _refuse_foreign(workspace: Mapping[str, Any], log: EventLog) -> None:
    recorded = _recorded(log, workspace["name"], workspace["version"])
    if recorded.chain_sha256 != workspace["chain"]:
        raise Refused(f"changeset {workspace['version']} of workspace {workspace['name']} is another one in this log")


def _recorded(log: EventLog, workspace: str, version: int) -> Recorded:
    stored = log.read_version(workspace, version)
    if stored is None:
        raise Refused(f"this log has no changeset {version} of workspace {workspace}")
    return payload.decode(workspace, version, 0, stored.state)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
