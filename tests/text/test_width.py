"""Lines laid out in cells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.text.safe import block
from console.text.width import cell_width, clip, clusters, wrap
from tests.text.hostile import HOSTILE, ZWJ
from tests.text.nasty import NASTY

FAMILY = ZWJ.join("\U0001f469\U0001f469\U0001f467")


@pytest.mark.parametrize(
    ("text", "cells"),
    [("abc", 3), ("日本", 4), ("e\u0301", 1), (FAMILY, 2), ("🇦🇪", 2), ("كَ", 1), ("", 0), ("␛�⏎⇄…", 5)],
)
def test_a_cluster_is_as_wide_as_it_is_drawn(text: str, cells: int) -> None:
    assert cell_width(text) == cells


@pytest.mark.parametrize(
    ("text", "width", "clipped"),
    [
        ("hello", 5, "hello"),
        ("hello", 4, "hel…"),
        ("hello you", 7, "hello…"),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日…"),
        ("🇦🇪🇹🇷🇦🇪", 4, "🇦🇪…"),
        ("e\u0301e\u0301e\u0301", 2, "e\u0301…"),
        ("hello", 1, "…"),
        ("hello", 0, ""),
    ],
)
def test_clipping_ends_between_clusters(text: str, width: int, clipped: str) -> None:
    assert clip(text, width) == clipped


@pytest.mark.parametrize(
    ("text", "width", "rows"),
    [
        ("the lamp arrived broken", 10, ["the lamp", "arrived", "broken"]),
        ("the lamp", 8, ["the lamp"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("see abcdefghij now", 5, ["see", "abcde", "fghij", "now"]),
        ("see abcdefg now", 5, ["see", "abcde", "fg", "now"]),
        ("  indented text", 8, ["  indented"[:8], "ed text"]),
        ("日本語です", 4, ["日本", "語で", "す"]),
        (f"{FAMILY}{FAMILY}{FAMILY}", 5, [FAMILY * 2, FAMILY]),
        ("🇦🇪🇹🇷🇦🇪", 3, ["🇦🇪", "🇹🇷", "🇦🇪"]),
        ("متى يصل طلبي", 8, ["متى يصل", "طلبي"]),
        ("", 5, [""]),
        ("日", 1, ["日"]),
    ],
)
def test_lines_break_at_spaces_and_long_words_between_clusters(text: str, width: int, rows: list[str]) -> None:
    assert wrap(text, width) == rows


@given(text=NASTY, width=st.integers(2, 30))
def test_wrapping_loses_spaces_alone_and_never_overflows(text: str, width: int) -> None:
    for safe in block(text).split("\n"):
        rows = wrap(safe, width)
        assert all(cell_width(row) <= width for row in rows)
        assert "".join("".join(rows).split()) == "".join(safe.split())


@given(text=NASTY, width=st.integers(0, 30))
def test_clipping_never_overflows(text: str, width: int) -> None:
    assert cell_width(clip(block(text).replace("\n", " "), width)) <= width


@given(text=NASTY)
def test_clusters_are_the_whole_text(text: str) -> None:
    safe = block(text).replace("\n", " ")
    assert "".join(cluster for cluster, _ in clusters(safe)) == safe
    assert sum(cells for _, cells in clusters(safe)) == cell_width(safe)


@pytest.mark.parametrize("hostile", ["pile_joined_emoji", "pile_wide", "size_megabyte", "size_arabic", "size_marks"])
def test_what_is_hostile_still_fits(hostile: str) -> None:
    for safe in block(HOSTILE[hostile]).split("\n"):
        assert all(cell_width(row) <= 40 for row in wrap(safe, 40))
