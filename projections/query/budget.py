"""Refuses a plan before it runs, if it would touch more rows than one question may."""

from domain.errors import LimitExceeded
from domain.limits import MAX_QUESTION_ROWS
from projections.query.plan import Lookup, Step, walk


def refuse_beyond_budget(root: Step) -> None:
    """Raise LimitExceeded that names the costliest leaf. Leaves that are shared count once, as they run."""
    if root.cost <= MAX_QUESTION_ROWS:  # with shared leaves counted each time, so never too little
        return
    lookups = {id(step): step for _, step in walk(root) if isinstance(step, Lookup)}
    rows = sum(lookup.cost for lookup in lookups.values())
    if rows > MAX_QUESTION_ROWS:
        costliest = max(lookups.values(), key=lambda lookup: lookup.cost)
        remedy = f"narrow a window or leave something out; most goes to `{costliest.text}` with {costliest.cost:,} rows"
        raise LimitExceeded.of("question rows", field="segment", maximum=MAX_QUESTION_ROWS, actual=rows, remedy=remedy)
