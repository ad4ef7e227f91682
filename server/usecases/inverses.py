"""What an undo has to record of one tag or trait, or of the tags of an exclusive group: at each instant, what held there
without the changeset. Arrays, not rows: there may be millions.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt

from projections.index.bitmaps import Ordinals
from projections.index.history import NOTHING, Changes, Codes, Flags, History, Int64s

_NEVER = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True)
class Inverse:
    """One entry a profile and instant."""

    ordinals: Ordinals
    effective: Int64s
    codes: Codes
    versions: Int64s
    """Who set what is brought back; 0 where there was nothing."""
    credits: Codes
    changed: Flags
    """Which of them set another state than the changeset did."""
    conflicts: Ordinals

    def __len__(self) -> int:
        return len(self.ordinals)


def inverse_of(history: History, end: int, undone: int, ordinals: Ordinals, effective: Int64s) -> Inverse:
    """Of the rows of version `undone`, as the history stands at version `end`."""
    ordinals, effective = _pairs(ordinals, effective)
    visible = history.visible(end)
    places = history.places_of(np.unique(ordinals), len(visible))
    rows, credits = visible.picked(places), history.credits(len(visible))
    own = rows.picked(rows.versions == undone)
    is_other = rows.versions != undone
    others, places = rows.picked(is_other), places[is_other]
    newer = others.versions > undone
    found = others.deciding(ordinals, effective)
    # What was recorded since for the same instant is the last there: it decides already.
    stands = (found >= 0) & newer[found] & (others.effective[found] == effective) if len(others) else found >= 0
    kept = ~stands
    ordinals, effective, found = ordinals[kept], effective[kept], found[kept]
    codes = others.codes_of(found)
    versions = np.append(others.versions.astype(np.int64), 0)[found]
    credited = np.zeros(len(found), np.int32) if credits is None else np.append(credits[places], np.int32(0))[found]
    changed = codes != own.codes_of(own.deciding(ordinals, effective))
    return Inverse(ordinals, effective, codes, versions, credited, changed, np.unique(others.ordinals[newer]))


def _pairs(ordinals: Ordinals, effective: Int64s) -> tuple[Ordinals, Int64s]:
    """Each profile and instant once, ascending."""
    order = np.lexsort((effective, ordinals))
    ordinals, effective = ordinals[order], effective[order]
    new = np.ones(len(ordinals), np.bool_)
    new[1:] = (ordinals[1:] != ordinals[:-1]) | (effective[1:] != effective[:-1])
    return ordinals[new], effective[new]


# --- exclusive groups -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UndoneRows:
    """The rows of the changeset that concern the group."""

    numbers: Int64s
    ordinals: Ordinals
    effective: Int64s
    applied: Flags


@dataclass(frozen=True, slots=True)
class _Sent:
    """What was sent of a tag, for the profiles concerned, without the changeset that is undone."""

    rows: Changes
    credits: Codes
    undone: Changes


def inverses_of_rivals(histories: Mapping[int, History], end: int, undone: int, changes: UndoneRows) -> dict[int, Inverse]:
    """By tag. Where the changeset applied one, another may be brought back that was carried until then.

    A tag is carried at an instant if its own last change says so and no other tag of the group was applied after it.
    """
    sent = {number: _sent(history, end, undone, np.unique(changes.ordinals)) for number, history in histories.items()}
    applies = _applies(sent)
    newer = [one.rows.ordinals[one.rows.versions > undone] for one in sent.values()]
    conflicts = np.unique(np.concatenate(newer))
    ordinals, effective = _pairs(changes.ordinals, changes.effective)
    applied = _among(ordinals, effective, changes.ordinals[changes.applied], changes.effective[changes.applied])
    states, kept = {}, {}
    for number, one in sent.items():
        state = states[number] = _state(number, one, applies, ordinals, effective)
        own = changes.numbers == number
        mine = _among(ordinals, effective, changes.ordinals[own], changes.effective[own])
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
        changed = ~lost & (state.codes != one.undone.codes_of(one.undone.deciding(ordinals, effective)))
        found[number] = Inverse(
            ordinals[here],
            effective[here],
            state.codes[here],
            state.versions[here],
            state.credits[here],
            changed[here],
            conflicts,
        )
    return found


@dataclass(frozen=True, slots=True)
class _Applies:
    """Of all tags of the group, in order of recording."""

    rows: Changes
    tags: Int64s
    credits: Codes


@dataclass(frozen=True, slots=True)
class _State:
    """Of one tag, at each of some profiles and instants: what holds there, and who set it, when."""

    codes: Codes
    effective: Int64s
    versions: Int64s
    """0 where nothing was ever sent."""
    credits: Codes
    sent_effective: Int64s
    """Of the last change that was sent of the tag itself."""
    sent_versions: Int64s


def _state(number: int, sent: _Sent, applies: _Applies, ordinals: Ordinals, effective: Int64s) -> _State:
    last, decides = applies.rows.deciding(ordinals, effective), sent.rows.deciding(ordinals, effective)
    codes = sent.rows.codes_of(decides)
    since, until = (np.append(rows.effective, _NEVER)[at] for rows, at in ((applies.rows, last), (sent.rows, decides)))
    applied_in, sent_in = _versions_of(applies.rows, last), _versions_of(sent.rows, decides)
    by_other = (np.append(applies.tags, number)[last] != number) & (decides >= 0)
    taken = by_other & ((since > until) | ((since == until) & (applied_in > sent_in)))
    return _State(
        np.where(taken, NOTHING, codes).astype(np.int32),
        np.where(taken, since, until),
        np.where(taken, applied_in, sent_in),
        np.where(taken, np.append(applies.credits, 0)[last], np.append(sent.credits, 0)[decides]).astype(np.int32),
        until,
        sent_in,
    )


def _sent(history: History, end: int, undone: int, profiles: Ordinals) -> _Sent:
    rows, credits = history.own(profiles, history.count(end))
    other = rows.versions != undone
    return _Sent(rows.picked(other), credits[other], rows.picked(~other))


def _applies(sent: Mapping[int, _Sent]) -> _Applies:
    applied = {number: one.rows.codes != NOTHING for number, one in sent.items()}
    rows = [one.rows.picked(applied[number]) for number, one in sent.items()]
    tags = np.repeat(np.asarray(list(sent), np.int64), [len(one) for one in rows])
    credits = np.concatenate([one.credits[applied[number]] for number, one in sent.items()])
    everything = reduce(Changes.followed_by, rows)
    order = np.argsort(everything.versions, kind="stable")
    return _Applies(everything.picked(order), tags[order], credits[order])


def _versions_of(rows: Changes, places: Int64s) -> Int64s:
    """Of the rows at these places; 0 at place -1."""
    return np.append(rows.versions.astype(np.int64), 0)[places]


def _among(ordinals: Ordinals, effective: Int64s, some_ordinals: Ordinals, some_effective: Int64s) -> npt.NDArray[np.bool_]:
    """Which of the pairs are among some of them."""
    every = np.unique(effective)
    keys, wanted = (
        of.astype(np.int64) * (len(every) + 1) + np.searchsorted(every, at)
        for of, at in ((ordinals, effective), (some_ordinals, some_effective))
    )
    return np.isin(keys, wanted)
