"""Peers in a process of their own, as the server is in its own: no engine meets what another does to memory.

In one process with chDB, the engine's headline took half as long again as before chDB was loaded. Calls are timed where they
are made, so no peer pays for the way here and back.
"""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchmarks.peers.base import Peer, RowFiles
from benchmarks.question import Answer, Asked, Question
from benchmarks.question_table import QUESTIONS
from benchmarks.timing import Timings, measure

Opener = Callable[[RowFiles, Path, bool], AbstractContextManager[list[Peer]]]
"""Loads peers and closes them; the flag: will they be asked about single profiles? Some module's function."""
_STOP_SECONDS = 120


class PeerApart:
    """A peer of the other process."""

    def __init__(self, connection: Connection, name: str, layout: str, answerable: frozenset[str]) -> None:
        self._connection, self._answerable = connection, answerable
        self.name, self.layout = name, layout

    def can_answer(self, question: Question) -> bool:
        """See Peer."""
        return question.name in self._answerable

    def ask(self, question: Question, asked: Asked) -> Answer:
        """See Peer."""
        answer: Answer = self._told(_ask, question, asked)
        return answer

    def measure(self, question: Question, moments: Sequence[Asked], at_most_seconds: float = 30.0) -> Timings:
        """As `measure` there."""
        timings: Timings = self._told(_measure, question, moments, at_most_seconds)
        return timings

    def _told(self, order: Callable[..., Any], question: Question, *arguments: Any) -> Any:
        self._connection.send((order, self.name, question.name, arguments))
        reply = self._connection.recv()
        if isinstance(reply, Exception):
            raise reply
        return reply


@contextmanager
def apart(opener: Opener, rows: RowFiles, folder: Path, *, by_profile: bool) -> Iterator[list[PeerApart]]:
    """The peers that `opener` opens, loaded."""
    context = multiprocessing.get_context("spawn")  # a fork would begin with our memory, and with locks of our threads
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, opener, rows, folder, by_profile))
    process.start()
    theirs.close()
    try:
        yield [PeerApart(ours, *about) for about in ours.recv()]
    finally:
        ours.close()
        process.join(_STOP_SECONDS)
        process.kill()


def _serve(connection: Connection, opener: Opener, rows: RowFiles, folder: Path, by_profile: bool) -> None:
    """Until the other side closes the connection."""
    questions = {question.name: question for question in QUESTIONS}
    with opener(rows, folder, by_profile) as opened:
        peers = {peer.name: peer for peer in opened}
        answerable = {name: frozenset(one.name for one in QUESTIONS if peer.can_answer(one)) for name, peer in peers.items()}
        connection.send([(name, peer.layout, answerable[name]) for name, peer in peers.items()])
        while True:
            try:
                order, name, question, arguments = connection.recv()
            except EOFError:
                return
            try:
                connection.send(order(peers[name], questions[question], *arguments))
            except Exception as error:  # noqa: BLE001 - raised where it was asked
                connection.send(error)


def _ask(peer: Peer, question: Question, asked: Asked) -> Answer:
    return peer.ask(question, asked)


def _measure(peer: Peer, question: Question, moments: Sequence[Asked], at_most_seconds: float) -> Timings:
    return measure(partial(peer.ask, question), moments, at_most_seconds=at_most_seconds)
