"""How fast a line takes what is written, measured by its answers, and whether it may be given more.

A pseudo-terminal takes 64 KB at once and SSH as much again: that a write returns says nothing. So behind a frame the
terminal is asked for its status (`DSR`, ECMA-48 8.3.35), and its answer says that all before was shown. What the line
cannot take in time is not given to it: the next frame will be newer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

ASK = "\x1b[5n"

_SELDOM = 4096
"""Bytes between two questions on a line that is fast."""
_QUEUE = 0.05
"""Seconds for which a line may be behind."""
_NOTICEABLE = 0.02
"""Seconds above the quickest answer that say something of the line, and not of a busy program."""
_SLOW_ANSWER = 0.15
_SLOW_RATE = 16_000.0
_FEW = 256
"""Bytes that say nothing of a line's rate, and always pass one frame at a time."""
_MANY = 2048
"""Bytes that a slow line cannot take in a moment."""
_PATIENCE = 10.0
"""Seconds after which an answer is lost."""
_MUTE = 3
"""Answers lost in a row that say that this terminal gives none."""
_LATEST = 16


class Pace:
    """One line. `now` is a clock of seconds that never goes back; a person may say that it `is_slow`."""

    def __init__(self, now: Callable[[], float], *, is_slow: bool = False) -> None:
        self._now = now
        self._said_slow = is_slow
        self._asked: deque[tuple[float, int, int]] = deque()  # when; bytes written by then; of those not answered then
        self._answers: deque[float] = deque(maxlen=_LATEST)  # seconds, of the latest
        self._rates: deque[float] = deque(maxlen=_LATEST)
        self._written = self._answered = self._asked_at = 0
        self._lost = 0

    @property
    def round_trip(self) -> float | None:
        """Seconds from a question to its answer, on a line with nothing else on it; None before the first."""
        return min(self._answers, default=None)

    @property
    def rate(self) -> float | None:
        """Bytes a second, as most of the latest answers say; None of a line that was never seen to be busy."""
        return sorted(self._rates)[len(self._rates) // 2] if self._rates else None

    @property
    def is_slow(self) -> bool:
        """Whether to spare the line: it answers late, or takes little."""
        trip, rate = self.round_trip, self.rate
        return self._said_slow or (trip or 0) > _SLOW_ANSWER or (rate is not None and rate < _SLOW_RATE)

    @property
    def is_waiting(self) -> bool:
        """Whether an answer is still to come."""
        return bool(self._asked)

    def asks(self, size: int) -> bool:
        """Whether to ask behind this many bytes that are about to be written."""
        if self._lost >= _MUTE:
            return False
        return not self._answers or self.is_slow or self._written + size - self._asked_at >= _SELDOM

    def wrote(self, size: int, *, asked: bool) -> None:
        """So many bytes were given to the line, a question behind them or not."""
        self._written += size
        if asked:
            self._asked.append((self._now(), self._written, self._written - self._answered))
            self._asked_at = self._written

    def answered(self) -> None:
        """The terminal answered the oldest question."""
        if not self._asked:
            return
        at, written, waiting = self._asked.popleft()
        took = self._now() - at
        self._answers.append(took)
        behind = took - min(self._answers)
        if (behind > _NOTICEABLE and waiting > _FEW) or waiting > _MANY:
            self._rates.append(waiting / max(behind, _NOTICEABLE))
        self._answered = written
        self._lost = 0

    def forget(self) -> None:
        """Expect no answer any more: the terminal is somebody else's for a while."""
        self._asked.clear()
        self._answered = self._written

    def wait(self) -> float:
        """Seconds after which the next frame may go, if no answer comes before; 0 where it may go at once."""
        if not self._asked:
            return 0.0
        age = self._now() - self._asked[0][0]
        if age >= _PATIENCE:
            self._lost += len(self._asked)
            self._asked.clear()
            self._answered = self._written
            return 0.0
        unanswered = self._written - self._answered
        return 0.0 if unanswered <= self._most() else _PATIENCE - age

    def _most(self) -> float:
        """Bytes that may be on the line: as many as it takes in the time of an answer, and a moment more."""
        trip, rate = self.round_trip, self.rate
        if trip is None:  # a terminal that never answered may never do
            return float("inf")
        if rate is None:
            is_late = self._now() - self._asked[0][0] > trip + _SLOW_ANSWER
            return _FEW if is_late else float("inf")
        return max(_FEW, rate * (trip + _QUEUE))
