"""Where an index stands in the stream of its workspace."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clock:
    """The end of what is applied."""

    version: int
    position: int
    recorded_at: int
