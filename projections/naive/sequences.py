"""Which instants follow which, step by step of a sequence."""

from domain.language import syntax as tree
from projections.naive.rows import Selected
from projections.naive.times import length


def instants(rows: Selected) -> dict[int, list[int]]:
    """Per profile the instants of its rows, in order of time; equal ones stay."""
    return {ordinal: sorted(row.at for row in of_profile) for ordinal, of_profile in rows.items()}


def followers(step: tree.Step, ends: list[int], events: list[int], as_of: int) -> list[int]:
    """Instants of events that follow one of the ends, strictly, and in time if the step says so."""
    return [at for at in events if any(end < at <= (end + length(step.within) if step.within else as_of) for end in ends)]


def unanswered(step: tree.Step, ends: list[int], events: list[int], as_of: int) -> list[int]:
    """The ends that no event follows in the step's time, which is over."""
    limits = {end: end + length(step.within) if step.within else as_of for end in ends}
    return [end for end, limit in limits.items() if limit <= as_of and not any(end < at <= limit for at in events)]
