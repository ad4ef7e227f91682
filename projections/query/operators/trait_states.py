"""`city = "Shanghai" for at least 30 days`: a comparison of a trait that held all the time."""

from dataclasses import dataclass

from pyroaring import BitMap

from domain.instants import format_instant
from domain.language.syntax import Trait
from domain.limits import MIN_INSTANT_US
from projections.query.operators.comparing import value_predicate
from projections.query.view import View


@dataclass(frozen=True, slots=True)
class TraitStatesOperator:
    """Profiles whose value compared so at every instant of [since, as_of]."""

    view: View
    leaf: Trait
    since: int

    @property
    def name(self) -> str:
        """See Operator."""
        return "trait states"

    def estimate(self) -> int:
        """See Operator."""
        return min(self.view.size, self.cost())

    def cost(self) -> int:
        """See Operator."""
        trait = self.view.index.traits.get(self.leaf.name)
        return len(trait.history) if trait else 0

    def verify(self) -> None:
        """See Operator."""

    def members(self) -> BitMap:
        """See Operator."""
        trait = self.view.index.traits.get(self.leaf.name)
        if trait is None or self.since < MIN_INSTANT_US:  # nothing was set before the beginning
            return BitMap()
        # The states first: every value they speak of is then in the dictionary.
        timeline = trait.timelines.at(self.view.version)
        good = trait.satisfying(value_predicate(self.leaf.op, self.leaf.values), timeline.codes)
        return timeline.throughout(good, self.since, self.view.as_of)

    def note(self) -> str:
        """See Operator."""
        if self.leaf.name not in self.view.index.traits:
            return "this trait has never been recorded"
        return f"from {format_instant(self.since)} on without a break"
