"""An agent's hour with the console killed again and again: `python -m tests.benchmarks.console_kill --times 100`."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from time import perf_counter

from tests.journeys.workspace import workspace_in
from tests.support.hour.killing import Figures, play


def main() -> None:
    """Play it and print what was seen."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    began = perf_counter()

    def tell(figures: Figures) -> None:
        sys.stdout.write(f"\r{figures.kills} kills, {figures.steps} steps")
        sys.stdout.flush()

    with tempfile.TemporaryDirectory() as name, workspace_in(Path(name) / "server") as workspace:
        figures = asyncio.run(play(workspace, Path(name), kills=given.times, seed=given.seed, on_kill=tell))
    seconds = perf_counter() - began
    sys.stdout.write(f"\n{asdict(figures)} in {seconds:.0f} s: nothing lost, twice, or sent that was taken back\n")


if __name__ == "__main__":
    main()
