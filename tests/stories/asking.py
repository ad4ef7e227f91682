"""What stories of segments and of lists share: a client, who is in an answer, and a refusal that changed nothing."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from clients.sdk import Client, errors

AT = datetime(2026, 1, 1, tzinfo=UTC)


def connected(address: str) -> Client:
    return Client(address, actor="staff:li", source="test")


def members(client: Client, expression: str, known_at: int | None = None, as_of: datetime | None = None) -> set[str]:
    return set(client.members(expression, known_at=known_at, as_of=as_of))


def position(client: Client) -> int:
    return client.count("everyone").position


def refused(kind: type[errors.TagledgerError], call: Callable[[], object], client: Client) -> errors.TagledgerError:
    """The refusal of a write, which must leave the log, every segment and every list as they were."""
    before = _standing(client)
    with pytest.raises(kind) as told:
        call()
    assert _standing(client) == before
    return told.value


def _standing(client: Client) -> object:
    segments = [client.segment(found.name) for found in client.segments(show_retired=True)]
    return position(client), segments, list(client.uploaded_lists(show_retired=True))
