"""The demo's server process: it comes up, and it never stays behind."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import sys
from pathlib import Path

import pytest

from console.client.api import Api
from console.client.errors import ApiError
from console.demo.host import DemoError, KeyHolder, host
from tests.support.processes import descendants, is_running
from tests.support.waiting import eventually

MAYA = KeyHolder("Maya Okafor <maya@example.com>", "agent")
HOLDERS = (
    MAYA,
    KeyHolder("Maya Okafor <maya@example.com>", "admin"),
    KeyHolder("Aylin Demir <aylin@example.com>", "viewer"),
)


def left_in(directory: Path) -> list[Path]:
    """What a directory holds."""
    return [*directory.iterdir()]


def servers() -> list[int]:
    """Our children that serve."""
    return [pid for pid, command in descendants().items() if " serve " in command]


async def test_a_server_comes_up_with_a_key_for_each_holder_and_goes_with_all_of_it(tmp_path: Path) -> None:
    async with host("Northwind", HOLDERS, within=tmp_path) as hosted:
        assert stat.S_IMODE(hosted.directory.stat().st_mode) == 0o700
        sessions = []
        for key in hosted.keys:
            async with Api(hosted.base_url, key) as api:
                sessions.append(await api.session.get())
        assert [(one.member.name, one.role.name) for one in sessions] == [
            ("Maya Okafor", "agent"),
            ("Maya Okafor", "admin"),
            ("Aylin Demir", "viewer"),
        ]
        assert len({one.member.id for one in sessions}) == 2
        assert {one.workspace.name for one in sessions} == {"Northwind"}
        assert len(servers()) == 1
        assert not any(key in command for key in hosted.keys for command in descendants().values())
    assert not servers()
    assert not left_in(tmp_path)
    async with Api(hosted.base_url, hosted.keys[0]) as api:
        with pytest.raises(ApiError):
            await api.session.get()


async def test_cancelled_while_it_starts_it_leaves_nothing(tmp_path: Path) -> None:
    async def start() -> None:
        async with host("Northwind", [MAYA], within=tmp_path):
            raise AssertionError("it was to be cancelled before")

    starting = asyncio.create_task(start())
    await eventually(lambda: sum("-m console" in command for command in descendants().values()) == 1)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert not any("-m console" in command for command in descendants().values())
    assert not left_in(tmp_path)


async def test_a_server_that_cannot_end_is_killed(tmp_path: Path) -> None:
    async with host("Northwind", [MAYA], within=tmp_path, patience=0.2):
        (server,) = servers()
        os.kill(server, signal.SIGSTOP)
    assert not is_running(server)
    assert not left_in(tmp_path)


async def test_a_server_that_ends_early_is_told_of_with_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONNECT360_AI_URL", "no address")
    monkeypatch.setenv("CONNECT360_AI_MODEL", "m")
    with pytest.raises(DemoError, match=r"`connect360 serve` ended with code 1: CONNECT360_AI_URL"):
        async with host("Northwind", [MAYA], within=tmp_path):
            raise AssertionError("it was not to come up")
    assert not left_in(tmp_path)


async def test_a_server_does_not_outlive_a_killed_demo(tmp_path: Path) -> None:
    program = (
        "import asyncio, sys\nfrom pathlib import Path\nfrom console.demo.host import KeyHolder, host\n"
        "async def main():\n"
        "    async with host('N', [KeyHolder('A B <a@example.com>', 'agent')], within=Path(sys.argv[1])):\n"
        "        print('up', flush=True)\n"
        "        await asyncio.Event().wait()\n"
        "asyncio.run(main())"
    )
    demo = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert demo.stdout is not None
    assert await demo.stdout.readline() == b"up\n"
    (server,) = descendants(demo.pid)
    demo.kill()
    await demo.wait()
    await eventually(lambda: not is_running(server))
