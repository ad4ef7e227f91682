"""What a change would do to named segments: asked of the index, and of one that has taken it in."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import compress

import numpy as np
from pyroaring import BitMap

from domain.catalogue_changes import CatalogueChange, TagDefined
from domain.changeset import (
    Attribution,
    Changeset,
    InteractionColumns,
    LinkColumns,
    Outcome,
    Recorded,
    RetractedColumns,
    TagColumns,
    TraitColumns,
)
from domain.errors import CallerError
from domain.language.syntax import InSegment, Names
from domain.limits import MAX_PREVIEWED_SEGMENTS, MAX_SHOWN_PROFILES
from domain.tag_catalogue import TagMerge
from projections.index.previewed import as_if
from projections.index.workspace_index import WorkspaceIndex
from projections.query import evaluator
from projections.query.view import View
from server.usecases.clocks import Reading
from server.usecases.dependents import dependents, segments_in_use
from server.usecases.scoping import refuse_out_of_scope


@dataclass(frozen=True, slots=True)
class Effect:
    """A named segment before and after. `refusal`: why it cannot be asked; "" if it can."""

    segment: str
    count: int
    entered: int
    left: int
    refusal: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be done: to the first profiles by their ids, and to segments."""

    outcome: Outcome
    changed_ids: Sequence[str]
    conflict_ids: Sequence[str]
    effects: Sequence[Effect]
    dependents: int


@dataclass(frozen=True, slots=True)
class Made:
    """The parts of a changeset that have been decided for the end of the log."""

    tags: TagColumns | None = None
    traits: TraitColumns | None = None
    interactions: InteractionColumns | None = None
    retracted: RetractedColumns | None = None
    catalogue: Sequence[CatalogueChange] = ()
    links: LinkColumns | None = None


def preview(reading: Reading, by: Attribution, outcome: Outcome, changed: BitMap, conflicts: BitMap, made: Made) -> Preview:
    """Of what was decided. Raises OutOfScope as recording it would."""
    changeset = _changeset(reading, by, made)
    scope = refuse_out_of_scope(reading.state, changeset)
    conflicts = conflicts & scope.customers if scope else conflicts
    index, profiles = reading.view.index, reading.state.profiles
    names = _concerned(index, made)
    return Preview(
        outcome,
        profiles.names(list(changed[:MAX_SHOWN_PROFILES])),
        profiles.names(list(conflicts[:MAX_SHOWN_PROFILES])),
        _effects(reading, names[:MAX_PREVIEWED_SEGMENTS], changeset) if names else (),
        len(names),
    )


def _concerned(index: WorkspaceIndex, made: Made) -> list[str]:
    """The named segments that may change by it."""
    rows = [made.interactions, made.retracted.rows if made.retracted else None]
    types = {name for columns in rows if columns and len(columns.ordinals) for name in columns.types}
    merged = {number for merge in made.catalogue if isinstance(merge, TagMerge) for number in (merge.number, merge.into)}
    changed = set(made.tags.tags) if made.tags else set()
    tags = index.catalogue.concerned(merged | (changed & index.catalogue.tags.keys()))  # of new ones no segment speaks
    if made.links or not tags.isdisjoint(index.catalogue.opt_out_tags()):
        return segments_in_use(index)
    return dependents(index, tags, {Names.TRAIT: made.traits.names if made.traits else (), Names.TYPE: types})


def _changeset(reading: Reading, by: Attribution, made: Made) -> Changeset:
    before = reading.view
    return Changeset(
        workspace=reading.state.name,
        version=before.version + 1,
        changeset_id="",
        attribution=by,
        recorded_at=before.as_of,
        first_ordinal=before.index.profile_count,
        outcome=Outcome(new_profiles=len(made.links.sizes) if made.links else 0),
        catalogue=made.catalogue,
        tags=made.tags,
        traits=made.traits,
        interactions=made.interactions,
        retracted=made.retracted,
        links=made.links,
    )


def _effects(reading: Reading, names: Sequence[str], changeset: Changeset) -> list[Effect]:
    before = reading.view
    if any(isinstance(change, TagDefined) for change in changeset.catalogue):  # of which no segment speaks yet
        merges = [change for change in changeset.catalogue if isinstance(change, TagMerge)]
        tags = _of_tags(changeset.tags, before.index.catalogue.tags.keys()) if changeset.tags else None
        changeset = replace(changeset, catalogue=merges, tags=tags)
    index = as_if(before.index, Recorded(reading.known_at + 1, changeset, "", ""))
    after = View(index, changeset.version, before.as_of)
    effects = [_effect(name, before, after) for name in names]
    return [one for one in effects if one.entered or one.left or one.refusal]


def _of_tags(columns: TagColumns, numbers: Collection[int]) -> TagColumns:
    """The rows of these tags."""
    kept = np.isin(np.asarray(columns.tags, np.int64), list(numbers))
    named = {name: getattr(columns, name) for name in TagColumns.__slots__ if name != "credits"}
    return replace(columns, **{name: list(compress(column, kept)) for name, column in named.items() if len(column)})


def _effect(name: str, before: View, after: View) -> Effect:
    try:
        was, would_be = (evaluator.members(InSegment(name), view) for view in (before, after))
    except CallerError as refusal:
        return Effect(name, 0, 0, 0, str(refusal))
    return Effect(name, len(was), len(would_be - was), len(was - would_be), "")
