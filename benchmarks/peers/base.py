"""What a benchmark knows of a peer, and the rows that all of them load.

Only the columns that questions touch are loaded: smaller tables than ours, which is in the peers' favour.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.question import Answer, Asked, Question, month_start
from benchmarks.workload import CHANGESET_ROWS, END_US, PURCHASE, TYPES, Population

THREADS = 2
MEMORY_BYTES = 8 << 30
BOUGHT = TYPES.index(PURCHASE)
_GROUP_ROWS = 1 << 20

INTERACTION_COLUMNS = ("type", "occurred_at", "ordinal", "amount", "category", "batch")
"""Amounts in 1/10,000; instants in microseconds; batch is the number of the changeset that recorded the row, from 0."""
FIRSTS = f"SELECT min(occurred_at) AS first_at, ordinal FROM interactions WHERE type = {BOUGHT} GROUP BY ordinal"
"""When each profile first bought: kept by every peer, for the end of the log only."""
_MONTH_STARTS = [month_start(END_US, back) for back in range(13, -1, -1)]
MONTHS = " UNION ALL ".join(
    f"SELECT DISTINCT CAST({start} AS BIGINT) AS month, ordinal FROM interactions"
    f" WHERE type = {BOUGHT} AND occurred_at >= {start} AND occurred_at < {end}"
    for start, end in pairwise(_MONTH_STARTS)
)
"""Who bought in each calendar month: kept by every peer."""


class Peer(Protocol):
    """An engine that holds the rows."""

    name: str
    layout: str
    """How the rows are kept, and how questions are put, in words."""

    def can_answer(self, question: Question) -> bool:
        """Is there an honest way to ask it?"""

    def ask(self, question: Question, asked: Asked) -> Answer:
        """Answer."""

    def close(self) -> None:
        """Release everything."""


def interaction_tables(population: Population) -> Iterator[pa.Table]:
    """INTERACTION_COLUMNS, sorted by type and time; one table a type."""
    for code in range(len(TYPES)):
        places = np.flatnonzero(population.types == code).astype(np.uint32)
        places = places[np.argsort(population.occurred_at[places], kind="stable")]
        columns: list[npt.NDArray[np.generic]] = [
            np.full(len(places), code, np.uint8),
            population.occurred_at[places],
            population.ordinals[places],
            population.amounts[places],
            population.categories[places],
            (places // CHANGESET_ROWS).astype(np.uint16),
        ]
        yield pa.table(columns, names=list(INTERACTION_COLUMNS))


def tag_tables(population: Population) -> Iterator[pa.Table]:
    """tag (its number, from 1), ordinal; sorted. Every assignment is settled before the instants that are asked about."""
    for number, ordinals in enumerate(population.tags.values(), start=1):
        yield pa.table({"tag": np.full(len(ordinals), number, np.uint16), "ordinal": ordinals})


def move_table(population: Population) -> pa.Table:
    """ordinal, effective_at, place (in order of recording), batch (as of interactions), applied; sorted by the first three."""
    moves = population.moves
    order = np.lexsort((moves.effective_at, moves.ordinals))
    columns: list[npt.NDArray[np.generic]] = [
        moves.ordinals[order],
        moves.effective_at[order],
        order.astype(np.uint32),
        np.maximum(moves.batches[order], 1) - np.uint16(1),
        moves.applied[order].astype(np.uint8),
    ]
    return pa.table(columns, names=["ordinal", "effective_at", "place", "batch", "applied"])


@dataclass(frozen=True, slots=True)
class RowFiles:
    """The rows as Parquet files."""

    profiles: int
    interactions: Path
    tags: Path
    moves: Path

    @property
    def names(self) -> dict[str, object]:
        """What stands for `{name}` in the statements that load them."""
        return {"interactions": self.interactions, "tags": self.tags, "moves": self.moves, "profiles": self.profiles}

    @classmethod
    def write(cls, population: Population, folder: Path) -> "RowFiles":
        """Write both."""
        files = (folder / f"{name}.parquet" for name in ("interactions", "tags", "moves"))
        made = cls(population.profiles, *files)
        _write(interaction_tables(population), made.interactions)
        _write(tag_tables(population), made.tags)
        _write(iter([move_table(population)]), made.moves)
        return made

    def interactions_of(self, code: int, columns: Sequence[str]) -> pa.Table:
        """Some columns of the rows of a type, in order of time."""
        return pq.read_table(self.interactions, columns=list(columns), filters=[("type", "=", code)])

    def holders(self, number: int) -> npt.NDArray[np.uint32]:
        """Who carries a tag, ascending."""
        table = pq.read_table(self.tags, columns=["ordinal"], filters=[("tag", "=", number)])
        ordinals: npt.NDArray[np.uint32] = table.column("ordinal").to_numpy()
        return ordinals


def _write(tables: Iterator[pa.Table], file: Path) -> None:
    first = next(tables)
    with pq.ParquetWriter(file, first.schema, compression="lz4") as writer:
        writer.write_table(first, _GROUP_ROWS)
        for table in tables:
            writer.write_table(table, _GROUP_ROWS)
