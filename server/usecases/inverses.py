"""What an undo has to record of a subject - a tag, a trait - or of several that exclude each other: at each instant, what held
there without the changeset. Arrays, not rows: there may be millions.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import reduce

import numpy as np

from domain.changeset import NEVER
from projections.index import bitmaps
from projections.index.bitmaps import Ordinals
from projections.index.history import NOTHING, Changes, Codes, Flags, History, Int64s
from projections.index.ordering import UInt32s

_NEVER = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True)
class Inverse:
    """One entry a profile and instant."""

    ordinals: Ordinals
    effective: Int64s
    codes: Codes
    lapses: Int64s
    """When what is brought back lapses."""
    versions: Int64s
    """Who set what is brought back; 0 where there was nothing."""
    credits: Codes
    changed: Flags
    """Which of them set another state than the changeset did."""
    own: Flags
    """Which of them are at instants of the changeset's rows: the others, of what a later undo brought back."""
    conflicts: Ordinals

    def __len__(self) -> int:
        return len(self.ordinals)


def pairs_of(ordinals: Ordinals, effective: Int64s) -> tuple[Ordinals, Int64s]:
    """Each profile and instant once, ascending."""
    order = np.lexsort((effective, ordinals))
    ordinals, effective = ordinals[order], effective[order]
    new = np.ones(len(ordinals), np.bool_)
    new[1:] = (ordinals[1:] != ordinals[:-1]) | (effective[1:] != effective[:-1])
    return ordinals[new], effective[new]


@dataclass(frozen=True, slots=True)
class UndoneRows:
    """Rows of the changeset."""

    subjects: Int64s
    """Numbers of tags, or of traits."""
    ordinals: Ordinals
    effective: Int64s
    applied: Flags

    def of(self, wanted: Flags) -> "UndoneRows":
        """Some of them."""
        return UndoneRows(self.subjects[wanted], self.ordinals[wanted], self.effective[wanted], self.applied[wanted])

    def with_gone(self, sent: Mapping[int, "_Sent"]) -> "UndoneRows":
        """And the rows that count as never recorded: what they say at their instants came of the changeset as well."""
        rows = [one.gone for one in sent.values()]
        subjects = np.repeat(np.asarray(list(sent), np.int64), [len(one) for one in rows])
        return UndoneRows(
            np.concatenate([self.subjects, subjects]),
            np.concatenate([self.ordinals, *(one.ordinals for one in rows)]),
            np.concatenate([self.effective, *(one.effective for one in rows)]),
            np.concatenate([self.applied, *(one.codes != NOTHING for one in rows)]),
        )


@dataclass(frozen=True, slots=True)
class _Sent:
    """What was sent of a subject, for the profiles concerned, without the changeset that is undone."""

    rows: Changes
    credits: Codes
    undone: Changes
    gone: Changes
    """What counts as never recorded."""


def inverses_of(
    histories: Mapping[int, History], end: int, undone: int, taken_back: Collection[int], changes: UndoneRows
) -> dict[int, Inverse]:
    """By subject. Of several, which exclude each other, one may be brought back that was carried until another was applied.

    `taken_back`: later versions that count as never recorded, because one of them took the other back.

    A subject is carried at an instant if its own last change says so and no other one was applied after that.
    """
    profiles, gone = bitmaps.distinct(changes.ordinals), np.asarray(sorted(taken_back), np.uint32)
    sent = {number: _sent(history, end, undone, gone, profiles) for number, history in histories.items()}
    applies = _applies(sent)
    newer = [one.rows.ordinals[one.rows.versions > undone] for one in sent.values()]
    conflicts = bitmaps.distinct(np.concatenate(newer))
    count = len(changes.ordinals)
    changes = changes.with_gone(sent)
    ordinals, effective = pairs_of(changes.ordinals, changes.effective)
    own = _among(ordinals, effective, changes, np.arange(len(changes.ordinals)) < count)
    applied = _among(ordinals, effective, changes, changes.applied)
    states, kept = {}, {}
    for number, one in sent.items():
        state = states[number] = _state(one, applies.without(number), ordinals, effective)
        mine = _among(ordinals, effective, changes, changes.subjects == number)
        # What was recorded since for the same instant is the last there: it decides already.
        stands = (state.sent_versions > undone) & (state.sent_effective == effective)
        kept[number] = ~stands & (mine | (applied & (state.codes != NOTHING)))
    touched = np.any(list(kept.values()), axis=0)
    found = {}
    for number, one in sent.items():
        state = states[number]
        # What is applied, by the changeset or here, takes the others away there: of those that were lost anyway it is told how.
        lost = touched & ~kept[number] & (state.codes == NOTHING) & (state.effective == effective)
        here = kept[number] | lost
        codes, lapses = one.undone.states_of(one.undone.deciding(ordinals, effective), effective)
        changed = own & ~lost & ((state.codes != codes) | (state.lapses != lapses))
        found[number] = Inverse(
            ordinals[here],
            effective[here],
            state.codes[here],
            state.lapses[here],
            state.versions[here],
            state.credits[here],
            changed[here],
            own[here],
            conflicts,
        )
    return found


@dataclass(frozen=True, slots=True)
class _Applies:
    """Of several subjects, in order of recording."""

    rows: Changes
    subjects: Int64s
    credits: Codes

    def without(self, subject: int) -> "_Applies":
        """Those of the others."""
        others = np.flatnonzero(self.subjects != subject)
        return _Applies(self.rows.picked(others), self.subjects[others], self.credits[others])


@dataclass(frozen=True, slots=True)
class _State:
    """Of one subject, at each of some profiles and instants: what holds there, and who set it, when."""

    codes: Codes
    lapses: Int64s
    effective: Int64s
    versions: Int64s
    """0 where nothing was ever sent."""
    credits: Codes
    sent_effective: Int64s
    """Of the last change that was sent of the subject itself."""
    sent_versions: Int64s


def _state(sent: _Sent, others: _Applies, ordinals: Ordinals, effective: Int64s) -> _State:
    """`others`: the applies that take the subject away."""
    last, decides = others.rows.deciding(ordinals, effective), sent.rows.deciding(ordinals, effective)
    since, until = (np.append(rows.effective, _NEVER)[at] for rows, at in ((others.rows, last), (sent.rows, decides)))
    applied_in, sent_in = _versions_of(others.rows, last), _versions_of(sent.rows, decides)
    taken = (last >= 0) & (decides >= 0) & ((since > until) | ((since == until) & (applied_in > sent_in)))
    codes, lapses = sent.rows.states_of(decides, effective)
    return _State(
        np.where(taken, NOTHING, codes).astype(np.int32),
        np.where(taken, NEVER, lapses),
        np.where(taken, since, until),
        np.where(taken, applied_in, sent_in),
        np.where(taken, np.append(others.credits, 0)[last], np.append(sent.credits, 0)[decides]).astype(np.int32),
        until,
        sent_in,
    )


def _sent(history: History, end: int, undone: int, gone: UInt32s, profiles: Ordinals) -> _Sent:
    rows, credits = history.own(profiles, history.count(end))
    mine, never = rows.versions == undone, np.isin(rows.versions, gone)
    other = ~(mine | never)
    return _Sent(rows.picked(other), credits[other], rows.picked(mine), rows.picked(never))


def _applies(sent: Mapping[int, _Sent]) -> _Applies:
    applied = {number: one.rows.codes != NOTHING for number, one in sent.items()}
    rows = [one.rows.picked(applied[number]) for number, one in sent.items()]
    subjects = np.repeat(np.asarray(list(sent), np.int64), [len(one) for one in rows])
    credits = np.concatenate([one.credits[applied[number]] for number, one in sent.items()])
    everything = reduce(Changes.followed_by, rows)
    order = np.argsort(everything.versions, kind="stable")
    return _Applies(everything.picked(order), subjects[order], credits[order])


def _versions_of(rows: Changes, places: Int64s) -> Int64s:
    """Of the rows at these places; 0 at place -1."""
    return np.append(rows.versions.astype(np.int64), 0)[places]


def _among(ordinals: Ordinals, effective: Int64s, changes: UndoneRows, wanted: Flags) -> Flags:
    """Which of the pairs, which are those of the rows, are of wanted ones."""
    if wanted.all() or not wanted.any():
        return np.full(len(ordinals), bool(wanted.any()))
    every = np.unique(effective)
    keys, found = (
        of.astype(np.int64) * (len(every) + 1) + np.searchsorted(every, at)
        for of, at in ((ordinals, effective), (changes.ordinals[wanted], changes.effective[wanted]))
    )
    return np.isin(keys, found)
