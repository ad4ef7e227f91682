"""An expression that will be asked again: the canonical texts of its nodes are printed once."""

from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from domain.language.printer import to_text
from domain.language.syntax import Expression
from domain.segment_catalogue import Definition, Outline

_DEFINITIONS_MAX = 2_000


@dataclass(frozen=True, eq=False)
class Prepared:
    """A tree and the texts of its nodes. Any thread may ask."""

    expression: Expression
    _texts: dict[int, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The canonical text of the whole."""
        return self.text_of(self.expression)

    @cached_property
    def outline(self) -> Outline:
        """What it takes to plan."""
        return Outline.of(self.expression)

    def text_of(self, node: Expression) -> str:
        """The canonical text of a node of this tree. By identity: trees that differ may compare equal (syntax.py)."""
        found = self._texts.get(id(node))
        if found is None:
            found = self._texts[id(node)] = to_text(node)
        return found


@lru_cache(maxsize=_DEFINITIONS_MAX)
def prepared_definition(definition: Definition) -> Prepared:
    """The expression of a segment's version: definitions last until a name changes, so they are asked again."""
    return Prepared(definition.expression)
