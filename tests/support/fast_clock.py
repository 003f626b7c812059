"""A time of day that runs faster than it is, the same for servers and consoles, and the sleep that goes with it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from math import inf
from time import monotonic


class FastClock:
    """Starts now, and runs `speed` times as fast: what takes seconds of waiting takes milliseconds.

    A machine so busy that nobody looks at the clock for `longest` seconds of life loses the rest: else a console would
    take it for a night's sleep.
    """

    def __init__(self, speed: float = 1.0, longest: float = inf) -> None:
        self.speed = speed
        self._longest = longest
        self._at, self._looked = datetime.now(UTC), monotonic()

    def now(self) -> datetime:
        """The time of day."""
        before, self._looked = self._looked, monotonic()
        self._at += timedelta(seconds=min(self._looked - before, self._longest) * self.speed)
        return self._at

    async def sleep(self, seconds: float) -> None:
        """Until so many of its seconds have passed."""
        await asyncio.sleep(seconds / self.speed)
