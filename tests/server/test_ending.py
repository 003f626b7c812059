"""A server that is asked to end: within seconds whatever its clients do, with all that it acknowledged on disk."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import time
from contextlib import AsyncExitStack, closing, suppress
from pathlib import Path

import httpx

from console.contract.procedures import ASSET, UPLOAD
from console.server.keyring import create_keys, holder, private_directory
from console.server.store.engine import DATABASE
from tests.server.calling import MOUNT, Talk, talking
from tests.server.streams import following
from tests.support.server_process import ServerProcess, server_process

MOST_SECONDS = 5.0


async def begun(stack: AsyncExitStack, server: ServerProcess, sent: str | bytes) -> asyncio.StreamReader:
    """A connection on which this much was sent; it reads next to nothing by itself."""
    host, port = server.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port), limit=1)
    stack.callback(writer.close)
    writer.write(sent.encode() if isinstance(sent, str) else sent)
    await writer.drain()
    return reader


async def acknowledging(talk: Talk, top: str, acknowledged: list[str]) -> None:
    """Send until the server is gone, and remember what it acknowledged."""
    with suppress(httpx.TransportError):
        while True:
            answer = await talk.ask("send", conversationId=top, content={"en": "one more"})
            if answer.status_code != 200:
                return
            acknowledged.append(answer.json()["result"]["data"]["id"])


async def test_whatever_clients_do_it_ends_and_keeps_what_it_acknowledged(tmp_path: Path) -> None:
    data = private_directory(tmp_path / "data")
    (key,) = create_keys(data, "Workspace", [holder("Maya <maya@example.com>", "admin")])
    known = f"host: localhost\r\nauthorization: Bearer {key}\r\n"
    acknowledged: list[str] = []
    async with server_process(data, "--rate", "0") as server, AsyncExitStack() as stack:
        talk = await stack.enter_async_context(talking(server.url, key))
        top = (await talk.customer())["id"]
        uploaded = await talk.http.post(UPLOAD.path, files={"files": ("zeros.bin", bytes(16 * 1024 * 1024))})
        path = ASSET.path.replace("{key}", uploaded.json()["files"][0]["s3Key"])
        form = "content-type: multipart/form-data; boundary=x\r\ncontent-length: 900000\r\n\r\n"
        part = '--x\r\ncontent-disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'
        await begun(stack, server, "")
        await begun(stack, server, "GET /healthz HTTP/1.1\r\nhost: loc")
        await begun(stack, server, f"POST {MOUNT}send HTTP/1.1\r\n{known}content-length: 900\r\n\r\n" + "{")
        await begun(stack, server, f"POST {UPLOAD.path} HTTP/1.1\r\n{known}{form}{part}{'a lamp' * 50_000}")
        for target in (path, MOUNT + "events"):
            reader = await begun(stack, server, f"GET {target} HTTP/1.1\r\n{known}\r\n")
            await reader.readexactly(12)  # and no more of it, ever
        for _ in range(200):  # more than the sleeping listener's line holds
            await talk.answers(top, "x" * 20_000)
        stream = await stack.enter_async_context(following(talk))
        sending = [asyncio.create_task(acknowledging(talk, top, acknowledged)) for _ in range(4)]
        await stream.event("message.created")
        before = time.monotonic()
        assert await server.end(signal.SIGTERM) == -signal.SIGTERM
        took = time.monotonic() - before
        await asyncio.gather(*sending)
        while await stream.next() is not None:
            pass
    assert took < MOST_SECONDS
    assert acknowledged
    with closing(sqlite3.connect(data / DATABASE)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        kept = {id for (id,) in connection.execute("SELECT id FROM messages")}
    assert set(acknowledged) <= kept
    assert [file.name for file in (data / "files").glob("*/*")] == [path.rpartition("/")[2]]
    errors = server.errors.read_text()
    assert "Traceback" not in errors
    assert "ERROR" not in errors
