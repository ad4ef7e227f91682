"""Writes that have been checked by themselves (server/convert) and wait to be decided against the workspace's state.

Names are NFC, instants and numbers inside their bounds, columns of equal length. `effective_at` None means the moment of
recording.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from pyroaring import BitMap

from domain.catalogue_changes import CatalogueChange
from domain.changeset import Attribution, Changeset, InteractionColumns, RetractedColumns, Selected, Value, ValueType
from domain.tag_values import TagValue
from projections.interaction_ids import Latest
from server.usecases.commands import Command
from server.usecases.unknown_ids import UnknownIds


@dataclass(frozen=True, slots=True)
class Request:
    """What every write carries."""

    workspace: str
    request_id: bytes
    """16 bytes."""
    digest: bytes
    """SHA-256 of the request's content without its attribution's request id."""
    attribution: Attribution
    size_bytes: int


@dataclass(frozen=True, slots=True)
class TagDraft:
    """One tag change; `tag` is a key."""

    profile_id: str
    tag: str
    applied: bool
    value: TagValue | None
    effective_at: int | None
    expires_at: int | None


@dataclass(frozen=True, slots=True)
class PersonalText:
    """A personal text on its way to the vault."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TraitDraft:
    """One trait change; value None clears, and then `type` is None."""

    profile_id: str
    trait: str
    type: ValueType | None
    value: Value | PersonalText | None
    effective_at: int | None


@dataclass(frozen=True, slots=True)
class ChangesDraft:
    """Tag and trait changes of one changeset."""

    request: Request
    tags: Sequence[TagDraft]
    traits: Sequence[TraitDraft]


@dataclass(frozen=True, slots=True)
class InteractionsDraft:
    """A batch of interactions; `columns.ordinals` is empty, `profile_ids` names the profile of each row."""

    request: Request
    profile_ids: Sequence[str]
    columns: InteractionColumns


@dataclass(frozen=True, slots=True)
class CatalogueDraft:
    """One command on the catalogue."""

    request: Request
    command: Command


class UploadMode(Enum):
    """What an upload does with the list as it is."""

    REPLACE = "replace"
    ADD = "add"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class UploadDraft:
    """An upload of a list whose ids have been looked up."""

    request: Request
    name: str
    description: str
    """Of a list that is made by the upload."""
    mode: UploadMode
    known: BitMap
    """Ordinals of the ids that the workspace knew when they came."""
    unknown: UnknownIds
    """The others."""


@dataclass(frozen=True, slots=True)
class TagSegmentDraft:
    """One tag applied to, or removed from, everyone of a segment; `tag` is a key."""

    request: Request
    tag: str
    applied: bool
    value: TagValue | None
    effective_at: int | None
    expires_at: int | None
    selected: Selected
    members: BitMap
    """Of the segment at its clocks."""


@dataclass(frozen=True, slots=True)
class MergeDraft:
    """A tag that is to be another name of a second one, by their keys."""

    request: Request
    key: str
    into: str


@dataclass(frozen=True, slots=True)
class TransferDraft:
    """Customers who are to be those of another staff member; `members`: of these only, None for all."""

    request: Request
    from_staff_id: str
    to_staff_id: str
    effective_at: int | None
    selected: Selected | None
    members: BitMap | None


@dataclass(frozen=True, slots=True)
class UndoDraft:
    """A changeset to take back; `members`: for these profiles only, None for all."""

    request: Request
    undone: Changeset
    selected: Selected | None
    members: BitMap | None


@dataclass(frozen=True, slots=True)
class Found:
    """What ids of interactions stood for at a moment."""

    latest: Latest
    """Of each id."""
    retracted: RetractedColumns
    """Those that count, with the versions that recorded them."""


@dataclass(frozen=True, slots=True)
class RetractDraft:
    """Interactions that are not to count any more, each id once; `found`: None until they are looked up."""

    request: Request
    ids: Sequence[str]
    found: Found | None


@dataclass(frozen=True, slots=True)
class ReplaceDraft:
    """Interactions that are to count in the place of what was recorded under their ids, each once; see InteractionsDraft."""

    request: Request
    profile_ids: Sequence[str]
    columns: InteractionColumns
    found: Found | None


@dataclass(frozen=True, slots=True)
class EraseDraft:
    """Persons whose ids are to be forgotten."""

    request: Request
    profile_ids: Sequence[str]


@dataclass(frozen=True, slots=True)
class LinkDraft:
    """Pairs of profiles that are to be one person, or, if not `linked`, not by these links any more."""

    request: Request
    linked: bool
    firsts: Sequence[str]
    seconds: Sequence[str]
    """Entry i of both is a pair of two ids."""


CorrectionDraft = RetractDraft | ReplaceDraft
BulkDraft = TagSegmentDraft | MergeDraft | UndoDraft | TransferDraft
Draft = CorrectionDraft | ChangesDraft | InteractionsDraft | CatalogueDraft | UploadDraft | BulkDraft | EraseDraft | LinkDraft


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a recorded write is answered with. Counts are those of the first reply, also when replayed."""

    workspace: str
    position: int
    changeset_id: str
    recorded_at: int
    replayed: bool
    accepted: int
    duplicates: int
    changed: int
    already_so: int
    new_profiles: int
    unknown: int
    conflicts: int
    conflicting: Sequence[int]
    """The first profiles, by ordinal, of which an undo left later changes as they are; empty when replayed."""
    selected: Selected | None
    catalogue: Sequence[CatalogueChange]
