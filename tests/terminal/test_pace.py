"""A line is given what it takes in time, whatever it is: each is acted out by its rate and its delay."""

from __future__ import annotations

from collections import deque

import pytest

from console.terminal.pace import Pace


class Line:
    """So many bytes a second, each way after `delay` seconds; `answers` or not."""

    def __init__(self, rate: float, delay: float, *, answers: bool = True) -> None:
        self.now = 0.0
        self.pace = Pace(lambda: self.now)
        self.rate, self.delay, self.answers = rate, delay, answers
        self.shown: list[float] = []  # after how many seconds each write was seen
        self.asked = 0
        self._free_at = 0.0
        self._answers: deque[float] = deque()

    def write(self, size: int) -> None:
        """Give it so much."""
        asked = self.pace.asks(size)
        self.pace.wrote(size, asked=asked)
        self._free_at = max(self._free_at, self.now) + size / self.rate
        self.shown.append(self._free_at + self.delay - self.now)
        if asked:
            self.asked += 1
            if self.answers:
                self._answers.append(self._free_at + 2 * self.delay)

    def run(self, seconds: float, size: int, every: float) -> None:
        """Have a frame of `size` bytes wait to be written as often as that, and write it when it may go."""
        end, waits = self.now + seconds, self.now
        while self.now < end:
            self.now += 0.001
            while self._answers and self._answers[0] <= self.now:
                self._answers.popleft()
                self.pace.answered()
            if waits <= self.now and not self.pace.wait():
                self.write(size)
                waits = max(waits + every, self.now)


def test_a_slow_line_is_never_far_behind_whatever_wants_to_be_written() -> None:
    line = Line(2_000, 0.15)
    line.write(4)
    line.run(1, 0, 10)
    line.write(4_000)
    line.run(10, 60, 1 / 30)
    line.shown.clear()
    line.run(30, 60, 1 / 30)
    assert line.pace.is_slow
    assert max(line.shown) < 0.15 + 60 / 2_000 + 0.07
    assert len(line.shown) > 0.8 * 30 * 2_000 / 60  # and it is given what it takes


def test_a_quick_line_is_seldom_asked_and_never_waits() -> None:
    line = Line(10_000_000, 0.0005)
    line.write(4)
    line.run(0.1, 0, 1)
    begun = line.asked
    line.run(60, 500, 1 / 60)
    assert not line.pace.is_slow
    assert line.asked - begun <= 60 * 60 * 500 / 4096 + 1
    assert len(line.shown) >= 59 * 60
    assert max(line.shown) < 0.01


def test_a_long_line_that_takes_much_is_given_much() -> None:
    line = Line(1_000_000, 0.15)
    line.write(4)
    line.run(1, 0, 10)
    line.run(10, 150, 1)  # one types slowly
    line.shown.clear()
    line.run(5, 150, 1 / 30)  # and then quickly
    assert len(line.shown) >= 5 * 30 - 8


def test_a_line_that_becomes_slow_is_noticed() -> None:
    line = Line(10_000_000, 0.001)
    line.write(4)
    line.run(10, 300, 1 / 30)
    assert not line.pace.is_slow
    line.rate, line.delay = 2_000, 0.15
    line.run(60, 100, 1 / 30)
    line.shown.clear()
    line.run(10, 100, 1 / 30)
    assert line.pace.is_slow
    assert max(line.shown) < 0.5


def test_a_line_that_becomes_quick_is_noticed() -> None:
    line = Line(2_000, 0.15)
    line.write(4)
    line.run(20, 100, 1 / 30)
    line.rate, line.delay = 10_000_000, 0.001
    line.run(60, 100, 1 / 30)
    assert not line.pace.is_slow


@pytest.mark.parametrize("seconds", [1, 100])
def test_a_terminal_that_gives_no_answers_is_not_waited_for(seconds: int) -> None:
    line = Line(10_000_000, 0.001, answers=False)
    line.run(seconds, 100, 1 / 30)
    assert len(line.shown) >= seconds * 29
    line.run(30, 100, 1 / 30)
    asked = line.asked
    line.run(30, 100, 1 / 30)
    assert line.asked == asked


def test_lost_answers_are_waited_for_no_longer_than_it_takes_to_lose_patience() -> None:
    line = Line(10_000_000, 0.2)
    line.write(4)
    line.run(5, 100, 1 / 30)
    line.answers = False
    line._answers.clear()
    line.run(11, 100, 1 / 30)
    line.shown.clear()
    line.run(60, 100, 1 / 30)
    assert len(line.shown) > 100


def test_a_person_may_say_that_a_line_is_slow() -> None:
    assert Pace(lambda: 0.0, is_slow=True).is_slow
