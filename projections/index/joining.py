"""Makes up the interactions of persons: what was recorded of their profiles, under the person's ordinal.

What counted when the person was made is repeated with the version that made it; what is recorded of a profile later, or
retracted, is repeated as it comes in. (Tags and traits: agreeing.py.)
"""

from collections.abc import Mapping, Sequence

import numpy as np

from domain.limits import MAX_INSTANT_US, MIN_INSTANT_US
from projections.index import bitmaps
from projections.index.agreeing import Joined
from projections.index.bitmaps import Ordinals
from projections.index.candidates import Candidates
from projections.index.persons import Persons
from projections.index.row_columns import ORDINAL, RETRACTED, TIME, VERSION, AnyColumn, RowSet, absent_value
from projections.index.rows import InteractionRows

_FEW = 16  # so many profiles are looked up one by one, without tables by ordinal
Batch = Mapping[str, AnyColumn]


def rows_joined(rows: InteractionRows, of: Joined, version: int, size: int, names: Sequence[str]) -> Batch | None:
    """The interactions of a type that count just before a version, which makes these persons; None for none.

    `names`: columns that there may be; `size`: as of Candidates.
    """
    parts = _counting(rows, of, version - 1, size)
    if not parts:
        return None
    columns = {name: np.concatenate([part.column(name) for part, _ in parts]) for name in names}
    filled = {name: column for name, column in columns.items() if name == TIME or (column != absent_value(name)).any()}
    persons = np.concatenate([persons for _, persons in parts])
    return {**filled, ORDINAL: persons, VERSION: np.full(len(persons), version, np.uint32)}


def _counting(rows: InteractionRows, of: Joined, version: int, size: int) -> list[tuple[RowSet, Ordinals]]:
    if len(of.profiles) <= _FEW:
        pairs = zip(of.profiles.tolist(), of.persons.tolist(), strict=True)
        found = [(part, person) for profile, person in pairs for part in rows.rows_of(profile, version)]
        return [(part, np.full(len(part), person, np.uint32)) for part, person in found]
    candidates = Candidates(bitmaps.from_ascending(of.profiles), size)
    parts = rows.rows_among(MIN_INSTANT_US, MAX_INSTANT_US, version, candidates)
    return [(part, of.persons[part.column(ORDINAL)]) for part in parts if len(part)]


def rows_repeated(batch: Batch, persons: Persons) -> Batch | None:
    """Of some interactions, those of persons; None for none. Of retracted ones, as the persons have them, whoever ever did."""
    if RETRACTED in batch:
        places, of = persons.copies(batch[ORDINAL], batch[VERSION])
    else:
        places, of = persons.rows_of_persons(batch[ORDINAL])
    if not len(places):
        return None
    rows = {name: column[places] for name, column in batch.items()}
    rows[ORDINAL] = of
    if RETRACTED in rows:  # what was recorded before the person was made came in with it
        rows[VERSION] = np.maximum(rows[VERSION], persons.since(of)).astype(np.uint32)
    return rows
