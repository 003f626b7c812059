"""A time of day that runs faster than it is, the same for servers and consoles, and the sleep that goes with it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from time import monotonic


class FastClock:
    """Starts now, and runs `speed` times as fast: what takes seconds of waiting takes milliseconds."""

    def __init__(self, speed: float = 1.0) -> None:
        self.speed = speed
        self._start, self._began = datetime.now(UTC), monotonic()

    def now(self) -> datetime:
        """The time of day."""
        return self._start + timedelta(seconds=(monotonic() - self._began) * self.speed)

    async def sleep(self, seconds: float) -> None:
        """Until so many of its seconds have passed."""
        await asyncio.sleep(seconds / self.speed)
