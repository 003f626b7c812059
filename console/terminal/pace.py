"""How fast a line takes what is written, measured by its answers, and whether it may be given more.

A pseudo-terminal takes 64 KB at once and SSH as much again: that a write returns says nothing. So behind a frame the
terminal is asked for its status (DSR, ECMA-48 8.3.35), and its answer says that all before was shown. What the line
cannot take in time is not given to it: the next frame will be newer. The measure is that of BBR (Cardwell et al.,
"BBR: Congestion-Based Congestion Control", 2016): the most that was delivered in a time, and the least time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

ASK = "\x1b[5n"

_SELDOM = 4096
"""Bytes between two questions on a line that is fast."""
_QUEUE = 0.04
"""Seconds for which a line may be behind."""
_NOTICEABLE = 0.02
"""Seconds above the quickest answer that say that something stood in line."""
_SLOW_ANSWER = 0.15
_SLOW_RATE = 16_000.0
_FEW = 200
"""Bytes that may always be on the line."""
_UNTRIED = 3
"""Times what a line was seen to take, where it never was seen to be full."""
_FORGETTING = 30.0
"""Seconds after which a line is thought to be no fuller than others."""
_STALE = 10.0
"""Seconds after which the least time of an answer is measured anew, behind nothing."""
_PATIENCE = 10.0
"""Seconds after which an answer is lost."""
_MUTE = 3
"""Answers lost in a row that say that this terminal gives none."""


class _Question(NamedTuple):
    at: float
    written: int  # bytes, with those before it
    answered: int  # bytes, when it was asked
    since: float  # when those were
    is_alone: bool  # behind one write, with nothing in line before that


class Pace:
    """One line. `now` is a clock of seconds that never goes back; a person may say that it `is_slow`."""

    def __init__(self, now: Callable[[], float], *, is_slow: bool = False) -> None:
        self._now = now
        self.said_slow = is_slow
        """Whether a person says that it is."""
        self._asked: deque[_Question] = deque()
        self._trip: float | None = None
        self._trip_at = 0.0
        self._rates: deque[float] = deque(maxlen=32)  # bytes a second
        self._full_at: float | None = None  # when something stood in line last
        self._written = self._answered = self._asked_at = 0
        self._answered_at = now()
        self._lost = 0

    @property
    def round_trip(self) -> float | None:
        """Seconds from a question to its answer, with nothing in line before it; None before the first answer."""
        return self._trip

    @property
    def is_slow(self) -> bool:
        """Whether to spare the line: it answers late, or takes little."""
        is_narrow = self._was_full and max(self._rates) < _SLOW_RATE
        return self.said_slow or is_narrow or (self._trip or 0) > _SLOW_ANSWER

    @property
    def _was_full(self) -> bool:
        return self._full_at is not None and self._now() - self._full_at < _FORGETTING

    @property
    def written(self) -> int:
        """Bytes so far."""
        return self._written

    @property
    def is_waiting(self) -> bool:
        """Whether an answer is still to come."""
        return bool(self._asked)

    def asks(self, size: int) -> bool:
        """Whether to ask behind this many bytes that are about to be written."""
        if self._lost >= _MUTE:
            return False
        return self._trip is None or self.is_slow or self._was_full or self._written + size - self._asked_at >= _SELDOM

    def wrote(self, size: int, *, asked: bool) -> None:
        """So many bytes were given to the line, a question behind them or not."""
        now = self._now()
        is_alone = self._answered == self._written
        if is_alone:
            self._answered_at = now
        self._written += size
        if asked:
            self._asked.append(_Question(now, self._written, self._answered, self._answered_at, is_alone))
            self._asked_at = self._written

    def answered(self) -> None:
        """The terminal answered the oldest question."""
        if not self._asked:
            return
        now, asked = self._now(), self._asked.popleft()
        self._answered, self._answered_at, self._lost = asked.written, now, 0
        took = now - asked.at
        if self._trip is None or took <= self._trip or (asked.is_alone and self._is_stale(now)):
            self._trip, self._trip_at = took, now
        rate = (asked.written - asked.answered) / max(now - asked.since, 0.001)
        is_full = took - self._trip > _NOTICEABLE
        if is_full:
            self._full_at = now
        if is_full or rate > max(self._rates, default=0):  # else there was no more to deliver
            self._rates.append(rate)

    def forget(self) -> None:
        """Expect no answer any more: the terminal is somebody else's for a while."""
        self._asked.clear()
        self._answered = self._written

    def wait(self) -> float:
        """Seconds after which the next frame may go, if no answer comes before; 0 where it may go at once."""
        if not self._asked:
            return 0.0
        age = self._now() - self._asked[0].at
        if age >= _PATIENCE:
            self._lost += len(self._asked)
            self.forget()
            return 0.0
        if self._trip is None or self._written - self._answered <= self._most(self._trip):
            return 0.0  # a terminal that never answered may never do
        return _PATIENCE - age

    def _most(self, trip: float) -> float:
        """Bytes that may be on the line: as many as it takes in the time of an answer, and a moment more.

        One that answers in time is given all.
        """
        now = self._now()
        if not self.is_slow and now - self._asked[0].at <= trip + _NOTICEABLE:
            return float("inf")
        if self._was_full:
            return 0 if self._is_stale(now) else max(_FEW, max(self._rates) * (trip + _QUEUE))
        return _UNTRIED * max(_FEW, max(self._rates) * (trip + _QUEUE))

    def _is_stale(self, now: float) -> bool:
        return now - self._trip_at > _STALE
