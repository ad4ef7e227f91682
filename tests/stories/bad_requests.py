"""Bad requests of every kind: what tests/stories/test_bad_input.py tries.

A good request of each method is walked field by field; wherever one of the fields in BAD_VALUES occurs, however deep, each bad
value of it makes one bad request. So a new method that uses the shared messages is covered as soon as it has a good request,
and the suite fails until it has one.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message
from tagledger.v1 import common_pb2, expression_pb2

from tests.stories.good_requests import good_request

HUGE = "x" * 1_000_000


# --- bad values of single fields ------------------------------------------------------------------------------------------

_STAMPS = {
    "year 10000": (253_402_300_800, 0),
    "year 1": (-62_135_596_800, 0),
    "before 1900": (-2_208_988_801, 999_999_999),
    "year 2200": (7_258_118_400, 0),
    "negative nanos": (1_500_000_000, -1),
    "a whole second of nanos": (1_500_000_000, 1_000_000_000),
    "the largest": (2**63 - 1, 2**31 - 1),
    "the least": (-(2**63), -(2**31)),
}
_NO_NAMES = {"empty": "", "too long": "n" * 129, "huge": HUGE, "U+0000": "a\0b", "control": "a\x1bb", "line feed": "a\nb"}
_NO_TITLES = {"too long": "n" * 129, "huge": HUGE, "U+0000": "a\0b"}
_NO_WORKSPACES = {"empty": "", "ill-formed": "Default ", "too long": "w" * 64, "huge": HUGE, "U+0000": "a\0", "Chinese": "默认"}
_NO_IDS = {"empty": "", "too long": "p" * 257, "too many bytes": "名" * 86, "huge": HUGE, "U+0000": "a\0b"}
_NO_ATTRIBUTION = {"empty": "", "blank": " \t", "too long": "a" * 201, "huge": HUGE, "U+0000": "a\0b"}
_NO_NUMBERS = {"NaN": math.nan, "inf": math.inf, "-inf": -math.inf, "1e300": 1e300, "beyond 1e14": 100_000_000_000_001.0}
_NO_INSTANTS = {"1899": -2_208_988_800_000_001, "2200": 7_258_118_400_000_000, "least": -(2**63), "largest": 2**63 - 1}
_NO_LIFETIMES = {
    "negative": (-1, 0),
    "less than a microsecond": (0, 1),
    "too long": (36_525 * 86_400, 1_000),
    "the largest": (2**63 - 1, 2**31 - 1),
}
_NO_TOKENS = {
    "garbage": "x",
    "no base64": "??? ???",
    "not ASCII": "第二页",
    "forged": "WzEsIjAwMDAwMDAwMDAwMDAwMDAiLDEwLDIwLDMwXQ==",
    "no list": "e30=",
    "nested": "W" * 40_000,
    "huge": HUGE,
    "U+0000": "\0",
}
_NO_PAGE_SIZES = {"negative": -1, "least": -(2**31)}
_TOO_LONG = {"too long": "d" * 1_001, "huge": HUGE, "U+0000": "a\0b"}

BAD_VALUES: Mapping[str, Mapping[str, object]] = {
    "WriteContext.workspace": _NO_WORKSPACES,
    "WriteContext.request_id": {"empty": "", "no uuid": "abc", "almost": "0" * 31, "huge": HUGE, "U+0000": "\0"},
    "WriteContext.actor": _NO_ATTRIBUTION,
    "WriteContext.source": _NO_ATTRIBUTION,
    "WriteContext.reason": _TOO_LONG,
    "ReadContext.workspace": _NO_WORKSPACES,
    "ReadContext.as_of": _STAMPS,
    "ClockPair.as_of": _STAMPS,
    "reader": {"too long": "a" * 201, "huge": HUGE, "U+0000": "a\0b"},
    "KnownAt.position": {"negative": -1, "least": -(2**63)},
    "workspace": _NO_WORKSPACES,
    "page_size": _NO_PAGE_SIZES,
    "profile_id": _NO_IDS,
    "ExplainRequest.profile_id": {what: bad for what, bad in _NO_IDS.items() if bad},
    "ListHistoryRequest.profile_id": {what: bad for what, bad in _NO_IDS.items() if bad},
    "ListHistoryRequest.actor": {"too long": "a" * 201, "huge": HUGE, "U+0000": "a\0b"},
    "ListHistoryRequest.source": {"too long": "a" * 201, "huge": HUGE, "U+0000": "a\0b"},
    "Period.start": _STAMPS,
    "Period.end": _STAMPS,
    "CheckProfilesRequest.profile_ids": _NO_IDS,
    "EraseProfilesRequest.profile_ids": _NO_IDS,
    "ProfileLink.first_profile_id": _NO_IDS,
    "ProfileLink.second_profile_id": _NO_IDS,
    "GetErasureRequest.at_position": {"zero": 0, "negative": -1, "least": -(2**63)},
    "CreateWorkspaceRequest.currency": {"lower case": "cny", "too long": "CNYX", "huge": HUGE, "not ASCII": "元元元"},
    "description": _TOO_LONG,
    "DefineTagGroupRequest.name": {**_NO_NAMES, "slash": "a/b"},
    "DefineSegmentRequest.name": _NO_NAMES,
    "new_name": _NO_NAMES,
    "UploadListRequest.list": _NO_NAMES,
    "UploadListRequest.mode": {"unknown": 99},
    "UploadListRequest.profile_ids": _NO_IDS,
    "GetProfileRequest.timeline_size": {"negative": -1, "too many": 1_001},
    "GetProfileRequest.recency_hours": {"zero": 0, "negative": -1, "least": -(2**31)},
    "TagValues.kind": {"unknown": 99, "none, with bounds": 1, "a choice without choices": 3, "a date with bounds": 4},
    "TagValues.minimum": {**_NO_NUMBERS, "above maximum": 2.0},
    "TagValues.maximum": {**_NO_NUMBERS, "below minimum": -1.0},
    "ForeignTag.foreign_key": {
        "empty": "",
        "no namespace": "et1",
        "empty namespace": ":et1",
        "capitals": "WeCom:et1",
        "long namespace": "n" * 64 + ":et1",
        "no name": "wecom:",
        "long name": "wecom:" + "n" * 123,
        "nothing behind a slash": "wecom:a/",
        "U+0000": "wecom:a\0b",
        "huge": HUGE,
    },
    "ForeignTag.key": {"empty": ""},
    "DefineDepartmentRequest.department_id": _NO_NAMES,
    "DefineDepartmentRequest.name": _NO_TITLES,
    "ChangeDepartmentRequest.name": _NO_TITLES,
    "DefineStaffRequest.staff_id": {**_NO_NAMES, "slash": "a/b", "with its prefix too long": "n" * 123},
    "DefineStaffRequest.name": _NO_TITLES,
    "ChangeStaffRequest.name": _NO_TITLES,
    "role": {"unknown": 99},
    "TransferCustomersRequest.from_staff_id": {"empty": ""},
    "TransferCustomersRequest.to_staff_id": {"empty": ""},
    "TransferCustomersRequest.effective_at": _STAMPS,
    "MergeTagsRequest.key": {"empty": ""},
    "MergeTagsRequest.into_key": {"empty": ""},
    "DefineTagRequest.key": {**_NO_NAMES, "no name": "等级/", "no group": "/金", "only a slash": "/"},
    "GetTagUseRequest.as_of": _STAMPS,
    "GetTagUseRequest.days": {"negative": -1, "too many": 3_661},
    "GetTagUseRequest.zone": {"no zone": "Mars/Base", "huge": HUGE, "U+0000": "a\0b"},
    "GetChangesetRequest.at_position": {"zero": 0, "negative": -1, "least": -(2**63)},
    "Axis.name": {"too long": "d" * 129, "huge": HUGE, "U+0000": "a\0b"},
    "Axis.tag_group": _NO_NAMES,
    "AxisPart.label": {"too long": "d" * 129, "huge": HUGE, "U+0000": "a\0b"},
    "AxisTrait.trait": _NO_NAMES,
    "AxisTrait.values_max": {"negative": -1, "too many": 1_001},
    "SegmentSeriesRequest.start": _STAMPS,
    "SegmentSeriesRequest.end": {**_STAMPS, "before start": (0, 0)},
    "SegmentSeriesRequest.zone": {"no zone": "Mars/Base", "huge": HUGE, "U+0000": "a\0b"},
    "Span.count": {"zero": 0, "negative": -1, "too many": 36_526, "largest": 2**63 - 1},
    "Span.unit": {"unspecified": 0, "unknown": 99},
    "TagChange.operation": {"unspecified": 0, "unknown": 99},
    "TagChange.value": _NO_NUMBERS,
    "TagChange.effective_at_us": _NO_INSTANTS,
    "TagChange.expires_at_us": {**_NO_INSTANTS, "at effective_at": 1_000, "before it": 999},
    "TagChange.tag": {"empty": ""},
    "DefineTagRequest.lifetime": _NO_LIFETIMES,
    "ChangeTagRequest.lifetime": _NO_LIFETIMES,
    "TagSegmentRequest.operation": {"unspecified": 0, "unknown": 99},
    "TagSegmentRequest.value": _NO_NUMBERS,
    "TagSegmentRequest.effective_at_us": _NO_INSTANTS,
    "TagSegmentRequest.expires_at_us": {**_NO_INSTANTS, "at effective_at": 1_000, "before it": 999},
    "TagSegmentRequest.tag": {"empty": ""},
    "TagSegmentRequest.as_of": _STAMPS,
    "UndoChangesetRequest.as_of": _STAMPS,
    "UndoChangesetRequest.at_position": {"zero": 0, "negative": -1, "least": -(2**63)},
    "TraitChange.trait": _NO_NAMES,
    "TraitChange.effective_at_us": _NO_INSTANTS,
    "Value.number_value": _NO_NUMBERS,
    "Value.date_value": {"no date": "yesterday", "2021-02-29": "2021-02-29", "year 10000": "10000-01-01", "huge": HUGE},
    "Value.string_value": {"too long": "v" * 1_025, "huge": HUGE},
    "ExportMembersRequest.format": {"unknown": 99},
    "InteractionColumns.profile_ids": _NO_IDS,
    "InteractionColumns.type_names": _NO_NAMES,
    "InteractionColumns.touchpoint_names": _NO_NAMES,
    "InteractionColumns.currency_names": {"empty": "", "lower case": "usd", "huge": HUGE},
    "InteractionColumns.occurred_at_us": _NO_INSTANTS,
    "InteractionColumns.amounts": {
        "too large": 10**15 + 1,
        "too small": -(10**15) - 1,
        "largest": 2**63 - 1,
        "least": -(2**63),
    },
    "InteractionColumns.type_index": {"beyond": 2, "largest": 2**32 - 1},
    "InteractionColumns.touchpoint_index": {"beyond": 2, "largest": 2**32 - 1},
    "InteractionColumns.currency_index": {"beyond": 2, "largest": 2**32 - 1},
    "InteractionColumns.ids": {"too long": "i" * 257, "too many bytes": "名" * 86, "huge": HUGE},
    "RetractInteractionsRequest.ids": {"empty": "", "too long": "i" * 257, "too many bytes": "名" * 86, "huge": HUGE},
    "PropertyColumn.name": {**_NO_NAMES, "amount": "amount", "currency": "currency", "touchpoint": "touchpoint"},
    "PropertyColumn.index": {"beyond": 9, "largest": 2**32 - 1},
    "PropertyColumn.numbers": _NO_NUMBERS,
    "PropertyColumn.strings": {"too long": "v" * 1_025, "too many bytes": "名" * 342, "huge": HUGE},
}
"""By `Message.field`, or `field` alone for all messages: values that are refused with INVALID_FIELD naming the field."""

KNOWN_AT_STAMPS = _STAMPS
PAGE_TOKENS = _NO_TOKENS


@dataclass(frozen=True, slots=True)
class BadRequestCase:
    """One bad request: what is wrong with it, the request, the field that the refusal must name, and the reason."""

    what: str
    request: Any
    field: str
    reason: str = "INVALID_FIELD"


def bad_fields(method: str) -> Iterator[BadRequestCase]:
    """Each bad value of each field of a good request."""
    for path, holder, field in fields_of(good_request(method)):
        bad = BAD_VALUES.get(f"{holder}.{field.name}", BAD_VALUES.get(field.name, {}))
        for what, value in bad.items():
            request = good_request(method)
            parent = parent_of(request, path)
            if isinstance(value, tuple):
                target = getattr(parent, field.name)
                target.seconds, target.nanos = value
            elif is_repeated(field):
                getattr(parent, field.name)[0] = value
            else:
                setattr(parent, field.name, value)
            yield BadRequestCase(f"{'.'.join(map(str, path))}: {what}", request, _dotted(path))


def is_repeated(field: Any) -> bool:
    return bool(field.is_repeated)


def fields_of(message: Message, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str, Any]]:
    """Path, name of the message and descriptor of every field that is filled, and of every plain one that is not."""
    for field in message.DESCRIPTOR.fields:
        here = (*path, field.name)
        if field.type != field.TYPE_MESSAGE:
            chosen = field.containing_oneof is None or message.WhichOneof(field.containing_oneof.name) == field.name
            if chosen and (not is_repeated(field) or len(getattr(message, field.name))):
                yield ((*here, 0) if is_repeated(field) else here), message.DESCRIPTOR.name, field
        elif is_repeated(field):
            for number, inner in enumerate(getattr(message, field.name)):
                yield from fields_of(inner, (*here, number))
        elif message.HasField(field.name):
            yield here, message.DESCRIPTOR.name, field
            yield from fields_of(getattr(message, field.name), here)


def parent_of(message: Any, path: Sequence[str | int]) -> Any:
    steps = list(path[:-2] if isinstance(path[-1], int) else path[:-1])
    for step in steps:
        message = message[step] if isinstance(step, int) else getattr(message, step)
    return message


def _dotted(path: Sequence[str | int]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


# --- bad expressions ------------------------------------------------------------------------------------------------------

_E = expression_pb2


def _all(*operands: _E.Expression) -> _E.Expression:
    return _E.Expression(all=_E.Operands(operands=operands))


def _everyone() -> _E.Expression:
    return _E.Expression(everyone=_E.Everyone())


def _did(**fields: Any) -> _E.Expression:
    return _E.Expression(did=_E.Did(**({"type": "purchase"} | fields)))


def _in_window(**form: Any) -> _E.Expression:
    return _did(window=_E.Window(**form))


def _number(comparison: Any, number: float) -> _E.NumberComparison:
    return _E.NumberComparison(comparison=comparison, number=number)


def _sum(**fields: Any) -> _E.Expression:
    good: dict[str, Any] = {
        "function": _E.Measure.FUNCTION_SUM,
        "type": "purchase",
        "property": "amount",
        "value": _number(3, 1.0),
    }
    return _E.Expression(measure=_E.Measure(**(good | fields)))


def _typed(comparison: Any, value: common_pb2.Value, number: Any = None) -> _E.Expression:
    typed = _E.ValueComparison(comparison=comparison, value=value)
    return _E.Expression(tagged=_E.Tagged(tags=["vip"], typed_value=typed, value=number))


def _trait(comparison: Any, *values: common_pb2.Value) -> _E.Expression:
    return _E.Expression(trait=_E.TraitCondition(trait="age", comparison=comparison, values=values))


def _where(comparison: Any, *values: common_pb2.Value) -> _E.Expression:
    condition = _E.PropertyCondition(property="category", comparison=comparison, values=values)
    return _did(where=_E.Filter(condition=condition))


def _span(count: int, unit: Any) -> _E.Span:
    return _E.Span(count=count, unit=unit)


def _instant(seconds: int, nanos: int = 0) -> _E.TimePoint:
    point = _E.TimePoint()
    point.instant.seconds, point.instant.nanos = seconds, nanos
    return point


def nested(depth: int) -> _E.Expression:
    """`not not … everyone` of a depth."""
    tree = _everyone()
    for _ in range(depth - 1):
        tree = _E.Expression(negation=tree)
    return tree


def nested_filter(depth: int) -> _E.Expression:
    """A filter of a depth; the leaf around it counts one more."""
    value = common_pb2.Value(string_value="tea")
    where = _E.Filter(condition=_E.PropertyCondition(property="category", comparison=1, values=[value]))  # type: ignore[arg-type]
    for _ in range(depth - 1):
        where = _E.Filter(negation=where)
    return _did(where=where)


def bad_trees() -> Mapping[str, _E.Expression]:
    """Trees that no parser gives, each refused."""
    text, number = common_pb2.Value(string_value="x"), common_pb2.Value(number_value=1.0)
    numbers = {**_NO_NUMBERS, "16 digits": 0.1234567890123456}
    trees = {
        "empty": _E.Expression(),
        "all of none": _all(),
        "all of one": _all(_everyone()),
        "any of one": _E.Expression(any=_E.Operands(operands=[_everyone()])),
        "an empty operand": _all(_everyone(), _E.Expression()),
        "not of nothing": _E.Expression(negation=_E.Expression()),
        "no tag": _E.Expression(tagged=_E.Tagged()),
        "a tag without a name": _E.Expression(tagged=_E.Tagged(tags=[""])),
        "a tag with a huge name": _E.Expression(tagged=_E.Tagged(tags=[HUGE])),
        "a tag in": _E.Expression(tagged=_E.Tagged(tags=["vip"], value=_number(7, 1.0))),
        "a tag without comparison": _E.Expression(tagged=_E.Tagged(tags=["vip"], value=_number(0, 1.0))),
        "a choice in": _typed(7, text),
        "a choice without comparison": _typed(0, text),
        "a choice that is a number": _typed(1, number),
        "a choice that is nothing": _typed(1, common_pb2.Value()),
        "a choice that is huge": _typed(1, common_pb2.Value(string_value=HUGE)),
        "a tag's day in words": _typed(1, common_pb2.Value(date_value="yesterday")),
        "a number and a choice": _typed(1, text, number=_number(1, 1.0)),
        "no type": _did(type=""),
        "a huge type": _did(type=HUGE),
        "half a count": _did(count=_number(3, 0.5)),
        "a negative count": _did(count=_number(3, -1.0)),
        "a count beyond": _did(count=_number(3, 1e9 + 1)),
        "a count that exists": _did(count=_number(8, 1.0)),
        "an unknown comparison": _did(count=_number(99, 1.0)),
        "an empty window": _did(window=_E.Window()),
        "0 days": _in_window(last=_span(0, 3)),
        "-1 days": _in_window(last=_span(-1, 3)),
        "101 years": _in_window(last=_span(36_526, 3)),
        "2**63-1 weeks": _in_window(last=_span(2**63 - 1, 4)),
        "no unit": _in_window(last=_E.Span(count=1)),
        "an unknown unit": _in_window(last=_span(1, 99)),
        "rolling months": _in_window(last=_span(1, 5)),
        "calendar hours": _in_window(calendar=_E.CalendarWindow(span=_span(1, 2))),
        "an empty calendar": _in_window(calendar=_E.CalendarWindow()),
        "no zone": _in_window(calendar=_E.CalendarWindow(span=_span(1, 3), zone="Asia/Peking")),
        "a huge zone": _in_window(calendar=_E.CalendarWindow(span=_span(1, 3), zone=HUGE)),
        "a zone with U+0000": _in_window(calendar=_E.CalendarWindow(span=_span(1, 3), zone="UTC\0")),
        "a zone up the tree": _in_window(calendar=_E.CalendarWindow(span=_span(1, 3), zone="../UTC")),
        "no day": _in_window(on=_E.Day()),
        "a day in words": _in_window(on=_E.Day(date="yesterday")),
        "year 10000": _in_window(on=_E.Day(date="10000-01-01")),
        "year 1": _in_window(on=_E.Day(date="0001-01-01")),
        "29 February": _in_window(on=_E.Day(date="2017-02-29")),
        "between nothing": _in_window(between=_E.Between()),
        "since nothing": _in_window(since=_E.TimePoint()),
        "no months ago": _in_window(since=_E.TimePoint(ago=_span(1, 5))),
        "no function": _sum(function=0),
        "an unknown function": _sum(function=99),
        "nothing to compare with": _E.Expression(
            measure=_E.Measure(function=_E.Measure.FUNCTION_SUM, type="purchase", property="amount")
        ),
        "a sum of nothing": _sum(property=""),
        "days of a property": _sum(function=_E.Measure.FUNCTION_DAYS),
        "a sum by day": _sum(zone="Asia/Shanghai"),
        "no zone of days": _sum(function=_E.Measure.FUNCTION_DAYS, property="", zone="Nowhere/Land"),
        "an edge without a window": _E.Expression(edge=_E.Edge(type="purchase")),
        "an empty filter": _did(where=_E.Filter()),
        "a filter of one": _did(where=_E.Filter(all=_E.FilterOperands(operands=[_E.Filter()]))),
        "not of no filter": _did(where=_E.Filter(negation=_E.Filter())),
        "no trait": _E.Expression(trait=_E.TraitCondition(comparison=_E.COMPARISON_EQUAL, values=[text])),
        "no comparison of a trait": _trait(0, text),
        "nothing to equal": _trait(1),
        "two to equal": _trait(1, text, text),
        "an empty value": _trait(1, common_pb2.Value()),
        "in nothing": _trait(7),
        "in two types": _trait(7, text, number),
        "exists with a value": _trait(8, text),
        "starts with a number": _trait(9, number),
        "a date that is none": _trait(1, common_pb2.Value(date_value="2017-13-01")),
        "a property without comparison": _where(0, text),
        "a value too long": _where(1, common_pb2.Value(string_value="v" * 1_025)),
    }
    trees |= {f"since {what}": _in_window(since=_instant(*stamp)) for what, stamp in _STAMPS.items()}
    trees |= {f"before {what}": _in_window(before=_instant(*stamp)) for what, stamp in _STAMPS.items()}
    for what, value in numbers.items():
        held = common_pb2.Value(number_value=value)
        trees |= {f"sum {what}": _sum(value=_number(3, value)), f"count {what}": _did(count=_number(3, value))}
        trees |= {f"trait {what}": _trait(1, held), f"property {what}": _where(1, held), f"in {what}": _trait(7, number, held)}
        trees[f"tag {what}"] = _E.Expression(tagged=_E.Tagged(tags=["vip"], value=_number(3, value)))
    return trees


def bad_texts() -> Mapping[str, str]:
    """Texts that cannot be read."""
    return {
        "empty": "",
        "blank": " \t\n",
        "half": "tagged vip and",
        "doubled": "tagged vip and and did purchase",
        "unclosed": "(tagged vip",
        "closed too often": "tagged vip)",
        "an unclosed string": 'city = "Shang',
        "a lone surrogate": 'city = "\\ud800"',
        "U+0000": "tagged vip\0",
        "a control character": "tagged v\x1bip",
        "a right-to-left override": "tagged \u202evip",
        "nan": "sum(purchase.amount) > nan",
        "1e300": "sum(purchase.amount) > 1e300",
        "year 10000": "did purchase on 10000-01-01",
        "year 1": "did purchase on 0001-01-01",
        "30 February": "did purchase on 2017-02-30",
        "no zone": "did purchase today zone Nowhere/Land",
        "a huge number": "did purchase at least " + "9" * 60_000 + " times",
        "a huge span": "did purchase in last 99999999999999999999 days",
        "rolling months": "did purchase in last 3 months",
        "nothing but not": "not " * 16_000,
    }


def mutated(good: bytes, rng: Any) -> bytes:
    """The bytes of a good request after a few accidents."""
    data = bytearray(good)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(data) + 1)
        match rng.randrange(5):
            case 0:
                data[at : at + 1] = bytes([rng.randrange(256)])
            case 1:
                data[at:at] = rng.randbytes(rng.randint(1, 8))
            case 2:
                del data[at : at + rng.randint(1, 8)]
            case 3:
                data += bytes(data[at : at + 40])
            case _:
                data[at:] = b""
    return bytes(data)


Mutation = Callable[[Any], None]


def bad_columns() -> Mapping[str, tuple[Mutation, str]]:
    """What can be wrong with a whole batch: how, and the field that the refusal names."""

    def double_property(batch: Any) -> None:
        batch.properties[1].name = "category"

    def two_dictionaries(batch: Any) -> None:
        batch.properties[0].numbers.append(1.0)

    def no_rows(batch: Any) -> None:
        batch.Clear()

    def two_forms_of_one_name(batch: Any) -> None:
        batch.type_names[:] = ["é", "e\u0301"]

    return {
        "no rows": (no_rows, "interactions.profile_ids"),
        "too few types": (lambda batch: batch.type_index.pop(), "interactions.type_index"),
        "too many types": (lambda batch: batch.type_index.append(0), "interactions.type_index"),
        "no types": (lambda batch: batch.ClearField("type_names"), "interactions.type_names"),
        "no choice of types": (lambda batch: batch.ClearField("type_index"), "interactions.type_index"),
        "no instants": (lambda batch: batch.ClearField("occurred_at_us"), "interactions.occurred_at_us"),
        "too many instants": (lambda batch: batch.occurred_at_us.append(0), "interactions.occurred_at_us"),
        "too few touchpoints": (lambda batch: batch.touchpoint_index.pop(), "interactions.touchpoint_index"),
        "too few amounts": (lambda batch: batch.amounts.pop(), "interactions.amounts"),
        "amounts there and not": (lambda batch: batch.ClearField("amounts"), "interactions.amount_present"),
        "too many flags": (lambda batch: batch.amount_present.append(True), "interactions.amount_present"),
        "too few currencies": (lambda batch: batch.currency_index.pop(), "interactions.currency_index"),
        "too many ids": (lambda batch: batch.ids.append("x"), "interactions.ids"),
        "too few values": (lambda batch: batch.properties[0].index.pop(), "interactions.properties[0].index"),
        "no values": (lambda batch: batch.properties[0].ClearField("index"), "interactions.properties[0].index"),
        "no dictionary": (lambda batch: batch.properties[0].ClearField("strings"), "interactions.properties[0].index[0]"),
        "two dictionaries": (two_dictionaries, "interactions.properties[0]"),
        "one property twice": (double_property, "interactions.properties"),
        "one type twice": (two_forms_of_one_name, "interactions.type_names"),
    }
