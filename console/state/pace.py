"""Telling of what moves all the time no oftener than anybody can read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Paced:
    """Calls `do` at most once in `seconds`, and always once more after the last `soon`. Use it where a loop runs."""

    def __init__(self, do: Callable[[], None], seconds: float = 0.1) -> None:
        self._do = do
        self._seconds = seconds
        self._last = -seconds
        self._timer: asyncio.TimerHandle | None = None

    def soon(self) -> None:
        """Something moved: at once after a pause, else when the time has come."""
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(max(loop.time(), self._last + self._seconds), self.now)

    def now(self) -> None:
        """Something ended or began, which nobody is to wait for."""
        self.stop()
        self._last = asyncio.get_running_loop().time()
        self._do()

    def stop(self) -> None:
        """What moved last is not told any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
