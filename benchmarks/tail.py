"""The slow end of the headline count over gRPC while interactions come in: server, sender and asker share the machine.

The sender is a process of its own that offers batches of 1,000 at an even pace through the Python client; the asker asks one
question after the other, each at another instant. What the sender reached is measured, not assumed.
"""

import asyncio
import datetime
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.prepared_folder import write_population
from benchmarks.processes import tagledger_server
from benchmarks.question_table import HEADLINE
from benchmarks.report import Bar, Options, Report, Table
from benchmarks.timing import Timings
from benchmarks.workload import CATEGORIES, CHANGESET_ROWS, PURCHASE, asked_instants, make, profile_id
from clients.sdk import AsyncClient, Client, InteractionBatch, PropertyColumn
from clients.sdk.instants import EPOCH
from server.eventlog.sqlite import SqliteEventLog

_RATE = 50_000
_BATCH_ROWS = 1_000
_SECONDS, _SMALL_SECONDS = 30.0, 5.0
_WARM_CALLS = 200
_BAR_MS = 20.0
_LONGEST_MS = 500.0
"""No read waits longer for the writer: docs/decisions/0009."""


def run(options: Options) -> Report:
    """Ask alone, then ask beside the sender."""
    population = make(options.profiles, options.interactions, options.seed)
    seconds = _SMALL_SECONDS if options.small else _SECONDS
    with tempfile.TemporaryDirectory() as name:
        log = SqliteEventLog(Path(name) / "ledger")
        write_population(log, population, CHANGESET_ROWS)
        log.close()
        del population
        with tagledger_server("--data", str(Path(name) / "ledger")) as address:
            alone = _ask(address, options.seed, seconds)
            command = [sys.executable, "-m", "benchmarks.tail", address, str(options.profiles), str(seconds)]
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1]) as sender:
                assert sender.stdout is not None
                sender.stdout.readline()
                beside = _ask(address, options.seed + 1, seconds)
                reached = float(sender.stdout.readline())
    return _report(options, alone, beside, reached)


def _ask(address: str, seed: int, seconds: float) -> Timings:
    instants = [EPOCH + datetime.timedelta(microseconds=us) for us in asked_instants(seed, 10_000)]
    calls: list[float] = []
    with Client(address, timeout=60.0) as client:
        for as_of in instants[:_WARM_CALLS]:
            client.count(HEADLINE.expression, as_of=as_of)
        end, k = time.perf_counter() + seconds, 0
        while time.perf_counter() < end:
            started = time.perf_counter_ns()
            client.count(HEADLINE.expression, as_of=instants[k % len(instants)])
            calls.append((time.perf_counter_ns() - started) / 1e6)
            k += 1
    return Timings(calls)


async def _send(address: str, profiles: int, seconds: float) -> float:
    """Offer batches at the pace, a little longer than the asker asks; accepted rows a second."""
    rng = np.random.default_rng(5)
    accepted, sending = 0, set()
    async with AsyncClient(address, actor="benchmark") as client:
        print("sending", flush=True)
        started = time.perf_counter()
        for k in range(int((seconds + 2) * _RATE / _BATCH_ROWS)):
            await asyncio.sleep(max(0.0, started + k * _BATCH_ROWS / _RATE - time.perf_counter()))
            task = asyncio.create_task(client.record_interactions(_batch(rng, profiles)))
            sending.add(task)
            done = {one for one in sending if one.done()}
            sending -= done
            accepted += sum(one.result().accepted_count for one in done)
        accepted += sum(reply.accepted_count for reply in await asyncio.gather(*sending))
        return accepted / (time.perf_counter() - started)


def _batch(rng: np.random.Generator, profiles: int) -> InteractionBatch:
    now = time.time_ns() // 1_000
    return InteractionBatch(
        profile_ids=[profile_id(k) for k in rng.integers(0, profiles, _BATCH_ROWS).tolist()],
        occurred_at_us=(now - rng.integers(0, 60_000_000, _BATCH_ROWS)).tolist(),
        type_names=(PURCHASE,),
        amounts=rng.integers(1_000, 1_000_000, _BATCH_ROWS).tolist(),
        properties=(PropertyColumn("category", rng.integers(1, len(CATEGORIES), _BATCH_ROWS).tolist(), CATEGORIES),),
    )


def _report(options: Options, alone: Timings, beside: Timings, reached: float) -> Report:
    figures = {
        "question": "tail",
        "expression": HEADLINE.expression,
        "profiles": options.profiles,
        "interactions": options.interactions,
        "offered_per_s": _RATE,
        "accepted_per_s": round(reached),
        "alone": alone.as_json(),
        "beside_ingest": beside.as_json(),
    }
    rows = [
        (name, len(one.calls_ms), one.p50_ms, one.p99_ms, one.longest_ms)
        for name, one in (("alone", alone), ("beside ingest", beside))
    ]
    title = f"{options.profiles:,} profiles, {options.interactions:,} interactions; {reached:,.0f} interactions/s came in"
    bars = [
        Bar.at_most("p99 ms beside ingest", beside.p99_ms, _BAR_MS),
        Bar.at_most("longest ms beside ingest", beside.longest_ms, _LONGEST_MS),
        Bar.at_least("accepted interactions/s", reached, 0.98 * _RATE),
    ]
    return Report("tail", figures, [Table(title, ("", "calls", "p50 ms", "p99 ms", "longest ms"), rows)], bars)


if __name__ == "__main__":
    print(asyncio.run(_send(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))), flush=True)
