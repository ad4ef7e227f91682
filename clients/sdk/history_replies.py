"""The replies about history: who changed what, when and why. Their readers import all of it from replies.py."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from .values import TagValue, TagValues, TraitValue


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who changed something, why, from where, and when the ledger learnt of it.

    ``selected`` is the expression of the segment that it was for, ``undoes`` the id of the changeset that it took back (both
    empty for none), ``undone_by`` the ids of those that took it back, or a part of it.
    """

    position: int
    changeset_id: str
    actor: str
    reason: str
    source: str
    recorded_at: datetime
    selected: str = ""
    undoes: str = ""
    undone_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TagEntry:
    """A tag ``applied``, ``removed``, or one that ``expires``.

    ``credited_actor`` and ``credited_source`` say who had set the state that an undo brings back; empty for nobody else.
    ``lapses_at`` is from when on it holds no more, unless another change of the tag takes its place by then.
    """

    tag: str
    kind: str
    value: TagValue | None
    credited_actor: str = ""
    credited_source: str = ""
    lapses_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TraitEntry:
    """A trait set, or cleared (None)."""

    trait: str
    value: TraitValue | None


@dataclass(frozen=True, slots=True)
class InteractionEntry:
    """An interaction; empty text for none."""

    type: str
    touchpoint: str
    amount: Decimal | None
    currency: str
    id: str
    properties: Mapping[str, TraitValue | None]


@dataclass(frozen=True, slots=True)
class RetractionEntry:
    """An interaction that does not count any more, and the position of the changeset that had recorded it."""

    interaction: InteractionEntry
    recorded_position: int


@dataclass(frozen=True, slots=True)
class ListEntry:
    """A profile put on an uploaded list (``kind`` "added"), or taken off it ("removed")."""

    list: str
    kind: str


@dataclass(frozen=True, slots=True)
class ErasureEntry:
    """A profile erased; nothing tells any more which one it was."""


@dataclass(frozen=True, slots=True)
class LinkEntry:
    """A profile ``linked`` with another one, or ``unlinked`` from it; the other id is empty where it was erased."""

    other_profile_id: str
    kind: str


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """A change of the catalogue, for example ``tag_renamed``; ``new_name`` after a rename, ``expression`` of a segment.

    ``into`` is the tag of a merge, ``foreign_key`` a name in another system, ``order`` that of the tags of a group, ``values``
    what goes with a tag since it was changed, ``opt_out`` whether who carries it is in no segment since then, and ``lifetime``
    how long what is assigned since then holds. Departments and staff get a ``name``, a ``department_id`` (that of the
    department above), and a ``role``.
    """

    kind: str
    subject: str
    new_name: str
    expression: str = ""
    into: str = ""
    foreign_key: str = ""
    description: str = ""
    values: TagValues | None = None
    order: tuple[str, ...] = ()
    opt_out: bool = False
    name: str = ""
    department_id: str = ""
    role: str = ""
    lifetime: timedelta | None = None


@dataclass(frozen=True, slots=True)
class TagApplier:
    """Who applied a tag, from where, to how many of those who carry it."""

    actor: str
    source: str
    holder_count: int


@dataclass(frozen=True, slots=True)
class TagDay:
    """A day of a tag: holders at its end, and how many times somebody came to it and lost it."""

    day: date
    holder_count: int
    added_count: int
    removed_count: int


@dataclass(frozen=True, slots=True)
class TagUse:
    """What became of a tag: the first appliers by number, and how many more there are; days, oldest first."""

    position: int
    as_of: datetime
    known_at: int
    tag: str
    holder_count: int
    appliers: tuple[TagApplier, ...]
    other_applier_count: int
    days: tuple[TagDay, ...]
    segments: tuple[str, ...]
    last_changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class UnusedTag:
    """A tag that nobody carries, and no segment names."""

    tag: str
    last_changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class AlikeTags:
    """Two tags that may be one, by their names or by who carries them."""

    tag: str
    other_tag: str
    holder_count: int
    other_holder_count: int
    common_count: int
    names_alike: bool


@dataclass(frozen=True, slots=True)
class TagReview:
    """Which tags are worth a look."""

    position: int
    unused: tuple[UnusedTag, ...]
    alike: tuple[AlikeTags, ...]


HistoryChange = (
    TagEntry | TraitEntry | InteractionEntry | RetractionEntry | CatalogueEntry | ListEntry | ErasureEntry | LinkEntry
)


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One change; ``profile_id`` is empty for changes of the catalogue."""

    attribution: Attribution
    effective_at: datetime
    profile_id: str
    change: HistoryChange | None
