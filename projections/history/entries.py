"""The changes of a changeset one by one, in its order: catalogue, tags, traits, interactions recorded and retracted, who an
upload put on a list, who was erased, and which profiles were linked.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.catalogue_changes import CatalogueChange
from domain.changeset import (
    NEVER,
    Changeset,
    Credit,
    InteractionColumns,
    ListColumns,
    RetractedColumns,
    TagColumns,
    TraitColumns,
    Value,
    ValueType,
)
from domain.segment_catalogue import SegmentChange
from domain.tag_catalogue import ForeignTagChange


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """A change of the catalogue."""

    change: CatalogueChange


@dataclass(frozen=True, slots=True)
class TagEntry:
    """A tag applied, removed or expiring; `tag` is the catalogue number."""

    ordinal: int
    effective_at: int
    tag: int
    applied: bool
    expiry: bool
    value: float | None
    credit: Credit | None = None
    """Whose state an undo brings back; None for the changeset's own."""
    lapses_at: int = NEVER
    """From when on it holds no more, if no other change of the tag has its place by then."""


@dataclass(frozen=True, slots=True)
class TraitEntry:
    """A trait set, or cleared when value is None."""

    ordinal: int
    effective_at: int
    trait: str
    type: ValueType
    value: Value | None


@dataclass(frozen=True, slots=True)
class InteractionEntry:
    """An interaction; `currency` "" is the workspace's."""

    ordinal: int
    effective_at: int
    type: str
    touchpoint: str
    amount: int | None
    currency: str
    id: str
    properties: dict[str, Value]


@dataclass(frozen=True, slots=True)
class RetractionEntry:
    """An interaction that does not count any more."""

    ordinal: int
    effective_at: int
    """When it had happened."""
    interaction: InteractionEntry
    version: int
    """That recorded it."""


@dataclass(frozen=True, slots=True)
class ListEntry:
    """A profile put on a list, or taken off it, by an upload; `number` is that of the list."""

    ordinal: int
    effective_at: int
    number: int
    added: bool


@dataclass(frozen=True, slots=True)
class ErasureEntry:
    """A profile that was erased: nothing tells any more who that was."""

    ordinal: int
    effective_at: int


@dataclass(frozen=True, slots=True)
class LinkEntry:
    """Two profiles that are one person from here on, or not by this link any more."""

    ordinal: int
    effective_at: int
    other: int
    linked: bool


Entry = CatalogueEntry | TagEntry | TraitEntry | InteractionEntry | RetractionEntry | ListEntry | ErasureEntry | LinkEntry
_Columns = TagColumns | TraitColumns | InteractionColumns | RetractedColumns


def _columns_of(changeset: Changeset) -> list[tuple[_Columns, TagColumns | TraitColumns | InteractionColumns]]:
    """Those with rows of profiles, in order; and where their rows stand."""
    retracted = changeset.retracted
    own = [(one, one) for one in (changeset.tags, changeset.traits, changeset.interactions) if one]
    return [*own, *([(retracted, retracted.rows)] if retracted else [])]


def entry_count(changeset: Changeset) -> int:
    """How many entries the changeset has."""
    listed = changeset.listed
    counts = [len(rows.ordinals) for _, rows in _columns_of(changeset)]
    counts += [len(listed.added), len(listed.removed)] if listed else []
    links = len(changeset.links.firsts) if changeset.links else 0
    return len(changeset.catalogue) + sum(counts) + len(changeset.erased) + links


def entries(changeset: Changeset, start: int = 0, stop: int | None = None) -> Iterator[tuple[int, Entry]]:
    """Entries number start .. stop - 1, with their numbers."""
    at = 0
    end = entry_count(changeset) if stop is None else stop
    for change in changeset.catalogue:
        if start <= at < end:
            yield at, CatalogueEntry(change)
        at += 1
    for columns, rows in _columns_of(changeset):
        for row in range(max(0, start - at), min(len(rows.ordinals), end - at)):
            yield at + row, _entry(columns, row)
        at += len(rows.ordinals)
    if changeset.listed:
        yield from _of_list(changeset.listed, changeset.recorded_at, at, start, end)
        at += len(changeset.listed.added) + len(changeset.listed.removed)
    for row in range(max(0, start - at), min(len(changeset.erased), end - at)):
        yield at + row, ErasureEntry(int(changeset.erased[row]), changeset.recorded_at)
    at += len(changeset.erased)
    links = changeset.links
    for row in range(max(0, start - at), min(len(links.firsts), end - at)) if links else ():
        assert links is not None
        yield at + row, LinkEntry(int(links.firsts[row]), changeset.recorded_at, int(links.seconds[row]), links.linked)


def rows_of_profile(changeset: Changeset, ordinal: int, *, interactions: bool) -> list[int]:
    """Numbers of the entries that concern the profile."""
    return rows_wanted(changeset, Wanted(profiles=(ordinal,), interactions=interactions))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: those that fit all of it."""

    profiles: Collection[int] | None = None
    """The profiles that they concern; None for any, and for the catalogue."""
    tags: Collection[int] | None = None
    """The tags that they are about; None for anything."""
    rivals: Collection[int] = ()
    """Other tags, which count where they were applied to a profile, at an instant, of `lost`: it lost one of `tags` by it."""
    lost: Collection[tuple[int, int]] = ()
    effective: tuple[int, int] | None = None
    """When they hold, the end not included."""
    interactions: bool = True
    segment: int | None = None
    """The named segment whose catalogue entry they change; None for anything."""


def rows_wanted(changeset: Changeset, wanted: Wanted) -> list[int]:
    """Numbers of the entries that fit, ascending.

    Where tags are wanted, a changeset's catalogue changes are about them, but that it may map other systems' names of many.
    """
    if wanted.segment is not None:
        return _of_segment(changeset, wanted)
    at, found = 0, [np.empty(0, np.int64)]
    recorded = wanted.effective is None or wanted.effective[0] <= changeset.recorded_at < wanted.effective[1]
    if wanted.profiles is None and recorded:
        tags, changes = wanted.tags, enumerate(changeset.catalogue)
        about = [at for at, one in changes if tags is None or not isinstance(one, ForeignTagChange) or one.number in tags]
        found.append(np.asarray(about, np.int64))
    at += len(changeset.catalogue)
    for _, columns in _columns_of(changeset):
        if wanted.interactions or not isinstance(columns, InteractionColumns):
            found.append(at + np.flatnonzero(_fits(columns, wanted)))
        at += len(columns.ordinals)
    if changeset.listed and wanted.tags is None and recorded:
        for ordinals in (changeset.listed.added, changeset.listed.removed):
            rows = np.asarray(ordinals, np.uint32)
            found.append(at + np.flatnonzero(_concerns(rows, wanted)))
            at += len(rows)
    if wanted.tags is None and recorded:
        if wanted.profiles is None:
            found.append(at + np.arange(len(changeset.erased)))
        at += len(changeset.erased)
        if changeset.links:
            pairs = (np.asarray(rows, np.uint32) for rows in (changeset.links.firsts, changeset.links.seconds))
            first, second = (_concerns(rows, wanted) for rows in pairs)
            found.append(at + np.flatnonzero(first | second))
    rows_found: list[int] = np.concatenate(found).tolist()
    return rows_found


def _of_segment(changeset: Changeset, wanted: Wanted) -> list[int]:
    """Changes of the catalogue are about no profile and no tag, and hold from when they are recorded on."""
    elsewhere = wanted.effective is not None and not wanted.effective[0] <= changeset.recorded_at < wanted.effective[1]
    if elsewhere or wanted.profiles is not None or wanted.tags is not None:
        return []
    changes = enumerate(changeset.catalogue)
    return [at for at, change in changes if isinstance(change, SegmentChange) and change.number == wanted.segment]


def _fits(columns: TagColumns | TraitColumns | InteractionColumns, wanted: Wanted) -> npt.NDArray[np.bool_]:
    ordinals = np.asarray(columns.ordinals, np.uint32)
    fits = np.ones(len(ordinals), np.bool_)
    if wanted.tags is not None:
        if not isinstance(columns, TagColumns):
            return np.zeros(len(ordinals), np.bool_)
        numbers = np.asarray(columns.tags, np.int64)
        fits = np.isin(numbers, list(wanted.tags))
        if len(wanted.lost):
            taken = np.flatnonzero(np.isin(numbers, list(wanted.rivals)) & np.asarray(columns.applied, np.bool_))
            pairs = zip(ordinals[taken].tolist(), np.asarray(columns.effective_at, np.int64)[taken].tolist(), strict=True)
            fits[taken] |= np.fromiter((pair in wanted.lost for pair in pairs), np.bool_, len(taken))
    fits &= _concerns(ordinals, wanted)
    if wanted.effective is not None:
        instants = columns.occurred_at if isinstance(columns, InteractionColumns) else columns.effective_at
        at = np.asarray(instants, np.int64)
        fits &= (at >= wanted.effective[0]) & (at < wanted.effective[1])
    return fits


def _concerns(ordinals: npt.NDArray[np.uint32], wanted: Wanted) -> npt.NDArray[np.bool_]:
    if wanted.profiles is None:
        return np.ones(len(ordinals), np.bool_)
    flags: npt.NDArray[np.bool_] = np.isin(ordinals, list(wanted.profiles))
    return flags


def _of_list(columns: ListColumns, at_us: int, first: int, start: int, stop: int) -> Iterator[tuple[int, ListEntry]]:
    """Entries of an upload, whose numbers begin at `first`."""
    for ordinals, added in ((columns.added, True), (columns.removed, False)):
        for row in range(max(0, start - first), min(len(ordinals), stop - first)):
            yield first + row, ListEntry(int(ordinals[row]), at_us, columns.number, added)
        first += len(ordinals)


def _entry(columns: _Columns, row: int) -> Entry:
    match columns:
        case TagColumns():
            return _tag(columns, row)
        case TraitColumns():
            return _trait(columns, row)
        case InteractionColumns():
            return _interaction(columns, row)
        case RetractedColumns():
            interaction = _interaction(columns.rows, row)
            return RetractionEntry(interaction.ordinal, interaction.effective_at, interaction, columns.versions[row])


def _tag(columns: TagColumns, row: int) -> TagEntry:
    return TagEntry(
        columns.ordinals[row],
        columns.effective_at[row],
        columns.tags[row],
        columns.applied[row],
        bool(len(columns.expiries) and columns.expiries[row]),
        columns.values[row] if len(columns.values) else None,
        columns.credit(row),
        columns.lapses_at[row] if len(columns.lapses_at) else NEVER,
    )


def _trait(columns: TraitColumns, row: int) -> TraitEntry:
    k = columns.index[row]
    return TraitEntry(columns.ordinals[row], columns.effective_at[row], columns.names[k], columns.types[k], columns.values[row])


def _interaction(columns: InteractionColumns, row: int) -> InteractionEntry:
    touchpoint = columns.touchpoint_index[row] if len(columns.touchpoint_index) else 0
    currency = columns.currency_index[row] if len(columns.currency_index) else 0
    return InteractionEntry(
        columns.ordinals[row],
        columns.occurred_at[row],
        columns.types[columns.type_index[row] if len(columns.type_index) else 0],
        columns.touchpoints[touchpoint - 1] if touchpoint else "",
        columns.amounts[row] if len(columns.amounts) else None,
        columns.currencies[currency - 1] if currency else "",
        columns.ids[row] if len(columns.ids) else "",
        {c.name: c.values[c.index[row] - 1] for c in columns.properties if c.index[row]},
    )
