"""An index as it would be, had one more changeset been recorded: for previews, while the writer goes on with the real one."""

import copy

from domain.changeset import Recorded
from projections.index.columns import Column
from projections.index.dictionary import Dictionary
from projections.index.differences import Differences
from projections.index.workspace_index import WorkspaceIndex


def as_if(index: WorkspaceIndex, recorded: Recorded) -> WorkspaceIndex:
    """An index of its own that has taken in one more changeset behind the version before it; of the catalogue, merges only.

    What the writer records meanwhile is not there: its next changeset has the same version as that one.
    """
    version = recorded.changeset.version - 1
    other = copy.copy(index)
    if recorded.changeset.catalogue:
        other.catalogue = index.catalogue.as_known(version)
    other.differences = Differences()
    if len(index.persons) or recorded.changeset.links:
        other.persons = index.persons.up_to(version)
    other.tags = {number: tag.up_to(version) for number, tag in list(index.tags.items())}
    other.traits = {name: trait.up_to(version) for name, trait in list(index.traits.items())}
    other.interactions = {name: rows.up_to(version) for name, rows in list(index.interactions.items())}
    other.universe = index.universe.up_to(version)
    for name in ("actors", "sources", "credits"):
        setattr(other, name, Dictionary.over(list(getattr(index, name).values())))
    other.undone = index.undone.copy()
    columns = {name: column[:version] for name, column in index.clock_columns().items()}
    other.restore_clock({name: Column.over(column, version) for name, column in columns.items()})
    other.apply(recorded)
    return other
