"""A server that starts from a snapshot is the one that wrote it, and the one that reads the whole log; or is refused by name.

Runs are made small, so that small histories have many of them.
"""

import itertools
import random
import shutil
import threading
import time
import uuid
import zlib
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
import pytest
from structlog.testing import capture_logs

from clients.sdk import ApplyTag, Client, Interaction, SetTrait
from domain.changeset import Attribution
from domain.errors import InvalidField
from projections import identity
from projections.index import blocks, key_map, tail
from projections.index.history import History
from server import config
from server.eventlog import port
from server.eventlog.port import EventLog, StoredChangeset
from server.eventlog.postgres import PostgresEventLog
from server.eventlog.sqlite import SqliteEventLog
from server.snapshots import array_file, folder, parts, snapshotter
from server.snapshots.array_file import ArrayFile
from server.snapshots.folder import SnapshotFolder
from server.snapshots.parts import captured, move_histories
from server.snapshots.snapshotter import Upkeep
from server.usecases.commands import CreateWorkspace, DefineTag
from server.usecases.committer import Committer
from server.usecases.drafts import CatalogueDraft, Request
from tests.conformance.ledgers import Ledger, closed_runs, differences, differing, stored
from tests.harness import Store, running_server

_CHANGESETS: Final = 160
_AT: Final = datetime(2026, 6, 1, tzinfo=UTC)
_READERS: Final = 3
_SECONDS_MAX: Final = 30.0
_MANIFEST_FLIPS: Final = 200


@pytest.fixture(autouse=True)
def _small_runs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(request.node.name)
    monkeypatch.setattr(tail, "TAIL_ROWS", rng.choice((3, 5, 9)))
    monkeypatch.setattr(blocks, "SLICE_ROWS_MAX", rng.choice((0, 2)))
    monkeypatch.setattr(key_map, "_SEALED_ENTRIES", rng.choice((5, 16)))
    monkeypatch.setattr(key_map, "_FIRST_SLOTS", 4)
    monkeypatch.setattr(array_file, "_SPARE_ENTRIES", rng.choice((0, 1, 64)))
    for module in (identity, parts):
        monkeypatch.setattr(module, "CHUNK_NAMES", 8)


def open_log(store: Store) -> EventLog:
    return PostgresEventLog(store.database_url) if store.database_url else SqliteEventLog(Path(store.data))


@pytest.fixture
def log(store: Store) -> Iterator[EventLog]:
    with closing(open_log(store)) as opened:
        yield opened


@pytest.fixture
def sqlite_log(tmp_path: Path) -> Iterator[EventLog]:
    with closing(SqliteEventLog(tmp_path / "log")) as opened:
        yield opened


def follower(log: EventLog) -> Committer:
    """All that the log holds, without a thread."""
    committer = Committer(log, lambda: 0, follow_seconds=None)
    committer.catch_up()
    return committer


@contextmanager
def opened(path: Path) -> Iterator[SnapshotFolder]:
    with closing(SnapshotFolder(path)) as snapshots:
        yield snapshots


def restarted(path: Path, log: EventLog) -> tuple[Committer, list[MutableMapping[str, Any]]]:
    """From the snapshots and the end of the log; and what was refused. Position 0 before `catch_up`: from the log alone."""
    committer = Committer(log, lambda: 0, follow_seconds=None)
    with opened(path) as snapshots, capture_logs() as told:
        loaded = snapshots.load(log)
    if loaded:
        committer.restore(loaded.states, loaded.position)
    return committer, told


def take(committer: Committer, path: Path) -> None:
    with opened(path) as snapshots:
        Upkeep(committer, snapshots).write_snapshot()


def manifests(path: Path) -> list[Path]:
    """Oldest first."""
    return sorted(path.glob("*.json"))


def named(manifest: Path) -> set[str]:
    """The files of a snapshot."""
    found = set()
    for workspace in orjson.loads(manifest.read_bytes())["manifest"]["workspaces"]:
        kinds = [workspace[kind].values() for kind in ("runs", "withdrawn", "key_runs")]
        groups = [*itertools.chain(*kinds), workspace["parts"].values()]
        found |= {file for group in groups for file, *_ in group}
    return found


# --- rebuilt = live = restarted -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_rebuilt_live_and_restarted_are_the_same_at_random_positions(seed: int, log: EventLog, tmp_path: Path) -> None:
    """One follower lives from the first event on, another is started again and again from snapshots of itself."""
    rng = random.Random(f"snapshots/{seed}")
    ledger = Ledger(rng, log, _CHANGESETS)
    live, again = follower(log), follower(log)
    cuts = sorted(rng.sample(range(2, _CHANGESETS), 4))
    for cut, before in zip([*cuts, _CHANGESETS], [0, *cuts], strict=True):
        ledger.write(cut - before)
        for committer in (live, again):
            committer.catch_up()
        assert differences(again, live, ledger) == []
        for state in live.states.values():
            while rng.random() < 0.7 and state.compact():
                pass
        take(live, tmp_path / "live")
        take(again, tmp_path / "again")
        for committer, path in ((live, tmp_path / "live"), (again, tmp_path / "again")):
            again, told = restarted(path, log)
            assert (told, again.position) == ([], log.end())
            for name, state in again.states.items():
                assert differing(stored(state), stored(committer.states[name])) == []
                assert list(state.index.interactions) == list(committer.states[name].index.interactions)
            assert differences(again, live, ledger) == []
    assert differences(follower(log), again, ledger) == []


# --- what is refused ------------------------------------------------------------------------------------------------------


class Damaged:
    """A log with two snapshots of it, and their files, to be damaged one at a time."""

    def __init__(self, log: EventLog, path: Path, seed: str) -> None:
        self.log, self.path = log, path
        self.rng = random.Random(seed)
        self.ledger = Ledger(self.rng, log, 80)
        self.live = follower(log)
        self.positions = []
        with opened(path) as snapshots:
            for count in (45, 25):
                self.ledger.write(count)
                self.live.catch_up()
                # Not merged, so that the second snapshot has runs of the first, and others.
                snapshots.write([captured(state) for state in self.live.states.values()], self.live.position)
                self.positions.append(self.live.position)
        self.ledger.write(10)
        self.live.catch_up()
        self.older, self.newest = manifests(path)

    def refused(self, file: Path, why: str, *, thorough: bool = False) -> None:
        """With the file as it is now, the newest snapshot is refused, and the next good one used."""
        both = file.name in named(self.older) if file != self.newest else False
        committer, told = restarted(self.path, self.log)
        assert [line["snapshot"] for line in told] == [self.newest.name, *([self.older.name] if both else [])], (file, told)
        for line in told:
            assert (line["event"], line["log_level"]) == ("snapshot refused", "warning")
            assert why in line["why"]
            assert file == self.newest or file.name in line["why"]
        assert committer.position == (0 if both else self.positions[0])
        if thorough:
            committer.catch_up()
            assert differences(committer, self.live, self.ledger) == []

    def one_of_each_kind(self) -> list[Path]:
        """Files of the newest snapshot: parts by what they hold, runs of rows and of keys; one that both have, if there is."""
        kinds: dict[tuple[object, ...], Path] = {}
        old = named(self.older)
        for name in sorted(named(self.newest)):
            found = array_file.read(self.path / name)
            kind = sorted({one.rpartition(".")[2] for one in found.arrays})
            kinds.setdefault((name.partition("-")[0], name in old, *kind), self.path / name)
        assert {kind[:2] for kind in kinds} == {("part", False), ("run", False), ("run", True)}
        return list(kinds.values())


@pytest.fixture
def damaged(sqlite_log: EventLog, tmp_path: Path, request: pytest.FixtureRequest) -> Damaged:
    return Damaged(sqlite_log, tmp_path / "snapshots", request.node.name)


@contextmanager
def changed(path: Path, content: bytes | None) -> Iterator[None]:
    """The file with another content, or without the file, for a while."""
    before = path.read_bytes()
    path.unlink() if content is None else path.write_bytes(content)
    try:
        yield
    finally:
        path.write_bytes(before)


def test_a_snapshot_with_a_missing_or_torn_file_is_refused(damaged: Damaged) -> None:
    for file in damaged.one_of_each_kind():
        whole = file.read_bytes()
        with changed(file, None):
            damaged.refused(file, "is missing", thorough=True)
        for length in (0, 1, 15, len(whole) // 2, len(whole) - 1):
            with changed(file, whole[:length]):
                damaged.refused(file, f"has {length} bytes instead of {len(whole)}")
        with changed(file, whole[: len(whole) // 2].ljust(len(whole), b"\0")):
            damaged.refused(file, "", thorough=True)
    committer, told = restarted(damaged.path, damaged.log)
    assert (committer.position, told) == (damaged.positions[1], [])


def test_a_flipped_bit_anywhere_in_a_file_is_noticed(damaged: Damaged) -> None:
    """In the fixed part, the header, and each array's first and last byte; what lies behind an array is nobody's."""
    for file in damaged.one_of_each_kind():
        whole, found = bytearray(file.read_bytes()), array_file.read(file)
        start = len(whole) - len(np.memmap(file, np.uint8)) + array_file._aligned(16 + int.from_bytes(whole[8:12], "little"))
        header = orjson.loads(whole[16 : 16 + int.from_bytes(whole[8:12], "little")])
        places = [*range(16), *damaged.rng.sample(range(16, 16 + int.from_bytes(whole[8:12], "little")), 12)]
        for name, entry in header["arrays"].items():
            size = found.arrays[name].itemsize * (1 if entry["constant"] else entry["count"])
            places += [start + entry["at"], start + entry["at"] + size - 1] if size else []
        for place in places:
            flipped = whole.copy()
            flipped[place] ^= 1 << damaged.rng.randrange(8)
            with changed(file, bytes(flipped)):
                damaged.refused(file, "", thorough=place == places[-1])


def test_a_whole_file_in_the_place_of_another_is_noticed(damaged: Damaged) -> None:
    exchanged = 0
    for file in damaged.one_of_each_kind():
        found = array_file.read(file)
        # Those of one value for all rows take no room, and have to stay so for the sizes to be the same.
        name = next((name for name, array in found.arrays.items() if len(array) and array.strides != (0,)), None)
        if name is None:
            continue
        arrays = {**found.arrays, name: found.arrays[name].copy()}
        arrays[name][0] += 1
        other = file.with_name("other")
        array_file.write(other, arrays, found.about)
        if other.stat().st_size != file.stat().st_size:
            continue  # noticed by that
        with changed(file, other.read_bytes()):
            array_file.read(file).verify()
            damaged.refused(file, "is another one than was written with it", thorough=True)
        exchanged += 1
    assert exchanged


def test_a_manifest_that_was_changed_or_is_of_another_format_is_refused(damaged: Damaged) -> None:
    whole = damaged.newest.read_bytes()
    for place in damaged.rng.sample(range(len(whole)), _MANIFEST_FLIPS):
        flipped = bytearray(whole)
        flipped[place] ^= 1 << damaged.rng.randrange(8)
        with changed(damaged.newest, bytes(flipped)):
            damaged.refused(damaged.newest, "its manifest")
    for length in (0, len(whole) // 2, len(whole) - 1):
        with changed(damaged.newest, whole[:length]):
            damaged.refused(damaged.newest, "its manifest cannot be read")
    with changed(damaged.newest, sealed(whole, format=0)):
        damaged.refused(damaged.newest, f"it is of format 0, this server reads format {folder.FORMAT}", thorough=True)
    with changed(damaged.newest, sealed(whole, workspaces=[{"name": "first"}])):
        damaged.refused(damaged.newest, "it cannot be read: KeyError", thorough=True)
    with changed(damaged.newest, sealed(whole, position=damaged.log.end() + 1)):
        damaged.refused(damaged.newest, f"the log ends at {damaged.log.end()}: it is of another log", thorough=True)


def sealed(manifest: bytes, **fields: object) -> bytes:
    """The manifest with other fields, and with the checksum that fits them."""
    inner = orjson.dumps(orjson.loads(manifest)["manifest"] | fields)
    return orjson.dumps({"crc32": zlib.crc32(inner), "manifest": orjson.Fragment(inner)})


def test_snapshots_of_another_log_are_refused_and_do_not_push_out_the_own_ones(log: EventLog, tmp_path: Path) -> None:
    """Copied in from another data folder: of positions that this log has, and of positions that it does not have."""
    path, other_path = tmp_path / "snapshots", tmp_path / "other"
    ledger = Ledger(random.Random("own"), log, 60)
    ledger.write(40)
    live = follower(log)
    take(live, path)
    own = live.position
    with closing(SqliteEventLog(tmp_path / "other-log")) as other_log:
        other = Ledger(random.Random("other"), other_log, 120)
        copied = []
        for count in (38, 40, 30):
            other.write(count)
            take(follower(other_log), other_path)
            copied += [manifests(other_path)[-1].name]
            shutil.copytree(other_path, path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("LOCK"))
    ledger.write(10)
    live.catch_up()
    again, told = restarted(path, log)
    # From the newest on, until one is good.
    assert [(line["snapshot"], "it is of another log" in line["why"]) for line in told] == [
        (copied[2], True),
        (copied[1], True),
    ]
    assert again.position == own
    own_manifest = path / folder._MANIFEST.format(own)
    with changed(own_manifest, None):
        from_the_log, told = restarted(path, log)
        assert [line["snapshot"] for line in told] == copied[::-1]
        assert "another one in this log" in told[2]["why"] or "this log has no changeset" in told[2]["why"]
        assert from_the_log.position == 0
        from_the_log.catch_up()
    again.catch_up()
    for committer in (again, from_the_log):
        assert differences(committer, live, ledger) == []
    with opened(path) as snapshots:
        snapshots.load(log)
        snapshots.write([captured(state) for state in live.states.values()], live.position)
    again, told = restarted(path, log)
    assert (again.position, told) == (live.position, [])
    assert not {path / name for name in copied[1:]} & set(manifests(path))


# --- files ----------------------------------------------------------------------------------------------------------------


def test_successive_snapshots_share_runs_and_what_no_snapshot_needs_is_removed(sqlite_log: EventLog, tmp_path: Path) -> None:
    path = tmp_path / "snapshots"
    ledger = Ledger(random.Random("files"), sqlite_log, 120)
    live, taken = follower(sqlite_log), []
    with opened(path) as snapshots:
        for _ in range(5):
            ledger.write(20)
            live.catch_up()
            shared = {
                snapshots._files[run] for state in live.states.values() for run in closed_runs(state) if run in snapshots._files
            }
            before = {name: (path / name).stat().st_mtime_ns for name in shared}
            snapshots.write([captured(state) for state in live.states.values()], live.position)
            taken.append(live.position)
            assert before == {name: (path / name).stat().st_mtime_ns for name in shared}
            assert shared <= named(manifests(path)[-1])
            assert bool(shared) == (len(taken) > 1)
            assert [one.name for one in manifests(path)] == [folder._MANIFEST.format(position) for position in taken[-2:]]
            assert arrays_in(path) == set().union(*map(named, manifests(path)))
        merge(live)
        kept = [run for state in live.states.values() for run in closed_runs(state) if run in snapshots._files]
        shared -= {snapshots._files[run] for run in kept}
        assert shared
        for _ in range(2):
            ledger.write(5)
            live.catch_up()
            snapshots.write([captured(state) for state in live.states.values()], live.position)
        # The runs that were merged are in no snapshot any more.
        assert not shared & arrays_in(path)
        assert arrays_in(path) == set().union(*map(named, manifests(path)))
    for stray in ("part-of-a-killed-server.arrays", "run-half.writing", "snapshot-x.writing"):
        (path / stray).write_bytes(b"x")
    again, told = restarted(path, sqlite_log)
    assert (again.position, told) == (live.position, [])
    assert {one.name for one in path.iterdir()} == arrays_in(path) | {one.name for one in manifests(path)} | {"LOCK"}
    assert arrays_in(path) == set().union(*map(named, manifests(path)))


def arrays_in(path: Path) -> set[str]:
    return {one.name for one in path.glob("*.arrays")}


def merge(committer: Committer) -> None:
    for state in committer.states.values():
        for of_type in state.index.interactions.values():
            of_type.compact_fully()
        while state.compact():
            pass


def test_a_full_disk_leaves_the_snapshots_as_they_were(
    sqlite_log: EventLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "snapshots"
    ledger = Ledger(random.Random("full-disk"), sqlite_log, 60, leaving=False)  # an erasure clears snapshots
    ledger.write(40)
    live = follower(sqlite_log)
    take(live, path)
    taken = live.position
    ledger.write(20)
    live.catch_up()
    write, before, written = array_file.write, arrays_in(path), []

    def full(file: Path, *arguments: Any, **settings: Any) -> None:
        written.append(file.name)
        if len(written) % 7 == 0:
            file.with_suffix(".writing").write_bytes(b"half")
            raise OSError(28, "No space left on device")
        write(file, *arguments, **settings)

    with opened(path) as snapshots:
        monkeypatch.setattr(folder, "write", full)
        for _ in range(3):
            with pytest.raises(OSError, match="No space left"):
                Upkeep(live, snapshots).write_snapshot()
            assert not [one for one in written if one.startswith("part-") and one in arrays_in(path)]
            assert not list(path.glob("*.writing"))
        monkeypatch.setattr(folder, "write", write)
    assert before <= arrays_in(path)
    again, told = restarted(path, sqlite_log)
    assert (again.position, told) == (taken, [])


def test_a_server_that_cannot_write_its_last_snapshot_stops_in_order(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> int:
        raise OSError(28, "No space left on device")

    settings = store.config(snapshots=str(tmp_path / "snapshots"), snapshot_every=1)
    with monkeypatch.context() as patched, capture_logs() as told:
        patched.setattr(SnapshotFolder, "write", full)
        with running_server(settings) as address, Client(address, actor="tester", source="tests") as client:
            client.define_tag("vip", reason="test")
    assert [line["event"] for line in told][-2:] == ["no snapshot at the end", "stopped"]
    # Log and folder are free for the next one.
    with running_server(settings) as address, Client(address) as client:
        assert client.count("tagged vip").count == 0


def test_a_file_of_many_small_arrays_is_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Room to grow is a share: a workspace has thousands of tags, and a private mapping must not exceed the memory."""
    monkeypatch.undo()
    path = tmp_path / "many.arrays"
    array_file.write(path, {str(n): np.arange(1) for n in range(1_000)}, {}, spare=0.25)
    assert path.stat().st_size < 1_000_000
    assert array_file.read(path).counts["999"] == 1


def test_runs_that_are_moved_into_files_answer_as_before_while_readers_read(sqlite_log: EventLog, tmp_path: Path) -> None:
    """Readers ask about a version that stands, while the writer goes on and runs are merged and moved under them."""
    ledger = Ledger(random.Random("moved"), sqlite_log, 200)
    ledger.write(120)
    live = follower(sqlite_log)
    questions = [(state, [one for one in ledger.questions(name, 30) if not one.names]) for name, state in live.states.items()]
    ids = {name: state.interaction_ids.keys(ledger.ids(name)) for name, state in live.states.items()}
    names = {name: state.profiles.names(range(len(state.profiles))) for name, state in live.states.items()}
    done, rounds, smallest = threading.Event(), threading.Barrier(_READERS + 1), 2 * tail.TAIL_ROWS

    def read() -> list[str]:
        wrong: list[str] = []
        rounds.wait()
        while not done.is_set() and not wrong:
            for state, asked in questions:
                wrong += [what for question in asked if (what := question.differs(state.index))]
                if not state.interaction_ids.seen(ids[state.name]).all():
                    wrong.append("an id that was seen is new")
                found = state.profiles.ordinals(names[state.name])
                nobodys = state.index.erased.now | state.index.persons.everyone
                if any(one != k and k not in nobodys for k, one in enumerate(found)):
                    wrong.append("profiles have other ordinals")
        return wrong

    with opened(tmp_path / "snapshots") as snapshots, ThreadPoolExecutor(_READERS) as threads:
        readers = [threads.submit(read) for _ in range(_READERS)]
        rounds.wait()
        try:
            for k in range(40):
                ledger.write(2)
                live.catch_up()
                for state in live.states.values():
                    if k % 3 == 0:
                        state.compact()
                    snapshots.keep(state, smallest)
                    kept = [(mapped(run), len(run) >= smallest) for run in closed_runs(state)]
                    assert all(in_file == large for in_file, large in kept)
                if k % 5 == 0:
                    files = {name: snapshots.keep_parts(parts.histories(state)) for name, state in live.states.items()}
                    ledger.write(1)
                    live.catch_up()
                    for name, state in live.states.items():
                        move_histories(state, files[name])
                        tags = {str(number): tag.history for number, tag in state.index.tags.items()}
                        traits = {str(k): trait.history for k, trait in enumerate(state.index.traits.values())}
                        assert all_in_files(tags, files[name][parts.TAGS])
                        assert all_in_files(traits, files[name][parts.TRAITS])
                        assert all(map(in_a_file, state.index.universe.columns().values()))
        finally:
            done.set()
        assert [reader.result(_SECONDS_MAX) for reader in readers] == [[]] * _READERS
        assert set(kept) == {(True, True), (False, False)}
    assert differences(live, follower(sqlite_log), ledger) == []


def test_histories_move_into_files_while_the_log_is_read(
    sqlite_log: EventLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At every start from the log, or its histories would lie in memory together with what is merged."""
    for name, value in (("_GROWN_HISTORY_ROWS", 1), ("_GROWN_HISTORY_ROWS_MERGING", 1), ("_GROWN_SHARE_REPLAYING", 0.0)):
        monkeypatch.setattr(snapshotter, name, value)
    monkeypatch.setattr(port, "_FIRST_READ_EVENTS", 1)
    monkeypatch.setattr(port, "_READ_EVENTS_MAX", 1)
    ledger = Ledger(random.Random("read"), sqlite_log, 200)
    ledger.write(60)
    committer = Committer(sqlite_log, lambda: 0, follow_seconds=None)
    moved: set[str] = set()

    def wait_for_upkeep(_: int) -> None:
        """Until it has something to do between two events, or has done it for every workspace that has a history."""
        end = time.monotonic() + _SECONDS_MAX
        while committer._while_replaying.empty() and time.monotonic() < end:
            states = {name: state for name, state in committer.states.items() if state.index.history_rows}
            moved.update(name for name, state in states.items() if in_a_file(state.index.universe.columns()["versions"]))
            if moved >= states.keys():
                return
            time.sleep(0.001)

    with opened(tmp_path / "snapshots") as snapshots:
        upkeep = Upkeep(committer, snapshots)
        upkeep.start()
        committer.catch_up(wait_for_upkeep)
        upkeep.stop()
        assert moved == committer.states.keys()
        assert differences(committer, follower(sqlite_log), ledger) == []


def all_in_files(histories: Mapping[str, History], file: ArrayFile) -> bool:
    """All that the file has, and has room for: others, such as a tag's that is new, move the next time."""
    columns = {f"{name}.{column}": array for name, history in histories.items() for column, array in history.columns().items()}
    kept = [name for name, array in file.arrays.items() if name in columns and len(array) >= len(columns[name])]
    return bool(kept) and all(in_a_file(columns[name]) for name in kept)


def mapped(run: Any) -> bool:
    """Do the arrays of the run lie in a file? All of them, or none."""
    arrays = [run.low, run.high, run.values] if isinstance(run, key_map.Run) else [run.times.offsets, *run.columns.values()]
    in_files = set(map(in_a_file, arrays))
    assert len(in_files) == 1
    return in_files.pop()


def in_a_file(array: Any) -> bool:
    while array is not None and not isinstance(array, np.memmap):
        array = array.base if isinstance(array, np.ndarray) else None
    return array is not None


# --- beside a server that works -------------------------------------------------------------------------------------------


def test_commits_go_on_while_a_snapshot_is_written(log: EventLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The writer waits while the state is captured, not while files are written; the snapshot has what was before."""
    committer = follower(log)
    committer.start()
    with opened(tmp_path / "snapshots") as snapshots:
        upkeep, write = Upkeep(committer, snapshots, every=3), snapshots.write
        committer.submit(catalogue(CreateWorkspace("CNY"))).result(_SECONDS_MAX)
        before = committer.submit(catalogue(DefineTag("", "before", "", create_group=False))).result(_SECONDS_MAX).position

        def and_meanwhile(*arguments: Any) -> int:
            committer.submit(catalogue(DefineTag("", f"tag {committer.position}", "", create_group=False))).result(_SECONDS_MAX)
            return write(*arguments)

        monkeypatch.setattr(snapshots, "write", and_meanwhile)
        upkeep._once()
        assert upkeep.position == 0, "two commits are not three"
        third = committer.submit(catalogue(DefineTag("", "third", "", create_group=False))).result(_SECONDS_MAX).position
        upkeep._once()
        assert (upkeep.position, committer.position) == (third, third + 1)
        upkeep._once()
        assert (before < third, upkeep.position) == (True, third), "one commit is not three"
    committer.stop()
    again, _ = restarted(tmp_path / "snapshots", log)
    assert (again.position, again.states["w"].version, list(again.states["w"].index.catalogue.keys())) == (
        third,
        3,
        ["before", "third"],
    )


def catalogue(command: CreateWorkspace | DefineTag) -> CatalogueDraft:
    return CatalogueDraft(Request("w", uuid.uuid4().bytes, bytes(32), Attribution("tester", "test", "test"), 100), command)


@pytest.mark.parametrize(
    ("given", "known"), [("7", 7), (0, 0), ("1.5", None), (1.5, None), (True, None), ("-1", None), ("x", None)]
)
def test_the_number_of_commits_between_snapshots_is_a_whole_number(given: object, known: int | None) -> None:
    if known is not None:
        assert config.load({"snapshot_every": given}, {}, None).snapshot_every == known
        return
    with pytest.raises(InvalidField, match="--snapshot-every"):
        config.load({"snapshot_every": given}, {}, None)


class Restarts:
    """A server that is started again and again on one store, and what it loaded and read at each start."""

    def __init__(self, store: Store, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.store, self.path = store, path
        self.first_read: int | None = None
        kind: type[PostgresEventLog] | type[SqliteEventLog] = PostgresEventLog if store.database_url else SqliteEventLog
        read: Callable[..., Sequence[StoredChangeset]] = kind.read

        def noticed(log: EventLog, *, after: int, limit: int) -> Sequence[StoredChangeset]:
            self.first_read = after if self.first_read is None else self.first_read
            return read(log, after=after, limit=limit)

        monkeypatch.setattr(kind, "read", noticed)

    @contextmanager
    def server(self, every: int) -> Iterator[tuple[Client, list[int]]]:
        """A client of the running server, and the positions of the snapshots that were loaded."""
        self.first_read = None
        with capture_logs() as told:
            with running_server(self.store.config(snapshots=str(self.path), snapshot_every=every)) as address:
                loaded = [line["position"] for line in told if line["event"] == "snapshot loaded"]
                with Client(address, actor="tester", source="tests") as client:
                    yield client, loaded
        assert not [line for line in told if line["log_level"] not in ("info", "debug")]


def test_a_restart_maps_the_snapshot_and_reads_the_rest_of_the_log(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    restarts = Restarts(store, tmp_path / "snapshots", monkeypatch)
    request_id, rows_ = str(uuid.uuid4()), [buy(f"客户{n}", f"id-{n}") for n in range(40)]
    with restarts.server(1) as (client, loaded):
        assert loaded == []
        client.define_tag("vip", reason="test")
        first = client.record_interactions(rows_, request_id=request_id)
        client.apply_changeset(
            [*(ApplyTag(f"客户{n}", "vip") for n in range(9)), SetTrait("老客户", "city", "杭州")], reason="test"
        )
        client.define_segment("buyers", "did buy and tagged vip", reason="test")
        answers, end = told_by(client), client.count("everyone").position
    with restarts.server(10**9) as (client, loaded):
        assert (loaded, restarts.first_read) == ([end], end)
        assert told_by(client) == answers
        again = client.record_interactions(rows_, request_id=request_id)
        assert (again.replayed, again.position, again.accepted_count) == (True, first.position, 40)
        after = client.record_interactions([buy("客户1", "id-1"), buy("new", "id-40"), buy("new", "id-39")])
        assert (after.accepted_count, after.duplicate_count, after.new_profile_count) == (1, 2, 1)
        client.remove_tag("客户3", "vip", reason="test")
        answers = told_by(client)
    # So many commits were not reached: the restart has the same snapshot, and reads what came after it.
    for lost in (False, True):
        if lost:
            shutil.rmtree(restarts.path)
        with restarts.server(10**9) as (client, loaded):
            assert (loaded, restarts.first_read) == (([], 0) if lost else ([end], end))
            assert told_by(client) == answers
            assert client.record_interactions([buy("x", "id-5"), buy("y", "id-40")]).duplicate_count == 2


def buy(profile_id: str, interaction_id: str) -> Interaction:
    return Interaction(profile_id, "buy", _AT - timedelta(days=len(interaction_id)), amount=3, id=interaction_id)


def told_by(client: Client) -> list[object]:
    asked = ("everyone", "did buy in last 30 days", "tagged vip", "not tagged vip", 'city = "杭州"', "in segment buyers")
    told: list[object] = [list(client.members(one, as_of=_AT)) for one in (*asked, "sum(buy.amount) >= 3 and tagged vip")]
    return [*told, list(client.profile_history("客户3"))]
