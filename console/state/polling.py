"""What to ask next of a server that tells nothing by itself, and when. Pure, without a clock of its own.

What is on screen is asked for often and the rest seldom; all of it sooner while something happens, later on a slow line
or on one that is paid for by the byte.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Literal

from console.values import dataclass

Ask = Literal["thread", "list", "sweep", "other"]
"""thread: the open conversation's newest messages. list: the conversations of the newest activity. sweep: the next call
of a walk through all lists. other: the next of the other known conversations, for a server that lists none."""

_PACES = ((20.0, 2.0), (120.0, 5.0), (600.0, 10.0), (math.inf, 30.0))  # for how long nothing happened, seconds apart
_SHARES: Mapping[Ask, int] = {"thread": 1, "list": 3, "sweep": 6, "other": 2}  # how much seldomer than the open thread
_STEPS = (2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0)  # few, so that what is said of it seldom changes
_LATENCIES = 20  # answers that would fit between two polls, at least: a slow line is left to the person
_METERED = 4  # times as far apart where bytes are paid for
_MOST, _MOST_METERED = 60.0, 300.0  # seconds apart
_WEIGHT = 0.25  # of the newest answer in how long answers take
_JITTER = 0.2  # of the time between two, so that no two consoles stay in step


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When each was asked for last and when something happened last, in seconds of one clock, and what the line is."""

    is_metered: bool = False
    stirred: float = -math.inf
    latency: float | None = None  # seconds that an answer takes, smoothed
    asked: Mapping[Ask, float] = field(default_factory=dict)
    chance: float = 0.5  # between 0 and 1

    def every(self, now: float) -> float:
        """Seconds between two polls of what is on screen."""
        calm = now - self.stirred
        apart = next(seconds for upto, seconds in _PACES if calm < upto or upto == math.inf)
        if self.is_metered:
            apart *= _METERED
        apart = min(max(apart, _LATENCIES * (self.latency or 0.0)), _MOST_METERED if self.is_metered else _MOST)
        return next(step for step in _STEPS if step >= apart)

    def next(self, now: float, asks: Sequence[Ask]) -> tuple[Ask, float]:
        """Which of `asks` comes next, and in how many seconds; the first of them is what is on screen."""
        waits = {ask: self._wait(ask, now, is_on_screen=ask == asks[0]) for ask in asks}
        ask = min(asks, key=waits.__getitem__)
        return ask, waits[ask]

    def answered(self, ask: Ask, now: float, *, latency: float | None = None, chance: float = 0.5) -> Rhythm:
        """With an answer that came now, or in vain was waited for."""
        if latency is not None and self.latency is not None:
            latency = self.latency + _WEIGHT * (latency - self.latency)
        known = self.latency if latency is None else latency
        return replace(self, asked={**self.asked, ask: now}, latency=known, chance=chance)

    def stir(self, now: float) -> Rhythm:
        """With something that happened now: a change was found, a key was pressed, a message was sent."""
        return replace(self, stirred=now)

    def _wait(self, ask: Ask, now: float, *, is_on_screen: bool) -> float:
        if (asked := self.asked.get(ask)) is None:
            return 0.0
        apart = self.every(now) * (1 if is_on_screen else _SHARES[ask]) * (1 + _JITTER * (self.chance - 0.5))
        passed = max(0.0, now - asked)  # a clock that was put back must not make us wait for it
        return max(0.0, apart - passed)


def next_other(ids: Sequence[str], asked: Mapping[str, float]) -> str | None:
    """Whom to ask for next: whoever was not asked for longest, of those never asked for the first."""
    return min(ids, key=lambda id: asked.get(id, -math.inf), default=None)
