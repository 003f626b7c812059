"""The floor of every HTTP figure: a bare Starlette app that gives back the body it got, or one of a size."""

from __future__ import annotations

import asyncio
from socket import socket

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.server.run import open_socket


async def echo(request: Request) -> Response:
    """The same bytes back."""
    return Response(await request.body(), media_type="application/json")


async def sized(request: Request) -> Response:
    """As many bytes as the address says."""
    return Response(b"x" * request.path_params["size"], media_type="application/json")


class Echo(uvicorn.Server):
    """A server that prints its port once it listens."""

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Begin to accept."""
        await super().startup(sockets)
        assert sockets is not None
        print(sockets[0].getsockname()[1], flush=True)  # noqa: T201


def main() -> None:
    """Listen on a port of its own."""
    app = Starlette(routes=[Route("/echo", echo, methods=["POST"]), Route("/sized/{size:int}", sized)])
    bound = open_socket("127.0.0.1", 0)
    config = uvicorn.Config(app, log_config=None, access_log=False, server_header=False, loop="asyncio", ws="none")
    asyncio.run(Echo(config).serve([bound]))


if __name__ == "__main__":
    main()
