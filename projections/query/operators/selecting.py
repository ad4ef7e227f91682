"""Which interactions a leaf speaks of: type, window and filter, bound to a view."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from pyroaring import BitMap

from domain.instants import format_instant
from domain.language.syntax import Filter
from domain.limits import MIN_INSTANT_US
from projections.index import bitmaps
from projections.index.bitmaps import Ordinals
from projections.index.candidates import Candidates
from projections.index.parallel import each, halves
from projections.index.row_columns import ORDINAL, RowSet
from projections.index.rows import InteractionRows
from projections.query.operators.filtering import RowFilter, compiled_parts
from projections.query.related import RelatedProfiles
from projections.query.view import View


@dataclass(frozen=True, slots=True)
class Selection:
    """Interactions of a type with start <= occurred_at < end that pass the filter, of some profiles or of all."""

    view: View
    type: str
    start: int
    end: int
    passes: tuple[RowFilter, ...]
    """Empty for no filter."""
    candidates: Candidates | None = None
    """Whose rows matter; None for everybody's. With them, rows have numbers of candidates in the place of ordinals."""

    @classmethod
    def of(
        cls,
        view: View,
        type_name: str,
        bounds: tuple[int, int],
        where: Filter | None,
        related: Mapping[int, RelatedProfiles] = MappingProxyType({}),
    ) -> "Selection":
        """Bind; the bounds are already cut at as_of. `related` as in `compiled`."""
        return cls(view, type_name, *bounds, compiled_parts(where, view.index, related) if where else ())

    def between(self, start: int, end: int) -> "Selection":
        """The same in another window."""
        return replace(self, start=start, end=end)

    def of_candidates(self, candidates: BitMap) -> "Selection":
        """The same, of these profiles only."""
        return replace(self, candidates=Candidates(candidates, self.view.size))

    @property
    def known(self) -> InteractionRows | None:
        """The rows of the type, if there have ever been any."""
        return self.view.index.interactions.get(self.type)

    def rows(self) -> list[RowSet]:
        """The rows; sets are not empty."""
        if self.known is None or self.start >= self.end:
            return []
        bounds = self.start, self.end, self.view.version
        found = self.known.rows_among(*bounds, self.candidates) if self.candidates is not None else self.known.rows(*bounds)
        if self.passes:
            found = each(self._passing, [rows.at(part) for rows in found for part in halves(len(rows))])
        return [rows for rows in found if len(rows)]

    def _passing(self, rows: RowSet) -> RowSet:
        for passes in self.passes:
            rows = rows.where(passes(rows)) if len(rows) else rows
        return rows

    @property
    def size(self) -> int:
        """More than any ordinal, or number of a candidate, that `rows` may have."""
        return self.view.size if self.candidates is None else len(self.candidates)

    def named(self, numbers: Ordinals) -> Ordinals:
        """The ordinals of what `rows` has in their place, ascending as these."""
        return numbers if self.candidates is None else self.candidates.ordinals[numbers]

    def ordinals(self) -> list[Ordinals]:
        """The profile of each row, or its number, repeated as often as it comes, in parts."""
        return [one.column(ORDINAL) for one in self.rows()]

    def profiles(self) -> BitMap:
        """Who has at least one; must not be changed."""
        if self.known is None or self.start >= self.end:
            return BitMap()
        if self.candidates is not None:
            return bitmaps.from_ascending(self.named(self.present()))
        if self.passes:
            return bitmaps.from_ordinals(ordinals_of(self.rows()))
        return self.known.collect(self.start, self.end, self.view.version).bitmap()

    def began(self) -> BitMap | None:
        """Whose first interaction of all time is one of these; None where that is not at hand, or there is a filter."""
        if self.known is None or self.start >= self.end:
            return BitMap()
        if self.passes or self.candidates is not None:
            return None
        return self.known.began(self.start, self.end, self.view.version)

    def present(self) -> Ordinals:
        """The same by what `rows` has in the place of ordinals, ascending."""
        found = self.profiles() if self.candidates is None else bitmaps.from_ordinals(ordinals_of(self.rows()))
        return bitmaps.to_ordinals(found)

    def count_among(self, candidates: BitMap) -> int | None:
        """How many of these profiles have at least one; None where rows have to be looked at for that."""
        if self.passes or self.candidates is not None:
            return None
        if self.known is None or self.start >= self.end:
            return 0
        return self.known.collect(self.start, self.end, self.view.version).count_among(candidates)

    def union_note(self) -> str:
        """The bounds, and what `profiles` unites."""
        if self.passes or self.known is None or self.start >= self.end:
            return self.note()
        pieces = self.known.collect(self.start, self.end, self.view.version)
        return f"{self.note()}; {pieces.note()}"

    def row_estimate(self) -> int:
        """How many rows at most."""
        return self.known.count_estimate(self.start, self.end) if self.known and self.start < self.end else 0

    def note(self) -> str:
        """The absolute bounds in words."""
        if self.start >= self.end:
            return "empty window"
        start = "" if self.start <= MIN_INSTANT_US else f"from {format_instant(self.start)} "
        known = "" if self.known else f"; no interaction of type {self.type!r} has ever been recorded"
        return f"{start}to before {format_instant(self.end)}{known}"


def ordinals_of(rows: list[RowSet]) -> Ordinals:
    """The profile of each row, repeated as often as it comes."""
    parts = [one.column(ORDINAL) for one in rows]
    return np.concatenate(parts).astype(np.uint32, copy=False) if parts else np.empty(0, dtype=np.uint32)
