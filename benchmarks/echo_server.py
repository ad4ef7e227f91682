"""A grpc.aio server whose one method answers with a fixed number of bytes: what a unary call costs when nothing is done.

Run as `python -m benchmarks.echo_server REPLY_BYTES`; prints its address. Same event loop, same channel settings as ours.
"""

import asyncio
import signal
import sys

import grpc

METHOD = "/benchmarks.Echo/Echo"


async def serve(reply: bytes) -> None:
    """Until SIGTERM."""

    async def echo(request: bytes, context: object) -> bytes:
        return reply

    server = grpc.aio.server()
    service, name = METHOD.removeprefix("/").split("/")
    server.add_generic_rpc_handlers(
        [grpc.method_handlers_generic_handler(service, {name: grpc.unary_unary_rpc_method_handler(echo)})]
    )
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(f"echo is serving on 127.0.0.1:{port}", flush=True)
    end = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, end.set)
    await end.wait()
    await server.stop(0)


if __name__ == "__main__":
    asyncio.run(serve(bytes(int(sys.argv[1]))))
