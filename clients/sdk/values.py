"""What a caller hands in: changes and interactions as plain frozen values, because callers should never meet protobuf."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum

Amount = Decimal | int | float | str
"""An amount in currency units; kept to four decimals, rounded half-even."""


class Personal(str):
    """A text that identifies somebody: kept in the vault, erased with its profile. "" where only its being there is told."""

    __slots__ = ()


TraitValue = str | int | float | bool | date
"""A trait's value; a ``datetime`` is refused, a ``date`` is a calendar day. Of texts, ``Personal`` ones are another type."""
PropertyValue = str | int | float | bool
"""A property's value; a day is given as its ISO text."""


TagValue = float | str | date
"""What goes with an assignment: a number, one of the tag's choices, or a calendar day."""


@dataclass(frozen=True, slots=True)
class ApplyTag:
    """The profile carries the tag from ``effective_at`` on (the moment of recording unless given)."""

    profile_id: str
    tag: str
    value: TagValue | None = None
    effective_at: datetime | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RemoveTag:
    """The profile does not carry the tag from ``effective_at`` on (the moment of recording unless given)."""

    profile_id: str
    tag: str
    effective_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SetTrait:
    """The trait has this value from ``effective_at`` on; ``None`` clears it."""

    profile_id: str
    trait: str
    value: TraitValue | None
    effective_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TagValues:
    """Which values go with the assignments of a tag.

    ``kind``: "any" (a number, or none), "none", "number" (inside the bounds), "choice" (one of the choices) or "date".
    """

    kind: str = "any"
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()

    def __str__(self) -> str:
        """For people."""
        bounds = (("from", self.minimum), ("to", self.maximum))
        told = [f"{word} {bound:.15g}" for word, bound in bounds if bound is not None]
        return " ".join([self.kind, *told, *([f"of {', '.join(self.choices)}"] if self.choices else [])])


Change = ApplyTag | RemoveTag | SetTrait
"""One entry of a changeset."""


@dataclass(frozen=True, slots=True)
class Interaction:
    """One thing that a profile did, at an aware instant. ``id`` makes it count once for ever in the workspace."""

    profile_id: str
    type: str
    occurred_at: datetime
    amount: Amount | None = None
    currency: str | None = None
    touchpoint: str | None = None
    id: str | None = None
    properties: Mapping[str, PropertyValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PropertyColumn:
    """One property of a batch: distinct ``values`` of one type, and per row 0 for absent or 1 + a place in them."""

    name: str
    index: Sequence[int]
    values: Sequence[str] | Sequence[float] | Sequence[bool]


@dataclass(frozen=True, slots=True)
class InteractionBatch:
    """Interactions column by column, for bulk callers: row i is the i-th entry of each column.

    Instants are microseconds since the epoch, UTC; amounts whole 1/10,000 of the currency unit. ``type_index`` points into
    ``type_names`` (empty: all rows are of the first). ``touchpoint_index`` and ``currency_index`` are 0 for none, else 1 + a
    place in their names. An empty column means that no row has it; an empty ``amount_present`` that every row has its amount.
    """

    profile_ids: Sequence[str]
    occurred_at_us: Sequence[int]
    type_names: Sequence[str]
    type_index: Sequence[int] = ()
    touchpoint_names: Sequence[str] = ()
    touchpoint_index: Sequence[int] = ()
    amounts: Sequence[int] = ()
    amount_present: Sequence[bool] = ()
    currency_names: Sequence[str] = ()
    currency_index: Sequence[int] = ()
    ids: Sequence[str] = ()
    properties: Sequence[PropertyColumn] = ()

    def __len__(self) -> int:
        """Return how many rows it has."""
        return len(self.profile_ids)


@dataclass(frozen=True, slots=True)
class SegmentAxis:
    """An axis of a cross table: expressions by their labels, asked at clocks of their own if any are given."""

    name: str
    parts: Mapping[str, str]
    as_of: datetime | None = None
    known_at: int | datetime | None = None


@dataclass(frozen=True, slots=True)
class TagGroupAxis:
    """An axis with a part for each tag of a group, in its order; named after the group unless given a name."""

    group: str
    name: str = ""
    as_of: datetime | None = None
    known_at: int | datetime | None = None


@dataclass(frozen=True, slots=True)
class TraitAxis:
    """An axis with a part for each of the values of a trait that most members have."""

    trait: str
    values_max: int = 20
    name: str = ""
    as_of: datetime | None = None
    known_at: int | datetime | None = None


Axis = SegmentAxis | TagGroupAxis | TraitAxis


class ColumnKind(Enum):
    """What an exported column holds."""

    TRAIT = "trait"
    TAG = "tag"
    TAG_VALUE = "tag-value"


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """A column beside profile_id: a trait's value, whether a tag is carried, or the value of its assignment."""

    kind: ColumnKind
    name: str
