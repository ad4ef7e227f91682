"""What happens around every call: measure it, refuse what cannot be read, and turn errors into statuses.

Nothing else catches exceptions.
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc
from google.protobuf.message import DecodeError

from domain.errors import InvalidField, TagledgerError, Violation
from server import errors
from server.metrics import Metrics


class CallInterceptor(grpc.aio.ServerInterceptor):  # type: ignore[misc]  # grpc has no types
    """Wraps each method of ours; health and reflection are left alone."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler]],
        details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler:
        """Wrap the handler by its kind."""
        handler = await continuation(details)
        if handler is None or not details.method.startswith("/tagledger."):
            return handler
        name = details.method.removeprefix("/")
        reader = _reader(handler.request_deserializer)
        if handler.response_streaming:
            behaviour = self._streaming(name, handler.unary_stream)
            return grpc.unary_stream_rpc_method_handler(behaviour, reader, handler.response_serializer)
        if handler.request_streaming:
            single = self._single(name, _readable_items(handler.stream_unary))
            return grpc.stream_unary_rpc_method_handler(single, reader, handler.response_serializer)
        return grpc.unary_unary_rpc_method_handler(self._single(name, handler.unary_unary), reader, handler.response_serializer)

    def _single(self, name: str, behaviour: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def call(request: Any, context: grpc.aio.ServicerContext) -> Any:
            started, code = time.perf_counter(), "OK"
            try:
                return await behaviour(_readable(request), context)
            except Exception as error:  # noqa: BLE001 - the one place where errors become statuses
                code = _code(error)
                await errors.abort(context, error)
            finally:
                self._metrics.observe(name, code, time.perf_counter() - started)

        return call

    def _streaming(self, name: str, behaviour: Callable[..., AsyncIterator[Any]]) -> Callable[..., AsyncIterator[Any]]:
        async def call(request: Any, context: grpc.aio.ServicerContext) -> AsyncIterator[Any]:
            started, code = time.perf_counter(), "OK"
            try:
                async for reply in behaviour(_readable(request), context):
                    yield reply
            except Exception as error:  # noqa: BLE001 - the one place where errors become statuses
                code = _code(error)
                await errors.abort(context, error)
            finally:
                self._metrics.observe(name, code, time.perf_counter() - started)

        return call


class _Unreadable:
    """Stands for bytes that are no message of the method: grpc itself would answer INTERNAL, and it is the caller's mistake."""


def _reader(deserializer: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    def read(data: bytes) -> Any:
        try:
            return deserializer(data)
        except DecodeError:
            return _Unreadable()

    return read


def _readable(request: Any) -> Any:
    if isinstance(request, _Unreadable):
        description = "these bytes are no message of this method: check the proto version, and that all strings are UTF-8"
        raise InvalidField.of([Violation("request", description)])
    return request


def _readable_items(behaviour: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def checked(requests: AsyncIterator[Any]) -> AsyncIterator[Any]:
        async for request in requests:
            yield _readable(request)

    return lambda requests, context: behaviour(checked(requests), context)


def _code(error: Exception) -> str:
    code = errors.code_of(error) if isinstance(error, TagledgerError) else grpc.StatusCode.INTERNAL
    return str(code.name)
