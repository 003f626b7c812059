"""The painter against what the framework writes: `python -m tests.benchmarks.painter [SEQUENCES] [KEYS]`.

So many sequences of frames by hypothesis, and a session of so many keys in the real console, each at six sizes: its
frames are drawn once as they came and once painted, and every cell must show the same where terminals agree on what
stands there.
"""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.benchmarks.panes import steps
from tests.benchmarks.panes.stage import Size, console, house
from tests.terminal.screens import AGREED, DOUBTFUL, Pair, frames

SIZES: tuple[Size, ...] = ((20, 5), (40, 12), (80, 24), (100, 30), (120, 40), (200, 50))
SESSION_SIZES: tuple[Size, ...] = ((60, 20), (80, 24), (100, 30), (120, 40), (160, 45), (200, 50))
KEYS = (
    "j",
    "k",
    "]",
    "[",
    "\x1b[5~",
    "\x1b[6~",
    "\x1b[H",
    "\x1b[F",
    "h",
    "\r",
    "z",
    "\t",
    "r",
    "\x1b",
    "?",
    "\x1b",
    "g",
    "w",
)
WORDS = ("some words ", "مرحبا بك ", "teşekkürler ", "日本 ", "😀 ", "ga", "gi", "n", "J", "K", "H", "\x0c", "\x1b")
_EVERY = 25
"""Frames between two comparisons of a session."""


def sequences(size: Size, count: int) -> None:
    """So many sequences of frames on a screen of this size."""
    begun = time.perf_counter()

    @settings(max_examples=count, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(drawn=st.lists(frames(*size, AGREED + DOUBTFUL), min_size=1, max_size=6))
    def same(drawn: list[str]) -> None:
        pair = Pair(*size)
        for frame in drawn:
            pair.show(frame)
        pair.show_by_cells()
        assert pair.differences() == [], drawn

    same()
    _say(f"{size[0]}x{size[1]}: {count} sequences the same, {time.perf_counter() - begun:.0f} s")


def session(size: Size, keys: int) -> None:
    """A person at work in the console, who presses so many keys."""
    chosen = random.Random(size[0])
    with TemporaryDirectory() as folder, house(messages=400) as at:
        record = Path(folder) / "frames"
        with console(at, size, FRAMES=str(record)) as stage:
            steps.enter(stage, 400, 400)
            for _ in range(keys):
                stage.press(chosen.choice(KEYS + WORDS), quiet=0.02, first=0.3)
        pair, compared, written, came = Pair(*size), 0, 0, 0
        for number, row in enumerate(record.read_text(encoding="utf-8").splitlines(), 1):
            frame = json.loads(row)
            came += len(frame.encode())
            written += len(pair.show(frame).encode())
            if number % _EVERY == 0:
                pair.show_by_cells()
                assert pair.differences() == [], number
                compared += 1
    _say(
        f"{size[0]}x{size[1]}: {keys} keys, {number} frames, compared {compared} times: the same; "
        f"{came:,} bytes painted as {written:,} ({came / written:.0f} times fewer)",
    )


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


def main() -> None:
    """Both."""
    count, keys = (int(one) for one in (sys.argv[1:] + ["10000", "600"][len(sys.argv) - 1 :])[:2])
    for size in SIZES:
        sequences(size, -(-count // len(SIZES)))
    for size in SESSION_SIZES:
        session(size, keys)


if __name__ == "__main__":
    main()
