"""All members of a segment of a million over gRPC, as an Arrow stream: ids a second, from asking to the last id read.

Client and server share the machine, a process each. The floor is a bare grpc.aio server that streams as many bytes in as many
parts, to the same kind of client. Each call asks at another instant, so that no result is kept from the call before.
"""

import asyncio
import datetime
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import grpc
import pyarrow as pa

from benchmarks.echo_server import STREAM
from benchmarks.leaves import Held
from benchmarks.prepared_folder import write_population
from benchmarks.processes import echo_server, tagledger_server
from benchmarks.report import Bar, Options, Report, Table
from benchmarks.timing import Timings
from benchmarks.workload import asked_instants, make, profile_id
from clients.sdk import AsyncClient
from clients.sdk.instants import EPOCH
from server.eventlog.sqlite import SqliteEventLog

_SEGMENT = Held(0.5)
_CALLS, _SMALL_CALLS = 20, 5
_BAR = 2_000_000.0


@dataclass(frozen=True, slots=True)
class _Listed:
    """What came."""

    ids: int
    parts: int
    part_bytes: int


def run(options: Options) -> Report:
    """Start a server on the population, and measure."""
    population = make(options.profiles, options.interactions, options.seed)
    wanted = population.tags[_SEGMENT.text.removeprefix("tagged ")]
    first, last = (profile_id(int(wanted[k])) for k in (0, -1))
    with tempfile.TemporaryDirectory() as name:
        log = SqliteEventLog(Path(name) / "ledger")
        write_population(log, population)
        log.close()
        del population
        with tagledger_server("--data", str(Path(name) / "ledger")) as address:
            return asyncio.run(_measured(address, options, (len(wanted), first, last)))


async def _measured(address: str, options: Options, expected: tuple[int, str, str]) -> Report:
    calls = _SMALL_CALLS if options.small else _CALLS
    instants = [EPOCH + datetime.timedelta(microseconds=us) for us in asked_instants(options.seed, calls)]
    async with AsyncClient(address) as client:
        listed = await _list(client, instants[0], expected)
        with echo_server(listed.part_bytes, listed.parts) as echo_address:
            async with grpc.aio.insecure_channel(echo_address) as channel:
                stream = channel.unary_stream(STREAM)

                async def bare(_: datetime.datetime) -> object:
                    return [part async for part in stream(b"")]

                ours = await _timed(lambda as_of: _list(client, as_of, expected), instants)
                floor = await _timed(bare, instants)
    return _report(options, listed, ours, floor)


async def _list(client: AsyncClient, as_of: datetime.datetime, expected: tuple[int, str, str]) -> _Listed:
    """Receive all ids, as a column of text, and look whether they are the right ones."""
    parts = [part async for part in client.export_arrow(_SEGMENT.text, as_of=as_of)]
    ids = pa.ipc.open_stream(b"".join(parts)).read_all().column("profile_id")
    found = (len(ids), ids[0].as_py(), ids[-1].as_py())
    if found != expected:
        raise AssertionError(f"{_SEGMENT.text}: listed {found}, expected {expected}")
    return _Listed(len(ids), len(parts), sum(map(len, parts)) // len(parts))


async def _timed(call: Callable[[datetime.datetime], Awaitable[object]], instants: Sequence[datetime.datetime]) -> Timings:
    durations = []
    for as_of in instants:
        started = time.perf_counter_ns()
        await call(as_of)
        durations.append((time.perf_counter_ns() - started) / 1e6)
    return Timings(durations)


def _report(options: Options, listed: _Listed, ours: Timings, floor: Timings) -> Report:
    rate, bare = (listed.ids * 1_000 / timings.p50_ms for timings in (ours, floor))
    figures = {
        "question": "listing",
        "expression": _SEGMENT.text,
        "profiles": options.profiles,
        "interactions": options.interactions,
        "ids": listed.ids,
        "p50_ms": round(ours.p50_ms, 2),
        "p99_ms": round(ours.p99_ms, 2),
        "floor_ms": round(floor.p50_ms, 2),
        "peers": {},
        "ratio_to_fastest_peer": None,
        "ratio_to_floor": round(ours.p50_ms / floor.p50_ms, 2),
        "ids_per_second": round(rate),
    }
    title = f"{listed.ids:,} ids in {listed.parts} parts of {listed.part_bytes:,} bytes"
    rows = [("Arrow export", ours.p50_ms, ours.p99_ms, rate), ("bare stream", floor.p50_ms, floor.p99_ms, bare)]
    table = Table(title, ("", "p50 ms", "p99 ms", "ids/s"), rows)
    return Report("listing", figures, [table], [Bar.at_least("ids a second over gRPC", rate, _BAR)])
