"""What drafts that are decided, and not yet committed, add to a workspace: seen by the drafts behind them only."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from domain.changeset import Personal, ValueType
from domain.errors import LimitExceeded, TypeConflict, Violation
from domain.limits import MAX_PERSONAL_TEXTS
from projections.identity import ProfileMap
from projections.index.key_map import MISSING, Int64s
from projections.index.keys import Keys, no_keys
from projections.index.typed import last_number
from server.eventlog.port import PersonalRow
from server.usecases.state import ComputedKeys, WorkspaceState


@dataclass(slots=True)
class Fresh:
    """What one draft brings: ids of profiles seen first with their keys, keys of its interaction ids, texts for the vault."""

    profile_ids: list[str] = field(default_factory=list)
    profile_keys: list[Keys] = field(default_factory=list)
    id_keys: Keys = field(default_factory=no_keys)
    personal: list[PersonalRow] = field(default_factory=list)

    def add_nameless(self, count: int, profiles: ProfileMap) -> None:
        """So many ordinals more, of nobody who has an id: of persons."""
        names = [""] * count
        self.profile_ids += names
        self.profile_keys.append(profiles.keys(names))

    def computed(self) -> ComputedKeys:
        """All of it."""
        return ComputedKeys(np.concatenate(self.profile_keys) if self.profile_keys else no_keys(), self.id_keys)


@dataclass(slots=True)
class Overlay:
    """What the decided drafts of a transaction add to one workspace."""

    state: WorkspaceState
    version: int
    recorded_at: int
    new_profiles: dict[str, int] = field(default_factory=dict)
    new_ids: set[bytes] = field(default_factory=set)
    property_types: dict[str, ValueType] = field(default_factory=dict)
    trait_types: dict[str, ValueType] = field(default_factory=dict)
    changed_profiles: set[str] = field(default_factory=set)
    personal_count: int = 0
    """Of new personal texts."""

    def copied(self) -> "Overlay":
        """Another one, for a draft that may be refused when it has been decided."""
        return Overlay(
            self.state,
            self.version,
            self.recorded_at,
            dict(self.new_profiles),
            set(self.new_ids),
            dict(self.property_types),
            dict(self.trait_types),
            set(self.changed_profiles),
            self.personal_count,
        )

    def _last_number(self) -> int:
        return last_number(list(self.state.index.traits.values()))

    def refuse_texts(self, count: int) -> None:
        """Raises LimitExceeded where the vault does not take so many more."""
        LimitExceeded.refuse(
            "personal texts",
            field="traits",
            maximum=MAX_PERSONAL_TEXTS,
            actual=self._last_number() + self.personal_count + count,
            remedy="keep them in another workspace",
        )

    def to_vault(self, ordinals: Sequence[int], texts: Sequence[str], fresh: Fresh) -> Sequence[Personal]:
        """Give personal texts, of a profile each, their numbers, and note them in `fresh`."""
        first = self._last_number() + self.personal_count + 1
        self.personal_count += len(texts)
        rows = zip(range(first, first + len(texts)), ordinals, texts, strict=True)
        fresh.personal += [PersonalRow(number, int(ordinal), text) for number, ordinal, text in rows]
        return [Personal(number) for number in range(first, first + len(texts))]

    def ordinals(self, profile_ids: Sequence[str], fresh: Fresh) -> "array[int]":
        """Ordinals of profiles; those seen for the first time get the next ones, and are noted in `fresh`."""
        keys = self.state.profiles.keys(profile_ids)
        found = self.state.profiles.find(keys)
        unknown = np.flatnonzero(found == MISSING)
        if len(unknown):
            found[unknown] = self._new_ordinals(profile_ids, keys, unknown, fresh)
        return array("I", found.astype(np.uint32).tobytes())

    def _new_ordinals(self, profile_ids: Sequence[str], keys: Keys, places: Int64s, fresh: Fresh) -> list[int]:
        new, next_ordinal = self.new_profiles, len(self.state.profiles) + len(self.new_profiles)
        ordinals, first_places = [], []
        for place in places.tolist():
            name = profile_ids[place]
            ordinal = new.setdefault(name, next_ordinal)
            if ordinal == next_ordinal:
                next_ordinal += 1
                first_places.append(place)
            ordinals.append(ordinal)
        fresh.profile_ids += [profile_ids[place] for place in first_places]
        fresh.profile_keys.append(keys[first_places])
        return ordinals


def check_types(known: object, overlay: dict[str, ValueType], named: Sequence[tuple[str, str, ValueType]]) -> None:
    """Refuse values of another type than their name was first recorded with. Every offender is named."""
    first_here: dict[str, ValueType] = {}
    violations = []
    for path, name, kind in named:
        entry = known.get(name)  # type: ignore[attr-defined]
        expected = entry.kind if entry else overlay.get(name) or first_here.setdefault(name, kind)
        if kind is not expected:
            remedy = f"{name!r} is a {expected.value} here; send a {expected.value}, or use another name"
            violations.append(Violation(path, f"{remedy} (got a {kind.value})"))
    if violations:
        raise TypeConflict(violations[0].description, violations=violations[:100])
