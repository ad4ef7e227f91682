"""Takes a changeset back: its inverse sets, at the same instants, what would hold there without it.

A state that is brought back is credited to whoever had set it, so that afterwards every answer is as if the changeset had never
been recorded. Two things stay: what was changed at the same instant since wins, and a profile that was first seen through the
changeset has been seen. What was changed at other instants since keeps what it says, and is told as a conflict. A later
changeset that was taken back itself is no change: the last one first, any number of them come off as they were laid on.

A merge of tags handed states on that the changesets before it had set. What these set is taken back only after the merge, or it
would stay where it was handed to.
"""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from domain.catalogue_changes import CatalogueChange, GroupDefined, TagDefined, TagMerged, TagRedefined, TagUnmerged
from domain.changeset import (
    NEVER,
    Changeset,
    InteractionColumns,
    LinkColumns,
    Outcome,
    RetractedColumns,
    TagColumns,
    TraitColumns,
)
from domain.errors import LimitExceeded, NotUndoable
from domain.errors import TagMerged as MergedError
from domain.tag_catalogue import Catalogue, TagMerge
from projections.index import bitmaps
from projections.index.history import NOTHING, History
from projections.index.workspace_index import WorkspaceIndex
from server.usecases.correcting import corrections_back
from server.usecases.crediting import credited, values_of
from server.usecases.drafts import MergeDraft, UndoDraft
from server.usecases.inverses import Inverse, UndoneRows, inverses_of
from server.usecases.linking import Pair, linked_columns
from server.usecases.state import WorkspaceState
from server.usecases.tag_merging import decide_merge


@dataclass(frozen=True, slots=True)
class DecidedUndo:
    """The parts of the inverse, what its reply says, whose state changes, and whose later changes stay."""

    catalogue: Sequence[CatalogueChange]
    tags: TagColumns | None
    traits: TraitColumns | None
    retracted: RetractedColumns | None
    restored: InteractionColumns | None
    links: LinkColumns | None
    outcome: Outcome
    changed: BitMap
    conflicts: BitMap


def decide_undo(state: WorkspaceState, draft: UndoDraft) -> DecidedUndo:
    """Raises NotUndoable, TagMerged."""
    index = state.index
    _refuse_others(draft.undone)
    _refuse_before_merges(index.catalogue, draft.undone)
    _refuse_part_of_merge(index.catalogue, draft)
    again = next((change for change in draft.undone.catalogue if isinstance(change, TagUnmerged)), None)
    if again:
        return _merged_again(index, draft, again)
    merges = _merges_back(index.catalogue, draft)
    draft = _but_for_erased(index, draft)
    tags, traits = _inverses_of_tags(index, draft), _inverses_of_traits(index, draft)
    inverses = [*tags.values(), *traits.values()]
    rows, count = (sum(int(np.count_nonzero(getattr(one, name))) for one in inverses) for name in ("own", "changed"))
    changed = bitmaps.union([bitmaps.from_ordinals(one.ordinals[one.changed]) for one in inverses])
    conflicts = bitmaps.union([bitmaps.from_ascending(one.conflicts) for one in inverses])
    already = 0
    corrections = corrections_back(state.interaction_ids, draft, index.undone.since(draft.undone.version))
    if corrections:
        rows, count, already = rows + corrections.count, count + corrections.count, corrections.already_so
        changed, conflicts = changed | corrections.changed, conflicts | corrections.conflicts
    links, later = _links_back(index, draft)
    if draft.undone.links:
        pairs = len(links.firsts) if links else 0
        rows, count = rows + pairs, count + pairs
        changed = changed | (_of_pairs(zip(links.firsts, links.seconds, strict=True)) if links else BitMap())
        conflicts = conflicts | _of_pairs(later)
    if not rows and not merges:
        raise _nothing_left(index, draft)
    outcome = Outcome(
        changed=count,
        already_so=rows - count + already,
        conflicts=len(conflicts),
        new_profiles=len(links.sizes) if links else 0,
    )
    return DecidedUndo(
        merges,
        _tag_columns(index, tags),
        _trait_columns(index, traits),
        corrections.retracted if corrections else None,
        corrections.restored if corrections else None,
        links,
        outcome,
        changed,
        conflicts,
    )


def _nothing_left(index: WorkspaceIndex, draft: UndoDraft) -> NotUndoable:
    undone = draft.undone
    told = (
        f"nothing of changeset {undone.changeset_id} (position {index.position_of(undone.version)}) is left to take back: it "
        "changed none of these profiles, or all that it changed was changed at the same instants, corrected, or erased since"
    )
    by = index.undone.ids(undone.version)
    if by:
        told += f"; changeset {by[-1]} took it back: to have it again, undo that one"
    return NotUndoable(told, metadata={"changeset_id": undone.changeset_id})


def _refuse_others(undone: Changeset) -> None:
    # Tags that a transfer made for what it hands over stay, and nobody carries them.
    stays = TagMerge | TagDefined | TagRedefined | GroupDefined if undone.tags else TagMerge
    catalogue = [change for change in undone.catalogue if not isinstance(change, stays)]
    others = {
        "a change of the catalogue": bool(catalogue),
        "an upload of a list": undone.listed is not None,
        "an erasure": len(undone.erased) > 0,
    }
    found = [what for what, there in others.items() if there]
    if found:
        raise NotUndoable(
            f"changeset {undone.changeset_id} has {' and '.join(found)}, which cannot be taken back; "
            "tags, traits, interactions, merges and links can. Rename, retire or restore what is in the catalogue; "
            "upload the list as it was",
            metadata={"changeset_id": undone.changeset_id},
        )


def _refuse_before_merges(catalogue: Catalogue, undone: Changeset) -> None:
    # In an exclusive group an apply has taken the others away, also what was handed on.
    touched = catalogue.concerned(set(undone.tags.tags)) if undone.tags else set()
    for number, into in catalogue.merged_since(undone.version).items():
        if not touched.isdisjoint((number, into)):
            key, into_key = catalogue.key(number), catalogue.key(into)
            raise MergedError(
                f"tag {key!r} was merged into {into_key!r} after changeset {undone.changeset_id}; take the merge back first "
                f"(its changeset is in the history of {key!r}), then this, and merge again",
                metadata={"tag": key, "into": into_key, "changeset_id": undone.changeset_id},
            )


def _refuse_part_of_merge(catalogue: Catalogue, draft: UndoDraft) -> None:
    if draft.undone.links and draft.members is not None:
        told = f"changeset {draft.undone.changeset_id} says who is one person, for everybody; leave the segment out"
        raise NotUndoable(told, metadata={"changeset_id": draft.undone.changeset_id})
    merges = [change for change in draft.undone.catalogue if isinstance(change, TagMerge)]
    if merges and draft.members is not None:
        key = catalogue.key(merges[0].number)
        told = f"changeset {draft.undone.changeset_id} says what key {key!r} means, for everybody; leave the segment out"
        raise NotUndoable(told, metadata={"changeset_id": draft.undone.changeset_id})


def _merges_back(catalogue: Catalogue, draft: UndoDraft) -> tuple[CatalogueChange, ...]:
    merges = [change for change in draft.undone.catalogue if isinstance(change, TagMerged)]
    for merge in merges:
        if catalogue.tags[merge.number].merged_into != merge.into:
            key, into = catalogue.key(merge.number), catalogue.key(merge.into)
            raise NotUndoable(
                f"tag {key!r} is merged into {into!r} no more: there is nothing of it to take back",
                metadata={"changeset_id": draft.undone.changeset_id},
            )
    return tuple(TagUnmerged(merge.number, merge.into) for merge in merges)


def _merged_again(index: WorkspaceIndex, draft: UndoDraft, apart: TagUnmerged) -> DecidedUndo:
    """The tags are merged as they are now: what was recorded of either since is handed on too. Raises as a merge does."""
    keys = index.catalogue.key(apart.number), index.catalogue.key(apart.into)
    merge = decide_merge(index, MergeDraft(draft.request, *keys), index.clock().version)
    return DecidedUndo((merge.made,), merge.tags, None, None, None, None, merge.outcome, merge.changed, BitMap())


def _but_for_erased(index: WorkspaceIndex, draft: UndoDraft) -> UndoDraft:
    """Nothing is brought back of who was erased."""
    erased = index.erased.now
    if not erased:
        return draft
    return replace(draft, members=(BitMap(range(index.profile_count)) if draft.members is None else draft.members) - erased)


def _links_back(index: WorkspaceIndex, draft: UndoDraft) -> tuple[LinkColumns | None, Sequence[Pair]]:
    """What links them, or takes them apart, as before; and the pairs that somebody changed since, which stay as they are."""
    undone = draft.undone.links
    if undone is None:
        return None, ()
    persons, since = index.persons, index.undone.since(draft.undone.version)
    pairs = list(zip(map(int, undone.firsts), map(int, undone.seconds), strict=True))
    erased = index.erased.now
    standing = [pair for pair in pairs if persons.linked(*pair) == undone.linked and erased.isdisjoint(BitMap(pair))]
    mine = [pair for pair in standing if persons.changed_in(*pair) in (draft.undone.version, *since)]
    later = [pair for pair in standing if pair not in mine]
    try:
        return linked_columns(persons, mine, linked=not undone.linked), later
    except LimitExceeded as refusal:
        told = f"changeset {draft.undone.changeset_id} cannot be taken back as a whole: {refusal}"
        raise NotUndoable(told, metadata={"changeset_id": draft.undone.changeset_id}) from refusal


def _of_pairs(pairs: Iterable[Pair]) -> BitMap:
    return BitMap([one for pair in pairs for one in pair])


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
    undone = draft.undone.version
    return inverses_of(histories, index.clock().version, undone, index.undone.since(undone), concerned)


def _tag_columns(index: WorkspaceIndex, inverses: dict[int, Inverse]) -> TagColumns | None:
    found = {number: one for number, one in inverses.items() if len(one)}
    if not found:
        return None
    parts = list(found.values())
    codes = np.concatenate([one.codes for one in parts])
    # First what is brought back: in an exclusive group that takes the others away, and who did so there comes after it.
    order = np.argsort(codes == NOTHING, kind="stable")
    values = [value for number, one in found.items() for value in values_of(one.codes, index.tags[number].value_of)]
    versions, credit_codes = (np.concatenate([getattr(one, name) for one in parts]) for name in ("versions", "credits"))
    lapses = np.concatenate([one.lapses for one in parts])
    credits, credit_index = credited(index, versions, credit_codes)
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
        lapses_at=array("q", lapses[order].tobytes()) if (lapses != NEVER).any() else (),
    )


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
        values=[value for trait, one in zip(traits, parts, strict=True) for value in values_of(one.codes, trait.value_of)],
    )
