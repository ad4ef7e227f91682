"""A server of the size of a company: it reads its log once, writes a snapshot, and is back from it; time and memory of each.

The log is written beforehand, straight into the store. The first start reads all of it; stopping leaves a snapshot; the second
start maps that. Memory is the server's own: what is resident and private to it, and what is mapped from files and may be
dropped.
"""

import datetime
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import orjson

from benchmarks.prepared_folder import write_population
from benchmarks.question_table import HEADLINE
from benchmarks.report import Bar, Options, Report, Table
from benchmarks.timing import Timings
from benchmarks.workload import CHANGESET_ROWS, asked_instants, make, quarters
from clients.sdk import Client
from clients.sdk.instants import EPOCH
from server.eventlog.sqlite import SqliteEventLog

_CALLS = 200
_HUGE_PROFILES = 50_000_000
_RESTART_SECONDS, _HUGE_RESTART_SECONDS = 5.0, 30.0
_HUGE_P50_MS = 10.0
_REBUILD_BAR, _BYTES_BAR, _IDENTITY_BAR = 1_000_000.0, 24.0, 48.0
_STOP_SECONDS = 3_600


@dataclass(frozen=True, slots=True)
class _Started:
    """A server that runs."""

    pid: int
    address: str
    seconds: float
    """Until it served."""


@dataclass(frozen=True, slots=True)
class _Memory:
    """Of a process, in bytes."""

    private: int
    mapped: int
    peak: int


def run(options: Options) -> Report:
    """Write the log, start, ask, stop, start again, ask."""
    return _report(options, {"question": "restart", **measured(options.profiles, options.interactions, options.seed)})


def measured(profiles: int, interactions: int, seed: int) -> dict[str, Any]:
    """The figures of a population of this size."""
    population = make(profiles, interactions, seed)
    # First one in each quarter of an hour, so that the blocks of all hours of the asked days have been built.
    asked = [*quarters(), *asked_instants(seed, _CALLS)]
    instants = [EPOCH + datetime.timedelta(microseconds=us) for us in asked]
    figures: dict[str, Any] = {"profiles": profiles, "interactions": interactions}
    with tempfile.TemporaryDirectory() as name:
        started = time.perf_counter()
        log = SqliteEventLog(Path(name) / "ledger")
        write_population(log, population, CHANGESET_ROWS)
        log.close()
        del population
        figures["log_written_s"] = round(time.perf_counter() - started, 1)
        figures["log_bytes"] = sum(file.stat().st_size for file in (Path(name) / "ledger").iterdir())
        first = _round(name, instants)
        second = _round(name, instants)
        figures["snapshot_bytes"] = _stored(Path(name) / "ledger" / "snapshots")
    if first["counts"] != second["counts"]:
        raise AssertionError("the server counts otherwise after its restart")
    first["rebuild_interactions_per_s"] = round(interactions / first["serving_s"])
    for one in (first, second):
        del one["counts"]
    return figures | {"rebuilt": first, "restarted": second}


def _round(folder: str, instants: Sequence[datetime.datetime]) -> dict[str, Any]:
    """Start a server, ask, and stop it."""
    started = time.perf_counter()
    with _server(folder) as server:
        with Client(server.address, timeout=600.0) as client:
            counts = [client.count(HEADLINE.expression, as_of=instants[0]).count]
            first_answer = time.perf_counter() - started
            replies = [client.count(HEADLINE.expression, as_of=as_of) for as_of in instants]
        counts += [reply.count for reply in replies]
        engine = Timings([reply.engine_us / 1_000 for reply in replies[-_CALLS:]])
        memory = _memory(server.pid)
        stopping = time.perf_counter()
    return {
        "counts": counts,
        "serving_s": round(server.seconds, 2),
        "first_answer_s": round(first_answer, 2),
        "engine_p50_ms": round(engine.p50_ms, 3),
        "engine_p99_ms": round(engine.p99_ms, 3),
        "private_bytes": memory.private,
        "mapped_bytes": memory.mapped,
        "peak_bytes": memory.peak,
        "stopped_s": round(time.perf_counter() - stopping, 2),
    }


def _stored(folder: Path) -> dict[str, int]:
    """Bytes of the newest snapshot by what they hold; holes in files do not count."""
    (workspace,) = orjson.loads(max(folder.glob("snapshot-*.json")).read_bytes())["manifest"]["workspaces"]

    def size(files: Iterable[Sequence[Any]]) -> int:
        return sum((folder / name).stat().st_blocks * 512 for name, *_ in files)

    parts, keys = workspace["parts"], workspace["key_runs"]
    return {
        "interactions": size(chain(*workspace["runs"].values(), [parts["tails"]])),
        "identity": size([*keys["profiles"], parts["profiles"], parts["names"]]),
        "interaction_ids": size([*keys["ids"], parts["ids"]]),
        "tags": size([parts["tags"]]),
        "traits": size([parts["traits"]]),
        "universe": size([parts["universe"]]),
    }


@contextmanager
def _server(folder: str) -> Iterator[_Started]:
    command = [str(Path(sys.executable).parent / "tagledger"), "serve", "--listen", "127.0.0.1:0", "--data", f"{folder}/ledger"]
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1])
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        yield _Started(process.pid, line.rpartition(" on ")[2].strip(), time.perf_counter() - started)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(_STOP_SECONDS)


def _memory(pid: int) -> _Memory:
    """From the kernel: private pages, pages of files, and the highest resident size so far."""
    found = {}
    for file in ("status", "smaps_rollup"):
        for line in Path(f"/proc/{pid}/{file}").read_text().splitlines():
            name, _, value = line.partition(":")
            if value.strip().endswith("kB"):
                found[name] = int(value.split()[0]) * 1024
    return _Memory(found["Pss_Anon"], found["Pss_File"], found["VmHWM"])


def _report(options: Options, figures: dict[str, Any]) -> Report:
    rebuilt, restarted, stored = figures["rebuilt"], figures["restarted"], figures["snapshot_bytes"]
    huge = options.profiles >= _HUGE_PROFILES
    rows = [(name, *(one[name] for one in (rebuilt, restarted))) for name in restarted]
    rows += [(f"snapshot: {name}, bytes", "-", size) for name, size in stored.items()]
    table = Table(
        f"{options.profiles:,} profiles, {options.interactions:,} interactions", ("", "from the log", "from the snapshot"), rows
    )
    bars = [
        Bar.at_most(
            "restart to the first answer, s", restarted["first_answer_s"], _HUGE_RESTART_SECONDS if huge else _RESTART_SECONDS
        ),
        Bar.at_least("rebuild, interactions/s", rebuilt["rebuild_interactions_per_s"], _REBUILD_BAR),
        Bar.at_most("private bytes an interaction, all stores", restarted["private_bytes"] / options.interactions, _BYTES_BAR),
        Bar.at_most("mapped bytes an interaction, its rows", stored["interactions"] / options.interactions, _BYTES_BAR),
        Bar.at_most("identity map, bytes a profile", stored["identity"] / options.profiles, _IDENTITY_BAR),
    ]
    if huge:
        bars.append(Bar.at_most("headline p50 in the engine, ms", restarted["engine_p50_ms"], _HUGE_P50_MS))
    return Report("restart", figures, [table], bars)
