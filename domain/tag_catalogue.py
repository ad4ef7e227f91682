"""The catalogue of one workspace as its events made it: groups and tags by number, and by the name that they have now.

Segments and lists, which have versions, and staff stand in segment_catalogue.py, list_catalogue.py and staff_catalogue.py.
"""

import copy
from collections import ChainMap
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from domain.catalogue_changes import (
    CatalogueChange,
    ForeignTagMapped,
    ForeignTagUnmapped,
    GroupDefined,
    GroupRedefined,
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
    TagMerged,
    TagRedefined,
    TagRenamed,
    TagRestored,
    TagRetired,
    TagsOrdered,
    TagUnmerged,
    WorkspaceCreated,
)
from domain.changeset import NEVER, Changeset
from domain.limits import MAX_INSTANT_US
from domain.list_catalogue import Lists
from domain.names import KnownNames, NameHistory
from domain.segment_catalogue import Segments
from domain.staff_catalogue import Staff, StaffEntry
from domain.tag_values import ANY_VALUES, ValueRule, rule_of
from domain.turns import known_last

GroupChange = GroupDefined | GroupRenamed | GroupRetired | GroupRestored | GroupRedefined | TagsOrdered
TagMerge = TagMerged | TagUnmerged
ForeignTagChange = ForeignTagMapped | ForeignTagUnmapped
TagChange = TagDefined | TagRenamed | TagRetired | TagRestored | TagRedefined | TagMerge | ForeignTagChange


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
    owner: int | None = None
    """The staff member whose own tags these are."""


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
    values: ValueRule = ANY_VALUES
    merged_into: int | None = None
    """The tag that its key means now."""
    opt_out: bool = False
    """Who carries it is in no segment."""
    lifetime: int = 0
    """How long assignments hold that are not renewed, in microseconds; 0 for ever."""

    def lapse(self, effective_at: int) -> int:
        """When an assignment lapses that holds from an instant on, and brings no end of its own; NEVER for not at all."""
        lapses_at = effective_at + self.lifetime
        return lapses_at if self.lifetime and lapses_at < MAX_INSTANT_US else NEVER


@dataclass(slots=True)
class Catalogue:
    """Groups, tags, lists and segments. Filled by `apply` in the order of the stream; reading never changes it.

    A key is that of a tag, or another system's name for one. What a question means by it also depends on the version at which
    it is asked: from a merge on, the key of the merged tag means the other one.
    """

    currency: str = ""
    created_at: int = 0
    groups: dict[int, GroupEntry] = field(default_factory=dict)
    tags: dict[int, TagEntry] = field(default_factory=dict)
    lists: Lists = field(default_factory=Lists)
    staff: Staff = field(default_factory=Staff)
    segments: Segments = field(init=False)
    changes: list[tuple[int, CatalogueChange]] = field(default_factory=list)
    """Every change with the version of its changeset, in order."""
    _group_numbers: dict[str, int] = field(default_factory=dict)
    _tag_numbers: dict[str, int] = field(default_factory=dict)
    _tag_keys: NameHistory = field(default_factory=NameHistory)
    _members: dict[int, list[int]] = field(default_factory=dict)
    """Tags by group."""
    _ranks: dict[int, int] = field(default_factory=dict)
    """Of tags in groups, from 1."""
    _foreign: dict[str, int] = field(default_factory=dict)
    """Tags by the names that other systems have for them."""
    _merges: dict[int, list[tuple[int, int | None]]] = field(default_factory=dict)
    """Of tags, from which versions on they were merged into which others; None: were tags of their own again."""
    _opt_outs: dict[int, list[tuple[int, bool]]] = field(default_factory=dict)
    """Of tags, from which versions on who carries them is in no segment, or is again."""

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
                    change.number,
                    change.name,
                    change.description,
                    changeset.recorded_at,
                    exclusive=change.exclusive,
                    owner=change.owner,
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
                    self._ranks[change.number] = len(self.members(change.group)) + 1
                    self._members.setdefault(change.group, []).append(change.number)
            case TagRenamed():
                self.tags[change.number] = replace(self.tags[change.number], name=change.name)
            case TagRetired() | TagRestored():
                retired = isinstance(change, TagRetired)
                self.tags[change.number] = replace(self.tags[change.number], retired=retired)
            case GroupRedefined():
                self.groups[change.number] = replace(self.groups[change.number], description=change.description)
            case TagsOrdered():
                # A new dict at once, so that a reader sees either order.
                self._ranks = self._ranks | {number: rank for rank, number in enumerate(change.tags, start=1)}
            case TagRedefined():
                self._redefine(change, changeset.version)
            case TagMerged() | TagUnmerged():
                into = change.into if isinstance(change, TagMerged) else None
                self.tags[change.number] = replace(self.tags[change.number], merged_into=into)
                self._merges.setdefault(change.number, []).append((changeset.version, into))
            case ForeignTagMapped():
                self._foreign[change.foreign_key] = change.number
            case ForeignTagUnmapped():
                del self._foreign[change.foreign_key]
            case SegmentDefined() | SegmentChanged() | SegmentRenamed() | SegmentRetired():
                self.segments.apply(change, changeset)
            case ListDefined() | ListRetired():
                self.lists.apply(change)
            case _:
                self.staff.apply(change, changeset.version, changeset.recorded_at)
        self._reindex(change, changeset.version)
        self.changes.append((changeset.version, change))

    def _redefine(self, change: TagRedefined, version: int) -> None:
        before = self.tags[change.number]
        values = rule_of(change)
        self.tags[change.number] = replace(
            before, description=change.description, values=values, opt_out=change.opt_out, lifetime=change.lifetime
        )
        if change.opt_out != before.opt_out:
            self._opt_outs.setdefault(change.number, []).append((version, change.opt_out))

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
            case _:
                pass  # nobody is called otherwise

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

    def meant(self, key: str, version: int | None = None) -> int | None:
        """The tag that a key, or another system's name, means in a question at a version; without one, to whoever writes now.

        Names are those of now; merges are those that were known.
        """
        number = self.named(key)
        while number is not None and (into := self._merged_into(number, version)) is not None:
            number = into
        return number

    def _merged_into(self, number: int, version: int | None) -> int | None:
        return known_last(self._merges.get(number, []), version)

    def stands_alone(self, number: int, version: int) -> bool:
        """Was the tag one of its own at a version, not merged into another one?"""
        return self._merged_into(number, version) is None

    def merged_since(self, version: int) -> Mapping[int, int]:
        """The tags whose merges that stand were recorded after a version, and into which tags they were merged."""
        last = {number: merges[-1] for number, merges in list(self._merges.items())}
        return {number: into for number, (at, into) in last.items() if into is not None and at > version}

    def as_known(self, version: int) -> "Catalogue":
        """One in which keys mean what they meant at a version, whatever the version that is asked.

        It keeps the look-ups of this moment (a rename makes new ones), and may take in one merge more.
        """
        other = copy.copy(self)
        known = {number: self._merged_into(number, version) for number in list(self._merges)}
        other._merges = {number: [(0, into)] for number, into in known.items()}
        other._opt_outs = {number: [(0, True)] for number in self.opt_out_tags(version)}
        other.tags, other.changes = dict(self.tags), list(self.changes)
        other.staff = self.staff.as_known(version)
        return other

    def opt_out_tags(self, version: int | None = None) -> list[int]:
        """The tags whose carriers are in no segment, as the catalogue was at a version; without one, as it is now."""
        return [number for number, turns in list(self._opt_outs.items()) if known_last(turns, version)]

    def without_opt_outs(self) -> "Catalogue":
        """The same, but that no tag keeps anybody out of segments."""
        other = copy.copy(self)
        other._opt_outs = {}
        return other

    def spelled_tags(self) -> Mapping[str, ValueRule]:
        """By keys, and other systems' names: the rules of the tags that they mean, where values are no numbers."""
        rules = {number: tag.values for number, tag in list(self.tags.items()) if tag.values.spelled}
        meant = {key: self.meant(key) for key in self.keys()} if rules else {}
        return {key: rules[number] for key, number in meant.items() if number in rules}

    def foreign_tags(self) -> Mapping[str, int]:
        """Other systems' names, and the tags that they mean."""
        return dict(self._foreign)

    def group_number(self, name: str) -> int | None:
        """The group with this name now."""
        return self._group_numbers.get(name)

    def named(self, key: str) -> int | None:
        """The tag with this key now, or with this name of another system: itself, even if it is merged."""
        return self._tag_numbers.get(key, self._foreign.get(key))

    def keys(self) -> Collection[str]:
        """Keys of all tags, retired ones too, and other systems' names for them."""
        return ChainMap(self._foreign, self._tag_numbers).keys()

    def merged_keys(self) -> Mapping[str, str]:
        """The keys of tags that are merged, and the keys that say the same."""
        keys = {number: self.key(number) for number in self.merged_since(0)}
        return {key: self.key(self.meant(key) or number) for number, key in keys.items()}

    def tags_of(self, group: int) -> list[TagEntry]:
        """The tags of a group in its order, retired ones too."""
        return [self.tags[number] for number in sorted(self.members(group), key=self.rank)]

    def owner(self, tag: int) -> StaffEntry | None:
        """The staff member whose own tag it is; None for one that is everybody's."""
        group = self.tags[tag].group
        owner = None if group is None else self.groups[group].owner
        return None if owner is None else self.staff.members[owner]

    def shared(self) -> list[TagEntry]:
        """The tags that are everybody's, but for those that say who is whose customer."""
        tags = list(self.tags.values())
        return [tag for tag in tags if self.staff.of_tag(tag.number) is None and self.owner(tag.number) is None]

    def rank(self, number: int) -> int:
        """Of a tag in its group, from 1; 0 of one that is in none."""
        return self._ranks.get(number, 0)

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
