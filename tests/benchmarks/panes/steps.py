"""What a person does in the panes, key by key, and what each step wrote beside what it had to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from tests.benchmarks import ideal
from tests.benchmarks.ideal import Screen
from tests.benchmarks.panes.stage import Stage, Step

UP, DOWN, HOME, END, PAGE_UP, PAGE_DOWN = "\x1b[A", "\x1b[B", "\x1b[H", "\x1b[F", "\x1b[5~", "\x1b[6~"
ENTER, ESCAPE, TAB, BACK, CLEAR = "\r", "\x1b", "\t", "h", "\x15"
WHEEL_UP, WHEEL_DOWN = "\x1b[<64;{};{}M", "\x1b[<65;{};{}M"


@dataclass(frozen=True, slots=True)
class Cost:
    """The bytes of a step, the ideal's, and seconds to the last byte."""

    written: int
    ideal: int
    seconds: float


def enter(stage: Stage, conversations: int, messages: int) -> None:
    """Have so many conversations and so many messages in the long thread, which is open; its pane has the keys."""
    stage.ask("fill", conversations=conversations)
    stage.read_for(0.3)
    stage.press("ga")
    stage.press(HOME)
    stage.press(ENTER)
    stage.read_for(0.3)
    stage.ask("fill", messages=messages)
    stage.read_for(0.5)
    stage.press(END)


def to_tree(stage: Stage) -> None:
    """Give the tree the keys, its cursor on the first row."""
    stage.press(BACK)
    stage.press(HOME)


def measured(stage: Stage, act: Callable[[], Step]) -> Cost:
    """What one step cost."""
    replay = stage.screen()
    before, place, pen = replay.cells(), replay.place, replay.pen
    step = act()
    after = stage.screen().cells()
    return Cost(len(step.written), ideal.cost(before, after, place, pen), step.last)


def typical(stage: Stage, keys: Sequence[str]) -> Cost:
    """The median of a step that is made with each of these keys in turn."""
    costs = [measured(stage, lambda key=key: stage.press(key)) for key in keys]  # type: ignore[misc]
    return middle(costs)


def middle(costs: Sequence[Cost]) -> Cost:
    """The one that is in the middle by its ratio."""
    costs = sorted(costs, key=lambda cost: cost.written / max(cost.ideal, 1))
    seconds = median(cost.seconds for cost in costs)
    chosen = costs[len(costs) // 2]
    return Cost(chosen.written, chosen.ideal, seconds)


def streamed(stage: Stage, seconds: float) -> tuple[Cost, int]:
    """What a second cost of a draft that is coming in already, and how many frames that were."""
    stage.drain()
    replay = stage.screen()
    before: Screen = replay.cells()
    start = len(stage.written)
    stage.read_for(seconds)
    least, came = 0, stage.frames(start)
    for frame in came:
        place, pen = replay.place, replay.pen
        replay.feed(frame)
        after = replay.cells()
        least += ideal.cost(before, after, place, pen)
        before = after
    written = sum(map(len, came))
    stage.skip(start + written)
    return Cost(round(written / seconds), round(least / seconds), 0.0), round(len(came) / seconds)
