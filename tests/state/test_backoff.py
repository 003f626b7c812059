"""How long is waited before a server is tried again."""

from __future__ import annotations

import pytest

from console.state.backoff import delay, wait

EVEN = 0.5


def test_the_first_try_is_quick_and_the_next_ones_slower() -> None:
    assert [delay(failures, 0.0, EVEN) for failures in (1, 2, 3, 4, 99)] == [0.25, 0.5, 1.0, 1.0, 1.0]


@pytest.mark.parametrize(("broken", "seconds"), [(5, 1.0), (20, 2.0), (40, 4.0), (50, 5.0), (86_400, 5.0)])
def test_an_outage_costs_little_more_than_it_lasts_and_there_is_an_end(broken: float, seconds: float) -> None:
    assert delay(9, broken, EVEN) == seconds


def test_chance_keeps_those_apart_who_lost_the_line_together() -> None:
    assert (delay(1, 0, 0.0), delay(1, 0, 1.0)) == (0.125, 0.375)
    assert (delay(9, 900, 0.0), delay(9, 900, 1.0)) == (2.5, 7.5)


@pytest.mark.parametrize("chance", [0.0, 0.3, 1.0])
def test_less_than_the_server_asks_for_is_never_waited(chance: float) -> None:
    assert 20 <= delay(1, 0.0, chance, asked=20) <= 25
    assert 20 <= wait(20, chance) <= 25


def test_a_server_that_asks_for_a_year_is_asked_again_today() -> None:
    assert wait(31_536_000, 1.0) == 750
    assert wait(None, 1.0) == 0
