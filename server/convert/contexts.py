"""Write contexts, read contexts, receipts and pages."""

import hashlib

from google.protobuf.message import Message
from tagledger.v1 import (
    catalogue_service_pb2,
    common_pb2,
    history_service_pb2,
    ledger_service_pb2,
    profile_service_pb2,
    segment_service_pb2,
)

from domain import limits
from domain.changeset import Attribution
from domain.names import normalized
from server.convert.fields import Checks, to_timestamp
from server.usecases.clocks import KnownAt, Reader, Reading
from server.usecases.drafts import Receipt, Request

ReadsWorkspace = (
    common_pb2.ReadContext
    | history_service_pb2.ListProfileHistoryRequest
    | history_service_pb2.ListTagHistoryRequest
    | history_service_pb2.ListHistoryRequest
    | history_service_pb2.GetChangesetRequest
    | history_service_pb2.GetTagUseRequest
    | history_service_pb2.ReviewTagsRequest
    | catalogue_service_pb2.GetTagGroupRequest
    | catalogue_service_pb2.GetTagRequest
    | catalogue_service_pb2.ListTagsRequest
    | catalogue_service_pb2.ListForeignTagsRequest
)
NamesChangeset = (
    ledger_service_pb2.UndoChangesetRequest | history_service_pb2.GetChangesetRequest | profile_service_pb2.GetErasureRequest
)


def request_in(message: Message, context: common_pb2.WriteContext, checks: Checks, *, reason_required: bool = True) -> Request:
    """The write context, and the digest that tells a repeat from a reuse of its request id."""
    attribution = Attribution(
        checks.text("context.actor", context.actor, limits.MAX_ATTRIBUTION_CHARACTERS, required=True),
        checks.text("context.reason", context.reason, limits.MAX_REASON_CHARACTERS, required=reason_required),
        checks.text("context.source", context.source, limits.MAX_ATTRIBUTION_CHARACTERS, required=True),
    )
    request_id, context.request_id = context.request_id, ""
    content = message.SerializeToString(deterministic=True)
    context.request_id = request_id
    return Request(
        workspace=checks.workspace("context.workspace", context.workspace),
        request_id=checks.request_id(context.request_id),
        digest=hashlib.sha256(content).digest(),
        attribution=attribution,
        size_bytes=len(content),
    )


def known_at_in(known_at: common_pb2.KnownAt, checks: Checks, path: str = "known_at") -> KnownAt:
    """Where the log is cut; `path` is the field of the request."""
    match known_at.WhichOneof("cut"):
        case "position":
            if known_at.position < 0:
                checks.add(f"{path}.position", "a position of the log, 0 or more")
            return KnownAt(position=known_at.position)
        case "instant":
            return KnownAt(instant=checks.timestamp(f"{path}.instant", known_at.instant))
        case _:
            return KnownAt()


def read_in(context: common_pb2.ReadContext, checks: Checks) -> tuple[Reader, int | None, KnownAt]:
    """Who reads which workspace, and the two clocks."""
    return reader_in(context, checks, "context."), *clocks_in(context, checks, "context")


def reader_in(message: ReadsWorkspace, checks: Checks, path: str = "") -> Reader:
    """Who reads which workspace; `path` stands before the names of the fields."""
    workspace = checks.workspace(f"{path}workspace", message.workspace)
    actor = checks.text(f"{path}reader", message.reader, limits.MAX_ATTRIBUTION_CHARACTERS, required=False)
    return Reader(workspace, normalized(actor))


def clocks_in(
    context: common_pb2.ReadContext | segment_service_pb2.ClockPair, checks: Checks, path: str
) -> tuple[int | None, KnownAt]:
    """The two clocks; `path` is the field of the request."""
    as_of = checks.timestamp(f"{path}.as_of", context.as_of) if context.HasField("as_of") else None
    return as_of, known_at_in(context.known_at, checks, f"{path}.known_at")


def changeset_named_in(request: NamesChangeset, checks: Checks) -> tuple[bytes | None, int]:
    """Which changeset: its id (16 bytes), or None and its position."""
    if request.WhichOneof("name") == "changeset_id":
        return checks.changeset_id(request.changeset_id), 0
    if request.WhichOneof("name") is None or request.at_position < 1:
        checks.add("at_position", "a changeset_id, or a position of 1 or more, is needed")
    return None, request.at_position


def page_size_in(size: int, default: int, maximum: int, checks: Checks) -> int:
    """A page size: 0 means the default, too large is cut."""
    if size < 0:
        checks.add("page_size", f"0 (for {default:,}) to {maximum:,}")
    return min(size, maximum) or default


def receipt_out(receipt: Receipt) -> common_pb2.WriteReceipt:
    """What a write answers."""
    return common_pb2.WriteReceipt(
        position=receipt.position,
        changeset_id=receipt.changeset_id,
        recorded_at=to_timestamp(receipt.recorded_at),
        replayed=receipt.replayed,
    )


def clocks_out(reading: Reading) -> common_pb2.ReadClocks:
    """The clocks that a read used."""
    return common_pb2.ReadClocks(as_of=to_timestamp(reading.view.as_of), known_at=reading.known_at)
