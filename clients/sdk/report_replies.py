"""What reports answer. Their readers import all of it from replies.py."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import product

from .catalogue_replies import Warning


@dataclass(frozen=True, slots=True)
class CrossedAxis:
    """An axis: its parts by label with their counts, and how many members are in none of them."""

    name: str
    as_of: datetime
    known_at: int
    parts: tuple[tuple[str, int], ...]
    rest_count: int


@dataclass(frozen=True, slots=True)
class CrossTable:
    """Counts of every combination; in ``cells`` the last axis changes fastest, and each has its parts and then its rest."""

    position: int
    as_of: datetime
    known_at: int
    total_count: int
    axes: tuple[CrossedAxis, ...]
    cells: tuple[int, ...]
    warnings: tuple[Warning, ...]

    def rows(self) -> Iterator[tuple[tuple[str | None, ...], int]]:
        """Yield each combination, a label for each axis (None for its rest), with its count."""
        labels = [[*(label for label, _ in axis.parts), None] for axis in self.axes]
        return zip(product(*labels), self.cells, strict=True)

    def count(self, *labels: str | None) -> int:
        """Return one cell, by a label for each axis, None for its rest; KeyError for what is no cell."""
        return dict(self.rows())[labels]


@dataclass(frozen=True, slots=True)
class SeriesPoint:
    """A segment at one instant; who entered and who left since the point before. Warnings come with the first point."""

    position: int
    as_of: datetime
    known_at: int
    count: int
    entered_count: int
    left_count: int
    warnings: tuple[Warning, ...]
