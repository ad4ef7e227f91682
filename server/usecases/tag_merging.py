"""Decides a merge: what the tag that stays has to record, so that whoever carried the other one carries it too, at any instant.

At each instant a profile then carries it with the value that it had anyway, or else with that of the other tag. A state that
comes from the other tag is credited to whoever set it there. What it carried anyway lapses when the later of the two does: were
the other one's state to begin where its own lapses, a renewal that comes after the merge would end there. Rows are written only
where the tag that stays would say something else by itself: a profile that carried it all along gets none. Arrays, not rows:
there may be millions.
"""

from array import array
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from domain.catalogue_changes import TagMerged, Valued
from domain.changeset import NEVER, Outcome, TagColumns
from domain.errors import LimitExceeded, NotMergeable
from domain.errors import TagRetired as RetiredError
from domain.limits import MAX_MERGED_CHANGES
from domain.tag_catalogue import Catalogue, TagEntry
from projections.index import bitmaps
from projections.index.bitmaps import Ordinals
from projections.index.history import NOTHING, Changes, Codes, History, Int64s
from projections.index.workspace_index import WorkspaceIndex
from server.usecases.catalogue_commands import own_tag
from server.usecases.crediting import credited, values_of
from server.usecases.drafts import MergeDraft
from server.usecases.inverses import pairs_of

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class DecidedMerge:
    """The changes of the changeset, what its reply says, and who carries the tag that stays where they did not."""

    made: TagMerged
    tags: TagColumns | None
    outcome: Outcome
    changed: BitMap


def decide_merge(index: WorkspaceIndex, draft: MergeDraft, version: int) -> DecidedMerge:
    """By what the index knew at a version. Raises UnknownTag, TagMerged, TagRetired, NotMergeable, LimitExceeded."""
    catalogue = index.catalogue
    tag, into = own_tag(catalogue, draft.key), own_tag(catalogue, draft.into)
    _refuse_unlike(catalogue, tag, into)
    made = TagMerged(tag.number, into.number)
    if tag.number not in index.tags:
        return DecidedMerge(made, None, Outcome(), BitMap())
    history = index.tags[tag.number].history.up_to(version)
    profiles = bitmaps.distinct(history.first(len(history)).ordinals)
    nobodys = index.erased.at(version) | index.persons.everyone  # what is recorded for a person is recorded for profiles
    profiles = profiles[~bitmaps.among(profiles, bitmaps.to_ordinals(nobodys))]
    own = index.tags[into.number].history.up_to(version) if into.number in index.tags else History()
    rows = _merged(history, own, profiles)
    changed = bitmaps.from_ordinals(rows.ordinals)
    outcome = Outcome(changed=len(changed), already_so=len(profiles) - len(changed))
    return DecidedMerge(made, _columns(index, tag, into, rows), outcome, changed)


def _refuse_unlike(catalogue: Catalogue, tag: TagEntry, into: TagEntry) -> None:
    key, into_key = catalogue.key(tag.number), catalogue.key(into.number)
    if tag.number == into.number:
        raise NotMergeable(f"{key!r} cannot be merged into itself; name two tags")
    if into.retired:
        told = f"tag {into_key!r} is retired, and nothing can be merged into it; restore it first (RestoreTag, tagledger"
        raise RetiredError(f"{told} catalogue restore-tag), or merge it into {key!r}")
    if tag.opt_out or into.opt_out:
        raise NotMergeable(
            f"of {key!r} and {into_key!r} one opts out of segments whoever carries it, which a merge would change for others; "
            "let it opt nobody out first (ChangeTag, tagledger catalogue change-tag --no-opt-out)"
        )
    groups = {catalogue.exclusive_group(one.number) for one in (tag, into)}
    if len(groups) > 1:
        raise NotMergeable(
            f"of {key!r} and {into_key!r} one is of an exclusive group of which the other is not, so that what takes one away "
            "leaves the other; merge tags of the same group"
        )
    spelled = tag.values.spelled or into.values.spelled
    if spelled and (tag.values.valued, tag.values.choices) != (into.values.valued, into.values.choices):
        raise NotMergeable(
            f"the values of {key!r} and {into_key!r} are not alike: choices and dates can only be merged with the same ones; "
            "add the missing choices first (ChangeTag, tagledger catalogue change-tag)"
        )
    if into.values.valued is Valued.NUMBER and tag.values.valued is not Valued.NUMBER:
        raise NotMergeable(
            f"{into_key!r} always has a number, and {key!r} need not have one; change the values of one of them first "
            "(ChangeTag, tagledger catalogue change-tag)"
        )


@dataclass(frozen=True, slots=True)
class _Rows:
    """What is to be recorded of the tag that stays, by profile and instant."""

    ordinals: Ordinals
    effective: Int64s
    codes: Codes
    own: Flags
    """Which codes are of the tag that stays: only their lapses come from the other one."""
    lapses: Int64s
    versions: Int64s
    """Who set it there."""
    credits: Codes


def _merged(merged: History, stays: History, profiles: Ordinals) -> _Rows:
    theirs, their_credits = _rows_of(merged, profiles)
    own, own_credits = _rows_of(stays, profiles)
    # Where another tag of an exclusive group took one away, it takes the tag that stays away as well: nothing need be said.
    both = merged.own(profiles, len(merged))[0].followed_by(stays.own(profiles, len(stays))[0])
    LimitExceeded.refuse(
        "merged changes",
        field="key",
        maximum=MAX_MERGED_CHANGES,
        actual=len(both),
        remedy="let segments name both tags (`tagged any of (...)`) instead",
    )
    ordinals, effective = pairs_of(both.ordinals, both.effective)
    from_theirs, from_own = theirs.deciding(ordinals, effective), own.deciding(ordinals, effective)
    (own_codes, own_lapses), (codes, lapses) = own.states_of(from_own, effective), theirs.states_of(from_theirs, effective)
    carried, other = own_codes != NOTHING, codes != NOTHING
    later = carried & other & (lapses > own_lapses)
    # What decides the state that is wanted: a row of its own, one of the other tag, or none. And when it lapses.
    decides = np.where(carried, 1 + from_own, np.where(other, -1 - from_theirs, 0))
    until = np.where(carried & ~later, own_lapses, lapses)
    same = np.zeros(len(ordinals), np.bool_)
    same[1:] = ordinals[1:] == ordinals[:-1]
    held = same & (np.roll(until, 1) > effective)
    as_before = (decides == np.where(held, np.roll(decides, 1), 0)) & (until == np.where(held, np.roll(until, 1), NEVER))
    has_own = np.append(own.effective, NEVER)[from_own] == effective
    wanted = np.where(has_own, ~carried & other | later, ~as_before)
    mine, places = carried[wanted], np.where(carried, from_own, from_theirs)[wanted]
    in_own, in_theirs = np.where(mine, places, -1), np.where(mine, -1, places)
    return _Rows(
        ordinals[wanted],
        effective[wanted],
        np.where(mine, own_codes[wanted], codes[wanted]),
        mine,
        until[wanted],
        np.where(mine, np.append(own.versions, 0)[in_own], np.append(theirs.versions, 0)[in_theirs]).astype(np.int64),
        np.where(mine, np.append(own_credits, 0)[in_own], np.append(their_credits, 0)[in_theirs]).astype(np.int32),
    )


def _rows_of(history: History, profiles: Ordinals) -> tuple[Changes, Codes]:
    """Those of the profiles, and their credits; also those that stand for applies of other tags of an exclusive group."""
    count = len(history)
    places, credits = history.places_of(profiles, count), history.credits(count)
    return history.first(count).picked(places), np.zeros(len(places), np.int32) if credits is None else credits[places]


def _columns(index: WorkspaceIndex, tag: TagEntry, into: TagEntry, rows: _Rows) -> TagColumns | None:
    count = len(rows.ordinals)
    if not count:
        return None
    values: list[float | None] = [None] * count
    for wanted, number in ((~rows.own, tag.number), (rows.own, into.number)):
        if wanted.any() and into.values.valued is not Valued.NONE:
            places = np.flatnonzero(wanted)
            for place, value in zip(places.tolist(), values_of(rows.codes[places], index.tags[number].value_of), strict=True):
                values[place] = value
    credits, credit_index = credited(index, rows.versions, rows.credits)
    return TagColumns(
        ordinals=array("I", rows.ordinals.tobytes()),
        tags=array("I", [into.number]) * count,
        applied=(rows.codes != NOTHING).tolist(),
        effective_at=array("q", rows.effective.tobytes()),
        values=values if any(value is not None for value in values) else (),
        expiries=(),
        already_so=(),
        credits=credits,
        credit_index=array("I", credit_index.tobytes()),
        lapses_at=array("q", rows.lapses.tobytes()) if (rows.lapses != NEVER).any() else (),
    )
