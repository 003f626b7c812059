"""The demo in a real terminal: it comes up, it lives, and it leaves no process and no file, however it is left."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

from tests.journeys.steps import CTRL_C, CTRL_T, LIVE
from tests.support.processes import descendants, is_running
from tests.support.terminal import CONNECT360, Terminal
from tests.support.waiting import eventually


def demo_in(directory: Path, *arguments: str) -> Terminal:
    """A demo whose temporary files lie in this directory."""
    directory.mkdir(exist_ok=True)
    return Terminal([*CONNECT360, *(arguments or ("demo",))], env={"TMPDIR": str(directory)})


def left_in(directory: Path) -> list[Path]:
    """What a directory holds."""
    return [*directory.iterdir()]


async def usable(terminal: Terminal) -> list[int]:
    """Wait until the demo may be used; its server's processes."""
    await terminal.until(LIVE, timeout=60)
    await terminal.until("Deniz Yılmaz")
    return [*descendants(terminal.pid)]


async def test_two_demos_at_once_do_not_meet_and_leave_nothing(tmp_path: Path) -> None:
    async with demo_in(tmp_path / "a") as first, demo_in(tmp_path / "b") as second:
        servers, others = await asyncio.gather(usable(first), usable(second))
        assert servers
        assert others
        first.send("q")
        assert await first.wait() == 0
        assert not left_in(tmp_path / "a")
        assert not any(is_running(pid) for pid in servers)
        assert all(is_running(pid) for pid in others)
        assert LIVE in second.text()
        second.hangup()
        assert await second.wait() == 128 + signal.SIGHUP
    assert not left_in(tmp_path / "b")
    assert not any(is_running(pid) for pid in others)


async def test_a_terminated_demo_leaves_nothing_and_a_usable_terminal(tmp_path: Path) -> None:
    async with demo_in(tmp_path / "a", "demo", "--role", "viewer") as terminal:
        servers = await usable(terminal)
        assert "viewer" in terminal.row(0)
        terminal.kill(signal.SIGTERM)
        assert await terminal.wait() == 128 + signal.SIGTERM
        assert b"\x1b[?1049l" in terminal.bytes[-300:]
    assert not left_in(tmp_path / "a")
    assert not any(is_running(pid) for pid in servers)


async def test_a_demo_interrupted_while_it_starts_leaves_nothing(tmp_path: Path) -> None:
    async with demo_in(tmp_path / "a") as terminal:
        await terminal.until("Northwind Trading")
        await eventually(lambda: bool(descendants(terminal.pid)))
        servers = [*descendants(terminal.pid)]
        terminal.send(CTRL_C)
        assert await terminal.wait() == 128 + signal.SIGINT
        assert "Traceback" not in terminal.text()
    assert not left_in(tmp_path / "a")
    assert not any(is_running(pid) for pid in servers)


async def test_the_demo_is_one_key_away_from_the_sign_in(tmp_path: Path) -> None:
    async with demo_in(tmp_path / "a", "--") as terminal:
        await terminal.until("try the demo")
        terminal.send(CTRL_T)
        await usable(terminal)
        terminal.send("q")
        assert await terminal.wait() == 0
    assert not left_in(tmp_path / "a")
