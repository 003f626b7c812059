"""HTTP itself: one connection pool to one address, and what can go wrong on a line as typed errors.

The only module of the console that knows httpx. It never follows a redirect, since the key is for one address alone.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from time import perf_counter
from typing import IO, TypeVar, cast
from urllib.parse import urlsplit

import httpcore  # noqa: F401  httpx would import it with its first client, in the loop
import httpx
import httpx_sse

import console
from console.client.address import checked_key, is_loopback, why_unreachable
from console.client.answers import Answer
from console.client.budget import Deadline
from console.client.errors import Dropped, LineError, NotUnderstood, TimedOut, TooLarge, Unreachable
from console.client.passage import Passage
from console.client.wire import Meter, OnWire
from console.errors import SettingsError
from console.values import dataclass

T = TypeVar("T")
L = TypeVar("L", bound=LineError)

MAX_ANSWER = 32 * 1024 * 1024
"""The most bytes of an answer that is kept in memory, decoded."""

# Node closes an idle connection after 5 s, and a call sent on it is lost: ours are given up sooner.
_KEEPALIVE_SECONDS = 4.0
_SOONER = 1.0  # than a server announces
_KEEPALIVE = re.compile(r"\btimeout\s*=\s*(\d{1,6})\b", re.IGNORECASE)
_CONNECT_SECONDS = 5.0
_CONNECTIONS = 32
_PACKED = "The server's answer cannot be unpacked. Check the address, or whether a proxy stands before it."

Part = tuple[str, tuple[str, IO[bytes]]]
"""A file of a multipart form: the field, then the file's name and its content."""


@dataclass(frozen=True, slots=True)
class Stream:
    """An answer whose body is still coming. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    chunks: AsyncIterator[bytes]
    meter: Meter
    patience: float

    async def whole(self) -> Answer:
        """The answer when all of its body has come, in `patience` seconds.

        Raises NotUnderstood for more than `MAX_ANSWER` bytes, LineError.
        """
        body = bytearray()
        async with _until(asyncio.get_running_loop().time() + self.patience):
            async for chunk in self.chunks:
                body += chunk
                if len(body) > MAX_ANSWER:
                    raise NotUnderstood(
                        f"The server's answer is larger than {MAX_ANSWER // 1024**2} MB and was not read to its end. "
                        "Check the address.",
                        status=self.status,
                    )
        return Answer(self.status, self.headers, bytes(body))


@dataclass(slots=True)
class _Pool:
    """The connections of one httpx client, and how many requests are on them."""

    http: httpx.AsyncClient
    requests: int = 0


class Transport:
    """Requests below `base_url`, the key in the `Authorization` header. Raises SettingsError for either unusable."""

    def __init__(self, base_url: str, key: str, *, timeout: float, on_wire: OnWire | None = None) -> None:
        self._base = _checked_base(base_url)
        self._timeout = timeout
        self._on_wire = on_wire
        self._headers = {"User-Agent": f"connect360-console/{console.__version__}", "Accept-Encoding": "gzip"}
        if key := checked_key(key):
            self._headers["Authorization"] = f"Bearer {key}"
        is_local = is_loopback(self._base)
        self._heeds_environment = not is_local  # proxies; one must never stand between us and this machine
        is_plain = is_local and self._base.startswith("http:")
        self._trust = _trusting_nobody() if is_plain else httpx.create_ssl_context(trust_env=self._heeds_environment)
        self._keepalive = _KEEPALIVE_SECONDS
        self._pool: _Pool | None = self._new_pool()
        self._given_up: list[_Pool] = []  # with requests still on them
        self._closing: set[asyncio.Task[None]] = set()
        self.latency_ms: int | None = None

    @property
    def base(self) -> str:
        """The address that calls go to, without a trailing slash."""
        return self._base

    async def close(self) -> None:
        """Close every connection."""
        pools = [*self._given_up, *([self._pool] if self._pool else [])]
        self._pool = None
        for pool in pools:
            await pool.http.aclose()
        await asyncio.gather(*self._closing)

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        deadline: Deadline | None = None,
    ) -> Answer:
        """One whole answer, of any status, in `timeout` seconds from first to last byte. Raises LineError."""
        return await self.value(
            method, path, lambda answer: answer, query=query, headers=headers, body=body, deadline=deadline
        )

    async def value(
        self,
        method: str,
        path: str,
        read: Callable[[Answer], T],
        *,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        repeatable: bool | None = None,
        deadline: Deadline | None = None,
    ) -> T:
        """What `read` makes of one whole answer; what it raises is how the request ended. Raises LineError.

        `repeatable` is whether it may be done twice, as what only reads may. It ends in `timeout` seconds, and when the
        deadline does.
        """
        began = perf_counter()
        until = Deadline.after(self._timeout)
        if deadline is not None and deadline.at < until.at:
            until = deadline
        with Meter(self._on_wire, method, path) as meter:
            async with self._stream(
                meter, method, path, query, headers, body, repeatable=repeatable, deadline=until
            ) as stream:
                answer = await stream.whole()
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
        *,
        repeatable: bool | None = None,
        deadline: Deadline | None = None,
    ) -> AsyncGenerator[Stream]:
        limit = self._timeout if silence is None else silence
        sent = dict(headers or {})
        if body is not None:
            sent["content-type"] = "application/json"
        url = f"{self._base}{path}" + (f"?{query}" if query else "")
        passage = Passage(None if files else len(body or b""))
        with self._as_line_errors(passage, method, deadline.seconds if deadline else limit):
            async with self._on_pool(passage) as http, _until(deadline.at if deadline else None):
                request = http.build_request(
                    method, url, headers=sent, content=body, files=files, timeout=self._limits(limit)
                )
                request.extensions["trace"] = passage
                request.stream = _Measured(cast(httpx.AsyncByteStream, request.stream), meter)
                is_repeatable = method == "GET" if repeatable is None else repeatable
                response = await _sent(http, request, passage, is_repeatable=is_repeatable and not files)
                meter.status = response.status_code
                self._heed(response.headers.get("keep-alive", ""))
                try:
                    _check_coding(response)
                    headers_of = _headers_of(response)
                    yield Stream(response.status_code, headers_of, response.aiter_bytes(), meter, self._timeout)
                finally:
                    meter.down = response.num_bytes_downloaded
                    await response.aclose()

    @asynccontextmanager
    async def _on_pool(self, passage: Passage) -> AsyncGenerator[httpx.AsyncClient]:
        """The client that a request goes by. A pool that lost one of its places with it is used for no other."""
        pool = self._pool
        if pool is None:
            raise Unreachable("The line was closed. Open it again.")
        pool.requests += 1
        try:
            yield pool.http
        finally:
            pool.requests -= 1
            if passage.is_lost and pool is self._pool:
                self._renew()
            if pool in self._given_up and pool.requests == 0:
                self._given_up.remove(pool)
                closing = asyncio.create_task(pool.http.aclose())  # of its own: cut short, it would leave sockets open
                self._closing.add(closing)
                closing.add_done_callback(self._closing.discard)
            await passage.clear()

    def _heed(self, announced: str) -> None:
        """Keep idle connections for less time than the server says that it does."""
        told = _KEEPALIVE.search(announced)
        if told and (seconds := max(0.0, int(told[1]) - _SOONER)) < self._keepalive:
            self._keepalive = seconds
            self._renew()

    def _renew(self) -> None:
        """Use other connections from now on, and close those that there are when nothing is on them any more."""
        if self._pool is not None:
            self._given_up.append(self._pool)
            self._pool = self._new_pool()

    def _new_pool(self) -> _Pool:
        return _Pool(
            httpx.AsyncClient(
                headers=self._headers,
                timeout=self._limits(self._timeout),
                follow_redirects=False,
                event_hooks={"response": [_put_location_aside]},
                trust_env=self._heeds_environment,
                verify=self._trust,
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # the key says who we are, and nothing else
                limits=httpx.Limits(
                    max_connections=_CONNECTIONS,
                    max_keepalive_connections=_CONNECTIONS,
                    keepalive_expiry=self._keepalive,
                ),
            )
        )

    def _limits(self, seconds: float) -> httpx.Timeout:
        return httpx.Timeout(seconds, connect=min(seconds, _CONNECT_SECONDS))

    @contextmanager
    def _as_line_errors(self, passage: Passage, method: str, limit: float) -> Iterator[None]:
        """What httpx raises, as ours. Reading changes nothing, so only what writes may have arrived to any effect."""

        def ended(kind: type[L], happened: str, then: str = " Try again.") -> L:
            may_have_arrived = method != "GET" and passage.may_be_whole
            if may_have_arrived:
                then = " It may have arrived all the same: look before you try again."
            return kind(f"{happened}.{then}", may_have_arrived=may_have_arrived)

        try:
            yield
        except (httpx.ConnectTimeout, httpx.PoolTimeout):
            raise ended(
                TimedOut, f"{self._base} did not take the call in time", " Check your network, or try again."
            ) from None
        except httpx.TimeoutException:
            raise ended(TimedOut, f"{self._base} did not answer within {limit:g} s") from None
        except (httpx.ConnectError, httpx.ProxyError, httpx.UnsupportedProtocol) as error:
            raise ended(Unreachable, f"{self._base} cannot be reached: {why_unreachable(error)}", then="") from None
        except httpx.InvalidURL:
            raise TooLarge("This is too long for an address. Shorten it.") from None
        except httpx.DecodingError:
            raise NotUnderstood(_PACKED) from None
        except (httpx.TransportError, ssl.SSLError):  # httpcore lets some of those by that break an open line
            raise ended(Dropped, f"The line to {self._base} broke before the answer was whole") from None


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


async def _sent(
    http: httpx.AsyncClient, request: httpx.Request, passage: Passage, *, is_repeatable: bool
) -> httpx.Response:
    """The answer's beginning. The request is made again, once, if it met a connection that had been closed while idle.

    That a request was not taken cannot be known there once all of it has left, so then only what is repeatable is.
    """
    try:
        return await http.send(request, stream=True)
    except (httpx.NetworkError, httpx.RemoteProtocolError) as error:
        if isinstance(error, httpx.ConnectError) or not passage.is_reused or http.is_closed:
            raise
        if passage.may_be_whole and not is_repeatable:
            raise
    passage.again()
    return await http.send(request, stream=True)


@asynccontextmanager
async def _until(moment: float | None) -> AsyncGenerator[None]:
    """Let the block take until a moment of the loop's clock. Raises httpx's error, as what is too slow on the line."""
    try:
        async with asyncio.timeout_at(moment):
            yield
    except TimeoutError:
        if moment is None:
            raise
        raise httpx.ReadTimeout("too late") from None


async def _put_location_aside(response: httpx.Response) -> None:
    """Keep httpx from the address of a redirect: it prepares the next request even where none is made, and may fail."""
    response.extensions["location"] = response.headers.pop("location", None)


def _check_coding(response: httpx.Response) -> None:
    """Raise NotUnderstood for a body packed otherwise than asked for: packed twice, a few bytes become gigabytes."""
    codings = [one.strip().lower() for one in response.headers.get_list("content-encoding", split_commas=True)]
    if [one for one in codings if one in ("gzip", "deflate", "br", "zstd")] not in ([], ["gzip"], ["deflate"]):
        raise NotUnderstood(_PACKED, status=response.status_code)


def _checked_base(base_url: str) -> str:
    """The address without a trailing slash. Raises SettingsError."""
    base = base_url.strip().rstrip("/")
    try:
        parts = urlsplit(base)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and " " not in base
        usable = usable and bool(httpx.URL(base).host)  # which fails for what no name service could be asked
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


def _trusting_nobody() -> ssl.SSLContext:
    """For a line without TLS: reading the certificates of the world takes 80 ms at each start."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _headers_of(response: httpx.Response) -> dict[str, str]:
    """By their names in lower case."""
    location = response.extensions["location"]
    headers = {name.lower(): value for name, value in response.headers.items()}
    return headers if location is None else headers | {"location": location}
