"""Within tmux and GNU screen the painter shows what it shows in a plain terminal; skipped where they are not there."""

from __future__ import annotations

import asyncio
import shlex
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.terminal import Terminal

PROGRAM = [sys.executable, "-m", "tests.terminal.program", "ordinary"]
KEYS = ("\t", "\t", "lamp ", "and more", "\x1b[B", "\x1b[B", "x", "\t", "\x1b[B", "\t", "\x1b[B", "\x1b[A")
SIZE = (80, 24)


def _tmux(folder: Path) -> list[str]:
    (folder / "tmux.conf").write_text("set -g status off\n")
    return ["tmux", "-u", "-S", str(folder / "socket"), "-f", str(folder / "tmux.conf"), "new", shlex.join(PROGRAM)]


def _screen(folder: Path) -> list[str]:
    (folder / "screenrc").write_text("defutf8 on\nstartup_message off\n")
    return ["screen", "-U", "-c", str(folder / "screenrc"), *PROGRAM]


MULTIPLEXERS: dict[str, Callable[[Path], list[str]]] = {"tmux": _tmux, "screen": _screen}


@pytest.mark.parametrize("name", MULTIPLEXERS)
async def test_within_a_multiplexer_the_same_is_shown(name: str, tmp_path: Path) -> None:
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    (tmp_path / "sockets").mkdir(mode=0o700)
    wanted = await _shown(PROGRAM, tmp_path)
    assert "lamp and more" in "\n".join(wanted)
    assert await _shown(MULTIPLEXERS[name](tmp_path), tmp_path) == wanted


async def _shown(argv: list[str], folder: Path) -> list[str]:
    """The rows after the keys, when they change no more; without what each draws in its way, an emoji and its cells."""
    env = {"RECORD": str(folder / "record"), "SCREENDIR": str(folder / "sockets"), "TMUX": "", "STY": ""}
    async with Terminal(argv, columns=SIZE[0], rows=SIZE[1], env=env) as terminal:
        await terminal.until("press", timeout=30)
        for keys in KEYS:
            terminal.send(keys)
            await asyncio.sleep(0.1)  # they are told from an Esc by the time between them
        await terminal.until("lamp and more")
        shown = ""
        while shown != terminal.text():
            shown = terminal.text()
            await asyncio.sleep(0.5)
        terminal.send("\x11")  # which closes it
        await terminal.wait()
    return [row for row in shown.splitlines() if "😀" not in row and "مرحبا" not in row]
