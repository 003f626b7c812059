"""What a server or a gateway may send as HTTP: each ends in an answer or in an error of ours, on real sockets."""

from __future__ import annotations

import asyncio
import gzip
import random
import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from console.client import errors
from console.client.api import Api
from console.client.transport import Transport
from console.contract.inputs import Send
from console.errors import Connect360Error
from tests.client.fakes import Heard, HostedProduct, Line, reply, result, running
from tests.client.mutating import RECORDED, battered
from tests.client.values import message

SEND = Send(conversation_id="conv_1", content={"en": "Hello"})
PAGE = result(RECORDED["listMessages"])


class Answering:
    """The product, whose messages are answered with these bytes, and the connection is closed behind them."""

    def __init__(self, answer: bytes = PAGE) -> None:
        self.answer = answer

    async def __call__(self, heard: Heard, line: Line) -> bytes | None:
        if not heard.path.endswith(("listMessages", "send")):
            return await HostedProduct()(heard, line)
        await line.say(self.answer)
        return None


def head(*lines: str, body: bytes = b"") -> bytes:
    """An answer with these header lines."""
    return "\r\n".join(("HTTP/1.1 200 OK", *lines, "", "")).encode("latin-1") + body


async def test_an_answer_cut_anywhere_is_a_line_that_broke() -> None:
    answering = Answering()
    chance = random.Random(11)

    async with running(answering) as server, Api(server.url, "k") as api:
        for place in [*range(0, 200, 20), *chance.sample(range(len(PAGE)), 40)]:
            answering.answer = PAGE[:place]
            with pytest.raises(errors.Dropped):
                await api.messages.list("conv_1")
        answering.answer = PAGE
        assert len((await api.messages.list("conv_1")).items) == 2


async def test_an_answer_with_wrong_bytes_is_read_or_told() -> None:
    answering = Answering()
    chance = random.Random(12)

    async with running(answering) as server, Api(server.url, "k", timeout=5) as api:
        for _ in range(100):
            answering.answer = battered(PAGE.decode(), chance)
            try:
                await api.messages.list("conv_1")
            except Connect360Error as error:
                assert str(error)


NO_HTTP = [b"", b"<html>", b"HTTP/1.1 200", b"SSH-2.0-OpenSSH_9.0\r\n", b"\x16\x03\x01\x02\x00", b"\0" * 200]
BAD_HEADS = [
    head("content-length: -5"),
    head("content-length: 5, 6", body=b"hello"),
    head("content-length: " + "9" * 30, body=b"hello"),
    head("transfer-encoding: chunked", body=b"zz\r\nhello"),
    head("transfer-encoding: chunked", body=b"5\r\nhel"),
    head("transfer-encoding: chunked", body=b"5\r\nhello\r\n"),
    head("transfer-encoding: gzip, chunked", body=b"0\r\n\r\n"),
    head(" folded: at the start"),
    head("no colon"),
    b"HTTP/1.1 100 Continue\r\n\r\n" * 3,
    b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n",
    b"HTTP/1.1 99 What\r\n\r\n",
]
NOTHING = [
    reply(200, b""),
    reply(204, b""),
    b"HTTP/1.1 204 No Content\r\n\r\n",
    b"HTTP/1.0 200 OK\r\n\r\n",
    reply(200, b"null"),
    reply(200, b"[]"),
    reply(200, b"{}"),
    reply(200, {"result": None}),
    reply(200, {"result": {"data": None}}),
    reply(200, {"result": {"data": {"items": None}}}),
    reply(200, b"<!doctype html><html><body>Welcome to Hotel WiFi</body></html>", content_type="text/html"),
    reply(200, PAGE.partition(b"\r\n\r\n")[2][:-40]),
    reply(200, b"\xff\xfe{}"),
    reply(200, b"no gzip", content_encoding="gzip"),
    reply(200, gzip.compress(gzip.compress(b"{}", mtime=0), mtime=0), content_encoding="gzip, gzip"),
    reply(200, b"{}", content_encoding="br"),
]


@pytest.mark.parametrize("answer", NO_HTTP + BAD_HEADS, ids=lambda answer: repr(answer[:40]))
async def test_what_is_no_http_is_a_line_that_broke(answer: bytes) -> None:
    async with running(Answering(answer)) as server, Api(server.url, "k") as api:
        with pytest.raises(errors.Dropped):
            await api.messages.list("conv_1")
        with pytest.raises(errors.Dropped, match="may have arrived") as raised:
            await api.messages.send(SEND)

    assert raised.value.may_have_arrived


@pytest.mark.parametrize("answer", NOTHING, ids=lambda answer: repr(answer[-40:]))
async def test_a_success_that_says_nothing_is_not_understood(answer: bytes) -> None:
    async with running(Answering(answer)) as server, Api(server.url, "k") as api:
        with pytest.raises(errors.NotUnderstood):
            await api.messages.list("conv_1")
        with pytest.raises(errors.NotUnderstood):
            await api.messages.send(SEND)


async def test_an_answer_longer_than_it_says_is_read_as_long_as_it_says() -> None:
    async with running(Answering(result(message()) + b"and more")) as server, Api(server.url, "k") as api:
        assert (await api.messages.send(SEND)).id == "msg_1"
        assert (await api.messages.send(SEND)).id == "msg_1"


@pytest.mark.parametrize(
    "location",
    ["http://[::1", "https://a:99999999/", "http://xn--zzzzzzzzz.com/", "//", "\x01", "mailto:x", "::", "x" * 70_000],
)
async def test_a_redirect_to_anywhere_is_said_and_not_followed(location: str) -> None:
    async with running(Answering(reply(307, location=location))) as server, Api(server.url, "k") as api:
        with pytest.raises(errors.Redirected) as raised:
            await api.messages.send(SEND)

    assert len(str(raised.value)) < 1000


async def test_cookies_are_not_kept() -> None:
    sticky = reply(
        200, b"{}", set_cookie="session=1; max-age=99999999999999999999; expires=Wed, 99 Foo 99999 00:00 GMT"
    )

    async with running(sticky) as server:
        line = Transport(server.url, "k", timeout=5)
        for _ in range(2):
            await line.request("GET", "/x")
        await line.close()

    assert "cookie" not in server.heard[-1].headers


NAMELESS = "https://connect360.invalid"


@pytest.fixture
def vouched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """The server's side of a certificate for the nameless host that this machine trusts."""
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    made += ["-keyout", str(key), "-out", str(certificate), "-days", "2", "-subj", "/CN=connect360.invalid"]
    subprocess.run([*made, "-addext", "subjectAltName=DNS:connect360.invalid"], check=True, capture_output=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


async def test_a_proxy_before_which_no_handshake_succeeds_does_not_use_the_console_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def captive(heard: Heard, line: Line) -> None:
        await line.say(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await line.reader.read(10)
        await line.say(b"HTTP/1.1 302 Found\r\nlocation: http://hotel.invalid/sign-in\r\n\r\n")

    async with running(captive) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        line = Transport(NAMELESS, "k", timeout=5)
        for _ in range(40):  # more than there are places
            with pytest.raises(errors.Unreachable, match="TLS"):
                await line.request("GET", "/x")
        await line.close()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes a certificate with openssl")
async def test_a_line_that_turns_to_noise_within_tls_is_dropped(
    monkeypatch: pytest.MonkeyPatch, vouched: ssl.SSLContext
) -> None:
    async def noisy(heard: Heard, line: Line) -> None:
        await line.say(b"HTTP/1.1 200 Connection established\r\n\r\n")
        plain = line.writer.transport
        await line.writer.start_tls(vouched)
        await line.reader.readuntil(b"\r\n\r\n")
        await line.say(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")
        plain.write(b"\x17\x03\x03\x00\x20" + b"noise" * 8)
        await asyncio.sleep(0)

    async with running(noisy) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        line = Transport(NAMELESS, "k", timeout=5)
        with pytest.raises(errors.Dropped, match="broke before the answer was whole"):
            await line.request("GET", "/x")
        await line.close()


@pytest.mark.parametrize("status", [502, 503, 504])
@pytest.mark.parametrize("body", [b"", b"<html><h1>Bad gateway</h1></html>", b"upstream connect error", b"{half"])
async def test_a_gateway_is_told_by_its_status(status: int, body: bytes) -> None:
    page = reply(status, body, content_type="text/html", retry_after="3600")

    async with running(Answering(page)) as server, Api(server.url, "k") as api:
        with pytest.raises(errors.ServerFault) as raised:
            await api.messages.list("conv_1")

    assert (raised.value.status, raised.value.retry_after) == (status, 600)
    assert "<" not in str(raised.value)
