"""A server that cannot be reached: what cannot, that it is tried again, and no word about a key nobody has seen."""

from __future__ import annotations

from pathlib import Path

from console.app import ConsoleApp
from console.client.api import Api
from console.config import Secret, Settings
from console.screens.main import MainScreen
from console.text.safe import SafeLine
from console.widgets.footer import KeyFooter
from tests.support.console import JANE, OpenConsole, console_on, conversation_with
from tests.support.server import RunningServer

NOBODY = "http://127.0.0.1:1"


async def test_a_server_that_cannot_be_reached_is_named_and_the_key_is_not_judged(tmp_path: Path) -> None:
    settings = Settings(api_key=Secret("plato_x"), base_url=NOBODY, state_dir=tmp_path)
    app = ConsoleApp(settings)
    async with app.run_test(size=(120, 40)) as pilot:
        console = OpenConsole(app, pilot)
        await console.until(
            lambda: any(isinstance(screen, MainScreen) and screen.is_begun for screen in app.screen_stack)
        )
        tree = console.main.conversations
        await console.until(lambda: "cannot be reached" in tree.empty)

        def drawn() -> str:
            rows = (tree.render_line(y).text.strip() for y in range(tree.size.height))
            return " ".join(row for row in rows if row)

        await console.until(lambda: drawn().endswith("It is tried again until it answers."))
        assert drawn().startswith(f"{NOBODY} cannot be reached: nothing listens there"), "the whole of it is seen"
        await console.press("r")
        await console.until(lambda: console.said)
        assert console.said == "Not yet: the server has not answered. It is tried again."
        assert console.main.messages.empty == "Nothing is open."


async def test_a_thread_that_is_opened_offline_is_not_said_to_load(server: RunningServer, tmp_path: Path) -> None:
    async with Api(server.url, server.key("admin")) as api, console_on(server, tmp_path) as console:
        id = await conversation_with(api, JANE, "The lamp arrived broken.")
        await console.until(lambda: console.main.store.row(id))
        assert console.main.messages.empty == "Enter opens a conversation."
        await server.stop()
        await console.until(lambda: console.main.store.line.state == "offline", 20)
        console.main.open(id)
        await console.until(lambda: console.main.messages.empty == "Not read yet. It is when the line is back.")
        await server.start()
        await console.until(lambda: console.bodies == ["The lamp arrived broken."])


async def test_a_server_that_was_met_is_offline_and_not_a_wrong_address(server: RunningServer, tmp_path: Path) -> None:
    async with Api(server.url, server.key("admin")) as api, console_on(server, tmp_path) as console:
        id = await conversation_with(api, JANE, "The lamp arrived broken.")
        await console.until(lambda: console.main.store.row(id))
        await server.stop()
        await console.press("e")
        await console.until(lambda: console.said)
        assert console.said == "Offline: this was not done. The line is tried again by itself."


async def test_a_sentence_that_does_not_fit_takes_a_row_more_while_it_is_said(
    server: RunningServer, tmp_path: Path
) -> None:
    async with console_on(server, tmp_path, size=(80, 24)) as console:
        footer, panes = console.main.query_one(KeyFooter), console.main.query_one("#panes")
        assert (footer.region.y, footer.region.height) == (23, 1)
        console.main.say(SafeLine("It could not be written down, and it is not sent. " * 2 + "Free some space."))
        await console.until(lambda: footer.region.height == 2)
        assert footer.region.bottom == 24 and panes.region.bottom == 22
        drawn = [strip.text for strip in console.main._compositor.render_strips()]
        assert drawn[22].strip().startswith("It could not") and drawn[23].rstrip().endswith("Free some space.")
        await console.press("question_mark", "escape")
        console.main.say(SafeLine("Saved."))
        await console.until(lambda: footer.region.height == 1)
        assert panes.region.bottom == 23
