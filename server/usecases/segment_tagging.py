"""Decides a change of one tag for everyone of a segment: columns, not rows, for there may be millions."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from domain.changeset import NEVER, Outcome, TagColumns
from domain.errors import LimitExceeded
from domain.limits import MAX_TAGGED_PROFILES
from projections.index import bitmaps
from projections.index.bitmaps import Ordinals
from projections.index.tag_index import TagIndex
from projections.index.workspace_index import WorkspaceIndex
from server.usecases.drafts import TagSegmentDraft
from server.usecases.tag_decisions import asked_instants, lapse, refuse_ended, stored_value, tag_numbers

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class DecidedTagging:
    """The columns of the changeset, None for a segment without members; what its reply says; and whose state changes."""

    tags: TagColumns | None
    outcome: Outcome
    changed: BitMap


def decide_tagging(index: WorkspaceIndex, draft: TagSegmentDraft, now: int) -> DecidedTagging:
    """Raises UnknownTag, TagRetired, InvalidField, LimitExceeded. `now`: the moment of recording."""
    (number,) = tag_numbers(index.catalogue, [draft], "tag")
    value = stored_value(index.catalogue, draft, number)
    refuse_ended([draft], now, "expires_at_us")
    ordinals = bitmaps.to_ordinals(draft.members - index.erased.now)  # who was erased since they were found
    LimitExceeded.refuse(
        "tagged profiles",
        field="segment",
        maximum=MAX_TAGGED_PROFILES,
        actual=len(ordinals),
        remedy='tag a part of it, such as `sample 10% by "1"`, and then those who are not tagged yet',
    )
    effective = now if draft.effective_at is None else draft.effective_at
    lapses_at = lapse(index.catalogue.tags[number], draft, effective)
    already = _already_so(index, number, draft, value, lapses_at, ordinals, effective)
    changed = bitmaps.from_ascending(ordinals[~already])
    outcome = Outcome(changed=len(changed), already_so=len(ordinals) - len(changed))
    if not len(ordinals):
        return DecidedTagging(None, outcome, changed)
    instants = [(effective, draft.applied)] + ([] if draft.expires_at is None else [(draft.expires_at, False)])
    count, parts = len(ordinals), len(instants)
    columns = TagColumns(
        ordinals=array("I", np.tile(ordinals, parts).tobytes()),
        tags=array("I", [number]) * (count * parts),
        applied=_repeated([applied for _, applied in instants], count),
        effective_at=array("q", np.repeat(np.asarray([at for at, _ in instants], np.int64), count).tobytes()),
        values=() if value is None else _repeated([value, *[None] * (parts - 1)], count),
        expiries=() if parts == 1 else _repeated([False, True], count),
        already_so=[*already.tolist(), *_repeated([False] * (parts - 1), count)] if already.any() else (),
        lapses_at=() if lapses_at == NEVER else array("q", [lapses_at]) * count,
    )
    return DecidedTagging(columns, outcome, changed)


def _repeated(values: Sequence[_T], count: int) -> list[_T]:
    return [value for value in values for _ in range(count)]


def _already_so(
    index: WorkspaceIndex,
    number: int,
    draft: TagSegmentDraft,
    value: float | None,
    lapses_at: int,
    ordinals: Ordinals,
    effective: int,
) -> npt.NDArray[np.bool_]:
    """Who has the tag as asked at every instant that the change speaks of."""
    tag, version = index.tags.get(number), index.clock().version
    if tag is None:
        return np.full(len(ordinals), not draft.applied)
    already = np.ones(len(ordinals), np.bool_)
    persons = index.persons.at(version).lifted(ordinals) if len(index.persons) else None
    for instant, held in asked_instants(draft.applied, effective, draft.expires_at):
        codes = tag.held_codes(instant, version)
        for asked in (ordinals,) if persons is None else (ordinals, persons.astype(np.uint32)):
            found = np.zeros(len(ordinals), np.int32)
            known = asked < len(codes)
            found[known] = codes[asked[known]]
            already &= found == tag.code_of(held, value)
            if draft.applied and draft.expires_at is None:
                already[already] = _lapse_at(tag, version, asked[already], instant, lapses_at)
    return already


def _lapse_at(tag: TagIndex, version: int, ordinals: Ordinals, instant: int, lapses_at: int) -> npt.NDArray[np.bool_]:
    """Which of these, who carry it at an instant, do so until another one; NEVER for ever."""
    if not tag.history.lapsing:
        return np.full(len(ordinals), lapses_at == NEVER)
    rows = tag.history.visible(version)
    so = bitmaps.among(
        ordinals, bitmaps.distinct(rows.ordinals[rows.lapsing() == lapses_at])
    )  # nobody, where it is given each night
    _, until = tag.history.states_at(version, ordinals[so], np.full(np.count_nonzero(so), instant))
    so[so] = until == lapses_at
    return so
