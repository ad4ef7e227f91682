"""A server that writes snapshots as it goes, on both stores, and a client of it: for stories of what must outlive a restart."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from clients.sdk import Client
from server.config import Config
from tests.harness import Store, running_server
from tests.stories.asking import connected


@pytest.fixture
def config(store: Store, tmp_path: Path) -> Config:
    """Its settings."""
    return store.config(snapshots=str(tmp_path / "snapshots"), snapshot_every=3)


@pytest.fixture
def client(config: Config) -> Iterator[Client]:
    """Connected to it."""
    with running_server(config) as address, connected(address) as made:
        yield made
