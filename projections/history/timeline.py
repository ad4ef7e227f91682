"""Which versions concern a profile or a tag: read from the index, so that only those changesets are fetched from the log."""

from bisect import bisect_left
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from domain.catalogue_changes import CatalogueChange
from domain.limits import MIN_INSTANT_US
from domain.list_catalogue import ListEntry
from domain.segment_catalogue import SegmentChange
from domain.tag_catalogue import GroupChange, TagChange, TagMerge
from projections.index.bitmaps import Ordinals
from projections.index.history import NOTHING, Changes, Int64s
from projections.index.row_columns import RETRACTED, VERSION
from projections.index.workspace_index import WorkspaceIndex

Versions = npt.NDArray[np.uint32]


def versions_of_profiles(
    index: WorkspaceIndex, profiles: Collection[int], version: int, *, interactions: bool, lists: bool = True
) -> Versions:
    """Versions up to `version` that change one of the profiles, as `versions_of_profile`, or their links."""
    found = [versions_of_profile(index, one, version, interactions=interactions, lists=lists) for one in profiles]
    links = [at for one in profiles for at in index.persons.changes_of(one) if at <= version]
    return np.unique(np.concatenate([*found, np.asarray(links, np.uint32)]))


def versions_of_profile(
    index: WorkspaceIndex, ordinal: int, version: int, *, interactions: bool, lists: bool = True
) -> Versions:
    """Versions up to `version` that change the profile or the lists it is on (or with an interaction), ascending, each once."""
    histories = [tag.history for tag in list(index.tags.values())] + [trait.history for trait in list(index.traits.values())]
    found = []
    for history in histories:
        count = history.count(version)
        found.append(history.first(count).versions[history.places_of(np.asarray([ordinal], np.uint32), count)])
    if interactions:
        for rows in list(index.interactions.values()):
            for part in rows.recorded(ordinal):
                versions = np.concatenate([part.column(VERSION), part.column(RETRACTED)])
                found.append(versions[(versions > 0) & (versions <= version)])
    if lists:
        turns = [
            turn for entry in list(index.catalogue.lists.entries.values()) for turn in turns_on_list(index, entry, ordinal)
        ]
        found.append(np.asarray([turn for turn in turns if turn <= version], np.uint32))
    return np.unique(np.concatenate(found)) if found else np.empty(0, np.uint32)


def turns_on_list(index: WorkspaceIndex, entry: ListEntry, ordinal: int) -> list[int]:
    """Versions of the stream, ascending, whose uploads put the profile on the list or took it off."""
    turns = index.list_members.turns(entry.number, ordinal)
    return [entry.versions[turn - 1].stream_version for turn in turns if turn <= len(entry.versions)]


@dataclass(frozen=True, slots=True)
class Losses:
    """Applies of other tags of an exclusive group by which profiles lost a tag, in order of their versions."""

    versions: Versions
    """That recorded the applies."""
    ordinals: Ordinals
    effective: Int64s

    def of(self, version: int) -> frozenset[tuple[int, int]]:
        """Profiles and instants, of the applies that a version recorded."""
        first, end = (bisect_left(self.versions, one) for one in (version, version + 1))
        return frozenset(zip(self.ordinals[first:end].tolist(), self.effective[first:end].tolist(), strict=True))


def losses_of(index: WorkspaceIndex, number: int, version: int) -> Losses:
    """Of one tag, as known at a version."""
    if number not in index.tags:
        return Losses(np.empty(0, np.uint32), np.empty(0, np.uint32), np.empty(0, np.int64))
    history = index.tags[number].history
    count = history.count(version)
    implied, rows, credits = history.implied(count), history.first(count), history.credits(count)
    if implied is None:
        rows, credits = rows.picked(slice(0, 0)), None
    else:
        rows, credits = rows.picked(implied), None if credits is None else credits[implied]
    versions = rows.versions.copy()
    # Who is credited tells that the apply may have been there before the tag's own row, in another version.
    late = np.flatnonzero(credits) if credits is not None else np.empty(0, np.int64)
    if len(late):
        versions[late] = _applied_in(index, number, version, rows.picked(late))
    order = np.argsort(versions, kind="stable")
    return Losses(versions[order], rows.ordinals[order], rows.effective[order])


def _applied_in(index: WorkspaceIndex, number: int, version: int, losses: Changes) -> Versions:
    """The versions of the last applies, of other tags of the group, to these profiles at these instants."""
    found, profiles = losses.versions.astype(np.int64) * 0, np.unique(losses.ordinals)
    for rival in index.catalogue.rivals(number):
        if rival in index.tags:
            history = index.tags[rival].history
            rows, _ = history.own(profiles, history.count(version))
            rows = rows.picked(rows.codes != NOTHING)
            at = rows.deciding(losses.ordinals, losses.effective)
            there = np.append(rows.effective, MIN_INSTANT_US - 1)[at] == losses.effective
            found = np.maximum(found, np.where(there, np.append(rows.versions.astype(np.int64), 0)[at], 0))
    return found.astype(np.uint32)


def versions_of_tags(index: WorkspaceIndex, numbers: Collection[int], version: int, losses: Losses | None) -> Versions:
    """Versions up to `version` that change who carries one of the tags, or its catalogue entry (its group's name included)."""
    groups = {index.catalogue.tags[number].group for number in numbers} - {None}
    found = [np.asarray([at for at, change in index.catalogue.changes if _concerns(change, numbers, groups)], np.uint32)]
    for number in numbers:
        if number in index.tags:
            history = index.tags[number].history
            count, rows = history.count(version), history.first(history.count(version)).versions
            implied = history.implied(count)
            found.append(rows if implied is None else rows[~implied])
    if losses:
        found.append(losses.versions)
    every = np.unique(np.concatenate(found))
    return every[every <= version]


def versions_of_segment(index: WorkspaceIndex, number: int, version: int) -> Versions:
    """Versions up to `version` that defined the segment, changed it, renamed it or retired it, ascending."""
    found = {at for at, change in index.catalogue.changes if isinstance(change, SegmentChange) and change.number == number}
    return np.asarray(sorted(at for at in found if at <= version), np.uint32)


def versions_recorded(
    index: WorkspaceIndex, version: int, actor: str, source: str, recorded: tuple[int, int] | None
) -> Versions:
    """Versions up to `version` that the actor recorded, from the source ("" for any), in a period, ascending."""
    first, end = 1, version
    if recorded:
        first, end = index.version_at_instant(recorded[0] - 1) + 1, min(version, index.version_at_instant(recorded[1] - 1))
    versions = np.arange(first, max(first, end + 1), dtype=np.uint32)
    return versions[index.recorded_in(versions, actor, source)] if actor or source else versions


def _concerns(change: CatalogueChange, tags: Collection[int], groups: Collection[int | None]) -> bool:
    if isinstance(change, TagMerge) and change.into in tags:
        return True
    if isinstance(change, TagChange):
        return change.number in tags
    return isinstance(change, GroupChange) and change.number in groups
