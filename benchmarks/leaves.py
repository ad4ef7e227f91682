"""The two leaves that most questions are made of, in each of the forms in which they are asked."""

from dataclasses import dataclass

from pyroaring import BitMap

from benchmarks.question import Asked
from benchmarks.ready import Ready
from benchmarks.workload import DAY_US, TAG_SHARES, TYPES, tag_key


@dataclass(frozen=True, slots=True)
class Held:
    """`tagged T`, by the share of the profiles that carry it."""

    share: float

    @property
    def number(self) -> int:
        """Of the tag."""
        return TAG_SHARES.index(self.share) + 1

    @property
    def text(self) -> str:
        """In the segment language."""
        return f"tagged {tag_key(self.share)}"

    @property
    def rows(self) -> str:
        """SQL: the profiles."""
        return f"SELECT ordinal FROM tags WHERE tag = {self.number}"

    @property
    def states(self) -> str:
        """SQL for chDB: bitmap states."""
        return f"SELECT bitmap FROM tag_bitmaps WHERE tag = {self.number}"

    def pieces(self, ready: Ready, asked: Asked) -> list[BitMap]:
        """What to unite."""
        return [ready.holders(self.number)]


@dataclass(frozen=True, slots=True)
class Did:
    """`did TYPE in last N days`."""

    code: int
    days: int

    @property
    def text(self) -> str:
        """In the segment language."""
        return f"did {TYPES[self.code]} in last {self.days} days"

    @property
    def condition(self) -> str:
        """SQL: the rows of the window."""
        return f"type = {self.code} AND occurred_at > {{ago_{self.days}}} AND occurred_at <= {{now}}"

    @property
    def rows(self) -> str:
        """SQL: the profiles, repeated as often as they come."""
        return f"SELECT ordinal FROM interactions WHERE {self.condition}"

    @property
    def states(self) -> str:
        """SQL for chDB: bitmap states."""
        return f"{{in_{self.code}_{self.days}}}"

    def bounds(self, asked: Asked) -> tuple[int, int]:
        """The window: start <= t < end."""
        return asked.as_of - self.days * DAY_US + 1, asked.as_of + 1

    def pieces(self, ready: Ready, asked: Asked) -> list[BitMap]:
        """What to unite."""
        return ready.pieces(self.code, *self.bounds(asked))


Leaf = Held | Did
