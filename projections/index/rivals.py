"""Exclusive groups: an apply of one tag takes the others away. The log does not say so row by row; the index does.

Whatever the order in which changes arrive, at each pair of clocks a profile carries a tag if its own last change says so and no
other tag of the group was applied later, by (effective_at, position). Folds, timelines and evidence know one tag each, so each
tag gets a row for every apply of another one that comes after one of its own rows, recorded when both were known. A changeset
applies at most one tag of a group to a profile at one instant (server/usecases/tag_decisions.py), so that (instant, version)
orders the applies of all of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from domain.tag_catalogue import Catalogue
from projections.index import bitmaps
from projections.index.bitmaps import Ordinals
from projections.index.dictionary import Codes
from projections.index.history import NOTHING, Changes, History, Int64s
from projections.index.tag_index import Implied, TagChanges, TagIndex

_NEVER = np.iinfo(np.int64).max
_BEFORE_ALL = -1


@dataclass(frozen=True, slots=True)
class _First:
    """Of profiles, ascending: when their first row of a tag is effective, and the version that recorded it; _NEVER for none."""

    ordinals: Ordinals
    effective: Int64s
    versions: Int64s

    @classmethod
    def of(cls, ordinals: Ordinals, rows: Ordinals, effective: Int64s, versions: Int64s) -> "_First":
        """Of these profiles, among rows of them."""
        order = np.lexsort((versions, effective, rows))
        found, first = np.unique(rows[order], return_index=True)
        places = np.searchsorted(ordinals, found)
        every = cls(ordinals, np.full(len(ordinals), _NEVER), np.full(len(ordinals), _NEVER))
        every.effective[places], every.versions[places] = effective[order][first], versions[order][first]
        return every

    def at(self, ordinals: Ordinals) -> tuple[Int64s, Int64s]:
        """Of each of some of the profiles, in any order."""
        places = np.searchsorted(self.ordinals, ordinals)
        return self.effective[places], self.versions[places]


@dataclass(frozen=True, slots=True)
class Rivals:
    """The tags of a workspace, before a changeset."""

    tags: Mapping[int, TagIndex]
    catalogue: Catalogue
    credited: Callable[[int, int], int]
    """The code of whoever set a state, as a credit, from its version and its own credit code."""

    def implied(self, changes: TagChanges) -> dict[int, Implied]:
        """By tag, what the rows of the changeset imply: for tags of exclusive groups that the profiles have had, or get."""
        numbers = np.unique(changes.numbers).tolist()
        groups: dict[int, list[int]] = {}
        for number in numbers:
            group = self.catalogue.exclusive_group(number)
            if group is not None:
                groups.setdefault(group, []).append(number)
        found: dict[int, Implied] = {}
        for group, changed in groups.items():
            here = np.flatnonzero(np.isin(changes.numbers, changed))
            used = [number for number in self.catalogue.members(group) if number in self.tags or number in changed]
            for number in used:
                implied = self._of(number, used, here, changes)
                if len(implied.places):
                    found[number] = implied
        return found

    def _of(self, number: int, used: Sequence[int], here: Int64s, changes: TagChanges) -> Implied:
        """`used`: the tags of the group that anybody has had, or gets; `here`: the rows of the group."""
        own, others = here[changes.numbers[here] == number], here[(changes.numbers[here] != number) & changes.applied[here]]
        ordinals = bitmaps.distinct(np.concatenate([changes.ordinals[own], changes.ordinals[others]]))
        before = _first_of(ordinals, self._own(number, ordinals))
        now = _First.of(ordinals, changes.ordinals[own], changes.effective[own], np.zeros(len(own), np.int64))
        at = changes.effective[others]
        earlier, (new, _) = before.at(changes.ordinals[others])[0], now.at(changes.ordinals[others])
        kept = others[np.minimum(earlier, new) <= at]
        rivals = [rival for rival in used if rival != number and rival in self.tags]
        parts = [self._applied_before(number, rivals, bitmaps.distinct(changes.ordinals[own]), before, now)] if len(own) else []
        credits = np.zeros(len(kept), np.int32) if changes.credits is None else changes.credits[kept]
        parts.append(Implied(changes.ordinals[kept], changes.effective[kept], credits, kept))
        return Implied(*(np.concatenate([getattr(part, name) for part in parts]) for name in Implied.__slots__))

    def _own(self, number: int, ordinals: Ordinals) -> Changes:
        """What was sent of the tag for these profiles."""
        history = self.tags[number].history if number in self.tags else History()
        return history.own(ordinals, len(history))[0]

    def _applied_before(self, number: int, rivals: Sequence[int], profiles: Ordinals, before: _First, now: _First) -> Implied:
        """Applies of other tags that were recorded before: those behind a new row that were behind no row of the tag so far."""
        mine = self._own(number, profiles)
        parts: list[tuple[Ordinals, Int64s, Int64s, Codes]] = []
        for rival in rivals:
            history = self.tags[rival].history
            rows, credits = history.own(profiles, len(history))
            (new, _), (earlier, recorded) = now.at(rows.ordinals), before.at(rows.ordinals)
            versions = rows.versions.astype(np.int64)
            was_behind = (earlier < rows.effective) | ((earlier == rows.effective) & (recorded <= versions))
            # A row of the tag at the same instant that came after the apply has the last word there.
            at = mine.deciding(rows.ordinals, rows.effective)
            answered = np.append(mine.effective, _NEVER)[at] == rows.effective
            answered &= np.append(mine.versions.astype(np.int64), 0)[at] > versions
            picked = (rows.codes != NOTHING) & (new < rows.effective) & ~was_behind & ~answered
            parts.append((rows.ordinals[picked], rows.effective[picked], versions[picked], credits[picked]))
        columns = [np.concatenate(column) for column in zip(*parts, strict=True)] if parts else []
        if not columns or not len(columns[0]):
            none = np.empty(0, np.int64)
            return Implied(np.empty(0, np.uint32), none, np.empty(0, np.int32), none)
        of, effective, versions, credits = (column[np.argsort(columns[2], kind="stable")] for column in columns)
        pairs, which = np.unique(np.stack([versions, credits.astype(np.int64)]), axis=1, return_inverse=True)
        codes = np.asarray([self.credited(version, credit) for version, credit in pairs.T.tolist()], np.int32)
        return Implied(of, effective, codes[which.reshape(-1)], np.full(len(of), _BEFORE_ALL, np.int64))


def _first_of(ordinals: Ordinals, rows: Changes) -> _First:
    return _First.of(ordinals, rows.ordinals, rows.effective, rows.versions.astype(np.int64))
