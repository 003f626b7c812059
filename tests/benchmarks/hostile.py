"""Opening a conversation that holds a customer's bombs: the first frame, its bytes, and the memory that it takes.

python -m tests.benchmarks.hostile [ROUNDS]

Beside a conversation of plain messages, in the same console. The server answers with all of it; from Enter to the first
and the last byte, and how long the loop was held up. What is sent with it is read and parsed meanwhile, in the console.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from statistics import median

from tests.benchmarks.panes.stage import Size, console, house
from tests.benchmarks.panes.steps import BACK, ENTER, HOME

SIZE: Size = (120, 40)
FIRST_WANTED, BYTES_WANTED, MEMORY_WANTED = 100.0, 64 * 1024, 30e6
"""Milliseconds, bytes to the terminal, bytes of memory."""
_MESSAGES = 40
_BOMB = str(_MESSAGES - 3)  # the message that is one: on the first screen
_MEGABYTE = 1_000_000
BOMBS = {
    "plain": "Where is my parcel?",
    "1 MB on one line": "x" * _MEGABYTE,
    "1 MB of words": "word " * (_MEGABYTE // 5),
    "1 MB of Arabic": "طلب " * (_MEGABYTE // 7),
    "500,000 short lines": "x\n" * 500_000,
    "100,000 empty lines": "\n" * 100_000 + "end",
    "100,000 marks on a letter": "e" + "\u0301" * 100_000,
    "a mark on each letter": "e\u0301" * 200_000,
    "zero-width": "a" + "\u200b" * 300_000 + "b",
    "joined emoji": "\u200d".join("👩" * 50_000),
    "controls": "\x1b[2J" * 200_000,
    "directions": "\u202e" * 100_000 + "abc",
}


@dataclass(frozen=True, slots=True)
class Opened:
    """Milliseconds to the first and last byte, the loop's longest stall, bytes, more memory: then, and at most."""

    first: float
    last: float
    stall: float
    written: int
    more: int
    most: int


def main(rounds: int = 3) -> None:
    """Print the table."""
    _say(f"{'':26} {'first':>7} {'last':>7} {'stall':>7} {'bytes':>9} {'memory, most':>16}")
    for name, bomb in BOMBS.items():
        opened = [_round(bomb) for _ in range(rounds)]
        first, last, stall = (median(getattr(one, what) for one in opened) for what in ("first", "last", "stall"))
        written, more, most = (median(getattr(one, what) for one in opened) for what in ("written", "more", "most"))
        is_over = last > FIRST_WANTED or written > BYTES_WANTED or most > MEMORY_WANTED
        _say(
            f"{name:26} {first:7.1f} {last:7.1f} {stall:7.1f} {written:9,.0f} {more / 1e6:6.1f} {most / 1e6:6.1f} MB"
            + ("  more than wanted" if is_over else "")
        )
    _say(f"wanted: {FIRST_WANTED:g} ms, {BYTES_WANTED:,} bytes, {MEMORY_WANTED / 1e6:g} MB")


def _round(bomb: str) -> Opened:
    """In a new console each time, whose memory is as it was before any other; a plain conversation is opened first."""
    with house(messages=_MESSAGES, texts={_BOMB: bomb}) as at, console(at, SIZE) as stage:
        stage.press(HOME)
        stage.press("jjjj")
        stage.press(ENTER)
        stage.press(BACK)
        stage.press(HOME)
        before = stage.ask("memory")["now"]
        stage.ask("tick")
        step = stage.press(ENTER, quiet=1.0)
        stall = max(stage.ask("late")["late"], default=0.0)
        after = stage.ask("memory")
        more = (after["now"] - before, after["most"] - before)
        return Opened(step.first * 1e3, step.last * 1e3, stall * 1e3, len(step.written), *more)


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
