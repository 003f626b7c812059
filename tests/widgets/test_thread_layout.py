"""Where messages stand: what is on the screen stays there, whatever comes above it, below it, or is known later."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.state.entries import Entries
from console.state.rows import Entry, ThreadView
from console.text.safe import SafeBlock
from console.widgets.thread_layout import ThreadLayout
from tests.widgets.rows import NOW, entry

HEIGHT = 24


def message(number: int) -> Entry:
    """The message of this number; each is of another length, and every fifth begins a day."""
    words = SafeBlock("word " * (number * 37 % 120) + "\n" * (number % 4))
    return entry(id=f"m{number + 5000:05}", at=NOW + timedelta(hours=5 * number), bodies=(words,))


def laid(first: int, last: int, width: int = 60) -> ThreadLayout:
    """The messages of these numbers, in this width."""
    layout = ThreadLayout()
    layout.resize(width)
    layout.reset(ThreadView("conv_1", Entries(message(number) for number in range(first, last))))
    return layout


def heads(layout: ThreadLayout, line: int) -> dict[str, int]:
    """In which row each message of the screen stands that begins with this line."""
    return {key[1]: row for key, row in layout.hold(line, HEIGHT)}


STEP = st.one_of(
    st.tuples(st.just("older"), st.integers(1, 300)),
    st.tuples(st.just("newer"), st.integers(1, 300)),
    st.tuples(st.just("both"), st.integers(1, 50)),
    st.tuples(st.just("look"), st.integers(0, 10_000)),
    st.tuples(st.just("change"), st.integers(0, 10_000)),
)


@settings(max_examples=80)
@given(st.lists(STEP, max_size=12), st.integers(0, 10_000))
def test_what_is_on_the_screen_stays_where_it_is(steps: list[tuple[str, int]], begin: int) -> None:
    first, last = 0, 400
    layout = laid(first, last)
    line = layout.settle(layout.stand(begin % layout.heights.total), HEIGHT)
    for what, many in steps:
        before, held, entries = heads(layout, line), layout.hold(line, HEIGHT), layout.entries
        if what in ("older", "both"):
            entries = entries.spliced(0, 0, [message(number) for number in range(first - many, first)])
            first -= many
        if what in ("newer", "both"):
            came = [message(number) for number in range(last, last + many)]
            entries = entries.spliced(len(entries), len(entries), came)
            last += many
        if what == "look":  # somebody looked there before: what was estimated is known
            layout.lines(many % len(entries))
        if what == "change":  # not of what is on the screen
            place = many % len(entries)
            if entries[place].id not in before:
                entries = entries.with_entry(
                    place, replace(entries[place], bodies=(SafeBlock("changed " * (many % 90)),))
                )
        layout.take(ThreadView("conv_1", entries))
        stand = layout.again(held)
        assert stand is not None
        line = layout.settle(stand, HEIGHT)
        after = heads(layout, line)
        top = next(iter(before))
        if 0 < line < layout.heights.total - HEIGHT:
            assert after[top] == before[top]
            assert all(after[id] == row for id, row in before.items() if id in after)
    drawn = layout.window(line, HEIGHT)
    assert len(drawn) == HEIGHT
    every = [one for place in range(len(layout.entries)) for one in layout.lines(place)]
    assert layout.heights.total == len(every)


@settings(max_examples=60)
@given(st.lists(st.integers(20, 120), min_size=1, max_size=6), st.integers(0, 10_000))
def test_a_new_width_leaves_the_message_at_the_top_there(widths: list[int], begin: int) -> None:
    layout = laid(0, 400)
    line = layout.settle(layout.stand(begin % layout.heights.total), HEIGHT)
    for width in widths:
        held = layout.hold(line, HEIGHT)
        layout.resize(width)
        stand = layout.again(held)
        assert stand is not None
        line = layout.settle(stand, HEIGHT)
        shown = heads(layout, line)
        assert held[0][0][1] in shown
        if 0 < line < layout.heights.total - HEIGHT and held[0][1] >= 0:
            assert shown[held[0][0][1]] == held[0][1]
        assert len(layout.window(line, HEIGHT)) == HEIGHT


def rows_of(layout: ThreadLayout) -> list[str]:
    """All lines of the thread, right ends stripped."""
    lines = (one for place in range(len(layout.entries)) for one in layout.lines(place))
    return ["".join(text for text, _ in line.spans).rstrip() for line in lines]


def test_days_and_the_first_unread_are_drawn_above_their_messages() -> None:
    said = (entry(id="a", at=NOW - timedelta(days=3)), entry(id="b", at=NOW - timedelta(days=1)), entry(id="c"))
    layout = ThreadLayout()
    layout.resize(60)
    layout.turn_day(NOW.date())
    layout.reset(ThreadView("conv_1", Entries(said), first_unread="c"))
    rules = [line.strip() for line in rows_of(layout) if "──" in line]
    assert rules == ["── Saturday 14 November ──", "── Yesterday ──", "── Today ──", "── new ──"]
    assert layout.rules(2) == 2


def test_a_message_that_did_not_change_keeps_its_lines() -> None:
    layout = laid(0, 40)
    before = layout.lines(39)
    layout.take(ThreadView("conv_1", layout.entries.spliced(40, 40, [message(40)])))
    assert layout.lines(39) is before


@pytest.mark.parametrize("count", [1, 2, 7, 300])
def test_the_end_is_the_last_line_of_the_newest_message(count: int) -> None:
    layout = laid(0, count)
    line = layout.end(HEIGHT)
    assert line == max(0, layout.heights.total - HEIGHT)
    assert layout.window(line, HEIGHT)[-1][1] is layout.lines(count - 1)[-1]


def test_what_is_not_seen_is_not_laid_out() -> None:
    layout = laid(0, 20_000)
    layout.window(layout.end(HEIGHT), HEIGHT)
    layout.resize(90)
    layout.window(layout.end(HEIGHT), HEIGHT)
    assert len(layout._laid) < 60


def test_a_message_is_about_as_high_as_it_is_thought_to_be() -> None:
    layout = laid(0, 300)
    thought = [layout.heights[place] for place in range(300)]
    known = [len(layout.lines(place)) for place in range(300)]
    assert sum(thought) == pytest.approx(sum(known), rel=0.1)
