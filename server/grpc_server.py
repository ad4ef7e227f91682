"""The gRPC server: services, limits, health and reflection."""

from dataclasses import dataclass

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health
from grpc_reflection.v1alpha import reflection
from tagledger.v1 import (
    catalogue_service_pb2,
    catalogue_service_pb2_grpc,
    export_service_pb2,
    export_service_pb2_grpc,
    history_service_pb2,
    history_service_pb2_grpc,
    ledger_service_pb2,
    ledger_service_pb2_grpc,
    list_service_pb2,
    list_service_pb2_grpc,
    profile_service_pb2,
    profile_service_pb2_grpc,
    report_service_pb2,
    report_service_pb2_grpc,
    segment_service_pb2,
    segment_service_pb2_grpc,
    staff_service_pb2,
    staff_service_pb2_grpc,
)

from domain import limits
from domain.errors import StoreUnavailable
from server.interceptors import CallInterceptor
from server.metrics import Metrics
from server.servicers.catalogue import CatalogueServicer
from server.servicers.export import ExportServicer
from server.servicers.history import HistoryServicer
from server.servicers.ledger import LedgerServicer
from server.servicers.lists import ListServicer
from server.servicers.profile import ProfileServicer
from server.servicers.report import ReportServicer
from server.servicers.segment import SegmentServicer
from server.servicers.staff import StaffServicer

# Trailers carry error details; what server/errors.py packs stays below this.
_METADATA_BYTES_MAX = 32 * 1024
_OPTIONS = (
    ("grpc.max_receive_message_length", limits.MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", limits.MAX_MESSAGE_BYTES),
    ("grpc.max_concurrent_streams", limits.MAX_CONCURRENT_STREAMS),
    ("grpc.max_metadata_size", _METADATA_BYTES_MAX),
    # Two servers on one port would share its connections at random.
    ("grpc.so_reuseport", 0),
)


@dataclass(frozen=True, slots=True)
class Servicers:
    """One of each service."""

    ledger: LedgerServicer
    catalogue: CatalogueServicer
    lists: ListServicer
    segment: SegmentServicer
    history: HistoryServicer
    profile: ProfileServicer
    staff: StaffServicer
    report: ReportServicer
    export: ExportServicer


class GrpcServer:
    """Listens, reports health, and stops in two steps."""

    def __init__(self, servicers: Servicers, metrics: Metrics) -> None:
        self._server = grpc.aio.server(
            interceptors=[CallInterceptor(metrics)],
            options=_OPTIONS,
            maximum_concurrent_rpcs=limits.MAX_CONCURRENT_REQUESTS,
        )
        ledger_service_pb2_grpc.add_LedgerServiceServicer_to_server(servicers.ledger, self._server)
        catalogue_service_pb2_grpc.add_CatalogueServiceServicer_to_server(servicers.catalogue, self._server)
        list_service_pb2_grpc.add_ListServiceServicer_to_server(servicers.lists, self._server)
        segment_service_pb2_grpc.add_SegmentServiceServicer_to_server(servicers.segment, self._server)
        history_service_pb2_grpc.add_HistoryServiceServicer_to_server(servicers.history, self._server)
        profile_service_pb2_grpc.add_ProfileServiceServicer_to_server(servicers.profile, self._server)
        staff_service_pb2_grpc.add_StaffServiceServicer_to_server(servicers.staff, self._server)
        report_service_pb2_grpc.add_ReportServiceServicer_to_server(servicers.report, self._server)
        export_service_pb2_grpc.add_ExportServiceServicer_to_server(servicers.export, self._server)
        self._health = health.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        self._names = [
            module.DESCRIPTOR.services_by_name[name].full_name
            for module, name in (
                (ledger_service_pb2, "LedgerService"),
                (catalogue_service_pb2, "CatalogueService"),
                (list_service_pb2, "ListService"),
                (segment_service_pb2, "SegmentService"),
                (history_service_pb2, "HistoryService"),
                (profile_service_pb2, "ProfileService"),
                (staff_service_pb2, "StaffService"),
                (report_service_pb2, "ReportService"),
                (export_service_pb2, "ExportService"),
            )
        ]
        reflected = [*self._names, health_pb2.DESCRIPTOR.services_by_name["Health"].full_name, reflection.SERVICE_NAME]
        reflection.enable_server_reflection(reflected, self._server)

    async def start(self, listen: str) -> str:
        """Listen and report SERVING; the address that was taken. Raises StoreUnavailable when the port is not free."""
        try:
            port = self._server.add_insecure_port(listen)
        except RuntimeError as error:
            message = f"cannot listen on {listen}: in use, or no address of this machine; choose another --listen HOST:PORT"
            raise StoreUnavailable(message) from error
        await self._server.start()
        for name in ("", *self._names):
            await self._health.set(name, health_pb2.HealthCheckResponse.SERVING)
        return f"{listen.rpartition(':')[0]}:{port}"

    async def stop(self, grace_seconds: float) -> None:
        """Report NOT_SERVING, take no new calls, and give those in flight the grace to end."""
        await self._health.enter_graceful_shutdown()
        await self._server.stop(grace_seconds)
