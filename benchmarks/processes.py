"""Processes that benchmarks measure against: the server as users start it, the echo, and a PostgreSQL of our own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.harness import Postgres

_STOP_SECONDS = 60
_READY = " on "


@contextmanager
def tagledger_server(*arguments: str) -> Iterator[str]:
    """`tagledger serve` with these arguments, as a process of its own; its address."""
    command = [str(Path(sys.executable).parent / "tagledger"), "serve", "--listen", "127.0.0.1:0", "--log-level", "warning"]
    with _announced([*command, *arguments]) as address:
        yield address


@contextmanager
def echo_server(reply_bytes: int, parts: int = 1) -> Iterator[str]:
    """A grpc.aio server that answers with so many bytes, or streams them so many times, and does nothing else; its address."""
    with _announced([sys.executable, "-m", "benchmarks.echo_server", str(reply_bytes), str(parts)]) as address:
        yield address


@contextmanager
def _announced(command: Sequence[str]) -> Iterator[str]:
    """Run a command that prints a line ending in its address once it serves."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1])
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if _READY not in line:
            raise RuntimeError(f"{command[0]} did not start: {line!r}")
        yield line.rpartition(_READY)[2].strip()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(_STOP_SECONDS)


@contextmanager
def postgres(folder: Path, settings: Mapping[str, str] | None = None) -> Iterator[Postgres]:
    """A PostgreSQL server without root, with these settings in place of the defaults."""
    server = Postgres(folder / "postgres")
    if settings:
        with psycopg.connect(server.new_database(), autocommit=True) as connection:
            for name, value in settings.items():
                connection.execute(f"ALTER SYSTEM SET {name} = '{value}'".encode())
        server.stop()
        server = Postgres(folder / "postgres")
    try:
        yield server
    finally:
        server.stop()


def memory_bytes() -> int:
    """Resident memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
