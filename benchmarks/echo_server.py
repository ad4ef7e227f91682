"""A grpc.aio server that answers with a fixed number of bytes, once or so many times: what a call costs when nothing is done.

Run as `python -m benchmarks.echo_server REPLY_BYTES PARTS`; prints its address. Same event loop, same channel settings as ours.
"""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator

import grpc

METHOD = "/benchmarks.Echo/Echo"
STREAM = "/benchmarks.Echo/Stream"


async def serve(reply: bytes, parts: int) -> None:
    """Until SIGTERM."""

    async def echo(request: bytes, context: object) -> bytes:
        return reply

    async def stream(request: bytes, context: object) -> AsyncIterator[bytes]:
        for _ in range(parts):
            yield reply

    server = grpc.aio.server()
    service, name = METHOD.removeprefix("/").split("/")
    handlers = {
        name: grpc.unary_unary_rpc_method_handler(echo),
        STREAM.rpartition("/")[2]: grpc.unary_stream_rpc_method_handler(stream),
    }
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(service, handlers)])
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(f"echo is serving on 127.0.0.1:{port}", flush=True)
    end = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, end.set)
    await end.wait()
    await server.stop(0)


if __name__ == "__main__":
    asyncio.run(serve(bytes(int(sys.argv[1])), int(sys.argv[2])))
