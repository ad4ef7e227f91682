"""Traits and properties: values of one type under a name."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from domain.changeset import Personal, Value, ValueType
from projections.index.dictionary import ABSENT, Codes, Dictionary
from projections.index.folds import Fold
from projections.index.history import History
from projections.index.states import CodesByOrdinal
from projections.index.timelines import Timelines


class VaultNumbers:
    """In the place of a dictionary for personal texts, which the index does not know: the number of a text is its code."""

    def __init__(self) -> None:
        self.last = 0
        """The greatest number so far."""

    def code(self, value: Value) -> int:
        """See Dictionary."""
        return value.number if isinstance(value, Personal) else ABSENT

    def intern(self, values: Sequence[Value]) -> Codes:
        """See Dictionary."""
        codes = np.asarray([self.code(value) for value in values], np.int32)
        self.last = max(self.last, int(codes.max(initial=0)))
        return codes

    def value(self, code: int) -> Value:
        """See Dictionary."""
        return Personal(code)


class TraitIndex:
    """One trait: its value per profile."""

    def __init__(self, kind: ValueType, history: History | None = None) -> None:
        self.kind = kind
        self.history = History() if history is None else history
        self.values: Dictionary[Value] | VaultNumbers = VaultNumbers() if kind is ValueType.PERSONAL else Dictionary()
        self.timelines = Timelines(self.history)
        self.codes = Fold(self.history, CodesByOrdinal.nobody(), keyframes=0)

    def up_to(self, version: int) -> "TraitIndex":
        """An index of its own that goes on behind the rows recorded up to version."""
        other = TraitIndex(self.kind, self.history.up_to(version))
        other.values.intern(self.spoken_of())
        return other

    def spoken_of(self) -> list[Value]:
        """The values that codes stand for, in the order of the codes; of personal texts, which are numbers, the last."""
        known = self.values
        return list(known.values()) if isinstance(known, Dictionary) else [Personal(known.last)]

    def satisfying(self, predicate: Callable[[Value], bool], codes: Codes) -> npt.NDArray[np.bool_]:
        """Of which of the codes the value satisfies the predicate; of personal texts all or none, for they are alike here."""
        if isinstance(self.values, VaultNumbers):
            return np.asarray((codes != ABSENT) & predicate(Personal(self.values.last)))
        return self.values.matching(predicate)[codes]

    def value_of(self, code: int) -> Value | None:
        """The value that a code stands for; None for a trait that is cleared."""
        return self.values.value(code) if code else None


def last_number(traits: Iterable[TraitIndex]) -> int:
    """The greatest number of a personal text; 0 for none."""
    return max((trait.values.last for trait in traits if isinstance(trait.values, VaultNumbers)), default=0)


class PropertyIndex:
    """One property: its type and its values."""

    def __init__(self, kind: ValueType) -> None:
        self.kind = kind
        self.values: Dictionary[Value] = Dictionary()
