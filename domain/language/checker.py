"""What a readable tree is worth in a workspace: warnings for names and types that cannot be meant.

A misspelt tag selects nobody, and that must never look like an answer; so every name that the workspace has never seen, and
every comparison that no value can pass, is told, with what was perhaps meant. Trees from the wire are first held to the rules
of the parser by `normalize` and `validate`, which stand in validation.py and are public here.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from domain.changeset import ValueType
from domain.language.lexer import shown
from domain.language.parts import all_nodes, named
from domain.language.printer import literal_text
from domain.language.syntax import (
    NOWHERE,
    Bound,
    Compared,
    Condition,
    Expression,
    Function,
    Literal,
    Measure,
    Names,
    Op,
    Related,
    Span,
    Tagged,
    Top,
    Trait,
    TraitDate,
    TraitRelated,
)
from domain.language.validation import normalize, validate
from domain.names import COMPARED_CHARACTERS_MAX, KnownNames
from domain.tag_values import TagValue, ValueRule

__all__ = ["RESERVED_PROPERTIES", "Vocabulary", "Warning", "check", "normalize", "validate"]

RESERVED_PROPERTIES: Mapping[str, ValueType] = {
    "amount": ValueType.NUMBER,
    "currency": ValueType.STRING,
    "touchpoint": ValueType.STRING,
}
"""Properties that every interaction may have, whatever the vocabulary says."""

_ORDERED = (Op.LT, Op.LE, Op.GT, Op.GE)
_OF_NUMBERS = (Function.SUM, Function.AVG, Function.MIN, Function.MAX)
_TYPES = {str: ValueType.STRING, Decimal: ValueType.NUMBER, bool: ValueType.BOOL, date: ValueType.DATE}
_PLURALS = {
    ValueType.STRING: "strings",
    ValueType.NUMBER: "numbers",
    ValueType.BOOL: "true and false",
    ValueType.DATE: "dates",
    ValueType.PERSONAL: "personal texts",
}

# Searching costs milliseconds for large vocabularies, so only the first unknown names of an expression get one.
_SEARCHES_MAX = 10


@dataclass(frozen=True)
class Vocabulary:
    """Every name that the workspace has seen."""

    tags: Collection[str] = frozenset()
    """Keys of tags; a set or mapping, so that looking up is cheap."""
    interaction_types: Collection[str] = frozenset()
    properties: Mapping[str, ValueType] = field(default_factory=dict)
    traits: Mapping[str, ValueType] = field(default_factory=dict)
    segments: Collection[str] = ()
    lists: Collection[str] = ()
    departments: Collection[str] = ()
    """Their ids."""
    merged_tags: Mapping[str, str] = field(default_factory=dict)
    """By keys that mean another tag since a merge, the key of that."""
    opt_out_tags: Collection[str] = frozenset()
    """Keys of tags whose carriers are in no segment."""
    spelled_tags: Mapping[str, ValueRule] = field(default_factory=dict)
    """Keys of tags whose values are choices or dates, and what these are."""


@dataclass(frozen=True, slots=True)
class Warning:
    """Something that is allowed, and hardly meant."""

    span: Span
    message: str
    suggestion: str
    """The name, or the spelling of the value, that was perhaps meant; "" for no idea."""


def check(expression: Expression, vocabulary: Vocabulary) -> tuple[Warning, ...]:
    """The warnings in the order of the text, each once; empty when all is well. The tree must be valid."""
    return tuple(dict.fromkeys(_Checker(vocabulary).warnings(expression)))


class _Checker:
    """One pass over one tree; remembers the searches."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._properties = {**vocabulary.properties, **RESERVED_PROPERTIES}
        self._indexes: dict[str, KnownNames] = {}
        self._suggestions: dict[tuple[str, str], str] = {}

    def warnings(self, expression: Expression) -> Iterator[Warning]:
        known = {
            Names.TAG: ("tag", self._vocabulary.tags),
            Names.TYPE: ("interaction type", self._vocabulary.interaction_types),
            Names.PROPERTY: ("property", self._properties),
            Names.MEASURED: ("property", self._properties),
            Names.TRAIT: ("trait", self._vocabulary.traits),
            Names.SEGMENT: ("segment", self._vocabulary.segments),
            Names.LIST: ("list", self._vocabulary.lists),
            Names.DEPARTMENT: ("department", self._vocabulary.departments),
        }
        for node in all_nodes(expression):
            span = getattr(node, "span", NOWHERE)  # `and`, `or` and `not` have no names
            for kind, name in named(node):
                if name and kind in known:
                    word, names = known[kind]
                    yield from self._unknown(word, name, names, span)
                if kind is Names.TAG and name in self._vocabulary.merged_tags:
                    into = self._vocabulary.merged_tags[name]
                    yield Warning(span, f"tag '{shown(name)}' was merged into '{shown(into)}', and means it from then on", into)
                if kind is Names.TAG and name in self._vocabulary.opt_out_tags:
                    yield Warning(span, f"whoever carries tag '{shown(name)}' has opted out, and is in no segment", "")
            match node:
                case Tagged() if node.value:
                    yield from self._tag_values(node, node.value)
                case Measure():
                    yield from self._measured(node, node.function)
                case Top():
                    yield from self._measured(node, node.measure)
                case Trait(name):
                    yield from self._comparison("trait", name, self._vocabulary.traits, node)
                case Condition(name):
                    yield from self._comparison("property", name, self._properties, node)
                case TraitDate():
                    yield from self._trait_date(node)
                case TraitRelated(name):
                    yield from _unrelated("trait", name, self._vocabulary.traits, node.span)
                case Related(name):
                    yield from _unrelated("property", name, self._properties, node.span)
                case _:
                    pass  # names are all that can be wrong

    def _tag_values(self, node: Tagged, value: Bound | Compared) -> Iterator[Warning]:
        for key in node.tags:
            rule = self._vocabulary.spelled_tags.get(key)
            if rule is None and isinstance(value, Compared) and key in self._vocabulary.tags:
                yield Warning(node.span, f"tag '{shown(key)}' goes with numbers, and never compares with a text or a date", "")
            if rule and (isinstance(value, Bound) or rule.number_of(value.value) is None):
                yield Warning(node.span, f"tag '{shown(key)}' {rule.problem(_value(value))}", "")

    def _measured(self, node: Measure | Top, function: Function | None) -> Iterator[Warning]:
        held = self._properties.get(node.property, ValueType.NUMBER)
        if function in _OF_NUMBERS and held is not ValueType.NUMBER:
            message = f"property '{shown(node.property)}' holds {_PLURALS[held]}, and {function.value} needs numbers"
            yield Warning(node.span, message, "")

    def _trait_date(self, node: TraitDate) -> Iterator[Warning]:
        held = self._vocabulary.traits.get(node.name, ValueType.DATE)
        if held is not ValueType.DATE:
            yield Warning(node.span, f"trait '{shown(node.name)}' holds {_PLURALS[held]}, and only dates lie among days", "")

    def _comparison(self, kind: str, name: str, known: Mapping[str, ValueType], node: Trait | Condition) -> Iterator[Warning]:
        held = known.get(name)
        if held is None or node.op is Op.EXISTS:
            return
        holds = f"{kind} '{shown(name)}' holds {_PLURALS[held]}"
        compared = _TYPES[type(node.values[0])]
        if held is ValueType.PERSONAL:
            message = f"{holds}, of which one can ask whether there is one, and nothing else"
            yield Warning(node.span, message, f"{shown(name)} exists")
        elif compared is not held:
            message = f"{holds}, and never compares with {_PLURALS[compared]}"
            yield Warning(node.span, message, _respelled(node.values[0], held))
        elif held is ValueType.BOOL and node.op in _ORDERED:
            yield Warning(node.span, f"{holds}, which have no order; use = or !=", "")

    def _unknown(self, kind: str, name: str, known: Collection[str], span: Span) -> Iterator[Warning]:
        if name not in known:
            yield Warning(span, f"the workspace has never seen the {kind} '{shown(name)}'", self._suggestion(kind, name, known))

    def _suggestion(self, kind: str, name: str, known: Collection[str]) -> str:
        if (kind, name) not in self._suggestions:
            if kind not in self._indexes:
                self._indexes[kind] = KnownNames(known)
            search = len(self._suggestions) < _SEARCHES_MAX
            self._suggestions[kind, name] = self._indexes[kind].nearest(name, search)
        return self._suggestions[kind, name]


def _value(value: Bound | Compared) -> TagValue:
    return value.value if isinstance(value, Compared) else float(value.number)


def _unrelated(kind: str, name: str, known: Mapping[str, ValueType], span: Span) -> Iterator[Warning]:
    held = known.get(name, ValueType.STRING)
    if held is not ValueType.STRING:
        yield Warning(span, f"{kind} '{shown(name)}' holds {_PLURALS[held]}, and ids of profiles are strings", "")


def _respelled(value: Literal, held: ValueType) -> str:
    """The same value as a literal of the type that is held, or ""."""
    if held is ValueType.STRING:
        return literal_text(value if isinstance(value, str) else literal_text(value))
    if not isinstance(value, str):
        return ""
    try:
        if held is ValueType.DATE:
            return literal_text(date.fromisoformat(value))
        if held is ValueType.NUMBER and len(value) <= COMPARED_CHARACTERS_MAX and Decimal(value).is_finite():
            return literal_text(Decimal(value)) if abs(Decimal(value).adjusted()) < COMPARED_CHARACTERS_MAX else ""
    except (ValueError, InvalidOperation):
        return ""
    return value.lower() if held is ValueType.BOOL and value.lower() in ("true", "false") else ""
