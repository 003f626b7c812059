"""HTTP itself: one connection pool to one address, and what can go wrong on a line as typed errors.

The only module of the console that knows httpx. It never follows a redirect, since the key is for one address alone.
"""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import IO, TypeVar, cast
from urllib.parse import urlsplit

import httpx
import httpx_sse

import console
from console.client.answers import Answer
from console.client.errors import Dropped, NotUnderstood, TimedOut, TooLarge, Unreachable
from console.client.wire import Meter, OnWire
from console.errors import SettingsError

T = TypeVar("T")

MAX_ANSWER = 32 * 1024 * 1024
"""The most bytes of an answer that is kept in memory, decoded."""

# Node closes an idle connection after 5 s, and a call sent on it is lost: ours are given up sooner.
_KEEPALIVE_SECONDS = 4.0
_CONNECT_SECONDS = 5.0
_CONNECTIONS = 32

Part = tuple[str, tuple[str, IO[bytes]]]
"""A file of a multipart form: the field, then the file's name and its content."""


@dataclass(frozen=True, slots=True)
class Stream:
    """An answer whose body is still coming. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    chunks: AsyncIterator[bytes]
    meter: Meter

    async def whole(self) -> Answer:
        """The answer when all of its body has come. Raises NotUnderstood for more than `MAX_ANSWER` bytes."""
        body = bytearray()
        async for chunk in self.chunks:
            body += chunk
            if len(body) > MAX_ANSWER:
                raise NotUnderstood(
                    f"The server's answer is larger than {MAX_ANSWER // 1024**2} MB and was not read to its end. "
                    "Check the address.",
                    status=self.status,
                )
        return Answer(self.status, self.headers, bytes(body))


class Transport:
    """Requests below `base_url`, the key in the `Authorization` header. Raises SettingsError for either unusable."""

    def __init__(self, base_url: str, key: str, *, timeout: float, on_wire: OnWire | None = None) -> None:
        self._base = _checked_base(base_url)
        self._timeout = timeout
        self._on_wire = on_wire
        headers = {"User-Agent": f"connect360-console/{console.__version__}", "Accept-Encoding": "gzip"}
        if key := _checked_key(key):
            headers["Authorization"] = f"Bearer {key}"
        is_local = _is_loopback(self._base)
        self._http = httpx.AsyncClient(
            headers=headers,
            timeout=self._limits(timeout),
            follow_redirects=False,
            trust_env=not is_local,  # proxies; one must never stand between us and this machine
            verify=_trusting_nobody() if is_local and self._base.startswith("http:") else True,
            limits=httpx.Limits(
                max_connections=_CONNECTIONS,
                max_keepalive_connections=_CONNECTIONS,
                keepalive_expiry=_KEEPALIVE_SECONDS,
            ),
        )
        self.latency_ms: int | None = None

    @property
    def base(self) -> str:
        """The address that calls go to, without a trailing slash."""
        return self._base

    async def close(self) -> None:
        """Close every connection."""
        await self._http.aclose()

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """One whole answer, of any status, in `timeout` seconds from first to last byte. Raises LineError."""
        return await self.value(method, path, lambda answer: answer, query=query, headers=headers, body=body)

    async def value(
        self,
        method: str,
        path: str,
        read: Callable[[Answer], T],
        *,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> T:
        """What `read` makes of one whole answer; what it raises is how the request ended. Raises LineError."""
        began = perf_counter()
        with Meter(self._on_wire, method, path) as meter:
            try:
                async with (
                    asyncio.timeout(self._timeout),
                    self._stream(meter, method, path, query, headers, body) as stream,
                ):
                    answer = await stream.whole()
            except TimeoutError:
                raise self._timed_out(self._timeout, method) from None
            self.latency_ms = round((perf_counter() - began) * 1000)
            return read(answer)

    @asynccontextmanager
    async def stream(
        self,
        method: str,
        path: str,
        *,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        files: Sequence[Part] | None = None,
        silence: float | None = None,
    ) -> AsyncGenerator[Stream]:
        """An answer while it comes. `silence` is how long nothing may come, in seconds. Raises LineError."""
        with Meter(self._on_wire, method, path) as meter:
            async with self._stream(meter, method, path, query, headers, body, files, silence) as stream:
                yield stream

    @asynccontextmanager
    async def _stream(
        self,
        meter: Meter,
        method: str,
        path: str,
        query: str,
        headers: Mapping[str, str] | None,
        body: bytes | None,
        files: Sequence[Part] | None = None,
        silence: float | None = None,
    ) -> AsyncGenerator[Stream]:
        limit = self._timeout if silence is None else silence
        sent = dict(headers or {})
        if body is not None:
            sent["content-type"] = "application/json"
        url = f"{self._base}{path}" + (f"?{query}" if query else "")
        if self._http.is_closed:
            raise Unreachable("The line was closed. Open it again.")
        with self._as_line_errors(method, limit):
            request = self._http.build_request(
                method, url, headers=sent, content=body, files=files, timeout=self._limits(limit)
            )
            request.stream = _Measured(cast(httpx.AsyncByteStream, request.stream), meter)
            response = await self._http.send(request, stream=True)
            meter.status = response.status_code
            try:
                yield Stream(response.status_code, _lowered(response.headers), response.aiter_bytes(), meter)
            finally:
                meter.down = response.num_bytes_downloaded
                await response.aclose()

    def _limits(self, seconds: float) -> httpx.Timeout:
        return httpx.Timeout(seconds, connect=min(seconds, _CONNECT_SECONDS))

    @contextmanager
    def _as_line_errors(self, method: str, limit: float) -> Iterator[None]:
        """What httpx raises, as ours. Reading changes nothing, so only what writes may have arrived to any effect."""
        writes = method != "GET"
        try:
            yield
        except (httpx.ConnectTimeout, httpx.PoolTimeout):
            raise TimedOut(f"{self._base} did not take the call in time. Check your network, or try again.") from None
        except httpx.TimeoutException:
            raise self._timed_out(limit, method) from None
        except (httpx.ConnectError, httpx.ProxyError, httpx.UnsupportedProtocol) as error:
            raise Unreachable(f"{self._base} cannot be reached: {_reason(error)}.") from None
        except httpx.InvalidURL:
            raise TooLarge("This is too long for an address. Shorten it.") from None
        except httpx.DecodingError:
            raise NotUnderstood(
                "The server's answer cannot be unpacked. Check the address, or whether a proxy stands before it."
            ) from None
        except httpx.TransportError:
            raise Dropped(
                f"The line to {self._base} broke before the answer was whole. {_advice(writes)}",
                may_have_arrived=writes,
            ) from None

    def _timed_out(self, limit: float, method: str) -> TimedOut:
        writes = method != "GET"
        return TimedOut(f"{self._base} did not answer within {limit:g} s. {_advice(writes)}", may_have_arrived=writes)


class _Measured(httpx.AsyncByteStream):
    """A body on its way: what was taken of it has left, but for the last piece."""

    def __init__(self, body: httpx.AsyncByteStream, meter: Meter) -> None:
        self._body = body
        self._meter = meter

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._body:
            yield piece
            self._meter.up += len(piece)


async def server_sent(chunks: AsyncIterator[bytes]) -> AsyncGenerator[httpx_sse.ServerSentEvent]:
    """The events of a `text/event-stream`, as they come; an event without its empty line at the end is none."""
    response = httpx.Response(200, headers={"Content-Type": "text/event-stream"}, content=chunks)
    async with aclosing(httpx_sse.EventSource(response).aiter_sse()) as events:
        async for event in events:
            yield event


def _advice(writes: bool) -> str:
    return "It may have arrived all the same: look before you try again." if writes else "Try again."


def _reason(error: httpx.TransportError) -> str:
    """Why there is no connection, in words that lead somewhere."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is not to be trusted ({cause.verify_message}); check the address"
        if isinstance(cause, ssl.SSLError):
            return "it does not speak TLS as expected; check whether the address begins with https or http"
        if isinstance(cause, ConnectionRefusedError):
            return "nothing listens there; check the address, or whether the server runs"
        cause = cause.__cause__ or cause.__context__
    return "there is no way to it; check the address and your network"


def _checked_base(base_url: str) -> str:
    """The address without a trailing slash. Raises SettingsError."""
    base = base_url.strip().rstrip("/")
    try:
        parts = urlsplit(base)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and " " not in base
        httpx.URL(base)
    except (ValueError, httpx.InvalidURL):
        usable = False
    if not usable:
        raise SettingsError(
            "The base URL is no address of a server. Set PLATO_BASE_URL to one like https://api.plato.ae."
        )
    if parts.username or parts.password or parts.query or parts.fragment:
        raise SettingsError(
            "The base URL holds more than a server's address. Leave out names, passwords and everything after ? or #."
        )
    return base


def _checked_key(key: str) -> str:
    """The key without space around it. Raises SettingsError for one that no header can carry."""
    key = key.strip()
    if not key.isascii() or not key.isprintable() or " " in key:
        raise SettingsError("The API key holds characters that no key has. Copy it again, whole and alone.")
    return key


def _is_loopback(base: str) -> bool:
    host = urlsplit(base).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _trusting_nobody() -> ssl.SSLContext:
    """For a line without TLS: reading the certificates of the world takes 80 ms at each start."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _lowered(headers: httpx.Headers) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
