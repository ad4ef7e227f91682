"""`in list NAME`: who is on an uploaded list."""

from dataclasses import dataclass

from pyroaring import BitMap

from domain.language.syntax import InList
from projections.query.view import View


@dataclass(frozen=True, slots=True)
class InListOperator:
    """The profiles of one version of a list that are in the universe."""

    view: View
    list_name: str
    number: int
    version: int

    @classmethod
    def of(cls, view: View, leaf: InList) -> "InListOperator":
        """Bind. Raises UnknownList."""
        entry, version = view.index.catalogue.lists.resolved(leaf, view.version)
        return cls(view, entry.name, entry.number, version)

    @property
    def name(self) -> str:
        """See Operator."""
        return "in list"

    @property
    def listed(self) -> BitMap:
        """Whoever is on it, in the universe or not, persons for their profiles; must not be changed."""
        index = self.view.index
        return index.persons.at(self.view.version).lifted_all(index.list_members.members(self.number, self.version))

    def estimate(self) -> int:
        """See Operator."""
        return self.view.index.list_members.count(self.number, self.version)

    def cost(self) -> int:
        """See Operator."""
        return 0

    def verify(self) -> None:
        """See Operator."""

    def members(self) -> BitMap:
        """See Operator."""
        return self.listed & self.view.universe()

    def note(self) -> str:
        """See Operator."""
        return f"version {self.version}"
