"""Which profiles are one person: said by links, which hold for all time as soon as they are known.

A person of two profiles or more has an ordinal of its own, and all that was recorded of its profiles is repeated under it
(joining.py), so that every operator answers about persons without knowing of them. While a person stands, its profiles are in
no answer; when links change, it ends, and others are made in its place: nothing of what was recorded is touched.
"""

import threading
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from domain.changeset import Changeset, LinkColumns
from projections.index import bitmaps
from projections.index.bitmaps import Ordinals
from projections.index.columns import Column
from projections.index.history import Int64s

Pair = tuple[int, int]
_STANDING = np.iinfo(np.int64).max
_STATES_KEPT = 4
_FEW_ROWS = 1 << 14  # looked up one by one in a millisecond


@dataclass(frozen=True, slots=True)
class Person:
    """One person, of a version and the following ones until it ends."""

    ordinal: int
    profiles: tuple[int, ...]
    """Ascending, at least two."""
    since: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Who is who at a version. Arrays are parallel, by profile ascending."""

    hidden: BitMap
    """Profiles of persons, and persons that have ended: they are in no answer."""
    profiles: Ordinals
    persons: Ordinals

    def lifted(self, ordinals: npt.NDArray[np.integer]) -> Int64s:
        """Each ordinal, or that of the person that the profile is of; negative ones stay."""
        found = ordinals.astype(np.int64)
        if len(self.profiles):
            places = np.minimum(np.searchsorted(self.profiles, found), len(self.profiles) - 1)
            found = np.where(self.profiles[places] == found, self.persons[places].astype(np.int64), found)
        return found

    def lifted_all(self, members: BitMap) -> BitMap:
        """Whoever is among the members, profiles as the persons that they are of; the same bitmap where there is none."""
        if not len(self.profiles) or not members.intersect(self.hidden):
            return members
        linked = bitmaps.to_ordinals(members & self.hidden)
        return (members - self.hidden) | bitmaps.from_ordinals(self.lifted(linked).astype(np.uint32))


_NOBODY = Standing(BitMap(), np.empty(0, np.uint32), np.empty(0, np.uint32))


class Persons:
    """One writer; readers ask at their version."""

    def __init__(self) -> None:
        self._links: dict[int, set[int]] = {}
        self._changed: dict[tuple[int, int], int] = {}
        """The version that last changed a pair, the lesser ordinal first."""
        self._changes: dict[int, list[int]] = {}
        """The versions that changed links of a profile."""
        self._by_ordinal: dict[int, Person] = {}
        self._by_profile: dict[int, list[Person]] = {}
        """The persons that a profile has been of, oldest first."""
        self._now: dict[int, Person] = {}
        """By profile, of those that stand."""
        self._applied: list[tuple[int, int, LinkColumns]] = []
        """Versions, the ordinal of the first person that was new, and the links."""
        # One row a membership. The end is written when it comes: who reads at an earlier version sees no difference.
        self._profiles, self._persons = Column(np.uint32), Column(np.uint32)
        self._since, self._until = Column(np.int64), Column(np.int64)
        self._ordinals, self._firsts, self._namesakes = Column(np.uint32), Column(np.uint32), Column(np.uint32)
        """One row a person, ascending, with the first of its profiles, and the first that was not erased, if there is one."""
        self._rows_of: dict[int, slice] = {}
        self._versions: list[int] = []
        self._begun = 0
        """How many changesets the writer has begun to take in."""
        self._kept: tuple[tuple[int, Standing], ...] = ()
        self._lock = threading.Lock()

    def __eq__(self, other: object) -> bool:
        """Do both say the same, at every version?"""
        if not isinstance(other, Persons):
            return NotImplemented
        if (self._links, self._changed, self._by_ordinal, self._versions) != (
            other._links,
            other._changed,
            other._by_ordinal,
            other._versions,
        ):
            return False
        return bool(np.array_equal(self._until.view(), other._until.view()))

    __hash__ = None  # type: ignore[assignment]

    def __len__(self) -> int:
        """How many persons were ever made."""
        return len(self._by_ordinal)

    def up_to(self, version: int) -> "Persons":
        """Persons of their own, who go on behind a version. The writer may go on here meanwhile."""
        begun, other = self._begun, self._copied()
        if begun == self._begun == len(other._versions) and other.last_version <= version:
            return other
        other = Persons()
        for at, following, links in list(self._applied):
            if at <= version:
                other._take_in(at, following, links)
        return other

    def _copied(self) -> "Persons":
        """Of use unless the writer was at it meanwhile; each dictionary is read at once."""
        other = Persons()
        other._versions, other._applied = list(self._versions), list(self._applied)
        other._begun = len(other._versions)
        other._links = {profile: set(others) for profile, others in list(self._links.items())}
        other._by_ordinal, other._now, other._rows_of = dict(self._by_ordinal), dict(self._now), dict(self._rows_of)
        other._by_profile = {profile: list(persons) for profile, persons in list(self._by_profile.items())}
        other._changed = dict(self._changed)
        other._changes = {profile: list(versions) for profile, versions in list(self._changes.items())}
        for name in ("_profiles", "_persons", "_since", "_until", "_ordinals", "_firsts", "_namesakes"):
            getattr(other, name).extend(getattr(self, name).view())
        return other

    # --- the writer -------------------------------------------------------------------------------------------------------

    def apply(self, changeset: Changeset, links: LinkColumns) -> list[Person]:
        """Take in the links of a changeset; the persons that are new."""
        following = changeset.first_ordinal + changeset.outcome.new_profiles - len(links.sizes)
        return self._take_in(changeset.version, following, links)

    def _take_in(self, version: int, following: int, links: LinkColumns) -> list[Person]:
        self._begun += 1
        for first, second in zip(map(int, links.firsts), map(int, links.seconds), strict=True):
            self._changed[min(first, second), max(first, second)] = version
            for one, other in ((first, second), (second, first)):
                self._changes.setdefault(one, []).append(version)
                of_one = self._links.setdefault(one, set())
                (of_one.add if links.linked else of_one.discard)(other)
        touched = {int(ordinal) for ordinal in (*links.firsts, *links.seconds)}
        for person in {id(one): one for one in map(self._now.get, touched) if one}.values():
            self._end(person, version)
        made, at = list[Person](), 0
        for number, size in enumerate(map(int, links.sizes)):
            profiles = tuple(map(int, links.profiles[at : at + size]))
            made.append(Person(following + number, profiles, version))
            at += size
        for person in made:
            self._add(person)
        self._applied.append((version, following, links))
        self._versions.append(version)
        return made

    def _end(self, person: Person, version: int) -> None:
        rows = self._rows_of[person.ordinal]
        self._until.view()[rows] = version
        for profile in person.profiles:
            self._now.pop(profile, None)

    def _add(self, person: Person) -> None:
        count = len(person.profiles)
        self._rows_of[person.ordinal] = slice(len(self._profiles), len(self._profiles) + count)
        self._by_ordinal[person.ordinal] = person
        for profile in person.profiles:
            self._by_profile.setdefault(profile, []).append(person)
            self._now[profile] = person
        self._persons.extend(np.full(count, person.ordinal, np.uint32))
        self._since.extend(np.full(count, person.since, np.int64))
        self._until.extend(np.full(count, _STANDING, np.int64))
        self._profiles.extend(np.asarray(person.profiles, np.uint32))
        self._firsts.extend([person.profiles[0]])
        self._namesakes.extend([person.profiles[0]])
        self._ordinals.extend([person.ordinal])

    def erase(self, profiles: Collection[int], erased: BitMap) -> None:
        """Name the persons, who have ended all, after others of their profiles. `erased`: everybody who was, by now."""
        for person in {one.ordinal: one for profile in profiles for one in self._by_profile.get(profile, ())}.values():
            left = [profile for profile in person.profiles if profile not in erased]
            place = bisect_left(self._ordinals.view(), person.ordinal)
            self._namesakes.view()[place] = left[0] if left else person.profiles[0]

    def rows_of_persons(self, ordinals: Ordinals) -> tuple[Int64s, Ordinals]:
        """Places of the rows that are of profiles of a person that stands now, and the person of each.

        In the order of the profiles, those of one profile in their own: of changes at one instant and of one changeset, that
        decides which is the last.
        """
        if not self._now:
            return np.empty(0, np.int64), np.empty(0, np.uint32)
        if len(ordinals) < _FEW_ROWS:
            pairs = ((place, self._now.get(ordinal)) for place, ordinal in enumerate(ordinals.tolist()))
            found = [(place, person.ordinal) for place, person in pairs if person]
            places = np.asarray([place for place, _ in found], np.int64)
            persons = np.asarray([person for _, person in found], np.uint32)
        else:
            lifted = self.at(self.last_version).lifted(ordinals)
            places = np.flatnonzero(lifted != ordinals)
            persons = lifted[places].astype(np.uint32)
        order = np.argsort(ordinals[places], kind="stable")
        return places[order], persons[order]

    def copies(self, ordinals: Ordinals, versions: npt.NDArray[np.uint32]) -> tuple[Int64s, Ordinals]:
        """The same of rows that these versions recorded, for every person that has one: those that have ended since too.

        A person has what was recorded before it ended.
        """
        until, found = self._until.view(), list[tuple[int, int]]()
        if not self._by_profile:
            return np.empty(0, np.int64), np.empty(0, np.uint32)
        for place, (ordinal, version) in enumerate(zip(ordinals.tolist(), versions.tolist(), strict=True)):
            for person in self._by_profile.get(ordinal, ()):
                if version < until[self._rows_of[person.ordinal]][0]:
                    found.append((place, person.ordinal))
        places, persons = ([one[k] for one in found] for k in (0, 1))
        return np.asarray(places, np.int64), np.asarray(persons, np.uint32)

    def seen(self, ordinals: Ordinals, instants: Int64s) -> tuple[Ordinals, Int64s]:
        """The persons of whom something is seen at some of these instants, by which something is seen of the profiles."""
        places, persons = self.rows_of_persons(ordinals)
        return persons, instants[places]

    def since(self, persons: Ordinals) -> Int64s:
        """The version that made each of these persons."""
        return np.asarray([self._by_ordinal[ordinal].since for ordinal in persons.tolist()], np.int64)

    # --- who decides ------------------------------------------------------------------------------------------------------

    def linked(self, first: int, second: int) -> bool:
        """Does a link say of just these two that they are one?"""
        return second in self._links.get(first, ())

    def links_of(self, profile: int) -> Collection[int]:
        """The profiles that links name together with it, as of now."""
        return self._links.get(profile, ())

    def changed_in(self, first: int, second: int) -> int:
        """The version that last linked just these two, or took them apart; 0 for none."""
        return self._changed.get((min(first, second), max(first, second)), 0)

    def together(self, starts: Iterable[int], also: Sequence[Pair], apart: Sequence[Pair]) -> list[list[int]]:
        """The profiles of each person that these would be of, with some links more and others gone; ascending, at least two."""
        more, gone = dict[int, set[int]](), dict[int, set[int]]()
        for pairs, into in ((also, more), (apart, gone)):
            for first, second in pairs:
                into.setdefault(first, set()).add(second)
                into.setdefault(second, set()).add(first)
        seen, found = set[int](), list[list[int]]()
        for start in sorted(starts):
            if start in seen:
                continue
            reached, waiting = {start}, [start]
            while waiting:
                one = waiting.pop()
                near = (set(self._links.get(one, ())) - gone.get(one, set())) | more.get(one, set())
                waiting.extend(near - reached)
                reached |= near
            seen |= reached
            if len(reached) > 1:
                found.append(sorted(reached))
        return found

    # --- readers ----------------------------------------------------------------------------------------------------------

    def at(self, version: int) -> Standing:
        """Who is who at a version."""
        count = self._count(version)
        if not count:
            return _NOBODY
        for known, standing in self._kept:
            if known == count:
                return standing
        with self._lock:
            standing = self._standing(version)
            self._kept = ((count, standing), *self._kept[: _STATES_KEPT - 1])
        return standing

    def _count(self, version: int) -> int:
        """How many changesets with links there were by a version."""
        versions = self._versions
        if not versions or versions[-1] <= version:
            return len(versions)
        return bisect_right(versions, version)

    def _standing(self, version: int) -> Standing:
        profiles = self._profiles.view()
        count = len(profiles)
        persons, since, until = (column.view()[:count] for column in (self._persons, self._since, self._until))
        stands = (since <= version) & (until > version)
        order = np.argsort(profiles[stands], kind="stable")
        ended = persons[until <= version]
        hidden = bitmaps.from_ordinals(np.concatenate([profiles[stands], ended]))
        return Standing(hidden, profiles[stands][order], persons[stands][order].astype(np.uint32, copy=False))

    def of(self, ordinal: int, version: int) -> Person | None:
        """The person that a profile is of at a version; None for none."""
        found = [one for one in self._by_profile.get(ordinal, ()) if one.since <= version]
        if not found or version >= int(self._until.view()[self._rows_of[found[-1].ordinal]][0]):
            return None
        return found[-1]

    def changes_of(self, profile: int) -> Sequence[int]:
        """The versions that linked the profile with others, or took them apart."""
        return self._changes.get(profile, ())

    def person(self, ordinal: int) -> Person | None:
        """The person with that ordinal; None for a profile."""
        return self._by_ordinal.get(ordinal)

    def profiles_of(self, ordinal: int) -> tuple[int, ...]:
        """Whose rows are those of an ordinal: the profiles of a person, or the profile alone."""
        person = self._by_ordinal.get(ordinal)
        return person.profiles if person else (ordinal,)

    def firsts(self) -> tuple[Ordinals, Ordinals]:
        """The ordinals of all persons there ever were, ascending, and the first profile of each."""
        ordinals = self._ordinals.view()
        return ordinals, self._firsts.view()[: len(ordinals)]

    def named(self, ordinals: npt.ArrayLike) -> Int64s:
        """Each ordinal, or in the place of a person's that of its first profile that was not erased."""
        persons = self._ordinals.view()
        firsts = self._namesakes.view()[: len(persons)]
        found = np.asarray(ordinals, np.int64)
        if len(persons):
            places = np.minimum(np.searchsorted(persons, found), len(persons) - 1)
            found = np.where(persons[places] == found, firsts[places].astype(np.int64), found)
        return found

    def first_profiles(self, members: BitMap) -> BitMap:
        """The members, each person as the first of its profiles; the same bitmap where there is none."""
        everyone = self.everyone
        if not members.intersect(everyone):
            return members
        firsts = self.named(bitmaps.to_ordinals(members & everyone)).astype(np.uint32)
        return (members - everyone) | bitmaps.from_ordinals(firsts)

    def all_profiles(self, members: BitMap) -> BitMap:
        """The members, each person as all of its profiles; the same bitmap where there is none."""
        everyone = self.everyone
        if not members.intersect(everyone):
            return members
        profiles = [profile for person in members & everyone for profile in self._by_ordinal[person].profiles]
        return (members - everyone) | bitmaps.from_ordinals(np.asarray(profiles, np.uint32))

    def ever_within(self, profiles: BitMap) -> BitMap:
        """The persons, those that have ended too, of whom all profiles are among these."""
        persons = self._persons.view()
        of = bitmaps.among(self._profiles.view()[: len(persons)], bitmaps.to_ordinals(profiles))
        return bitmaps.from_ordinals(persons[of]) - bitmaps.from_ordinals(persons[~of])

    @property
    def everyone(self) -> BitMap:
        """The ordinals of all persons there ever were: no profile has them."""
        return bitmaps.from_ascending(self.firsts()[0])

    @property
    def last_version(self) -> int:
        """The last one that changed links; 0 for none."""
        return self._versions[-1] if self._versions else 0

    @property
    def versions(self) -> list[int]:
        """All that changed links, ascending."""
        return list(self._versions)
