"""How far a long task is: one line on standard error, drawn over itself in a terminal and said once elsewhere."""

from __future__ import annotations

import shutil
import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

CELLS = 24
STEPS = 100
"""A redraw costs a write to the terminal: no more of them than this."""


@contextmanager
def bar(title: str, unit: str, stream: TextIO | None = None) -> Iterator[Callable[[int, int], None]]:
    """Gives a function that takes what is done and what there is in all; at the end a terminal is clean again."""
    out = stream or sys.stderr
    drawn = ""
    step = -1
    count = ""

    def show(done: int, total: int) -> None:
        nonlocal drawn, step, count
        now = STEPS * done // total if total else STEPS
        count = f"{done:,} of {total:,} {unit}" if total else f"{done:,} {unit}"
        if now == step or not out.isatty():
            return
        step = now
        filled = CELLS * now // STEPS
        line = f"{title}  {'█' * filled}{'░' * (CELLS - filled)}  {count}"[: shutil.get_terminal_size().columns - 1]
        _write(out, "\r" + line + " " * (len(drawn) - len(line)))
        drawn = line

    if out.isatty():
        drawn = f"{title}  …"
        _write(out, drawn)
    try:
        yield show
    finally:
        if out.isatty():
            _write(out, "\r" + " " * len(drawn) + "\r")
        elif count:
            _write(out, f"{title}: {count}\n")


@contextmanager
def unheard() -> Iterator[None]:
    """Keys that are pressed meanwhile are neither shown nor kept: nothing is there yet that they could be meant for."""
    try:
        keyboard = sys.stdin.fileno()
        before = termios.tcgetattr(keyboard)
    except (OSError, ValueError, termios.error):  # no terminal, or none any more
        yield
        return
    quiet = termios.tcgetattr(keyboard)
    quiet[3] &= ~(termios.ECHO | termios.ICANON)
    termios.tcsetattr(keyboard, termios.TCSANOW, quiet)
    try:
        yield
    finally:
        with suppress(termios.error):
            termios.tcflush(keyboard, termios.TCIFLUSH)
            termios.tcsetattr(keyboard, termios.TCSANOW, before)


def _write(out: TextIO, text: str) -> None:
    """A terminal that has gone is no reason to fail: there is nobody left to tell."""
    with suppress(OSError):
        out.write(text)
        out.flush()
