"""Do two states of a workspace hold the same, however it lies in runs and tails? For `tagledger verify`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from projections.index.dictionary import Dictionary
from projections.index.row_columns import (
    AMOUNT,
    CURRENCY,
    ORDINAL,
    RETRACTED,
    TIME,
    TOUCHPOINT,
    VERSION,
    AnyColumn,
    RowSet,
    property_column,
)
from projections.index.rows import InteractionRows
from projections.index.workspace_index import WorkspaceIndex
from server.usecases.state import WorkspaceState

_NAMES_AT_ONCE, _ROWS_AT_ONCE = 100_000, 1 << 20
_MIXER = np.uint64(0x9E37_79B9_7F4A_7C15)
UInt64s = npt.NDArray[np.uint64]


def first_difference(found: WorkspaceState, due: WorkspaceState) -> str:
    """Where the first is not as the second, in words; "" for nowhere. Keys of interaction ids are made with one seed."""
    return next(_differences(found, due), "")


def _differences(found: WorkspaceState, due: WorkspaceState) -> Iterator[str]:
    if (found.version, found.chain) != (due.version, due.chain):
        yield f"its end: changeset {found.version} instead of {due.version}"
        return
    one, other = found.index, due.index
    yield from _columns("the clock", one.clock_columns(), other.clock_columns())
    if (one.interaction_count, one.profile_count) != (other.interaction_count, other.profile_count):
        yield "the numbers of interactions and profiles"
    if one.vocabulary() != other.vocabulary():
        yield "the names of tags, types, properties, traits, segments or lists"
    for what, values in _dictionaries(other).items():
        if _dictionaries(one)[what] != values:
            yield what
            return
    if one.undone != other.undone:
        yield "which changesets were taken back"
    if one.erased.versions != other.erased.versions or one.erased.now != other.erased.now:
        yield "who was erased"
    if one.persons != other.persons:
        yield "which profiles are one person"
    yield from _columns("who exists since when", one.universe.columns(), other.universe.columns())
    for number in other.tags:
        if number not in one.tags:
            yield f"tag {other.catalogue.key(number)!r}, which is missing"
            continue
        what = f"the changes of tag {other.catalogue.key(number)!r}"
        tag, same = one.tags[number], other.tags[number]
        yield from _columns(what, tag.history.columns(), same.history.columns())
        turns = (of.turns.rows.columns() if of.turns else {} for of in (tag, same))
        yield from _columns(f"who carries tag {other.catalogue.key(number)!r}", *turns)
    for name, trait in other.traits.items():
        yield from _columns(f"the changes of trait {name!r}", one.traits[name].history.columns(), trait.history.columns())
    for name in other.interactions:
        yield from _rows(name, one, other)
    for number, entry in other.catalogue.lists.entries.items():
        for version in range(1, len(entry.versions) + 1):
            if one.list_members.members(number, version) != other.list_members.members(number, version):
                yield f"version {version} of list {entry.name!r}"
    yield from _profiles(found, due)


def _dictionaries(index: WorkspaceIndex) -> dict[str, list[object]]:
    """What codes in the columns stand for."""
    named: dict[str, Dictionary[Any]] = {
        "the touchpoints": index.touchpoints,
        "the currencies": index.currencies,
        "the actors": index.actors,
        "the sources": index.sources,
        "those who are credited": index.credits,
        **{f"the values of tag {index.catalogue.key(number)!r}": tag.values for number, tag in index.tags.items()},
        **{f"the values of property {name!r}": known.values for name, known in index.properties.items()},
    }
    of_traits: dict[str, list[object]] = {
        f"the values of trait {name!r}": [*trait.spoken_of()] for name, trait in index.traits.items()
    }
    return of_traits | {what: list(dictionary.values()) for what, dictionary in named.items()}


def _columns(what: str, found: Mapping[str, AnyColumn], due: Mapping[str, AnyColumn]) -> Iterator[str]:
    for name in sorted({*due, *found}):
        # Some columns are there only where a row has an entry in them.
        if name not in found or name not in due or not np.array_equal(found[name], due[name]):
            yield f"{what} (column {name})"
            return


def _rows(name: str, found: WorkspaceIndex, due: WorkspaceIndex) -> Iterator[str]:
    """Of a type, retracted ones too: a sum of hashes for each changeset does not depend on where its rows lie."""
    sums = [_sums(index, name, len(due.clock_columns()["positions"])) for index in (found, due)]
    wrong = np.flatnonzero(sums[0] != sums[1])
    if len(wrong):
        yield f"the interactions of type {name!r} that changeset {int(wrong[0])} recorded"


def _sums(index: WorkspaceIndex, name: str, versions: int) -> UInt64s:
    sums = np.zeros(versions + 1, dtype=np.uint64)
    if name not in index.interactions:
        return sums
    columns = [TIME, ORDINAL, AMOUNT, CURRENCY, TOUCHPOINT, RETRACTED, *map(property_column, sorted(index.properties))]
    for rows in _parts(index.interactions[name]):
        hashes: UInt64s = np.zeros(len(rows), dtype=np.uint64)
        for column in columns:
            hashes ^= rows.column(column).astype(np.int64).view(np.uint64)
            hashes *= _MIXER
            hashes ^= hashes >> np.uint64(29)
        np.add.at(sums, rows.column(VERSION), hashes)
    return sums


def _parts(of_type: InteractionRows) -> Iterator[RowSet]:
    """All rows, so many at a time that little memory is needed beside them."""
    for rows in of_type.recorded():
        for first in range(0, len(rows), _ROWS_AT_ONCE):
            yield rows.at(slice(first, min(first + _ROWS_AT_ONCE, len(rows))))


def _profiles(found: WorkspaceState, due: WorkspaceState) -> Iterator[str]:
    for first in range(0, len(due.profiles), _NAMES_AT_ONCE):
        ordinals: Sequence[int] = range(first, min(first + _NAMES_AT_ONCE, len(due.profiles)))
        names = due.profiles.names(ordinals)
        known = [ordinal if name else None for ordinal, name in zip(ordinals, names, strict=True)]
        if found.profiles.names(ordinals) != names or found.profiles.ordinals(names) != known:
            yield f"the profile_ids of ordinals {ordinals[0]} to {ordinals[-1]}"
            return
    if found.interaction_ids.digest() != due.interaction_ids.digest():
        yield "what is known of interaction ids"
