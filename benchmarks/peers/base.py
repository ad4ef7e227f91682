"""What a benchmark knows of a peer, and the rows that all of them load.

Only the columns that questions touch are loaded: smaller tables than ours, which is in the peers' favour.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.workload import TYPES, Population

THREADS = 2


@dataclass(frozen=True, slots=True)
class Headline:
    """`tagged TAG and did TYPE in last N days`, all but as_of: the window is (as_of - N days, as_of]."""

    tag: str
    tag_number: int
    type: str
    days: int
    days_us: int

    @property
    def type_number(self) -> int:
        """Place in the population's types."""
        return TYPES.index(self.type)

    @property
    def expression(self) -> str:
        """In the segment language."""
        return f"tagged {self.tag} and did {self.type} in last {self.days} days"


class Peer(Protocol):
    """An engine that holds the rows."""

    name: str
    layout: str
    """How the rows are kept, and how the question is put, in words."""

    def count(self, question: Headline, as_of: int) -> int:
        """Answer."""

    def close(self) -> None:
        """Release everything."""


def interaction_table(population: Population) -> pa.Table:
    """type, occurred_at (microseconds), ordinal; sorted by type and time."""
    order = np.lexsort((population.occurred_at, population.types))
    columns = {
        "type": population.types[order],
        "occurred_at": population.occurred_at[order],
        "ordinal": population.ordinals[order],
    }
    return pa.table(columns)


def tag_table(population: Population) -> pa.Table:
    """tag (its number, from 1), ordinal; sorted. Every assignment is settled before the instants that are asked about."""
    keys = list(population.tags)
    counts = [len(population.tags[key]) for key in keys]
    numbers = np.repeat(np.arange(1, len(keys) + 1, dtype=np.uint16), counts)
    return pa.table({"tag": numbers, "ordinal": np.concatenate([population.tags[key] for key in keys])})


@dataclass(frozen=True, slots=True)
class RowFiles:
    """The rows as Parquet files, and as Arrow tables."""

    interactions: pa.Table
    tags: pa.Table
    interactions_file: Path
    tags_file: Path

    @classmethod
    def write(cls, population: Population, folder: Path) -> "RowFiles":
        """Write both."""
        made = cls(
            interaction_table(population), tag_table(population), folder / "interactions.parquet", folder / "tags.parquet"
        )
        pq.write_table(made.interactions, made.interactions_file)
        pq.write_table(made.tags, made.tags_file)
        return made
