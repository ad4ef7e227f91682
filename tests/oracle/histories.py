"""Random histories, questions and clocks, made to be nasty: for comparing the fast index with `projections.naive`.

Plain `random`, so that one integer seed reproduces a failure:

    rng = random.Random(seed)
    vocabulary = random_vocabulary(rng)                      # an era with a clock change in it, and its zones
    history = random_changesets(rng, 300, 40, vocabulary)    # list[Recorded], in the order of positions
    expression = random_expression(rng, vocabulary)
    as_of, known_at = random_clock(rng, history, vocabulary)

What is nasty: instants meet each other and the edges of windows to the microsecond (`Vocabulary.instants`), in zones whose
midnight is skipped or comes twice; late and future changes; several changes of one tag at one instant in one changeset; keys
that are renamed, freed and used again; currencies that mix (rarely); doubles that are -0.0, tie in rounding or pass int64 when
summed; strings that differ by normalisation only. The builders (`tag_columns`, ... , `recorded`) serve hand-made stories too.
"""

import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from domain.changeset import (
    Attribution,
    CatalogueChange,
    Changeset,
    GroupDefined,
    GroupRenamed,
    GroupRetired,
    InteractionColumns,
    Outcome,
    PropertyColumn,
    Recorded,
    TagColumns,
    TagDefined,
    TagRenamed,
    TagRetired,
    TraitColumns,
    Value,
    ValueType,
    WorkspaceCreated,
)
from domain.language.syntax import (
    CALENDAR_UNITS,
    NUMERIC_OPS,
    ROLLING_UNITS,
    Ago,
    And,
    Before,
    Between,
    Bound,
    Calendar,
    Condition,
    Day,
    Did,
    Edge,
    Ever,
    Everyone,
    Expression,
    Filter,
    FilterAll,
    FilterAny,
    FilterNot,
    Function,
    Instant,
    Last,
    Literal,
    Measure,
    Not,
    On,
    Op,
    Or,
    Since,
    Tagged,
    TimePoint,
    Trait,
    Unit,
    Window,
)

T = TypeVar("T")

WORKSPACE: Final = "oracle"
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE_US: Final = 60_000_000
HOUR_US: Final = 60 * MINUTE_US
DAY_US: Final = 24 * HOUR_US
UNIT_US: Final = {Unit.MINUTE: MINUTE_US, Unit.HOUR: HOUR_US, Unit.DAY: DAY_US, Unit.WEEK: 7 * DAY_US}


def microseconds(text: str) -> int:
    """The instant of an ISO 8601 text; UTC where it has no offset."""
    instant = datetime.fromisoformat(text)
    instant = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return (instant - EPOCH) // timedelta(microseconds=1)


# --- rows, and columns from them ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TagChange:
    """A row of TagColumns."""

    ordinal: int
    tag: int
    applied: bool
    effective_at: int
    value: float | None = None
    expiry: bool = False


@dataclass(frozen=True, slots=True)
class TraitChange:
    """A row of TraitColumns."""

    ordinal: int
    name: str
    value: Value | None
    effective_at: int


@dataclass(frozen=True, slots=True)
class Interaction:
    """A row of InteractionColumns; `currency` None stands for the workspace's."""

    ordinal: int
    type: str
    occurred_at: int
    amount: int | None = None
    currency: str | None = None
    touchpoint: str | None = None
    id: str = ""
    properties: Mapping[str, Value] = field(default_factory=dict)


def value_type(value: Value) -> ValueType:
    """The type that a value is recorded with."""
    if isinstance(value, bool):
        return ValueType.BOOL
    if isinstance(value, str):
        return ValueType.STRING
    return ValueType.DATE if isinstance(value, date) else ValueType.NUMBER


def coded(values: Sequence[T | None]) -> tuple[list[T], list[int]]:
    """A dictionary of the distinct values, and per row 0 for None or else 1 + the place in it.

    Distinct by repr: True is not 1.0, -0.0 not 0.0.
    """
    places: dict[str, int] = {}
    dictionary: list[T] = []
    index = []
    for value in values:
        if value is not None and repr(value) not in places:
            dictionary.append(value)
            places[repr(value)] = len(dictionary)
        index.append(0 if value is None else places[repr(value)])
    return dictionary, index


def unless_bare(column: Sequence[T], *, compact: bool) -> Sequence[T]:
    """The column, or an empty one when no row has anything and the columns are to be compact."""
    return () if compact and not any(entry not in (None, 0, "") for entry in column) else column


def tag_columns(rows: Sequence[TagChange], *, compact: bool = True) -> TagColumns | None:
    """Columns of the rows; None without any. Not compact: columns without an entry are written out."""
    if not rows:
        return None
    values = [row.value for row in rows]
    expiries = [row.expiry for row in rows]
    return TagColumns(
        ordinals=[row.ordinal for row in rows],
        tags=[row.tag for row in rows],
        applied=[row.applied for row in rows],
        effective_at=[row.effective_at for row in rows],
        values=() if compact and all(value is None for value in values) else values,
        expiries=unless_bare(expiries, compact=compact),
        already_so=() if compact else [False] * len(rows),
    )


def trait_columns(rows: Sequence[TraitChange]) -> TraitColumns | None:
    """Columns of the rows; None without any. A name that is only cleared here gets the type string."""
    if not rows:
        return None
    names, index = coded([row.name for row in rows])
    types = {row.name: value_type(row.value) for row in rows if row.value is not None}
    return TraitColumns(
        ordinals=[row.ordinal for row in rows],
        names=names,
        types=[types.get(name, ValueType.STRING) for name in names],
        index=[code - 1 for code in index],
        effective_at=[row.effective_at for row in rows],
        values=[row.value for row in rows],
    )


def interaction_columns(rows: Sequence[Interaction], *, compact: bool = True) -> InteractionColumns | None:
    """Columns of the rows; None without any. `compact` as in tag_columns."""
    if not rows:
        return None
    types, type_index = coded([row.type for row in rows])
    touchpoints, touchpoint_index = coded([row.touchpoint for row in rows])
    currencies, currency_index = coded([row.currency for row in rows])
    amounts = [row.amount for row in rows]
    return InteractionColumns(
        ordinals=[row.ordinal for row in rows],
        types=types,
        type_index=() if compact and len(types) == 1 else [code - 1 for code in type_index],
        occurred_at=[row.occurred_at for row in rows],
        touchpoints=touchpoints,
        touchpoint_index=unless_bare(touchpoint_index, compact=compact),
        amounts=() if compact and all(amount is None for amount in amounts) else amounts,
        currencies=currencies,
        currency_index=unless_bare(currency_index, compact=compact),
        ids=unless_bare([row.id for row in rows], compact=compact),
        properties=[property_column(name, rows) for name in dict.fromkeys(name for row in rows for name in row.properties)],
    )


def property_column(name: str, rows: Sequence[Interaction]) -> PropertyColumn:
    """One property of the rows, of the type of its first value."""
    cells: list[Value | None] = [row.properties.get(name) for row in rows]
    dictionary: tuple[list[Value], list[int]] = coded(cells)
    return PropertyColumn(name, value_type(dictionary[0][0]), *dictionary)


def recorded(
    position: int,
    recorded_at: int,
    *,
    catalogue: Sequence[CatalogueChange] = (),
    tags: Sequence[TagChange] = (),
    traits: Sequence[TraitChange] = (),
    interactions: Sequence[Interaction] = (),
    version: int | None = None,
    first_ordinal: int = 0,
    new_profiles: int = 0,
    compact: bool = True,
) -> Recorded:
    """A changeset at its place in the log, with hashes of zeros. The version is the position unless given."""
    changeset = Changeset(
        workspace=WORKSPACE,
        version=position if version is None else version,
        changeset_id=str(uuid.UUID(int=position)),
        attribution=Attribution("tester", "a story", "tests"),
        recorded_at=recorded_at,
        first_ordinal=first_ordinal,
        outcome=Outcome(accepted=len(interactions), changed=len(tags) + len(traits), new_profiles=new_profiles),
        catalogue=tuple(catalogue),
        tags=tag_columns(tags, compact=compact),
        traits=trait_columns(traits),
        interactions=interaction_columns(interactions, compact=compact),
    )
    return Recorded(position, changeset, "0" * 64, "0" * 64)


# --- the vocabulary -------------------------------------------------------------------------------------------------------

# Each era has a clock change near its anchor: instants to ask at, and zones to ask in (beside UTC).
ERAS: Final = (
    (("2017-06-15T10:00:00", "2017-06-30T16:00:00", "2017-07-01T00:00:00"), ("Asia/Shanghai", "America/New_York")),
    (("2017-11-05T05:30:00", "2017-11-05T06:30:00"), ("America/New_York", "America/Havana")),  # Havana: midnight twice
    (("2018-03-11T07:00:00", "2018-03-12T04:00:00"), ("America/New_York", "Asia/Kathmandu")),
    (("2018-11-04T03:00:00", "2018-11-05T12:34:56.789012"), ("America/Sao_Paulo", "Asia/Shanghai")),  # midnight skipped
    (("2011-12-30T10:00:00", "2011-12-31T09:59:59.999999"), ("Pacific/Apia", "Asia/Shanghai")),  # a whole day skipped
    (("2016-02-29T23:59:59.999999", "2016-03-01T00:00:00"), ("Pacific/Apia", "Pacific/Pago_Pago")),
    (("2020-12-31T16:00:00", "2021-01-01T00:00:00"), ("Asia/Shanghai", "Pacific/Kiritimati")),
    (("1969-12-31T23:59:59.999999", "1970-01-01T00:00:00"), ("America/New_York", "Europe/London")),  # about the epoch
    (("1919-03-31T04:30:00", "1919-04-01T00:00:00"), ("America/Toronto", "UTC")),  # 23:30 becomes 00:30
    (("2006-10-29T02:31:00", "2006-10-29T03:15:00"), ("America/St_Johns", "UTC")),  # 00:01 becomes 23:01 of the day before
)

GROUP_NAMES: Final = ("level", "risk", "等级")
TAG_NAMES: Final = ("vip", "gold", "churn", "VIP 客户", "and", "lead-score")
TYPES: Final = ("purchase", "visit", "refund")
TOUCHPOINTS: Final = ("mini_program", "shop", "")
STRINGS: Final = ("tea", "te", "Tea", "coffee", "", "caf\u00e9", "cafe\u0301", "\uff5e", "\U0001f375", 'say "x"\\\n')
NUMBERS: Final = (0.0, -0.0, 1.0, 2.0, -3.5, 0.1, 0.1 + 0.2, 0.8, 18.0, 0.00005, 0.00015, 2.00025, 1e14, -1e14)
DATES: Final = (date(2017, 6, 1), date(2017, 6, 2), date(1969, 12, 31), date(2020, 2, 29))
POOLS: Final[dict[ValueType, tuple[Value, ...]]] = {
    ValueType.STRING: STRINGS,
    ValueType.NUMBER: NUMBERS,
    ValueType.BOOL: (True, False),
    ValueType.DATE: DATES,
}
PROPERTIES: Final = {
    "category": ValueType.STRING,
    "quantity": ValueType.NUMBER,
    "gift": ValueType.BOOL,
    "品牌": ValueType.STRING,
}
TRAITS: Final = {
    "city": ValueType.STRING,
    "age": ValueType.NUMBER,
    "member": ValueType.BOOL,
    "joined": ValueType.DATE,
}
RESERVED: Final = {"amount": ValueType.NUMBER, "currency": ValueType.STRING, "touchpoint": ValueType.STRING}
AMOUNTS: Final = (0, 1, -1, 5_000, 500_000, 500_000, 999_999, 1_000_000, -200_000, 10**15, -(10**15))
BOUNDS: Final = ("0", "1", "2", "3", "-1", "0.5", "0.1", "0.3", "0.8", "50", "100", "99.9999", "99.99995", "0.00005")
DEFAULT_CURRENCY: Final = "CNY"
CURRENCIES: Final = ("CNY", "USD", "EUR")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a history and the questions about it speak of. Names of tags, types and so on are the module's constants."""

    anchors: tuple[int, ...]
    """Instants that questions are asked at."""
    zones: tuple[str, ...]
    instants: tuple[int, ...]
    """Edges of windows seen from the anchors, and each of them one microsecond off."""
    keys: tuple[str, ...]
    """Every key that a tag may have at some time; some of them no tag has in a given history."""
    days: tuple[date, ...]
    """Dates about the anchors."""


def random_vocabulary(rng: random.Random) -> Vocabulary:
    """One of the eras."""
    return vocabulary_of(rng.randrange(len(ERAS)))


def vocabulary_of(era: int) -> Vocabulary:
    """The vocabulary of an era, by its place in ERAS."""
    texts, era_zones = ERAS[era]
    anchors = tuple(microseconds(text) for text in texts)
    zones = ("UTC", *era_zones)
    middle = (EPOCH + timedelta(microseconds=anchors[0])).date()
    days = tuple(middle + timedelta(days=back) for back in (-365, -366, -60, -31, -30, -8, -7, -3, -2, -1, 0, 1, 2))
    edges = {anchor - count * size for anchor in anchors for size in UNIT_US.values() for count in (0, 1, 2, 3, 7, 30)}
    edges |= {midnight(day, zone, fold) for day in days for zone in zones for fold in (0, 1)}
    instants = tuple(sorted(edge + off for edge in edges for off in (-1, 0, 1)))
    grouped = tuple(f"{group}/{name}" for group in GROUP_NAMES for name in TAG_NAMES)
    return Vocabulary(anchors, zones, instants, TAG_NAMES + grouped, days)


def midnight(day: date, zone: str, fold: int) -> int:
    """An instant at or near the day's midnight in the zone: exact on most days, and what `fold` makes of it on the others."""
    wall = datetime.combine(day, time(0), ZoneInfo(zone)).replace(fold=fold)
    return (wall - EPOCH) // timedelta(microseconds=1)


# --- histories ------------------------------------------------------------------------------------------------------------


def random_changesets(
    rng: random.Random,
    n_changesets: int,
    profiles: int,
    vocabulary: Vocabulary | None = None,
    *,
    rows: int = 12,
) -> list[Recorded]:
    """A history: the first changeset makes the workspace, each other has up to `rows` rows of each kind that it has.

    Ordinals are dense in the order of first use, below `profiles`. The vocabulary is a random one unless given.
    """
    history = _History(rng, vocabulary or random_vocabulary(rng), profiles, rows)
    return [history.changeset() for _ in range(n_changesets)]


@dataclass(slots=True)
class _History:
    """The state from which the next changeset is made."""

    rng: random.Random
    vocabulary: Vocabulary
    profiles: int
    rows: int
    position: int = 0
    version: int = 0
    recorded_at: int = 0
    seen: int = 0
    ids: int = 0
    used: list[int] = field(default_factory=lambda: [0])
    groups: dict[int, str] = field(default_factory=dict)
    tags: dict[int, tuple[int | None, str]] = field(default_factory=dict)
    retired: set[int] = field(default_factory=set)
    foreign: float = 0.0
    """How probable it is that an interaction is in a foreign currency."""

    def changeset(self) -> Recorded:
        rng, first, first_ordinal = self.rng, self.version == 0, self.seen
        self._step()
        kinds = rng.choices(("tags", "traits", "interactions"), weights=(4, 2, 4), k=rng.choice((1, 1, 1, 2, 3)))
        catalogue = self._first_catalogue() if first else self._catalogue_change() if rng.random() < 0.1 else []
        tags = self._tags() if "tags" in kinds and not first else []
        traits = [self._trait() for _ in range(self._rows())] if "traits" in kinds and not first else []
        interactions = [self._interaction() for _ in range(self._rows())] if "interactions" in kinds and not first else []
        return recorded(
            self.position,
            self.recorded_at,
            catalogue=catalogue,
            tags=tags,
            traits=traits,
            interactions=interactions,
            version=self.version,
            first_ordinal=first_ordinal,
            new_profiles=self.seen - first_ordinal,
            compact=rng.random() < 0.7,
        )

    def _step(self) -> None:
        rng = self.rng
        if self.version == 0:
            self.recorded_at = min(self.vocabulary.anchors) - 70 * DAY_US
            self.foreign = rng.choice((0.0, 0.0, 0.002, 0.05))
        self.version += 1
        self.position += rng.choice((1, 1, 1, 2, 5))
        self.recorded_at += rng.choice((0, 0, 1, MINUTE_US, rng.randrange(12 * HOUR_US)))

    def _rows(self) -> int:
        return self.rng.randint(1, self.rows)

    def _ordinal(self) -> int:
        if self.seen < self.profiles and (self.seen == 0 or self.rng.random() < 0.08):
            self.seen += 1
            return self.seen - 1
        return self.rng.randrange(self.seen)

    def _instant(self) -> int:
        """Now (of recording), an edge, an instant used before or one off it, any near the anchors, or far away."""
        rng = self.rng
        which = rng.random()
        if which < 0.2:
            at = self.recorded_at
        elif which < 0.55:
            at = rng.choice(self.vocabulary.instants)
        elif which < 0.75:
            at = rng.choice(self.used) + rng.choice((0, 0, 0, -1, 1))
        elif which < 0.97:
            at = rng.choice(self.vocabulary.anchors) + rng.randrange(-70 * DAY_US, 7 * DAY_US)
        else:
            at = rng.choice(self.vocabulary.anchors) + rng.randrange(-4_000 * DAY_US, 4_000 * DAY_US)
        if len(self.used) < 500:
            self.used.append(at)
        return at

    # The catalogue

    def _first_catalogue(self) -> list[CatalogueChange]:
        self.groups = dict(enumerate(GROUP_NAMES[:2], start=1))
        self.tags = {1: (None, "vip"), 2: (1, "gold"), 3: (1, "vip"), 4: (2, "churn"), 5: (None, "lead-score")}
        created: list[CatalogueChange] = [WorkspaceCreated(DEFAULT_CURRENCY)]
        created += [GroupDefined(number, name, "") for number, name in self.groups.items()]
        return created + [TagDefined(number, group, name, "") for number, (group, name) in self.tags.items()]

    def _catalogue_change(self) -> list[CatalogueChange]:
        rng = self.rng
        group, tag = rng.choice(list(self.groups)), rng.choice(list(self.tags))
        which = rng.random()
        if which < 0.35:
            return self._define(rng.choice((None, group)))
        if which < 0.65:
            return self._rename(tag)
        if which < 0.85:
            return self._rename_group(group)
        if which < 0.97:
            return self._retire(tag)
        inside = [number for number, (of, _) in self.tags.items() if of == group and number not in self.retired]
        return [GroupRetired(group), *[change for number in inside for change in self._retire(number)]]

    def _define(self, group: int | None) -> list[CatalogueChange]:
        name = self.rng.choice(TAG_NAMES)
        if (group, name) in self.tags.values():
            return []
        number = len(self.tags) + 1
        self.tags[number] = (group, name)
        return [TagDefined(number, group, name, "")]

    def _rename(self, tag: int) -> list[CatalogueChange]:
        group, name = self.tags[tag][0], self.rng.choice(TAG_NAMES)
        if (group, name) in self.tags.values():
            return []
        self.tags[tag] = (group, name)
        return [TagRenamed(tag, name)]

    def _rename_group(self, group: int) -> list[CatalogueChange]:
        name = self.rng.choice(GROUP_NAMES)
        if name in self.groups.values():
            return []
        self.groups[group] = name
        return [GroupRenamed(group, name)]

    def _retire(self, tag: int) -> list[CatalogueChange]:
        if tag in self.retired:
            return []
        self.retired.add(tag)
        return [TagRetired(tag)]

    # Rows

    def _tags(self) -> list[TagChange]:
        rng = self.rng
        rows: list[TagChange] = []
        instant = self._instant()
        for _ in range(self._rows()):
            at = instant if rng.random() < 0.3 else self._instant()
            same = rows and rng.random() < 0.15
            ordinal, tag = (rows[-1].ordinal, rows[-1].tag) if same else (self._ordinal(), rng.choice(list(self.tags)))
            applied = tag not in self.retired and rng.random() < 0.7
            value = rng.choice(NUMBERS) if applied and rng.random() < 0.4 else None
            rows.append(TagChange(ordinal, tag, applied, rows[-1].effective_at if same else at, value))
            if applied and rng.random() < 0.2:
                later = max(self._instant(), rows[-1].effective_at + 1)
                rows.append(TagChange(ordinal, tag, False, later, expiry=True))
        return rows

    def _trait(self) -> TraitChange:
        name = self.rng.choice(list(TRAITS))
        value = None if self.rng.random() < 0.2 else self.rng.choice(POOLS[TRAITS[name]])
        return TraitChange(self._ordinal(), name, value, self._instant())

    def _interaction(self) -> Interaction:
        rng = self.rng
        self.ids += 1
        return Interaction(
            ordinal=self._ordinal(),
            type=rng.choices(TYPES, weights=(5, 3, 1))[0],
            occurred_at=self._instant(),
            amount=None if rng.random() < 0.3 else rng.choice(AMOUNTS),
            currency=rng.choice(CURRENCIES) if rng.random() < self.foreign else rng.choice((None, None, DEFAULT_CURRENCY)),
            touchpoint=rng.choice((None, None, *TOUCHPOINTS)),
            id=f"i{self.ids}" if rng.random() < 0.3 else "",
            properties={name: rng.choice(POOLS[kind]) for name, kind in PROPERTIES.items() if rng.random() < 0.5},
        )


# --- clocks ---------------------------------------------------------------------------------------------------------------


def random_clock(rng: random.Random, history: Sequence[Recorded], vocabulary: Vocabulary) -> tuple[int, int]:
    """(as_of, known_at): when something begins, ends or leaves a window; a position taken, in a gap, 0 or the end."""
    end = history[-1].position if history else 0
    known_at = rng.choice((end, end, rng.randint(0, end), rng.choice([one.position for one in history] or [0])))
    which = rng.random()
    if which < 0.5:
        return rng.choice(vocabulary.anchors) + rng.choice((0, 0, -1, 1)), known_at
    if which < 0.6:
        return rng.choice(vocabulary.instants), known_at
    instants = _instants(rng.choice(history).changeset) if history else []
    at = rng.choice(instants or list(vocabulary.instants))
    away = rng.choice((0, 0, *(count * size for size in UNIT_US.values() for count in (1, 7, 30))))
    return at + away + rng.choice((0, 0, -1, 1)), known_at


def _instants(changeset: Changeset) -> list[int]:
    tags = changeset.tags.effective_at if changeset.tags else ()
    traits = changeset.traits.effective_at if changeset.traits else ()
    interactions = changeset.interactions.occurred_at if changeset.interactions else ()
    return [changeset.recorded_at, *tags, *traits, *interactions]


# --- expressions ----------------------------------------------------------------------------------------------------------


def random_expression(rng: random.Random, vocabulary: Vocabulary, depth: int = 3) -> Expression:
    """A tree such as the parser could build, at most `depth` connectives deep; every kind of leaf, filter and window."""
    which = rng.random()
    if depth == 0 or which < 0.4:
        return random_leaf(rng, vocabulary)
    if which < 0.55:
        return Not(random_expression(rng, vocabulary, depth - 1))
    operands = tuple(random_expression(rng, vocabulary, depth - 1) for _ in range(rng.choice((2, 2, 3))))
    if which < 0.8:
        return And(tuple(inner for one in operands for inner in (one.operands if isinstance(one, And) else [one])))
    return Or(tuple(inner for one in operands for inner in (one.operands if isinstance(one, Or) else [one])))


def random_leaf(rng: random.Random, vocabulary: Vocabulary) -> Expression:
    """One leaf."""
    kind = rng.choices((Everyone, Tagged, Did, Measure, Edge, Trait), weights=(1, 5, 5, 6, 3, 4))[0]
    if kind is Everyone:
        return Everyone()
    if kind is Tagged:
        return _tagged(rng, vocabulary)
    if kind is Trait:
        name = _name(rng, list(TRAITS))
        return Trait(name, *_comparison(rng, TRAITS.get(name)))
    where = random_filter(rng) if rng.random() < 0.4 else None
    window = random_window(rng, vocabulary) if rng.random() < 0.75 else Ever()
    if kind is Edge:
        return Edge(rng.random() < 0.5, _name(rng, TYPES), window, where)
    if kind is Did:
        return Did(_name(rng, TYPES), _count(rng) if rng.random() < 0.6 else Bound(Op.GE, Decimal(1)), where, window)
    return _measure(rng, vocabulary, where, window)


def _name(rng: random.Random, names: Sequence[str]) -> str:
    return rng.choice(names) if rng.random() < 0.98 else "nobody-knows"


def _number(rng: random.Random) -> Decimal:
    return Decimal(rng.choice(BOUNDS))


def _count(rng: random.Random) -> Bound:
    return Bound(rng.choice(NUMERIC_OPS), Decimal(rng.choice((0, 1, 1, 2, 2, 3, 5, 1_000_000_000))))


def _tagged(rng: random.Random, vocabulary: Vocabulary) -> Tagged:
    common = ("vip", "level/gold", "level/vip", "risk/churn", "lead-score")
    tags = tuple(rng.choice(common if rng.random() < 0.6 else vocabulary.keys) for _ in range(rng.choice((1, 1, 1, 2, 3))))
    return Tagged(tuple(dict.fromkeys(tags)), Bound(rng.choice(NUMERIC_OPS), _number(rng)) if rng.random() < 0.4 else None)


def _measure(rng: random.Random, vocabulary: Vocabulary, where: Filter | None, window: Window) -> Measure:
    function = rng.choice(list(Function))
    name = _name(rng, TYPES)
    if function is Function.DAYS:
        return Measure(function, name, "", _count(rng), where, window, rng.choice(vocabulary.zones))
    property_ = "amount" if rng.random() < 0.4 else _name(rng, [*PROPERTIES, *RESERVED, "quantity"])
    if function is Function.DISTINCT:
        return Measure(function, name, property_, _count(rng), where, window)
    if property_ == "amount" and rng.random() < 0.5:
        where = Condition("currency", Op.EQ, (DEFAULT_CURRENCY,))
    return Measure(function, name, property_, Bound(rng.choice(NUMERIC_OPS), _number(rng)), where, window)


# Filters and comparisons


def random_filter(rng: random.Random, depth: int = 2) -> Filter:
    """A filter; neither connective directly inside itself."""
    if depth == 0 or rng.random() < 0.6:
        name = _name(rng, [*PROPERTIES, *RESERVED])
        return Condition(name, *_comparison(rng, (PROPERTIES | RESERVED).get(name), name))
    operands = tuple(random_filter(rng, depth - 1) for _ in range(2))
    which = rng.random()
    if which < 0.35:
        return FilterNot(operands[0])
    kind = FilterAll if which < 0.65 else FilterAny
    flat = tuple(inner for one in operands for inner in (one.operands if isinstance(one, kind) else [one]))
    return kind(flat)


def _comparison(rng: random.Random, kind: ValueType | None, name: str = "") -> tuple[Op, tuple[Literal, ...]]:
    """An operator and its literals, mostly of the right type, so that they match now and then."""
    if kind is None or rng.random() < 0.1:
        kind = rng.choice(list(ValueType))
    which = rng.random()
    if which < 0.1:
        return Op.EXISTS, ()
    if which < 0.25:
        return Op.IN, tuple(_literal(rng, kind, name) for _ in range(rng.randint(1, 3)))
    if kind is ValueType.STRING and which < 0.4:
        return Op.STARTS_WITH, (rng.choice(("t", "te", "", "caf", "S", "\U0001f375")),)
    return rng.choice(NUMERIC_OPS), (_literal(rng, kind, name),)


def _literal(rng: random.Random, kind: ValueType, name: str) -> Literal:
    if kind is ValueType.NUMBER:
        return _number(rng)
    if kind is ValueType.BOOL:
        return rng.random() < 0.5
    if kind is ValueType.DATE:
        return rng.choice(DATES)
    return rng.choice({"currency": CURRENCIES, "touchpoint": TOUCHPOINTS}.get(name, STRINGS))


# Windows


def random_window(rng: random.Random, vocabulary: Vocabulary) -> Window:
    """A window of any kind about the vocabulary's anchors; `between` may be empty."""
    kind = rng.choices((Last, Calendar, On, Between, Since, Before, Ever), weights=(6, 5, 3, 4, 2, 2, 1))[0]
    if kind is Last:
        return Last(rng.choice((1, 2, 3, 7, 30, 365)), rng.choice(ROLLING_UNITS))
    if kind is Calendar:
        return Calendar(rng.choice((1, 1, 2, 3, 8, 13)), rng.choice(CALENDAR_UNITS), rng.choice(vocabulary.zones))
    if kind is On:
        return On(_day(rng, vocabulary))
    if kind is Between:
        return Between(random_point(rng, vocabulary), random_point(rng, vocabulary))
    if kind is Since:
        return Since(random_point(rng, vocabulary))
    return Before(random_point(rng, vocabulary)) if kind is Before else Ever()


def random_point(rng: random.Random, vocabulary: Vocabulary) -> TimePoint:
    """An end of a window."""
    which = rng.random()
    if which < 0.35:
        return Instant(rng.choice(vocabulary.instants))
    if which < 0.7:
        return _day(rng, vocabulary)
    return Ago(rng.choice((1, 2, 3, 7, 30)), rng.choice(ROLLING_UNITS))


def _day(rng: random.Random, vocabulary: Vocabulary) -> Day:
    return Day(rng.choice(vocabulary.days), rng.choice(vocabulary.zones))
