"""Evidence of leaves about tags and traits, where of several changes the last one decides."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from domain.language.syntax import TagChanged, Tagged, TopTagged, Trait, TraitDate
from domain.language.windows import resolve, span_us
from domain.limits import MIN_INSTANT_US
from domain.names import normalized
from projections.explaining.world import Event, World
from projections.history.entries import TagEntry, TraitEntry
from projections.query.prepared import Prepared

Cited = tuple[Sequence[Event], str]
RANK_NOTE = "the rank depends on the other profiles too, so no instant is told at which it turns"
_NOT_SO_LONG, _TOO_LONG_AGO = "not for so long without a break", "so long ago there was nothing"


def of_tagged(leaf: Tagged, world: World, as_of: int, holds: bool) -> Cited:
    """The applies that carry it, or what took it away or replaced it."""
    since = as_of - (span_us(leaf.lasting) if leaf.lasting else 0)
    good, by_tag = set[Event](), list[list[Event]]()
    for key, changes in _changes_of(leaf.tags, world, as_of):
        of_it = set(world.alone(replace(leaf, tags=(key,), lasting=None), as_of))
        good |= of_it
        if not holds:
            by_tag.append(_after_the_last_good(changes, of_it, since))
        elif world.holds(Prepared(replace(leaf, tags=(key,))), as_of):
            by_tag.append(_trailing(changes, of_it))
    cited = [event for events in by_tag for event in events]
    if not holds and not good.isdisjoint(cited):
        # Tags that exclude each other: without what takes the one away, nothing of the other one would be left.
        cited = min(filter(None, by_tag), key=len)
    if cited or holds:
        return _newest_first(cited), ""
    if good and leaf.lasting:
        return (), _NOT_SO_LONG if since >= MIN_INSTANT_US else _TOO_LONG_AGO
    if not any(world.catalogue.meant(key) is not None for key in leaf.tags):
        return (), "not in the catalogue"
    lapsed = any(event.lapses_at <= as_of for _, changes in _changes_of(leaf.tags, world, as_of) for event in changes[-1:])
    return (), "lapsed, and was not renewed" if lapsed else "never applied so"


def of_top_tagged(leaf: TopTagged, world: World, as_of: int) -> Cited:
    """The applies that give the value that is ranked."""
    valued = Tagged((leaf.tag,))
    cited, _ = of_tagged(valued, world, as_of, True) if world.holds(Prepared(valued), as_of) else ((), "")
    return cited, f"what gives the value; {RANK_NOTE}" if cited else "not carried with a value"


def of_tag_changed(leaf: TagChanged, world: World, as_of: int, holds: bool) -> Cited:
    """The changes that turn it in the window, and those that would, were these not there."""
    cited: list[Event] = []
    for key, changes in _changes_of(leaf.tags, world, as_of):
        cited += _turning(leaf, world.catalogue.meant(key), changes, as_of)
    return _newest_first(cited), "" if holds else "no such change in the window"


def _turning(leaf: TagChanged, number: int | None, changes: Sequence[Event], as_of: int) -> list[Event]:
    """The changes that turn the tag in the window, each as if those before it that do were not there."""
    start, end = resolve(leaf.window, as_of)
    instants = [list(together) for _, together in groupby(changes, key=lambda event: event.at)]
    times = [*(here[0].at for here in instants), as_of + 1]
    cited: list[Event] = []
    deciding: list[Event | None] = [None]
    """Before each of the instants, as far as they are looked through."""
    while True:
        k, last = len(deciding) - 1, deciding[-1]
        applied = last if last and _applies(last, number) else None
        carried = applied is not None and applied.lapses_at >= times[k]
        if applied and not carried and not leaf.added and start <= applied.lapses_at < end and _by(leaf, applied):
            while deciding[-1] is last:
                deciding.pop()
            cited.append(instants[len(deciding) - 1].pop())
            continue
        if k == len(instants):
            return cited
        here = instants[k]
        if here and _applies(here[-1], number) == leaf.added != carried and start <= times[k] < end and _by(leaf, here[-1]):
            cited.append(here.pop())
            continue
        deciding.append(here[-1] if here else last)


def of_trait(leaf: Trait | TraitDate, world: World, as_of: int, holds: bool) -> Cited:
    """The settings that give it, or what cleared or replaced it."""
    lasting = leaf.lasting if isinstance(leaf, Trait) else None
    since = as_of - (span_us(lasting) if lasting else 0)
    good = set(world.alone(replace(leaf, lasting=None) if isinstance(leaf, Trait) else leaf, as_of))
    changes = [event for event in world.visible(as_of) if _is_of_trait(event, leaf.name)]
    cited = _trailing(changes, good) if holds else _after_the_last_good(changes, good, since)
    if cited:
        return _newest_first(cited), ""
    if good and lasting:
        return (), _NOT_SO_LONG if since >= MIN_INSTANT_US else _TOO_LONG_AGO
    return (), "no value that fits was ever set" if changes else "never set"


def _changes_of(tags: Sequence[str], world: World, as_of: int) -> Iterator[tuple[str, list[Event]]]:
    """The visible changes of each tag, in the order in which they decide."""
    visible = world.visible(as_of)
    # Two keys may mean one tag.
    keys = {world.catalogue.meant(key): key for key in reversed(tags)}
    for number, key in reversed(keys.items()):
        yield key, [event for event in visible if _is_of_tag(event, number) or _takes_away(event, number, world)]


def _is_of_tag(event: Event, number: int | None) -> bool:
    return isinstance(event.entry, TagEntry) and event.entry.tag == number


def _takes_away(event: Event, number: int | None, world: World) -> bool:
    """Is it an apply of another tag of the same exclusive group?"""
    if number is None or not isinstance(event.entry, TagEntry) or not event.entry.applied:
        return False
    return event.entry.tag in world.catalogue.rivals(number)


def _is_of_trait(event: Event, name: str) -> bool:
    return isinstance(event.entry, TraitEntry) and event.entry.trait == name


def _trailing(changes: Sequence[Event], good: Collection[Event]) -> list[Event]:
    """The last changes, as many as are good: were they not there, one that is none would decide."""
    first = next((place + 1 for place in reversed(range(len(changes))) if changes[place] not in good), 0)
    return list(changes[first:])


def _after_the_last_good(changes: Sequence[Event], good: Collection[Event], since: int) -> list[Event]:
    """The bad changes after the last good one up to `since`, which would decide from then on, were they not there."""
    last = next(
        (place for place in reversed(range(len(changes))) if changes[place] in good and changes[place].at <= since), None
    )
    if last is None or since < MIN_INSTANT_US:
        return []
    return [event for event in changes[last:] if event not in good]


def _by(leaf: TagChanged, event: Event) -> bool:
    """Was it made by whom, and from where, the leaf says?"""
    credit = event.entry.credit if isinstance(event.entry, TagEntry) else None
    by = credit or event.recorded.changeset.attribution
    named = ((leaf.actor, by.actor), (leaf.source, by.source))
    return all(wanted is None or normalized(wanted) == normalized(found) for wanted, found in named)


def _applies(event: Event, number: int | None) -> bool:
    """Is the tag carried after the change? Not after an apply of another one of its group."""
    return isinstance(event.entry, TagEntry) and event.entry.applied and event.entry.tag == number


def _newest_first(events: Sequence[Event]) -> list[Event]:
    """Each once: of an exclusive group, one apply is a change of several tags."""
    return sorted(dict.fromkeys(events), key=lambda event: event.at, reverse=True)
