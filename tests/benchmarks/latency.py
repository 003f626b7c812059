"""From a key to the last byte that it painted, at three sizes of workspace and thread, and what they take of memory.

python -m tests.benchmarks.latency [ROUNDS [SIZE ...]]

One console a size, all of them open at once beside a bare app of the framework, and each key typed into one after the
other, so that what else the machine does hits all alike. In milliseconds, the median and the 99th of a hundred.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count

from console.actions import BY_ID
from tests.benchmarks.framework import bare
from tests.benchmarks.panes.stage import Stage, console, house
from tests.benchmarks.panes.steps import (
    BACK,
    CLEAR,
    DOWN,
    END,
    ENTER,
    ESCAPE,
    HOME,
    PAGE_DOWN,
    PAGE_UP,
    UP,
    enter,
)

SIZES = (1_000, 10_000, 100_000)
SIZE, OTHER = (120, 40), (110, 38)
_MANY, _FEW = "oka", "zq"
"""What many names answer, letter by letter, and what nobody does after the second."""
_DATES = ("2026-11-17", "2026-11-16")
_BARE = "bare: cursor"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Milliseconds at most: of the median, where one is named, and of the 99th."""

    middle: float | None
    late: float


_CURSOR, _JUMP = Wanted(6, 16), Wanted(None, 33)
WANTED = {
    "tree: cursor": _CURSOR,
    "tree: page": _JUMP,
    "tree: bottom": _JUMP,
    "tree: top": _JUMP,
    "tree: fold": _JUMP,
    "tree: filter letter": Wanted(None, 50),
    "tree: filter, few": Wanted(None, 50),
    "thread: cursor": _CURSOR,
    "thread: page": _JUMP,
    "thread: top": _JUMP,
    "thread: bottom": _JUMP,
    "thread: date": _JUMP,
    "resize": Wanted(None, 100),
}
AGAIN = 1.2
"""What the largest may take of the smallest, at most."""
Times = dict[str, dict[int, list[float]]]
"""Milliseconds by step and by size."""


def main(rounds: int = 100, *sizes: int) -> None:
    """Print the table."""
    sizes = sizes or SIZES
    times: Times = {}
    with ExitStack() as stack:
        stages: dict[int, Stage] = {}
        for size in sizes:
            at = stack.enter_context(house(messages=size))
            stages[size] = stack.enter_context(console(at, SIZE))
            empty = stages[size].ask("memory")["now"]
            enter(stages[size], size, size)
            used = stages[size].ask("memory")
            known = stages[size].ask("fill")
            _say(
                f"{known['conversations']:,} conversations, {known['messages']:,} messages: {used['now'] / 1e6:.0f} MB,"
                f" at most {used['most'] / 1e6:.0f}, {(used['now'] - empty) / 1e6:.0f} more than at the start"
            )
        floor, _ = stack.enter_context(bare("lines", 1_000))
        for number in range(rounds):
            _round(number, stages, times)
            _took(times, _BARE, 0, floor.press(DOWN if number % 20 < 10 else UP).last)
    _table(times, sizes)


def _round(number: int, stages: Mapping[int, Stage], times: Times) -> None:
    """Each step once, in each console, in an order that changes."""
    sizes = sorted(stages, key=lambda size: hash((number, size)))
    acts = {size: _acts(stages[size], number) for size in sizes}
    for _ in count():
        ended = 0
        for size in sizes:
            done = next(acts[size], None)
            if done is None:
                ended += 1
            elif done[0]:
                _took(times, done[0], size, done[1])
        if ended == len(sizes):
            return


def _acts(stage: Stage, number: int) -> Iterator[tuple[str, float]]:
    """The steps of a round, from a thread that has the keys and back to it; one without a name is not measured."""
    yield "thread: cursor", stage.press(UP).last
    yield "thread: cursor", stage.press(UP).last
    yield "thread: page", stage.press(PAGE_UP).last
    yield "thread: page", stage.press(PAGE_UP).last
    yield "thread: top", stage.press(HOME).last
    yield "thread: page", stage.press(PAGE_DOWN).last
    if date := BY_ID.get("thread.to_day"):
        stage.press(date.keys[0].replace(" ", ""))
        stage.press(_DATES[number % 2])
        yield "thread: date", stage.press(ENTER).last
    yield "thread: bottom", stage.press(END).last
    yield "", stage.press(BACK).last
    yield "", stage.press(HOME).last
    for key in (DOWN, DOWN, UP, UP):
        yield "tree: cursor", stage.press(key).last
    yield "tree: fold", stage.press("z").last
    yield "tree: fold", stage.press("z").last
    yield "tree: page", stage.press(PAGE_DOWN).last
    yield "tree: page", stage.press(PAGE_DOWN).last
    yield "tree: bottom", stage.press(END).last
    yield "tree: page", stage.press(PAGE_UP).last
    yield "tree: top", stage.press(HOME).last
    yield "", stage.press("/").last
    for letter in _MANY:
        yield "tree: filter letter", stage.press(letter).last
    stage.press(CLEAR)
    for letter in _FEW:
        yield "tree: filter, few", stage.press(letter).last
    stage.press(CLEAR)
    stage.press(ESCAPE)
    stage.press(HOME)
    yield "resize", stage.resize(OTHER).last
    yield "resize", stage.resize(SIZE).last
    yield "", stage.press(ENTER).last
    yield "", stage.press(END).last


def _took(times: Times, name: str, size: int, seconds: float) -> None:
    times.setdefault(name, {}).setdefault(size, []).append(seconds * 1e3)


def _table(times: Times, sizes: Sequence[int]) -> None:
    heads = "".join(f"{f'{size:,}':>20}" for size in sizes)
    _say(f"{'':20}{heads}{'ratio':>8}  wanted")
    for name, wanted in WANTED.items():
        if name not in times:
            continue
        shown = [(centile(times[name][size], 50), centile(times[name][size], 99)) for size in sizes]
        columns = "".join(f"{f'{middle:.1f} / {late:.1f}':>20}" for middle, late in shown)
        ratio = shown[-1][0] / shown[0][0]
        least = f"{wanted.middle:g} / " if wanted.middle else ""
        missed = sum(one == float("inf") for size in sizes for one in times[name][size])
        _say(
            f"{name:20}{columns}{ratio:8.2f}  {least}{wanted.late:g}, {AGAIN}"
            + (f"; {missed} painted nothing" if missed else "")
        )
    floor = times[_BARE][0]
    _say(f"{_BARE:20}{f'{centile(floor, 50):.1f} / {centile(floor, 99):.1f}':>20}")


def centile(values: Sequence[float], of_hundred: float) -> float:
    """The value below which so many of a hundred are."""
    finite = sorted(one for one in values if one != float("inf")) or [float("nan")]
    return finite[min(int(len(finite) * of_hundred / 100), len(finite) - 1)]


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
