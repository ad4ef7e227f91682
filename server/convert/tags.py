"""Rules of tags and names of other systems, from the wire and to it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from tagledger.v1 import catalogue_service_pb2 as pb
from tagledger.v1 import common_pb2

from domain import limits
from domain.catalogue_changes import Valued
from domain.errors import LimitExceeded
from domain.names import normalized
from domain.tag_catalogue import Catalogue
from domain.tag_values import ValueRule
from server.convert.fields import Checks, value_out
from server.usecases.commands import MapForeignTags

TAG_VALUES = {
    Valued.ANY: common_pb2.TagValues.KIND_UNSPECIFIED,
    Valued.NONE: common_pb2.TagValues.KIND_NONE,
    Valued.NUMBER: common_pb2.TagValues.KIND_NUMBER,
    Valued.CHOICE: common_pb2.TagValues.KIND_CHOICE,
    Valued.DATE: common_pb2.TagValues.KIND_DATE,
}
_RULES = {kind: valued for valued, kind in TAG_VALUES.items()}


def tag_values_in(field: str, values: common_pb2.TagValues, checks: Checks) -> ValueRule:
    """Which values go with a tag."""
    valued = _RULES.get(values.kind)
    if valued is None:
        checks.add(f"{field}.kind", "KIND_UNSPECIFIED, KIND_NONE, KIND_NUMBER, KIND_CHOICE or KIND_DATE is needed")
        return ValueRule()
    bounds = {
        name: checks.number(f"{field}.{name}", getattr(values, name)) if values.HasField(name) else None
        for name in ("minimum", "maximum")
    }
    minimum, maximum = bounds["minimum"], bounds["maximum"]
    if valued is not Valued.NUMBER and (minimum is not None or maximum is not None):
        checks.add(field, "minimum and maximum go with numbers only: KIND_NUMBER (--values number)")
    if minimum is not None and maximum is not None and minimum > maximum:
        checks.add(field, f"minimum ({minimum:g}) must not be above maximum ({maximum:g})")
    return ValueRule(valued, minimum, maximum, _choices_in(f"{field}.choices", values.choices, valued, checks))


def _choices_in(field: str, choices: Sequence[str], valued: Valued, checks: Checks) -> tuple[str, ...]:
    LimitExceeded.refuse(
        "choices",
        field=field,
        maximum=limits.MAX_CHOICES,
        actual=len(choices),
        remedy="use a trait, or several tags, for more of them",
    )
    if valued is not Valued.CHOICE and choices:
        checks.add(field, "choices go with KIND_CHOICE only (--values choice)")
    if valued is Valued.CHOICE and not choices:
        checks.add(field, "KIND_CHOICE needs at least one (--choice TEXT)")
    made = tuple(checks.name(f"{field}[{i}]", choice) for i, choice in enumerate(choices))
    if len(set(made)) < len(made):
        checks.add(field, "each may come once")
    return made


def tag_values_out(rule: ValueRule) -> common_pb2.TagValues:
    """The same, to the wire."""
    return common_pb2.TagValues(kind=TAG_VALUES[rule.valued], minimum=rule.minimum, maximum=rule.maximum, choices=rule.choices)


def tag_value_out(rule: ValueRule, number: float | None) -> dict[str, Any]:
    """The value that goes with an assignment, as the fields of a message that has one."""
    value = rule.value_of(number)
    if isinstance(value, str | date):
        return {"typed_value": value_out(value)}
    return {"value": value}


def foreign_tags_in(request: pb.MapForeignTagsRequest, checks: Checks) -> MapForeignTags:
    """What other systems' names are to mean. Raises LimitExceeded."""
    LimitExceeded.refuse(
        "foreign tags",
        field="foreign_tags",
        maximum=limits.MAX_FOREIGN_TAGS,
        actual=len(request.foreign_tags),
        remedy="send several requests",
    )
    if not request.foreign_tags:
        checks.add("foreign_tags", "at least one is needed")
    keys: dict[str, str] = {}
    for i, one in enumerate(request.foreign_tags):
        foreign_key = checks.foreign_key(f"foreign_tags[{i}].foreign_key", one.foreign_key)
        if not one.key:
            checks.add(f"foreign_tags[{i}].key", "a tag's key is needed, `name` or `group/name`")
        if foreign_key in keys:
            checks.add(f"foreign_tags[{i}].foreign_key", f"{foreign_key!r} stands earlier in the request; each may come once")
        keys.setdefault(foreign_key, normalized(one.key))
    return MapForeignTags(keys)


def foreign_tags_out(catalogue: Catalogue, names: Sequence[tuple[str, int]]) -> list[pb.ForeignTag]:
    """Names and the tags that they mean, to the wire."""
    return [pb.ForeignTag(foreign_key=foreign_key, key=catalogue.key(number)) for foreign_key, number in names]
