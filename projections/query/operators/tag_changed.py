"""`tag T added`, `tag T removed`: in whose history the tag came, or went, in the window."""

from dataclasses import dataclass

import numpy as np
from pyroaring import BitMap

from domain.instants import format_instant
from domain.language.syntax import TagChanged
from domain.limits import MIN_INSTANT_US
from projections.index import bitmaps
from projections.index.bitmaps import Ordinals
from projections.index.tag_index import TagIndex
from projections.query.operators.tag_lookup import change_estimate, tags_of, unknown_tags
from projections.query.view import View


@dataclass(frozen=True, slots=True)
class TagChangedOperator:
    """Profiles that got (or lost) one of the tags at an instant with start <= instant < end."""

    view: View
    leaf: TagChanged
    start: int
    end: int

    @property
    def name(self) -> str:
        """See Operator."""
        return "tag added" if self.leaf.added else "tag removed"

    def estimate(self) -> int:
        """See Operator."""
        return min(self.view.size, self.cost())

    def cost(self) -> int:
        """See Operator."""
        return change_estimate(self.view, self.leaf.tags)

    def verify(self) -> None:
        """See Operator."""

    def members(self) -> BitMap:
        """See Operator."""
        changed = [self._changed(tag) for tag in tags_of(self.view, self.leaf.tags)]
        return bitmaps.from_ordinals(np.concatenate(changed)) if changed else BitMap()

    def _changed(self, tag: TagIndex) -> Ordinals:
        timeline = tag.timelines.at(self.view.version)
        flags = timeline.turned(self.leaf.added)
        flags &= (timeline.effective >= self.start) & (timeline.effective < self.end)
        flags &= self.view.index.recorded_by(timeline, self.leaf.actor, self.leaf.source)
        ordinals: Ordinals = timeline.ordinals[flags]
        return ordinals

    def note(self) -> str:
        """See Operator."""
        if self.start >= self.end:
            return "empty window"
        start = "" if self.start <= MIN_INSTANT_US else f"from {format_instant(self.start)} "
        return unknown_tags(self.view, self.leaf.tags) or f"{start}to before {format_instant(self.end)}"
