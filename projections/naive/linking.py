"""Which profiles links make one person: whoever is reached from one another."""

from collections.abc import Iterable

from domain import changeset as log

Pair = frozenset[int]


class NaiveLinks:
    """All links of a log."""

    def __init__(self) -> None:
        self.pairs: list[tuple[int, Pair, bool]] = []
        """Positions, and what was said there of a pair."""
        self.numbered: list[tuple[int, frozenset[int], int]] = []
        """Positions, the profiles of persons that are new there, and the ordinals that these got."""

    def take_in(self, changeset: log.Changeset, links: log.LinkColumns, position: int) -> None:
        """Remember the links of a changeset."""
        pairs = zip(links.firsts, links.seconds, strict=True)
        self.pairs += [(position, frozenset((int(one), int(other))), links.linked) for one, other in pairs]
        number, left = (
            changeset.first_ordinal + changeset.outcome.new_profiles - len(links.sizes),
            list(map(int, links.profiles)),
        )
        for size in map(int, links.sizes):
            self.numbered.append((position, frozenset(left[:size]), number))
            number, left = number + 1, left[size:]

    def persons_at(self, known_at: int) -> dict[int, int]:
        """The ordinal of the person of each profile that is of one."""
        last = {pair: linked for position, pair, linked in self.pairs if position <= known_at}
        found: dict[int, int] = {}
        for person in _persons(pair for pair, linked in last.items() if linked):
            number = [of for position, profiles, of in self.numbered if position <= known_at and profiles == person][-1]
            found |= dict.fromkeys(person, number)
        return found


def _persons(linked: Iterable[Pair]) -> list[frozenset[int]]:
    """The profiles of each person of two or more, by the pairs that are linked."""
    found: list[frozenset[int]] = []
    for pair in linked:
        touched = [person for person in found if person & pair]
        found = [person for person in found if not person & pair]
        found.append(pair.union(*touched))
    return found
