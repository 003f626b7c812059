"""The time that a call may take in all, whatever it needs: waiting, asking, asking again."""

from __future__ import annotations

import asyncio
from typing import Self

from console.values import dataclass


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a call must be over, by the loop's clock, and how many seconds it had for that."""

    at: float
    seconds: float

    @classmethod
    def after(cls, seconds: float) -> Self:
        """So many seconds from now."""
        return cls(asyncio.get_running_loop().time() + seconds, seconds)

    @property
    def left(self) -> float:
        """Seconds; below zero when it has passed."""
        return self.at - asyncio.get_running_loop().time()
