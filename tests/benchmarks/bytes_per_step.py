"""The bytes that each step sends down the line, beside the least that any encoder needs for the cells that differ.

python -m tests.benchmarks.bytes_per_step [IDLE_SECONDS]

The console in a pseudo-terminal with 1,000 conversations and a thread of 1,000 messages; the framework's own widgets
in the same run. Of several keys the median. Of a draft that streams, a second; its least is that of its frames.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from functools import partial

from tests.benchmarks.framework import bytes_of
from tests.benchmarks.panes.stage import House, Size, Stage, Step, console, house
from tests.benchmarks.panes.steps import (
    BACK,
    ENTER,
    ESCAPE,
    PAGE_DOWN,
    PAGE_UP,
    WHEEL_DOWN,
    WHEEL_UP,
    Cost,
    enter,
    measured,
    middle,
    streamed,
    to_tree,
    typical,
)

SIZES: tuple[Size, ...] = ((80, 24), (200, 50))
COUNT = 1_000
WANTED = 1.3
_ROUNDS = 5
_TOKENS_A_SECOND = 60
_SETTLING = 16.0
"""Seconds, in which the server's next ping comes: with it the status shows how long the last answer took."""


def main(idle: float = 60.0) -> None:
    """Print the table."""
    with house(messages=COUNT, tokens=100_000, pace=_TOKENS_A_SECOND) as at:
        for size in SIZES:
            _say(f"{size[0]}x{size[1]:<22} {'bytes':>8} {'ideal':>8} {'ratio':>7} {'ms':>7}")
            with console(at, size) as stage:
                enter(stage, COUNT, COUNT)
                stage.read_for(_SETTLING)
                _say(f"  {f'idle for {idle:g} s':24} {len(stage.read_for(idle)):8,}  (wanted: 0)")
                for name, cost in steps(stage, at):
                    ratio = cost.written / max(cost.ideal, 1)
                    over = "" if ratio <= WANTED else f"  more than {WANTED}"
                    _say(f"  {name:24} {cost.written:8,} {cost.ideal:8,} {ratio:7.2f} {cost.seconds * 1e3:7.1f}{over}")
            for name, sent in bytes_of(size).items():
                _say(f"  framework: {name:32} {sent:8,}")


def steps(stage: Stage, at: House) -> Iterator[tuple[str, Cost]]:
    """Each step and its cost, from a thread that has the keys."""
    columns, rows = stage.size
    middle_of_thread = (columns * 6 // 10, rows // 3)
    yield "cursor, thread", typical(stage, "kkkkk")
    yield "page, thread", typical(stage, [PAGE_UP, PAGE_UP, PAGE_DOWN, PAGE_UP])
    up, down = WHEEL_UP.format(*middle_of_thread), WHEEL_DOWN.format(*middle_of_thread)
    yield "line scroll, thread", typical(stage, [up, up, up, down, down])
    stage.press("G")
    yield "new message", middle([measured(stage, partial(_told, stage, at)) for _ in range(_ROUNDS)])
    to_tree(stage)
    yield "cursor, tree", typical(stage, "jjjkj")
    yield "page, tree", typical(stage, [PAGE_DOWN, PAGE_DOWN, PAGE_UP, PAGE_DOWN])
    to_tree(stage)
    yield "fold", typical(stage, ["z"] * 6)
    stage.press("jjjj")
    yield "opening a conversation", middle([_opened(stage) for _ in range(_ROUNDS)])
    stage.press("r")
    stage.press("hello")
    yield "letter", typical(stage, "worlds again")
    for _ in range(20):
        stage.press("\x7f", quiet=0.03)
    stage.press(ESCAPE)
    stage.press("d", quiet=0.0)  # not until it is quiet: then it would be at its end
    stage.read_for(1.5)
    cost, frames = streamed(stage, 2)
    yield f"a second of draft, {frames} frames", cost


def _told(stage: Stage, at: House) -> Step:
    stage.drain()
    begun = time.perf_counter()
    at.set(events=1, within=[0, 1])
    return stage.read(begun)


def _opened(stage: Stage) -> Cost:
    cost = measured(stage, lambda: stage.press(ENTER, quiet=0.2))
    stage.press(BACK)
    stage.press("j")
    return cost


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
