"""The line to the terminal: measured where that is asked for, spared where it is slow."""

from __future__ import annotations

from pathlib import Path

from console.client.api import Api
from console.screens.dialog import KeyLine
from console.screens.help import Help
from console.screens.verbs.measuring import Measured, said
from console.widgets.top_bar import TopBar
from tests.support.console import JANE, OpenConsole, console_on, conversation_with
from tests.support.server import running_server


def first_line(console: OpenConsole) -> str:
    """What the first line of the screen says."""
    return console.main.query_one(TopBar).render_line(0).text


def test_a_measure_says_the_round_trip_and_what_a_key_cost_since_the_last() -> None:
    before = Measured(0.3, 4_000, 10)
    assert said(before, before) == "terminal 300 ms"
    assert said(before, Measured(0.312, 5_000, 18)) == "terminal 312 ms · 125 B a key"
    assert said(Measured(), Measured()) == "terminal ?"


async def test_the_first_line_says_it_until_it_is_asked_again(tmp_path: Path) -> None:
    async with running_server(tmp_path / "server") as server, console_on(server, tmp_path) as console:
        await console.until(lambda: console.main.store.line.state == "live")
        await console.press("g", "b")
        await console.until(lambda: "terminal ?" in first_line(console))  # there is none in a test
        await console.press("g", "b")
        await console.until(lambda: "terminal ?" not in first_line(console))


async def test_on_a_slow_line_the_cursor_is_its_mark_alone(tmp_path: Path) -> None:
    async with running_server(tmp_path / "server") as server:
        async with Api(server.url, server.key("admin")) as beside:
            await conversation_with(beside, JANE, "Hello")
        async with console_on(server, tmp_path) as console:
            await console.until(lambda: console.names == ["Jane Cooper"])
            tree = console.main.conversations
            grounds = {segment.style.bgcolor for segment in tree.render_line(0) if segment.style}
            console.main.is_spare = True
            await console.pilot.pause()
            spared = tree.render_line(0)
            assert spared.text.startswith("▸ ") or spared.text.startswith("▸J")
            assert {segment.style.bgcolor for segment in spared if segment.style} != grounds


async def test_on_a_slow_line_a_dialog_leaves_what_is_behind_it_as_it_was(tmp_path: Path) -> None:
    async with running_server(tmp_path / "server") as server, console_on(server, tmp_path) as console:
        await console.until(lambda: console.main.store.line.state == "live")
        shades = []
        for is_spare in (False, True):
            console.app.set_class(is_spare, "-spare")
            await console.press("question_mark")
            await console.until(lambda: isinstance(console.app.screen, Help) and console.app.screen.query(KeyLine))
            await console.pilot.pause()
            shades.append(console.app.screen.styles.background.a)
            await console.press("escape")
            await console.until(lambda: console.app.screen is console.main)
        assert shades[0] > 0 and shades[1] == 0
