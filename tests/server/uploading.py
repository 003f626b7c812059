"""Uploads as bytes on a line, and what a server keeps of them."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette

from console.contract.procedures import UPLOAD
from console.contract.shapes import Limits
from console.server.keyring import create_keys, holder, private_directory
from console.server.routes.body import Patience
from console.server.routes.files import FileRoutes
from console.server.service import Config, Service
from tests.server.calling import Talk
from tests.server.serving import serving
from tests.support.waiting import eventually

MEGABYTE = 1024 * 1024
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(50)
FORM = "multipart/form-data; boundary=x"
END = b"--x--\r\n"


def part(content: bytes, disposition: str = 'form-data; name="f"; filename="a.txt"', *more: str) -> bytes:
    """A part of a body whose boundary is x, and what stands before it."""
    lines = (f"Content-Disposition: {disposition}", *more)
    return b"--x\r\n" + "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n" + content + b"\r\n"


def kept(directory: Path) -> list[Path]:
    """The files that lie in the store, whole or half."""
    return [path for path in (directory / "files").rglob("*") if path.is_file()]


def recorded(directory: Path) -> int:
    """How many files are on record."""
    connection = sqlite3.connect(directory / "workspace.db")
    try:
        count: int = connection.execute("SELECT count(*) FROM attachments").fetchone()[0]
        return count
    finally:
        connection.close()


async def nothing_kept(directory: Path) -> None:
    """No file, no half of one, no record. What was half written is removed by a thread."""
    await eventually(lambda: not kept(directory))
    assert recorded(directory) == 0


@dataclass(frozen=True, slots=True)
class Served:
    """Where an upload can go to, with what, and where the data lies."""

    url: str
    key: str
    directory: Path

    def headers(self) -> dict[str, str]:
        """The key as a client sends it."""
        return {"authorization": f"Bearer {self.key}"}


@asynccontextmanager
async def files_served(
    directory: Path, *, limits: Limits | None = None, patience: Patience | None = None
) -> AsyncIterator[Served]:
    """The two endpoints alone, with limits of their own."""
    service = Service(Config(private_directory(directory), rate=0.0))
    routes = FileRoutes(service, limits=limits or Limits(), patience=patience or Patience())
    app = Starlette(routes=routes.routes())
    app.state.service, app.state.hub = service, service.hub
    (key,) = create_keys(directory, "Workspace", [holder("Maya Okafor <maya@example.com>", "agent")])
    try:
        async with serving(app) as url:
            yield Served(url, key, directory)
    finally:
        await service.close()


class Line:
    """A connection on which a test sends what it likes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str) -> None:
        self.reader = reader
        self.writer = writer
        self._host = host

    async def send(self, *pieces: bytes) -> None:
        """Send bytes."""
        for piece in pieces:
            self.writer.write(piece)
        await self.writer.drain()

    async def upload(self, key: str | None, length: int | str, *more: str) -> None:
        """The head of an upload whose boundary is x. Its length is what it says, true or not."""
        lines = [
            f"POST {UPLOAD.path} HTTP/1.1",
            f"Host: {self._host}",
            f"Content-Type: {FORM}",
            f"Content-Length: {length}" if isinstance(length, int) else length,
            *([f"Authorization: Bearer {key}"] if key else []),
            *more,
        ]
        await self.send("\r\n".join(lines).encode() + b"\r\n\r\n")

    async def get(self, key: str, path: str) -> None:
        """Ask for an address as it stands."""
        await self.send(f"GET {path} HTTP/1.1\r\nHost: {self._host}\r\nAuthorization: Bearer {key}\r\n\r\n".encode())

    async def answer(self) -> tuple[int, Any]:
        """The status, and the body as JSON or else as text. A body of unknown length ends with the line."""
        async with asyncio.timeout(5):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = head.partition("content-length: ")[2].partition("\r\n")[0]
            body = await (self.reader.readexactly(int(length)) if length else self.reader.read())
        return int(head.split()[1]), json.loads(body) if "application/json" in head else body.decode()


@asynccontextmanager
async def line_to(url: str) -> AsyncIterator[Line]:
    """A connection to a server; whatever is open at the end of the block is cut off."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        yield Line(reader, writer, address.netloc)
    finally:
        writer.transport.abort()


async def uploaded(talk: Talk, content: bytes = b"hello", name: str = "a.txt") -> Any:
    """A file on record, as its upload was answered."""
    answer = await talk.http.post(UPLOAD.path, files={"files": (name, content)})
    assert answer.status_code == 200
    return answer.json()["files"][0]
