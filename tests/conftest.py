"""Fixtures that every folder shares: stores and servers on both of them."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.harness import STORES, Postgres, Store, make_store, running_server


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Postgres]]:
    """The session's PostgreSQL, started by the first test that needs it."""
    started: list[Postgres] = []

    @cache
    def get() -> Postgres:
        started.append(Postgres(tmp_path_factory.mktemp("postgres")))
        return started[0]

    yield get
    for server in started:
        server.stop()


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path, postgres: Callable[[], Postgres]) -> Store:
    """A new, empty store; the test runs once on each kind."""
    return make_store(request.param, tmp_path, postgres)


@pytest.fixture
def address(store: Store) -> Iterator[str]:
    """A running server on each kind of store; its HOST:PORT."""
    with running_server(store.config()) as listening:
        yield listening


@pytest.fixture
def sqlite_address(tmp_path: Path) -> Iterator[str]:
    """A running server on the embedded store; for what does not depend on the store."""
    with running_server(Store("sqlite", data=str(tmp_path / "data")).config()) as listening:
        yield listening
