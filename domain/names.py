"""Names (of tags, types, properties, traits): one normal form, and the nearest known one for a kind message."""

import unicodedata
from collections.abc import Collection
from difflib import get_close_matches
from heapq import nlargest

COMPARED_CHARACTERS_MAX = 128
_CANDIDATES_MAX = 200  # comparing costs milliseconds for large vocabularies, so only the most likely ones are


def normalized(name: str) -> str:
    """The form in which names are stored and compared: Unicode NFC."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)


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
