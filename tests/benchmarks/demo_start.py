"""How long `connect360 demo` takes until it can be used, beside a bare Textual app's first frame in the same run."""

from __future__ import annotations

import asyncio
import sys
import time
from statistics import median

from tests.support.terminal import CONNECT360, Terminal

RUNS = 5
BARE = """
from textual.app import App
from textual.widgets import Static

class Bare(App):
    def compose(self):
        yield Static("shown")

Bare().run()
"""


async def seconds(argv: list[str], *shown: str) -> list[float]:
    """Seconds from the start until each of these was on the screen."""
    begun = time.monotonic()
    took = []
    async with Terminal(argv) as terminal:
        for one in shown:
            await terminal.until(one, timeout=60)
            took.append(time.monotonic() - begun)
        terminal.send("q")
    return took


async def main() -> None:
    """Print the medians."""
    await seconds([*CONNECT360, "demo"], "● live")
    runs = [await seconds([*CONNECT360, "demo"], "waiting ─", "● live") for _ in range(RUNS)]
    bare = [await seconds([sys.executable, "-c", BARE], "shown") for _ in range(RUNS)]
    names = ("conversations shown", "live, usable")
    floor = median(one[0] for one in bare)
    print(f"bare Textual app, first frame  {floor:5.2f} s")  # noqa: T201
    for place, name in enumerate(names):
        took = sorted(run[place] for run in runs)
        print(f"{name:30} {median(took):5.2f} s  ({took[0]:.2f} to {took[-1]:.2f}), {median(took) / floor:.1f} x")  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main())
