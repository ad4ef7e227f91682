"""`in department D`: the customers of the staff of a department and of those below it."""

from dataclasses import dataclass

from pyroaring import BitMap

from domain.language.syntax import InDepartment
from projections.index import bitmaps
from projections.index.tag_index import TagIndex
from projections.query.view import View


@dataclass(frozen=True, slots=True)
class InDepartmentOperator:
    """Whoever carries the tag of one of the staff."""

    view: View
    tags: tuple[TagIndex, ...]
    staff_count: int

    @classmethod
    def of(cls, view: View, leaf: InDepartment) -> "InDepartmentOperator":
        """Bind: the staff as it was at known_at."""
        numbers = view.index.catalogue.staff.customer_tags(leaf.department, view.version)
        tags = (view.index.tags.get(number) for number in numbers)
        return cls(view, tuple(tag for tag in tags if tag is not None), len(numbers))

    @property
    def name(self) -> str:
        """See Operator."""
        return "in department"

    def estimate(self) -> int:
        """See Operator."""
        return min(self.view.size, sum(len(tag.history) for tag in self.tags))

    def cost(self) -> int:
        """See Operator."""
        return 0

    def verify(self) -> None:
        """See Operator."""

    def members(self) -> BitMap:
        """See Operator."""
        return bitmaps.union([tag.holders.at(self.view.as_of, self.view.version).bitmap for tag in self.tags])

    def note(self) -> str:
        """See Operator."""
        return f"of {self.staff_count:,} staff" if self.staff_count else "the department had no staff at known_at"
