"""What a profile answers. Its readers import all of it from replies.py."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from .history_replies import Attribution, HistoryEntry
from .staff_replies import ProfileStaff
from .values import TagValue, TraitValue


@dataclass(frozen=True, slots=True)
class ProfileTag:
    """A tag that the profile carries, since when without a break, and until when by what is known; None for no such instant.

    ``attribution`` is that of the deciding change; ``credited_actor`` and ``credited_source`` say who had set the state that it
    brought back or handed on, empty for nobody else.
    """

    key: str
    value: TagValue | None
    carried_since: datetime
    effective_at: datetime
    carried_until: datetime | None
    attribution: Attribution
    credited_actor: str
    credited_source: str


@dataclass(frozen=True, slots=True)
class ProfileTrait:
    """A trait that the profile has."""

    name: str
    value: TraitValue | None
    effective_at: datetime
    attribution: Attribution


@dataclass(frozen=True, slots=True)
class ProfileActivity:
    """What the profile did, of one type; ``amounts`` are sums by currency."""

    type: str
    count: int
    first_at: datetime
    last_at: datetime
    amounts: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile at two clocks.

    ``first_seen_at`` is None where nothing was known yet. ``recency_tier`` counts from 1, 0 without any interaction.
    ``unanswered_segments`` cannot be asked. ``timeline`` has what was recorded last first. ``linked_profile_ids`` are of one
    person, of whom all of this holds together; empty for a profile that is not linked. ``staff``: those whose customer it is.
    ``reachable``: by channel, whether the segment ``reachable/CHANNEL`` has it.
    """

    position: int
    as_of: datetime
    known_at: int
    profile_id: str
    first_seen_at: datetime | None
    tags: tuple[ProfileTag, ...]
    traits: tuple[ProfileTrait, ...]
    activities: tuple[ProfileActivity, ...]
    last_interaction_at: datetime | None
    recency_tier: int
    segments: tuple[str, ...]
    unanswered_segments: tuple[str, ...]
    lists: tuple[str, ...]
    timeline: tuple[HistoryEntry, ...]
    linked_profile_ids: tuple[str, ...] = ()
    staff: tuple[ProfileStaff, ...] = ()
    reachable: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ErasureCertificate:
    """What an erasure was, and what a look for its traces found just now.

    ``files_scrubbed`` is None on PostgreSQL, where ``tagledger scrub`` overwrites what the ids have left in the vault's file.
    """

    position: int
    attribution: Attribution
    profile_count: int
    content_sha256: str
    chain_sha256: str
    vault_cleared: bool
    index_cleared: bool
    snapshots_cleared: bool
    files_scrubbed: bool | None

    @property
    def complete(self) -> bool:
        """Did the server find no trace where it can look?"""
        return self.vault_cleared and self.index_cleared and self.snapshots_cleared and self.files_scrubbed is not False
