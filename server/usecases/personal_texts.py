"""Personal texts stay out of the log: an expression that would be recorded may ask whether there is one, and nothing else."""

from domain.changeset import ValueType
from domain.errors import InvalidField, Violation
from domain.language.parts import all_nodes
from domain.language.syntax import Expression, Op, Trait
from projections.index.workspace_index import WorkspaceIndex


def refuse_texts_in(expression: Expression, index: WorkspaceIndex) -> None:
    """Raises InvalidField for an expression that compares a personal trait with a text."""
    compared = {node.name for node in all_nodes(expression) if isinstance(node, Trait) and node.op is not Op.EXISTS}
    names = sorted(name for name in compared if (trait := index.traits.get(name)) and trait.kind is ValueType.PERSONAL)
    if names:
        told = f"compares the personal trait {names[0]!r}, and the log would keep the text"
        raise InvalidField.of([Violation("segment", f"{told}; ask `{names[0]} exists`")])
