"""What happens around every call, in one list: measure, then turn errors into statuses. Nothing else catches exceptions."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc

from domain.errors import TagledgerError
from server import errors
from server.metrics import Metrics


class CallInterceptor(grpc.aio.ServerInterceptor):  # type: ignore[misc]  # grpc has no types
    """Measures each call, and ends it with a rich status when the use case raised."""

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
        if handler.response_streaming:
            return grpc.unary_stream_rpc_method_handler(
                self._streaming(name, handler.unary_stream), handler.request_deserializer, handler.response_serializer
            )
        single = handler.stream_unary or handler.unary_unary
        make = grpc.stream_unary_rpc_method_handler if handler.request_streaming else grpc.unary_unary_rpc_method_handler
        return make(self._single(name, single), handler.request_deserializer, handler.response_serializer)

    def _single(self, name: str, behaviour: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def call(request: Any, context: grpc.aio.ServicerContext) -> Any:
            started, code = time.perf_counter(), "OK"
            try:
                return await behaviour(request, context)
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
                async for reply in behaviour(request, context):
                    yield reply
            except Exception as error:  # noqa: BLE001 - the one place where errors become statuses
                code = _code(error)
                await errors.abort(context, error)
            finally:
                self._metrics.observe(name, code, time.perf_counter() - started)

        return call


def _code(error: Exception) -> str:
    code = errors.code_of(error) if isinstance(error, TagledgerError) else grpc.StatusCode.INTERNAL
    return str(code.name)
