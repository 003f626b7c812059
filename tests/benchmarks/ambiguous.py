"""Sends to a server without idempotency, cut at random: `python -m tests.benchmarks.ambiguous 200 SEED`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from dataclasses import asdict
from time import perf_counter

from tests.hosted.ambiguous import Figures, play
from tests.hosted.hosted import hosted_server


async def _played(sends: int, seed: int) -> Figures:
    async with hosted_server(answers="bare") as hosted:
        return await play(hosted, sends, seed)


def main() -> None:
    """Play them and print what became of them."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("sends", type=int, nargs="?", default=200)
    asked.add_argument("seed", type=int, nargs="?", default=1)
    wanted = asked.parse_args()
    began = perf_counter()
    figures = asyncio.run(_played(wanted.sends, wanted.seed))
    sys.stdout.write(f"{asdict(figures)} in {perf_counter() - began:.0f} s\n")
    sys.exit(bool(figures.wrong))


if __name__ == "__main__":
    main()
