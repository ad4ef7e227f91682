"""Who entered a segment and who left it, between two instants and between two ends of the log."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from clients.sdk import Client, Interaction, errors, replies
from tests.stories.asking import AT, connected, members

DAY = timedelta(days=1)
BUYERS = "did purchase in last 3 days"


@pytest.fixture
def client(address: str) -> Iterator[Client]:
    """On day k profile k buys, and so do the even ones two days later; somebody is only seen."""
    with connected(address) as made:
        made.record_interactions([Interaction(f"p{k}", "purchase", AT + k * DAY) for k in range(8)])
        made.record_interactions([Interaction(f"p{k}", "purchase", AT + (k + 2) * DAY) for k in range(0, 8, 2)])
        made.record_interactions([Interaction("visitor", "visit", AT)])
        yield made


def _compared(client: Client, page_size: int, **clocks: Any) -> tuple[replies.Comparison, set[str], set[str]]:
    pages = list(client.comparison_pages(BUYERS, page_size=page_size, **clocks))
    entered = [one for page in pages for one in page.entered]
    left = [one for page in pages for one in page.left]
    assert len(entered) == len(set(entered)) == pages[0].entered_count
    assert len(left) == len(set(left)) == pages[0].left_count
    return pages[0], set(entered), set(left)


@pytest.mark.parametrize("page_size", [1, 2, 10_000])
def test_between_two_instants(client: Client, page_size: int) -> None:
    for first in range(0, 9, 2):
        before, after = AT + first * DAY, AT + (first + 2) * DAY
        told, entered, left = _compared(client, page_size, before_as_of=before, as_of=after)
        was, now = members(client, BUYERS, as_of=before), members(client, BUYERS, as_of=after)
        assert (entered, left, told.stayed_count) == (now - was, was - now, len(was & now))
        assert (told.before_clocks.as_of, told.clocks.as_of) == (before, after)


def test_between_two_ends_of_the_log(client: Client) -> None:
    end, as_of = client.count("everyone").position, AT + 3 * DAY
    client.record_interactions([Interaction("late", "purchase", AT + 2 * DAY)])
    told, entered, left = _compared(client, 10, before_known_at=end, as_of=as_of, before_as_of=as_of)
    assert (entered, left, told.before_clocks.known_at) == ({"late"}, set(), end)
    assert _compared(client, 10, before_as_of=as_of, as_of=as_of)[1:] == (set(), set())


def test_pages_keep_their_clocks_while_more_is_recorded(client: Client) -> None:
    pages = client.comparison_pages(BUYERS, before_as_of=AT, as_of=AT + 5 * DAY, page_size=2)
    first = next(pages)
    client.record_interactions([Interaction("late", "purchase", AT + 4 * DAY)])
    rest = list(pages)
    assert {page.entered_count for page in [first, *rest]} == {first.entered_count}
    assert "late" not in {one for page in rest for one in page.entered}


def test_warnings_and_refusals_are_those_of_the_segment(client: Client) -> None:
    (page,) = client.comparison_pages("tagged vpi", before_as_of=AT)
    assert (page.warnings[0].line, page.warnings[0].column) == (1, 8)
    with pytest.raises(errors.InvalidExpression):
        list(client.comparison_pages("tagged and"))
    with pytest.raises(errors.PositionAhead):
        list(client.comparison_pages("everyone", before_known_at=10_000))
