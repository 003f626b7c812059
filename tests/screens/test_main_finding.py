"""Finding in the open thread: what it says, a day of it, and text to take along."""

from __future__ import annotations

from pathlib import Path

from console.client.api import Api
from console.screens.ask import Ask
from tests.support.console import JANE, console_on, conversation_with
from tests.support.server import RunningServer


async def test_what_is_looked_for_is_marked_and_gone_through(server: RunningServer, api: Api, tmp_path: Path) -> None:
    await conversation_with(api, JANE, "The Lamp arrived broken.", "It is red.", "Another LÂMP?", "Thanks")
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: console.names)
        await console.press("enter")
        await console.until(lambda: len(console.bodies) == 4)
        await console.press("slash")
        await console.shows(Ask)
        await console.write("lamp")
        await console.press("enter")
        thread = console.main.messages
        await console.until(lambda: thread.entry and thread.entry.bodies[0] == "Another LÂMP?")
        await console.press("n")
        assert thread.entry and thread.entry.bodies[0] == "The Lamp arrived broken."
        await console.press("n")
        assert console.said.startswith("Nothing says “lamp” further up")
        await console.press("N")
        assert thread.entry.bodies[0] == "Another LÂMP?"
        await console.press("escape")
        assert console.main.pane == "thread" and not thread.marking.is_searching


async def test_messages_are_selected_by_keys_and_copied(server: RunningServer, api: Api, tmp_path: Path) -> None:
    await conversation_with(api, JANE, "One", "مرحبا بكم", "Three")
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: console.names)
        await console.press("enter")
        await console.until(lambda: len(console.bodies) == 3)
        await console.press("k", "V", "k", "y")
        assert console.app.clipboard == "One\n\nمرحبا بكم"
        assert console.said == "Copied what was selected."
        assert console.main.messages.marking.selection is None


async def test_text_is_selected_by_the_mouse(server: RunningServer, api: Api, tmp_path: Path) -> None:
    await conversation_with(api, JANE, "The lamp arrived broken.", "Can I send it back?")
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: console.names)
        await console.press("enter")
        await console.until(lambda: len(console.bodies) == 2)
        thread = console.main.messages
        rows = [line.said.text if line.said else "" for _, line in thread._rows]
        first, last = rows.index("The lamp arrived broken."), rows.index("Can I send it back?")
        left, top = thread.gutter.left + 2, thread.gutter.top
        await console.pilot.mouse_down(thread, offset=(left + 4, first + top))
        await console.pilot.hover(thread, offset=(left + 5, last + top))
        await console.pilot.mouse_up(thread, offset=(left + 5, last + top))
        await console.press("y")
        assert console.app.clipboard == "lamp arrived broken.\n\nCan I"


async def test_a_day_is_gone_to(server: RunningServer, api: Api, tmp_path: Path) -> None:
    await conversation_with(api, JANE, *(f"Number {number}" for number in range(120)))
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: console.names)
        await console.press("enter")
        await console.until(lambda: console.bodies)
        await console.press("g", "t")
        await console.shows(Ask)
        await console.write("nonsense")
        await console.press("enter")
        assert isinstance(console.app.screen, Ask)
        await console.press("escape", "g", "t")
        await console.shows(Ask)
        await console.write("yesterday")
        await console.press("enter")
        await console.until(lambda: console.said.startswith("The thread begins on Today"))
        assert console.bodies[0] == "Number 0" and len(console.bodies) == 120
        assert console.main.messages.cursor_place == 0
