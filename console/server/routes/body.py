"""The body of a request, read piece by piece within bounds, and an answer that does not wait for the rest of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from console.server.broadcast import Hub
from console.server.refusal import Refusal

GONE = 499
"""The status of an answer that nobody is there to see."""
_LINGER_BYTES = 64 * 1024 * 1024
_LINGER_SECONDS = 3.0
_TOO_SLOW = "The request comes too slowly. Send it again over a better line."


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a client is waited for: seconds of silence; over all, `grace` seconds and one more each `pace` bytes.

    Without the second, a byte now and then would hold a request open for good.
    """

    silence: float = 30.0
    grace: float = 60.0
    pace: float = 4096.0


_PATIENCE = Patience()


class Body:
    """What a client sends. Iterating raises ClientDisconnect, and a Refusal for too much or for what comes too slowly.

    A server that goes waits for nothing more, as if the client had left.
    """

    def __init__(self, request: Request, most: int, refusal: Refusal, patience: Patience = _PATIENCE) -> None:
        self.is_read = False
        self._receive = request.receive
        self._hub: Hub = request.app.state.hub
        self._most = most
        self._refusal = refusal
        self._patience = patience
        self._begun = asyncio.get_running_loop().time()
        self._announced = request.headers.get("content-length", "")
        self._first: bytes | None = None

    async def beginning(self) -> bytes:
        """The piece that came first, however much is announced; empty if nothing comes. The rest is left alone."""
        if self._first is None and not self.is_read:
            with suppress(Refusal):
                await self._piece(0)
        return self._first or b""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The pieces as they come; what is announced as too large is not read at all."""
        if self._announced.isdecimal() and int(self._announced) > self._most:
            raise self._refusal
        left = self._most
        while not self.is_read:
            piece = await self._piece(self._most - left)
            left -= len(piece)
            if left < 0:
                raise self._refusal
            if piece:
                yield piece

    async def _piece(self, read: int) -> bytes:
        silent = asyncio.get_running_loop().time() + self._patience.silence
        slow = self._begun + self._patience.grace + read / self._patience.pace
        try:
            async with asyncio.timeout_at(min(silent, slow)) as wait:
                with self._hub.waiting(wait):
                    message = await self._receive()
        except TimeoutError:
            if self._hub.is_closing:
                self.is_read = True
                raise ClientDisconnect from None
            self._first = self._first or b""
            raise Refusal("TIMEOUT", _TOO_SLOW if slow < silent else self._silence()) from None
        if message["type"] == "http.disconnect":
            self.is_read = True
            raise ClientDisconnect
        self.is_read = not message.get("more_body", False)
        piece: bytes = message.get("body", b"")
        if self._first is None:
            self._first = piece
        return piece

    def _silence(self) -> str:
        return f"Nothing came for {self._patience.silence:.0f} s. Send it again."


class EarlyAnswer(Response):
    """An answer given before the body was read to its end. The rest is thrown away for a while, then the line closed.

    A connection closed with bytes unread is reset, and the client would lose the answer that says why.
    """

    def __init__(self, answer: Response, body: Body | None = None) -> None:
        super().__init__(answer.body, answer.status_code, background=answer.background)
        self.raw_headers = [*answer.raw_headers, (b"connection", b"close")]
        self._rest = body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer at once, read on, end."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})
        if self._rest is None or not self._rest.is_read:
            await _throw_away(receive, scope["app"].state.hub)
        await send({"type": "http.response.body", "body": b""})


async def _throw_away(receive: Receive, hub: Hub) -> None:
    left = _LINGER_BYTES
    try:
        async with asyncio.timeout(_LINGER_SECONDS) as wait:
            with hub.waiting(wait):
                while left > 0:
                    message = await receive()
                    left -= len(message.get("body", b""))
                    if not message.get("more_body", False):
                        return
    except TimeoutError:
        return
