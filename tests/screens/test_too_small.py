"""Too small a terminal: said, at any size; and all is as it was when there is room again."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from console.screens.ask import Ask
from console.screens.dialog import Field
from console.screens.too_small import TooSmall, is_too_small
from console.text.safe import line
from tests.screens.host import Host
from tests.support.console import OpenConsole, console_on
from tests.support.server import RunningServer


@pytest.mark.parametrize(("size", "small"), [((40, 10), False), ((39, 10), True), ((40, 9), True), ((1, 1), True)])
def test_the_least_is_forty_by_ten(size: tuple[int, int], small: bool) -> None:
    assert is_too_small(*size) is small


@pytest.mark.parametrize("size", [(39, 9), (20, 5), (3, 2), (1, 1)])
async def test_it_can_be_drawn_however_small_it_is(size: tuple[int, int]) -> None:
    host = Host(TooSmall())
    async with host.run_test(size=size) as pilot:
        await pilot.pause()
        assert len(host.rows()) == size[1]
        assert "below" not in host.text()


async def test_it_says_the_size_as_it_changes_and_the_least() -> None:
    host = Host(TooSmall())
    async with host.run_test(size=(30, 8)) as pilot:
        await pilot.pause()
        assert "Too small: 30x8." in host.text() and "40x10" in host.text()
        await pilot.resize_terminal(28, 8)
        await pilot.pause()
        assert "Too small: 28x8." in host.text()


async def test_what_lies_below_keeps_its_text_and_its_focus() -> None:
    host = Host(Ask(line("Name"), line("Name")))
    async with host.run_test(size=(80, 24)) as pilot:
        await pilot.press("a", "b")
        await pilot.resize_terminal(30, 8)
        host.push_screen(TooSmall())
        await pilot.press("x", "escape")
        await pilot.resize_terminal(80, 24)
        host.pop_screen()
        await pilot.press("c")
        assert host.screen.query_one(Field).value == "abc"


async def test_below_a_dialog_that_closed_it_goes_by_itself() -> None:
    host = Host(TooSmall())
    async with host.run_test(size=(30, 8)) as pilot:
        await host.push_screen(Ask(line("Name"), line("Name")))
        await pilot.resize_terminal(80, 24)
        await pilot.press("escape")
        await pilot.pause()
        assert not isinstance(host.screen, TooSmall)
        assert host.screen.query_one("#below", Input).has_focus


@pytest.mark.parametrize(("small", "size"), [((39, 9), (80, 24)), ((39, 24), (120, 40)), ((80, 9), (60, 24))])
async def test_the_panes_stand_as_ever_when_there_is_room_again(
    server: RunningServer, tmp_path: Path, small: tuple[int, int], size: tuple[int, int]
) -> None:
    def stand(it: OpenConsole) -> dict[str, object]:
        return {pane: it.main.query_one(f"#{pane}").region for pane in ("tree", "thread", "composer", "customer")}

    async with console_on(server, tmp_path, size=size) as fresh:
        wanted = stand(fresh)
    async with console_on(server, tmp_path, size=(100, 30)) as it:
        await it.pilot.resize_terminal(*small)
        await it.shows(TooSmall)
        await it.pilot.resize_terminal(*size)
        await it.until(lambda: it.app.screen is it.main)
        await it.until(lambda: stand(it) == wanted)
