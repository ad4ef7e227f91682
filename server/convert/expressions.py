"""The segment tree from its messages, and to them: a leaf is the message of its name, field by field of the same name and kind.

What is otherwise stands in one table. Trees from the wire are held to every rule that the parser enforces.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Annotated, Any, cast, get_args, get_origin, get_type_hints

from tagledger.v1 import expression_pb2 as pb

from domain import limits
from domain.errors import InvalidExpression, LimitExceeded
from domain.language import syntax as tree
from domain.language.checker import normalize, validate
from domain.language.parts import Node, children
from domain.names import normalized
from server.convert import parts_in, parts_out
from server.usecases.asking import Segment

_FUNCTIONS = {
    pb.Measure.FUNCTION_SUM: tree.Function.SUM,
    pb.Measure.FUNCTION_AVG: tree.Function.AVG,
    pb.Measure.FUNCTION_MIN: tree.Function.MIN,
    pb.Measure.FUNCTION_MAX: tree.Function.MAX,
    pb.Measure.FUNCTION_DISTINCT: tree.Function.DISTINCT,
    pb.Measure.FUNCTION_DAYS: tree.Function.DAYS,
}
_SIMPLE = 4  # a window, a half of it, a point, its instant
_MEASURES = {pb.Measure.FUNCTION_COUNT: None, **_FUNCTIONS}


def segment_in(segment: pb.Segment) -> Segment:
    """A segment in either form. Raises InvalidExpression, LimitExceeded."""
    match segment.WhichOneof("form"):
        case "text":
            LimitExceeded.refuse(
                "expression text",
                field="segment.text",
                maximum=limits.MAX_EXPRESSION_CHARACTERS,
                actual=len(segment.text),
                remedy="split it into several segments",
            )
            return Segment(segment.text, None)
        case "tree":
            expression = normalize(_expression(segment.tree, 1))
            validate(expression)
            return Segment(None, expression)
        case _:
            raise InvalidExpression("an expression is needed, as text or tree; `everyone` selects everybody")


def tree_out(expression: tree.Expression) -> pb.Expression:
    """The message of a tree. Raises LimitExceeded for what is a legal text, and too deep for protobuf."""
    LimitExceeded.refuse(
        "tree messages",
        field="segment",
        maximum=limits.MAX_TREE_MESSAGES,
        actual=_messages(expression),
        remedy="nest less deeply to see it as a tree; as text it can be asked",
    )
    return expression_out(expression)


def _messages(node: Node) -> int:
    """How many messages stand inside each other, at most."""
    below = max(map(_messages, children(node)), default=_SIMPLE)
    match node:
        case tree.Not() | tree.FilterNot():
            return 1 + below
        case _:  # its own, and one around its operands, or that of the leaf
            return 2 + below


def expression_out(expression: tree.Expression) -> pb.Expression:
    """The same, where it is not too deep."""
    match expression:
        case tree.And():
            return pb.Expression(all=pb.Operands(operands=map(expression_out, expression.operands)))
        case tree.Or():
            return pb.Expression(any=pb.Operands(operands=map(expression_out, expression.operands)))
        case tree.Not():
            return pb.Expression(negation=expression_out(expression.operand))
        case _:
            node = _NODES[type(expression)]
            message = pb.Expression()
            getattr(message, node).CopyFrom(LEAVES[node].written(expression))
            return message


def _expression(message: pb.Expression, depth: int) -> tree.Expression:
    below = parts_in.deeper(depth)
    match message.WhichOneof("node"):
        case "all":
            return tree.And(_operands(message.all.operands, below))
        case "any":
            return tree.Or(_operands(message.any.operands, below))
        case "negation":
            return tree.Not(_expression(message.negation, below))
        case None:
            raise InvalidExpression("a node of the tree is empty; fill one of its alternatives")
        case node:
            return cast(tree.Leaf, LEAVES[node].read(getattr(message, node), below))


def _operands(messages: Collection[pb.Expression], depth: int) -> tuple[tree.Expression, ...]:
    if len(messages) < 2:
        raise InvalidExpression("`all` and `any` need at least two operands")
    return tuple(_expression(message, depth) for message in messages)


# --- how a field of a leaf stands in its message --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Field:
    """`read` takes the message, the name of its field, and the depth of what stands below; `write` the value and its leaf."""

    read: Callable[[Any, str, int], Any]
    write: Callable[[Any, str, Any, Any], None]


def _scalar(read: Callable[[Any], Any], write: Callable[[Any], Any]) -> Field:
    return Field(
        lambda message, name, _: read(getattr(message, name)),
        lambda message, name, value, _: setattr(message, name, write(value)),
    )


def _repeated(read: Callable[[Any], Any], write: Callable[[Any], Any]) -> Field:
    return Field(
        lambda message, name, _: tuple(map(read, getattr(message, name))),
        lambda message, name, values, _: getattr(message, name).extend(map(write, values)),
    )


def _choice(choices: Mapping[Any, Any], needed: str) -> Field:
    numbers = {choice: number for number, choice in choices.items()}

    def read(number: int) -> Any:
        if number not in choices:
            raise InvalidExpression(needed)
        return choices[number]

    return _scalar(read, lambda choice: numbers[choice])


def _message(
    read: Callable[[Any], Any],
    write: Callable[[Any], Any],
    absent: Any = None,
    needed: str | Callable[[Any], str] = "",
) -> Field:
    """A message that may be left out for `absent`, or is `needed`: why not else."""

    def read_field(message: Any, name: str, _: int) -> Any:
        if message.HasField(name):
            return read(getattr(message, name))
        if needed:
            raise InvalidExpression(needed if isinstance(needed, str) else needed(message))
        return absent

    def write_field(message: Any, name: str, value: Any, _: Any) -> None:
        if value is not None:
            getattr(message, name).CopyFrom(write(value))

    return Field(read_field, write_field)


_Ranks = pb.Top | pb.TopTagged


def _read_among(message: _Ranks, name: str, depth: int) -> tree.Expression | None:
    return _expression(getattr(message, name), depth) if message.HasField("among") else None


def _write_among(message: Any, name: str, among: tree.Expression | None, _: Any) -> None:
    if among is not None:
        getattr(message, name).CopyFrom(expression_out(among))


def _read_related(message: pb.TraitRelated, name: str, depth: int) -> tree.Expression:
    return _expression(getattr(message, name), depth)


def _read_where(message: Any, name: str, depth: int) -> tree.Filter | None:
    return parts_in.row_filter(getattr(message, name), depth, _expression) if message.HasField(name) else None


def _write_where(message: Any, name: str, where: tree.Filter | None, _: Any) -> None:
    if where is not None:
        getattr(message, name).CopyFrom(parts_out.filter_out(where, expression_out))


def _read_size(message: _Ranks, _: str, __: int) -> Decimal:
    match message.WhichOneof("size"):
        case "number":
            return Decimal(message.number)
        case "percent":
            return parts_in.number(message.percent)
        case _:
            raise InvalidExpression("top needs a size: a number or a percentage")


def _write_size(message: _Ranks, _: str, number: Decimal, top: tree.Ranks) -> None:
    if top.percent:
        message.percent = float(number)
    else:
        message.number = int(number)


_SAME = _scalar(lambda value: value, lambda value: value)
_NAME = _scalar(normalized, str)
_NAMES = _repeated(normalized, str)
_ATTRIBUTED = _scalar(lambda text: normalized(text) or None, lambda text: text or "")
_VERSION = _scalar(lambda version: version or None, lambda version: version or 0)
_ZONE = _scalar(lambda zone: zone or "UTC", parts_out.zone_out)
_NUMBER = _scalar(parts_in.number, float)
_OPERATOR = _scalar(parts_in.operator, lambda op: parts_out.OPS_OUT[op])
_VALUES = _repeated(parts_in.literal, parts_out.literal_out)
_POINT = Field(
    lambda message, name, _: parts_in.point(getattr(message, name)),
    lambda message, name, point, _: getattr(message, name).CopyFrom(parts_out.point_out(point)),
)
_WHERE = Field(_read_where, _write_where)
_WINDOW = _message(parts_in.window, parts_out.window_out, tree.Ever())
_SPAN = _message(parts_in.lasting, parts_out.lasting_out)


def _read_said(message: pb.Tagged, _: str, __: int) -> tree.Bound | tree.Compared | None:
    if message.HasField("typed_value"):
        if message.HasField("value"):
            raise InvalidExpression("value and typed_value of tagged: send one of them")
        return parts_in.compared(message.typed_value)
    return parts_in.bound(message.value) if message.HasField("value") else None


def _write_said(message: pb.Tagged, _: str, said: tree.Bound | tree.Compared | None, __: Any) -> None:
    if isinstance(said, tree.Bound):
        message.value.CopyFrom(parts_out.bound_out(said))
    elif said is not None:
        message.typed_value.CopyFrom(parts_out.compared_out(said))


def _needed_bound(needed: str) -> Field:
    return _message(parts_in.bound, parts_out.bound_out, needed=needed)


def _needed_calendar(needed: str) -> Field:
    return _message(parts_in.calendar, parts_out.calendar_out, needed=needed)


# --- the leaves -----------------------------------------------------------------------------------------------------------


class Form:
    """The message of a kind of node: its fields by those of the node, each by its type unless `otherwise` says how.

    `name` stands there for a field of another name.
    """

    def __init__(self, node: type[Any], message: type[Any], **otherwise: Field | tuple[str, Field]) -> None:
        self.node, self._message = node, message
        hints = get_type_hints(node, include_extras=True)
        stated = {name: how if isinstance(how, tuple) else (name, how) for name, how in otherwise.items()}
        self.fields = {
            field.name: stated[field.name] if field.name in stated else (field.name, _common(field.name, hints[field.name]))
            for field in fields(node)
            if field.name != "span"
        }

    def read(self, message: Any, depth: int) -> Any:
        """The node of a message; `depth` is that of what stands below."""
        return self.node(**{field: how.read(message, name, depth) for field, (name, how) in self.fields.items()})

    def written(self, node: Any) -> Any:
        """The message of a node."""
        message = self._message()
        for field, (name, how) in self.fields.items():
            how.write(message, name, getattr(node, field), node)
        return message


def _common(name: str, hint: Any) -> Field:
    """How a field is written that is as its type says."""
    if name == "zone":
        return _ZONE
    if get_origin(hint) is Annotated and isinstance(hint.__metadata__[0], tree.Names):
        return _NAME
    if hint == tree.Lasting:
        return _message(parts_in.lasting, parts_out.lasting_out, needed=f"the {name} is missing: give a number of units")
    return next(how for kind, how in _COMMON if kind == hint)


_COMMON: Sequence[tuple[Any, Field]] = (
    (tuple[tree.TagKey, ...], _NAMES),
    (tree.Actor | None, _ATTRIBUTED),
    (tree.Source | None, _ATTRIBUTED),
    (tree.Filter | None, _WHERE),
    (tree.Window, _WINDOW),
    (tree.TimePoint, _POINT),
    (tree.Lasting | None, _SPAN),
    (tree.Expression | None, Field(_read_among, _write_among)),
    (tree.Expression, Field(_read_related, _write_among)),
    (tree.Percent, _NUMBER),
    (tree.Salt, _SAME),
    (bool, _SAME),
    (int | None, _VERSION),
)
_STEP = Form(tree.Step, pb.Sequence.Step)


def _read_steps(message: pb.Sequence, _: str, depth: int) -> tuple[tree.Step, ...]:
    return tuple(_STEP.read(step, depth) for step in message.steps)


def _write_steps(message: pb.Sequence, _: str, steps: Collection[tree.Step], __: Any) -> None:
    message.steps.extend(map(_STEP.written, steps))


_SIZE = {
    "number": Field(_read_size, _write_size),
    "percent": Field(lambda top, *_: top.WhichOneof("size") == "percent", lambda *_: None),
}
_OTHERWISE: Mapping[type[tree.Leaf], Mapping[str, Field | tuple[str, Field]]] = {
    tree.Tagged: {"value": Field(_read_said, _write_said)},
    tree.Did: {"count": _message(parts_in.bound, parts_out.bound_out, tree.Bound(tree.Op.GE, Decimal(1)))},
    tree.Measure: {
        "function": _choice(_FUNCTIONS, "a measure needs a function"),
        "value": _needed_bound("a measure needs a value to compare with"),
    },
    tree.Edge: {
        "window": _message(
            parts_in.window, parts_out.window_out, needed=lambda edge: f"{'last' if edge.last else 'first'} needs a window"
        ),
    },
    tree.Periods: {
        "count": _needed_bound("periods need a count to compare with"),
        "periods": _needed_calendar("periods need a calendar window"),
    },
    tree.Sequence: {"steps": Field(_read_steps, _write_steps)},
    tree.Trait: {"name": ("trait", _NAME), "op": ("comparison", _OPERATOR), "values": _VALUES},
    tree.TraitRelated: {"name": ("trait", _NAME)},
    tree.TraitDate: {"name": ("trait", _NAME), "period": _needed_calendar("a date of a trait needs a period")},
    tree.InList: {"name": ("list", _NAME)},
    tree.Top: {**_SIZE, "measure": ("function", _choice(_MEASURES, "top needs a function"))},
    tree.TopTagged: _SIZE,
}


def _forms() -> Mapping[str, Form]:
    kinds = {"TraitCondition" if kind is tree.Trait else kind.__name__: kind for kind in get_args(tree.Leaf)}
    alternatives = {
        field.name: field.message_type.name
        for field in pb.Expression.DESCRIPTOR.oneofs_by_name["node"].fields
        if field.message_type is not None and field.message_type.name in kinds
    }
    return {
        alternative: Form(kinds[name], getattr(pb, name), **_OTHERWISE.get(kinds[name], {}))
        for alternative, name in alternatives.items()
    }


LEAVES = _forms()
"""By the name of the alternative of `Expression.node`."""

_NODES = {form.node: name for name, form in LEAVES.items()}
