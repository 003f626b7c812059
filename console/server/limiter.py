"""How many calls a key may make: a rate over a window of four seconds, so that a burst is not punished."""

from __future__ import annotations

import math
import time

from console.server.refusal import Refusal, bad_request

WINDOW_SECONDS = 4


class Limiter:
    """Counts calls by key. A rate of 0 means no limit, and costs nothing."""

    def __init__(self, rate: float) -> None:
        self._limiter = None
        if rate > 0:
            from limits import RateLimitItemPerSecond
            from limits.storage import MemoryStorage
            from limits.strategies import MovingWindowRateLimiter

            self._most = RateLimitItemPerSecond(max(1, round(rate * WINDOW_SECONDS)), WINDOW_SECONDS)
            self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def check(self, calls: int) -> None:
        """Raise the refusal of more calls at once than any waiting would let through."""
        if self._limiter is not None and calls > self._most.amount:
            raise bad_request("Batch call exceeds maximum size")

    def count(self, key_id: str, calls: int = 1) -> None:
        """Take note of calls. Raises the refusal that says how long to wait."""
        if self._limiter is None or self._limiter.hit(self._most, key_id, cost=calls):
            return
        free_at = self._limiter.get_window_stats(self._most, key_id).reset_time
        wait = max(1, math.ceil(free_at - time.time()))
        raise Refusal("TOO_MANY_REQUESTS", f"Too many calls. Try again in {wait} s.", retry_after=wait)
