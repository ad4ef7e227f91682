"""Instants at which a tag was added or removed, from the states of each (profile, tag), each in order of time."""

from collections.abc import Iterable, Sequence

from domain.language import syntax as tree
from projections.naive.rows import ChangeRow, Clock, attributed
from projections.naive.times import inside, length

States = Iterable[Sequence[ChangeRow]]


def tag_changed(leaf: tree.TagChanged, of_tags: States, clock: Clock) -> frozenset[int]:
    """Whose tag turned in the window as the leaf says."""
    found = set[int]()
    for states in of_tags:
        before = False
        for row in states:
            turned = row.holds != before and row.holds == leaf.added
            if turned and attributed(leaf, row) and inside(leaf.window, row.at, clock.as_of):
                found.add(row.ordinal)
            before = row.holds
    return frozenset(found)


def moved(leaf: tree.Moved, of_before: States, of_after: States, clock: Clock) -> frozenset[int]:
    """Who lost one of the tags before, carried for long enough, when one of those after came, in the window."""
    gone = set[tuple[int, int]]()
    for states in of_before:
        since = None
        for row in states:
            if since is not None and not row.holds and (leaf.dwelt is None or row.at - since >= length(leaf.dwelt)):
                gone.add((row.ordinal, row.at))
            since = None if not row.holds else row.at if since is None else since
    found = set[int]()
    for states in of_after:
        before = False
        for row in states:
            added = row.holds and not before and attributed(leaf, row)
            if added and (row.ordinal, row.at) in gone and inside(leaf.window, row.at, clock.as_of):
                found.add(row.ordinal)
            before = row.holds
    return frozenset(found)
