"""The driver on a slow line: no old frame is sent, a letter overtakes what only runs, and the end is right."""

from __future__ import annotations

import sys

from tests.support.slow_line import SlowLine

PROGRAM = (sys.executable, "-m", "tests.terminal.program", "writing")
"""Beside the text something changes thirty times a second: more than this line takes."""


async def test_a_letter_on_a_busy_slow_line_waits_for_no_frame_that_is_old() -> None:
    async with SlowLine(PROGRAM, columns=80, rows=24) as terminal:
        await terminal.until("turn", timeout=30)
        await terminal.until(lambda _: terminal.queued == 0, timeout=30)  # the first frame takes its time
        terminal.most_queued = 0
        written = ""
        for letter in "a slow line":
            written += letter
            terminal.send(letter)
            await terminal.until(lambda shown, written=written: written in shown.text(), timeout=20)  # type: ignore[misc]
        assert terminal.most_queued <= 8  # writes that stood in line; they were hundreds
        terminal.send("\x1b")
        assert await terminal.wait(timeout=20) == 0


async def test_what_is_shown_last_is_what_was_drawn_last() -> None:
    async with SlowLine(PROGRAM, columns=80, rows=24) as terminal:
        await terminal.until("turn", timeout=30)
        terminal.send(*"many letters at once, and then none for a while")
        terminal.send("\x13")  # stops what runs
        await terminal.until(lambda shown: _is_last(shown.text()), timeout=30)


def _is_last(text: str) -> bool:
    """Whether all letters are there, and the clock as it was stopped, as a whole."""
    if "many letters at once, and then none for a while" not in text or "stopped at " not in text:
        return False
    number = text.partition("stopped at ")[2].split()[0]
    return text.count(f"{int(number):09d}") == 8
