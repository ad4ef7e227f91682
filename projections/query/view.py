"""One reader's view of an index: a version and an instant, the same for everything that a question touches."""

from dataclasses import dataclass

from pyroaring import BitMap

from projections.index.workspace_index import WorkspaceIndex


@dataclass(frozen=True, slots=True)
class View:
    """`version` is known_at in the workspace's stream, `as_of` in microseconds."""

    index: WorkspaceIndex
    version: int
    as_of: int

    def universe(self) -> BitMap:
        """Profiles with something visible, but those who are excluded; must not be changed."""
        seen, excluded = self.index.universe.at(self.as_of, self.version), self.excluded()
        return self.index.differences.less(seen, excluded) if excluded else seen

    def excluded(self) -> BitMap:
        """Profiles that are in no answer: erased by known_at, of a person, or opted out at as_of. Must not be changed."""
        return self.index.excluded(self.as_of, self.version)

    @property
    def size(self) -> int:
        """More than any visible ordinal: the length of arrays by ordinal."""
        return self.index.profile_count
