"""What becomes of tags: who carries one, who applied it, how it grew, which segments need it; and which tags nobody needs, or
that are another one in disguise.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from unicodedata import normalize

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap

from domain.changeset import Credit
from domain.instants import day_start, local_date
from domain.limits import MAX_SHOWN_APPLIERS, MAX_SHOWN_TAG_PAIRS
from domain.tag_catalogue import TagEntry
from projections.index.history import NOTHING
from projections.index.timelines import Timeline
from projections.index.workspace_index import WorkspaceIndex
from server.usecases.catalogue_commands import tag_meant
from server.usecases.clocks import Clocks, KnownAt, Reader, Reading
from server.usecases.dependents import dependents, tags_spoken_of

_ALIKE_SHARE = 0.9
_ALIKE_HOLDERS_MIN = 10
_ALIKE_NAME_CHARACTERS_MIN = 4
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class DayOfUse:
    """A day: who carried the tag at its end (of the last one: at as_of), and how many came and went in it."""

    day: date
    holders: int
    added: int
    removed: int


@dataclass(frozen=True, slots=True)
class TagUse:
    """Of one tag, at the clocks of the reading."""

    reading: Reading
    tag: TagEntry
    holders: int
    appliers: Sequence[tuple[Credit, int]]
    """Who applied it, from where, to those who carry it now: most holders first."""
    other_appliers: int
    """How many more there are."""
    days: Sequence[DayOfUse]
    segments: Sequence[str]
    last_changed_at: int | None
    """The last instant, up to as_of, at which anybody came to it or lost it."""


@dataclass(frozen=True, slots=True)
class UnusedTag:
    """In use by the catalogue, but carried by nobody, and named by no segment in use."""

    tag: TagEntry
    last_changed_at: int | None


@dataclass(frozen=True, slots=True)
class AlikeTags:
    """Two tags whose names nearly are the same, or that nearly the same profiles carry."""

    one: TagEntry
    other: TagEntry
    holders: tuple[int, int]
    common: int
    names_alike: bool


@dataclass(frozen=True, slots=True)
class TagReview:
    """What is worth a look, of the tags that are not retired."""

    reading: Reading
    unused: Sequence[UnusedTag]
    alike: Sequence[AlikeTags]


class TagUses:
    """Any thread may ask."""

    def __init__(self, clocks: Clocks) -> None:
        self._clocks = clocks

    def use(self, reader: Reader, key: str, as_of: int | None, known_at: KnownAt, days: int, zone: str) -> TagUse:
        """Of the tag that the key means, over so many days up to that of as_of.

        Raises UnknownTag, PositionAhead, OutOfScope.
        """
        reading = self._clocks.read(reader, as_of, known_at)
        reading.refuse_tags([key])
        index, view = reading.view.index, reading.view
        tag = tag_meant(index.catalogue, key, view.version)
        segments = dependents(index, {tag.number}, {}, view.version)
        if tag.number not in index.tags:
            empty = _days(np.empty(0, np.int64), np.empty(0, np.int64), view.as_of, days, zone)
            return TagUse(reading, tag, 0, (), 0, empty, segments, None)
        nobody = index.gone(view.version) | view.out_of_scope()
        timeline = index.tags[tag.number].timelines.at(view.version).without(nobody)
        added, removed = _turns(timeline, view.as_of)
        in_force = timeline.in_force(view.as_of) & (timeline.codes != NOTHING)
        appliers = _appliers(index, timeline, in_force)
        last = [int(at.max()) for at in (added, removed) if len(at)]
        return TagUse(
            reading,
            tag,
            int(np.count_nonzero(in_force)),
            appliers[:MAX_SHOWN_APPLIERS],
            max(0, len(appliers) - MAX_SHOWN_APPLIERS),
            _days(added, removed, view.as_of, days, zone),
            segments,
            max(last, default=None),
        )

    def review(self, reader: Reader) -> TagReview:
        """Now, over all tags that are neither retired nor merged, nor staff's own, nor say who is whose customer.

        Raises OutOfScope for staff below headquarters.
        """
        reading = self._clocks.read(reader, None, KnownAt())
        if reading.scope is not None:
            raise reading.scope.for_headquarters("a review of all tags")
        index = reading.view.index
        tags = [tag for tag in index.catalogue.shared() if not tag.retired and tag.merged_into is None]
        holders = {tag.number: holder_count(reading, tag.number) for tag in tags}
        spoken_of = tags_spoken_of(index)
        unused = [
            UnusedTag(tag, _last_changed(reading, tag.number))
            for tag in tags
            if not holders[tag.number] and tag.number not in spoken_of
        ]
        by_name = {tuple(sorted(pair)) for pair in _pairs_by_name(index, tags)}
        by_holders = {tuple(sorted(pair)) for pair in _pairs_by_size(holders)}
        alike = []
        for one, other in sorted(by_name | by_holders):
            common = _common(reading, one, other)
            mostly = common >= _ALIKE_SHARE * (holders[one] + holders[other] - common)
            if (one, other) in by_name or mostly:
                entries = index.catalogue.tags[one], index.catalogue.tags[other]
                alike.append(AlikeTags(*entries, (holders[one], holders[other]), common, (one, other) in by_name))
        alike.sort(key=lambda pair: (-pair.common, pair.one.number, pair.other.number))
        return TagReview(reading, unused, alike[:MAX_SHOWN_TAG_PAIRS])


def _turns(timeline: Timeline, as_of: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The instants up to as_of at which somebody came to the tag, and at which somebody lost it; ascending."""
    carried, seen = timeline.codes != NOTHING, timeline.effective <= as_of
    turned = seen & (carried != timeline.carried_before)
    return np.sort(timeline.effective[turned & carried]), np.sort(timeline.effective[turned & ~carried])


def _days(
    added: npt.NDArray[np.int64], removed: npt.NDArray[np.int64], as_of: int, count: int, zone: str
) -> Sequence[DayOfUse]:
    last = local_date(as_of, zone)
    days = [last - timedelta(days=back) for back in range(count - 1, -1, -1)]
    bounds = [*(day_start(day, zone) for day in days), as_of + 1]
    came, went = (np.searchsorted(instants, bounds).tolist() for instants in (added, removed))
    return [
        DayOfUse(day, came[k + 1] - went[k + 1], after - before, lost_after - lost_before)
        for k, (day, (before, after), (lost_before, lost_after)) in enumerate(
            zip(days, pairwise(came), pairwise(went), strict=True)
        )
    ]


def _appliers(index: WorkspaceIndex, timeline: Timeline, in_force: Flags) -> list[tuple[Credit, int]]:
    versions = timeline.versions[in_force].astype(np.int64)
    credits = np.zeros(len(versions), np.int64) if timeline.credits is None else timeline.credits[in_force].astype(np.int64)
    found: Counter[Credit] = Counter()
    for credit in np.unique(credits[credits != 0]).tolist():
        found[index.credit_of(0, credit)] += int(np.count_nonzero(credits == credit))
    actors, sources = index.recorders(versions[credits == 0])
    pairs, counts = np.unique(np.stack([actors, sources]), axis=1, return_counts=True)
    for (actor, source), count in zip(pairs.T.tolist(), counts.tolist(), strict=True):
        found[Credit(index.actors.value(actor), index.sources.value(source))] += count
    return sorted(found.items(), key=lambda pair: (-pair[1], pair[0].actor, pair[0].source))


def holder_count(reading: Reading, number: int) -> int:
    """How many profiles of whom the reader sees something carry a tag; those too who have opted out, not who were erased."""
    return len(_holders(reading, number))


def _holders(reading: Reading, number: int) -> BitMap:
    index, view = reading.view.index, reading.view
    holders = index.differences.less(index.holders(number, view.as_of, view.version), index.gone(view.version))
    return holders if view.scope is None else holders & view.scope


def _common(reading: Reading, one: int, other: int) -> int:
    return int(_holders(reading, one).intersection_cardinality(_holders(reading, other)))


def _last_changed(reading: Reading, number: int) -> int | None:
    tag = reading.view.index.tags.get(number)
    if tag is None:
        return None
    rows = tag.turns.rows if tag.turns else tag.history
    effective = rows.visible(reading.view.version).effective
    seen = effective[effective <= reading.view.as_of]
    return int(seen.max()) if len(seen) else None


def _pairs_by_size(holders: dict[int, int]) -> Iterator[tuple[int, int]]:
    """Tags of which one has at most so few more holders than the other that nearly the same profiles may carry them."""
    by_size = sorted((count, number) for number, count in holders.items() if count >= _ALIKE_HOLDERS_MIN)
    for k, (count, number) in enumerate(by_size):
        for larger, other in by_size[k + 1 :]:
            if count < _ALIKE_SHARE * larger:
                break
            yield number, other


def _pairs_by_name(index: WorkspaceIndex, tags: Sequence[TagEntry]) -> Iterator[tuple[int, int]]:
    """Tags whose keys are equal but for case, width, spaces, punctuation, or one Latin letter; digits make a difference."""
    buckets: dict[str, list[tuple[str, int]]] = {}
    for tag in tags:
        letters = "".join(filter(str.isalnum, normalize("NFKC", index.catalogue.key(tag.number)).casefold()))
        spellings = {letters}
        if len(letters) >= _ALIKE_NAME_CHARACTERS_MIN and letters.isascii():  # one Chinese character is a word
            spellings |= {letters[:k] + letters[k + 1 :] for k in range(len(letters))}
        for spelling in spellings:
            buckets.setdefault(spelling, []).append((letters, tag.number))
    for bucket in buckets.values():
        for k, (letters, number) in enumerate(bucket):
            yield from ((number, other) for known, other in bucket[k + 1 :] if _digits(letters) == _digits(known))


def _digits(letters: str) -> str:
    return "".join(filter(str.isdigit, letters))
