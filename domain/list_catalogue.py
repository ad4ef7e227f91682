"""The uploaded lists of one workspace as its events made them: by name, and who uploaded what when.

Each upload is a version: the whole list as it was from then on. Who is on it stands in projections/index/lists.py; here is what
a catalogue tells. A list, like a segment, has no time of its own: `as_of` does not choose the version, `known_at` does.
"""

from bisect import bisect_right
from collections.abc import Collection
from dataclasses import dataclass, replace

from domain.catalogue_changes import ListDefined, ListRetired
from domain.changeset import Attribution, Changeset, ListColumns
from domain.errors import UnknownList
from domain.language.printer import to_text
from domain.language.syntax import InList
from domain.names import KnownNames


@dataclass(frozen=True, slots=True)
class ListVersion:
    """One upload, and the changeset that made it."""

    stream_version: int
    changeset_id: str
    attribution: Attribution
    recorded_at: int
    added_count: int
    removed_count: int
    unknown_count: int
    """Ids that were uploaded, and that the workspace had never seen."""


@dataclass(frozen=True, slots=True)
class ListEntry:
    """A list as it is now. Version n is versions[n - 1]; there is always one."""

    number: int
    name: str
    description: str
    versions: tuple[ListVersion, ...] = ()
    retired: bool = False


class Lists:
    """Filled by `apply` and `upload` in the order of the stream."""

    def __init__(self) -> None:
        self.entries: dict[int, ListEntry] = {}
        self._numbers: dict[str, int] = {}

    def apply(self, change: ListDefined | ListRetired) -> None:
        """Take in one change of a changeset."""
        match change:
            case ListDefined():
                self.entries[change.number] = ListEntry(change.number, change.name, change.description)
                self._numbers[change.name] = change.number
            case ListRetired():
                self.entries[change.number] = replace(self.entries[change.number], retired=True)

    def upload(self, columns: ListColumns, changeset: Changeset) -> None:
        """Take in the upload of a changeset, after the definition of its list."""
        made = ListVersion(
            changeset.version,
            changeset.changeset_id,
            changeset.attribution,
            changeset.recorded_at,
            len(columns.added),
            len(columns.removed),
            changeset.outcome.unknown,
        )
        entry = self.entries[columns.number]
        self.entries[columns.number] = replace(entry, versions=(*entry.versions, made))

    def names(self) -> Collection[str]:
        """Names of all lists, retired ones too."""
        return self._numbers.keys()

    def find(self, name: str) -> ListEntry | None:
        """The list of this name."""
        number = self._numbers.get(name)
        return None if number is None else self.entries[number]

    def named(self, name: str, field: str = "segment") -> ListEntry:
        """The list of this name. Raises UnknownList; `field` of the request names it."""
        found = self.find(name)
        if found is None:
            hint = KnownNames(self.names()).nearest(name)
            remedy = "upload it with UploadList (tagledger lists upload NAME FILE)"
            told = f"did you mean {hint!r}?" if hint else remedy
            raise UnknownList.of(name, f"there is no list {name!r}; {told}", field)
        return found

    def resolved(self, leaf: InList, known: int | None = None) -> tuple[ListEntry, int]:
        """The list, and its version that the leaf means: the one it names, or the newest at stream version `known`.

        `known` None: at the end. A version that is named is meant at whatever known_at. Raises UnknownList.
        """
        entry = self.named(leaf.name)
        count = len(entry.versions)
        if leaf.version is not None:
            if not 1 <= leaf.version <= count:
                message = f"list {leaf.name!r} has no version {leaf.version}; its versions are 1 to {count}"
                raise UnknownList.of(leaf.name, message)
            return entry, leaf.version
        newest = count if known is None else bisect_right(entry.versions, known, key=lambda made: made.stream_version)
        if not newest:
            first = to_text(InList(leaf.name, 1))
            message = f"list {leaf.name!r} was not yet uploaded at known_at; ask later, or name a version: `{first}`"
            raise UnknownList.of(leaf.name, message)
        return entry, newest
