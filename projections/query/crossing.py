"""How many profiles are in every combination of the parts of some axes: unions and intersections of ready bitmaps."""

from collections.abc import Iterator, Sequence

from pyroaring import BitMap

from projections.index import bitmaps


def crossed(members: BitMap, axes: Sequence[Sequence[BitMap]]) -> list[int]:
    """The counts, the last axis changing fastest. Each axis has its parts in order, and then the members that are in none."""
    return list(_cells(members, [([part & members for part in parts], bitmaps.union(list(parts))) for parts in axes]))


def _cells(members: BitMap, axes: Sequence[tuple[Sequence[BitMap], BitMap]]) -> Iterator[int]:
    (parts, every), *others = axes
    if not others:
        yield from (members.intersection_cardinality(part) for part in parts)
        yield len(members) - members.intersection_cardinality(every)
        return
    for part in parts:
        yield from _cells(members & part, others)
    yield from _cells(members - every, others)
