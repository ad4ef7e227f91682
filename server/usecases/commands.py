"""Commands on the catalogue, checked by themselves, that wait to be decided (catalogue_commands.py, …). Names are NFC."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.catalogue_changes import Role
from domain.language.syntax import Expression
from domain.tag_values import ValueRule


@dataclass(frozen=True, slots=True)
class CreateWorkspace:
    """Make the workspace of the request."""

    currency: str


@dataclass(frozen=True, slots=True)
class DefineGroup:
    """Make a tag group; in an exclusive one an apply of a tag takes the others away."""

    name: str
    description: str
    exclusive: bool


@dataclass(frozen=True, slots=True)
class RenameGroup:
    """Rename a tag group."""

    name: str
    new_name: str


@dataclass(frozen=True, slots=True)
class RetireGroup:
    """Retire a tag group with its tags."""

    name: str


@dataclass(frozen=True, slots=True)
class RestoreGroup:
    """Take a retired tag group into use again, with the tags that were retired with it."""

    name: str


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    """Describe a tag group otherwise."""

    name: str
    description: str


@dataclass(frozen=True, slots=True)
class OrderTags:
    """Put the tags of a group into an order; each key once."""

    group: str
    keys: Sequence[str]


@dataclass(frozen=True, slots=True)
class DefineTag:
    """Make a tag; `group` is "" for none."""

    group: str
    name: str
    description: str
    create_group: bool
    values: ValueRule | None = None
    """None for any."""
    opt_out: bool = False
    lifetime: int = 0
    """In microseconds; 0 for ever."""


@dataclass(frozen=True, slots=True)
class RenameTag:
    """Rename a tag inside its group."""

    key: str
    new_name: str


@dataclass(frozen=True, slots=True)
class RetireTag:
    """Retire a tag."""

    key: str


@dataclass(frozen=True, slots=True)
class RestoreTag:
    """Let a retired tag be applied again."""

    key: str


@dataclass(frozen=True, slots=True)
class ChangeTag:
    """Describe a tag otherwise, or change its values, whether it opts out, or its lifetime; None for what stays."""

    key: str
    description: str | None
    values: ValueRule | None
    opt_out: bool | None
    lifetime: int | None
    """In microseconds; 0 for ever."""


@dataclass(frozen=True, slots=True)
class MapForeignTags:
    """Let other systems' names mean tags; each name once."""

    keys: Mapping[str, str]
    """By foreign key."""


@dataclass(frozen=True, slots=True)
class UnmapForeignTag:
    """Let another system's name mean nothing."""

    foreign_key: str


@dataclass(frozen=True, slots=True)
class DefineSegment:
    """Make a segment."""

    name: str
    description: str
    expression: Expression


@dataclass(frozen=True, slots=True)
class ChangeSegment:
    """Give a segment its next version."""

    name: str
    expression: Expression


@dataclass(frozen=True, slots=True)
class RenameSegment:
    """Rename a segment."""

    name: str
    new_name: str


@dataclass(frozen=True, slots=True)
class RetireSegment:
    """Retire a segment."""

    name: str


@dataclass(frozen=True, slots=True)
class RetireList:
    """Retire an uploaded list."""

    name: str


@dataclass(frozen=True, slots=True)
class DefineDepartment:
    """Make a department; `parent_id` is "" for none."""

    department_id: str
    name: str
    parent_id: str


@dataclass(frozen=True, slots=True)
class ChangeDepartment:
    """Call a department otherwise, or move it in the tree; None for what stays."""

    department_id: str
    name: str | None
    parent_id: str | None


@dataclass(frozen=True, slots=True)
class RetireDepartment:
    """Retire a department."""

    department_id: str


@dataclass(frozen=True, slots=True)
class DefineStaff:
    """Make a staff member; `department_id` is "" for none."""

    staff_id: str
    name: str
    department_id: str
    role: Role


@dataclass(frozen=True, slots=True)
class ChangeStaff:
    """Call a staff member otherwise, or give them another department or role; None for what stays."""

    staff_id: str
    name: str | None
    department_id: str | None
    role: Role | None


@dataclass(frozen=True, slots=True)
class RetireStaff:
    """Somebody left."""

    staff_id: str


@dataclass(frozen=True, slots=True)
class RestoreStaff:
    """Somebody came back."""

    staff_id: str


SegmentCommand = DefineSegment | ChangeSegment | RenameSegment | RetireSegment
GroupCommand = DefineGroup | RenameGroup | RetireGroup | RestoreGroup | ChangeGroup | OrderTags
TagCommand = DefineTag | RenameTag | RetireTag | RestoreTag | ChangeTag
ForeignTagCommand = MapForeignTags | UnmapForeignTag
StaffCommand = DefineDepartment | ChangeDepartment | RetireDepartment | DefineStaff | ChangeStaff | RetireStaff | RestoreStaff
Command = CreateWorkspace | GroupCommand | TagCommand | ForeignTagCommand | SegmentCommand | RetireList | StaffCommand
