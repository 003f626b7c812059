"""A client's connection, within bounds: who owes a request's head, its body or the reading of an answer is not waited
for without end, and more connections than the server can keep are turned away."""

from __future__ import annotations

import asyncio
import fcntl
import struct
import termios
from dataclasses import dataclass
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

_LINGER_SECONDS = 1.0
_SPARE = 64  # turned away and about to be closed; one more is closed without a word
_AT_ONCE = 16 * 1024  # bytes read from a line: 256 KB of one-byte chunks would hold up everybody else for half a second
_SLOWEST = 100  # bytes a second: less than any line on which a person could work


@dataclass(frozen=True, slots=True)
class Bounds:
    """A client that owes something gets one to two times `seconds`; `connections` is the most at once."""

    seconds: float = 15.0
    connections: int = 4_000


@dataclass(frozen=True, slots=True)
class _Debt:
    """What a client owes at a moment. Owing the same at the next look is owing it too long."""

    what: str
    request: object
    left: int = 0


def _answer(status: str, sentence: str) -> bytes:
    body = f'{{"message":"{sentence}"}}'.encode()
    head = (
        f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\nconnection: close\r\n"
    )
    return head.encode() + b"\r\n" + body


_SLOW = _answer("408 Request Timeout", "The request did not come to its end. Send it again.")
_FULL = _answer("503 Service Unavailable", "Too many connections. Try again later.")


class Connection(H11Protocol):
    """uvicorn's connection, looked at now and then: a look costs nothing on the way of a request."""

    def __init__(self, *, bounds: Bounds, **named: Any) -> None:
        super().__init__(**named)
        self._bounds = bounds
        self._is_refused = False
        self._received = 0
        self._debt: _Debt | None = None
        self._look: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take it, or say why not."""
        super().connection_made(transport)
        transport.max_size = _AT_ONCE  # type: ignore[attr-defined]
        if len(self.connections) > self._bounds.connections:
            self._turn_away()
        else:
            self._debt = self._owed()
            self._look_later()

    def connection_lost(self, exc: Exception | None) -> None:
        """Look at it no more."""
        if self._look is not None:
            self._look.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Pass on what came, unless nobody will answer it."""
        self._received += len(data)
        if not self._is_refused:
            super().data_received(data)

    def shutdown(self) -> None:
        """The server goes. A client that does not read its answer is not waited for."""
        super().shutdown()
        self._close_later()

    def _look_later(self) -> None:
        self._look = self.loop.call_later(self._bounds.seconds, self._look_again)

    def _look_again(self) -> None:
        before, self._debt = self._debt, self._owed()
        if self._debt is None or self._debt != before:
            self._look_later()
        elif self._debt.what == "head" and self._received:
            self.transport.write(_SLOW)
            self.transport.close()
        else:
            self.transport.abort()

    def _owed(self) -> _Debt | None:
        request: object = self.cycle  # the last that began: another one, and the client got on
        received, self._received = self._received, 0
        if self.flow.write_paused:
            return _Debt("reading", request, self.transport.get_write_buffer_size() + self._under_way())
        if self.conn.their_state is h11.IDLE and self.timeout_keep_alive_task is None:
            self._received = received
            return _Debt("head", request)
        # Silence is the reader's to refuse, with a sentence; it would not notice a byte now and then.
        if self.conn.their_state is h11.SEND_BODY and 0 < received < self._bounds.seconds * _SLOWEST:
            return _Debt("body", request)
        return None

    def _under_way(self) -> int:
        """Bytes that the system took and the client did not: on a slow line they are all that moves for minutes."""
        line = self.transport.get_extra_info("socket")
        try:
            (left,) = struct.unpack("i", fcntl.ioctl(line.fileno(), termios.TIOCOUTQ, bytes(4)))
        except OSError:  # a system that does not tell
            return 0
        return int(left)

    def _turn_away(self) -> None:
        self._is_refused = True
        if len(self.connections) > self._bounds.connections + _SPARE:
            self.transport.abort()
            return
        self.transport.write(_FULL)
        self.transport.write_eof()
        # A connection closed with bytes unread is reset, and the client would lose the sentence.
        self._close_later()

    def _close_later(self) -> None:
        if self._look is not None:
            self._look.cancel()
        self._look = self.loop.call_later(_LINGER_SECONDS, self.transport.abort)
