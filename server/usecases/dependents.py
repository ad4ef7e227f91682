"""Which named segments speak of something, by themselves or through others."""

from collections.abc import Collection, Mapping

from domain.language.parts import all_nodes, named
from domain.language.syntax import Expression, InSegment, Names
from domain.segment_catalogue import Definition, SegmentEntry
from projections.index.workspace_index import WorkspaceIndex


def dependents(
    index: WorkspaceIndex, tags: Collection[int], names: Mapping[Names, Collection[str]], version: int | None = None
) -> list[str]:
    """The segments that are in use and speak of the tags, or of the names of a kind; by name.

    `version`: at which their keys are asked; None for the end of the log.
    """
    segments, known = index.catalogue.segments, dict[Definition, bool]()

    def depends(expression: Expression) -> bool:
        for node in all_nodes(expression):
            if isinstance(node, InSegment):
                definition = segments.resolved(node)
                if definition not in known:
                    known[definition] = depends(definition.expression)
                if known[definition]:
                    return True
            if any(speaks_of(kind, name) for kind, name in named(node)):
                return True
        return False

    def speaks_of(kind: Names, name: str) -> bool:
        if kind is Names.TAG:
            return index.catalogue.meant(name, version) in tags
        if kind is Names.DEPARTMENT:
            return not set(tags).isdisjoint(index.catalogue.staff.customer_tags(name, version))
        return name in names.get(kind, ())

    entries = _in_use(index)
    return sorted(entry.name for entry in entries if depends(segments.newest(entry).expression))


def segments_in_use(index: WorkspaceIndex) -> list[str]:
    """All of them, by name."""
    return sorted(entry.name for entry in _in_use(index))


def tags_spoken_of(index: WorkspaceIndex) -> set[int]:
    """The tags that any segment in use names in its newest version."""
    segments = index.catalogue.segments
    newest = [segments.newest(entry).expression for entry in _in_use(index)]
    keys = {name for expression in newest for node in all_nodes(expression) for kind, name in named(node) if kind is Names.TAG}
    return {number for key in keys if (number := index.catalogue.meant(key)) is not None}


def _in_use(index: WorkspaceIndex) -> list[SegmentEntry]:
    return [entry for entry in list(index.catalogue.segments.entries.values()) if not entry.retired]
