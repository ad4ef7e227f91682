"""Bad input at every rpc, over a real socket and as raw bytes: a clear refusal that names the field, and nothing changed.

A good request of each method is walked field by field; wherever one of the fields in BAD_VALUES occurs, however deep, each bad
value of it makes one bad request. So a new method that uses the shared messages is covered as soon as it has a good request,
and the suite fails until it has one.
"""

import base64
import json
import math
import random
import sqlite3
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import psycopg
import pytest
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo
from grpc_status import rpc_status
from tagledger.v1 import (
    catalogue_service_pb2,
    common_pb2,
    error_reason_pb2,
    export_service_pb2,
    expression_pb2,
    history_service_pb2,
    ledger_service_pb2,
    segment_service_pb2,
)

from domain import limits
from tests.harness import STORES, Postgres, Store, make_store, running_server

DEADLINE_SECONDS = 30.0
WORKSPACE = "default"
_MODULES = (catalogue_service_pb2, export_service_pb2, history_service_pb2, ledger_service_pb2, segment_service_pb2)
METHODS: Mapping[str, MethodDescriptor] = {
    method.full_name.removeprefix("tagledger.v1."): method
    for module in _MODULES
    for service in module.DESCRIPTOR.services_by_name.values()
    for method in service.methods
}
REASONS = {name.removeprefix("ERROR_REASON_") for name in error_reason_pb2.ErrorReason.keys()}  # noqa: SIM118 - no dict
OURS = {"UNSPECIFIED", "INTERNAL", "LOG_DAMAGED", "STORE_UNAVAILABLE", "SHUTTING_DOWN"}
HUGE = "x" * 1_000_000


# --- calls ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Refusal:
    """How a call ended that was not answered."""

    code: grpc.StatusCode
    message: str
    reasons: Sequence[str]
    fields: Sequence[str]
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Wire:
    """Sends bytes to a method, whatever they are."""

    channel: grpc.Channel

    def send(self, method: str, *requests: bytes) -> list[bytes] | Refusal:
        """The replies, or the refusal."""
        descriptor = METHODS[method]
        path = "/" + ".".join(descriptor.full_name.split(".")[:-1]) + "/" + descriptor.name
        kind = f"{_arity(descriptor.client_streaming)}_{_arity(descriptor.server_streaming)}"
        call = getattr(self.channel, kind)(path, request_serializer=bytes, response_deserializer=bytes)
        try:
            replies = call(iter(requests) if descriptor.client_streaming else requests[0], timeout=DEADLINE_SECONDS)
            return list(replies) if descriptor.server_streaming else [replies]
        except grpc.RpcError as error:
            return _refusal(error)

    def ask(self, method: str, request: Message) -> Any:
        """The only reply, decoded; a refusal fails the test."""
        replies = self.send(method, request.SerializeToString())
        assert not isinstance(replies, Refusal), replies
        reply = GetMessageClass(METHODS[method].output_type)()
        reply.ParseFromString(b"".join(replies))
        return reply


def _arity(streaming: bool) -> str:
    return "stream" if streaming else "unary"


def _refusal(error: Any) -> Refusal:
    status = rpc_status.from_call(error)
    reasons: list[str] = []
    fields: list[str] = []
    metadata: dict[str, str] = {}
    for detail in status.details if status else ():
        info, request = ErrorInfo(), BadRequest()
        if detail.Unpack(info):
            assert info.domain == "tagledger"
            reasons.append(info.reason)
            metadata |= info.metadata
        elif detail.Unpack(request):
            fields += [violation.field for violation in request.field_violations]
    return Refusal(error.code(), error.details() or "", reasons, fields, metadata)


def stored(store: Store) -> tuple[int, ...]:
    """What the store holds: how many events, profiles and request ids, and the last position."""
    query = (
        "SELECT (SELECT count(*) FROM tagledger_events), (SELECT count(*) FROM tagledger_profiles), "
        "(SELECT count(*) FROM tagledger_requests)"
    )
    if store.database_url:
        with psycopg.connect(store.database_url) as connection:
            row = connection.execute(query).fetchone()
    else:
        with closing(sqlite3.connect(f"file:{Path(store.data) / 'ledger.sqlite'}?mode=ro", uri=True)) as database:
            row = database.execute(query).fetchone()
    return tuple(row or ())


# --- good requests --------------------------------------------------------------------------------------------------------


def write_context(reason: str = "a test", workspace: str = WORKSPACE) -> common_pb2.WriteContext:
    """A good one, with a new request id."""
    return common_pb2.WriteContext(
        workspace=workspace, request_id=str(uuid.uuid4()), actor="staff:li", reason=reason, source="test"
    )


def read_context() -> common_pb2.ReadContext:
    """A good one."""
    context = common_pb2.ReadContext(workspace=WORKSPACE)
    context.as_of.FromJsonString("2026-01-01T00:00:00Z")
    context.known_at.position = 1
    return context


def segment(text: str = "everyone") -> expression_pb2.Segment:
    """An expression as text."""
    return expression_pb2.Segment(text=text)


def columns(rows: int = 2) -> ledger_service_pb2.InteractionColumns:
    """A batch that uses every column."""
    return ledger_service_pb2.InteractionColumns(
        profile_ids=[f"p{n}" for n in range(rows)],
        type_names=["purchase", "visit"],
        type_index=[n % 2 for n in range(rows)],
        occurred_at_us=[1_500_000_000_000_000 + n for n in range(rows)],
        touchpoint_names=["mini_program"],
        touchpoint_index=[n % 2 for n in range(rows)],
        amounts=[10_000 * n for n in range(rows)],
        amount_present=[True] * rows,
        currency_names=["USD"],
        currency_index=[0] * rows,
        ids=[""] * rows,
        properties=[
            ledger_service_pb2.PropertyColumn(name="category", strings=["tea", "茶"], index=[1] * rows),
            ledger_service_pb2.PropertyColumn(name="quantity", numbers=[1.5], index=[1] * rows),
            ledger_service_pb2.PropertyColumn(name="gift", bools=[True], index=[0] * rows),
        ],
    )


def good_request(method: str) -> Any:
    """A request that is answered, with as many fields filled as go together."""
    name = method.partition(".")[2]
    catalogue, history = catalogue_service_pb2, history_service_pb2
    unique = uuid.uuid4().hex
    known_at = common_pb2.KnownAt(position=1)
    match name:
        case "CreateWorkspace":
            return catalogue.CreateWorkspaceRequest(context=write_context(workspace=unique), currency="CNY")
        case "ListWorkspaces":
            return catalogue.ListWorkspacesRequest(page_size=10)
        case "DefineTagGroup":
            return catalogue.DefineTagGroupRequest(context=write_context(), name=unique, description="text")
        case "GetTagGroup":
            return catalogue.GetTagGroupRequest(workspace=WORKSPACE, name="等级")
        case "ListTagGroups":
            return catalogue.ListTagGroupsRequest(workspace=WORKSPACE, page_size=10)
        case "RenameTagGroup":
            return catalogue.RenameTagGroupRequest(context=write_context(), name="other", new_name=unique)
        case "RetireTagGroup":
            return catalogue.RetireTagGroupRequest(context=write_context(), name="unused")
        case "DefineTag":
            return catalogue.DefineTagRequest(context=write_context(), key=f"等级/{unique}", description="text")
        case "GetTag":
            return catalogue.GetTagRequest(workspace=WORKSPACE, key="等级/金")
        case "ListTags":
            return catalogue.ListTagsRequest(workspace=WORKSPACE, page_size=10, group="等级")
        case "RenameTag":
            return catalogue.RenameTagRequest(context=write_context(), key="renamed", new_name=unique)
        case "RetireTag":
            return catalogue.RetireTagRequest(context=write_context(), key="unwanted")
        case "ListNames":
            return catalogue.ListNamesRequest(workspace=WORKSPACE)
        case "ApplyChangeset":
            return _changeset()
        case "RecordInteractions":
            return ledger_service_pb2.RecordInteractionsRequest(context=write_context(), interactions=columns())
        case "StreamInteractions":
            return ledger_service_pb2.StreamInteractionsRequest(context=write_context(), interactions=columns())
        case "Count":
            return segment_service_pb2.CountRequest(context=read_context(), segment=segment())
        case "ListMembers":
            return segment_service_pb2.ListMembersRequest(context=read_context(), segment=segment(), page_size=10)
        case "CheckProfiles":
            return segment_service_pb2.CheckProfilesRequest(
                context=read_context(), segment=segment(), profile_ids=["p1", "nobody"]
            )
        case "Explain":
            return segment_service_pb2.ExplainRequest(context=read_context(), segment=segment(), profile_id="p1")
        case "ValidateExpression":
            return segment_service_pb2.ValidateExpressionRequest(workspace=WORKSPACE, segment=segment())
        case "ExportMembers":
            exported = [export_service_pb2.ExportColumn(trait="age"), export_service_pb2.ExportColumn(tag="vip")]
            return export_service_pb2.ExportMembersRequest(context=read_context(), segment=segment(), columns=exported)
        case "ListProfileHistory":
            return history.ListProfileHistoryRequest(workspace=WORKSPACE, profile_id="p1", known_at=known_at, page_size=10)
        case "ListTagHistory":
            return history.ListTagHistoryRequest(workspace=WORKSPACE, tag="vip", known_at=known_at, page_size=10)
        case "GetChangeset":
            return history.GetChangesetRequest(workspace=WORKSPACE, at_position=1, page_size=10)
    raise NotImplementedError(f"{method} needs a good request here")


def _changeset() -> ledger_service_pb2.ApplyChangesetRequest:
    apply = ledger_service_pb2.TagChange.OPERATION_APPLY
    tags = [
        ledger_service_pb2.TagChange(
            profile_id="p1", tag="vip", operation=apply, value=0.5, effective_at_us=1_000, expires_at_us=2_000
        )
    ]
    age = common_pb2.Value(number_value=30.0)
    traits = [ledger_service_pb2.TraitChange(profile_id="p1", trait="age", value=age, effective_at_us=1_000)]
    return ledger_service_pb2.ApplyChangesetRequest(context=write_context(), tags=tags, traits=traits)


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
_NO_WORKSPACES = {"empty": "", "ill-formed": "Default ", "too long": "w" * 64, "huge": HUGE, "U+0000": "a\0", "Chinese": "默认"}
_NO_IDS = {"empty": "", "too long": "p" * 257, "too many bytes": "名" * 86, "huge": HUGE, "U+0000": "a\0b"}
_NO_ATTRIBUTION = {"empty": "", "blank": " \t", "too long": "a" * 201, "huge": HUGE, "U+0000": "a\0b"}
_NO_NUMBERS = {"NaN": math.nan, "inf": math.inf, "-inf": -math.inf, "1e300": 1e300, "beyond 1e14": 100_000_000_000_001.0}
_NO_INSTANTS = {"1899": -2_208_988_800_000_001, "2200": 7_258_118_400_000_000, "least": -(2**63), "largest": 2**63 - 1}
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
    "KnownAt.position": {"negative": -1, "least": -(2**63)},
    "workspace": _NO_WORKSPACES,
    "page_size": _NO_PAGE_SIZES,
    "profile_id": _NO_IDS,
    "ExplainRequest.profile_id": {what: bad for what, bad in _NO_IDS.items() if bad},
    "CheckProfilesRequest.profile_ids": _NO_IDS,
    "CreateWorkspaceRequest.currency": {"lower case": "cny", "too long": "CNYX", "huge": HUGE, "not ASCII": "元元元"},
    "description": _TOO_LONG,
    "DefineTagGroupRequest.name": {**_NO_NAMES, "slash": "a/b"},
    "new_name": _NO_NAMES,
    "DefineTagRequest.key": {**_NO_NAMES, "no name": "等级/", "no group": "/金", "only a slash": "/"},
    "GetChangesetRequest.at_position": {"zero": 0, "negative": -1, "least": -(2**63)},
    "TagChange.operation": {"unspecified": 0, "unknown": 99},
    "TagChange.value": _NO_NUMBERS,
    "TagChange.effective_at_us": _NO_INSTANTS,
    "TagChange.expires_at_us": {**_NO_INSTANTS, "at effective_at": 1_000, "before it": 999},
    "TagChange.tag": {"empty": ""},
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
    for path, holder, field in _fields(good_request(method)):
        bad = BAD_VALUES.get(f"{holder}.{field.name}", BAD_VALUES.get(field.name, {}))
        for what, value in bad.items():
            request = good_request(method)
            parent = _parent(request, path)
            if isinstance(value, tuple):
                target = getattr(parent, field.name)
                target.seconds, target.nanos = value
            elif _is_repeated(field):
                getattr(parent, field.name)[0] = value
            else:
                setattr(parent, field.name, value)
            yield BadRequestCase(f"{'.'.join(map(str, path))}: {what}", request, _dotted(path))


def _is_repeated(field: Any) -> bool:
    return bool(field.is_repeated)


def _fields(message: Message, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str, Any]]:
    """Path, name of the message and descriptor of every field that is filled, and of every plain one that is not."""
    for field in message.DESCRIPTOR.fields:
        here = (*path, field.name)
        if field.type != field.TYPE_MESSAGE:
            chosen = field.containing_oneof is None or message.WhichOneof(field.containing_oneof.name) == field.name
            if chosen and (not _is_repeated(field) or len(getattr(message, field.name))):
                yield ((*here, 0) if _is_repeated(field) else here), message.DESCRIPTOR.name, field
        elif _is_repeated(field):
            for number, inner in enumerate(getattr(message, field.name)):
                yield from _fields(inner, (*here, number))
        elif message.HasField(field.name):
            yield here, message.DESCRIPTOR.name, field
            yield from _fields(getattr(message, field.name), here)


def _parent(message: Any, path: Sequence[str | int]) -> Any:
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


# --- the world ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class World:
    """A server with some data of each kind, and its store."""

    wire: Wire
    store: Store

    def refused(self, method: str, *requests: bytes) -> Refusal:
        """Send what must be refused, as the caller's fault, with one known reason; the store must not change."""
        before = stored(self.store)
        answer = self.wire.send(method, *requests)
        assert isinstance(answer, Refusal), f"answered: {str(answer)[:300]}"
        _assert_caller_fault(answer)
        assert stored(self.store) == before
        return answer

    def assert_refused(self, method: str, case: BadRequestCase) -> None:
        """Send a bad request: the refusal has its reason and names its field."""
        try:
            answer = self.refused(method, case.request.SerializeToString())
            assert answer.reasons == [case.reason], answer
            # A refusal of a value may stop at the message around it: `traits[0].value` for its number.
            assert any(case.field.startswith(field) for field in answer.fields), answer
        except AssertionError as error:
            raise AssertionError(f"{case.what}: {str(error)[:1_000]}") from None

    def state(self) -> tuple[object, ...]:
        """All that a caller can see of the workspace, and what the store holds."""
        ask, catalogue = self.wire.ask, catalogue_service_pb2
        everybody = segment_service_pb2.CountRequest(segment=segment("everyone"))
        everybody.context.workspace = WORKSPACE
        return (
            stored(self.store),
            str(ask("CatalogueService.ListNames", catalogue.ListNamesRequest(workspace=WORKSPACE))),
            str(ask("CatalogueService.ListWorkspaces", catalogue.ListWorkspacesRequest())),
            str(ask("CatalogueService.ListTags", catalogue.ListTagsRequest(workspace=WORKSPACE, show_retired=True))),
            str(ask("CatalogueService.ListTagGroups", catalogue.ListTagGroupsRequest(workspace=WORKSPACE, show_retired=True))),
            ask("SegmentService.Count", everybody).count,
        )


def _assert_caller_fault(refusal: Refusal) -> None:
    code = grpc.StatusCode
    assert refusal.code in (
        code.INVALID_ARGUMENT,
        code.NOT_FOUND,
        code.ALREADY_EXISTS,
        code.FAILED_PRECONDITION,
        code.OUT_OF_RANGE,
    ), refusal
    assert len(refusal.reasons) == 1, refusal
    assert refusal.reasons[0] in REASONS - OURS, refusal
    assert refusal.message, refusal
    if refusal.code is code.INVALID_ARGUMENT:
        assert refusal.fields, refusal


def _seed(wire: Wire) -> None:
    catalogue, ledger = catalogue_service_pb2, ledger_service_pb2
    for name in ("等级", "other", "unused"):
        wire.ask("CatalogueService.DefineTagGroup", catalogue.DefineTagGroupRequest(context=write_context(), name=name))
    for key in ("等级/金", "vip", "renamed", "unwanted", "retired"):
        wire.ask("CatalogueService.DefineTag", catalogue.DefineTagRequest(context=write_context(), key=key))
    wire.ask("CatalogueService.RetireTag", catalogue.RetireTagRequest(context=write_context(), key="retired"))
    for _ in range(3):
        wire.ask("LedgerService.ApplyChangeset", _changeset())
    batch = ledger.RecordInteractionsRequest(context=write_context(), interactions=columns(300))
    wire.ask("LedgerService.RecordInteractions", batch)


@contextmanager
def _running(store: Store) -> Iterator[World]:
    with running_server(store.config()) as address:
        with grpc.insecure_channel(address, options=[("grpc.max_send_message_length", -1)]) as channel:
            wire = Wire(channel)
            _seed(wire)
            yield World(wire, store)


@pytest.fixture(scope="module", params=STORES)
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgres: Callable[[], Postgres]
) -> Iterator[World]:
    with _running(make_store(request.param, tmp_path_factory.mktemp("world"), postgres)) as made:
        yield made


@pytest.fixture(scope="module")
def sqlite_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with _running(Store("sqlite", data=str(tmp_path_factory.mktemp("world")))) as made:
        yield made


each_method = pytest.mark.parametrize("method", METHODS)
PAGED = [name for name, method in METHODS.items() if "page_token" in method.input_type.fields_by_name]
SEGMENTED = [name for name, method in METHODS.items() if "segment" in method.input_type.fields_by_name]
CUT = [name for name in SEGMENTED if not name.endswith("ValidateExpression")]
CUT += ["HistoryService.ListProfileHistory", "HistoryService.ListTagHistory"]
WRITES = [
    name for name in METHODS if type(good_request(name)).DESCRIPTOR.fields[0].message_type is common_pb2.WriteContext.DESCRIPTOR
]
BATCHED = ["LedgerService.RecordInteractions", "LedgerService.StreamInteractions"]


# --- every method ---------------------------------------------------------------------------------------------------------


def test_every_service_of_the_contract_is_tried_here() -> None:
    declared = {path.stem for path in (Path(__file__).parents[2] / "proto/tagledger/v1").glob("*_service.proto")}
    assert declared == {module.DESCRIPTOR.name.rpartition("/")[2].removesuffix(".proto") for module in _MODULES}


def test_the_good_request_of_every_method_is_answered(tmp_path: Path) -> None:
    with _running(Store("sqlite", data=str(tmp_path / "data"))) as fresh:
        for method in METHODS:
            answer = fresh.wire.send(method, good_request(method).SerializeToString())
            assert not isinstance(answer, Refusal), (method, answer)


@each_method
def test_every_bad_field_is_named_and_nothing_changes(sqlite_world: World, method: str) -> None:
    before = sqlite_world.state()
    for case in bad_fields(method):
        sqlite_world.assert_refused(method, case)
    assert sqlite_world.state() == before


@pytest.mark.parametrize("method", WRITES)
def test_text_that_a_store_cannot_hold_never_reaches_it(world: World, method: str) -> None:
    before = world.state()
    for case in bad_fields(method):
        if case.what.endswith("U+0000"):
            world.assert_refused(method, case)
    assert world.state() == before


@each_method
def test_a_request_without_context_or_without_anything_is_refused(sqlite_world: World, method: str) -> None:
    empty = METHODS[method].name == "ListWorkspaces"
    if not empty:
        sqlite_world.refused(method, b"")
    without = good_request(method)
    for name in ("context", "workspace"):
        if name in without.DESCRIPTOR.fields_by_name:
            without.ClearField(name)
            sqlite_world.refused(method, without.SerializeToString())


@each_method
def test_an_unknown_workspace_is_refused(sqlite_world: World, method: str) -> None:
    request = good_request(method)
    if METHODS[method].name in ("CreateWorkspace", "ListWorkspaces"):
        return
    holder = request.context if "context" in request.DESCRIPTOR.fields_by_name else request
    holder.workspace = "nowhere"
    answer = sqlite_world.refused(method, request.SerializeToString())
    assert (answer.code, answer.reasons) == (grpc.StatusCode.NOT_FOUND, ["UNKNOWN_WORKSPACE"])


@each_method
@pytest.mark.parametrize(
    "garbage",
    [
        pytest.param(b"\xff" * 11, id="no tag"),
        pytest.param(b"\x0a\x7f", id="cut off"),
        pytest.param(b"\x0a\x80\x80\x80\x80\x80\x80\x80\x80\x80\x02", id="a length beyond 64 bits"),
        pytest.param(b"\x07", id="no such wire type"),
        pytest.param(b"\x0b" * 20_000, id="groups without an end"),
    ],
)
def test_bytes_that_are_no_message_are_an_invalid_argument(sqlite_world: World, method: str, garbage: bytes) -> None:
    answer = sqlite_world.refused(method, garbage)
    assert (answer.code, answer.reasons) == (grpc.StatusCode.INVALID_ARGUMENT, ["INVALID_FIELD"])


@each_method
def test_text_that_is_no_utf8_is_an_invalid_argument(sqlite_world: World, method: str) -> None:
    texts = [
        (path, field) for path, _, field in _fields(good_request(method)) if field.type == field.TYPE_STRING and len(path) <= 3
    ]
    for path, field in texts:
        request = good_request(method)
        mark = "broken-utf8"
        parent = _parent(request, path)
        if _is_repeated(field):
            getattr(parent, field.name)[0] = mark
        else:
            setattr(parent, field.name, mark)
        for bad in (b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80"):
            sent = request.SerializeToString().replace(mark.encode(), bad.ljust(len(mark), b"x"))
            answer = sqlite_world.refused(method, sent)
            assert answer.code is grpc.StatusCode.INVALID_ARGUMENT, (path, bad)


@each_method
def test_accidents_to_the_bytes_are_never_our_fault(sqlite_world: World, method: str) -> None:
    rng = random.Random(f"accidents/{method}")
    for _ in range(120):
        good = good_request(method)
        if "context" in good.DESCRIPTOR.fields_by_name and "request_id" in good.context.DESCRIPTOR.fields_by_name:
            # Accidents may be answered; let them not be repeats of each other.
            good.context.request_id = str(uuid.UUID(int=rng.getrandbits(128)))
        sent = mutated(good.SerializeToString(), rng)
        before = stored(sqlite_world.store)
        answer = sqlite_world.wire.send(method, sent)
        if isinstance(answer, Refusal):
            try:
                _assert_caller_fault(answer)
                assert stored(sqlite_world.store) == before
            except AssertionError as error:
                raise AssertionError(f"{sent!r}: {error}") from None


def test_a_message_above_the_limit_is_refused_by_grpc_and_one_at_it_is_read(sqlite_world: World) -> None:
    before = sqlite_world.state()
    limit = limits.MAX_MESSAGE_BYTES
    for method in ("LedgerService.RecordInteractions", "LedgerService.StreamInteractions", "ExportService.ExportMembers"):
        answer = sqlite_world.wire.send(method, bytes(limit + 1))
        assert isinstance(answer, Refusal)
        assert answer.code is grpc.StatusCode.RESOURCE_EXHAUSTED, method
    good = good_request("CatalogueService.ListNames").SerializeToString()
    padding = limit - len(good) - 6
    padded = good + b"\xfa\x7f" + _varint(padding) + bytes(padding)
    assert len(padded) == limit
    assert not isinstance(sqlite_world.wire.send("CatalogueService.ListNames", padded), Refusal)
    assert sqlite_world.state() == before


def _varint(number: int) -> bytes:
    found = b""
    while number > 127:
        found += bytes([number & 127 | 128])
        number >>= 7
    return found + bytes([number])


# --- clocks and pages -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", CUT)
def test_a_cut_of_the_log_outside_its_bounds_is_refused(sqlite_world: World, method: str) -> None:
    for what, (seconds, nanos) in KNOWN_AT_STAMPS.items():
        request = good_request(method)
        holder = request.context if "context" in request.DESCRIPTOR.fields_by_name else request
        holder.known_at.instant.seconds, holder.known_at.instant.nanos = seconds, nanos
        field = "context.known_at.instant" if holder is not request else "known_at.instant"
        sqlite_world.assert_refused(method, BadRequestCase(what, request, field))
    for position in (10**6, 2**63 - 1):
        request = good_request(method)
        holder = request.context if "context" in request.DESCRIPTOR.fields_by_name else request
        holder.known_at.position = position
        answer = sqlite_world.refused(method, request.SerializeToString())
        assert (answer.code, answer.reasons) == (grpc.StatusCode.OUT_OF_RANGE, ["POSITION_AHEAD"])


@pytest.mark.parametrize("method", PAGED)
def test_a_page_token_that_is_not_ours_is_refused(sqlite_world: World, method: str) -> None:
    for what, token in PAGE_TOKENS.items():
        request = good_request(method)
        request.page_token = token
        sqlite_world.assert_refused(method, BadRequestCase(what, request, "page_token", "INVALID_PAGE_TOKEN"))


def _first_page(world: World, method: str) -> tuple[Any, str]:
    """A listing of several pages, and the token of its second one."""
    request = good_request(method)
    request.page_size = 1
    if "known_at" in request.DESCRIPTOR.fields_by_name:
        request.ClearField("known_at")
    if "context" in request.DESCRIPTOR.fields_by_name:
        request.context.ClearField("known_at")
    if METHODS[method].name == "ListTags":
        request.group = ""
    if METHODS[method].name == "GetChangeset":
        history = history_service_pb2.ListProfileHistoryRequest(workspace=WORKSPACE, profile_id="p9")
        request.at_position = world.wire.ask("HistoryService.ListProfileHistory", history).entries[0].attribution.position
    return request, world.wire.ask(method, request).next_page_token


@pytest.mark.parametrize("method", [name for name in PAGED if not name.endswith("ListWorkspaces")])
def test_a_page_token_of_another_question_is_refused(sqlite_world: World, method: str) -> None:
    _, token = _first_page(sqlite_world, method)
    assert token
    for other in PAGED:
        if other != method:
            foreign = good_request(other)
            foreign.page_token = token
            sqlite_world.assert_refused(other, BadRequestCase(method, foreign, "page_token", "INVALID_PAGE_TOKEN"))


@pytest.mark.parametrize("method", [name for name in PAGED if not name.endswith("ListWorkspaces")])
def test_a_forged_page_token_is_never_our_fault(sqlite_world: World, method: str) -> None:
    request, token = _first_page(sqlite_world, method)
    parts = json.loads(base64.urlsafe_b64decode(token))
    places = (0, 1, 7, 2**31, 2**32, 2**60, 2**62 - 1, 2**62, 2**64, -1, 1.5, True, None, "1", [1])
    for n in range(len(parts)):
        for place in places:
            forged = [*parts[:n], place, *parts[n + 1 :]]
            request.page_token = base64.urlsafe_b64encode(json.dumps(forged).encode()).decode()
            answer = sqlite_world.wire.send(method, request.SerializeToString())
            if isinstance(answer, Refusal):
                try:
                    _assert_caller_fault(answer)
                except AssertionError as error:
                    raise AssertionError(f"{forged}: {error}") from None


# --- expressions ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", SEGMENTED)
def test_every_unreadable_text_is_an_invalid_expression(sqlite_world: World, method: str) -> None:
    before = sqlite_world.state()
    for what, text in bad_texts().items():
        request = good_request(method)
        request.segment.text = text
        case = BadRequestCase(what, request, "segment", "INVALID_EXPRESSION")
        if what == "nothing but not":
            case = BadRequestCase(what, request, "segment", "LIMIT_EXCEEDED")
        sqlite_world.assert_refused(method, case)
    assert sqlite_world.state() == before


@pytest.mark.parametrize("method", SEGMENTED)
def test_every_tree_that_no_parser_gives_is_an_invalid_expression(sqlite_world: World, method: str) -> None:
    before = sqlite_world.state()
    for what, tree in bad_trees().items():
        request = good_request(method)
        request.segment.tree.CopyFrom(tree)
        sqlite_world.assert_refused(method, BadRequestCase(what, request, "segment", "INVALID_EXPRESSION"))
    request = good_request(method)
    request.ClearField("segment")
    sqlite_world.assert_refused(method, BadRequestCase("none", request, "segment", "INVALID_EXPRESSION"))
    assert sqlite_world.state() == before


@pytest.mark.parametrize("method", SEGMENTED)
def test_an_expression_of_one_megabyte_or_of_ten_thousand_levels_is_refused(sqlite_world: World, method: str) -> None:
    for text in ("x" * 1_000_000, "(" * 10_000 + "everyone" + ")" * 10_000, "not " * 10_000 + "everyone"):
        request = good_request(method)
        request.segment.text = text
        assert sqlite_world.refused(method, request.SerializeToString()).reasons == ["LIMIT_EXCEEDED"]
    # protobuf itself reads 100 messages inside each other and no more: deeper ones are no message to it.
    for depth in (65, 90):
        request = good_request(method)
        request.segment.tree.CopyFrom(nested(depth))
        assert sqlite_world.refused(method, request.SerializeToString()).reasons == ["LIMIT_EXCEEDED"]
    for tag in (b"\x1a", b"\x32\x1a", b"\x12\x1a"):
        tree = b"\x22\x00"
        for _ in range(10_000):
            tree = tag[-1:] + _varint(len(tree)) + tree
        inner = b"\x12" + _varint(len(tree)) + tree
        number = METHODS[method].input_type.fields_by_name["segment"].number
        request.ClearField("segment")
        sent = request.SerializeToString() + bytes([number << 3 | 2]) + _varint(len(inner)) + inner
        answer = sqlite_world.refused(method, sent)
        assert answer.code is grpc.StatusCode.INVALID_ARGUMENT


def test_the_limits_of_expressions_hold_at_their_edges(sqlite_world: World) -> None:
    method = "SegmentService.ValidateExpression"

    def ask(asked: expression_pb2.Segment) -> str:
        request = segment_service_pb2.ValidateExpressionRequest(workspace=WORKSPACE, segment=asked)
        answer = sqlite_world.wire.send(method, request.SerializeToString())
        return answer.reasons[0] if isinstance(answer, Refusal) else "answered"

    def listed(count: int) -> str:
        return f"age in ({', '.join(map(str, range(count)))})"

    beyond = "LIMIT_EXCEEDED"
    assert ask(segment("everyone".ljust(65_536))) == "answered"
    assert ask(segment("everyone".ljust(65_537))) == beyond
    assert ask(segment(listed(999))) == "answered"
    assert ask(segment(listed(1_000))) == beyond
    assert ask(segment("not " * 63 + "everyone")) == "answered"
    assert ask(segment("not " * 64 + "everyone")) == beyond
    assert ask(expression_pb2.Segment(tree=nested(64))) == "answered"
    assert ask(expression_pb2.Segment(tree=nested(65))) == beyond
    assert ask(expression_pb2.Segment(tree=nested_filter(63))) == "answered"
    assert ask(expression_pb2.Segment(tree=nested_filter(64))) == beyond
    assert ask(segment(f"{'n' * 128} exists")) == "answered"
    assert ask(segment(f"{'n' * 129} exists")) == "INVALID_EXPRESSION"
    assert ask(segment("did purchase in last 36525 days")) == "answered"
    assert ask(segment("did purchase in last 36526 days")) == "INVALID_EXPRESSION"
    assert ask(segment("did purchase at most 1000000000 times")) == "answered"
    assert ask(segment("did purchase at most 1000000001 times")) == "INVALID_EXPRESSION"
    assert ask(segment("sum(purchase.amount) < 12345678901234.5")) == "answered"
    assert ask(segment("sum(purchase.amount) < 0.1234567890123456")) == "INVALID_EXPRESSION"


def test_line_column_and_caret_say_where_an_expression_cannot_be_read(sqlite_world: World) -> None:
    request = good_request("SegmentService.Count")
    request.segment.text = "tagged vip\nand and did purchase"
    answer = sqlite_world.refused("SegmentService.Count", request.SerializeToString())
    assert (answer.metadata["line"], answer.metadata["column"]) == ("2", "5")
    assert answer.message.splitlines()[-1] == "      ^"


# --- writes ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", BATCHED)
def test_columns_that_do_not_fit_together_are_refused(world: World, method: str) -> None:
    before = world.state()
    for what, (change, field) in bad_columns().items():
        request = good_request(method)
        change(request.interactions)
        world.assert_refused(method, BadRequestCase(what, request, field))
    assert world.state() == before


@pytest.mark.parametrize("method", BATCHED)
def test_the_limits_of_a_batch_hold_at_their_edges(sqlite_world: World, method: str) -> None:
    def batch(rows: int, properties: int) -> Any:
        request = good_request(method)
        interactions = request.interactions
        interactions.Clear()
        interactions.profile_ids.extend(["p1"] * rows)
        interactions.type_names.append("edge")
        interactions.occurred_at_us.extend([0] * rows)
        for n in range(properties):
            interactions.properties.add(name=f"property {n}", bools=[True], index=[1] * rows)
        return request

    for rows, properties in ((limits.MAX_BATCH_ROWS + 1, 0), (1, limits.MAX_PROPERTIES_PER_BATCH + 1)):
        answer = sqlite_world.refused(method, batch(rows, properties).SerializeToString())
        assert answer.reasons == ["LIMIT_EXCEEDED"]
    for rows, properties in ((limits.MAX_BATCH_ROWS, 0), (1, limits.MAX_PROPERTIES_PER_BATCH)):
        assert not isinstance(sqlite_world.wire.send(method, batch(rows, properties).SerializeToString()), Refusal)


def test_the_limits_of_single_fields_hold_at_their_edges(world: World) -> None:
    method = "LedgerService.ApplyChangeset"

    def ask(**fields: Any) -> bool:
        request = _changeset()
        for name, value in fields.items():
            part: Any = request.context if name in ("actor", "reason", "source") else request.tags[0]
            if name in ("trait", "string"):
                part = request.traits[0]
            if name == "string":
                part.trait = "note"
                part.value.string_value = value
            else:
                setattr(part, name, value)
        answer = world.wire.send(method, request.SerializeToString())
        return not isinstance(answer, Refusal)

    first, last = limits.MIN_INSTANT_US, limits.MAX_INSTANT_US - 1
    assert ask(actor="a" * 200, reason="r" * 1_000, source="s" * 200)
    assert ask(profile_id="名" * 85 + "p")
    assert ask(trait="特" * 128)
    assert ask(string="v" * 1_024)
    assert ask(value=1e14)
    assert ask(value=-1e14)
    assert not ask(value=math.nextafter(1e14, math.inf))
    assert ask(effective_at_us=first, expires_at_us=last)
    assert not ask(effective_at_us=first - 1)
    assert not ask(expires_at_us=last + 1)


def test_one_change_too_many_is_refused_and_the_limit_itself_is_written(sqlite_world: World) -> None:
    method = "LedgerService.ApplyChangeset"
    request = _changeset()
    del request.tags[:], request.traits[:]
    change = ledger_service_pb2.TagChange(profile_id="p1", tag="vip", operation=ledger_service_pb2.TagChange.OPERATION_APPLY)
    request.tags.extend([change] * limits.MAX_CHANGES)
    request.traits.add(profile_id="p1", trait="age")
    assert sqlite_world.refused(method, request.SerializeToString()).reasons == ["LIMIT_EXCEEDED"]
    del request.traits[:]
    assert sqlite_world.wire.ask(method, request).changed_count >= 0


def test_too_many_profiles_or_columns_of_one_question_are_refused(sqlite_world: World) -> None:
    for count, refused in ((limits.MAX_CHECKED_PROFILES, False), (limits.MAX_CHECKED_PROFILES + 1, True), (0, True)):
        request = good_request("SegmentService.CheckProfiles")
        request.profile_ids[:] = [f"p{n}" for n in range(count)]
        answer = sqlite_world.wire.send("SegmentService.CheckProfiles", request.SerializeToString())
        assert isinstance(answer, Refusal) is refused, count
    for count, reason in ((limits.MAX_EXPORT_COLUMNS, "INVALID_FIELD"), (limits.MAX_EXPORT_COLUMNS + 1, "LIMIT_EXCEEDED")):
        export = good_request("ExportService.ExportMembers")
        del export.columns[:]
        for n in range(count):
            export.columns.add(trait=f"trait {n}")
        assert sqlite_world.refused("ExportService.ExportMembers", export.SerializeToString()).reasons == [reason]


def test_exports_refuse_columns_that_cannot_be_made(sqlite_world: World) -> None:
    column, method = export_service_pb2.ExportColumn, "ExportService.ExportMembers"
    for bad, reason in (
        ([column()], "INVALID_FIELD"),
        ([column(trait="")], "INVALID_FIELD"),
        ([column(trait=HUGE)], "INVALID_FIELD"),
        ([column(trait="age"), column(trait="age")], "INVALID_FIELD"),
        ([column(tag="é"), column(tag="e\u0301")], "INVALID_FIELD"),
        ([column(tag="")], "UNKNOWN_TAG"),
        ([column(tag=HUGE)], "UNKNOWN_TAG"),
        ([column(tag_value="a\0b")], "UNKNOWN_TAG"),
    ):
        request = good_request(method)
        del request.columns[:]
        request.columns.extend(bad)
        assert sqlite_world.refused(method, request.SerializeToString()).reasons == [reason]
    for unknown in ("nobody", HUGE, "a\0b"):
        request = good_request(method)
        request.after_profile_id = unknown
        assert sqlite_world.refused(method, request.SerializeToString()).reasons == ["UNKNOWN_PROFILE"]


@pytest.mark.parametrize(
    ("method", "field", "reason"),
    [
        ("CatalogueService.GetTagGroup", "name", "UNKNOWN_TAG_GROUP"),
        ("CatalogueService.RenameTagGroup", "name", "UNKNOWN_TAG_GROUP"),
        ("CatalogueService.RetireTagGroup", "name", "UNKNOWN_TAG_GROUP"),
        ("CatalogueService.ListTags", "group", "UNKNOWN_TAG_GROUP"),
        ("CatalogueService.GetTag", "key", "UNKNOWN_TAG"),
        ("CatalogueService.RenameTag", "key", "UNKNOWN_TAG"),
        ("CatalogueService.RetireTag", "key", "UNKNOWN_TAG"),
        ("HistoryService.ListTagHistory", "tag", "UNKNOWN_TAG"),
        ("HistoryService.ListProfileHistory", "profile_id", "UNKNOWN_PROFILE"),
        ("HistoryService.GetChangeset", "changeset_id", "UNKNOWN_CHANGESET"),
        ("HistoryService.GetChangeset", "at_position", "UNKNOWN_CHANGESET"),
    ],
)
def test_what_does_not_exist_is_not_found(world: World, method: str, field: str, reason: str) -> None:
    bad: list[object] = ["nobody", "/", "a/b/c", "\u202e", "名" * 85, "e\u0301"]
    if field not in ("profile_id", "changeset_id"):
        bad += ["x" * 129, HUGE, "a\0b"]
    if field in ("key", "tag", "name"):
        bad.append("")
    if field == "changeset_id":
        bad = [str(uuid.uuid4())]
    if field == "at_position":
        bad = [10**9, 2**63 - 1]
    for value in bad:
        request = good_request(method)
        setattr(request, field, value)
        answer = world.refused(method, request.SerializeToString())
        assert (answer.code, answer.reasons) == (grpc.StatusCode.NOT_FOUND, [reason]), str(value)[:80]


def test_writes_against_the_state_are_refused_with_their_reason(world: World) -> None:
    apply = ledger_service_pb2.TagChange.OPERATION_APPLY
    code = grpc.StatusCode

    def tag(key: str) -> Any:
        request = _changeset()
        request.tags.add(profile_id="fresh", tag=key, operation=apply)
        return request

    def trait(name: str, text: str) -> Any:
        request = _changeset()
        request.traits.add(profile_id="fresh", trait=name, value=common_pb2.Value(string_value=text))
        return request

    both = _changeset()
    both.traits.add(profile_id="fresh", trait="new", value=common_pb2.Value(string_value="x"))
    both.traits.add(profile_id="fresh", trait="new", value=common_pb2.Value(bool_value=True))
    typed = good_request("LedgerService.RecordInteractions")
    typed.interactions.profile_ids[:] = ["fresh", "fresh"]
    typed.interactions.properties[0].ClearField("strings")
    typed.interactions.properties[0].numbers.append(1.0)
    reused = good_request("LedgerService.RecordInteractions")
    world.wire.ask("LedgerService.RecordInteractions", reused)
    reused.interactions.profile_ids[0] = "fresh"
    group = catalogue_service_pb2.DefineTagGroupRequest(context=write_context(), name="等级")
    taken = catalogue_service_pb2.DefineTagRequest(context=write_context(), key="等级/金")
    there = catalogue_service_pb2.CreateWorkspaceRequest(context=write_context())
    for method, request, expected, reason in (
        ("LedgerService.ApplyChangeset", tag("nowhere"), code.NOT_FOUND, "UNKNOWN_TAG"),
        ("LedgerService.ApplyChangeset", tag(HUGE), code.NOT_FOUND, "UNKNOWN_TAG"),
        ("LedgerService.ApplyChangeset", tag("retired"), code.FAILED_PRECONDITION, "TAG_RETIRED"),
        ("LedgerService.ApplyChangeset", trait("age", "old"), code.INVALID_ARGUMENT, "TYPE_CONFLICT"),
        ("LedgerService.ApplyChangeset", both, code.INVALID_ARGUMENT, "TYPE_CONFLICT"),
        ("LedgerService.RecordInteractions", typed, code.INVALID_ARGUMENT, "TYPE_CONFLICT"),
        ("LedgerService.RecordInteractions", reused, code.FAILED_PRECONDITION, "REQUEST_ID_REUSED"),
        ("CatalogueService.DefineTagGroup", group, code.ALREADY_EXISTS, "NAME_TAKEN"),
        ("CatalogueService.DefineTag", taken, code.ALREADY_EXISTS, "NAME_TAKEN"),
        ("CatalogueService.CreateWorkspace", there, code.ALREADY_EXISTS, "NAME_TAKEN"),
    ):
        answer = world.refused(method, request.SerializeToString())
        assert (answer.code, answer.reasons) == (expected, [reason]), answer
    history = history_service_pb2.ListProfileHistoryRequest(workspace=WORKSPACE, profile_id="fresh")
    refusal = world.refused("HistoryService.ListProfileHistory", history.SerializeToString())
    assert refusal.reasons == ["UNKNOWN_PROFILE"]


def test_a_bad_batch_ends_a_stream_and_the_batches_before_it_stay(world: World) -> None:
    method = "LedgerService.StreamInteractions"
    good, bad = good_request(method), good_request(method)
    bad.interactions.occurred_at_us[0] = 2**63 - 1
    for broken in (bad.SerializeToString(), b"\xff\xff"):
        good.context.request_id = str(uuid.uuid4())
        before = stored(world.store)
        answer = world.wire.send(method, good.SerializeToString(), broken, good_request(method).SerializeToString())
        assert isinstance(answer, Refusal)
        _assert_caller_fault(answer)
        after = stored(world.store)
        assert [now - then for now, then in zip(after, before, strict=True)] == [1, 0, 1]
        assert world.wire.send(method, good.SerializeToString()) != answer
        assert stored(world.store) == after
    before = stored(world.store)
    assert not isinstance(world.wire.send(method), Refusal)
    assert stored(world.store) == before
