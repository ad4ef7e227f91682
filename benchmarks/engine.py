"""The index inside this process, filled as the server fills it, and the floor below any answer that it gives."""

from dataclasses import dataclass
from itertools import islice

import numpy as np
from pyroaring import BitMap

from benchmarks.peers.base import Headline
from benchmarks.workload import HOUR_US, WORKSPACE, Population, changesets
from domain.language.parser import parse
from projections.index import bitmaps
from projections.index.workspace_index import WorkspaceIndex
from projections.query import evaluator
from projections.query.prepared import Prepared
from projections.query.view import View

CHANGESET_ROWS = 100_000


def filled_index(population: Population) -> WorkspaceIndex:
    """All rows applied, runs merged as the server's compactor does while it runs."""
    index = WorkspaceIndex(WORKSPACE)
    for recorded, _ in changesets(population, CHANGESET_ROWS):
        index.apply(recorded)
        while index.compact():
            pass
    return index


def merge_runs(index: WorkspaceIndex) -> None:
    """As after a restart: one run a type."""
    for rows in index.interactions.values():
        rows.compact_fully()


class EngineCounter:
    """One expression, prepared once as the server keeps it, asked at the end of the log."""

    def __init__(self, index: WorkspaceIndex, question: Headline) -> None:
        self._index, self._version = index, index.clock().version
        self._prepared = Prepared(parse(question.expression))

    def count(self, as_of: int) -> int:
        """Plan and run."""
        return evaluator.count(self._prepared, View(self._index, self._version, as_of))

    def warm(self, first: int, last: int) -> None:
        """Ask once in every hour, so that each block that a window may want has been built."""
        for as_of in range(first, last, HOUR_US):
            self.count(as_of + HOUR_US // 2)


@dataclass(frozen=True, slots=True)
class FloorQuestion:
    """The bitmaps that one answer needs at least."""

    pieces: list[BitMap]
    holders: BitMap

    def count(self) -> int:
        """The bare pyroaring calls: one union, one cardinality of an intersection."""
        return int(BitMap.union(*self.pieces).intersection_cardinality(self.holders))


def floor_questions(index: WorkspaceIndex, question: Headline, instants: list[int], most: int) -> list[FloorQuestion]:
    """For each instant the same blocks that the engine takes, and the ragged rows as a bitmap that is made beforehand."""
    number = index.catalogue.tag_number(question.tag)
    assert number is not None
    version = index.clock().version
    made = []
    for as_of in islice(instants, most):
        collected = index.interactions[question.type].collect(as_of - question.days_us + 1, as_of + 1, version)
        pieces = list(collected.blocks)
        if collected.loose:
            pieces.append(bitmaps.from_ordinals(np.concatenate(collected.loose)))
        made.append(FloorQuestion(pieces, index.tags[number].holders.at(as_of, version).bitmap))
    return made
