"""What the catalogue answers. Its readers import all of it from replies.py."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from .history_replies import Attribution
from .values import TagValues

_ANY_VALUES = TagValues()


@dataclass(frozen=True, slots=True)
class Warning:
    """Something legal that is probably not meant; line and column from 1, 0 where unknown; suggestion may be empty."""

    line: int
    column: int
    message: str
    suggestion: str


@dataclass(frozen=True, slots=True)
class Workspace:
    """A tenant."""

    name: str
    currency: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class TagGroup:
    """A named set of tags; ``tag_count`` counts retired ones too. ``exclusive``: a profile carries at most one of them.

    ``owner_staff_id``: the staff member whose own tags these are, empty for everybody's.
    """

    name: str
    description: str
    retired: bool
    tag_count: int
    created_at: datetime
    exclusive: bool
    owner_staff_id: str = ""


@dataclass(frozen=True, slots=True)
class Tag:
    """A catalogue entry. ``holder_count`` is None where it was not asked for.

    ``merged_into`` is the key of the tag that its key means since a merge, empty for none; ``rank`` its place in its group.
    ``opt_out``: who carries it is in no segment. ``lifetime``: how long assignments hold that are not renewed; None for ever.
    """

    key: str
    group: str
    name: str
    description: str
    retired: bool
    created_at: datetime
    created_by: str
    holder_count: int | None = None
    values: TagValues = _ANY_VALUES
    merged_into: str = ""
    rank: int = 0
    opt_out: bool = False
    lifetime: timedelta | None = None


@dataclass(frozen=True, slots=True)
class ForeignTag:
    """What another system calls a tag: ``namespace:name``."""

    foreign_key: str
    key: str


@dataclass(frozen=True, slots=True)
class SegmentVersion:
    """What a segment meant until its next version; ``attribution`` says who made it so, why and when."""

    version: int
    expression: str
    attribution: Attribution


@dataclass(frozen=True, slots=True)
class Segment:
    """An expression with a name. ``expression`` is its newest version's, with the names that tags and segments have now.

    ``versions`` is empty where they were not asked for, ``warnings`` where nothing was defined or changed.
    """

    name: str
    description: str
    retired: bool
    version: int
    expression: str
    created_at: datetime
    created_by: str
    versions: tuple[SegmentVersion, ...] = ()
    warnings: tuple[Warning, ...] = ()


@dataclass(frozen=True, slots=True)
class ListVersion:
    """One upload of a list: how many were on it from then on, came and went, and how many ids nobody had seen."""

    version: int
    profile_count: int
    added_count: int
    removed_count: int
    unknown_count: int
    attribution: Attribution


@dataclass(frozen=True, slots=True)
class UploadedList:
    """A list of profiles; ``version`` is the number of uploads. ``versions`` is empty where they were not asked for."""

    name: str
    description: str
    retired: bool
    version: int
    profile_count: int
    versions: tuple[ListVersion, ...] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """What the log has seen beside tags; ``properties`` and ``traits`` map each name to string, number, bool or date."""

    position: int
    interaction_types: tuple[str, ...]
    touchpoints: tuple[str, ...]
    properties: Mapping[str, str]
    traits: Mapping[str, str]
    profile_count: int
