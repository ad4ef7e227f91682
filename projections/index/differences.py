"""Unions and differences of bitmaps that stay as they are, remembered: who is left out of answers is the same for many of them.

A tag's holders less a hundred thousand profiles takes as long as half a question. Bitmaps are told by identity, and what
was made of them is kept from the second time on that it is asked for: most bitmaps are never seen again.
"""

from pyroaring import BitMap

from projections.index import bitmaps

_REMEMBERED = 16
_NOBODY = BitMap()
_Known = tuple[BitMap, BitMap, BitMap | None]


class Differences:
    """Any thread may ask; of two at once, one may work in vain."""

    def __init__(self) -> None:
        self._united: tuple[tuple[BitMap, ...], BitMap] = ((), _NOBODY)
        self._known: tuple[_Known, ...] = ()

    def union(self, parts: list[BitMap]) -> BitMap:
        """Of bitmaps that are not empty; must not be changed."""
        if len(parts) < 2:
            return parts[0] if parts else _NOBODY
        known, united = self._united
        if len(known) != len(parts) or any(one is not other for one, other in zip(known, parts, strict=True)):
            united = bitmaps.union(parts)
            self._united = tuple(parts), united
        return united

    def less(self, members: BitMap, others: BitMap) -> BitMap:
        """The members that are not among the others; must not be changed."""
        seen = False
        for one, other, left in self._known:
            if one is members and other is others:
                if left is not None:
                    return left
                seen = True
        found = members - others
        rest = tuple(entry for entry in self._known if not (entry[0] is members and entry[1] is others))
        self._known = ((members, others, found if seen else None), *rest[: _REMEMBERED - 1])
        return found
