"""Pages of what lies in memory, and the token of the next one."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from server.usecases.tokens import ROWS, VERSIONS, make_token, question_digest, read_token

_T = TypeVar("_T")
# Expressions may have 65,536 characters; a page of long ones ends early, so that every client can receive it.
_PAGE_CHARACTERS_MAX = 2 * 1024 * 1024


def page_of(
    items: Sequence[_T], size: int, token: str, *question: object, characters: Callable[[_T], int] = lambda _: 0
) -> tuple[Sequence[_T], str]:
    """A page, and the token of the next; shorter than `size` when the items have too many `characters` together."""
    digest = question_digest(*question)
    (start,) = read_token(token, digest, (ROWS,)) if token else (0,)
    end, room = start, _PAGE_CHARACTERS_MAX
    for item in items[start : start + size]:
        room -= characters(item)
        if room < 0 and end > start:
            break
        end += 1
    return items[start:end], make_token(digest, end) if end < len(items) else ""


def numbers_down(newest: int, size: int, token: str, *question: object) -> tuple[range, str]:
    """A page of the numbers from the newest down to 1, and the token of the next: pages stay when a newer number comes."""
    digest = question_digest(*question)
    (asked,) = read_token(token, digest, (VERSIONS,)) if token else (newest,)
    first = min(asked, newest)  # of another server, which may be ahead
    following = max(first - size, 0)
    return range(first, following, -1), make_token(digest, following) if following else ""
