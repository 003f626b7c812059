"""What is kept for good is not looked through again and again by the collector of garbage."""

from __future__ import annotations

import gc

_MANY = 5_000
MESSAGES = 2_000
"""Of messages, which are kept whole: a full pass takes three milliseconds for each thousand."""


class Settled:
    """How much is kept, of which a full pass of the collector takes ten milliseconds for each ten thousand."""

    def __init__(self, many: int = _MANY) -> None:
        self._many = many
        self._kept = 0

    def grown(self, kept: int) -> None:
        """So many are known by now: now and then, on the way there, what came is set aside."""
        if kept - self._kept >= self._many:
            self.ended(kept)

    def ended(self, kept: int) -> None:
        """No more come for the time being. What came since the last time is set aside, at the cost of that alone."""
        if kept > self._kept:
            self._kept = kept
            gc.collect()
            gc.freeze()
