"""Random departments and staff: trees that change, people who move in them."""

import random
from dataclasses import dataclass, field
from typing import Final

from domain.catalogue_changes import (
    CatalogueChange,
    DepartmentChanged,
    DepartmentDefined,
    DepartmentRetired,
    StaffChanged,
    StaffDefined,
    StaffRestored,
    StaffRetired,
    TagDefined,
)

DEPARTMENT_IDS: Final = ("east", "list", "西区/一")
STAFF_IDS: Final = ("wang", "li", "赵")


@dataclass(slots=True)
class Staffing:
    """What there is by now, by number."""

    parents: dict[int, int | None] = field(default_factory=dict)
    departments: dict[int, int | None] = field(default_factory=dict)
    """Of staff."""
    left: set[int] = field(default_factory=set)

    def changed(self, rng: random.Random, next_tag: int) -> list[CatalogueChange]:
        """Something new, or otherwise; the tag of somebody new comes last."""
        which = rng.random()
        if which < 0.3 and len(self.parents) < len(DEPARTMENT_IDS):
            return [self._department(rng)]
        if which < 0.6 and len(self.departments) < len(STAFF_IDS):
            number = len(self.departments) + 1
            self.departments[number] = self._somewhere(rng)
            name = STAFF_IDS[number - 1]
            return [
                StaffDefined(number, name, "", self.departments[number], "member", next_tag),
                TagDefined(next_tag, None, f"staff:{name}", ""),
            ]
        if which < 0.75 and self.parents:
            number = rng.choice(list(self.parents))
            if rng.random() < 0.2:
                return [DepartmentRetired(number)]
            below = [one for one in self.parents if not self._within(one, number)]
            self.parents[number] = rng.choice([None, *below])
            return [DepartmentChanged(number, "", self.parents[number])]
        if not self.departments:
            return []
        number = rng.choice(list(self.departments))
        if which < 0.95:
            self.departments[number] = self._somewhere(rng)
            return [StaffChanged(number, "", self.departments[number], "member")]
        self.left ^= {number}
        return [StaffRetired(number) if number in self.left else StaffRestored(number)]

    def _department(self, rng: random.Random) -> CatalogueChange:
        number = len(self.parents) + 1
        parent = self._somewhere(rng)
        self.parents[number] = parent
        return DepartmentDefined(number, DEPARTMENT_IDS[number - 1], "", parent)

    def _somewhere(self, rng: random.Random) -> int | None:
        return rng.choice([None, *self.parents, *self.parents, *self.parents])

    def _within(self, number: int | None, department: int) -> bool:
        return number is not None and (number == department or self._within(self.parents[number], department))
