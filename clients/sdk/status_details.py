"""Turns a failed call into one of our exceptions, reading google.rpc.Status without the googleapis package.

The three messages are declared here once more, in a descriptor pool of their own and under a package name of their own, so
that the client needs nothing but grpcio and protobuf and still lives beside an installed googleapis-common-protos.
"""

from typing import Any, Final

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

from .errors import BY_CODE, BY_REASON, FieldViolation, OutcomeUnknown, Overloaded, ServiceError, TagledgerError

DETAILS_KEY: Final = "grpc-status-details-bin"
DOMAIN: Final = "tagledger"
# What grpc itself answers, without details, when a server's limit of concurrent calls is met: nothing was begun.
_BUSY_TEXT: Final = "Concurrent RPC limit exceeded"
_PACKAGE: Final = "tagledger_client.wire"
_SCHEMA: Final = {
    "Any": (("type_url", 1, "string"), ("value", 2, "bytes")),
    "Status": (("code", 1, "int32"), ("message", 2, "string"), ("details", 3, "*Any")),
    "Entry": (("key", 1, "string"), ("value", 2, "string")),
    "ErrorInfo": (("reason", 1, "string"), ("domain", 2, "string"), ("metadata", 3, "*Entry")),
    "FieldViolation": (("field", 1, "string"), ("description", 2, "string")),
    "BadRequest": (("field_violations", 1, "*FieldViolation"),),
}


def _message_classes() -> dict[str, Any]:
    file = descriptor_pb2.FileDescriptorProto(name="tagledger_client/status.proto", package=_PACKAGE, syntax="proto3")
    for name, fields in _SCHEMA.items():
        message = file.message_type.add(name=name)
        for field_name, number, kind in fields:
            field = message.field.add(name=field_name, number=number)
            if kind.startswith("*"):
                field.label = descriptor_pb2.FieldDescriptorProto.LABEL_REPEATED
                field.type = descriptor_pb2.FieldDescriptorProto.TYPE_MESSAGE
                field.type_name = f".{_PACKAGE}.{kind[1:]}"
            else:
                field.label = descriptor_pb2.FieldDescriptorProto.LABEL_OPTIONAL
                field.type = descriptor_pb2.FieldDescriptorProto.Type.Value(f"TYPE_{kind.upper()}")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.{name}")) for name in _SCHEMA}


_CLASSES: Final = _message_classes()


def _details(metadata: Any) -> tuple[str, dict[str, str], list[FieldViolation]]:
    """Return reason, metadata and violations from trailing metadata; empty where there are none or they cannot be read."""
    reason, information, violations = "", dict[str, str](), list[FieldViolation]()
    raw = next((value for key, value in metadata or () if key == DETAILS_KEY), None)
    if raw is None:
        return reason, information, violations
    try:
        for detail in _CLASSES["Status"].FromString(raw).details:
            name = detail.type_url.rpartition("/")[2]
            if name == "google.rpc.ErrorInfo":
                info = _CLASSES["ErrorInfo"].FromString(detail.value)
                if info.domain == DOMAIN:
                    reason, information = info.reason, {entry.key: entry.value for entry in info.metadata}
            elif name == "google.rpc.BadRequest":
                found = _CLASSES["BadRequest"].FromString(detail.value).field_violations
                violations += [FieldViolation(violation.field, violation.description) for violation in found]
    except DecodeError:
        return "", {}, []
    return reason, information, violations


def error_from(failure: Any, request_id: str | None = None) -> TagledgerError:
    """Return the exception for a grpc.RpcError; ``request_id`` is that of a write, None for a read."""
    code = failure.code().name
    message = failure.details() or code
    reason, metadata, violations = _details(failure.trailing_metadata())
    kind = BY_REASON.get(reason) or BY_CODE.get(code, ServiceError)
    if code == "RESOURCE_EXHAUSTED" and not reason and message.startswith(_BUSY_TEXT):
        kind = Overloaded
    if request_id is not None and code == "DEADLINE_EXCEEDED":
        kind, message = OutcomeUnknown, f"outcome unknown, no answer in time; repeat with request_id={request_id}"
    elif request_id is not None and code == "UNAVAILABLE":
        message = f"{message}; the write may be repeated with request_id={request_id}"
    return kind(message, reason=reason, code=code, metadata=metadata, violations=violations, request_id=request_id)
