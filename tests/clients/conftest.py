"""One fake server per test."""

from collections.abc import Iterator

import pytest

from tests.clients.fake_server import FakeServer, serving


@pytest.fixture
def fake() -> Iterator[FakeServer]:
    with serving() as server:
        yield server
