"""Decides a draft against the workspace's state: which rows are new, which ordinals and types, what was already so.

A `Transaction` gathers decided drafts that are committed together; what they add is visible to the drafts behind them
through an overlay, and reaches the state only after the commit. Nothing here does I/O.
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from pyroaring import BitMap

from domain.changeset import Changeset, InteractionColumns, Outcome, Undoes
from domain.errors import UnknownWorkspace
from domain.limits import MAX_SHOWN_PROFILES
from projections.index.keys import as_bytes
from server.eventlog.port import PersonalRow
from server.usecases.catalogue_commands import decide_command
from server.usecases.commands import CreateWorkspace, MapForeignTags
from server.usecases.correcting import decide_replacement, decide_retraction
from server.usecases.drafts import (
    BulkDraft,
    CatalogueDraft,
    ChangesDraft,
    CorrectionDraft,
    Draft,
    EraseDraft,
    InteractionsDraft,
    LinkDraft,
    MergeDraft,
    ReplaceDraft,
    RetractDraft,
    TagSegmentDraft,
    TransferDraft,
    UndoDraft,
    UploadDraft,
)
from server.usecases.erasing import decide_erasure
from server.usecases.interaction_rows import picked
from server.usecases.linking import decide_links
from server.usecases.list_commands import decide_upload
from server.usecases.overlay import Fresh, Overlay, check_types
from server.usecases.scoping import refuse_out_of_scope, refuse_outsiders
from server.usecases.segment_tagging import decide_tagging
from server.usecases.state import ComputedKeys, WorkspaceState
from server.usecases.tag_decisions import decide_changes, profiles_of
from server.usecases.tag_merging import decide_merge
from server.usecases.transferring import decide_transfer
from server.usecases.undoing import DecidedUndo, decide_undo

_StandsAlone = CatalogueDraft | UploadDraft | BulkDraft | CorrectionDraft | EraseDraft | LinkDraft
"""Committed by itself."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A changeset to append, and the ids of the profiles that it sees first."""

    draft: Draft
    changeset: Changeset
    profile_ids: Sequence[str]
    keys: ComputedKeys
    personal: Sequence[PersonalRow]
    """Its texts for the vault."""
    conflicting: Sequence[int] = ()
    """The first profiles, by ordinal, of which an undo left later changes as they are."""


class Transaction:
    """Drafts that are committed together."""

    def __init__(self, states: dict[str, WorkspaceState], now: int) -> None:
        self._states = states
        self._now = now
        self._overlays: dict[str, Overlay] = {}
        self._request_ids: set[tuple[str, bytes]] = set()
        self._closed = False
        self.decisions: list[Decision] = []

    def admits(self, draft: Draft) -> bool:
        """May the draft be decided before the others are committed? If not, commit first.

        A catalogue change, an upload of a list, a correction, an erasure, links, and what concerns a whole segment, tag or
        changeset stands alone; a request id comes once; and changes of a profile wait for those before them, so that "already
        so" is told from what is recorded.
        """
        request = draft.request
        if self._closed or (request.workspace, request.request_id) in self._request_ids:
            return False
        if isinstance(draft, _StandsAlone):
            return not self.decisions
        overlay = self._overlays.get(request.workspace)
        if overlay and isinstance(draft, ChangesDraft):
            return overlay.changed_profiles.isdisjoint(profiles_of(draft))
        return True

    def decide(self, draft: Draft) -> None:
        """Add the draft, or raise the CallerError that refuses it and leave everything as it was."""
        overlay = self._overlay(draft)
        if overlay.state.index.catalogue.staff.actor(draft.request.attribution.actor):
            overlay = overlay.copied()
        fresh, conflicting = Fresh(), BitMap()
        first = len(overlay.state.profiles) + len(overlay.new_profiles)
        match draft:
            case CatalogueDraft():
                made, outcome = tuple(decide_command(draft.command, overlay.state)), Outcome()
                if isinstance(draft.command, MapForeignTags):
                    outcome = Outcome(changed=len(made), already_so=len(draft.command.keys) - len(made))
                decided = self._changeset(overlay, draft, first, outcome, catalogue=made)
            case UploadDraft():
                decided = self._decide_upload(overlay, draft, first)
            case TagSegmentDraft():
                tagged = decide_tagging(overlay.state.index, draft, self._recorded_at(overlay))
                decided = self._changeset(overlay, draft, first, tagged.outcome, tags=tagged.tags, selected=draft.selected)
            case TransferDraft():
                moved = decide_transfer(overlay.state.index, draft, self._recorded_at(overlay))
                parts = {"catalogue": moved.catalogue, "tags": moved.tags, "selected": draft.selected}
                decided = self._changeset(overlay, draft, first, moved.outcome, **parts)
            case MergeDraft():
                merge = decide_merge(overlay.state.index, draft, overlay.state.version)
                decided = self._changeset(overlay, draft, first, merge.outcome, catalogue=(merge.made,), tags=merge.tags)
            case UndoDraft():
                inverse = decide_undo(overlay.state, draft)
                if inverse.links:
                    fresh.add_nameless(len(inverse.links.sizes), overlay.state.profiles)
                decided, conflicting = self._undo(overlay, draft, first, inverse), inverse.conflicts
            case ChangesDraft():
                changes = decide_changes(overlay, draft, self._recorded_at(overlay), fresh)
                decided = self._changeset(overlay, draft, first, changes.outcome, tags=changes.tags, traits=changes.traits)
            case RetractDraft():
                retracted, outcome = decide_retraction(overlay.state.interaction_ids, draft.ids, draft.found)
                decided = self._changeset(overlay, draft, first, outcome, retracted=retracted)
            case ReplaceDraft():
                decided = self._decide_replacement(overlay, draft, first, fresh)
            case EraseDraft():
                erasure = decide_erasure(draft, overlay.state.profiles, overlay.state.index.persons)
                decided = self._changeset(overlay, draft, first, erasure.outcome, erased=erasure.ordinals)
            case LinkDraft():
                refuse_outsiders(
                    overlay.state, draft.request.attribution.actor, self._recorded_at(overlay), lambda: _said(draft)
                )
                joined = decide_links(overlay, draft, fresh)
                decided = self._changeset(overlay, draft, first, joined.outcome, links=joined.links)
            case InteractionsDraft():
                decided = self._decide_interactions(overlay, draft, first, fresh)
        scope = refuse_out_of_scope(overlay.state, decided, lambda: _said(draft))
        conflicting = conflicting & scope.customers if scope else conflicting
        overlay.version, overlay.recorded_at = decided.version, decided.recorded_at
        self._closed = isinstance(draft, _StandsAlone)
        self._request_ids.add((draft.request.workspace, draft.request.request_id))
        self._overlays[draft.request.workspace] = overlay
        shown = tuple(conflicting[:MAX_SHOWN_PROFILES])
        self.decisions.append(Decision(draft, decided, fresh.profile_ids, fresh.computed(), fresh.personal, shown))

    def _overlay(self, draft: Draft) -> Overlay:
        name = draft.request.workspace
        if name in self._overlays:
            return self._overlays[name]
        state = self._states.get(name)
        if state is None:
            if not (isinstance(draft, CatalogueDraft) and isinstance(draft.command, CreateWorkspace)):
                raise unknown_workspace(name)
            state = WorkspaceState.empty(name)
        return Overlay(state, state.version, state.recorded_at)

    def _changeset(self, overlay: Overlay, draft: Draft, first_ordinal: int, outcome: Outcome, **columns: object) -> Changeset:
        return Changeset(
            workspace=draft.request.workspace,
            version=overlay.version + 1,
            changeset_id=str(uuid.UUID(bytes=draft.request.request_id)),
            attribution=draft.request.attribution,
            recorded_at=self._recorded_at(overlay),
            first_ordinal=first_ordinal,
            outcome=outcome,
            **columns,  # type: ignore[arg-type]
        )

    def _recorded_at(self, overlay: Overlay) -> int:
        return max(self._now, overlay.recorded_at)

    def _decide_upload(self, overlay: Overlay, draft: UploadDraft, first: int) -> Changeset:
        index = overlay.state.index
        upload = decide_upload(draft, index, overlay.state.profiles)
        changed = len(upload.columns.added) + len(upload.columns.removed)
        outcome = Outcome(changed=changed, already_so=upload.already_so, unknown=upload.unknown)
        return self._changeset(overlay, draft, first, outcome, catalogue=tuple(upload.made), listed=upload.columns)

    def _undo(self, overlay: Overlay, draft: UndoDraft, first: int, inverse: DecidedUndo) -> Changeset:
        return self._changeset(
            overlay,
            draft,
            first,
            inverse.outcome,
            catalogue=inverse.catalogue,
            tags=inverse.tags,
            traits=inverse.traits,
            interactions=inverse.restored,
            retracted=inverse.retracted,
            links=inverse.links,
            selected=draft.selected,
            undoes=Undoes(draft.undone.version, draft.undone.changeset_id),
        )

    # --- interactions -----------------------------------------------------------------------------------------------------

    def _decide_replacement(self, overlay: Overlay, draft: ReplaceDraft, first: int, fresh: Fresh) -> Changeset:
        _check_property_types(overlay, draft.columns)
        retracted = decide_replacement(overlay.state.interaction_ids, draft.columns, draft.found)
        ordinals = overlay.ordinals(draft.profile_ids, fresh)
        outcome = Outcome(len(ordinals), changed=len(retracted.versions), new_profiles=len(fresh.profile_ids))
        interactions = replace(draft.columns, ordinals=ordinals)
        return self._changeset(overlay, draft, first, outcome, interactions=interactions, retracted=retracted)

    def _decide_interactions(self, overlay: Overlay, draft: InteractionsDraft, first: int, fresh: Fresh) -> Changeset:
        _check_property_types(overlay, draft.columns)
        columns, profile_ids, duplicates = draft.columns, draft.profile_ids, 0
        if len(columns.ids):
            kept = _first_seen(overlay, columns.ids, fresh)
            duplicates = len(profile_ids) - len(kept)
            if duplicates:
                columns, profile_ids = picked(columns, kept), [profile_ids[i] for i in kept]
        ordinals = overlay.ordinals(profile_ids, fresh)
        outcome = Outcome(accepted=len(ordinals), duplicates=duplicates, new_profiles=len(fresh.profile_ids))
        if not len(ordinals):
            return self._changeset(overlay, draft, first, outcome)
        overlay.property_types |= {column.name: column.type for column in columns.properties}
        return self._changeset(overlay, draft, first, outcome, interactions=replace(columns, ordinals=ordinals))


def _said(draft: Draft) -> Collection[str]:
    """The ids of profiles that the request names."""
    match draft:
        case ChangesDraft():
            return profiles_of(draft)
        case InteractionsDraft() | ReplaceDraft():
            return set(draft.profile_ids)
        case LinkDraft():
            return {*draft.firsts, *draft.seconds}
        case _:
            return ()


def _check_property_types(overlay: Overlay, columns: InteractionColumns) -> None:
    check_types(
        overlay.state.index.properties,
        overlay.property_types,
        [(f"interactions.properties[{i}]", column.name, column.type) for i, column in enumerate(columns.properties)],
    )


def unknown_workspace(name: str) -> UnknownWorkspace:
    """The refusal, with its remedy."""
    message = f"there is no workspace {name!r}; make it with CreateWorkspace (tagledger catalogue create-workspace {name})"
    return UnknownWorkspace(message, metadata={"workspace": name})


def _first_seen(overlay: Overlay, ids: Sequence[str], fresh: Fresh) -> Sequence[int]:
    """Places of the rows that count: without an id, or whose id nobody has seen, in this batch or before."""
    places = range(len(ids)) if all(ids) else [i for i, one in enumerate(ids) if one]
    keys = overlay.state.interaction_ids.keys([ids[i] for i in places] if len(places) < len(ids) else ids)
    names, known = as_bytes(keys), overlay.state.interaction_ids.seen(keys)
    distinct = set(names)
    if not known.any() and len(distinct) == len(names) and overlay.new_ids.isdisjoint(distinct):
        overlay.new_ids |= distinct
        fresh.id_keys = keys
        return range(len(ids))
    new_ids, dropped, counted = overlay.new_ids, set(), []
    for k, (place, name) in enumerate(zip(places, names, strict=True)):
        if known[k] or name in new_ids:
            dropped.add(place)
        else:
            new_ids.add(name)
            counted.append(k)
    fresh.id_keys = keys[counted]
    return [i for i in range(len(ids)) if i not in dropped]
