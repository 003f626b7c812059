"""What can go wrong on a line, on real sockets."""

from __future__ import annotations

import asyncio
import gzip
import shutil
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

import console
from console.client import errors
from console.client.transport import MAX_ANSWER, Transport
from console.errors import SettingsError
from tests.client.fakes import Heard, Line, reply, running

KEY = "plato_0123456789abcdef"


@asynccontextmanager
async def transport_to(url: str, timeout: float = 5.0) -> AsyncIterator[Transport]:
    """A transport, closed at the end."""
    transport = Transport(url, KEY, timeout=timeout)
    try:
        yield transport
    finally:
        await transport.close()


async def test_the_key_goes_in_the_header_and_nowhere_else() -> None:
    async with running(reply()) as server, transport_to(server.url) as transport:
        await transport.request("POST", "/x", query="a=1", body=b"{}")

    heard = server.heard[0]
    assert heard.headers["authorization"] == f"Bearer {KEY}"
    assert heard.headers["user-agent"] == f"connect360-console/{console.__version__}"
    assert heard.headers["content-type"] == "application/json"
    assert KEY not in heard.target
    assert heard.target == "/x?a=1"


async def test_a_base_url_may_have_a_path() -> None:
    async with running(reply()) as server, transport_to(f"{server.url}/connect/") as transport:
        await transport.request("GET", "/x")

    assert server.heard[0].target == "/connect/x"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.plato.ae",
        "ftp://x",
        "http://",
        "https://:443",
        "http://x:99999",
        "http://x y",
        "http://[::1",
        "http://\x00",
    ],
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="PLATO_BASE_URL"):
        Transport(url, KEY, timeout=1)


@pytest.mark.parametrize("url", ["http://me:secret@x", "http://x?key=secret", "http://x#secret"])
def test_an_address_with_secrets_in_it_is_refused_without_repeating_them(url: str) -> None:
    with pytest.raises(SettingsError) as raised:
        Transport(url, KEY, timeout=1)

    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("key", ["plato_é", "plato_a\nX-Evil: 1", "plato a", "plato_\x00"])
def test_a_key_that_no_header_can_carry_is_refused_without_repeating_it(key: str) -> None:
    with pytest.raises(SettingsError) as raised:
        Transport("http://127.0.0.1:1", key, timeout=1)

    assert key not in str(raised.value)


async def test_without_a_key_the_server_says_what_it_says() -> None:
    async with running(reply(401, {"message": "No apiKey provided."})) as server:
        transport = Transport(server.url, "", timeout=1)
        answer = await transport.request("GET", "/x")
        await transport.close()

    assert answer.status == 401
    assert "authorization" not in server.heard[0].headers


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(status: int) -> None:
    async with (
        running(reply()) as elsewhere,
        running(reply(status, location=elsewhere.url)) as server,
        transport_to(server.url) as transport,
    ):
        answer = await transport.request("GET", "/x")

    assert answer.status == status
    assert elsewhere.heard == []


async def test_a_server_that_is_not_there_is_unreachable() -> None:
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        async with transport_to(f"http://127.0.0.1:{unheard.getsockname()[1]}") as transport:
            with pytest.raises(errors.Unreachable, match="nothing listens there") as raised:
                await transport.request("POST", "/x")

    assert not raised.value.may_have_arrived


async def test_a_name_that_nobody_has_is_unreachable() -> None:
    async with transport_to("http://no-such-host.invalid") as transport:
        with pytest.raises(errors.Unreachable, match="cannot be reached"):
            await transport.request("GET", "/x")


@pytest.mark.parametrize(("method", "may_have_arrived"), [("GET", False), ("POST", True)])
async def test_a_server_that_says_nothing_times_out(method: str, may_have_arrived: bool) -> None:
    async def silent(heard: Heard, line: Line) -> None:
        await line.is_left()

    async with running(silent) as server, transport_to(server.url, timeout=0.1) as transport:
        with pytest.raises(errors.TimedOut, match=r"0\.1 s") as raised:
            await transport.request(method, "/x")

    assert raised.value.may_have_arrived is may_have_arrived


async def test_an_answer_that_trickles_times_out_as_a_whole() -> None:
    async def trickling(heard: Heard, line: Line) -> None:
        await line.say(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
        while not line.reader.at_eof():
            await line.say(b" ")
            await asyncio.wait([asyncio.ensure_future(line.reader.read(1))], timeout=0.01)

    async with running(trickling) as server, transport_to(server.url, timeout=0.2) as transport:
        with pytest.raises(errors.TimedOut):
            await transport.request("GET", "/x")


HALVES = [b"", b"HTTP/1.1 200", b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{", b"SSH-2.0-OpenSSH_9.0\r\n"]


@pytest.mark.parametrize("half", HALVES)
async def test_a_line_that_breaks_is_dropped(half: bytes) -> None:
    async def breaking(heard: Heard, line: Line) -> None:
        await line.say(half)

    async with running(breaking) as server, transport_to(server.url) as transport:
        with pytest.raises(errors.Dropped, match="may have arrived") as raised:
            await transport.request("POST", "/x", body=b"{}")

    assert raised.value.may_have_arrived


async def test_a_line_that_is_reset_is_dropped() -> None:
    async def resetting(heard: Heard, line: Line) -> None:
        line.break_off()

    async with running(resetting) as server, transport_to(server.url) as transport:
        with pytest.raises(errors.Dropped) as raised:
            await transport.request("GET", "/x")

    assert not raised.value.may_have_arrived  # reading changes nothing


async def test_an_answer_too_large_is_not_read_to_its_end() -> None:
    bomb = gzip.compress(bytes(MAX_ANSWER * 3), 9)

    async with running(reply(200, bomb, content_encoding="gzip")) as server, transport_to(server.url) as transport:
        with pytest.raises(errors.NotUnderstood, match="32 MB"):
            await transport.request("GET", "/x")


async def test_an_answer_that_cannot_be_unpacked_is_not_understood() -> None:
    async with (
        running(reply(200, b"no gzip", content_encoding="gzip")) as server,
        transport_to(server.url) as transport,
    ):
        with pytest.raises(errors.NotUnderstood, match="unpacked"):
            await transport.request("GET", "/x")


async def test_a_query_too_long_for_an_address_is_said_so() -> None:
    async with running(reply()) as server, transport_to(server.url) as transport:
        with pytest.raises(errors.TooLarge, match="Shorten"):
            await transport.request("GET", "/x", query="input=" + "x" * 100_000)


async def test_a_cancelled_call_leaves_the_line() -> None:
    left = asyncio.Event()

    async def waiting(heard: Heard, line: Line) -> None:
        await line.is_left()
        left.set()

    async with running(waiting) as server, transport_to(server.url) as transport:
        call = asyncio.create_task(transport.request("POST", "/x", body=b"{}"))
        await server.was_asked.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await asyncio.wait_for(left.wait(), 5)


async def test_a_closed_transport_says_so() -> None:
    transport = Transport("http://127.0.0.1:1", KEY, timeout=1)
    await transport.close()

    with pytest.raises(errors.Unreachable, match="closed"):
        await transport.request("GET", "/x")


async def test_closing_ends_a_call_under_way_in_an_error() -> None:
    async def waiting(heard: Heard, line: Line) -> None:
        await line.is_left()

    async with running(waiting) as server:
        transport = Transport(server.url, KEY, timeout=5)
        call = asyncio.create_task(transport.request("GET", "/x"))
        await server.was_asked.wait()
        await transport.close()
        with pytest.raises(errors.LineError):
            await call


async def test_calls_share_a_connection() -> None:
    async with running(reply()) as server, transport_to(server.url) as transport:
        for _ in range(3):
            await transport.request("GET", "/x")

    assert server.connections == 1


async def test_how_long_an_answer_took_is_known() -> None:
    async with running(reply()) as server, transport_to(server.url) as transport:
        assert transport.latency_ms is None
        await transport.request("GET", "/x")
        assert transport.latency_ms is not None
        assert 0 <= transport.latency_ms < 5000


async def test_a_proxy_never_stands_between_us_and_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(reply(502)) as proxy, running(reply(200)) as server:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        async with transport_to(server.url) as transport:
            answer = await transport.request("GET", "/x")

    assert answer.status == 200
    assert proxy.heard == []


async def test_a_proxy_of_the_environment_is_used_for_other_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(reply(200)) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        async with transport_to("http://connect360.invalid") as transport:
            await transport.request("GET", "/x")

    assert proxy.heard[0].target == "http://connect360.invalid/x"


@pytest.fixture
def unvouched(tmp_path: Path) -> ssl.SSLContext:
    """The server's side of a certificate that nobody vouches for."""
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    made += ["-keyout", str(key), "-out", str(certificate), "-days", "2", "-subj", "/CN=127.0.0.1"]
    subprocess.run(made, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes a certificate with openssl")
async def test_a_certificate_that_nobody_vouches_for_is_refused(unvouched: ssl.SSLContext) -> None:
    async with running(reply(), tls=unvouched) as server, transport_to(server.url) as transport:
        with pytest.raises(errors.Unreachable, match="certificate"):
            await transport.request("GET", "/x")

    assert server.heard == []


async def test_https_to_a_server_without_it_is_unreachable() -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(reply(400))
        writer.close()

    async with (
        await asyncio.start_server(plain, "127.0.0.1", 0) as server,
        transport_to(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}") as transport,
    ):
        with pytest.raises(errors.Unreachable, match="TLS"):
            await transport.request("GET", "/x")
