"""What a change of tags and traits would do to named segments: asked of the index, and of one that has taken it in."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pyroaring import BitMap

from domain.changeset import Attribution, Changeset, Outcome, Recorded, TagColumns, TraitColumns
from domain.errors import CallerError
from domain.language.parts import all_nodes
from domain.language.syntax import Expression, InSegment, TagChanged, Tagged, Trait, TraitDate
from domain.limits import MAX_PREVIEWED_SEGMENTS, MAX_SHOWN_PROFILES
from domain.segment_catalogue import Definition
from projections.index.workspace_index import WorkspaceIndex
from projections.query import evaluator
from projections.query.view import View
from server.usecases.clocks import Reading


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


def preview(
    reading: Reading,
    outcome: Outcome,
    changed: BitMap,
    conflicts: BitMap,
    tags: TagColumns | None,
    traits: TraitColumns | None,
) -> Preview:
    """Of columns that have been decided for the end of the log."""
    index, profiles = reading.view.index, reading.state.profiles
    names = _dependents(index, index.catalogue.concerned(set(tags.tags)) if tags else (), traits.names if traits else ())
    return Preview(
        outcome,
        profiles.names(list(changed[:MAX_SHOWN_PROFILES])),
        profiles.names(list(conflicts[:MAX_SHOWN_PROFILES])),
        _effects(reading, names[:MAX_PREVIEWED_SEGMENTS], tags, traits) if names else (),
        len(names),
    )


def _dependents(index: WorkspaceIndex, tags: Collection[int], traits: Collection[str]) -> list[str]:
    """The named segments that are in use and speak of these, by themselves or through others; by name."""
    segments, known = index.catalogue.segments, dict[Definition, bool]()

    def depends(expression: Expression) -> bool:
        for node in all_nodes(expression):
            match node:
                case Tagged(keys) | TagChanged(keys):
                    found = any(index.catalogue.tag_number(key) in tags for key in keys)
                case Trait(name) | TraitDate(name):
                    found = name in traits
                case InSegment():
                    definition = segments.resolved(node)
                    if definition not in known:
                        known[definition] = depends(definition.expression)
                    found = known[definition]
                case _:
                    found = False
            if found:
                return True
        return False

    entries = [entry for entry in segments.entries.values() if not entry.retired]
    return sorted(entry.name for entry in entries if depends(segments.newest(entry).expression))


def _effects(reading: Reading, names: Sequence[str], tags: TagColumns | None, traits: TraitColumns | None) -> list[Effect]:
    before = reading.view
    changeset = Changeset(
        workspace=reading.state.name,
        version=before.version + 1,
        changeset_id="",
        attribution=Attribution("", "", ""),
        recorded_at=before.as_of,
        first_ordinal=0,
        outcome=Outcome(),
        tags=tags,
        traits=traits,
    )
    index = before.index.as_if(Recorded(reading.known_at + 1, changeset, "", ""))
    after = View(index, changeset.version, before.as_of)
    effects = [_effect(name, before, after) for name in names]
    return [one for one in effects if one.entered or one.left or one.refusal]


def _effect(name: str, before: View, after: View) -> Effect:
    try:
        was, would_be = (evaluator.members(InSegment(name), view) for view in (before, after))
    except CallerError as refusal:
        return Effect(name, 0, 0, 0, str(refusal))
    return Effect(name, len(was), len(would_be - was), len(was - would_be), "")
