"""What is called how, what keys, segments and lists mean, and since when: the catalogue of the oracle."""

from dataclasses import dataclass, field
from typing import assert_never

from domain import catalogue_changes as made
from domain.changeset import Changeset
from domain.errors import UnknownList, UnknownSegment
from domain.language import syntax as tree
from domain.language.parser import parse
from projections.naive.rows import NO_NAMES, Clock, Names


@dataclass(frozen=True, slots=True)
class Version:
    """What a segment was said to be, and who had the names then; a name that nobody had is of who took it first after."""

    position: int
    expression: tree.Expression
    names: Names


@dataclass(slots=True)
class Segment:
    """A named expression; version n is `versions[n - 1]`."""

    name: str
    versions: list[Version] = field(default_factory=list)


class NaiveCatalogue:
    """Filled by `apply`, in the order of the positions."""

    def __init__(self) -> None:
        self.currency = ""
        self.groups: dict[int, str] = {}
        self.exclusive: set[int] = set()
        """Groups."""
        self.tag_names: dict[int, tuple[int | None, str]] = {}
        self.foreign: dict[str, int] = {}
        """Tags by other systems' names."""
        self.merges: list[tuple[int, int, int | None]] = []
        """Position, tag, and what its key means from then on; None: itself again."""
        self.opt_outs: list[tuple[int, int, bool]] = []
        """Position, tag, and whether who carries it is in no segment from then on."""
        self.spelled: dict[int, tuple[str, tuple[str, ...]]] = {}
        """Of tags: what kind of values go with them, and which choices there are."""
        self.segments: dict[int, Segment] = {}
        self.lists: dict[int, str] = {}
        self.uploads: dict[int, list[tuple[int, frozenset[int]]]] = {}
        """Of lists by number: position, and who is on the list from then on."""
        self.parents: list[tuple[int, str, str | None]] = []
        """Position, department, and the one that it stands below from then on."""
        self.staff: list[tuple[int, int, str | None]] = []
        """Position, tag of a staff member's customers, and the department that they are of from then on."""
        self._departments: dict[int | None, str | None] = {None: None}
        self._tags_of_staff: dict[int, int] = {}

    def apply(self, changeset: Changeset, position: int) -> None:
        """Remember the catalogue changes of a changeset, and its upload of a list."""
        for change in changeset.catalogue:
            self._apply(change, position)
        for change in changeset.catalogue:
            if isinstance(change, made.SegmentDefined | made.SegmentChanged):
                self.segments[change.number].versions.append(Version(position, parse(change.expression), Names({}, {})))
        if changeset.listed is not None:
            uploads = self.uploads.setdefault(changeset.listed.number, [])
            before = uploads[-1][1] if uploads else frozenset()
            uploads.append((position, before.difference(changeset.listed.removed).union(map(int, changeset.listed.added))))
        if changeset.catalogue:
            names = self._names()
            for version in [one for segment in self.segments.values() for one in segment.versions]:
                version.names.learn(names)

    def _apply(self, change: made.CatalogueChange, position: int) -> None:
        match change:
            case made.WorkspaceCreated():
                self.currency = change.currency
            case made.GroupDefined() | made.GroupRenamed():
                self.groups[change.number] = change.name
                if isinstance(change, made.GroupDefined) and change.exclusive:
                    self.exclusive.add(change.number)
            case made.TagDefined():
                self.tag_names[change.number] = (change.group, change.name)
            case made.TagRenamed():
                self.tag_names[change.number] = (self.tag_names[change.number][0], change.name)
            case made.TagMerged() | made.TagUnmerged():
                self.merges.append((position, change.number, change.into if isinstance(change, made.TagMerged) else None))
            case made.ForeignTagMapped():
                self.foreign[change.foreign_key] = change.number
            case made.ForeignTagUnmapped():
                del self.foreign[change.foreign_key]
            case made.TagRedefined():
                self.opt_outs.append((position, change.number, change.opt_out))
                self.spelled[change.number] = (change.valued, tuple(change.choices))
            case made.GroupRedefined() | made.TagsOrdered():
                pass  # no answer depends on it
            case made.SegmentDefined():
                self.segments[change.number] = Segment(change.name)
            case made.SegmentRenamed():
                self.segments[change.number].name = change.name
            case made.ListDefined():
                self.lists[change.number] = change.name
            case made.GroupRetired() | made.GroupRestored() | made.TagRetired() | made.TagRestored():
                pass  # what is retired can still be asked for
            case made.SegmentRetired() | made.ListRetired() | made.SegmentChanged():
                pass  # names stay
            case made.DepartmentDefined() | made.DepartmentChanged():
                if isinstance(change, made.DepartmentDefined):
                    self._departments[change.number] = change.department_id
                self.parents.append((position, self._departments[change.number] or "", self._departments[change.parent]))
            case made.StaffDefined() | made.StaffChanged():
                if isinstance(change, made.StaffDefined):
                    self._tags_of_staff[change.number] = change.tag
                self.staff.append((position, self._tags_of_staff[change.number], self._departments[change.department]))
            case made.DepartmentRetired() | made.StaffRetired() | made.StaffRestored():
                pass  # whose customers somebody is stays
            case _:
                assert_never(change)

    def _names(self) -> Names:
        """What is called how now."""
        tags = {name if group is None else f"{self.groups[group]}/{name}": n for n, (group, name) in self.tag_names.items()}
        return Names(tags, {segment.name: number for number, segment in self.segments.items()})

    def tag_number(self, key: str, then: Names = NO_NAMES) -> int | None:
        """The tag that has this key by the names of `then`, or else by the latest, whatever the clocks of the question."""
        return then.tags.get(key, self._names().tags.get(key, self.foreign.get(key)))

    def meant(self, key: str, clock: Clock) -> int | None:
        """The tag that a question means by a key: from a merge that is known on, the one that it was merged into."""
        number = self.tag_number(key, clock.names)
        while True:
            turns = [into for position, tag, into in self.merges if tag == number and position <= clock.known_at]
            if not turns or turns[-1] is None:
                return number
            number = turns[-1]

    def opting_out(self, known_at: int) -> list[int]:
        """The tags whose carriers are in no segment."""
        latest = {number: opts for position, number, opts in self.opt_outs if position <= known_at}
        return [number for number, opts in latest.items() if opts]

    def definition(self, leaf: tree.InSegment, clock: Clock) -> Version:
        """The named version, or the newest at known_at, of the segment; its name is found as that of a tag is.

        A version that is named is meant at whatever known_at, as names are. UnknownSegment when there is none.
        """
        number = clock.names.segments.get(leaf.segment, self._names().segments.get(leaf.segment))
        versions = [] if number is None else self.segments[number].versions
        if leaf.version is None:
            versions = [one for one in versions if one.position <= clock.known_at][-1:]
        else:
            versions = versions[leaf.version - 1 : leaf.version]
        if not versions:
            raise UnknownSegment(f"no segment {leaf.segment!r} with a version by then; name one with `version n`")
        return versions[0]

    def customer_tags(self, department: str, known_at: int) -> list[int]:
        """The tags of the customers of everybody in the department, or in one below it."""
        parents = {one: parent for position, one, parent in self.parents if position <= known_at}

        def within(one: str | None) -> bool:
            return one is not None and (one == department or within(parents[one]))

        of = {tag: one for position, tag, one in self.staff if position <= known_at}
        return [tag for tag, one in of.items() if within(one)]

    def listed(self, leaf: tree.InList, clock: Clock) -> frozenset[int]:
        """Who is on the list, in the named version or the newest at known_at. UnknownList when there is none."""
        numbers = [number for number, name in self.lists.items() if name == leaf.name]
        uploads = [upload for number in numbers for upload in self.uploads[number]]
        if leaf.version is None:
            uploads = [one for one in uploads if one[0] <= clock.known_at][-1:]
        else:
            uploads = uploads[leaf.version - 1 : leaf.version]
        if not uploads:
            raise UnknownList(f"no list {leaf.name!r} with a version by then; name one with `version n`")
        return uploads[0][1]
