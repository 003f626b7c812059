"""The key help: found by what a key does, in one column or two, scrolled where there is no room."""

from __future__ import annotations

import pytest

from console.screens.help import Help
from console.screens.key_table import columns, found
from console.text.safe import SafeLine
from tests.screens.host import Host, write

WORDS = {
    "Everywhere": ("? F1|keys", "ctrl+p :|palette", "esc|one back, never discards", "q|close"),
    "Views": ("g i|inbox", "g m|mine", "g u|unassigned", "g w|waiting", "g d|drafts", "g a|all"),
    "Conversations": ("e|resolve", "E|resolve, and the next", "#|delete for everyone", "t|labels", "p|priority"),
    "Thread": ("r|reply", "i|internal note", "d|AI draft"),
}
SECTIONS = [
    (SafeLine(name), [(SafeLine(one.split("|")[0]), SafeLine(one.split("|")[1])) for one in hints])
    for name, hints in WORDS.items()
]


async def test_typing_finds_a_key_by_what_it_does() -> None:
    host = Host(Help(SECTIONS))
    async with host.run_test(size=(80, 24)) as pilot:
        await write(pilot, "resol")
        await pilot.pause()
        text = host.text()
        assert "resolve, and the next" in text and "Conversations" in text
        assert "palette" not in text


async def test_enter_closes_it() -> None:
    host = Host(Help(SECTIONS))
    async with host.run_test() as pilot:
        await pilot.press("enter")
        assert host.answer is None


async def test_two_columns_stand_beside_each_other_where_there_is_room() -> None:
    host = Host(Help(SECTIONS))
    async with host.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert [row for row in host.rows() if "Everywhere" in row and "Conversations" in row]
        await pilot.resize_terminal(80, 40)
        await pilot.pause()
        assert not [row for row in host.rows() if "Everywhere" in row and "Conversations" in row]


async def test_every_key_can_be_reached_in_the_smallest_terminal() -> None:
    host = Host(Help(SECTIONS))
    async with host.run_test(size=(40, 10)) as pilot:
        seen = ""
        for _ in range(12):
            await pilot.press("pagedown")
            await pilot.pause()
            seen += host.text()
        assert "AI draft" in seen and "delete for everyone" in seen


@pytest.mark.parametrize(
    ("query", "labels"),
    [
        ("g m", ["mine"]),
        ("ctrl", ["palette"]),
        ("#", ["delete for everyone"]),
        ("RESOLVE", ["resolve", "resolve, and the next"]),
        ("thread note", ["internal note"]),
        ("nothing at all", []),
    ],
)
def test_a_key_is_found_by_itself_by_its_meaning_and_by_its_section(query: str, labels: list[str]) -> None:
    assert [label for _, hints in found(SECTIONS, query) for _, label in hints] == labels


def test_the_columns_are_as_even_as_whole_sections_allow() -> None:
    left, right = columns(SECTIONS, 2)
    assert len(left) == len(right) == 13
    assert [row.name for row in left if row.name] == ["Everywhere", "Views"]


def test_one_section_or_none_is_one_column() -> None:
    assert len(columns(SECTIONS[:1], 2)) == 1
    assert columns([], 2) == [[]]
