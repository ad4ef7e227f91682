"""Traits and properties: values of one type under a name."""

from domain.changeset import Value, ValueType
from projections.index.dictionary import Dictionary
from projections.index.folds import Fold
from projections.index.history import History
from projections.index.states import CodesByOrdinal
from projections.index.timelines import Timelines


class TraitIndex:
    """One trait: its value per profile."""

    def __init__(self, kind: ValueType, history: History | None = None) -> None:
        self.kind = kind
        self.history = History() if history is None else history
        self.values: Dictionary[Value] = Dictionary()
        self.timelines = Timelines(self.history)
        self.codes = Fold(self.history, CodesByOrdinal.nobody(), keyframes=0)

    def up_to(self, version: int) -> "TraitIndex":
        """An index of its own that goes on behind the rows recorded up to version."""
        other = TraitIndex(self.kind, self.history.up_to(version))
        other.values = Dictionary.over(list(self.values.values()))
        return other

    def value_of(self, code: int) -> Value | None:
        """The value that a code stands for; None for a trait that is cleared."""
        return self.values.value(code) if code else None


class PropertyIndex:
    """One property: its type and its values."""

    def __init__(self, kind: ValueType) -> None:
        self.kind = kind
        self.values: Dictionary[Value] = Dictionary()
