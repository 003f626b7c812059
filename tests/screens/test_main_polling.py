"""A screen on a server without events: the first line says how often is asked, and a key makes it sooner."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from console.app import ConsoleApp
from console.config import Secret, Settings
from console.screens.main import MainScreen
from console.widgets.top_bar import TopBar
from tests.support.console import OpenConsole
from tests.support.server import running_server


class Watch:
    """The time of day, which a test can put forward."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@asynccontextmanager
async def polling(tmp_path: Path, *, metered: bool = False) -> AsyncIterator[tuple[OpenConsole, Watch]]:
    """A console that polls, once its first line says so."""
    async with running_server(tmp_path / "server", without=("events",)) as server:
        key = Secret(server.key())
        settings = Settings(api_key=key, base_url=server.url, state_dir=tmp_path, metered=metered)
        watch = Watch()
        app = ConsoleApp(settings, clock=watch.now)
        async with app.run_test(size=(120, 40)) as pilot:
            console = OpenConsole(app, pilot)
            await console.until(
                lambda: any(isinstance(screen, MainScreen) and screen.is_begun for screen in app.screen_stack)
            )
            await console.until(lambda: "◐ polling every" in first_line(console))
            yield console, watch


def first_line(console: OpenConsole) -> str:
    return console.main.query_one(TopBar).render_line(0).text


async def test_a_key_makes_polls_come_sooner(tmp_path: Path) -> None:
    async with polling(tmp_path) as (console, watch):
        assert "every 2 s " in first_line(console)

        def later() -> bool:
            watch.ahead += timedelta(seconds=0.25)  # little by little: all at once would be a sleep
            return "every 5 s " in first_line(console)

        await console.until(later, 30)
        await console.press("j")
        await console.until(lambda: "every 2 s " in first_line(console), 30)


async def test_a_metered_line_is_asked_less(tmp_path: Path) -> None:
    async with polling(tmp_path, metered=True) as (console, _):
        assert "every 10 s " in first_line(console)
