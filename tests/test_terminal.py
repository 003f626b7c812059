"""The terminal that the journeys use tells the truth about a program."""

from __future__ import annotations

import signal
import sys

import pytest

from tests.support.terminal import Terminal

_SHOW_SIZE = """
import os, signal, sys
def show(*_):
    columns, rows = os.get_terminal_size()
    os.write(1, f"\\x1b[2J\\x1b[H {columns} {rows}".encode())  # print is not for signal handlers
signal.signal(signal.SIGWINCH, show)
show()
while True:
    signal.pause()
"""


async def test_the_screen_is_what_the_program_drew_and_the_bytes_are_what_it_wrote() -> None:
    async with Terminal(["printf", r"\033[>1u\033[3;5H\033[31mred\033[0m ليلى"]) as terminal:
        assert await terminal.wait() == 0
        assert terminal.row(2) == "    red ليلى"
        assert bytes(terminal.bytes).startswith(b"\x1b[>1u\x1b[3;5H")


async def test_typed_keys_reach_the_program() -> None:
    async with Terminal(["cat"]) as terminal:
        terminal.send("hel", "lo\n")
        await terminal.until("hello\nhello")
        terminal.send("\x04")
        assert await terminal.wait() == 0


async def test_the_window_has_a_size_and_may_change_it() -> None:
    async with Terminal([sys.executable, "-c", _SHOW_SIZE], columns=80, rows=24) as terminal:
        await terminal.until("80 24")
        terminal.resize(39, 9)
        await terminal.until("39 9")


async def test_a_dropped_line_is_sighup() -> None:
    async with Terminal(["sleep", "60"]) as terminal:
        terminal.hangup()
        assert await terminal.wait() == -signal.SIGHUP


async def test_a_program_that_ended_is_not_waited_for() -> None:
    async with Terminal(["false"]) as terminal:
        with pytest.raises(AssertionError, match="ended before"):
            await terminal.until("never", timeout=60)
        assert await terminal.wait() == 1


async def test_leaving_ends_a_program_that_ignores_the_hangup() -> None:
    async with Terminal(["sh", "-c", "trap '' HUP; echo ready; exec sleep 60"]) as terminal:
        await terminal.until("ready")
        terminal.kill(signal.SIGTERM)
        assert await terminal.wait() == -signal.SIGTERM


async def test_a_frame_is_shown_when_it_is_whole() -> None:
    halves = (
        "import sys, tty; tty.setraw(0); w = sys.stdout.write\n"
        "w('\\x1b[?2026$p'); sys.stdout.flush()\n"
        "assert sys.stdin.read(11) == '\\x1b[?2026;2$y'\n"
        "w('\\x1b[?2026hone'); sys.stdout.flush(); sys.stdin.read(1)\n"
        "w(' two\\x1b[?2026l'); sys.stdout.flush(); sys.stdin.read(1)\n"
    )
    async with Terminal([sys.executable, "-c", halves]) as terminal:
        await terminal.until(lambda shown: shown.bytes.endswith(b"one"))
        assert terminal.text().strip() == ""
        terminal.send("x")
        await terminal.until("one two")
