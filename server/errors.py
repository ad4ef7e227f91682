"""The one mapping from our errors to gRPC: google.rpc.Status with an ErrorInfo and a BadRequest.

Along the class order: a subclass without a row of its own gets its parent's code. What is not a TagledgerError is our fault:
it is logged with an incident id, and the caller sees the id and nothing of the text.
"""

import uuid
from collections.abc import Mapping
from typing import Final, NoReturn

import grpc
import structlog
from google.protobuf.any_pb2 import Any
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo
from google.rpc.status_pb2 import Status
from grpc_status import rpc_status

from domain import errors

DOMAIN: Final = "tagledger"
_MESSAGE_BYTES_MAX = 768
_METADATA_BYTES_MAX = 384
_VIOLATIONS_BYTES_MAX = 1_536
_log = structlog.get_logger("tagledger.errors")

CODES: Final[Mapping[type[errors.TagledgerError], grpc.StatusCode]] = {
    errors.TagledgerError: grpc.StatusCode.INTERNAL,
    errors.CallerError: grpc.StatusCode.INVALID_ARGUMENT,
    errors.NotFound: grpc.StatusCode.NOT_FOUND,
    errors.NameTaken: grpc.StatusCode.ALREADY_EXISTS,
    errors.RequestIdReused: grpc.StatusCode.FAILED_PRECONDITION,
    errors.TagRetired: grpc.StatusCode.FAILED_PRECONDITION,
    errors.CorrectedMeanwhile: grpc.StatusCode.ABORTED,
    errors.NotUndoable: grpc.StatusCode.FAILED_PRECONDITION,
    errors.NotLinked: grpc.StatusCode.FAILED_PRECONDITION,
    errors.NotRetired: grpc.StatusCode.FAILED_PRECONDITION,
    errors.TagMerged: grpc.StatusCode.FAILED_PRECONDITION,
    errors.NotMergeable: grpc.StatusCode.FAILED_PRECONDITION,
    errors.SegmentCycle: grpc.StatusCode.FAILED_PRECONDITION,
    errors.SegmentInUse: grpc.StatusCode.FAILED_PRECONDITION,
    errors.SegmentRetired: grpc.StatusCode.FAILED_PRECONDITION,
    errors.SegmentUnchanged: grpc.StatusCode.FAILED_PRECONDITION,
    errors.ListRetired: grpc.StatusCode.FAILED_PRECONDITION,
    errors.DepartmentInUse: grpc.StatusCode.FAILED_PRECONDITION,
    errors.StaffRetired: grpc.StatusCode.FAILED_PRECONDITION,
    errors.OutOfScope: grpc.StatusCode.PERMISSION_DENIED,
    errors.MixedCurrencies: grpc.StatusCode.FAILED_PRECONDITION,
    errors.PositionAhead: grpc.StatusCode.OUT_OF_RANGE,
    errors.ServiceError: grpc.StatusCode.INTERNAL,
    errors.Overloaded: grpc.StatusCode.RESOURCE_EXHAUSTED,
    errors.StoreUnavailable: grpc.StatusCode.UNAVAILABLE,
    errors.ShuttingDown: grpc.StatusCode.UNAVAILABLE,
    errors.LogDamaged: grpc.StatusCode.DATA_LOSS,
}


def code_of(error: errors.TagledgerError) -> grpc.StatusCode:
    """The gRPC code of an error."""
    return next(CODES[kind] for kind in type(error).__mro__ if kind in CODES)


def as_ours(error: BaseException) -> errors.TagledgerError:
    """The error itself, or for a fault of ours an INTERNAL with an incident id, logged."""
    if isinstance(error, errors.TagledgerError):
        return error
    incident = uuid.uuid4().hex
    _log.error("internal error", incident=incident, exc_info=error)
    message = f"a fault of the service; its log has the details under incident {incident}"
    return errors.ServiceError(message, metadata={"incident": incident})


def status_of(error: errors.TagledgerError) -> Status:
    """The rich status, cut to what fits the trailers of a call (8 KiB, percent-encoded and in base64)."""
    message = _cut(error.message, _MESSAGE_BYTES_MAX)
    metadata = {name: _cut(value, _METADATA_BYTES_MAX) for name, value in error.metadata.items()}
    details = [_packed(ErrorInfo(reason=error.reason, domain=DOMAIN, metadata=metadata))]
    room, fields = _VIOLATIONS_BYTES_MAX, []
    for violation in error.violations:
        field = BadRequest.FieldViolation(
            field=_cut(violation.field, _METADATA_BYTES_MAX), description=_cut(violation.description, _METADATA_BYTES_MAX)
        )
        room -= field.ByteSize()
        if room < 0:
            break
        fields.append(field)
    if fields:
        details.append(_packed(BadRequest(field_violations=fields)))
    return Status(code=code_of(error).value[0], message=message, details=details)


async def abort(context: grpc.aio.ServicerContext, error: BaseException) -> NoReturn:
    """End the call with the error. Never returns."""
    status = rpc_status.to_status(status_of(as_ours(error)))
    await context.abort(status.code, status.details, status.trailing_metadata)
    raise AssertionError("abort raises")


def _cut(text: str, size_bytes: int) -> str:
    encoded = text.encode()
    return text if len(encoded) <= size_bytes else encoded[: size_bytes - 3].decode(errors="ignore") + "…"


def _packed(message: ErrorInfo | BadRequest) -> Any:
    packed = Any()
    packed.Pack(message)
    return packed
