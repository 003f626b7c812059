"""Pick: found by a part of the name, in any script; one or several; quick with a thousand."""

from __future__ import annotations

import time

from console.screens.listing import Listing
from console.screens.pick import Choice, Pick
from console.text.safe import line
from tests.screens.host import Host, keys_of, write

MEMBERS = [
    Choice("", line("nobody")),
    Choice("m1", line("Maya Okafor"), line("maya@example.com"), line("A")),
    Choice("m2", line("İpek Yılmaz"), line("ipek@example.com")),
    Choice("m3", line("ليلى حسن"), line("layla@example.com")),
]


def labels() -> Pick:
    choices = [Choice(name, line(name)) for name in ("billing", "damaged", "returns", "vip")]
    return Pick(line("Labels"), choices, multiple=True, marked=("returns",), new=line("a new label"))


async def test_enter_takes_what_is_pointed_at() -> None:
    host = Host(Pick(line("Assign"), MEMBERS))
    async with host.run_test() as pilot:
        await pilot.press("down", "down", "up", "enter")
        assert host.answer == ("m1",)


async def test_it_opens_on_what_is_in_force() -> None:
    host = Host(Pick(line("Assign"), MEMBERS, marked=("m2",)))
    async with host.run_test() as pilot:
        await pilot.pause()
        assert "●" in host.text()
        await pilot.press("enter")
        assert host.answer == ("m2",)


async def test_typing_finds_by_name_and_by_what_it_is_about_whatever_the_script() -> None:
    host = Host(Pick(line("Assign"), MEMBERS))
    async with host.run_test() as pilot:
        for typed, found in (
            ("ipek", "İpek Yılmaz"),
            ("YILMAZ", "İpek Yılmaz"),
            ("ليلي", "ليلى حسن"),
            ("layla", "ليلى حسن"),
            ("oka maya", "Maya Okafor"),
        ):
            await pilot.press("ctrl+u", *keys_of(typed))
            await pilot.pause()
            assert [one.label for one in host.screen.query_one(Listing).lines] == [found], typed


async def test_enter_on_nothing_found_answers_nothing() -> None:
    host = Host(Pick(line("Assign"), MEMBERS))
    async with host.run_test() as pilot:
        await write(pilot, "zzz")
        await pilot.pause()
        assert "Nothing is called so." in host.text()
        await pilot.press("down", "enter")
        assert not host.is_answered


async def test_enter_at_once_keeps_the_marks_as_they_were() -> None:
    host = Host(labels())
    async with host.run_test() as pilot:
        await pilot.press("enter")
        assert host.answer == ("returns",)


async def test_tab_marks_several_and_unmarks() -> None:
    host = Host(labels())
    async with host.run_test() as pilot:
        await pilot.press("tab", "up", "up", "up", "up", "tab", "tab", "enter")  # returns off; billing, damaged on
        assert host.answer == ("billing", "damaged")


async def test_all_marks_may_go() -> None:
    host = Host(labels())
    async with host.run_test() as pilot:
        await pilot.press("tab", "enter")
        assert host.answer == ()


async def test_what_is_looked_for_by_name_is_meant_though_tab_was_not_pressed() -> None:
    host = Host(labels())
    async with host.run_test() as pilot:
        await write(pilot, "vi")
        await pilot.press("enter")
        assert host.answer == ("returns", "vip")


async def test_a_new_one_is_offered_only_where_none_is_called_so() -> None:
    host = Host(labels())
    async with host.run_test() as pilot:
        await write(pilot, "VIP")
        await pilot.pause()
        assert "a new label" not in host.text()
        await pilot.press("ctrl+u")
        await write(pilot, "gift card")
        await pilot.pause()
        assert "a new label" in host.text()
        await pilot.press("tab", "enter")
        assert host.answer == ("returns", "gift card")


async def test_the_dialog_keeps_its_size_while_one_types() -> None:
    host = Host(labels())
    async with host.run_test() as pilot:
        await pilot.pause()
        before = host.screen.query_one("#dialog").region
        await write(pilot, "vip")
        await pilot.pause()
        assert host.screen.query_one("#dialog").region == before


async def test_a_click_points_and_a_second_chooses() -> None:
    host = Host(Pick(line("Assign"), MEMBERS))
    async with host.run_test() as pilot:
        await pilot.pause()
        await pilot.click(Listing, offset=(3, 2))
        assert not host.is_answered
        await pilot.click(Listing, offset=(3, 2))
        await pilot.pause()
        assert host.answer == ("m2",)


async def test_a_thousand_choices_follow_the_letters_at_once() -> None:
    choices = [Choice(str(n), line(f"Conversation number {n}"), line("what was said last")) for n in range(1_000)]
    host = Host(Pick(line("Move"), choices))
    async with host.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        started = time.process_time()
        await write(pilot, "number 99")
        await pilot.press("pagedown", "pageup")
        # 11 keys, of which a person notices none; a widget a row takes seconds.
        assert time.process_time() - started < 2
        await pilot.press("enter")
        assert host.answer == ("99",)
