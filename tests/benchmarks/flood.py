"""Typing while fifty events a second come in: from a key to its letter on the screen, and how long the loop stalls.

python -m tests.benchmarks.flood [SECONDS [CONVERSATIONS [MESSAGES]]]

The events come as any server's do; one of ten is in the open thread. The same is typed once without events before. The
letter is looked for in what was written, replayed afterwards, so that looking takes nothing of the console's time.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from tests.benchmarks.latency import centile
from tests.benchmarks.panes.screen import Replay
from tests.benchmarks.panes.stage import House, Size, Stage, console, house
from tests.benchmarks.panes.steps import CLEAR, END, enter

SIZE: Size = (120, 40)
RATE = 50.0
KEYS_A_SECOND = 8
KEY_WANTED, STALL_WANTED = 33.0, 50.0
"""Milliseconds: of the 99th of a hundred keys, and of the loop at any time."""
_LETTER = "q"  # that stands nowhere else on the screen
_WITHIN = [0, 10]  # the conversations that events are in, by number


@dataclass(frozen=True, slots=True)
class Typed:
    """Milliseconds from each key to its letter, how late the loop was, and what was written meanwhile."""

    keys: list[float]
    late: list[float]
    written: int


def main(seconds: int = 20, conversations: int = 100_000, messages: int = 10_000) -> None:
    """Print the figures."""
    with house(messages=messages) as at, console(at, SIZE) as stage:
        enter(stage, conversations, messages)
        stage.press(END)
        stage.press("r")
        for name, rate in (("no events", 0.0), (f"{RATE:g} events a second", RATE)):
            typed = _typed(stage, at, seconds, rate)
            _say(
                f"{name:22} key {centile(typed.keys, 50):6.1f} / {centile(typed.keys, 99):6.1f} ms,"
                f" loop late {centile(typed.late, 99):6.1f}, at most {max(typed.late):6.1f} ms,"
                f" {typed.written / seconds:9,.0f} bytes a second"
            )
        _say(f"wanted: 99th at most {KEY_WANTED:g}, loop at most {STALL_WANTED:g} ms")


def _typed(stage: Stage, at: House, seconds: int, rate: float) -> Typed:
    """A letter again and again; each tenth time they are taken away."""
    stage.press(CLEAR)  # or those of the time before would be counted
    stage.read_for(1)
    replay, shown = stage.screen(), len(stage.written)
    first = len(stage.chunks)
    pressed: list[tuple[float, int]] = []
    stage.ask("tick")
    if rate:
        at.set(events=int(rate * seconds), rate=rate, within=_WITHIN)
    begun, count = time.perf_counter(), 0
    for number in range(seconds * KEYS_A_SECOND):
        while (left := begun + number / KEYS_A_SECOND - time.perf_counter()) > 0:
            stage.read_for(left)
        count = (count + 1) % 10
        pressed.append((time.perf_counter(), count))
        stage.type(_LETTER if count else CLEAR)
    stage.read_for(1)
    late = [one * 1e3 for one in stage.ask("late")["late"]]
    keys = _echoes(replay, stage, first, shown, pressed)
    return Typed(keys, late, len(stage.written) - shown)


def _echoes(replay: Replay, stage: Stage, first: int, shown: int, pressed: Sequence[tuple[float, int]]) -> list[float]:
    """Milliseconds from each key until as many letters stood there as there had to."""
    keys, waiting = list[float](), list(pressed)
    for at, end in stage.chunks[first:]:
        replay.feed(bytes(stage.written[shown:end]))
        shown = end
        while waiting and waiting[0][0] <= at:
            there = _letters(replay)
            place = next((one for one, (when, wanted) in enumerate(waiting) if when <= at and wanted == there), None)
            if place is None:
                break
            keys += [(at - when) * 1e3 for when, _ in waiting[: place + 1]]
            del waiting[: place + 1]
    stage.skip(shown)
    return keys


def _letters(replay: Replay) -> int:
    rows = replay.screen.buffer
    return sum(rows[row][column].data == _LETTER for row in rows for column in range(replay.screen.columns))


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
