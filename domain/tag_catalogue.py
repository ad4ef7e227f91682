"""The catalogue of one workspace as its events made it: groups and tags by number, and by the name that they have now.

Segments and lists, which have versions, stand in segment_catalogue.py and list_catalogue.py.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import assert_never

from domain.changeset import (
    CatalogueChange,
    Changeset,
    GroupDefined,
    GroupRenamed,
    GroupRestored,
    GroupRetired,
    ListDefined,
    ListRetired,
    SegmentChanged,
    SegmentDefined,
    SegmentRenamed,
    SegmentRetired,
    TagDefined,
    TagRenamed,
    TagRestored,
    TagRetired,
    WorkspaceCreated,
)
from domain.list_catalogue import Lists
from domain.names import KnownNames, NameHistory
from domain.segment_catalogue import Segments

GroupChange = GroupDefined | GroupRenamed | GroupRetired | GroupRestored
TagChange = TagDefined | TagRenamed | TagRetired | TagRestored


@dataclass(frozen=True, slots=True)
class GroupEntry:
    """A tag group as it is now. `created_at` in microseconds."""

    number: int
    name: str
    description: str
    created_at: int
    retired: bool = False
    exclusive: bool = False
    """An apply of one of its tags takes the others away."""


@dataclass(frozen=True, slots=True)
class TagEntry:
    """A tag as it is now. `name` is inside the group; `group` is the group's number."""

    number: int
    group: int | None
    name: str
    description: str
    created_at: int
    created_by: str
    retired: bool = False


@dataclass(slots=True)
class Catalogue:
    """Groups, tags, lists and segments. Filled by `apply` in the order of the stream; reading never changes it."""

    currency: str = ""
    created_at: int = 0
    groups: dict[int, GroupEntry] = field(default_factory=dict)
    tags: dict[int, TagEntry] = field(default_factory=dict)
    lists: Lists = field(default_factory=Lists)
    segments: Segments = field(init=False)
    changes: list[tuple[int, CatalogueChange]] = field(default_factory=list)
    """Every change with the version of its changeset, in order."""
    _group_numbers: dict[str, int] = field(default_factory=dict)
    _tag_numbers: dict[str, int] = field(default_factory=dict)
    _tag_keys: NameHistory = field(default_factory=NameHistory)
    _members: dict[int, list[int]] = field(default_factory=dict)
    """Tags by group."""

    def __post_init__(self) -> None:
        """Definitions of segments speak of tags and lists."""
        self.segments = Segments(self._key_now, self.lists)

    def apply(self, change: CatalogueChange, changeset: Changeset) -> None:
        """Take in one change of a changeset."""
        match change:
            case WorkspaceCreated():
                self.currency, self.created_at = change.currency, changeset.recorded_at
            case GroupDefined():
                self.groups[change.number] = GroupEntry(
                    change.number, change.name, change.description, changeset.recorded_at, exclusive=change.exclusive
                )
            case GroupRenamed():
                self.groups[change.number] = replace(self.groups[change.number], name=change.name)
            case GroupRetired() | GroupRestored():
                retired = isinstance(change, GroupRetired)
                self.groups[change.number] = replace(self.groups[change.number], retired=retired)
            case TagDefined():
                self.tags[change.number] = TagEntry(
                    change.number,
                    change.group,
                    change.name,
                    change.description,
                    changeset.recorded_at,
                    changeset.attribution.actor,
                )
                if change.group is not None:  # last: readers look up the members among the tags
                    self._members.setdefault(change.group, []).append(change.number)
            case TagRenamed():
                self.tags[change.number] = replace(self.tags[change.number], name=change.name)
            case TagRetired() | TagRestored():
                retired = isinstance(change, TagRetired)
                self.tags[change.number] = replace(self.tags[change.number], retired=retired)
            case SegmentDefined() | SegmentChanged() | SegmentRenamed() | SegmentRetired():
                self.segments.apply(change, changeset)
            case ListDefined() | ListRetired():
                self.lists.apply(change)
            case _:
                assert_never(change)
        self._reindex(change, changeset.version)
        self.changes.append((changeset.version, change))

    def _reindex(self, change: CatalogueChange, version: int) -> None:
        match change:
            case TagDefined():
                key = self.key(change.number)
                self._tag_numbers[key] = change.number
                self._tag_keys.record(version, {}, {key: change.number})
            case GroupDefined():
                self._group_numbers[change.name] = change.number
            case TagRenamed() | GroupRenamed():
                # New dicts at once, so that a reader sees either all old names or all new ones.
                self._group_numbers = {group.name: number for number, group in self.groups.items()}
                before, self._tag_numbers = self._tag_numbers, {self.key(number): number for number in self.tags}
                self._tag_keys.record(version, before, self._tag_numbers)
                self.segments.names_moved(version)
            case WorkspaceCreated() | GroupRetired() | GroupRestored() | TagRetired() | TagRestored():
                pass
            case SegmentDefined() | SegmentChanged() | SegmentRenamed() | SegmentRetired():
                pass
            case ListDefined() | ListRetired():
                pass
            case _:
                assert_never(change)

    def key(self, number: int) -> str:
        """`name`, or `group/name`, of a tag."""
        tag = self.tags[number]
        return tag.name if tag.group is None else f"{self.groups[tag.group].name}/{tag.name}"

    def _key_now(self, key: str, version: int) -> str:
        number = self._tag_keys.holder(key, version)
        return key if number is None else self.key(number)

    def tag_number(self, key: str) -> int | None:
        """The tag with this key now."""
        return self._tag_numbers.get(key)

    def group_number(self, name: str) -> int | None:
        """The group with this name now."""
        return self._group_numbers.get(name)

    def keys(self) -> Collection[str]:
        """Keys of all tags, retired ones too."""
        return self._tag_numbers.keys()

    def tags_of(self, group: int) -> list[TagEntry]:
        """The tags of a group, retired ones too."""
        return [self.tags[number] for number in self.members(group)]

    def exclusive_group(self, tag: int) -> int | None:
        """The number of the tag's group, if it is exclusive."""
        group = self.tags[tag].group
        return None if group is None or not self.groups[group].exclusive else group

    def members(self, group: int) -> tuple[int, ...]:
        """The numbers of the tags of a group, retired ones too."""
        return tuple(self._members.get(group, ()))

    def rivals(self, tag: int) -> tuple[int, ...]:
        """The other tags of an exclusive group, retired ones too; none for a tag that is in no such group."""
        group = self.exclusive_group(tag)
        return () if group is None else tuple(number for number in self.members(group) if number != tag)

    def concerned(self, tags: Collection[int]) -> set[int]:
        """The tags, and those that a change of them may take away."""
        groups = {self.exclusive_group(tag) for tag in tags} - {None}
        return set(tags).union(*(self.members(group) for group in groups if group is not None))

    def retired_with(self, group: int) -> list[TagEntry]:
        """The tags that were retired together with their group, which is retired."""
        version = max(version for version, change in self.changes if change == GroupRetired(group))
        together = {change.number for at, change in self.changes if at == version and isinstance(change, TagRetired)}
        return [tag for tag in self.tags_of(group) if tag.number in together and tag.retired]

    def suggestion(self, key: str) -> str:
        """The known key that is nearest to an unknown one, or ""."""
        return KnownNames(self._tag_numbers).nearest(key)
