"""How many calls a key may make: a rate over a window of four seconds, so that a burst is not punished."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from console.server.refusal import Refusal, bad_request

WINDOW_SECONDS = 4
_STEP_SECONDS = 1.0
_MOST_COUNTED = 20_000


class Limiter:
    """Counts calls by key, and calls with no good key by address. A rate of 0 means no limit, and costs nothing.

    `steady` is a clock that nobody sets. The library counts by the one that people and networks set.
    """

    def __init__(self, rate: float, steady: Callable[[], float] = time.monotonic) -> None:
        self._limiter = None
        if rate > 0:
            from limits import RateLimitItemPerSecond
            from limits.storage import MemoryStorage
            from limits.strategies import MovingWindowRateLimiter

            self._most = RateLimitItemPerSecond(max(1, round(rate * WINDOW_SECONDS)), WINDOW_SECONDS)
            self._counts = MemoryStorage()
            self._limiter = MovingWindowRateLimiter(self._counts)
            self._steady = steady
            self._apart = time.time() - steady()

    def check(self, calls: int) -> None:
        """Raise the refusal of more calls at once than any waiting would let through."""
        if self._limiter is not None and calls > self._most.amount:
            raise bad_request("Batch call exceeds maximum size")

    def count(self, caller: str, calls: int = 1) -> None:
        """Take note of calls. Raises the refusal that says how long to wait."""
        if self._limiter is None:
            return
        self._forget_what_misleads()
        if self._limiter.hit(self._most, caller, cost=calls):
            return
        free_at = self._limiter.get_window_stats(self._most, caller).reset_time
        wait = min(max(1, math.ceil(free_at - time.time())), WINDOW_SECONDS)
        raise Refusal("TOO_MANY_REQUESTS", f"Too many calls. Try again in {wait} s.", retry_after=wait)

    def _forget_what_misleads(self) -> None:
        """Begin anew when the clock was set, which would shut callers out for as long, or when it is all too much.

        The library keeps a place for every name that it ever saw: of addresses there is no end.
        """
        apart = time.time() - self._steady()
        if abs(apart - self._apart) > _STEP_SECONDS or len(self._counts.events) > _MOST_COUNTED:
            self._apart = apart
            self._counts.reset()
