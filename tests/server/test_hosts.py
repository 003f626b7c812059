"""A web page cannot drive a server on this machine, neither by a name that it pointed here nor from where it lies."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.support.server import running_server

KNOWN = "localhost"
ASKED: list[tuple[tuple[str, ...], bytes]] = [
    (("host: localhost",), b"200"),
    (("host: LocalHost.",), b"200"),
    (("host: localhost:1",), b"200"),
    (("host: 127.0.0.1:65535",), b"200"),
    (("host: [::1]",), b"200"),
    (("host: [::1]:8360",), b"200"),
    (("host: localhost..",), b"403"),
    (("host: .localhost",), b"403"),
    (("host: localhost:",), b"403"),
    (("host: localhost:80:80",), b"403"),
    (("host: localhost:123456",), b"403"),
    (("host: user@localhost",), b"403"),
    (("host: user:word@localhost",), b"403"),
    (("host: localhost@evil.example",), b"403"),
    (("host: localhost/x",), b"403"),
    (("host: localhost?",), b"403"),
    (("host: localhost#",), b"403"),
    (("host: localhost\\",), b"403"),
    (("host: localhost evil.example",), b"403"),
    (("host: //localhost",), b"403"),
    (("host: http://localhost",), b"403"),
    (("host:",), b"403"),
    (("host: [::1",), b"403"),
    (("host: ::1",), b"403"),
    (("host: [::1]evil",), b"403"),
    (("host: [::ffff:127.0.0.1]",), b"403"),
    (("host: 127.0.0.2",), b"403"),
    (("host: 127.1",), b"403"),
    (("host: 2130706433",), b"403"),
    (("host: 0.0.0.0",), b"403"),
    (("host: localhost.evil.example",), b"403"),
    (("host: 127.0.0.1.nip.io",), b"403"),
    (("host: evil.example", "x-forwarded-host: localhost"), b"403"),
    (("host: evil.example", "forwarded: host=localhost"), b"403"),
    (("host: localhost", "x-forwarded-host: evil.example"), b"200"),
    (("host: localhost", "host: evil.example"), b"400"),
    ((), b"400"),
    (("host: localhost", "origin: http://localhost:3000"), b"200"),
    (("host: localhost", "origin: https://127.0.0.1"), b"200"),
    (("host: localhost", "origin: http://[::1]:3000"), b"200"),
    (("host: localhost", "origin: HTTP://LOCALHOST."), b"200"),
    (("host: localhost", "origin: null"), b"403"),
    (("host: localhost", "origin:"), b"403"),
    (("host: localhost", "origin: localhost"), b"403"),
    (("host: localhost", "origin: http://localhost/"), b"403"),
    (("host: localhost", "origin: http://localhost, http://evil.example"), b"403"),
    (("host: localhost", "origin: http://localhost", "origin: http://evil.example"), b"403"),
    (("host: localhost", "origin: http://user@localhost"), b"403"),
    (("host: localhost", "origin: http://localhost@evil.example"), b"403"),
    (("host: localhost", "origin: http://evil.example"), b"403"),
    (("host: localhost", "origin: file://localhost"), b"403"),
    (("host: localhost", "origin: chrome-extension://localhost"), b"403"),
    (("host: localhost", "origin: http://localhost.evil.example"), b"403"),
]


async def status(url: str, *headers: str, target: str = "/healthz") -> bytes:
    """The status that a request with just these headers gets."""
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write("\r\n".join([f"GET {target} HTTP/1.1", *headers, "connection: close", "", ""]).encode())
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    return answer.split(maxsplit=2)[1]


async def test_only_its_own_names_and_pages_of_its_own_names_are_answered(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data") as server:
        answered = {headers: await status(server.url, *headers) for headers, _ in ASKED}
        assert answered == dict(ASKED)
        absolute = await status(server.url, "host: localhost", target="http://evil.example/healthz")
        assert absolute == b"404"


@pytest.mark.parametrize("name", ["host: evil.example", "host: support.example.com:443"])
async def test_a_public_server_answers_to_any_name(tmp_path: Path, name: str) -> None:
    async with running_server(tmp_path / "data", hosts=None) as server:
        assert await status(server.url, name, "origin: https://support.example.com") == b"200"
        answer = await status(server.url, name, target="/api/trpc/v1.connect.session")
        assert answer == b"401"
