"""A unary Count of the headline over gRPC, against a bare grpc.aio echo of equal message sizes and the same kind of client.

Both servers are processes of their own; one call is under way at a time. Blocks of calls to one and the other take turns, so
that whatever else the machine does falls on both.
"""

import asyncio
import datetime
import gc
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import grpc
from tagledger.v1 import segment_service_pb2, segment_service_pb2_grpc

from benchmarks.echo_server import METHOD
from benchmarks.prepared_folder import population_folder
from benchmarks.processes import echo_server, tagledger_server
from benchmarks.question_table import HEADLINE
from benchmarks.report import Bar, Options, Report, Table
from benchmarks.timing import Timings
from benchmarks.workload import ASKED_DAYS, DAY_US, END_US, HOUR_US, WORKSPACE, asked_instants
from clients.sdk import AsyncClient, Client
from clients.sdk.instants import EPOCH
from clients.sdk.to_wire import read_context, segment

_CALLS, _SMALL_CALLS, _BLOCK_CALLS = 2_000, 400, 50
_BAR = 2.0


@dataclass(frozen=True, slots=True)
class _Targets:
    """What is called."""

    count_address: str
    echo_address: str
    expression: str
    request_bytes: int

    def request(self, as_of: datetime.datetime) -> segment_service_pb2.CountRequest:
        """The message."""
        context = read_context(WORKSPACE, "", as_of, None)
        return segment_service_pb2.CountRequest(context=context, segment=segment(self.expression))


@dataclass(frozen=True, slots=True)
class _Pair:
    """Count and echo by one kind of client."""

    count: Timings
    echo: Timings

    @property
    def ratio(self) -> float:
        """Of the medians."""
        return self.count.p50_ms / self.echo.p50_ms


def run(options: Options) -> Report:
    """Start a server on the population, and measure."""
    with population_folder(options) as data:
        with tagledger_server("--data", data):
            pass  # the second start maps what the first one leaves, and has nothing to do beside answering
        with tagledger_server("--data", data) as address:
            return _measured(address, options)


def _measured(address: str, options: Options) -> Report:
    instants = [_instant(us) for us in asked_instants(options.seed, _SMALL_CALLS if options.small else _CALLS)]
    engine_us, request_bytes, reply_bytes = _warmed(address, instants)
    with echo_server(reply_bytes) as echo_address:
        targets = _Targets(address, echo_address, HEADLINE.expression, request_bytes)
        pairs = {
            "stub, grpc.aio": asyncio.run(_async_pair(targets, instants, sdk=False)),
            "SDK, AsyncClient": asyncio.run(_async_pair(targets, instants, sdk=True)),
            "stub, blocking": _blocking_pair(targets, instants, sdk=False),
            "SDK, Client": _blocking_pair(targets, instants, sdk=True),
        }
    rows = [
        (name, pair.count.p50_ms, pair.count.p99_ms, pair.echo.p50_ms, pair.echo.p99_ms, pair.ratio)
        for name, pair in pairs.items()
    ]
    title = f"Count over gRPC: request {request_bytes} bytes, reply {reply_bytes} bytes, engine {engine_us:.0f} us (p50)"
    columns = ("client", "count p50 ms", "count p99 ms", "echo p50 ms", "echo p99 ms", "ratio of p50")
    figures: dict[str, Any] = {
        "question": "rpc",
        "expression": HEADLINE.expression,
        "profiles": options.profiles,
        "interactions": options.interactions,
        "engine_p50_us": engine_us,
        "request_bytes": request_bytes,
        "reply_bytes": reply_bytes,
        "clients": {
            name: {"count": pair.count.as_json(), "echo": pair.echo.as_json(), "ratio": round(pair.ratio, 3)}
            for name, pair in pairs.items()
        },
    }
    bars = [Bar.at_most(f"count over echo, {name}", pair.ratio, _BAR) for name, pair in pairs.items()]
    return Report("rpc", figures, [Table(title, columns, rows)], bars)


def _warmed(address: str, instants: Sequence[datetime.datetime]) -> tuple[float, int, int]:
    """Ask in every hour, so that each block is built; the engine's median, and the sizes of a request and a reply."""
    with grpc.insecure_channel(address) as channel:
        stub = segment_service_pb2_grpc.SegmentServiceStub(channel)
        targets = _Targets(address, "", HEADLINE.expression, 0)
        for us in range(END_US - ASKED_DAYS * DAY_US, END_US, HOUR_US):
            stub.Count(targets.request(_instant(us + HOUR_US // 2)))
        replies = [stub.Count(targets.request(as_of)) for as_of in instants[:200]]
    engine = sorted(reply.engine_us for reply in replies)[len(replies) // 2]
    return engine, targets.request(instants[0]).ByteSize(), replies[0].ByteSize()


async def _async_pair(targets: _Targets, instants: Sequence[datetime.datetime], *, sdk: bool) -> _Pair:
    async with (
        AsyncClient(targets.count_address) as client,
        grpc.aio.insecure_channel(targets.count_address) as channel,
        grpc.aio.insecure_channel(targets.echo_address) as echo_channel,
    ):
        stub = segment_service_pb2_grpc.SegmentServiceStub(channel)
        echo = echo_channel.unary_unary(METHOD)
        content = bytes(targets.request_bytes)

        async def count_by_sdk(as_of: datetime.datetime) -> object:
            return await client.count(targets.expression, as_of=as_of)

        async def count_by_stub(as_of: datetime.datetime) -> object:
            return await stub.Count(targets.request(as_of))

        async def echoed(_: datetime.datetime) -> object:
            return await echo(content)

        calls: list[Callable[[datetime.datetime], Awaitable[object]]] = [count_by_sdk if sdk else count_by_stub, echoed]
        durations: list[list[float]] = [[], []]
        gc.collect()
        for block in _blocks(instants):
            for call, into in zip(calls, durations, strict=True):
                for as_of in block:
                    started = time.perf_counter_ns()
                    await call(as_of)
                    into.append((time.perf_counter_ns() - started) / 1e6)
    return _pair(durations)


def _blocking_pair(targets: _Targets, instants: Sequence[datetime.datetime], *, sdk: bool) -> _Pair:
    with (
        Client(targets.count_address) as client,
        grpc.insecure_channel(targets.count_address) as channel,
        grpc.insecure_channel(targets.echo_address) as echo_channel,
    ):
        stub = segment_service_pb2_grpc.SegmentServiceStub(channel)
        echo = echo_channel.unary_unary(METHOD)
        content = bytes(targets.request_bytes)
        calls: list[Callable[[datetime.datetime], object]] = [
            (lambda as_of: client.count(targets.expression, as_of=as_of))
            if sdk
            else (lambda as_of: stub.Count(targets.request(as_of))),
            lambda _: echo(content),
        ]
        durations: list[list[float]] = [[], []]
        gc.collect()
        for block in _blocks(instants):
            for call, into in zip(calls, durations, strict=True):
                for as_of in block:
                    started = time.perf_counter_ns()
                    call(as_of)
                    into.append((time.perf_counter_ns() - started) / 1e6)
    return _pair(durations)


def _blocks(instants: Sequence[datetime.datetime]) -> list[Sequence[datetime.datetime]]:
    return [instants[first : first + _BLOCK_CALLS] for first in range(0, len(instants), _BLOCK_CALLS)]


def _pair(durations: Sequence[Sequence[float]]) -> _Pair:
    """Without the first block of each, which pays for the connection."""
    return _Pair(*(Timings(calls[_BLOCK_CALLS:]) for calls in durations))


def _instant(us: int) -> datetime.datetime:
    return EPOCH + datetime.timedelta(microseconds=us)
