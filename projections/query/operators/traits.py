"""Comparisons of traits."""

from dataclasses import dataclass

from pyroaring import BitMap

from domain.language.syntax import Trait
from projections.index import bitmaps
from projections.query.operators.comparing import value_predicate
from projections.query.view import View


@dataclass(frozen=True, slots=True)
class TraitOperator:
    """Profiles whose value compares so."""

    view: View
    leaf: Trait

    @property
    def name(self) -> str:
        """See Operator."""
        return "trait"

    def estimate(self) -> int:
        """See Operator."""
        trait = self.view.index.traits.get(self.leaf.name)
        return min(self.view.size, len(trait.history)) if trait else 0

    def cost(self) -> int:
        """See Operator."""
        return self.view.size if self.leaf.name in self.view.index.traits else 0

    def verify(self) -> None:
        """See Operator."""

    def members(self) -> BitMap:
        """See Operator."""
        trait = self.view.index.traits.get(self.leaf.name)
        if trait is None:
            return BitMap()
        # The state first: every value it speaks of is then in the dictionary.
        codes = trait.codes.at(self.view.as_of, self.view.version).codes
        return bitmaps.from_flags(trait.satisfying(value_predicate(self.leaf.op, self.leaf.values), codes))

    def note(self) -> str:
        """See Operator."""
        trait = self.view.index.traits.get(self.leaf.name)
        return f"{trait.kind.value} trait, last change wins" if trait else "this trait has never been recorded"
