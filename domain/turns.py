"""What held from which version of the stream on: of merges, opting out, departments."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import TypeVar

_Turn = TypeVar("_Turn")


def known_count(turns: Sequence[tuple[int, object]], version: int | None) -> int:
    """How many there were up to a version; without one, at all. The turns stand in the order of their versions."""
    return len(turns) if version is None else bisect_right(turns, version, key=lambda turn: turn[0])


def known_last(turns: Sequence[tuple[int, _Turn]], version: int | None) -> _Turn | None:
    """What was said last up to a version; without one, at all. None for nothing."""
    known = known_count(turns, version)
    return turns[known - 1][1] if known else None
