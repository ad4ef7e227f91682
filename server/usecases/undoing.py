"""Takes a changeset back: its inverse sets, at the same instants, what would hold there without it.

A state that is brought back is credited to whoever had set it, so that afterwards every answer is as if the changeset had never
been recorded. Two things stay: what was changed at the same instant since wins, and a profile that was first seen through the
changeset has been seen. What was changed at other instants since keeps what it says, and is told as a conflict.
"""

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from domain.changeset import Changeset, Credit, InteractionColumns, Outcome, RetractedColumns, TagColumns, TraitColumns
from domain.errors import NotUndoable
from projections.index import bitmaps
from projections.index.history import NOTHING, Codes, History
from projections.index.workspace_index import WorkspaceIndex
from server.usecases.correcting import corrections_back
from server.usecases.drafts import UndoDraft
from server.usecases.inverses import Inverse, UndoneRows, inverses_of
from server.usecases.state import WorkspaceState

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class DecidedUndo:
    """The columns of the inverse, what its reply says, whose state changes, and whose later changes stay."""

    tags: TagColumns | None
    traits: TraitColumns | None
    retracted: RetractedColumns | None
    restored: InteractionColumns | None
    outcome: Outcome
    changed: BitMap
    conflicts: BitMap


def decide_undo(state: WorkspaceState, draft: UndoDraft) -> DecidedUndo:
    """Raises NotUndoable."""
    index = state.index
    _refuse_others(draft.undone)
    tags, traits = _inverses_of_tags(index, draft), _inverses_of_traits(index, draft)
    inverses = [*tags.values(), *traits.values()]
    rows, count = sum(map(len, inverses)), sum(int(np.count_nonzero(one.changed)) for one in inverses)
    changed = bitmaps.union([bitmaps.from_ordinals(one.ordinals[one.changed]) for one in inverses])
    conflicts = bitmaps.union([bitmaps.from_ascending(one.conflicts) for one in inverses])
    already = 0
    corrections = corrections_back(state.interaction_ids, draft)
    if corrections:
        rows, count, already = rows + corrections.count, count + corrections.count, corrections.already_so
        changed, conflicts = changed | corrections.changed, conflicts | corrections.conflicts
    if not rows:
        raise _nothing_left(index, draft)
    outcome = Outcome(changed=count, already_so=rows - count + already, conflicts=len(conflicts))
    return DecidedUndo(
        _tag_columns(index, tags),
        _trait_columns(index, traits),
        corrections.retracted if corrections else None,
        corrections.restored if corrections else None,
        outcome,
        changed,
        conflicts,
    )


def _nothing_left(index: WorkspaceIndex, draft: UndoDraft) -> NotUndoable:
    undone = draft.undone
    told = (
        f"nothing of changeset {undone.changeset_id} (position {index.position_of(undone.version)}) is left to take back: it "
        "changed none of these profiles, or all that it changed was changed at the same instants, or corrected, since"
    )
    by = index.undone.get(undone.version)
    if by:
        told += f"; changeset {by[-1]} took it back: to have it again, undo that one"
    return NotUndoable(told, metadata={"changeset_id": undone.changeset_id})


def _refuse_others(undone: Changeset) -> None:
    others = {"a change of the catalogue": undone.catalogue, "an upload of a list": undone.listed}
    found = [what for what, columns in others.items() if columns]
    if found:
        raise NotUndoable(
            f"changeset {undone.changeset_id} has {' and '.join(found)}, which cannot be taken back; "
            "tags, traits and interactions can. Rename, retire or restore what is in the catalogue; upload the list as it was",
            metadata={"changeset_id": undone.changeset_id},
        )


def _wanted(draft: UndoDraft, columns: TagColumns | TraitColumns) -> npt.NDArray[np.bool_]:
    """Which of the rows are of somebody for whom it is taken back."""
    rows = np.asarray(columns.ordinals, np.uint32)
    return np.ones(len(rows), np.bool_) if draft.members is None else bitmaps.among(rows, bitmaps.to_ordinals(draft.members))


def _inverses_of_tags(index: WorkspaceIndex, draft: UndoDraft) -> dict[int, Inverse]:
    columns = draft.undone.tags
    if columns is None:
        return {}
    rows = UndoneRows(
        np.asarray(columns.tags, np.int64),
        np.asarray(columns.ordinals, np.uint32),
        np.asarray(columns.effective_at, np.int64),
        np.asarray(columns.applied, np.bool_),
    ).of(_wanted(draft, columns))
    found: dict[int, Inverse] = {}
    for rivals in sorted({tuple(sorted((tag, *index.catalogue.rivals(tag)))) for tag in np.unique(rows.subjects).tolist()}):
        histories = {tag: index.tags[tag].history for tag in rivals if tag in index.tags}
        found |= _inverses(index, draft, histories, rows)
    return found


def _inverses_of_traits(index: WorkspaceIndex, draft: UndoDraft) -> dict[str, Inverse]:
    columns = draft.undone.traits
    if columns is None:
        return {}
    rows = UndoneRows(
        np.asarray(columns.index, np.int64),
        np.asarray(columns.ordinals, np.uint32),
        np.asarray(columns.effective_at, np.int64),
        np.ones(len(columns.ordinals), np.bool_),
    ).of(_wanted(draft, columns))
    return {name: _inverses(index, draft, {k: index.traits[name].history}, rows)[k] for k, name in enumerate(columns.names)}


def _inverses(
    index: WorkspaceIndex, draft: UndoDraft, histories: Mapping[int, History], rows: UndoneRows
) -> dict[int, Inverse]:
    concerned = rows.of(np.isin(rows.subjects, list(histories)))
    return inverses_of(histories, index.clock().version, draft.undone.version, concerned)


def _tag_columns(index: WorkspaceIndex, inverses: dict[int, Inverse]) -> TagColumns | None:
    found = {number: one for number, one in inverses.items() if len(one)}
    if not found:
        return None
    parts = list(found.values())
    codes = np.concatenate([one.codes for one in parts])
    # First what is brought back: in an exclusive group that takes the others away, and who did so there comes after it.
    order = np.argsort(codes == NOTHING, kind="stable")
    values = [value for number, one in found.items() for value in _values(one.codes, index.tags[number].value_of)]
    credits, credit_index = _credits(index, parts)
    numbers = np.repeat(np.asarray(list(found), np.uint32), [len(one) for one in parts])
    return TagColumns(
        ordinals=array("I", np.concatenate([one.ordinals for one in parts])[order].tobytes()),
        tags=array("I", numbers[order].tobytes()),
        applied=(codes != NOTHING)[order].tolist(),
        effective_at=array("q", np.concatenate([one.effective for one in parts])[order].tobytes()),
        values=[values[place] for place in order.tolist()] if any(value is not None for value in values) else (),
        expiries=(),
        already_so=(),
        credits=credits,
        credit_index=array("I", credit_index[order].tobytes()),
    )


def _credits(index: WorkspaceIndex, parts: Sequence[Inverse]) -> tuple[list[Credit], npt.NDArray[np.uint32]]:
    """The dictionary and the column. Few changesets set what many rows bring back."""
    versions, credited = (np.concatenate([getattr(one, name) for one in parts]) for name in ("versions", "credits"))
    pairs, which = np.unique(np.stack([versions, credited.astype(np.int64)]), axis=1, return_inverse=True)
    named = [index.credit_of(version, credit) if version else None for version, credit in pairs.T.tolist()]
    distinct = list(dict.fromkeys(credit for credit in named if credit is not None))
    codes = np.asarray([0 if credit is None else 1 + distinct.index(credit) for credit in named], np.uint32)
    return distinct, codes[which.reshape(-1)]


def _values(codes: Codes, value_of: Callable[[int], _Value]) -> list[_Value]:
    """The values of codes, each looked up once."""
    distinct, which = np.unique(codes, return_inverse=True)
    values = [value_of(code) for code in distinct.tolist()]
    return [values[k] for k in which.tolist()]


def _trait_columns(index: WorkspaceIndex, inverses: dict[str, Inverse]) -> TraitColumns | None:
    found = {name: one for name, one in inverses.items() if len(one)}
    if not found:
        return None
    parts = list(found.values())
    traits = [index.traits[name] for name in found]
    return TraitColumns(
        ordinals=array("I", np.concatenate([one.ordinals for one in parts]).tobytes()),
        names=list(found),
        types=[trait.kind for trait in traits],
        index=array("I", np.repeat(np.arange(len(parts), dtype=np.uint32), [len(one) for one in parts]).tobytes()),
        effective_at=array("q", np.concatenate([one.effective for one in parts]).tobytes()),
        values=[value for trait, one in zip(traits, parts, strict=True) for value in _values(one.codes, trait.value_of)],
    )
