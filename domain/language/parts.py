"""What a node of the tree is made of, read off its fields: names of a kind, windows, spans, bounds, filters, nodes below.

Whatever holds for all leaves alike goes through here, so that a new leaf has it from its declaration: normal names, the bounds
of the language, warnings of unknown names, renames, the size of the tree.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

from domain.language.syntax import Bound, Count, Expression, Filter, Names, Related, Step, TimePoint, TraitRelated, Window
from domain.language.syntax_times import Lasting

Node = Expression | Filter | Step
_Node = TypeVar("_Node", bound=Node)
Rebuilder = Callable[[Node], Node]
_EXPRESSIONS = frozenset(get_args(Expression))
_NODES = frozenset([*get_args(Expression), *get_args(Filter), Step])
_TIMES = frozenset([*get_args(Window), *get_args(TimePoint), Lasting])


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    kind: Names | None
    counts: bool


def named(node: Node) -> Iterator[tuple[Names, str]]:
    """The node's own names, each with its kind, in the order of the text; those that are left out are not among them."""
    for field in _FIELDS[type(node)]:
        if field.kind:
            value = getattr(node, field.name)
            for name in value if isinstance(value, tuple) else (value,):
                if name is not None:
                    yield field.kind, name


def name_lists(node: Node) -> Iterator[tuple[Names, tuple[str, ...]]]:
    """The node's own lists of names, each with their kind."""
    for field in _FIELDS[type(node)]:
        value = getattr(node, field.name)
        if field.kind and isinstance(value, tuple):
            yield field.kind, value


def times(node: Node) -> Iterator[Window | TimePoint | Lasting]:
    """The node's own windows, points and spans, in the order of the text."""
    for field in _FIELDS[type(node)]:
        value = getattr(node, field.name)
        if type(value) in _TIMES:
            yield value


def bounds(node: Node) -> Iterator[tuple[Bound, bool]]:
    """The numbers that the node compares with, and whether each counts something."""
    for field in _FIELDS[type(node)]:
        value = getattr(node, field.name)
        if isinstance(value, Bound):
            yield value, field.counts


def children(node: Node) -> Iterator[Node]:
    """The nodes directly below, in the order of the text: operands, filters, later steps, and whom `top` ranks among."""
    for field in _FIELDS[type(node)]:
        value = getattr(node, field.name)
        for item in value if isinstance(value, tuple) else (value,):
            if type(item) in _NODES:
                yield item


def expressions_below(node: Node) -> Iterator[Expression]:
    """The expressions that stand nearest below a node: operands, whom `top` ranks among, and those in filters."""
    for child in children(node):
        if type(child) in _EXPRESSIONS:
            yield child  # type: ignore[misc]
        else:
            yield from expressions_below(child)


def relations(node: Node) -> Iterator[Related | TraitRelated]:
    """Where the node speaks of other profiles: not in the expressions that stand below it."""
    if isinstance(node, Related | TraitRelated):
        yield node
        return
    for name in _FILTERED[type(node)]:  # none for most leaves, which are asked for often
        value = getattr(node, name)
        for item in value if isinstance(value, tuple) else (value,):
            if item is not None:
                yield from relations(item)


def filter_of(node: Node) -> Filter | None:
    """Which interactions the node speaks of, of the type that it names: all of them without a filter."""
    where: Filter | None = getattr(node, "where", None)
    return where


def all_nodes(node: Node) -> Iterator[Node]:
    """The node and every one below it, parents first, in the order of the text."""
    yield node
    for child in children(node):
        yield from all_nodes(child)


def listed(node: Node) -> int:
    """How many names or values the node lists, where it lists more than one."""
    lists = (getattr(node, field.name) for field in _FIELDS[type(node)])
    counts = (len(value) for value in lists if isinstance(value, tuple) and value and type(value[0]) not in _NODES)
    return sum(count for count in counts if count > 1)


def rebuilt(node: _Node, name: Callable[[Names, str], str], below: Rebuilder) -> _Node:
    """The node with its own names as `name` gives them, and in the place of each node below what `below` gives."""

    def changed(field: _Field, value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(changed(field, item) for item in value)
        if field.kind and value is not None:
            return name(field.kind, value)
        return below(value) if type(value) in _NODES else value

    before = {field.name: getattr(node, field.name) for field in _FIELDS[type(node)]}
    after = {field.name: changed(field, before[field.name]) for field in _FIELDS[type(node)]}
    return node if before == after else replace(node, **after)


def _fields(kind: type[Any]) -> tuple[_Field, ...]:
    hints = get_type_hints(kind, localns={"Expression": Expression}, include_extras=True)
    return tuple(_Field(field.name, *_declared(hints[field.name])) for field in fields(kind) if field.name != "span")


def _declared(hint: Any) -> tuple[Names | None, bool]:
    """The kind of names in a field, and whether it counts: of an optional, or of each item of a tuple too."""
    if get_origin(hint) is Annotated:
        kind = hint.__metadata__[0]
        return (kind, False) if isinstance(kind, Names) else (None, hint == Count)
    return next((found for found in map(_declared, get_args(hint)) if found != (None, False)), (None, False))


def _filtered(kind: type[Any]) -> tuple[str, ...]:
    """The fields that hold filters, or steps, which have filters."""
    hints = get_type_hints(kind, localns={"Expression": Expression})
    filters = (Filter, Filter | None, tuple[Filter, ...], tuple[Step, ...])
    return tuple(field.name for field in fields(kind) if hints[field.name] in filters)


_FIELDS = {kind: _fields(kind) for kind in _NODES}
_FILTERED = {kind: _filtered(kind) for kind in _NODES}
