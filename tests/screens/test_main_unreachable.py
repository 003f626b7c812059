"""A server that cannot be reached: what cannot, that it is tried again, and no word about a key nobody has seen."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr

from console.app import ConsoleApp
from console.config import Settings
from console.screens.main import MainScreen
from tests.support.console import OpenConsole

NOBODY = "http://127.0.0.1:1"


async def test_a_server_that_cannot_be_reached_is_named_and_the_key_is_not_judged(tmp_path: Path) -> None:
    settings = Settings(PLATO_API_KEY=SecretStr("plato_x"), PLATO_BASE_URL=NOBODY, state_dir=tmp_path)
    app = ConsoleApp(settings)
    async with app.run_test(size=(120, 40)) as pilot:
        console = OpenConsole(app, pilot)
        await console.until(lambda: any(isinstance(screen, MainScreen) for screen in app.screen_stack))
        tree = console.main.conversations
        await console.until(lambda: "cannot be reached" in tree.empty)

        def drawn() -> str:
            rows = (tree.render_line(y).text.strip() for y in range(tree.size.height))
            return " ".join(row for row in rows if row)

        await console.until(lambda: drawn().endswith("It is tried again until it answers."))
        assert drawn().startswith(f"{NOBODY} cannot be reached: nothing listens there"), "the whole of it is seen"
        await console.press("r")
        await console.until(lambda: console.said)
        assert console.said == "Not yet: reply. The server has not answered; it is tried again."
