"""What an explanation has to go through, found from the index alone: what must be read for it, and whether it is too much."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.errors import LimitExceeded
from domain.language.syntax import And, Expression, InList, Not, Tagged
from domain.limits import MAX_EXPLAINED_LEAVES
from projections.explaining.listings import Listing
from projections.explaining.logic import Skeleton
from projections.query.view import View


@dataclass(frozen=True, slots=True)
class Outline:
    """The leaves of an expression, and where one profile stands with the lists among them."""

    view: View
    ordinal: int | None
    """The profile's number in the workspace; None for one never seen."""
    skeleton: Skeleton
    listings: Mapping[str, Listing]
    """By the canonical text of the leaf."""

    @classmethod
    def of(cls, expression: Expression, view: View, ordinal: int | None) -> "Outline":
        """Raises LimitExceeded, UnknownList, UnknownSegment."""
        skeleton = Skeleton(_asked(expression, view), view.index.catalogue.segments, view.version)
        LimitExceeded.refuse(
            "explained leaves",
            field="segment",
            maximum=MAX_EXPLAINED_LEAVES,
            actual=len(skeleton.leaves),
            remedy="explain a part of the expression, or leave profile_id out",
        )
        places = skeleton.leaves.items()
        listings = {text: Listing.of(one.leaf, view, ordinal) for text, one in places if isinstance(one.leaf, InList)}
        return cls(view, ordinal, skeleton, listings)

    @property
    def deciding_uploads(self) -> set[int]:
        """The versions of the stream whose uploads put the profile on these lists, or took it off, last."""
        return {version for listing in self.listings.values() for version in listing.decided_by}


def _asked(expression: Expression, view: View) -> Expression:
    """The expression with what holds of every one: who has opted out is no member."""
    catalogue = view.index.catalogue
    keys = tuple(catalogue.key(number) for number in catalogue.opt_out_tags(view.version))
    return And((expression, Not(Tagged(keys)))) if keys else expression
