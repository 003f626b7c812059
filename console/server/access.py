"""What stands around the app: who is calling from where, and a line about each request.

A line has the time, the method, the path without its query, the status, milliseconds, key id, workspace id and the
address that the connection comes from: nothing that opens anything, nothing that a customer wrote. A stream has one
more when it opens, with "open" for milliseconds: its last may come hours later.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from time import gmtime, perf_counter, strftime, time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.server.auth import VISIT, Visit

_STRANGE = re.compile(r"[^A-Za-z0-9._,/%-]")
_KEY = re.compile(r"(?i)plato(_|%5f)[^/,]*")
_LONGEST = 300
_NO_ANSWER = 499
"""The status of a request whose client left before there was one."""


class Visits:
    """The app, with each request's `Visit` in force, and `write` given its lines; None writes none.

    The address is the socket's. What a header says of it counts for nothing: anybody can write one.
    """

    def __init__(self, app: ASGIApp, write: Callable[[str], None] | None) -> None:
        self._app = app
        self._write = write

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        client = scope.get("client")
        visit = Visit(client[0] if client else "")
        VISIT.set(visit)
        write = self._write
        if write is None:
            await self._app(scope, receive, send)
            return
        began, status = perf_counter(), _NO_ANSWER

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if _is_stream(message):
                    write(_line(scope, visit, status, "open"))
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            write(_line(scope, visit, status, f"{(perf_counter() - began) * 1000:.1f}ms"))


def _is_stream(start: Message) -> bool:
    """Whether an answer that starts is one of events, which stays open."""
    return any(
        name.lower() == b"content-type" and value.startswith(b"text/event-stream") for name, value in start["headers"]
    )


def _line(scope: Scope, visit: Visit, status: int, took: str) -> str:
    now = time()
    at = f"{_second(int(now))}.{int(now % 1 * 1000):03d}"
    path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
    caller = visit.caller
    who = f"{caller.key_id} {caller.workspace_id}" if caller else "- -"
    return f"{at}Z {_plain(scope['method'])} {_plain(path[:_LONGEST])} {status} {took} {who} {visit.address or '-'}"


@lru_cache(1)
def _second(seconds: int) -> str:
    """A second since 1970, in UTC: written out once for all of its requests."""
    return strftime("%Y-%m-%dT%H:%M:%S", gmtime(seconds))


@lru_cache(1_000)
def _plain(text: str) -> str:
    """Of what a client sent only what can neither hide nor open anything."""
    shown = _STRANGE.sub("?", text)
    return _KEY.sub("plato_...", shown) if "plato" in shown.lower() else shown
