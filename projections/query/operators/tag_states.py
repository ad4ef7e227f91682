"""`tagged T by "…" from "…" for at least 30 days`: carried by whose change, and since when."""

from dataclasses import dataclass

from pyroaring import BitMap

from domain.instants import format_instant
from domain.language.syntax import Tagged
from domain.limits import MIN_INSTANT_US
from projections.index import bitmaps
from projections.index.tag_index import TagIndex
from projections.query.operators.tag_lookup import carried, change_estimate, numbered_tags, unknown_tags
from projections.query.view import View


@dataclass(frozen=True, slots=True)
class TagStatesOperator:
    """Profiles for which one of the tags was as the leaf says at every instant of [since, as_of]."""

    view: View
    leaf: Tagged
    since: int

    @property
    def name(self) -> str:
        """See Operator."""
        return "tag states"

    def estimate(self) -> int:
        """See Operator."""
        return min(self.view.size, change_estimate(self.view, self.leaf.tags))

    def cost(self) -> int:
        """See Operator."""
        return change_estimate(self.view, self.leaf.tags)

    def verify(self) -> None:
        """See Operator."""

    def members(self) -> BitMap:
        """See Operator."""
        if self.since < MIN_INSTANT_US:  # nothing was carried before the beginning
            return BitMap()
        return bitmaps.union([self._throughout(*of) for of in numbered_tags(self.view, self.leaf.tags).items()])

    def _throughout(self, number: int, tag: TagIndex) -> BitMap:
        timeline = tag.timelines.at(self.view.version)
        good = carried(tag, self.view.index.catalogue.tags[number].values, timeline.codes, self.leaf.value)
        good &= self.view.index.recorded_by(timeline, self.leaf.actor, self.leaf.source)
        return timeline.throughout(good, self.since, self.view.as_of)

    def note(self) -> str:
        """See Operator."""
        unknown = unknown_tags(self.view, self.leaf.tags)
        lasting = f", from {format_instant(self.since)} on without a break" if self.leaf.lasting else ""
        return unknown or f"the change that decides{lasting}"
