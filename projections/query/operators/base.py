"""What the planner and the executor know of an operator."""

from typing import Protocol, runtime_checkable

from pyroaring import BitMap


class Operator(Protocol):
    """A leaf bound to a view. Making one is cheap; `members` does the work."""

    @property
    def name(self) -> str:
        """For explain, for example "tagged"."""

    def estimate(self) -> int:
        """How many profiles at most, about; cheap."""

    def cost(self) -> int:
        """Rows that `members` may have to touch; cheap. Bitmaps that are kept ready cost nothing."""

    def verify(self) -> None:
        """Raise the refusal (MixedCurrencies) that this leaf's data calls for, whatever the rest of the expression says."""

    def members(self) -> BitMap:
        """The profiles; the caller must not change the bitmap."""

    def note(self) -> str:
        """How, in words for explain: the absolute bounds of the window, what is unknown."""


@runtime_checkable
class Countable(Protocol):
    """An operator that can count without making its members."""

    def count_among(self, candidates: BitMap) -> int | None:
        """How many of the candidates are members; None when making the members is as good."""


@runtime_checkable
class Counted(Protocol):
    """An operator that can count all its members without making them."""

    def count_all(self) -> int | None:
        """How many; None when making the members is as good."""


@runtime_checkable
class Narrowable(Protocol):
    """An operator that is cheaper for few profiles: it reads their rows only."""

    def narrowed(self, candidates: BitMap) -> Operator:
        """The same operator for these profiles. Of others it may say anything: the caller intersects, or subtracts."""


@runtime_checkable
class Ranking(Protocol):
    """An operator that compares profiles with each other."""

    def among(self, candidates: BitMap) -> Operator:
        """The same, where there are no other profiles than these."""
