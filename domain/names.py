"""Names (of tags, types, properties, traits): one normal form, and the nearest known one for a kind error message."""

import difflib
import unicodedata
from collections.abc import Sequence

_COMPARED_MAX = 20_000


def normalized(name: str) -> str:
    """The form in which names are stored and compared: Unicode NFC."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)


def nearest(name: str, known: Sequence[str]) -> str:
    """The known name that somebody who wrote `name` probably meant, or ""."""
    folded = {candidate.casefold(): candidate for candidate in known[:_COMPARED_MAX]}
    wanted = name.casefold()
    if wanted in folded:
        return folded[wanted]
    for candidate, original in folded.items():
        if candidate.rpartition("/")[2] == wanted or candidate == wanted.rpartition("/")[2]:
            return original
    close = difflib.get_close_matches(wanted, folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else ""
