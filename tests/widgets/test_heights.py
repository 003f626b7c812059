"""Heights: whatever is asked in whatever order, the answer is that of a plain list."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from console.widgets.heights import GUESS, Heights

STEP = st.one_of(
    st.tuples(st.just("set"), st.integers(0, 3000), st.integers(1, 40), st.just(0)),
    st.tuples(st.just("splice"), st.integers(0, 3000), st.integers(0, 700), st.sampled_from([0, 1, 2, 99, 257, 900])),
    st.tuples(st.just("top"), st.integers(0, 3000), st.just(0), st.just(0)),
    st.tuples(st.just("at"), st.integers(0, 12000), st.just(0), st.just(0)),
    st.tuples(st.just("reset"), st.integers(0, 3000), st.just(0), st.just(0)),
)


class Plain:
    """The same by a list: each has what it is estimated at until it is set."""

    def __init__(self) -> None:
        self.true: list[int] = []
        self.made = 0

    def new(self, count: int) -> list[int]:
        """That many more, each of another height."""
        self.made += count
        return [1 + (self.made - one) * 7 % 11 for one in range(count)]


@settings(max_examples=150)
@given(st.lists(STEP, max_size=25))
def test_it_answers_as_a_plain_list_does(steps: list[tuple[Any, ...]]) -> None:
    plain = Plain()
    heights = Heights(lambda start, stop: plain.true[start:stop])
    for what, first, second, third in steps:
        count = len(plain.true)
        if what == "reset":
            plain.true = plain.new(first)
            heights.reset(first)
        elif what == "splice":
            start = first % (count + 1)
            gone = min(second, count - start)
            plain.true[start : start + gone] = plain.new(third)
            heights.splice(start, gone, third)
        elif count and what == "set":
            plain.true[first % count] = second
            heights.set(first % count, second)
        elif count and what == "top":
            heights.top(first % count)
        elif count:
            place, within = heights.at(first)
            assert 0 <= place < count and 0 <= within < plain.true[place]
    assert len(heights) == len(plain.true)
    for place, height in enumerate(plain.true):
        assert heights[place] == height
    tops = [0, *accumulate(plain.true)]
    assert heights.total == tops[-1]
    assert [heights.top(place) for place in range(len(tops))] == tops
    for place, height in enumerate(plain.true):
        assert heights.at(tops[place]) == (place, 0)
        assert heights.at(tops[place + 1] - 1) == (place, height - 1)


def test_where_nobody_looked_nothing_is_weighed() -> None:
    weighed: list[int] = []

    def weigh(start: int, stop: int) -> list[int]:
        weighed.append(stop - start)
        return [3] * (stop - start)

    heights = Heights(weigh)
    heights.reset(100_000)
    assert heights.total == 100_000 * GUESS and not weighed
    assert heights.top(99_999) + 3 == heights.total
    heights.splice(0, 0, 100)
    heights.splice(len(heights), 0, 1)
    assert len(heights) == 100_101 and sum(weighed) < 1000
