"""What a caller gets back: frozen values in plain Python types, one class per reply of the contract."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from .catalogue_replies import ForeignTag as ForeignTag
from .catalogue_replies import ListVersion as ListVersion
from .catalogue_replies import Names as Names
from .catalogue_replies import Segment as Segment
from .catalogue_replies import SegmentVersion as SegmentVersion
from .catalogue_replies import Tag as Tag
from .catalogue_replies import TagGroup as TagGroup
from .catalogue_replies import UploadedList as UploadedList
from .catalogue_replies import Warning as Warning
from .catalogue_replies import Workspace as Workspace
from .history_replies import AlikeTags as AlikeTags
from .history_replies import Attribution as Attribution
from .history_replies import CatalogueEntry as CatalogueEntry
from .history_replies import ErasureEntry as ErasureEntry
from .history_replies import HistoryChange as HistoryChange
from .history_replies import HistoryEntry as HistoryEntry
from .history_replies import InteractionEntry as InteractionEntry
from .history_replies import LinkEntry as LinkEntry
from .history_replies import ListEntry as ListEntry
from .history_replies import RetractionEntry as RetractionEntry
from .history_replies import TagApplier as TagApplier
from .history_replies import TagDay as TagDay
from .history_replies import TagEntry as TagEntry
from .history_replies import TagReview as TagReview
from .history_replies import TagUse as TagUse
from .history_replies import TraitEntry as TraitEntry
from .history_replies import UnusedTag as UnusedTag
from .profile_replies import ErasureCertificate as ErasureCertificate
from .profile_replies import Profile as Profile
from .profile_replies import ProfileActivity as ProfileActivity
from .profile_replies import ProfileTag as ProfileTag
from .profile_replies import ProfileTrait as ProfileTrait
from .report_replies import CrossedAxis as CrossedAxis
from .report_replies import CrossTable as CrossTable
from .report_replies import SeriesPoint as SeriesPoint
from .staff_replies import Department as Department
from .staff_replies import ProfileStaff as ProfileStaff
from .staff_replies import Staff as Staff
from .values import TraitValue


@dataclass(frozen=True, slots=True)
class Receipt:
    """A write that is on disk. ``replayed``: this request_id had been recorded before, and this is the first reply again."""

    position: int
    changeset_id: str
    recorded_at: datetime
    replayed: bool


@dataclass(frozen=True, slots=True)
class ChangesetReceipt(Receipt):
    """What a changeset did to the state."""

    changed_count: int
    already_so_count: int
    new_profile_count: int


@dataclass(frozen=True, slots=True)
class InteractionsReceipt(Receipt):
    """How much of a batch was new."""

    accepted_count: int
    duplicate_count: int
    new_profile_count: int


@dataclass(frozen=True, slots=True)
class RetractionReceipt(Receipt):
    """What became of interactions that are not to count any more."""

    retracted_count: int
    already_so_count: int
    """Of those that did not count before."""


@dataclass(frozen=True, slots=True)
class ForeignTagsReceipt(Receipt):
    """How many of other systems' names mean another tag than before, or one at all."""

    changed_count: int
    already_so_count: int


@dataclass(frozen=True, slots=True)
class ReplacementReceipt(Receipt):
    """What became of interactions that are to count in the place of others."""

    accepted_count: int
    replaced_count: int
    """For how many of them another one had counted until then."""
    new_profile_count: int


@dataclass(frozen=True, slots=True)
class StreamReceipt:
    """The batches of a stream, summed. ``request_id`` repeats the whole stream safely."""

    position: int
    request_id: str
    batch_count: int
    accepted_count: int
    duplicate_count: int
    replayed_batch_count: int


@dataclass(frozen=True, slots=True)
class Clocks:
    """The two clocks that a read really used: an instant, and a position of the log."""

    as_of: datetime
    known_at: int


@dataclass(frozen=True, slots=True)
class SegmentEffect:
    """How a named segment would change, asked now; ``refusal`` says why it cannot be asked, and is empty if it can."""

    segment: str
    count: int
    entered_count: int
    left_count: int
    refusal: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a dry run would change: the first profiles, and the segments that would not stay the same.

    ``dependent_segment_count``: how many named segments depend on it; of many the first by name were looked at.
    """

    changed_profile_ids: tuple[str, ...]
    segments: tuple[SegmentEffect, ...]
    dependent_segment_count: int


@dataclass(frozen=True, slots=True)
class SegmentTagging:
    """A tag applied to, or removed from, everyone in a segment. A dry run has a ``preview`` and no ``receipt``."""

    position: int
    receipt: Receipt | None
    clocks: Clocks
    changed_count: int
    already_so_count: int
    warnings: tuple[Warning, ...]
    preview: Preview | None


@dataclass(frozen=True, slots=True)
class Merge:
    """A tag that is another name of a second one. Counts are of profiles. A dry run has a ``preview`` and no ``receipt``."""

    position: int
    receipt: Receipt | None
    changed_count: int
    already_so_count: int
    preview: Preview | None


@dataclass(frozen=True, slots=True)
class Transfer:
    """Customers who are somebody else's now; ``already_so_count`` were customers of both. As SegmentTagging."""

    position: int
    receipt: Receipt | None
    changed_count: int
    already_so_count: int
    preview: Preview | None
    warnings: tuple[Warning, ...]


@dataclass(frozen=True, slots=True)
class Unlinking(Receipt):
    """Pairs of profiles taken apart."""

    changed_count: int
    already_so_count: int


@dataclass(frozen=True, slots=True)
class Linking(Unlinking):
    """Pairs of profiles linked; ``new_profile_count`` of the profiles had never been seen."""

    new_profile_count: int


@dataclass(frozen=True, slots=True)
class Erasure:
    """Persons who were erased, or would be: a dry run has no ``receipt``. ``unknown_count`` of the ids are of no profile."""

    position: int
    receipt: Receipt | None
    erased_count: int
    unknown_count: int


@dataclass(frozen=True, slots=True)
class Undo:
    """A changeset taken back. ``conflict_count``: profiles that somebody changed since, which stands; the first are named.

    ``changed_count`` and ``already_so_count`` are of states: of a tag or trait of a profile from an instant on. A dry run has a
    ``preview`` and no ``receipt``.
    """

    position: int
    receipt: Receipt | None
    changed_count: int
    already_so_count: int
    conflict_count: int
    conflict_profile_ids: tuple[str, ...]
    warnings: tuple[Warning, ...]
    preview: Preview | None


@dataclass(frozen=True, slots=True)
class Count:
    """How many profiles are in a segment."""

    position: int
    clocks: Clocks
    count: int
    warnings: tuple[Warning, ...]
    engine_us: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many entered and left a segment between two pairs of clocks, and one page of who did."""

    position: int
    clocks: Clocks
    before_clocks: Clocks
    entered_count: int
    left_count: int
    stayed_count: int
    entered: tuple[str, ...]
    left: tuple[str, ...]
    warnings: tuple[Warning, ...]


@dataclass(frozen=True, slots=True)
class MembersPage:
    """One page of members, in order of first sight."""

    position: int
    clocks: Clocks
    profile_ids: tuple[str, ...]
    total_count: int
    warnings: tuple[Warning, ...]


@dataclass(frozen=True, slots=True)
class ProfileCheck:
    """Whether one profile is in the segment, and whether the workspace has ever seen it."""

    profile_id: str
    member: bool
    known: bool


@dataclass(frozen=True, slots=True)
class Checks:
    """Answers in the order asked."""

    position: int
    clocks: Clocks
    results: tuple[ProfileCheck, ...]
    warnings: tuple[Warning, ...]


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One operator of a plan; ``actual_count`` is None for a step that was not needed, ``holds`` without a profile."""

    depth: int
    operator: str
    expression: str
    note: str
    estimated_count: int
    actual_count: int | None
    elapsed_us: int
    holds: bool | None


@dataclass(frozen=True, slots=True)
class Validation:
    """An expression that can be read: canonical text, and the tree as plain mappings and lists (protobuf's JSON form)."""

    position: int
    canonical_text: str
    tree: Mapping[str, object]
    warnings: tuple[Warning, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One event that makes a leaf so: ``version`` is its changeset's in the workspace, ``row`` its place there, from 0."""

    entry: HistoryEntry
    version: int
    row: int


@dataclass(frozen=True, slots=True)
class LeafExplanation:
    """One leaf's truth for a profile; ``missing`` is ``must hold`` or ``must not hold`` where it keeps the profile out.

    Without the cited events the truth would be the other one; ``evidence`` has the first of ``evidence_count``. ``flips_at``
    is None when time alone never changes it, or not before ``flips_told_until``. ``segment``: in whose definition it stands.
    """

    expression: str
    segment: str
    holds: bool
    evidence: tuple[Evidence, ...]
    evidence_count: int
    flips_at: datetime | None
    flips_told_until: datetime | None
    missing: str
    note: str


@dataclass(frozen=True, slots=True)
class ProfileExplanation:
    """What one profile's answer hangs on; ``flips_at`` and ``flips_told_until`` are those of the whole."""

    leaves: tuple[LeafExplanation, ...]
    flips_at: datetime | None
    flips_told_until: datetime | None
    note: str
    event_count: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """A plan as it ran, parents before children; ``profile`` and ``why`` are None without a profile."""

    position: int
    clocks: Clocks
    canonical_text: str
    steps: tuple[PlanStep, ...]
    count: int
    profile: ProfileCheck | None
    warnings: tuple[Warning, ...]
    engine_us: int
    why: ProfileExplanation | None


@dataclass(frozen=True, slots=True)
class Changeset:
    """One changeset with all its entries."""

    position: int
    attribution: Attribution
    entries: tuple[HistoryEntry, ...]
    content_sha256: str
    chain_sha256: str


@dataclass(frozen=True, slots=True)
class ListReceipt(Receipt):
    """What an upload did; ``unknown_profile_ids`` are the first hundred that were left out, none after a repeat."""

    list: UploadedList
    changed_count: int
    already_so_count: int
    unknown_count: int
    unknown_profile_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One member; values in the order of the columns, None where absent."""

    profile_id: str
    values: tuple[TraitValue | None, ...]


@dataclass(frozen=True, slots=True)
class ExportPart:
    """One part of an export: rows, or bytes of an Arrow IPC stream. Only the first part is sure to have the header."""

    position: int
    clocks: Clocks
    total_count: int
    column_names: tuple[str, ...]
    rows: tuple[ExportRow, ...]
    arrow: bytes
    warnings: tuple[Warning, ...]
