"""`tagged T`, `tagged any of (…)`, with or without a comparison of the assignment's value."""

from dataclasses import dataclass

from pyroaring import BitMap

from domain.language.syntax import Tagged
from projections.index import bitmaps
from projections.index.tag_index import TagIndex
from projections.query.operators.tag_lookup import carried, change_estimate, numbered_tags, unknown_tags
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

    def estimate(self) -> int:
        """See Operator."""
        return min(self.view.size, change_estimate(self.view, self.leaf.tags))

    def cost(self) -> int:
        """See Operator."""
        return 0 if self.leaf.value is None else self.estimate()

    def verify(self) -> None:
        """See Operator."""

    def members(self) -> BitMap:
        """See Operator."""
        return bitmaps.union([self._holders(*of) for of in numbered_tags(self.view, self.leaf.tags).items()])

    def _holders(self, number: int, tag: TagIndex) -> BitMap:
        if self.leaf.value is None:
            return tag.holders.at(self.view.as_of, self.view.version).bitmap
        codes, rule = tag.held_codes(self.view.as_of, self.view.version), self.view.index.catalogue.tags[number].values
        return bitmaps.from_flags(carried(tag, rule, codes, self.leaf.value))

    def note(self) -> str:
        """See Operator."""
        return unknown_tags(self.view, self.leaf.tags) or "holders, last change wins"
