"""Through mosh, which draws the screen anew by its own lights, a person sees what a plain terminal shows."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from tests.support.terminal import Terminal

PROGRAM = [sys.executable, "-m", "tests.terminal.program", "ordinary"]
KEYS = ("\t", "\t", "lamp ", "and more", "\x1b[B", "\x1b[B", "x", "\t", "\x1b[B", "\t", "\x1b[B", "\x1b[A")
SIZES = ((80, 24), (70, 20), (90, 28))

pytestmark = pytest.mark.skipif(
    shutil.which("mosh-server") is None or shutil.which("mosh-client") is None, reason="mosh is not installed"
)


async def test_through_mosh_the_same_is_shown_at_every_size(tmp_path: Path) -> None:
    async with _plain(tmp_path) as terminal:
        wanted = await _screens(terminal)
    assert "lamp and more" in "\n".join(wanted[0])
    async with _through_mosh(tmp_path) as terminal:
        assert await _screens(terminal) == wanted


@asynccontextmanager
async def _plain(folder: Path) -> AsyncIterator[Terminal]:
    env = {"RECORD": str(folder / "plain")}
    async with Terminal(PROGRAM, columns=SIZES[0][0], rows=SIZES[0][1], env=env) as terminal:
        yield terminal


@asynccontextmanager
async def _through_mosh(folder: Path) -> AsyncIterator[Terminal]:
    env = {**os.environ, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color", "RECORD": str(folder / "mosh")}
    told = await asyncio.to_thread(
        subprocess.run,
        ["mosh-server", "new", "-i", "127.0.0.1", "--", "sh", "-c", "exec " + shlex.join(PROGRAM)],
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    connect = re.search(r"MOSH CONNECT (\d+) (\S+)", told.stdout)
    server = re.search(r"pid = (\d+)", told.stderr + told.stdout)
    assert connect is not None and server is not None
    try:
        argv = ["mosh-client", "127.0.0.1", connect[1]]
        env = {"MOSH_KEY": connect[2], "MOSH_PREDICTION_DISPLAY": "never"}
        async with Terminal(argv, columns=SIZES[0][0], rows=SIZES[0][1], env=env) as terminal:
            yield terminal
    finally:
        with suppress(ProcessLookupError):  # it ends with the program
            os.kill(int(server[1]), signal.SIGTERM)


async def _screens(terminal: Terminal) -> list[list[str]]:
    """What is shown after the keys, and at each size; without what is drawn in each terminal's way, an emoji."""
    await terminal.until("press", timeout=30)
    for keys in KEYS:
        terminal.send(keys)
        await asyncio.sleep(0.1)  # one by one: of many at once, a plain app of the framework mixes the order
    await terminal.until("lamp and more")
    shown = [await _settled(terminal)]
    for columns, rows in SIZES[1:]:
        terminal.resize(columns, rows)
        shown.append(await _settled(terminal))
    terminal.send("\x11")  # which closes it
    await terminal.wait(30)
    return shown


async def _settled(terminal: Terminal) -> list[str]:
    shown = ""
    while shown != terminal.text() or not shown.strip():
        shown = terminal.text()
        await asyncio.sleep(0.8)
    return [row for row in shown.splitlines() if "😀" not in row and "مرحبا" not in row]
