"""What a server keeps of files, and for how long: restarts, sweeps, deleted conversations."""

from __future__ import annotations

import asyncio
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from console.server.keyring import private_directory
from console.server.service import Config, Service
from console.server.sweeping import sweep
from tests.server.calling import Talk, talking
from tests.server.uploading import MEGABYTE, kept, line_to, nothing_kept, part, recorded, uploaded
from tests.support.server import RunningServer, running_server
from tests.support.waiting import eventually

HOUR = 3600
DAY = 24 * HOUR


async def test_files_of_a_deleted_conversation_are_gone(agent: Talk, admin: Talk, server: RunningServer) -> None:
    top = (await agent.customer())["id"]
    below = (await agent.call("createSubConversation", parentId=top))["id"]
    files = []
    for conversation in (top, below):
        files.append(await uploaded(agent))
        await agent.call("send", conversationId=conversation, attachmentIds=[files[-1]["id"]])
    assert len(kept(server.directory)) == 2
    await admin.call("deleteConversation", id=top)
    await nothing_kept(server.directory)
    assert {(await agent.http.get(file["url"])).status_code for file in files} == {404}


async def test_a_server_that_stops_midway_leaves_nothing_behind(server: RunningServer) -> None:
    async with line_to(server.url) as line:
        await line.upload(server.key("agent"), 10 * MEGABYTE)
        await line.send(part(b"whole"), part(bytes(3 * MEGABYTE)))
        await eventually(lambda: len(kept(server.directory)) == 2)
        await server.stop()
        await nothing_kept(server.directory)


async def test_a_file_that_is_lost_is_missing(agent: Talk, server: RunningServer) -> None:
    file = await uploaded(agent)
    kept(server.directory)[0].unlink()
    answer = await agent.http.get(file["url"])
    assert (answer.status_code, answer.json()) == (404, {"message": "File not found."})


async def test_what_nobody_will_ask_for_is_cleared_at_the_next_start(agent: Talk, server: RunningServer) -> None:
    """Files of no record after a day, halves after an hour in which they did not grow: others may be under way."""
    file = await uploaded(agent)
    (whole,) = kept(server.directory)
    now = time.time()
    ages = {
        whole: DAY + 1,
        whole.with_name("att_lost"): DAY + 1,
        whole.with_name("att_waiting"): HOUR + 1,
        whole.with_name("att_half#1"): HOUR + 1,
        whole.with_name("att_growing#1"): HOUR - 600,
    }
    for path, age in ages.items():
        if path != whole:
            path.write_bytes(b"left")
        os.utime(path, (now - age, now - age))
    await server.stop()
    await server.start()
    left = {whole, whole.with_name("att_waiting"), whole.with_name("att_growing#1")}
    await eventually(lambda: set(kept(server.directory)) == left)
    assert (await agent.http.get(file["url"])).content == b"hello"


async def test_an_upload_waits_a_day_to_be_sent_and_no_longer(tmp_path: Path) -> None:
    started = datetime.now(UTC)
    moment = [started]
    async with running_server(tmp_path / "data", clock=lambda: moment[0]) as server:
        service = server.server.service if server.server else None
        assert service is not None
        async with talking(server.url, server.key("agent")) as agent:
            conversation = (await agent.customer())["id"]
            sent, unsent = await uploaded(agent), await uploaded(agent)
            await agent.call("send", conversationId=conversation, attachmentIds=[sent["id"]])
            moment[0] = started + timedelta(hours=23)
            await sweep(service.store, service.files)
            assert (await agent.http.get(unsent["url"])).content == b"hello"
            moment[0] = started + timedelta(hours=25)
            await sweep(service.store, service.files)
            await eventually(lambda: len(kept(server.directory)) == 1)
            assert recorded(server.directory) == 1
            assert (await agent.http.get(unsent["url"])).status_code == 404
            assert (await agent.http.get(sent["url"])).content == b"hello"


async def test_files_of_a_last_change_go_before_the_server_is_gone(tmp_path: Path) -> None:
    service = Service(Config(private_directory(tmp_path / "data")))
    (service.config.directory / "files" / "ws").mkdir()
    file = service.config.directory / "files" / "ws" / "att_1"
    file.write_bytes(b"x")
    writing = asyncio.create_task(service.store.write(lambda transaction: transaction.files.append("ws/att_1")))
    await asyncio.sleep(0)
    await service.close()
    await writing
    assert not file.exists()


async def test_the_folder_of_files_is_the_servers_own(agent: Talk, server: RunningServer) -> None:
    await uploaded(agent)
    assert {path.stat().st_mode & 0o077 for path in (server.directory / "files", *kept(server.directory))} == {0}
