"""Random histories, and the clocks to ask them at."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from domain.catalogue_changes import (
    CatalogueChange,
    ForeignTagMapped,
    ForeignTagUnmapped,
    GroupDefined,
    GroupRedefined,
    GroupRenamed,
    GroupRetired,
    ListDefined,
    SegmentChanged,
    SegmentDefined,
    SegmentRenamed,
    SegmentRetired,
    TagDefined,
    TagMerged,
    TagRedefined,
    TagRenamed,
    TagRestored,
    TagRetired,
    TagsOrdered,
    TagUnmerged,
    WorkspaceCreated,
)
from domain.changeset import NEVER, Changeset, Credit, LinkColumns, ListColumns, Recorded, Value, ValueType
from domain.language.printer import to_text
from tests.oracle.histories.linking import Links
from tests.oracle.histories.questions import random_expression
from tests.oracle.histories.rows import Interaction, TagChange, TraitChange, recorded
from tests.oracle.histories.staff import Staffing
from tests.oracle.histories.vocabulary import (
    ACTORS,
    AMOUNTS,
    CHOICES,
    CURRENCIES,
    DATES,
    DAY_US,
    DEFAULT_CURRENCY,
    FOREIGN_TAGS,
    GROUP_NAMES,
    HOUR_US,
    LIST_NAMES,
    MINUTE_US,
    NUMBERS,
    POOLS,
    PROPERTIES,
    SEGMENT_NAMES,
    SOURCES,
    SPANS_US,
    TAG_NAMES,
    TOUCHPOINTS,
    TRAITS,
    TYPES,
    UNIT_US,
    Vocabulary,
    random_vocabulary,
)

_LAPSES = 0.2
_DUPLICATE = 0.04  # a row that is the same as one recorded before, as of a sender without ids


def random_changesets(
    rng: random.Random,
    n_changesets: int,
    profiles: int,
    vocabulary: Vocabulary | None = None,
    *,
    rows: int = 12,
    leaving: bool = True,
    linking: bool = True,
) -> list[Recorded]:
    """A history: the first changeset makes the workspace, each other has up to `rows` rows of each kind that it has.

    Ordinals are dense in the order of first use; at most `profiles` are of profiles, the others of persons. The vocabulary is a
    random one unless given. `leaving`: may profiles be erased, or opt out? `linking`: may they be linked?
    """
    history = _History(rng, vocabulary or random_vocabulary(rng), profiles, rows, stays=not leaving, alone=not linking)
    return [history.changeset() for _ in range(n_changesets)]


@dataclass(slots=True)
class _History:
    """The state from which the next changeset is made."""

    rng: random.Random
    vocabulary: Vocabulary
    profiles: int
    rows: int
    stays: bool = False
    """Is nobody erased, and does no tag opt out?"""
    alone: bool = False
    """Is nobody linked?"""
    position: int = 0
    version: int = 0
    recorded_at: int = 0
    seen: int = 0
    ids: int = 0
    used: list[int] = field(default_factory=lambda: [0])
    sent: list[Interaction] = field(default_factory=list)
    counting: list[tuple[int, int, Interaction]] = field(default_factory=list)
    """Interactions that were not retracted, with the versions that recorded them, and their rows there."""
    corrected: float = 0.0
    """How probable it is that a changeset retracts some."""
    changed: list[TagChange] = field(default_factory=list)
    groups: dict[int, str] = field(default_factory=dict)
    tags: dict[int, tuple[int | None, str]] = field(default_factory=dict)
    spelled: dict[int, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    """Tags whose values are dates, or one of so many choices."""
    exclusive: set[int] = field(default_factory=set)
    """Groups of which a changeset applies one tag at most to a profile at an instant."""
    retired: set[int] = field(default_factory=set)
    merged: dict[int, int] = field(default_factory=dict)
    """Into which other tags."""
    mapped: dict[str, int] = field(default_factory=dict)
    """Tags by other systems' names."""
    segments: dict[int, str] = field(default_factory=dict)
    retired_segments: set[int] = field(default_factory=set)
    listed: dict[int, set[int]] = field(default_factory=dict)
    """Who is on each list now."""
    foreign: float = 0.0
    """How probable it is that an interaction is in a foreign currency."""
    leaving: float = 0.0
    """How probable it is that a changeset erases somebody, or that a tag comes to opt out, or does so no more."""
    opted: set[int] = field(default_factory=set)
    """Tags that opt out."""
    linking: float = 0.0
    """How probable it is that a changeset links profiles, or takes some apart."""
    links: Links = field(default_factory=Links)
    persons: set[int] = field(default_factory=set)
    """Ordinals that are of persons."""
    gone: set[int] = field(default_factory=set)
    """Profiles that were erased."""
    staff: Staffing = field(default_factory=Staffing)

    def changeset(self) -> Recorded:
        rng, first, first_ordinal = self.rng, self.version == 0, self.seen
        self._step()
        kinds = rng.choices(("tags", "traits", "interactions"), weights=(4, 2, 4), k=rng.choice((1, 1, 1, 2, 3)))
        catalogue = self._first_catalogue() if first else self._catalogue_change() if rng.random() < 0.1 else []
        if not first and rng.random() < self.leaving / 2:
            catalogue += self._opt_out()
        listed = self._upload(catalogue) if self.seen and rng.random() < 0.06 else None
        tags = self._tags() if "tags" in kinds and not first else []
        traits = [self._trait() for _ in range(self._rows())] if "traits" in kinds and not first else []
        retracted = self._retracted() if rng.random() < self.corrected else None
        interactions = self._interactions() if "interactions" in kinds and not first else []
        interactions += self._replacements(retracted or ())
        self.counting += [(self.version, place, row) for place, row in enumerate(interactions)]
        erased = self._erased() if self._known() and rng.random() < self.leaving / 4 else []
        links = self._links() if not erased and rng.random() < self.linking else None
        return recorded(
            self.position,
            self.recorded_at,
            catalogue=catalogue,
            tags=tags,
            traits=traits,
            interactions=interactions,
            retracted=retracted,
            listed=listed,
            erased=erased,
            links=links,
            version=self.version,
            first_ordinal=first_ordinal,
            new_profiles=self.seen - first_ordinal,
            compact=rng.random() < 0.7,
            actor=rng.choice(ACTORS),
            source=rng.choice(SOURCES),
        )

    def _step(self) -> None:
        rng = self.rng
        if self.version == 0:
            self.recorded_at = min(self.vocabulary.anchors) - 70 * DAY_US
            self.foreign = rng.choice((0.0, 0.0, 0.002, 0.05))
            self.corrected = rng.choice((0.0, 0.1, 0.4))
            self.leaving = 0.0 if self.stays else rng.choice((0.0, 0.0, 0.1, 0.3))
            self.linking = 0.0 if self.alone else rng.choice((0.0, 0.0, 0.1, 0.3))
        self.version += 1
        self.position += rng.choice((1, 1, 1, 2, 5))
        self.recorded_at += rng.choice((0, 0, 1, MINUTE_US, rng.randrange(12 * HOUR_US)))

    def _rows(self) -> int:
        return self.rng.randint(1, self.rows)

    def _ordinal(self) -> int:
        known = self._known()
        if len(known) < self.profiles and (not known or self.rng.random() < 0.08):
            self.seen += 1
            return self.seen - 1
        return self.rng.choice(known)

    def _known(self) -> list[int]:
        """The profiles that were seen."""
        return [ordinal for ordinal in range(self.seen) if ordinal not in self.persons]

    def _instant(self) -> int:
        """Now (of recording), a span before an anchor, an edge, one used before or next to it, any near the anchors, or far."""
        rng = self.rng
        which = rng.random()
        if which < 0.15:
            at = self.recorded_at
        elif which < 0.3:
            at = rng.choice(self.vocabulary.anchors) - rng.choice(SPANS_US) + rng.choice((0, 0, -1, 1))
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

    def _near(self, at: int) -> int:
        """A span away, or a microsecond more or less, or no span."""
        return at + self.rng.choice((-1, 1, 1)) * self.rng.choice((0, *SPANS_US)) + self.rng.choice((0, 0, 0, -1, 1))

    # The catalogue

    def _first_catalogue(self) -> list[CatalogueChange]:
        self.groups = dict(enumerate(GROUP_NAMES[:2], start=1))
        self.tags = {
            1: (None, "vip"),
            2: (1, "gold"),
            3: (1, "vip"),
            4: (2, "churn"),
            5: (None, "lead-score"),
            6: (None, "gold"),
        }
        self.spelled = {4: ("choice", CHOICES[:3]), 6: ("date", ())}
        created: list[CatalogueChange] = [WorkspaceCreated(DEFAULT_CURRENCY)]
        self.exclusive = {number for number in self.groups if self.rng.random() < 0.5}
        created += [GroupDefined(number, name, "", number in self.exclusive) for number, name in self.groups.items()]
        created += [TagDefined(number, group, name, "") for number, (group, name) in self.tags.items()]
        created += [self._redefined(number) for number in self.spelled]
        for _ in range(self.rng.choice((0, 8, 12))):
            created += self._staff_change()
        return created + [change for _ in range(2) for change in self._segment_change()]

    def _catalogue_change(self) -> list[CatalogueChange]:
        rng = self.rng
        if rng.random() < 0.3:
            return self._segment_change()
        if rng.random() < 0.15:
            return self._staff_change()
        group, tag = rng.choice(list(self.groups)), rng.choice(list(self.tags))
        which = rng.random()
        if which < 0.15:
            return self._merge(tag)
        if which < 0.25:
            return self._map(tag)
        if which < 0.28:
            inside = [number for number, (of, _) in self.tags.items() if of == group]
            order = TagsOrdered(group, tuple(rng.sample(inside, len(inside))))
            return [order, GroupRedefined(group, "otherwise"), self._redefined(tag)]
        if which < 0.45:
            return self._define(rng.choice((None, group)))
        if which < 0.65:
            return self._rename(tag)
        if which < 0.85:
            return self._rename_group(group)
        if which < 0.97:
            return self._retire(tag)
        inside = [number for number, (of, _) in self.tags.items() if of == group and number not in self.retired]
        return [GroupRetired(group), *[change for number in inside for change in self._retire(number)]]

    def _staff_change(self) -> list[CatalogueChange]:
        changes = self.staff.changed(self.rng, len(self.tags) + 1)
        self.tags.update({one.number: (None, one.name) for one in changes if isinstance(one, TagDefined)})
        return changes

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
        """Or restored, if it was retired."""
        if tag in self.retired and self.rng.random() < 0.5:
            self.retired.remove(tag)
            return [TagRestored(tag)]
        if tag in self.retired:
            return []
        self.retired.add(tag)
        return [TagRetired(tag)]

    def _merge(self, tag: int) -> list[CatalogueChange]:
        """Or taken back. The rows that a merge records are like any others to those who answer."""
        if tag in self.merged:
            return [TagUnmerged(tag, self.merged.pop(tag))]
        others = [number for number in self.tags if number not in {tag, *self.merged, *self.opted, *self.spelled}]
        if not others or tag in self.opted or tag in self.spelled:
            return []
        self.merged[tag] = self.rng.choice(others)
        return [TagMerged(tag, self.merged[tag])]

    def _redefined(self, tag: int) -> CatalogueChange:
        if tag in self.spelled:
            kind, choices = self.spelled[tag]
            if kind == "choice" and self.rng.random() < 0.3:
                self.spelled[tag] = kind, choices = kind, CHOICES
            return TagRedefined(tag, "otherwise", kind, None, None, tag in self.opted, choices)
        return TagRedefined(tag, "otherwise", "number", 0.0, None, tag in self.opted, lifetime=1_000_000)

    def _opt_out(self) -> list[CatalogueChange]:
        """A tag that is not merged comes to opt out, or does so no more."""
        tag = self.rng.choice([number for number in self.tags if number not in self.merged])
        self.opted ^= {tag}
        return [self._redefined(tag)]

    def _erased(self) -> list[int]:
        """Somebody, now and then who was erased before: rows of them that come later are of no answer either."""
        named = [self.rng.choice(self._known()) for _ in range(self.rng.choice((1, 1, 2)))]
        erased = sorted({profile for one in named for profile in self.links.person(one)})
        self.gone |= set(erased)
        return erased

    def _links(self) -> LinkColumns | None:
        """Profiles that have ids come to be one person, or are not any more. Persons get the next ordinals."""
        self.links.pairs = [pair for pair in self.links.pairs if self.gone.isdisjoint(pair)]
        links = self.links.changed(self.rng, [one for one in self._known() if one not in self.gone])
        if links:
            self.persons |= set(range(self.seen, self.seen + len(links.sizes)))
            self.seen += len(links.sizes)
        return links

    def _map(self, tag: int) -> list[CatalogueChange]:
        """A name of another system means the tag, or what it meant no more."""
        name = self.rng.choice(FOREIGN_TAGS)
        if name in self.mapped and self.rng.random() < 0.5:
            return [ForeignTagUnmapped(self.mapped.pop(name), name)]
        self.mapped[name] = tag
        return [ForeignTagMapped(tag, name)]

    def _segment_change(self) -> list[CatalogueChange]:
        """A definition, a new version, a new name or a retirement."""
        rng = self.rng
        free = [name for name in SEGMENT_NAMES if name not in self.segments.values()]
        if free and (len(self.segments) < 2 or rng.random() < 0.4):
            number = len(self.segments) + 1
            change = SegmentDefined(number, free[0], "", self._definition(number))
            self.segments[number] = free[0]
            return [change]
        number = rng.choice(list(self.segments))
        if number in self.retired_segments:
            return []
        which = rng.random()
        if which < 0.6:
            return [SegmentChanged(number, self._definition(number))]
        if which < 0.8 and free:
            self.segments[number] = free[0]
            return [SegmentRenamed(number, free[0])]
        self.retired_segments.add(number)
        return [SegmentRetired(number)]

    def _definition(self, number: int) -> str:
        """Canonical text of an expression that names earlier segments only: so there is no circle."""
        earlier = [name for one, name in self.segments.items() if one < number and one not in self.retired_segments]
        names = [name for name in earlier if self.rng.random() < 0.5][:1]
        return to_text(random_expression(self.rng, self.vocabulary, 1, segments=names))

    def _upload(self, catalogue: list[CatalogueChange]) -> ListColumns:
        """Some profiles come on a list, some go off it; at times nobody does."""
        rng = self.rng
        number = rng.randint(1, len(LIST_NAMES))
        if number not in self.listed:
            number = len(self.listed) + 1
            catalogue.append(ListDefined(number, LIST_NAMES[number - 1], ""))
        on = self.listed.setdefault(number, set())
        given = {ordinal for ordinal in self._known() if rng.random() < 0.4}
        added, removed = sorted(given - on), sorted(on - given) if rng.random() < 0.6 else []
        on |= set(added)
        on -= set(removed)
        return ListColumns(number, added, removed)

    # Rows

    def _tags(self) -> list[TagChange]:
        rng = self.rng
        rows: list[TagChange] = []
        taken: dict[tuple[int, int | None, int], int] = {}
        instant = self._instant()
        for _ in range(self._rows()):
            if self.changed and rng.random() < _DUPLICATE:
                rows.append(rng.choice(self.changed))
                continue
            at = instant if rng.random() < 0.3 else self._instant()
            same = rows and rng.random() < 0.3
            ordinal, tag = (rows[-1].ordinal, rows[-1].tag) if same else (self._ordinal(), rng.choice(list(self.tags)))
            if same:
                at = rows[-1].effective_at if rng.random() < 0.5 else self._near(rows[-1].effective_at)
            applied = tag not in self.retired and rng.random() < 0.7
            if applied and self.tags[tag][0] in self.exclusive:
                applied = taken.setdefault((ordinal, self.tags[tag][0], at), tag) == tag
            value = rng.choice(self._values(tag)) if applied and rng.random() < 0.4 else None
            credit = Credit(rng.choice(ACTORS), rng.choice(SOURCES)) if rng.random() < 0.15 else None
            lapses = max(rng.choice((self._instant(), self._near(at))), at + 1) if applied and rng.random() < _LAPSES else NEVER
            rows.append(TagChange(ordinal, tag, applied, at, value, credit=credit, lapses_at=lapses))
            if applied and rng.random() < 0.2:
                later = max(self._instant(), rows[-1].effective_at + 1)
                rows.append(TagChange(ordinal, tag, False, later, expiry=True))
            if applied and rng.random() < 0.3:
                rows += self._moved(rows[-1], taken)
        self.changed += [row for row in rows if not row.applied]  # what is applied may be of a tag that is retired later
        return rows

    def _values(self, tag: int) -> Sequence[float]:
        kind, choices = self.spelled.get(tag, ("number", ()))
        if kind == "number":
            return NUMBERS
        return [float(one.toordinal()) for one in DATES] if kind == "date" else [float(n + 1) for n in range(len(choices))]

    def _moved(self, row: TagChange, taken: dict[tuple[int, int | None, int], int]) -> list[TagChange]:
        """Another tag of the group takes the place of one; in an exclusive group it does so by itself."""
        at, group = self._near(row.effective_at), self.tags[row.tag][0]
        others = [tag for tag, (of, _) in self.tags.items() if of == group and tag not in {row.tag, *self.retired}]
        if not others or taken.setdefault((row.ordinal, group, at), others[0]) != others[0]:
            return []
        gone = [] if group in self.exclusive else [TagChange(row.ordinal, row.tag, False, at)]
        return [TagChange(row.ordinal, others[0], True, at), *gone]

    def _trait(self) -> TraitChange:
        name = self.rng.choice(list(TRAITS))
        pool: Sequence[Value] = POOLS[TRAITS[name]]
        if TRAITS[name] is ValueType.DATE and self.rng.random() < 0.8:
            pool = self.vocabulary.birthdays
        value = None if self.rng.random() < 0.2 else self.rng.choice(pool)
        return TraitChange(self._ordinal(), name, value, self._instant())

    def _interactions(self) -> list[Interaction]:
        rows: list[Interaction] = []
        for _ in range(self._rows()):
            if self.sent and self.rng.random() < _DUPLICATE:
                rows.append(replace(self.rng.choice(self.sent), id=""))
            elif rows and self.rng.random() < 0.4:
                rows.append(self._interaction(rows[-1].ordinal, self._near(rows[-1].occurred_at)))
            else:
                rows.append(self._interaction(self._ordinal(), self._instant()))
        self.sent += rows
        return rows

    def _replacements(self, retracted: Sequence[tuple[int, int, Interaction]]) -> list[Interaction]:
        """Others for some of them that have ids, perhaps of other profiles."""
        ids = [row.id for _, _, row in retracted if row.id and self.rng.random() < 0.5]
        return [replace(self._interaction(self._ordinal(), self._instant()), id=one) for one in ids]

    def _retracted(self) -> list[tuple[int, int, Interaction]]:
        """Some rows, perhaps none; of a changeset, of a profile, or any."""
        rng, alike = self.rng, self.counting
        if alike and rng.random() < 0.6:
            version, _, row = rng.choice(alike)
            of_changeset = rng.random() < 0.5
            alike = [one for one in alike if (one[0] == version if of_changeset else one[2].ordinal == row.ordinal)]
        gone = rng.sample(alike, min(len(alike), rng.randint(0, self.rows)))
        for one in gone:
            self.counting.remove(one)
        return gone

    def _interaction(self, ordinal: int, occurred_at: int) -> Interaction:
        rng = self.rng
        self.ids += 1
        return Interaction(
            ordinal=ordinal,
            type=rng.choices(TYPES, weights=(5, 3, 2))[0],
            occurred_at=occurred_at,
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
    away = rng.choice((0, 0, *SPANS_US, *(count * size for size in UNIT_US.values() for count in (1, 7, 30))))
    return at + away + rng.choice((0, 0, -1, 1)), known_at


def _instants(changeset: Changeset) -> list[int]:
    tags = changeset.tags.effective_at if changeset.tags else ()
    traits = changeset.traits.effective_at if changeset.traits else ()
    interactions = changeset.interactions.occurred_at if changeset.interactions else ()
    retracted = changeset.retracted.rows.occurred_at if changeset.retracted else ()
    lapses = [at for at in changeset.tags.lapses_at if at != NEVER] if changeset.tags else []
    return [changeset.recorded_at, *tags, *lapses, *traits, *interactions, *retracted]
