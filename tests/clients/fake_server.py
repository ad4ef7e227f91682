"""A server over a real socket that answers as a test tells it, for what a real one would not do on demand."""

import threading
from collections.abc import Callable, Iterator
from concurrent import futures
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status
from tagledger.v1 import (
    catalogue_service_pb2,
    catalogue_service_pb2_grpc,
    common_pb2,
    export_service_pb2_grpc,
    history_service_pb2_grpc,
    ledger_service_pb2,
    ledger_service_pb2_grpc,
    segment_service_pb2_grpc,
)

Answer = Callable[[Any, Any], Any]


def refuse(
    context: Any,
    code: grpc.StatusCode,
    message: str,
    reason: str = "",
    violations: tuple[tuple[str, str], ...] = (),
    **metadata: str,
) -> None:
    """Abort a call with the details that the contract describes."""
    details = []
    if reason:
        info, packed = error_details_pb2.ErrorInfo(reason=reason, domain="tagledger", metadata=metadata), any_pb2.Any()
        packed.Pack(info)
        details.append(packed)
    if violations:
        bad, packed = error_details_pb2.BadRequest(), any_pb2.Any()
        for path, description in violations:
            bad.field_violations.add(field=path, description=description)
        packed.Pack(bad)
        details.append(packed)
    status = status_pb2.Status(code=code.value[0], message=message, details=details)
    context.abort_with_status(rpc_status.to_status(status))


@dataclass
class FakeServer:
    """Keeps every request; answers each rpc by the function under its name, with an empty reply unless there is one."""

    answers: dict[str, Answer] = field(default_factory=dict)
    requests: list[tuple[str, Any]] = field(default_factory=list)
    recorded: dict[str, Any] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    target: str = ""

    def asked(self, name: str) -> list[Any]:
        """Return the requests of one rpc, in order of arrival."""
        with self.lock:
            return [request for rpc, request in self.requests if rpc == name]

    def answer(self, name: str, request: Any, context: Any) -> Any:
        """Keep the request, and answer it."""
        with self.lock:
            self.requests.append((name, request))
        return self.answers[name](request, context) if name in self.answers else None

    def record(self, request: Any, context: Any) -> ledger_service_pb2.RecordInteractionsResponse:
        """Answer RecordInteractions as the ledger does: once per request_id."""
        with self.lock:
            request_id, rows = request.context.request_id, len(request.interactions.profile_ids)
            replayed = request_id in self.recorded
            self.recorded.setdefault(request_id, request)
            position = list(self.recorded).index(request_id) + 1
        receipt = common_pb2.WriteReceipt(position=position, changeset_id=request_id, replayed=replayed)
        return ledger_service_pb2.RecordInteractionsResponse(position=position, receipt=receipt, accepted_count=rows)

    def apply(self, request: Any, context: Any) -> ledger_service_pb2.ApplyChangesetResponse:
        """Answer ApplyChangeset as the ledger does: once per request_id."""
        with self.lock:
            request_id = request.context.request_id
            replayed = request_id in self.recorded
            self.recorded.setdefault(request_id, request)
            position = list(self.recorded).index(request_id) + 1
        receipt = common_pb2.WriteReceipt(position=position, changeset_id=request_id, replayed=replayed)
        return ledger_service_pb2.ApplyChangesetResponse(position=position, receipt=receipt)


_SERVICES = (
    (ledger_service_pb2_grpc, "LedgerService"),
    (catalogue_service_pb2_grpc, "CatalogueService"),
    (segment_service_pb2_grpc, "SegmentService"),
    (history_service_pb2_grpc, "HistoryService"),
    (export_service_pb2_grpc, "ExportService"),
)


def _servicer(module: Any, service: str, fake: FakeServer) -> Any:
    def method(name: str) -> Any:
        return lambda self, request, context: fake.answer(name, request, context)

    base = getattr(module, f"{service}Servicer")
    names = [name for name in vars(base) if not name.startswith("_")]
    return type(f"Fake{service}", (base,), {name: method(name) for name in names})()


@contextmanager
def serving() -> Iterator[FakeServer]:
    """Yield a fake server that listens on a free port."""
    fake = FakeServer()
    fake.answers["RecordInteractions"] = fake.record
    fake.answers["ApplyChangeset"] = fake.apply
    fake.answers["ListNames"] = lambda request, context: catalogue_service_pb2.ListNamesResponse(position=7)
    fake.answers["ListTags"] = lambda request, context: catalogue_service_pb2.ListTagsResponse(position=7)
    options = [("grpc.max_receive_message_length", 32 << 20), ("grpc.so_reuseport", 0)]
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=16), options=options)
    for module, service in _SERVICES:
        getattr(module, f"add_{service}Servicer_to_server")(_servicer(module, service, fake), server)
    fake.target = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    try:
        yield fake
    finally:
        server.stop(0).wait()
