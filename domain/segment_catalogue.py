"""The segments of one workspace as its events made them: by number, by the name that they have now, and in all versions.

A version is stored as the canonical text of its time. Read again (`Definition`), it has the names that its tags and segments
have now: renames follow, so that a version means the same for ever, and a name that another took over is never mistaken.

No segment depends on itself: a new version is refused when anything that it names, however deep, names its own segment again.
A segment that is named in an older version counts for what its newest says too: it does not matter who named whom first. What a
version names is older than itself, so that nothing goes round in circles at any cut of the log.
"""

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from domain.catalogue_changes import SegmentChanged, SegmentDefined, SegmentRenamed, SegmentRetired
from domain.changeset import Attribution, Changeset
from domain.errors import LimitExceeded, SegmentCycle, UnknownSegment, Violation
from domain.language.parser import parse
from domain.language.parts import expressions_below
from domain.language.printer import to_text
from domain.language.renaming import renamed
from domain.language.syntax import Expression, InList, InSegment
from domain.limits import MAX_PLANNED_DEPTH, MAX_PLANNED_NODES, MAX_SEGMENT_NESTING
from domain.list_catalogue import Lists
from domain.names import KnownNames, NameHistory

SegmentChange = SegmentDefined | SegmentChanged | SegmentRenamed | SegmentRetired
TagKeys = Callable[[str, int], str]
"""The key now of the tag that had a key at a version of the stream."""


@dataclass(frozen=True, slots=True)
class SegmentVersion:
    """One version, and the changeset that made it: who, why and when. `text` is as it was recorded."""

    text: str
    stream_version: int
    changeset_id: str
    attribution: Attribution
    recorded_at: int


@dataclass(frozen=True, slots=True)
class SegmentEntry:
    """A segment as it is now. Version n is versions[n - 1]; there is always one."""

    number: int
    name: str
    description: str
    versions: tuple[SegmentVersion, ...]
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Outline:
    """What an expression takes to plan by itself; depths count from 1."""

    node_count: int
    depth: int
    uses: tuple[tuple[InSegment | InList, int], ...]
    """The leaves that name segments or lists in the order of the text, each with its depth."""

    @property
    def segments(self) -> Iterator[InSegment]:
        """The leaves that name segments, in the order of the text."""
        return (leaf for leaf, _ in self.uses if isinstance(leaf, InSegment))

    @classmethod
    def of(cls, expression: Expression) -> "Outline":
        """Never recurses."""
        count, deepest, uses = 0, 0, []
        waiting: list[tuple[Expression, int]] = [(expression, 1)]
        while waiting:
            node, depth = waiting.pop()
            count, deepest = count + 1, max(deepest, depth)
            if isinstance(node, InSegment | InList):
                uses.append((node, depth))
            waiting.extend((below, depth + 1) for below in reversed(list(expressions_below(node))))
        return cls(count, deepest, tuple(uses))


@dataclass(frozen=True, eq=False)
class Definition:
    """A version of a segment, read, with the names of now. The same object for as long as no name changes."""

    name: str
    version: int
    expression: Expression

    @cached_property
    def outline(self) -> Outline:
        """Of the expression."""
        return Outline.of(self.expression)


class Segments:
    """Filled by `apply` in the order of the stream; reading never changes what it says."""

    def __init__(self, tag_key_now: TagKeys, lists: Lists) -> None:
        self.lists = lists
        self.entries: dict[int, SegmentEntry] = {}
        self._tag_key_now = tag_key_now
        self._numbers: dict[str, int] = {}
        self._names = NameHistory()
        self._definitions: dict[tuple[int, int], Definition] = {}
        self._renamed_at = 0

    def apply(self, change: SegmentChange, changeset: Changeset) -> None:
        """Take in one change of a changeset."""
        match change:
            case SegmentDefined():
                made = _version(change, changeset)
                self.entries[change.number] = SegmentEntry(change.number, change.name, change.description, (made,))
                self._names.record(changeset.version, {}, {change.name: change.number})
                self._numbers[change.name] = change.number
            case SegmentChanged():
                entry = self.entries[change.number]
                self.entries[change.number] = replace(entry, versions=(*entry.versions, _version(change, changeset)))
            case SegmentRenamed():
                self.entries[change.number] = replace(self.entries[change.number], name=change.name)
                # A new dict at once, so that a reader sees either all old names or all new ones.
                before, self._numbers = self._numbers, {entry.name: number for number, entry in self.entries.items()}
                self._names.record(changeset.version, before, self._numbers)
                self.names_moved(changeset.version)
            case SegmentRetired():
                self.entries[change.number] = replace(self.entries[change.number], retired=True)

    def names_moved(self, version: int) -> None:
        """Tags or segments were renamed at a version of the stream: definitions are to be read again."""
        self._renamed_at = version
        self._definitions = {}

    def names(self) -> Collection[str]:
        """Names of all segments, retired ones too."""
        return self._numbers.keys()

    def taken(self, name: str) -> bool:
        """Does a segment, living or retired, have this name now?"""
        return name in self._numbers

    def named(self, name: str, field: str = "segment") -> SegmentEntry:
        """The segment that has this name now. Raises UnknownSegment; `field` of the request names it."""
        number = self._numbers.get(name)
        if number is None:
            hint = KnownNames(self.names()).nearest(name)
            remedy = "define it with DefineSegment (tagledger catalogue define-segment NAME EXPRESSION)"
            told = f"did you mean {hint!r}?" if hint else remedy
            raise UnknownSegment.of(name, f"there is no segment {name!r}; {told}", field)
        return self.entries[number]

    def resolved(self, leaf: InSegment, known: int | None = None) -> Definition:
        """What the leaf stands for: the version that it names, or the newest at stream version `known` (None for its end).

        Names, and versions that are named, are those of now, wherever the log is cut. Raises UnknownSegment.
        """
        entry = self.named(leaf.segment)
        count = len(entry.versions)
        if leaf.version is not None:
            if not 1 <= leaf.version <= count:
                message = f"segment {leaf.segment!r} has no version {leaf.version}; its versions are 1 to {count}"
                raise UnknownSegment.of(leaf.segment, message)
            return self.definition(entry.number, leaf.version)
        newest = count if known is None else bisect_right(entry.versions, known, key=lambda made: made.stream_version)
        if not newest:
            first = to_text(InSegment(leaf.segment, 1))
            message = f"segment {leaf.segment!r} was not yet defined at known_at; ask later, or name a version: `{first}`"
            raise UnknownSegment.of(leaf.segment, message)
        return self.definition(entry.number, newest)

    def newest(self, entry: SegmentEntry) -> Definition:
        """The newest version, read."""
        return self.definition(entry.number, len(entry.versions))

    def definition(self, number: int, version: int) -> Definition:
        """A version of a segment, read."""
        # Taken before any name is looked up: what is read while a name changes goes into a dict that nobody asks any more.
        definitions = self._definitions
        found = definitions.get((number, version))
        if found is None:
            entry = self.entries[number]
            made = entry.versions[version - 1]
            expression = renamed(
                parse(made.text),
                lambda key: self._tag_key_now(key, made.stream_version),
                lambda name: self._name_now(name, made.stream_version),
            )
            found = definitions.setdefault((number, version), Definition(entry.name, version, expression))
        return found

    def text(self, number: int, version: int) -> str:
        """The canonical text of a version, with the names of now."""
        made = self.entries[number].versions[version - 1]
        if self._renamed_at <= made.stream_version:
            return made.text
        return to_text(self.definition(number, version).expression)

    def _name_now(self, name: str, version: int) -> str:
        number = self._names.holder(name, version)
        return name if number is None else self.entries[number].name

    def users(self, number: int) -> list[SegmentEntry]:
        """The living segments whose newest versions name this one, in whatever version of it."""
        living = [entry for entry in self.entries.values() if not entry.retired and "in segment" in entry.versions[-1].text]
        return [
            entry
            for entry in living
            if any(self.named(leaf.segment).number == number for leaf in self.newest(entry).outline.segments)
        ]

    def refuse_excess(self, outline: Outline, known: int) -> None:
        """Raise UnknownSegment, UnknownList or LimitExceeded for what must not be planned at stream version `known`."""
        if outline.uses:
            _Survey(self, known).size(outline, ())

    def refuse_version(self, outline: Outline, name: str, number: int | None) -> None:
        """Raise UnknownSegment, UnknownList, LimitExceeded or SegmentCycle for what cannot be the next version of a segment.

        `number` is None for a segment that is being defined: nothing but its own first version can name that.
        """
        self._refuse_cycle(outline, name, number)
        _Survey(self, None).size(outline, (name,))

    def _refuse_cycle(self, outline: Outline, name: str, number: int | None) -> None:
        if number is None and any(leaf.segment == name for leaf in outline.segments):
            raise _cycle((name, name))
        seen: set[Definition] = set()
        waiting: list[tuple[Outline, tuple[str, ...]]] = [(outline, (name,))]
        while waiting:
            around, trail = waiting.pop()
            for leaf in around.segments:
                entry = self.named(leaf.segment)
                if entry.number == number:
                    raise _cycle((*trail, entry.name))
                for definition in {self.resolved(leaf), self.newest(entry)} - seen:
                    seen.add(definition)
                    waiting.append((definition.outline, (*trail, entry.name)))


@dataclass(slots=True)
class _Survey:
    """One walk over all that an expression depends on, each definition once: the planner shares them likewise."""

    segments: Segments
    known: int | None
    node_count: int = 0
    sizes: dict[Definition, tuple[int, int]] = field(default_factory=dict)

    def size(self, outline: Outline, trail: tuple[str, ...]) -> tuple[int, int]:
        """How deep segments nest below, and how deep the tree is with theirs. `trail`: the segments around."""
        self.node_count += outline.node_count
        _refuse(
            "nodes with segments", MAX_PLANNED_NODES, self.node_count, "use fewer or smaller segments, or tag their members"
        )
        nesting, depth = 0, outline.depth
        for leaf, at in outline.uses:
            if isinstance(leaf, InList):
                self.segments.lists.resolved(leaf, self.known)
                continue
            definition = self.segments.resolved(leaf, self.known)
            if definition not in self.sizes:
                _refuse_nesting(len(trail) + 1)
                self.sizes[definition] = self.size(definition.outline, (*trail, definition.name))
            below_nesting, below_depth = self.sizes[definition]
            nesting, depth = max(nesting, 1 + below_nesting), max(depth, at - 1 + below_depth)
        _refuse_nesting(len(trail) + nesting)
        _refuse("depth with segments", MAX_PLANNED_DEPTH, depth, "nest less deeply")
        return nesting, depth


def _version(change: SegmentDefined | SegmentChanged, changeset: Changeset) -> SegmentVersion:
    return SegmentVersion(
        change.expression, changeset.version, changeset.changeset_id, changeset.attribution, changeset.recorded_at
    )


def _cycle(trail: tuple[str, ...]) -> SegmentCycle:
    told = " names ".join(repr(name) for name in trail)
    message = f"segment {trail[0]!r} would depend on itself: {told}; write out what it takes from there, or take that out"
    return SegmentCycle(message, metadata={"segments": ",".join(trail)}, violations=[Violation("segment", message)])


def _refuse_nesting(levels: int) -> None:
    _refuse("segment nesting", MAX_SEGMENT_NESTING, levels, "name fewer segments inside segments")


def _refuse(limit: str, maximum: int, actual: int, remedy: str) -> None:
    LimitExceeded.refuse(limit, field="segment", maximum=maximum, actual=actual, remedy=remedy)
