"""`everyone`."""

from dataclasses import dataclass

from pyroaring import BitMap

from projections.query.view import View


@dataclass(frozen=True, slots=True)
class EveryoneOperator:
    """The universe."""

    view: View

    @property
    def name(self) -> str:
        """See Operator."""
        return "universe"

    def estimate(self) -> int:
        """See Operator."""
        return self.view.size

    def cost(self) -> int:
        """See Operator."""
        return 0

    def verify(self) -> None:
        """See Operator."""

    def members(self) -> BitMap:
        """See Operator."""
        return self.view.universe()

    def note(self) -> str:
        """See Operator."""
        return "profiles with a visible change or interaction"
