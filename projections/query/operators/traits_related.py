"""`account among (…)`: a trait that is the id of another profile."""

from dataclasses import dataclass

from pyroaring import BitMap

from domain.language.syntax import TraitRelated
from projections.index import bitmaps
from projections.index.dictionary import Dictionary
from projections.query.related import RelatedProfiles
from projections.query.view import View


@dataclass(frozen=True, slots=True)
class TraitRelatedOperator:
    """Profiles whose value is the id of one of the related."""

    view: View
    leaf: TraitRelated
    related: RelatedProfiles

    @property
    def name(self) -> str:
        """See Operator."""
        return "trait among"

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
        if trait is None or not isinstance(trait.values, Dictionary):
            return BitMap()
        # The state first: every value it speaks of is then in the dictionary.
        codes = trait.codes.at(self.view.as_of, self.view.version).codes
        return bitmaps.from_flags(self.related.flags(trait.values)[codes])

    def note(self) -> str:
        """See Operator."""
        trait = self.view.index.traits.get(self.leaf.name)
        return "the value is the id of a member of the step below" if trait else "this trait has never been recorded"
