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
    scope: BitMap | None = None
    """The profiles and persons of whom the reader sees something; None for all."""

    def universe(self) -> BitMap:
        """Profiles with something visible, but those who are excluded; must not be changed."""
        seen, excluded = self.index.universe.at(self.as_of, self.version), self.excluded()
        return self.index.differences.less(seen, excluded) if excluded else seen

    def excluded(self) -> BitMap:
        """Profiles that are in no answer: erased by known_at, of a person, opted out at as_of, or out of the reader's scope.

        Must not be changed.
        """
        excluded = self.index.excluded(self.as_of, self.version)
        return excluded if self.scope is None else excluded | self.out_of_scope()

    def out_of_scope(self) -> BitMap:
        """Profiles and persons of whom the reader sees nothing."""
        return BitMap() if self.scope is None else self.scope.flip(0, self.size)

    @property
    def size(self) -> int:
        """More than any visible ordinal: the length of arrays by ordinal."""
        return self.index.profile_count
