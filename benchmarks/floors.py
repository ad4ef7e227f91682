"""The bare numpy and pyroaring operations below each answer, on arrays and bitmaps that are ready: see benchmarks.ready.

Each function makes a Floor. What is left of the engine's work is not in them: planning, versions, exact numbers of any size.
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from benchmarks.leaves import Did, Held, Leaf
from benchmarks.question import Asked, Floor, month_start
from benchmarks.ready import Ready
from benchmarks.workload import DAY_US, START_US

_LONG_BEFORE = START_US - DAY_US


def both(first: Leaf, second: Leaf) -> Floor:
    """Who is in both."""

    def floor(ready: Ready, asked: Asked) -> Callable[[], int]:
        left, right = first.pieces(ready, asked), second.pieces(ready, asked)
        return lambda: int(_united(left).intersection_cardinality(_united(right)))

    return floor


def first_only(first: Leaf, second: Leaf) -> Floor:
    """Who is in the first, and not in the second."""

    def floor(ready: Ready, asked: Asked) -> Callable[[], int]:
        left, right = first.pieces(ready, asked), second.pieces(ready, asked)
        return lambda: int(_united(left).difference_cardinality(_united(right)))

    return floor


def of_groups(groups: Sequence[tuple[bool, Sequence[Leaf]]]) -> Floor:
    """Who is in some leaf of each group, or with False in none. The first group is a positive one."""

    def floor(ready: Ready, asked: Asked) -> Callable[[], int]:
        parts = [(wanted, [piece for leaf in leaves for piece in leaf.pieces(ready, asked)]) for wanted, leaves in groups]

        def run() -> int:
            members = _united(parts[0][1])
            for wanted, pieces in parts[1:]:
                members = members & _united(pieces) if wanted else members - _united(pieces)
            return len(members)

        return run

    return floor


def listed(first: Leaf, second: Leaf) -> Floor:
    """The ordinals of who is in both."""

    def floor(ready: Ready, asked: Asked) -> Callable[[], int]:
        left, right = first.pieces(ready, asked), second.pieces(ready, asked)
        return lambda: len(np.frombuffer((_united(left) & _united(right)).to_array(), np.uint32))

    return floor


def edge(window: Did, *, last: bool) -> Floor:
    """Whose first one is in the window; with `last`, whose last one is before it."""

    def floor(ready: Ready, asked: Asked) -> Callable[[], int]:
        start, end = window.bounds(asked)
        # "before 60 days ago" leaves out the instant that "in last 60 days" leaves out too.
        start -= 1 if last else 0
        before, inside = ready.pieces(window.code, _LONG_BEFORE, start), ready.pieces(window.code, start, end)
        wanted, unwanted = (before, inside) if last else (inside, before)
        return lambda: int(_united(wanted).difference_cardinality(_united(unwanted)))

    return floor


def in_two_of_three_months(code: int) -> Floor:
    """Who did in at least two of the last three calendar months."""

    def floor(ready: Ready, asked: Asked) -> Callable[[], int]:
        now, *starts = asked.as_of + 1, *(month_start(asked.as_of, back) for back in range(3))
        current = ready.pieces(code, starts[0], now)
        one, two = (_united(ready.pieces(code, starts[k], starts[k - 1])) for k in (1, 2))

        def run() -> int:
            this = _united(current)
            return len((this & (one | two)) | (one & two))

        return run

    return floor


def counted(window: Did, least: int, tag: Held | None = None) -> Floor:
    """Who did at least so often."""

    def floor(ready: Ready, asked: Asked) -> Callable[[], int]:
        rows = ready.rows(window.code)
        ordinals = rows.ordinals[rows.window(*window.bounds(asked))]
        flags = ready.held_flags(tag.number) if tag else None

        def run() -> int:
            picked = ordinals if flags is None else ordinals[np.flatnonzero(flags[ordinals])]
            return int(np.count_nonzero(np.bincount(picked, minlength=ready.profiles) >= least))

        return run

    return floor


def summed(window: Did, least: int, tag: Held | None = None) -> Floor:
    """Whose amounts are at least so much together, in 1/10,000."""

    def floor(ready: Ready, asked: Asked) -> Callable[[], int]:
        rows = ready.rows(window.code)
        place = rows.window(*window.bounds(asked))
        ordinals, amounts = rows.ordinals[place], rows.amounts[place]
        flags = ready.held_flags(tag.number) if tag else None

        def run() -> int:
            if flags is None:
                sums = np.bincount(ordinals, amounts, ready.profiles)
            else:
                held = np.flatnonzero(flags[ordinals])
                sums = np.bincount(ordinals[held], amounts[held], ready.profiles)
            return int(np.count_nonzero(sums >= least))

        return run

    return floor


def top_tenth(window: Did) -> Floor:
    """The tenth with the greatest sums."""

    def floor(ready: Ready, asked: Asked) -> Callable[[], int]:
        rows = ready.rows(window.code)
        place = rows.window(*window.bounds(asked))
        ordinals, amounts = rows.ordinals[place], rows.amounts[place]

        def run() -> int:
            sums = np.bincount(ordinals, amounts, ready.profiles)
            sums = sums[sums > 0]
            wanted = -(-len(sums) // 10)
            return len(np.partition(sums, len(sums) - wanted)[len(sums) - wanted :])

        return run

    return floor


def filtered(window: Did, category: int, least: int) -> Floor:
    """Who has a row of this category and at least this amount."""

    def floor(ready: Ready, asked: Asked) -> Callable[[], int]:
        rows = ready.rows(window.code)
        place = rows.window(*window.bounds(asked))
        ordinals, amounts, categories = rows.ordinals[place], rows.amounts[place], rows.categories[place]
        return lambda: _distinct(ordinals[(categories == category) & (amounts >= least)], ready.profiles)

    return floor


def known_then(window: Did, tag: Held) -> Floor:
    """Who did, by the changesets that were known, and carries the tag."""

    def floor(ready: Ready, asked: Asked) -> Callable[[], int]:
        rows = ready.rows(window.code)
        place = rows.window(*window.bounds(asked))
        ordinals, batches, flags = rows.ordinals[place], rows.batches[place], ready.held_flags(tag.number)

        def run() -> int:
            did = np.zeros(ready.profiles, np.bool_)
            did[ordinals[batches < asked.known]] = True
            return int(np.count_nonzero(did & flags))

        return run

    return floor


def known_and_held_then(window: Did) -> Floor:
    """Who did, and carried the moving tag by its last change, by the changesets that were known."""

    def floor(ready: Ready, asked: Asked) -> Callable[[], int]:
        rows, moves = ready.rows(window.code), ready.moves
        place = rows.window(*window.bounds(asked))
        ordinals, batches = rows.ordinals[place], rows.batches[place]

        def run() -> int:
            visible = np.flatnonzero((moves.effective_at <= asked.as_of) & (moves.batches < asked.known))
            whose = moves.ordinals[visible]
            last = np.flatnonzero(np.append(whose[1:] != whose[:-1], True))
            held, did = np.zeros(ready.profiles, np.bool_), np.zeros(ready.profiles, np.bool_)
            held[whose[last]] = moves.applied[visible[last]]
            did[ordinals[batches < asked.known]] = True
            return int(np.count_nonzero(did & held))

        return run

    return floor


def followed(start: Did, then: Did, within: int) -> Floor:
    """Who did the one, and at most `within` microseconds later the other: sorted keys, one binary search a row.

    Only rows of profiles that did both are sorted. A key is the profile and the place of the row in time; at equal instants
    the later step comes first, for it does not count.
    """

    def floor(ready: Ready, asked: Asked) -> Callable[[], int]:
        slices = [(ready.rows(window.code), ready.rows(window.code).window(*window.bounds(asked))) for window in (then, start)]
        times = np.concatenate([rows.times[place] for rows, place in slices])
        order = np.argsort(times, kind="stable")
        places = np.empty_like(order)
        places[order] = np.arange(len(order))
        bits = len(order).bit_length()
        keys = (np.concatenate([rows.ordinals[place] for rows, place in slices]) << bits) + places
        count = slices[0][1].stop - slices[0][1].start
        times, later, earlier = times[order], keys[:count], keys[count:]

        def run() -> int:
            did, followed = np.zeros(ready.profiles, np.bool_), np.zeros(ready.profiles, np.bool_)
            did[earlier >> bits] = followed[later >> bits] = True
            did &= followed
            before = np.sort(earlier[np.flatnonzero(did[earlier >> bits])])
            after = np.sort(later[np.flatnonzero(did[later >> bits])])
            found = np.searchsorted(before, after) - 1
            before, after = before[found[found >= 0]], after[found >= 0]
            soon = times[after & ((1 << bits) - 1)] - times[before & ((1 << bits) - 1)] <= within
            return _distinct((after >> bits)[soon & (after >> bits == before >> bits)], ready.profiles)

        return run

    return floor


def checked(segments: Sequence[tuple[Held, Did, int]]) -> Floor:
    """In how many segments one profile is: carries the tag, and did at least so often."""

    def floor(ready: Ready, asked: Asked) -> Callable[[], int]:
        found = ready.by_profile
        place = slice(*found.starts[asked.ordinal : asked.ordinal + 2].tolist())
        times, types = found.times[place, np.newaxis], found.types[place, np.newaxis]
        codes = np.asarray([window.code for _, window, _ in segments], np.uint8)
        spans: npt.NDArray[np.int64] = np.asarray([window.days * DAY_US for _, window, _ in segments])
        least = np.asarray([count for _, _, count in segments])
        holders = [ready.holders(tag.number) for tag, _, _ in segments]

        def run() -> int:
            visible = (types == codes) & (times > asked.as_of - spans) & (times <= asked.as_of)
            did = visible.sum(axis=0) >= least
            return int(np.count_nonzero(did & np.asarray([asked.ordinal in held for held in holders])))

        return run

    return floor


def _united(pieces: list[BitMap]) -> BitMap:
    return pieces[0] if len(pieces) == 1 else BitMap.union(*pieces)


def _distinct(ordinals: npt.NDArray[np.int64], size: int) -> int:
    seen = np.zeros(size, np.bool_)
    seen[ordinals] = True
    return int(np.count_nonzero(seen))
