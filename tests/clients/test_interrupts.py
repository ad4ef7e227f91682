"""Ctrl-C: asked for once, it stops the work even where code on the way swallows the exception."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress

import pytest

from clients.cli import interrupts


@pytest.fixture(autouse=True)
def _as_in_a_terminal() -> Iterator[None]:
    """Background jobs of a shell ignore Ctrl-C, and so do these tests there."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def _items_that_swallow() -> Iterator[int]:
    yield 1
    with suppress(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)
    yield 2


def test_an_interrupt_that_was_swallowed_stops_the_work_at_its_next_item() -> None:
    done: list[int] = []
    before = signal.getsignal(signal.SIGINT)
    with interrupts.kept(), pytest.raises(KeyboardInterrupt):
        done.extend(interrupts.heeding(_items_that_swallow()))
    assert done == [1]
    assert signal.getsignal(signal.SIGINT) is before


def test_what_was_asked_of_one_command_does_not_stop_the_next() -> None:
    with interrupts.kept(), suppress(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)
    with interrupts.kept():
        assert list(interrupts.heeding((1, 2))) == [1, 2]


def test_where_interrupts_are_ignored_they_stay_so() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with interrupts.kept():
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        os.kill(os.getpid(), signal.SIGINT)
        assert list(interrupts.heeding((1, 2))) == [1, 2]
