"""Which events of a profile a leaf reads, told from the names in it; and its evidence, where it has no rule of its own."""

from collections.abc import Callable, Sequence

from domain.language.parts import children, filter_of, named, relations
from domain.language.syntax import Ever, Leaf, Names, Ranks, Step
from domain.limits import MAX_INSTANT_US
from projections.explaining.interactions import first_turning, selected
from projections.explaining.world import Event, World
from projections.history.entries import InteractionEntry, TagEntry, TraitEntry

# So many events are tried one by one; where none of them by itself makes the difference, so often some are left out again.
_TRIED_MAX = 50


def events_read(leaf: Leaf, world: World) -> set[Event]:
    """The events that the leaf speaks of, whatever its window, those that are still to come among them."""
    nodes = [leaf, *(node for node in children(leaf) if isinstance(node, Step))]
    return {event for node in nodes for event in _of_node(node, world)}


def _of_node(node: Leaf | Step, world: World) -> list[Event]:
    found: list[Event] = []
    for kind, name in named(node):
        match kind:
            case Names.TAG:
                number = world.catalogue.meant(name)
                tags = set() if number is None else {number, *world.catalogue.rivals(number)}
                found += [one for one in world.events if isinstance(one.entry, TagEntry) and one.entry.tag in tags]
            case Names.DEPARTMENT:
                tags = set(world.catalogue.staff.customer_tags(name))
                found += [one for one in world.events if isinstance(one.entry, TagEntry) and one.entry.tag in tags]
            case Names.TRAIT:
                found += [one for one in world.events if isinstance(one.entry, TraitEntry) and one.entry.trait == name]
            case Names.TYPE:
                found += selected(world, name, filter_of(node), Ever(), MAX_INSTANT_US - 1)
            case _:
                pass  # no events of their own
    return found


def hangs_on_others(leaf: Leaf) -> bool:
    """Does its truth for one profile hang on the events of other ones?"""
    return isinstance(leaf, Ranks) or any(relations(leaf))


def of_related(leaf: Leaf, world: World, as_of: int) -> tuple[Sequence[Event], str]:
    """The events of what it names, whoever they speak of: who is meant, other profiles' events say."""
    nodes = [leaf, *(node for node in children(leaf) if isinstance(node, Step))]
    names = {(kind, name) for node in nodes for kind, name in named(node)}
    cited = [event for event in world.visible(as_of) if _names(event) in names]
    return cited[::-1], "it hangs on other profiles too, so no instant is told at which it turns"


def _names(event: Event) -> tuple[Names, str] | None:
    match event.entry:
        case TraitEntry():
            return Names.TRAIT, event.entry.trait
        case InteractionEntry() if event.counts:
            return Names.TYPE, event.entry.type
        case _:
            return None


def of_any(leaf: Leaf, world: World, as_of: int, holds: bool) -> tuple[Sequence[Event], str]:
    """The newest event without which the truth would be the other one; or a few without which it would, as many as it takes."""
    read = sorted((event for event in events_read(leaf, world) if event.at <= as_of), key=lambda event: event.at, reverse=True)
    one_by_one = [[event] for event in read[:_TRIED_MAX]]
    cited: Sequence[Event] = first_turning(leaf, world, as_of, holds, read, [*one_by_one, read])
    cited = _fewer(cited, lambda some: bool(first_turning(leaf, world, as_of, holds, read, [some])))
    if cited:
        return cited, ""
    return (), "none of the events of what it names decides" if read else "nothing of what it names was ever recorded"


def _fewer(cited: Sequence[Event], turns: Callable[[Sequence[Event]], bool]) -> Sequence[Event]:
    """Halves, then quarters, and so on, are left out where the truth turns without them; the oldest first, up to so many."""
    size, left = len(cited) // 2, _TRIED_MAX
    while size and left:
        start = len(cited) - size
        while start >= 0 and left:
            fewer, left = [*cited[:start], *cited[start + size :]], left - 1
            cited = fewer if fewer and turns(fewer) else cited
            start -= size
        size //= 2
    return cited
