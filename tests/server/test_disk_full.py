"""A full disk: told in a sentence, nothing half done, and over by itself when there is room again."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from console.contract.procedures import UPLOAD
from console.server.keyring import create_keys, holder, private_directory
from console.server.refusal import BUSY
from tests.server.calling import Talk, talking
from tests.server.streams import following
from tests.support.server import RunningServer
from tests.support.server_process import server_process

_NOTHING_FITS = 4096


@contextmanager
def full_for(process: int) -> Iterator[None]:
    """To the process every file ends after its first page, as on a disk without room."""
    before = resource.prlimit(process, resource.RLIMIT_FSIZE)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (_NOTHING_FITS, before[1]))
    try:
        yield
    finally:
        resource.prlimit(process, resource.RLIMIT_FSIZE, before)


async def refused(talk: Talk, top: str, text: str) -> bool:
    """Whether a message is refused with the documented sentence."""
    answer = await talk.ask("send", {"Idempotency-Key": text[:50]}, conversationId=top, content={"en": text})
    return (answer.status_code, answer.json()["error"]["message"]) == (503, BUSY)


async def texts(talk: Talk, top: str) -> list[str]:
    """What was said, oldest first."""
    page = await talk.call("listMessages", conversationId=top, limit=100)
    return [message["content"]["en"] for message in reversed(page["items"])]


async def test_a_process_that_cannot_write_refuses_and_goes_on_when_it_can(tmp_path: Path) -> None:
    data = private_directory(tmp_path / "data")
    (key,) = create_keys(data, "Workspace", [holder("Maya <maya@example.com>", "admin")])
    async with server_process(data) as server, talking(server.url, key) as talk, following(talk) as stream:
        assert server.process is not None
        top = (await talk.customer())["id"]
        await talk.answers(top, "before")
        with full_for(server.process.pid):
            asked = [refused(talk, top, f"text {number}") for number in range(8)]
            assert all(await asyncio.gather(*asked))
            assert (await talk.ask("deleteConversation", id=top)).status_code == 503
            upload = await talk.http.post(UPLOAD.path, files={"files": ("photo.txt", b"a lamp" * 10_000)})
            assert (upload.status_code, upload.json()) == (503, {"message": BUSY})
            assert await texts(talk, top) == ["before"]
            assert (await talk.http.get("/healthz")).status_code == 200
        assert [path for path in (data / "files").rglob("*") if path.is_file()] == []
        sent = await talk.call("send", {"Idempotency-Key": "text 3"}, conversationId=top, content={"en": "text 3"})
        assert sent["content"] == {"en": "text 3"}
        assert await texts(talk, top) == ["before", "text 3"]
        told = [await stream.event() for _ in range(3)]
    assert [event["type"] for event in told] == ["conversation.created", "message.created", "message.created"]
    assert [int(event["id"]) - int(told[0]["id"]) for event in told] == [0, 1, 2]
    assert told[-1]["message"]["id"] == sent["id"]


async def test_a_database_that_may_not_grow_refuses_what_does_not_fit_alone(
    server: RunningServer, agent: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    assert server.server is not None
    store = server.server.service.store
    top = (await agent.customer())["id"]

    async def bounded(to: str) -> None:
        await store.write(lambda transaction: transaction.connection.exec_driver_sql(f"PRAGMA max_page_count = {to}"))

    await bounded("1")  # which means: as large as it is
    assert await refused(agent, top, "x" * 20_000)
    assert await texts(agent, top) == []
    await bounded("1000000")
    await agent.answers(top, "after")
    assert await texts(agent, top) == ["after"]
    assert "database or disk is full" in caplog.text
