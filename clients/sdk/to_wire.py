"""Requests from plain values: the only place, with interactions.py, that builds protobuf messages to send."""

from collections.abc import AsyncIterable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from google.protobuf.timestamp_pb2 import Timestamp
from tagledger.v1 import (
    catalogue_service_pb2,
    common_pb2,
    export_service_pb2,
    expression_pb2,
    history_service_pb2,
    ledger_service_pb2,
    list_service_pb2,
    profile_service_pb2,
    report_service_pb2,
    segment_service_pb2,
)

from .instants import invalid, optional_us, to_timestamp
from .values import (
    ApplyTag,
    Axis,
    Change,
    ColumnKind,
    ExportColumn,
    Personal,
    RemoveTag,
    SegmentAxis,
    SetTrait,
    TagGroupAxis,
    TagValue,
    TagValues,
    TraitValue,
)

_UPLOAD_MODES = {
    "replace": list_service_pb2.UPLOAD_MODE_REPLACE,
    "add": list_service_pb2.UPLOAD_MODE_ADD,
    "remove": list_service_pb2.UPLOAD_MODE_REMOVE,
}
_VALUE_KINDS = {
    "any": common_pb2.TagValues.KIND_UNSPECIFIED,
    "none": common_pb2.TagValues.KIND_NONE,
    "number": common_pb2.TagValues.KIND_NUMBER,
    "choice": common_pb2.TagValues.KIND_CHOICE,
    "date": common_pb2.TagValues.KIND_DATE,
}
_UNITS = {
    "second": expression_pb2.UNIT_SECOND,
    "minute": expression_pb2.UNIT_MINUTE,
    "hour": expression_pb2.UNIT_HOUR,
    "day": expression_pb2.UNIT_DAY,
    "week": expression_pb2.UNIT_WEEK,
    "month": expression_pb2.UNIT_MONTH,
    "year": expression_pb2.UNIT_YEAR,
}
T = TypeVar("T")
KnownAt = int | datetime | None
"""A position of the log, an instant on the recording clock, or None for the end of the log."""
Period = tuple[datetime | None, datetime | None]
"""Start and end, which is not included; None for no bound."""


def segment(expression: str) -> expression_pb2.Segment:
    """Return the expression as a segment."""
    return expression_pb2.Segment(text=text(expression, "segment"))


def text(given: str, field: str) -> str:
    """Return the text, refusing what is no valid Unicode."""
    if not isinstance(given, str):
        raise invalid(field, f"must be a string, got {given!r}")
    try:
        given.encode()
    except UnicodeEncodeError as error:
        raise invalid(field, f"must be valid Unicode: {error}") from error
    return given


def several(given: T, field: str) -> T:
    """Return what holds several values, refusing a single text, which would be taken for as many as it has letters."""
    if isinstance(given, str | bytes):
        raise invalid(field, f"must be a list or another iterable, got one text; give [{given[:80]!r}] for one")
    if not isinstance(given, Iterable | AsyncIterable):
        raise invalid(field, f"must be a list or another iterable, got {given!r}")
    return given


def texts(given: Sequence[str], field: str) -> list[str]:
    """Return the texts, refusing the first that is no valid Unicode."""
    return [text(one, f"{field}[{number}]") for number, one in enumerate(several(given, field))]


def whole(given: int, field: str) -> int:
    """Return a whole number, which the service checks further."""
    if isinstance(given, bool) or not isinstance(given, int) or not -(2**31) <= given < 2**31:
        raise invalid(field, f"must be a whole number of at most 32 bits, got {given!r}")
    return given


def page_size(given: int) -> int:
    """Return the size of a page."""
    return whole(given, "page_size")


def seconds(given: float, field: str) -> float:
    """Return a deadline."""
    if isinstance(given, bool) or not isinstance(given, int | float) or not given > 0:
        raise invalid(field, f"must be a number of seconds above 0 (math.inf for no deadline), got {given!r}")
    return given


def known_at(cut: KnownAt) -> common_pb2.KnownAt | None:
    """Return the second clock, None for the end of the log."""
    if cut is None:
        return None
    if isinstance(cut, datetime):
        return common_pb2.KnownAt(instant=to_timestamp(cut, "known_at"))
    if isinstance(cut, bool) or not isinstance(cut, int) or not -(2**63) <= cut < 2**63:
        raise invalid("known_at", f"must be a position or an instant, got {cut!r}")
    return common_pb2.KnownAt(position=cut)


def clock_pair(as_of: datetime | None, cut: KnownAt) -> segment_service_pb2.ClockPair:
    """Return the clocks of a second question."""
    stamp = None if as_of is None else to_timestamp(as_of, "before_as_of")
    return segment_service_pb2.ClockPair(as_of=stamp, known_at=known_at(cut))


def timestamp(given: datetime, field: str) -> Timestamp:
    """Return an instant."""
    return to_timestamp(given, field)


def span(given: str, field: str) -> expression_pb2.Span:
    """Return a span such as "1 day" or "6 hours"."""
    number, _, unit = text(given, field).strip().partition(" ")
    unit = unit.strip().lower()
    found = _UNITS.get(unit, _UNITS.get(unit.removesuffix("s")))
    if found is None or not (number.isascii() and number.isdigit()):
        raise invalid(field, f"must be a span such as '1 day', '6 hours' or '1 month', got {given!r}")
    return expression_pb2.Span(count=int(number[:12]), unit=found)


def axes(given: Sequence[Axis]) -> list[report_service_pb2.Axis]:
    """Return the axes of a cross table."""
    return [_axis(axis, f"axes[{number}]") for number, axis in enumerate(several(given, "axes"))]


def _axis(given: Axis, field: str) -> report_service_pb2.Axis:
    message = report_service_pb2.Axis(name=text(given.name, f"{field}.name"))
    if given.as_of is not None or given.known_at is not None:
        message.clocks.CopyFrom(clock_pair(given.as_of, given.known_at))
    if isinstance(given, SegmentAxis):
        message.parts.SetInParent()
        for label, expression in given.parts.items():
            message.parts.parts.add(label=text(label, f"{field}.parts"), segment=segment(expression))
    elif isinstance(given, TagGroupAxis):
        message.tag_group = text(given.group, f"{field}.group")
    else:
        message.trait.trait = text(given.trait, f"{field}.trait")
        message.trait.values_max = whole(given.values_max, f"{field}.values_max")
    return message


def period(bounds: Period, name: str) -> history_service_pb2.Period | None:
    """Return a period of time, None where it has no bound."""
    start, end = bounds
    if start is None and end is None:
        return None
    return history_service_pb2.Period(
        start=None if start is None else to_timestamp(start, f"{name}.start"),
        end=None if end is None else to_timestamp(end, f"{name}.end"),
    )


def read_context(workspace: str, reader: str, as_of: datetime | None, cut: KnownAt) -> common_pb2.ReadContext:
    """Return who reads, and the clocks."""
    context = common_pb2.ReadContext(workspace=text(workspace, "workspace"), known_at=known_at(cut))
    context.reader = text(reader, "reader")
    if as_of is not None:
        context.as_of.CopyFrom(to_timestamp(as_of, "as_of"))
    return context


def write_context(workspace: str, request_id: str, actor: str, reason: str, source: str) -> common_pb2.WriteContext:
    """Return who writes what, why and from where."""
    return common_pb2.WriteContext(
        workspace=text(workspace, "workspace"),
        request_id=text(request_id, "request_id"),
        actor=text(actor, "actor"),
        reason=text(reason, "reason"),
        source=text(source, "source"),
    )


def value(given: TraitValue, field: str) -> common_pb2.Value:
    """Return a typed value; ``field`` names it in a refusal."""
    if isinstance(given, bool):
        return common_pb2.Value(bool_value=given)
    if isinstance(given, Personal):
        return common_pb2.Value(personal_value=text(given, field))
    if isinstance(given, str):
        return common_pb2.Value(string_value=text(given, field))
    if isinstance(given, int | float):
        try:
            return common_pb2.Value(number_value=float(given))
        except OverflowError as error:
            raise invalid(field, str(error)) from error
    if isinstance(given, date) and not isinstance(given, datetime):
        return common_pb2.Value(date_value=given.isoformat())
    raise invalid(field, f"must be str, int, float, bool or date, got {given!r}")


def tag_value(given: TagValue | None, field: str) -> dict[str, Any]:
    """Return the fields that say what goes with an assignment: choices and dates are typed."""
    if isinstance(given, str) or (isinstance(given, date) and not isinstance(given, datetime)):
        return {"typed_value": value(given, field)}
    return {"value": given}


def changeset(context: common_pb2.WriteContext, changes: Iterable[Change]) -> ledger_service_pb2.ApplyChangesetRequest:
    """Return the changes as one request, tags and traits each in the order given."""
    request = ledger_service_pb2.ApplyChangesetRequest(context=context)
    add_tag, add_trait = request.tags.add, request.traits.add
    for number, change in enumerate(several(changes, "changes")):
        place = f"changes[{number}]"
        try:
            if isinstance(change, SetTrait):
                add_trait(
                    profile_id=change.profile_id,
                    trait=change.trait,
                    value=None if change.value is None else value(change.value, f"{place}.value"),
                    effective_at_us=optional_us(change.effective_at, f"{place}.effective_at"),
                )
            elif isinstance(change, ApplyTag):
                add_tag(
                    profile_id=change.profile_id,
                    tag=change.tag,
                    operation=ledger_service_pb2.TagChange.OPERATION_APPLY,
                    **tag_value(change.value, f"{place}.value"),
                    effective_at_us=optional_us(change.effective_at, f"{place}.effective_at"),
                    expires_at_us=optional_us(change.expires_at, f"{place}.expires_at"),
                )
            elif isinstance(change, RemoveTag):
                add_tag(
                    profile_id=change.profile_id,
                    tag=change.tag,
                    operation=ledger_service_pb2.TagChange.OPERATION_REMOVE,
                    effective_at_us=optional_us(change.effective_at, f"{place}.effective_at"),
                )
            else:
                raise invalid(place, f"must be ApplyTag, RemoveTag or SetTrait, got {change!r}")
        except (TypeError, ValueError) as error:
            raise _refusal(change, place, error) from error
    return request


def tag_segment(
    expression: str,
    tag: str,
    apply: bool,
    given: TagValue | None,
    effective_at: datetime | None,
    expires_at: datetime | None,
    as_of: datetime | None,
    cut: KnownAt,
    dry_run: bool,
) -> ledger_service_pb2.TagSegmentRequest:
    """Return the request, but for its context."""
    operations = ledger_service_pb2.TagChange
    try:
        request = ledger_service_pb2.TagSegmentRequest(
            segment=segment(expression),
            known_at=known_at(cut),
            tag=text(tag, "tag"),
            operation=operations.OPERATION_APPLY if apply else operations.OPERATION_REMOVE,
            **tag_value(given, "value"),
            effective_at_us=optional_us(effective_at, "effective_at"),
            expires_at_us=optional_us(expires_at, "expires_at"),
            dry_run=dry_run,
        )
    except TypeError as error:
        raise invalid("value", f"must be a number, got {given!r}") from error
    if as_of is not None:
        request.as_of.CopyFrom(to_timestamp(as_of, "as_of"))
    return request


def tag_values(values: TagValues) -> common_pb2.TagValues:
    """Return what goes with a tag."""
    if not isinstance(values, TagValues) or values.kind not in _VALUE_KINDS:
        raise invalid("values", f"must be TagValues of kind {', '.join(_VALUE_KINDS)}, got {values!r}")
    try:
        return common_pb2.TagValues(
            kind=_VALUE_KINDS[values.kind],
            minimum=values.minimum,
            maximum=values.maximum,
            choices=[text(one, "values.choices") for one in several(values.choices, "values.choices")],
        )
    except TypeError as error:
        raise invalid("values", f"bounds must be numbers, got {values!r}") from error


def foreign_tags(keys: Mapping[str, str]) -> list[catalogue_service_pb2.ForeignTag]:
    """Return tags by other systems' names."""
    if not isinstance(keys, Mapping):
        raise invalid("keys", f"must be a mapping from other systems' names to keys, got {keys!r}")
    return [
        catalogue_service_pb2.ForeignTag(
            foreign_key=text(foreign_key, f"keys[{foreign_key!r}]"), key=text(key, f"keys[{foreign_key!r}]")
        )
        for foreign_key, key in keys.items()
    ]


def undo(
    context: common_pb2.WriteContext,
    name: str | int,
    expression: str | None,
    as_of: datetime | None,
    cut: KnownAt,
    dry_run: bool,
) -> ledger_service_pb2.UndoChangesetRequest:
    """Return the request."""
    request = ledger_service_pb2.UndoChangesetRequest(
        context=context,
        segment=None if expression is None else segment(expression),
        known_at=known_at(cut),
        dry_run=dry_run,
    )
    name_changeset(request, name)
    if as_of is not None:
        request.as_of.CopyFrom(to_timestamp(as_of, "as_of"))
    return request


def name_changeset(
    request: ledger_service_pb2.UndoChangesetRequest
    | history_service_pb2.GetChangesetRequest
    | profile_service_pb2.GetErasureRequest,
    name: str | int,
) -> None:
    """Name a changeset by its id or its position."""
    if isinstance(name, str):
        request.changeset_id = text(name, "changeset_id")
    elif isinstance(name, int) and not isinstance(name, bool) and -(2**63) <= name < 2**63:
        request.at_position = name
    else:
        raise invalid("name", f"must be the id of a changeset or its position in the log, got {name!r}")


def links(pairs: Sequence[tuple[str, str]]) -> list[profile_service_pb2.ProfileLink]:
    """Return pairs of profiles."""
    made = []
    for number, pair in enumerate(several(pairs, "links")):
        ids = texts(pair, f"links[{number}]")
        if len(ids) != 2:
            raise invalid(f"links[{number}]", f"must be a pair of profile ids, got {pair!r}")
        made.append(profile_service_pb2.ProfileLink(first_profile_id=ids[0], second_profile_id=ids[1]))
    return made


def _refusal(change: Change, place: str, cause: Exception) -> Exception:
    """Return the refusal that names the field of a change that cannot be sent; raises it where a text is to blame."""
    named = "trait" if isinstance(change, SetTrait) else "tag"
    for field in ("profile_id", named):
        text(getattr(change, field), f"{place}.{field}")
    if isinstance(change, ApplyTag):
        return invalid(f"{place}.value", f"must be a number, got {change.value!r}")
    return invalid(place, str(cause))


def upload_mode(mode: str) -> list_service_pb2.UploadMode:
    """Return the mode of an upload by its name."""
    try:
        return _UPLOAD_MODES[mode]
    except (KeyError, TypeError):
        raise invalid("mode", f"must be one of {', '.join(_UPLOAD_MODES)}, got {mode!r}") from None


def export_columns(columns: Sequence[ExportColumn]) -> list[export_service_pb2.ExportColumn]:
    """Return the columns beside profile_id."""
    wire = export_service_pb2.ExportColumn
    made = []
    for number, column in enumerate(several(columns, "columns")):
        if not isinstance(column, ExportColumn) or not isinstance(column.kind, ColumnKind):
            raise invalid(f"columns[{number}]", f"must be an ExportColumn with a ColumnKind, got {column!r}")
        name = text(column.name, f"columns[{number}].name")
        match column.kind:
            case ColumnKind.TRAIT:
                made.append(wire(trait=name))
            case ColumnKind.TAG:
                made.append(wire(tag=name))
            case ColumnKind.TAG_VALUE:
                made.append(wire(tag_value=name))
    return made
