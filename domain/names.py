"""Names (of tags, types, traits, segments …): one normal form, who had which when, and the nearest one for a kind message."""

import unicodedata
from bisect import bisect_right
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from heapq import nlargest

COMPARED_CHARACTERS_MAX = 128
_CANDIDATES_MAX = 200  # comparing costs milliseconds for large vocabularies, so only the most likely ones are


def normalized(name: str) -> str:
    """The form in which names are stored and compared: Unicode NFC."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)


class NameHistory:
    """Which number had a name at which version of the stream: a name that a rename set free may be taken by another."""

    def __init__(self) -> None:
        self._holders: dict[str, list[tuple[int, int | None]]] = {}

    def record(self, version: int, before: Mapping[str, int], after: Mapping[str, int]) -> None:
        """Names changed hands at a version, later than all before it."""
        for name in before.keys() | after.keys():
            if before.get(name) != after.get(name):
                self._holders.setdefault(name, []).append((version, after.get(name)))

    def holder(self, name: str, version: int) -> int | None:
        """Who had the name at that version, or if nobody had, who took it first after; None for nobody ever."""
        holders = self._holders.get(name, [])
        place = bisect_right(holders, version, key=lambda held: held[0])
        return next((number for _, number in holders[max(0, place - 1) :] if number is not None), None)


class KnownNames:
    """Known names by how they may be misspelt: in another case, without their group, or with other letters."""

    def __init__(self, known: Collection[str]) -> None:
        self._whole: dict[str, str] = {}
        self._last_part: dict[str, str] = {}
        for name in sorted(known, key=lambda known_name: (len(known_name), known_name)):
            folded = name.casefold()
            self._whole.setdefault(folded, name)
            self._last_part.setdefault(folded.rpartition("/")[2], name)

    def nearest(self, name: str, search: bool = True) -> str:
        """The nearest known name, or ""; without `search` only what a look-up finds."""
        folded = name.casefold()[:COMPARED_CHARACTERS_MAX]
        found = self._whole.get(folded) or self._last_part.get(folded) or self._last_part.get(folded.rpartition("/")[2])
        if found or not search:
            return found or ""
        return self._containing(folded) or self._similar(folded)

    def _containing(self, folded: str) -> str:
        """The shortest known name that begins or ends with this one."""
        if len(folded) < 3:
            return ""
        return next((name for known, name in self._whole.items() if known.startswith(folded) or known.endswith(folded)), "")

    def _similar(self, folded: str) -> str:
        letters = set(folded)
        spellings = {**self._last_part, **self._whole}
        likely = nlargest(
            _CANDIDATES_MAX, spellings, key=lambda known: len(letters.intersection(known)) - abs(len(known) - len(folded))
        )
        close = get_close_matches(folded, likely, n=1)
        return spellings[close[0]] if close else ""
