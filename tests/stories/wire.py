"""The wire that bad requests are sent on: any bytes to any method, how a call was refused, and what the store holds then."""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import psycopg
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo
from grpc_status import rpc_status
from tagledger.v1 import (
    catalogue_service_pb2,
    error_reason_pb2,
    export_service_pb2,
    history_service_pb2,
    ledger_service_pb2,
    list_service_pb2,
    profile_service_pb2,
    report_service_pb2,
    segment_service_pb2,
    staff_service_pb2,
)

from tests.harness import Store

DEADLINE_SECONDS = 30.0
WORKSPACE = "default"
MODULES = (
    catalogue_service_pb2,
    export_service_pb2,
    history_service_pb2,
    ledger_service_pb2,
    list_service_pb2,
    profile_service_pb2,
    report_service_pb2,
    segment_service_pb2,
    staff_service_pb2,
)
METHODS: Mapping[str, MethodDescriptor] = {
    method.full_name.removeprefix("tagledger.v1."): method
    for module in MODULES
    for service in module.DESCRIPTOR.services_by_name.values()
    for method in service.methods
}
REASONS = {name.removeprefix("ERROR_REASON_") for name in error_reason_pb2.ErrorReason.keys()}  # noqa: SIM118 - no dict
OURS = {"UNSPECIFIED", "INTERNAL", "LOG_DAMAGED", "STORE_UNAVAILABLE", "SHUTTING_DOWN"}


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
