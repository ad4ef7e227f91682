"""The index inside this process, filled as the server fills it, and asked as the server asks it."""

import sys
from collections.abc import Callable

import numpy as np

from benchmarks.question import Answer, Asked, Question, Way
from benchmarks.workload import CHANGESET_ROWS, END_US, HOUR_US, WORKSPACE, Population, changesets, quarters
from domain.language.parser import parse
from projections.index import bitmaps
from projections.index.workspace_index import WorkspaceIndex
from projections.query import evaluator
from projections.query.checking import ProfileChecker
from projections.query.prepared import Prepared
from projections.query.view import View
from server.bootstrap import SWITCH_SECONDS


def filled_index(population: Population) -> WorkspaceIndex:
    """All rows applied, runs merged as the server's compactor does while it runs; threads take turns as the server's do."""
    sys.setswitchinterval(SWITCH_SECONDS)
    index = WorkspaceIndex(WORKSPACE)
    for recorded, _ in changesets(population, CHANGESET_ROWS):
        index.apply(recorded)
        while index.compact():
            pass
    return index


def merge_runs(index: WorkspaceIndex) -> None:
    """As a server's upkeep does once nothing comes in: one run a type, and what questions have asked for."""
    for rows in index.interactions.values():
        rows.compact_fully()
    while index.compact():
        pass


class Asker:
    """One question, its expressions prepared once as the server keeps them, asked at the end of the log or before it."""

    def __init__(self, index: WorkspaceIndex, question: Question) -> None:
        self._index, self._version = index, index.clock().version
        self._segments = [Prepared(parse(text)) for text in question.segments]
        self._whole = self._segments[0]
        ways: dict[Way, Callable[[Asked], int]] = {
            Way.COUNT: self._count,
            Way.PAST: self._count_past,
            Way.MEMBERS: self._list,
            Way.CHECK: self._check,
        }
        self.ask = ways[question.way]
        self._way = question.way

    def answer(self, asked: Asked) -> Answer:
        """What every peer must say too."""
        if self._way is Way.CHECK:
            return (self._check(asked),)
        members = evaluator.members(self._whole, self._past(asked) if self._way is Way.PAST else self._now(asked))
        return self.ask(asked), int(bitmaps.to_ordinals(members).sum(dtype=np.int64))

    def quarters(self) -> list[Asked]:
        """What to ask so that each block that a window may want has been built: one instant in every quarter of an hour."""
        return [Asked(as_of, 0, 0) for as_of in quarters()]

    def ask_present(self, asked: Asked) -> int:
        """Whatever the way: count at the end of the log, and of time; at another microsecond each call."""
        return evaluator.count(self._whole, View(self._index, self._version, END_US + asked.as_of % HOUR_US))

    def _now(self, asked: Asked) -> View:
        return View(self._index, self._version, asked.as_of)

    def _past(self, asked: Asked) -> View:
        return View(self._index, self._index.version_at_instant(asked.as_of), asked.as_of)

    def _count(self, asked: Asked) -> int:
        return evaluator.count(self._whole, self._now(asked))

    def _count_past(self, asked: Asked) -> int:
        return evaluator.count(self._whole, self._past(asked))

    def _list(self, asked: Asked) -> int:
        return len(bitmaps.to_ordinals(evaluator.members(self._whole, self._now(asked))))

    def _check(self, asked: Asked) -> int:
        checker = ProfileChecker(self._now(asked), asked.ordinal)
        return sum(map(checker.holds, self._segments))
