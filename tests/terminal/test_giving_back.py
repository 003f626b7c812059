"""The terminal is lent, given back and resized under a driver that paints: nothing is left wrong, nobody waits."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from console.terminal.pace import ASK
from tests.support.slow_line import SlowLine
from tests.support.terminal import Terminal
from tests.support.waiting import eventually

PROGRAM = (sys.executable, "-m", "tests.terminal.program")
_GIVEN_BACK = b"\x1b[?1049l"


class Heard(SlowLine):
    """What left the program, before it is on its way, and when it last asked and when it gave the terminal back."""

    def __init__(self, *, rate: float = 2_000, delay: float = 0.15) -> None:
        super().__init__([*PROGRAM, "writing"], columns=80, rows=24, rate=rate, delay=delay)
        self.heard = bytearray()
        self.asked = self.given_back = 0.0
        self.loses_answer = False

    def _arrived(self, chunk: bytes) -> None:
        self.heard += chunk
        now = asyncio.get_running_loop().time()
        if ASK.encode() in chunk:
            self.asked = now
        if _GIVEN_BACK in chunk:
            self.given_back = now
        super()._arrived(chunk)

    def _answer(self, text: bytes) -> None:
        if self.loses_answer:
            self.loses_answer = False
        else:
            super()._answer(text)


async def test_no_frame_that_waited_is_painted_on_the_shells_screen() -> None:
    async with Heard() as terminal:
        await terminal.until("turn 3", timeout=30)
        terminal.loses_answer = True
        await terminal.until(lambda _: not terminal.loses_answer)  # a frame waits for longer now
        terminal.send("\x1b")
        assert await terminal.wait(timeout=20) == 0
        _, given_back, after = bytes(terminal.heard).rpartition(_GIVEN_BACK)
        assert given_back
        assert re.sub(rb"\x1b\[\?\d+[hl]", b"", after) == b""


async def test_it_is_given_back_as_soon_as_its_answers_came() -> None:
    async with Heard(rate=100_000, delay=0.4) as terminal:
        await terminal.until("turn 3", timeout=30)
        terminal.send("\x1b")
        assert await terminal.wait(timeout=20) == 0
        assert terminal.given_back - terminal.asked < 1.3  # an answer takes 0.8; without one it would be 1.7


async def test_a_size_that_comes_back_at_once_leaves_nothing_cut_off(tmp_path: Path) -> None:
    async with Terminal([*PROGRAM, "ordinary"], env={"RECORD": str(tmp_path / "record")}) as terminal:
        await terminal.until("Ordinary")
        # Two sizes in a moment are one signal for the program: it finds the size that it knows.
        terminal._screen.resize(40, 10)
        terminal._screen.resize(40, 120)
        assert "Ordinary" not in terminal.text()
        terminal.kill(signal.SIGWINCH)
        await terminal.until("Ordinary")


async def test_a_stop_in_the_middle_of_a_frame_stops_and_goes_on() -> None:
    async with Terminal([*PROGRAM, "busy"], env={"SAID": os.devnull, "TURNS": "1000000"}) as terminal:
        await terminal.until("turn ")
        for times in range(1, 13):
            terminal.kill(signal.SIGTSTP)
            await eventually(lambda: _state(terminal) == "T")
            terminal.kill(signal.SIGCONT)
            await terminal.until(_taken(times + 1))


def _taken(times: int) -> Callable[[Terminal], bool]:
    return lambda terminal: terminal.bytes.count(b"\x1b[?1049h") >= times


def _state(terminal: Terminal) -> str:
    return Path(f"/proc/{terminal.pid}/stat").read_text(encoding="utf-8").rpartition(") ")[2][0]
