"""How many calls a key may make: a rate over a window of four seconds, so that a burst is not punished."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from console.server.refusal import Refusal, bad_request

if TYPE_CHECKING:
    from limits.strategies import MovingWindowRateLimiter

WINDOW_SECONDS = 4
_STEP_SECONDS = 1.0
MOST_COUNTED = 5_000


class Limiter:
    """Counts calls by key, and calls with no good key by address. A rate of 0 means no limit, and costs nothing.

    `steady` is a clock that nobody sets. The library counts by the one that people and networks set.
    """

    def __init__(self, rate: float, steady: Callable[[], float] = time.monotonic) -> None:
        self._limiter: MovingWindowRateLimiter | None = None
        if rate > 0:
            from limits import RateLimitItemPerSecond

            self._most = RateLimitItemPerSecond(max(1, round(rate * WINDOW_SECONDS)), WINDOW_SECONDS)
            self._steady = steady
            self._begin()

    def check(self, calls: int) -> None:
        """Raise the refusal of more calls at once than any waiting would let through."""
        if self._limiter is not None and calls > self._most.amount:
            raise bad_request("Batch call exceeds maximum size")

    def count(self, caller: str, calls: int = 1) -> None:
        """Take note of calls. Raises the refusal that says how long to wait."""
        if self._limiter is None:
            return
        # A clock that was set would shut callers out for as long. And the library keeps a place for every name that it
        # ever saw, and goes through them all: of addresses there is no end.
        if abs(self._apart() - self._apart_then) > _STEP_SECONDS or len(self._counts.events) > MOST_COUNTED:
            self._begin()
        if self._limiter.hit(self._most, caller, cost=calls):
            return
        free_at = self._limiter.get_window_stats(self._most, caller).reset_time
        wait = min(max(1, math.ceil(free_at - time.time())), WINDOW_SECONDS)
        raise Refusal("TOO_MANY_REQUESTS", f"Too many calls. Try again in {wait} s.", retry_after=wait)

    def _begin(self) -> None:
        """Count from nothing. What was counted is left to the library's own thread, which may be at it."""
        from limits.storage import MemoryStorage
        from limits.strategies import MovingWindowRateLimiter

        self._counts = MemoryStorage()
        self._limiter = MovingWindowRateLimiter(self._counts)
        self._apart_then = self._apart()

    def _apart(self) -> float:
        return time.time() - self._steady()
