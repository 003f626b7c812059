"""Any number of odd inputs to a server: `python -m tests.benchmarks.fuzz [20000]`. A number alone makes its case."""

from __future__ import annotations

import secrets
import sys
import tempfile
import time
from pathlib import Path

from tests.server.fuzz_stage import fuzzed


def main(cases: int) -> None:
    """Try them, and say how long the slowest took. Fails with the first that has an answer that may not be."""
    slowest = (0.0, 0)
    with tempfile.TemporaryDirectory() as folder, fuzzed(Path(folder) / "data") as fuzz:
        begun = time.monotonic()
        for _ in range(cases):
            number, before = secrets.randbits(64), time.monotonic()
            fuzz.try_one(number)
            slowest = max(slowest, (time.monotonic() - before, number))
        for (name, status), count in sorted(fuzz.answered.items()):
            print(f"{count:6,} {status} {name}")  # noqa: T201
        took = time.monotonic() - begun
        print(f"{cases:,} cases in {took:.0f} s, the slowest {slowest[0]:.2f} s: {slowest[1]}")  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
