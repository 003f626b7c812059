"""Days as people write them."""

from __future__ import annotations

from datetime import date

import pytest

from console.text.days import day_of

TODAY = date(2026, 11, 17)  # a Tuesday


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("2026-03-14", date(2026, 3, 14)),
        ("14 March", date(2026, 3, 14)),
        ("March 14", date(2026, 3, 14)),
        ("14 Mar 2024", date(2024, 3, 14)),
        ("24 december", date(2025, 12, 24)),
        ("14.3.", date(2026, 3, 14)),
        ("14.3.2025", date(2025, 3, 14)),
        ("29 feb", date(2024, 2, 29)),
        ("today", TODAY),
        ("Yesterday", date(2026, 11, 16)),
        ("monday", date(2026, 11, 16)),
        ("tue", TODAY),
        ("wed", date(2026, 11, 11)),
        ("-7d", date(2026, 11, 10)),
        ("-2w", date(2026, 11, 3)),
    ],
)
def test_a_day_is_told_as_people_write_it(said: str, day: date) -> None:
    assert day_of(said, TODAY) == day


@pytest.mark.parametrize("said", ["", "x", "31 February", "14 foo", "2026-13-01", "-99999d", "32", "99.99."])
def test_what_is_no_day_is_none(said: str) -> None:
    assert day_of(said, TODAY) is None
