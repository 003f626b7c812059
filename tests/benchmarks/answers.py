"""Any number of odd answers to the client: `python -m tests.benchmarks.answers [20000]`. `#7` alone makes case 7."""

from __future__ import annotations

import random
import secrets
import sys
import time

from tests.client.mutating import Battering


def main(said: str) -> None:
    """Try them, and say how they ended. Fails with the first that ends in anything but a value or an error of ours."""
    if said.startswith("#"):
        Battering().try_one(random.Random(int(said[1:])))
        return
    battering, slowest, begun = Battering(), (0.0, 0), time.monotonic()
    for _ in range(int(said)):
        number, before = secrets.randbits(64), time.monotonic()
        try:
            battering.try_one(random.Random(number))
        except BaseException:
            print(f"case #{number}")  # noqa: T201
            raise
        slowest = max(slowest, (time.monotonic() - before, number))
    for end, count in sorted(battering.ended.items()):
        print(f"{count:8,} {end}")  # noqa: T201
    took = time.monotonic() - begun
    print(f"{int(said):,} answers in {took:.0f} s, the slowest {slowest[0] * 1000:.0f} ms: #{slowest[1]}")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "20000")
