"""How far a request got on its connection, as httpcore tells step by step, and what may be concluded from it.

httpcore does not bear to be left between two steps, as a cancelled task leaves it: a handshake's socket stays open, and
a connection that was made and not yet used, or that is just being put away, keeps its place in the pool for ever. So
does one through a proxy whose handshake fails. That is noticed here, for the transport to make good.
"""

from __future__ import annotations

from typing import Any, Protocol

_AT_ONCE = 32 * 1024  # bytes; a body up to this is handed over in one piece, and nothing waits for it to leave


class Socket(Protocol):
    """What can be closed of a connection."""

    async def aclose(self) -> None:
        """Close it."""


class Passage:
    """Follows one request; httpx calls it with each step, as the request's `trace` extension."""

    def __init__(self, body_bytes: int | None) -> None:
        self.is_reused = True
        """No connection was opened for it, so it went on one that had been idle."""
        self.may_be_whole = False
        """All of it may have left us, so that somebody may have acted on it."""
        self.is_lost = False
        """The pool keeps a place for its connection that nothing will free."""
        self._is_at_once = body_bytes is not None and body_bytes <= _AT_ONCE
        self._was_whole = False  # before the last body
        self._socket: Socket | None = None
        self._is_shaking_hands = False
        self._is_for_proxy = False

    async def __call__(self, name: str, told: dict[str, Any]) -> None:
        """Take note of a step. The names are httpcore's: who takes the step, and how far it is with it."""
        who, _, step = name.partition(".")
        match step:
            case "connect_tcp.started":
                self.is_reused = False
            case "connect_tcp.complete":
                self._socket, self.is_lost = told["return_value"], True
            case "start_tls.started":
                self._is_shaking_hands, self.is_lost = True, who != "connection"
            case "start_tls.complete":
                self._is_shaking_hands, self.is_lost = False, True
            case "send_request_headers.started":
                self.is_lost = False
                self._is_for_proxy = told["request"].method == b"CONNECT"
            case "send_request_body.started" if not self._is_for_proxy:
                self._was_whole, self.may_be_whole = self.may_be_whole, True
            case "send_request_body.failed" if self._is_at_once and type(told["exception"]).__name__ == "WriteError":
                self.may_be_whole = self._was_whole  # the connection was known to be broken before it was handed over
            case "response_closed.started":
                self.is_lost = True
            case "response_closed.complete":
                self.is_lost = False

    def again(self) -> None:
        """The request is made once more. What the first may have done stays so."""
        self.is_reused = True

    async def clear(self) -> None:
        """Close what httpcore left open."""
        if self._socket is not None and (self.is_lost or self._is_shaking_hands):
            await self._socket.aclose()
