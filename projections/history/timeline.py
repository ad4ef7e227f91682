"""Which versions concern a profile or a tag: read from the index, so that only those changesets are fetched from the log."""

import numpy as np
import numpy.typing as npt

from domain.changeset import GroupDefined, GroupRenamed, GroupRetired, TagDefined, TagRenamed, TagRetired
from domain.limits import MAX_INSTANT_US, MIN_INSTANT_US
from domain.list_catalogue import ListEntry
from projections.index.row_columns import ORDINAL, VERSION
from projections.index.workspace_index import WorkspaceIndex

Versions = npt.NDArray[np.uint32]


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
            for part in rows.rows(MIN_INSTANT_US, MAX_INSTANT_US, version):
                found.append(part.where(part.column(ORDINAL) == ordinal).column(VERSION))
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


def versions_of_tag(index: WorkspaceIndex, number: int, version: int) -> Versions:
    """Versions up to `version` that change who carries the tag, or its catalogue entry (its group's name included)."""
    group = index.catalogue.tags[number].group
    found = [np.asarray([at for at, change in index.catalogue.changes if _concerns(change, number, group)], np.uint32)]
    if number in index.tags:
        found.append(index.tags[number].history.visible(version).versions)
    every = np.unique(np.concatenate(found))
    return every[every <= version]


def versions_recorded(
    index: WorkspaceIndex, version: int, actor: str, source: str, recorded: tuple[int, int] | None
) -> Versions:
    """Versions up to `version` that the actor recorded, from the source ("" for any), in a period, ascending."""
    first, end = 1, version
    if recorded:
        first, end = index.version_at_instant(recorded[0] - 1) + 1, min(version, index.version_at_instant(recorded[1] - 1))
    versions = np.arange(first, max(first, end + 1), dtype=np.uint32)
    return versions[index.recorded_in(versions, actor, source)] if actor or source else versions


def lost_tag(index: WorkspaceIndex, number: int, version: int) -> frozenset[int]:
    """The profiles to whom this version applied another tag of the tag's exclusive group, where they have ever had it."""
    if number not in index.tags:
        return frozenset()
    history = index.tags[number].history
    first, end = history.count(version - 1), history.count(version)
    implied = history.implied(end)
    if implied is None:
        return frozenset()
    return frozenset(history.first(end).ordinals[first:][implied[first:]].tolist())


def _concerns(change: object, tag: int, group: int | None) -> bool:
    match change:
        case TagDefined() | TagRenamed() | TagRetired():
            return change.number == tag
        case GroupDefined() | GroupRenamed() | GroupRetired():
            return change.number == group
        case _:
            return False
