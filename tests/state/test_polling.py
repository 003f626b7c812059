"""What is asked next of a server that tells nothing by itself, and when."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.state.polling import Ask, Rhythm, next_other

ALL: tuple[Ask, ...] = ("thread", "list", "sweep")
NOON = 43_200.0


def asked_in(rhythm: Rhythm, seconds: float, asks: tuple[Ask, ...] = ALL, latency: float = 0.05) -> list[Ask]:
    """What is asked for in this time, every answer coming at once."""
    now, asked = NOON, list[Ask]()
    while True:
        ask, wait = rhythm.next(now, asks)
        now += wait
        if now > NOON + seconds:
            return asked
        rhythm = rhythm.answered(ask, now, latency=latency)
        asked.append(ask)


def test_what_is_on_screen_is_asked_for_often_and_the_rest_seldom() -> None:
    asked = asked_in(Rhythm().stir(NOON), 19)
    assert (asked.count("thread"), asked.count("list"), asked.count("sweep")) == (10, 4, 2)
    assert asked[:3] == ["thread", "list", "sweep"]


def test_without_an_open_thread_the_list_is_what_is_on_screen() -> None:
    asked = asked_in(Rhythm().stir(NOON), 19, ("list", "sweep"))
    assert (asked.count("list"), asked.count("sweep")) == (10, 2)


def test_of_a_server_that_lists_none_the_other_conversations_are_asked_for_in_turn() -> None:
    asked = asked_in(Rhythm().stir(NOON), 19, ("thread", "other"))
    assert (asked.count("thread"), asked.count("other")) == (10, 5)
    assert [
        next_other("abc", {}),
        next_other("abc", {"a": 1.0}),
        next_other("abc", {"a": 1.0, "b": 2.0, "c": 0.5}),
    ] == [
        "a",
        "b",
        "c",
    ]
    assert next_other("", {"gone": 1.0}) is None


@pytest.mark.parametrize(("calm", "every"), [(0, 2), (19, 2), (20, 5), (119, 5), (120, 10), (600, 30), (86_400, 30)])
def test_the_longer_nothing_happens_the_seldomer_it_is_asked(calm: float, every: float) -> None:
    assert Rhythm().stir(NOON).every(NOON + calm) == every


def test_what_happens_brings_the_next_poll_forward() -> None:
    idle = Rhythm(asked={"thread": NOON, "list": NOON, "sweep": NOON})
    assert idle.next(NOON + 4, ALL) == ("thread", 26)
    assert idle.stir(NOON + 4).next(NOON + 4, ALL) == ("thread", 0)


@pytest.mark.parametrize(("latency", "every"), [(0.1, 2), (0.2, 5), (0.5, 10), (2.0, 60), (30.0, 60)])
def test_a_slow_line_is_left_at_least_twenty_answers_long_within_bounds(latency: float, every: float) -> None:
    rhythm = Rhythm(latency=latency).stir(NOON)
    assert rhythm.every(NOON) == every
    assert rhythm.every(NOON) >= min(20 * latency, 60)


def test_one_slow_answer_is_not_a_slow_line_and_many_are() -> None:
    rhythm = Rhythm().stir(NOON).answered("thread", NOON, latency=0.05).answered("thread", NOON, latency=0.2)
    assert rhythm.every(NOON) == 2
    for _ in range(20):
        rhythm = rhythm.answered("thread", NOON, latency=0.2)
    assert rhythm.every(NOON) == 5


@pytest.mark.parametrize(("calm", "every"), [(0, 10), (20, 20), (120, 60), (600, 120)])
def test_where_bytes_are_paid_for_polls_are_far_apart(calm: float, every: float) -> None:
    assert Rhythm(is_metered=True).stir(NOON).every(NOON + calm) == every
    assert Rhythm(is_metered=True, latency=60.0).every(NOON) == 300


def test_a_clock_that_is_put_back_makes_nobody_wait_for_it() -> None:
    rhythm = Rhythm(asked={"thread": NOON + 3600, "list": NOON, "sweep": NOON}, stirred=NOON + 3600)
    assert rhythm.next(NOON, ALL)[1] <= 2


def test_two_consoles_do_not_stay_in_step() -> None:
    early, late = (
        Rhythm().stir(NOON).answered("thread", NOON, chance=chance).next(NOON, ("thread",))[1] for chance in (0.0, 1.0)
    )
    assert early == pytest.approx(1.8) and late == pytest.approx(2.2)


@given(
    st.booleans(),
    st.floats(0, 1e5),
    st.floats(0, 100) | st.none(),
    st.dictionaries(st.sampled_from(ALL), st.floats(NOON - 1e4, NOON + 1e4)),
    st.floats(0, 1),
)
def test_it_is_always_asked_for_something_within_bounds(
    is_metered: bool, calm: float, latency: float | None, asked: dict[Ask, float], chance: float
) -> None:
    rhythm = Rhythm(is_metered, NOON - calm, latency, asked, chance)
    ask, wait = rhythm.next(NOON, ALL)
    assert ask in ALL and 0 <= wait <= (330 if is_metered else 66)
    assert 2 <= rhythm.every(NOON) <= (300 if is_metered else 60)
