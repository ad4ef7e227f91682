"""`tagged T`, `tagged any of (…)`, with or without a comparison of the assignment's value."""

from dataclasses import dataclass

from pyroaring import BitMap

from domain.language.syntax import Tagged
from projections.index import bitmaps
from projections.index.workspace_index import TagIndex
from projections.query.operators.comparing import value_predicate
from projections.query.view import View


@dataclass(frozen=True, slots=True)
class TaggedOperator:
    """Holders of at least one of the tags."""

    view: View
    leaf: Tagged

    @property
    def name(self) -> str:
        """See Operator."""
        return "tagged"

    def _tags(self) -> list[TagIndex]:
        numbers = (self.view.index.catalogue.tag_number(key) for key in self.leaf.tags)
        found = (self.view.index.tags.get(number) for number in numbers if number is not None)
        return [tag for tag in found if tag is not None]

    def estimate(self) -> int:
        """See Operator."""
        return min(self.view.size, sum(len(tag.history) for tag in self._tags()))

    def cost(self) -> int:
        """See Operator."""
        return 0 if self.leaf.value is None else self.estimate()

    def verify(self) -> None:
        """See Operator."""

    def members(self) -> BitMap:
        """See Operator."""
        return bitmaps.union([self._holders(tag) for tag in self._tags()])

    def _holders(self, tag: TagIndex) -> BitMap:
        bound = self.leaf.value
        if bound is None:
            return tag.holders.at(self.view.as_of, self.view.version).bitmap
        # The state first: every value it speaks of is then in the dictionary.
        codes = tag.held_codes.at(self.view.as_of, self.view.version).codes
        flags = tag.value_flags(tag.values.matching(value_predicate(bound.op, [bound.number])))
        return bitmaps.from_flags(flags[codes])

    def note(self) -> str:
        """See Operator."""
        unknown = [key for key in self.leaf.tags if self.view.index.catalogue.tag_number(key) is None]
        return f"not in the catalogue: {', '.join(unknown)}" if unknown else "holders, last change wins"
