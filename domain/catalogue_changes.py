"""The changes of a catalogue, as changesets hold them: workspaces, groups, tags, segments, lists and staff, by number.

Numbers are dense, from 1, in the order in which things were defined; groups, tags, segments, lists, departments and staff count
by themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class WorkspaceCreated:
    """First change of each workspace."""

    currency: str


@dataclass(frozen=True, slots=True)
class GroupDefined:
    """A tag group was made. In an exclusive one, an apply of a tag takes the others of the group away from then on."""

    number: int
    name: str
    description: str
    exclusive: bool = False
    owner: int | None = None
    """The staff member whose own tags these are; None for a group of everybody's."""


@dataclass(frozen=True, slots=True)
class GroupRenamed:
    """A tag group got a new name; the keys of its tags follow."""

    number: int
    name: str


@dataclass(frozen=True, slots=True)
class GroupRetired:
    """A tag group was retired; its tags are retired by changes of their own."""

    number: int


@dataclass(frozen=True, slots=True)
class GroupRestored:
    """A retired tag group is in use again; tags of it are restored by changes of their own."""

    number: int


@dataclass(frozen=True, slots=True)
class GroupRedefined:
    """A tag group is described otherwise."""

    number: int
    description: str


@dataclass(frozen=True, slots=True)
class TagsOrdered:
    """The tags of a group were put into an order, all that it has."""

    number: int
    """Of the group."""
    tags: Sequence[int]


class Valued(Enum):
    """Which values go with the assignments of a tag; the value is the stored form."""

    ANY = "any"
    """None, or a number."""
    NONE = "none"
    NUMBER = "number"
    """Always one, inside bounds."""
    CHOICE = "choice"
    """Always one of some texts; the value of an assignment is the place of its text, from 1."""
    DATE = "date"
    """Always a calendar day; the value of an assignment is its number, 1 of 1 January of the year 1."""


@dataclass(frozen=True, slots=True)
class TagDefined:
    """A tag was made; group is None for a tag outside any group."""

    number: int
    group: int | None
    name: str
    description: str


@dataclass(frozen=True, slots=True)
class TagRenamed:
    """A tag got a new name inside its group."""

    number: int
    name: str


@dataclass(frozen=True, slots=True)
class TagRetired:
    """A tag was retired: it can no longer be applied."""

    number: int


@dataclass(frozen=True, slots=True)
class TagRestored:
    """A retired tag can be applied again."""

    number: int


@dataclass(frozen=True, slots=True)
class TagRedefined:
    """A tag is described otherwise, or takes other values from now on; what was recorded stays."""

    number: int
    description: str
    valued: str = Valued.ANY.value
    minimum: float | None = None
    maximum: float | None = None
    opt_out: bool = False
    """Who carries it is in no segment from now on."""
    choices: Sequence[str] = ()
    """Texts, in order, of a tag that has one of them."""
    lifetime: int = 0
    """How long assignments made from now on hold that are not renewed, in microseconds; 0 for ever."""


@dataclass(frozen=True, slots=True)
class TagMerged:
    """From now on a tag is another name of a second one; the changeset makes those who carried it carry the second one."""

    number: int
    into: int


@dataclass(frozen=True, slots=True)
class TagUnmerged:
    """A merge was taken back: the tag is one of its own again."""

    number: int
    into: int
    """What it was merged into."""


@dataclass(frozen=True, slots=True)
class ForeignTagMapped:
    """What another system calls a tag; a name that was mapped before now means this one."""

    number: int
    foreign_key: str
    """`namespace:name`."""


@dataclass(frozen=True, slots=True)
class ForeignTagUnmapped:
    """Another system's name means no tag any more."""

    number: int
    """What it meant."""
    foreign_key: str


@dataclass(frozen=True, slots=True)
class SegmentDefined:
    """A segment was made, with its version 1; the expression is canonical text."""

    number: int
    name: str
    description: str
    expression: str


@dataclass(frozen=True, slots=True)
class SegmentChanged:
    """A segment got its next version; the expression is canonical text."""

    number: int
    expression: str


@dataclass(frozen=True, slots=True)
class SegmentRenamed:
    """A segment got a new name; its old one becomes free."""

    number: int
    name: str


@dataclass(frozen=True, slots=True)
class SegmentRetired:
    """A segment was retired: no expression of a segment may name it any more, and it takes no new version."""

    number: int


@dataclass(frozen=True, slots=True)
class ListDefined:
    """A list was made; the changeset has its first upload."""

    number: int
    name: str
    description: str


@dataclass(frozen=True, slots=True)
class ListRetired:
    """A list was retired: it takes no more uploads."""

    number: int


class Role(Enum):
    """Whom a staff member may speak for; the value is the stored form."""

    MEMBER = "member"
    """Of their own customers."""
    DEPARTMENT = "department"
    """Of the customers of everybody in their department and in those below it."""
    HEADQUARTERS = "headquarters"
    """Of all customers."""


@dataclass(frozen=True, slots=True)
class DepartmentDefined:
    """A department was made, below another one or, with None, at the top."""

    number: int
    department_id: str
    name: str
    parent: int | None


@dataclass(frozen=True, slots=True)
class DepartmentChanged:
    """A department is called otherwise, or stands elsewhere in the tree from now on."""

    number: int
    name: str
    parent: int | None


@dataclass(frozen=True, slots=True)
class DepartmentRetired:
    """A department was retired: nobody is of it any more, and no department below it is in use."""

    number: int


@dataclass(frozen=True, slots=True)
class StaffDefined:
    """Somebody joined the staff. Who carries the tag is a customer of theirs; another change of the changeset makes it."""

    number: int
    staff_id: str
    name: str
    department: int | None
    role: str
    tag: int


@dataclass(frozen=True, slots=True)
class StaffChanged:
    """A staff member is called otherwise, or has another department or role from now on."""

    number: int
    name: str
    department: int | None
    role: str


@dataclass(frozen=True, slots=True)
class StaffRetired:
    """A staff member left: they take no new customers, and may do nothing any more."""

    number: int


@dataclass(frozen=True, slots=True)
class StaffRestored:
    """A staff member came back."""

    number: int


CatalogueChange = (
    WorkspaceCreated
    | GroupDefined
    | GroupRenamed
    | GroupRetired
    | GroupRestored
    | GroupRedefined
    | TagsOrdered
    | TagDefined
    | TagRenamed
    | TagRetired
    | TagRestored
    | TagRedefined
    | TagMerged
    | TagUnmerged
    | ForeignTagMapped
    | ForeignTagUnmapped
    | SegmentDefined
    | SegmentChanged
    | SegmentRenamed
    | SegmentRetired
    | ListDefined
    | ListRetired
    | DepartmentDefined
    | DepartmentChanged
    | DepartmentRetired
    | StaffDefined
    | StaffChanged
    | StaffRetired
    | StaffRestored
)
