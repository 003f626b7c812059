"""A server process that is killed while messages are on their way to it."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

from tests.state.values import words
from tests.support.headless import JANE, Console


async def started(folder: Path, port: int) -> tuple[Process, int]:
    """A server process that accepts connections, and its port."""
    command = [sys.executable, "-m", "console", "serve", "--port", str(port), "--data", str(folder), "--rate", "0"]
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE)
    assert process.stdout is not None
    async with asyncio.timeout(30):
        line = (await process.stdout.readline()).decode()
    assert line.startswith("listening on http://"), line
    return process, int(line.rsplit(":", 1)[1])


async def a_key(folder: Path) -> str:
    """An agent's key."""
    who = ["--workspace", "Northwind", "--member", "Maya Okafor <maya@example.com>", "--role", "agent"]
    command = [sys.executable, "-m", "console", "keys", "create", "--data", str(folder), *who]
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE)
    out, _ = await process.communicate()
    return out.decode().strip()


async def test_a_server_killed_in_the_middle_gets_each_message_once(tmp_path: Path) -> None:
    key = await a_key(tmp_path / "server")
    process, port = await started(tmp_path / "server", 0)
    it = Console(f"http://127.0.0.1:{port}", key, tmp_path / "console", 0.0)
    following = asyncio.create_task(it.follower.run())
    try:
        await it.until(lambda: it.store.line.state == "live")
        id = await it.desk.create("Jane", JANE)
        await it.desk.open(id)
        wanted = [f"Number {number}" for number in range(30)]
        for text in wanted:
            it.desk.reply(id, words(text))
        await it.until(lambda: it.deliveries(id).count("sent") >= 5)
        process.kill()
        await process.wait()
        assert it.texts(id) == wanted  # whatever became of them, none is lost from sight
        await it.until(lambda: it.store.line.state != "live")
        assert it.deliveries(id)[-1] != "sent" and "failed" not in it.deliveries(id)
        process, _ = await started(tmp_path / "server", port)
        await it.until(lambda: it.deliveries(id) == ["sent"] * 30, 30)
        page = await it.api.messages.list(id, limit=100)
        assert [message.content["en"] for message in reversed(page.items)] == wanted
        assert it.outbox.take_over() == ()
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await it.desk.close()
        await it.api.close()
        it.outbox.close()
        it.database.close()
        if process.returncode is None:
            process.terminate()
            await process.wait()
