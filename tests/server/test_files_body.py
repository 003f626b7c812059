"""Reading a body within bounds, and answering before its end, on real sockets."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import httpx
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from console.server.broadcast import Hub
from console.server.refusal import Refusal, bad_request
from console.server.routes.body import Body, EarlyAnswer, Patience
from tests.server.serving import serving


class Taking:
    """An app that reads at most `most` bytes and records how reading ended."""

    def __init__(self, most: int = 10, patience: Patience | None = None) -> None:
        self.left = asyncio.Event()
        self.read = b""
        self._most = most
        self._patience = patience or Patience(silence=5.0)

    @property
    def app(self) -> Starlette:
        """To be served."""
        app = Starlette(routes=[Route("/", self._take, methods=["POST"])])
        app.state.hub = Hub()
        return app

    async def _take(self, request: Request) -> Response:
        body = Body(request, self._most, bad_request("Too much."), self._patience)
        try:
            async for piece in body:
                self.read += piece
        except ClientDisconnect:
            self.left.set()
            return Response(status_code=499)
        except Refusal as refusal:
            return EarlyAnswer(PlainTextResponse(refusal.sentence, refusal.status), body)
        return PlainTextResponse("thanks")


async def test_what_fits_is_read_to_its_end() -> None:
    taking = Taking()
    async with serving(taking.app) as address, httpx.AsyncClient() as client:
        assert (await client.post(address, content=b"0123456789")).text == "thanks"
        assert (await client.post(address)).text == "thanks"
    assert taking.read == b"0123456789"


async def test_what_is_too_much_is_answered_though_the_client_still_sends() -> None:
    async with serving(Taking().app) as address, httpx.AsyncClient() as client:
        answer = await client.post(address, content=bytes(8 * 1024 * 1024))
        assert (answer.status_code, answer.text) == (400, "Too much.")
        assert answer.headers["connection"] == "close"


async def test_a_silent_client_is_given_up() -> None:
    async with serving(Taking(patience=Patience(silence=0.05)).app) as address:
        reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(address).port)
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhe")
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
        assert head.startswith(b"HTTP/1.1 408")
        writer.close()


async def test_a_client_that_leaves_is_noticed() -> None:
    taking = Taking()
    async with serving(taking.app) as address:
        _, writer = await asyncio.open_connection("127.0.0.1", urlsplit(address).port)
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhe")
        await writer.drain()
        writer.close()
        await asyncio.wait_for(taking.left.wait(), 5)
