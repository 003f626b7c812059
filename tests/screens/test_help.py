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


ABOUT = [
    (
        SafeLine("What is different"),
        [
            (SafeLine("notes"), SafeLine("There are none, and whoever reads this far has read it to its very end.")),
            (SafeLine("news"), SafeLine("It is asked for.")),
        ],
    )
]


@pytest.mark.parametrize(("width", "row"), [(120, 0), (80, 1), (40, 2)])
async def test_what_is_to_be_read_stands_first_and_in_full(width: int, row: int) -> None:
    host = Host(Help(SECTIONS, ABOUT))
    async with host.run_test(size=(width, 40)) as pilot:
        await pilot.pause()
        rows = [text.strip(" │") for text in host.rows()]
        first = next(place for place, text in enumerate(rows) if text.startswith("notes  There are none"))
        assert rows[first - 1] == "What is different"
        assert rows[first + row].endswith("end.") and rows[first + row + 1].startswith("news   It is asked for.")
        assert rows[first + row + 3].startswith("Everywhere")


async def test_what_is_to_be_read_is_found_as_keys_are() -> None:
    host = Host(Help(SECTIONS, ABOUT))
    async with host.run_test(size=(80, 24)) as pilot:
        await write(pilot, "asked")
        await pilot.pause()
        assert "It is asked for." in host.text() and "There are none" not in host.text()
        assert "Nothing is called so." not in host.text()
        await write(pilot, " xyz")
        await pilot.pause()
        assert "What is different" not in host.text() and "Nothing is called so." in host.text()


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
