"""Links in random histories: which profiles are one person, as a server would decide it."""

import random
from dataclasses import dataclass, field

from domain.changeset import LinkColumns


@dataclass(slots=True)
class Links:
    """The pairs that are linked, in the order in which they were."""

    pairs: list[tuple[int, int]] = field(default_factory=list)

    def changed(self, rng: random.Random, profiles: list[int]) -> LinkColumns | None:
        """Some pairs more, or some less; None where there is nobody to link. `profiles`: those who may be linked."""
        linked = not self.pairs or rng.random() < 0.6
        if linked:
            count = rng.choice((1, 1, 2, 3)) if len(profiles) > 1 else 0
            drawn = [(one, other) for one, other in (rng.sample(profiles, 2) for _ in range(count))]
            known = {frozenset(pair) for pair in self.pairs}
            pairs = list({frozenset(pair): pair for pair in drawn if frozenset(pair) not in known}.values())
        else:
            pairs = rng.sample(self.pairs, min(len(self.pairs), rng.choice((1, 1, 2))))
        if not pairs:
            return None
        self.pairs = [*self.pairs, *pairs] if linked else [pair for pair in self.pairs if pair not in pairs]
        groups = [group for group in self.groups() if any(one in group for pair in pairs for one in pair)]
        return LinkColumns(
            linked,
            [one for one, _ in pairs],
            [other for _, other in pairs],
            [profile for group in groups for profile in group],
            [len(group) for group in groups],
        )

    def groups(self) -> list[list[int]]:
        """The profiles of each person, ascending; the persons by their first profiles."""
        labels = {one: one for pair in self.pairs for one in pair}
        changing = True
        while changing:
            changing = False
            for one, other in self.pairs:
                least = min(labels[one], labels[other])
                changing |= labels[one] != least or labels[other] != least
                labels[one] = labels[other] = least
        return [sorted(one for one, label in labels.items() if label == least) for least in sorted(set(labels.values()))]

    def person(self, profile: int) -> list[int]:
        """The profiles that are one person with it, itself among them."""
        return next((group for group in self.groups() if profile in group), [profile])
