"""`observed since POINT`."""

from dataclasses import dataclass

from pyroaring import BitMap

from domain.instants import format_instant
from projections.query.view import View


@dataclass(frozen=True, slots=True)
class ObservedSinceOperator:
    """Profiles of whom something visible lies at or before the instant: the universe as it was then."""

    view: View
    instant: int

    @property
    def name(self) -> str:
        """See Operator."""
        return "universe then"

    def estimate(self) -> int:
        """See Operator."""
        return self.view.size

    def cost(self) -> int:
        """See Operator."""
        return self.view.size

    def verify(self) -> None:
        """See Operator."""

    def members(self) -> BitMap:
        """See Operator."""
        return self.view.index.universe.at(min(self.instant, self.view.as_of), self.view.version)

    def note(self) -> str:
        """See Operator."""
        return f"a visible change or interaction at or before {format_instant(self.instant)}"
