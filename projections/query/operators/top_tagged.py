"""`top 10% by value(score)`: the profiles that rank first by the value with which they carry a tag."""

from dataclasses import dataclass, replace

import numpy as np
from pyroaring import BitMap

from domain.language.syntax import TopTagged
from projections.index import bitmaps
from projections.query.operators.base import Operator
from projections.query.operators.tag_lookup import change_estimate, tags_of, unknown_tags
from projections.query.operators.top import leading, places_of
from projections.query.view import View


@dataclass(frozen=True, slots=True)
class TopTaggedOperator:
    """The first so many, or so many per cent, of those who carry the tag with a value; of equal values the lower ordinals."""

    view: View
    leaf: TopTagged
    ranking: BitMap | None = None
    """Nobody else ranks; None for all."""

    @property
    def name(self) -> str:
        """See Operator."""
        return "top by value"

    def estimate(self) -> int:
        """See Operator."""
        return places_of(self.leaf, min(self.view.size, self.cost()))

    def cost(self) -> int:
        """See Operator."""
        return change_estimate(self.view, [self.leaf.tag])

    def note(self) -> str:
        """See Operator."""
        return unknown_tags(self.view, [self.leaf.tag])

    def verify(self) -> None:
        """See Operator."""

    def among(self, candidates: BitMap) -> Operator:
        """See Ranking."""
        return replace(self, ranking=candidates)

    def members(self) -> BitMap:
        """See Operator."""
        for tag in tags_of(self.view, [self.leaf.tag]):
            # The states come first: every value that they speak of is then in the dictionary.
            codes = tag.held_codes(self.view.as_of, self.view.version)
            by_code = tag.numbers_by_code()
            ordinals = np.flatnonzero(~np.isnan(by_code[codes])).astype(np.uint32)
            if self.ranking is not None:
                ordinals = ordinals[bitmaps.among(ordinals, bitmaps.to_ordinals(self.ranking))]
            values = by_code[codes[ordinals]]
            return bitmaps.from_ascending(np.sort(ordinals[leading([values], places_of(self.leaf, len(ordinals)))]))
        return BitMap()
