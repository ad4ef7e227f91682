"""What one stored event holds: a changeset, decoded.

Columns, not rows: entry i of each column belongs to row i. The stored form is server/eventlog/payload.py; everything else
(index, oracle, history) reads these. Instants are microseconds since the epoch, UTC. Ordinals are the dense uint32 numbers of
profiles in their workspace, tag numbers those of the catalogue.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from domain.catalogue_changes import CatalogueChange


class ValueType(Enum):
    """Type of a trait or property; the value is the stored form."""

    STRING = "string"
    NUMBER = "number"
    BOOL = "bool"
    DATE = "date"
    PERSONAL = "personal text"
    """Of traits only."""


@dataclass(frozen=True, slots=True)
class Personal:
    """A text that identifies somebody: it stands in the vault under this number, and nowhere else."""

    number: int
    """From 1; a workspace gives each one once."""


# A trait or property value: numbers are floats here (the language's literals are Decimals).
Value = str | float | bool | date | Personal


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who, why and from where."""

    actor: str
    reason: str
    source: str


@dataclass(frozen=True, slots=True)
class Credit:
    """Who set a state, and from where, that somebody else's changeset brings back."""

    actor: str
    source: str


NEVER = (1 << 63) - 1
"""In the place of an instant that does not come."""


@dataclass(frozen=True, slots=True)
class TagColumns:
    """Tag changes. The order of rows decides between changes of equal (profile, tag, effective_at)."""

    ordinals: Sequence[int]
    tags: Sequence[int]
    applied: Sequence[bool]
    """True: carries the tag from effective_at on; False: does not."""
    effective_at: Sequence[int]
    values: Sequence[float | None]
    """Value of the assignment; None for none and for removals. Empty when no row has one."""
    expiries: Sequence[bool]
    """True for a removal that is the expiry of an assignment in the same changeset. Empty when no row is."""
    already_so: Sequence[bool]
    """True when the row found the state as asked when it was recorded. For people; no answer depends on it. Empty for none."""
    credits: Sequence[Credit] = ()
    """Dictionary: whose states these rows bring back, for an undo."""
    credit_index: Sequence[int] = ()
    """0 where the state is of this changeset's own attribution, else 1 + an index into credits; empty when all are."""
    lapses_at: Sequence[int] = ()
    """From when on the assignment does not hold any more, unless another change of the tag has its place by then: later than
    effective_at, NEVER for none and for removals. Empty when no row has one."""

    def credit(self, row: int) -> Credit | None:
        """Whose state the row brings back; None for the changeset's own."""
        index = self.credit_index[row] if len(self.credit_index) else 0
        return self.credits[index - 1] if index else None


@dataclass(frozen=True, slots=True)
class TraitColumns:
    """Trait changes, row order as in TagColumns."""

    ordinals: Sequence[int]
    names: Sequence[str]
    types: Sequence[ValueType]
    """Dictionary: names[k] has type types[k]."""
    index: Sequence[int]
    """Points into names."""
    effective_at: Sequence[int]
    values: Sequence[Value | None]
    """None clears the trait."""


@dataclass(frozen=True, slots=True)
class PropertyColumn:
    """One property of a batch; index is 0 for absent, else 1 + an index into values."""

    name: str
    type: ValueType
    values: Sequence[Value]
    index: Sequence[int]


@dataclass(frozen=True, slots=True)
class InteractionColumns:
    """Interactions; empty columns mean "none has one" (type_index, currency_index: all of the first, of the default)."""

    ordinals: Sequence[int]
    types: Sequence[str]
    type_index: Sequence[int]
    """Points into types; empty when all rows are of types[0]."""
    occurred_at: Sequence[int]
    touchpoints: Sequence[str]
    touchpoint_index: Sequence[int]
    """0 for none, else 1 + an index into touchpoints."""
    amounts: Sequence[int | None]
    """In 1/10,000 of the currency unit; None for none."""
    currencies: Sequence[str]
    currency_index: Sequence[int]
    """0 for the workspace's currency, else 1 + an index into currencies."""
    ids: Sequence[str]
    """"" for none."""
    properties: Sequence[PropertyColumn]
    origin_versions: Sequence[int] = ()
    """Of a row without an id that an undo brings back, the version that first recorded it; 0 for others. Empty for all 0."""
    origin_rows: Sequence[int] = ()
    """And which row of that version's interactions it was."""


@dataclass(frozen=True, slots=True)
class RetractedColumns:
    """Interactions that do not count any more, from this changeset on."""

    rows: InteractionColumns
    """What they were. Of one without an id the origin tells which it was."""
    versions: Sequence[int]
    """That recorded each."""


@dataclass(frozen=True, slots=True)
class ListColumns:
    """One upload of a list: how it differs from the version before. Ordinals ascend, and nobody is in both."""

    number: int
    added: Sequence[int]
    """Who was not on the list, and is from now on."""
    removed: Sequence[int]


@dataclass(frozen=True, slots=True)
class LinkColumns:
    """Pairs of profiles that are said to be one person, or not to be any more, and the persons that come of it."""

    linked: bool
    """False: the pairs are taken apart."""
    firsts: Sequence[int]
    seconds: Sequence[int]
    """Entry i of both is a pair."""
    profiles: Sequence[int]
    """Of the persons that are new, one person after the other, each ascending."""
    sizes: Sequence[int]
    """How many profiles each new person has. New persons have the last ordinals among those first seen in the changeset."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The counts that the first reply gave, so that a repeat gives them again."""

    accepted: int = 0
    duplicates: int = 0
    changed: int = 0
    already_so: int = 0
    new_profiles: int = 0
    unknown: int = 0
    conflicts: int = 0


@dataclass(frozen=True, slots=True)
class Selected:
    """Whom a changeset concerned: everyone in a segment, asked at these clocks."""

    expression: str
    """Canonical text."""
    as_of: int
    known_at: int
    """Position of the log."""


@dataclass(frozen=True, slots=True)
class Undoes:
    """The changeset that a changeset takes back."""

    version: int
    changeset_id: str


@dataclass(frozen=True, slots=True)
class Changeset:
    """One atomic, attributed write. At most one of each kind of column."""

    workspace: str
    version: int
    """Place in the workspace's stream, from 1, without gaps."""
    changeset_id: str
    """Lower-case UUID; the request_id of the write."""
    attribution: Attribution
    recorded_at: int
    """Never decreases along the workspace's stream."""
    first_ordinal: int
    """Profiles first seen in this changeset have the ordinals first_ordinal .. first_ordinal + outcome.new_profiles - 1."""
    outcome: Outcome
    catalogue: Sequence[CatalogueChange] = ()
    tags: TagColumns | None = None
    traits: TraitColumns | None = None
    interactions: InteractionColumns | None = None
    retracted: RetractedColumns | None = None
    """Of every correction of interactions, also of one that finds nothing to retract: its ids were seen before."""
    listed: ListColumns | None = None
    selected: Selected | None = None
    """Of a change of everyone in a segment; of an undo of a part, whom it was for."""
    undoes: Undoes | None = None
    erased: Sequence[int] = ()
    """Profiles whose ids the vault has lost with this changeset, ascending: nothing names them any more."""
    links: LinkColumns | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """A changeset at its place in the log, with the hashes that it is stored with."""

    position: int
    changeset: Changeset
    content_sha256: str
    chain_sha256: str
