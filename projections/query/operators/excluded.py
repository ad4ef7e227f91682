"""Who is in no segment: planned beside every expression of a workspace that has any such profile. No leaf of the language."""

from dataclasses import dataclass

from pyroaring import BitMap


@dataclass(frozen=True, slots=True)
class ExcludedOperator:
    """Profiles that were erased by known_at, or have opted out at as_of: those of a view, found once for a plan."""

    profiles: BitMap

    @property
    def name(self) -> str:
        """See Operator."""
        return "excluded"

    def estimate(self) -> int:
        """See Operator."""
        return len(self.profiles)

    def cost(self) -> int:
        """See Operator."""
        return 0

    def verify(self) -> None:
        """See Operator."""

    def members(self) -> BitMap:
        """See Operator."""
        return self.profiles

    def note(self) -> str:
        """See Operator."""
        return "profiles that were erased, or carry a tag that opts them out"
