"""One call: its deadline, its repetitions and its refusal. Every rpc of the client goes through here."""

import copy
import math
import uuid
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any, Self

import grpc
from tagledger.v1 import (
    catalogue_service_pb2_grpc,
    common_pb2,
    export_service_pb2_grpc,
    history_service_pb2_grpc,
    ledger_service_pb2_grpc,
    list_service_pb2_grpc,
    profile_service_pb2_grpc,
    report_service_pb2_grpc,
    segment_service_pb2_grpc,
    staff_service_pb2_grpc,
)

from .. import to_wire
from ..errors import InvalidField
from ..instants import invalid
from ..settings import (
    CHANNEL_OPTIONS,
    DEFAULT_RETRY,
    DEFAULT_TARGET,
    DEFAULT_TIMEOUT_SECONDS,
    RetryPolicy,
    WriteOptions,
    deadline,
)
from ..status_details import error_from
from . import primitives


def _of_stream(timeout: float | None) -> float | None:
    """Return the deadline of a stream, which has none unless one is given."""
    return deadline(to_wire.seconds(math.inf if timeout is None else timeout, "timeout"))


class AsyncCaller:
    """What all calls share: the connection, the workspace, who writes, deadlines and retries."""

    def __init__(
        self,
        target: str = DEFAULT_TARGET,
        *,
        workspace: str = "default",
        actor: str | None = None,
        reader: str = "",
        source: str = "python",
        timeout: float = DEFAULT_TIMEOUT_SECONDS,
        retry: RetryPolicy = DEFAULT_RETRY,
        credentials: grpc.ChannelCredentials | None = None,
    ) -> None:
        """Open a connection to ``target`` ("host:port"), in clear text unless ``credentials`` are given.

        ``timeout`` is the deadline of each unary call, retries included, in seconds (``math.inf`` for none); each method
        takes another one. Streams have no deadline unless one is given. ``actor`` and ``source`` go with every write that
        does not name its own. ``reader`` is who reads: a staff member, as ``staff:ID``, gets answers about the customers within
        their role only.
        """
        self.workspace = workspace
        self.actor = actor
        self.source = source
        self.reader = reader
        self._timeout_seconds = timeout
        self._retry = retry
        self._channel = primitives.open_channel(to_wire.text(target, "target"), credentials, CHANNEL_OPTIONS)
        stubs: Any = (
            ledger_service_pb2_grpc.LedgerServiceStub,
            catalogue_service_pb2_grpc.CatalogueServiceStub,
            segment_service_pb2_grpc.SegmentServiceStub,
            history_service_pb2_grpc.HistoryServiceStub,
            export_service_pb2_grpc.ExportServiceStub,
            list_service_pb2_grpc.ListServiceStub,
            profile_service_pb2_grpc.ProfileServiceStub,
            report_service_pb2_grpc.ReportServiceStub,
            staff_service_pb2_grpc.StaffServiceStub,
        )
        made = (stub(self._channel) for stub in stubs)
        (
            self._ledger,
            self._catalogue,
            self._segments,
            self._history,
            self._exports,
            self._lists,
            self._profiles,
            self._reports,
            self._staff,
        ) = made

    def in_workspace(self, workspace: str) -> Self:
        """Return the same client, on the same connection, for another workspace."""
        other = copy.copy(self)
        other.workspace = workspace
        return other

    def read_by(self, reader: str) -> Self:
        """Return the same client, on the same connection, for somebody else who reads."""
        other = copy.copy(self)
        other.reader = reader
        return other

    async def close(self) -> None:
        """Close the connection. Calls under way are cancelled."""
        await self._channel.close()

    async def __aenter__(self) -> Self:
        """Return the client itself."""
        return self

    async def __aexit__(self, *exception: object) -> None:
        """Close the connection."""
        await self.close()

    def _read_context(self, as_of: datetime | None, known_at: to_wire.KnownAt) -> common_pb2.ReadContext:
        return to_wire.read_context(self.workspace, self.reader, as_of, known_at)

    def _write_context(
        self, actor: str | None, reason: str, source: str | None, request_id: str | None
    ) -> common_pb2.WriteContext:
        actor = self.actor if actor is None else actor
        if actor is None:
            raise invalid("context.actor", "say who decides the change, on the client or on the call")
        chosen = str(uuid.uuid4()) if request_id is None else request_id
        return to_wire.write_context(self.workspace, chosen, actor, reason, self.source if source is None else source)

    def _context_of(self, reason: str, options: WriteOptions) -> common_pb2.WriteContext:
        return self._write_context(options.get("actor"), reason, options.get("source"), options.get("request_id"))

    async def _write(self, method: Any, request: Any, timeout: float | None) -> Any:
        """Send a write: safe to repeat, because its request_id goes with each attempt."""
        return await self._call(method, request, timeout, request.context.request_id)

    async def _read(self, method: Any, request: Any, timeout: float | None) -> Any:
        """Send a read."""
        return await self._call(method, request, timeout, None)

    async def _pages(self, method: Any, request: Any, timeout: float | None) -> AsyncIterator[Any]:
        """Yield the replies to a read page by page; ``timeout`` is for each."""
        while True:
            reply = await self._read(method, request, timeout)
            yield reply
            if not reply.next_page_token:
                return
            request.page_token = reply.next_page_token

    async def _call(self, method: Any, request: Any, timeout: float | None, request_id: str | None) -> Any:
        timeout_seconds = to_wire.seconds(self._timeout_seconds if timeout is None else timeout, "timeout")
        begun = primitives.monotonic()
        attempt = 0
        while True:
            left = timeout_seconds - (primitives.monotonic() - begun)
            try:
                return await method(request, timeout=deadline(left))
            except grpc.RpcError as failure:
                error = error_from(failure, request_id)
            except ValueError as failure:
                raise InvalidField(f"the call cannot be sent: {failure}", request_id=request_id) from failure
            delay = self._retry.delay_seconds(attempt)
            attempt += 1
            spent = primitives.monotonic() - begun + delay
            if (
                not error.transient
                or attempt >= self._retry.max_attempts
                or spent >= self._retry.allowed_seconds(timeout_seconds)
            ):
                raise error
            await primitives.sleep(delay)

    async def _send_stream(self, method: Any, requests: AsyncIterator[Any], request_id: str, timeout: float | None) -> Any:
        """Send a stream of requests, and return the reply. What the making of a request raised is raised as it is."""
        refused: list[Exception] = []

        async def watched() -> AsyncIterator[Any]:
            try:
                async for request in requests:
                    yield request
            except Exception as error:
                refused.append(error)
                raise

        try:
            return await method(watched(), timeout=_of_stream(timeout))
        except primitives.BrokenCall as failure:
            if refused:
                raise refused[0] from None
            if not isinstance(failure, grpc.RpcError):
                raise
            raise error_from(failure, request_id) from None

    async def _parts(self, method: Any, request: Any, timeout: float | None) -> AsyncIterator[Any]:
        """Yield the parts of a server's stream; the call is cancelled when the caller stops early."""
        call = method(request, timeout=_of_stream(timeout))
        try:
            async for part in call:
                yield part
        except grpc.RpcError as failure:
            raise error_from(failure) from None
        finally:
            call.cancel()
