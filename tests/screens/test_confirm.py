"""Confirm: Enter does it, everything else does not; a typed name stands before the worst."""

from __future__ import annotations

import pytest

from console.screens.confirm import Confirm, is_same_name
from console.text.safe import SafeLine, block, line
from tests.screens.host import Host, write

NAME = line("Order #1042")


def deletion(typed: SafeLine | None = NAME) -> Confirm:
    return Confirm(line("Delete"), block("All of it goes."), line("delete"), typed=typed)


@pytest.mark.parametrize(("key", "answer"), [("enter", True), ("y", True), ("n", False), ("escape", False)])
async def test_a_plain_question_takes_one_key(key: str, answer: bool) -> None:
    host = Host(deletion(None))
    async with host.run_test() as pilot:
        await pilot.press(key)
        assert host.answer is answer


async def test_nothing_is_deleted_before_the_name_is_typed() -> None:
    host = Host(deletion())
    async with host.run_test() as pilot:
        await pilot.press("enter")
        await write(pilot, "yn order")
        await pilot.press("enter")
        assert not host.is_answered
        assert "enter" not in host.text()


async def test_with_the_name_typed_enter_is_offered_and_deletes() -> None:
    host = Host(deletion())
    async with host.run_test() as pilot:
        await write(pilot, "order #1042")
        await pilot.pause()
        assert "enter delete" in host.text()
        await pilot.press("enter")
        assert host.answer is True


async def test_a_letter_too_many_takes_the_offer_back() -> None:
    host = Host(deletion())
    async with host.run_test() as pilot:
        await write(pilot, "order #1042")
        await pilot.press("3")
        await pilot.pause()
        assert "enter delete" not in host.text()
        await pilot.press("enter")
        assert not host.is_answered


@pytest.mark.parametrize(
    ("typed", "shown", "same"),
    [
        ("Jane Cooper", "Jane Cooper", True),
        ("  jane  cooper ", "Jane Cooper", True),
        ("jane cooperr", "Jane Cooper", False),
        ("istanbul", "İstanbul", True),
        ("احمد", "أحمد", True),
        ("", "", False),
        (" ", "  ", False),
        ("evil[2J", "evil\x1b[2J", True),
        ("Jane", "Jane Cooper", False),
    ],
)
def test_a_name_is_the_same_when_a_person_would_say_so(typed: str, shown: str, same: bool) -> None:
    assert is_same_name(typed, line(shown)) is same


async def test_a_long_reason_is_scrolled_by_the_arrows_in_a_small_terminal() -> None:
    host = Host(Confirm(line("Delete"), block("\n".join(f"row {n}" for n in range(40))), line("delete"), typed=NAME))
    async with host.run_test(size=(40, 10)) as pilot:
        assert "row 0" in host.text()
        await pilot.press(*["down"] * 6)
        await pilot.pause()
        assert "row 6" in host.text() and "row 0 " not in host.text()
