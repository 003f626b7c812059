"""Kills a server under load again and again: `python -m tests.benchmarks.kill --times 200`. Prints what it saw."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

from tests.support.killing.killing import WRITERS, Figures, kill_and_check


def main() -> None:
    """Run, and print the figures; an assertion fails where anything was lost."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--times", type=int, default=200)
    asked.add_argument("--seed", type=int, default=1)
    wanted = asked.parse_args()

    def tell(figures: Figures) -> None:
        if figures.kills % 20 == 0:
            print(f"  {figures.kills} kills, {time.monotonic() - begun:.0f} s", flush=True)  # noqa: T201

    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        figures = asyncio.run(
            kill_and_check(Path(scratch) / "server", times=wanted.times, seed=wanted.seed, on_kill=tell)
        )
    print(  # noqa: T201
        f"{figures.kills} kills under load of {WRITERS} writers, {figures.kills_in_start} more during a start,"
        f" {time.monotonic() - begun:.0f} s, seed {wanted.seed}\n"
        f"{figures.acknowledged} mutations acknowledged, 0 lost\n"
        f"{figures.retried} asked again, of which {figures.made_unacknowledged} had been made before the kill:"
        " 0 made twice\n"
        f"{figures.events} events without a gap, in order, as the mutations; the follower resumed"
        f" {figures.resumed} times\n"
        f"integrity_check ok {figures.kills} times"
    )


if __name__ == "__main__":
    main()
