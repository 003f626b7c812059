"""A console without a terminal on the stand-in, opened again and again on what it kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from console.app import ConsoleApp
from console.config import Secret, Settings
from console.screens.ask import Ask
from console.screens.dialog import Field
from console.screens.main import MainScreen
from tests.hosted.hosted import Hosted
from tests.support.console import OpenConsole


@asynccontextmanager
async def console_on(
    hosted: Hosted,
    folder: Path,
    *,
    url: str | None = None,
    size: tuple[int, int] = (120, 40),
    profile: str = "default",
    is_reached: bool = True,
    **given: Any,
) -> AsyncIterator[OpenConsole]:
    """A console whose files are in `folder`, once it has an answer, if it is to get one; `url` is a line to it."""
    settings = Settings(
        api_key=Secret(hosted.key),
        base_url=url or hosted.url,
        trpc_path=hosted.path,
        state_dir=folder / "state",
        hold_seconds=0,
        **given,
    )
    app = ConsoleApp(settings, profile=profile)
    async with app.run_test(size=size) as pilot:
        console = OpenConsole(app, pilot)
        await console.until(
            lambda: any(isinstance(screen, MainScreen) and screen.is_begun for screen in app.screen_stack)
        )
        await console.until(lambda: console.main.store.line.state == "polling" or not is_reached)
        await console.pilot.pause()
        yield console


async def begin(console: OpenConsole, who: str, website: str = "") -> str:
    """Begin a conversation by its key; its id. It is open then, and the composer has the focus."""
    await console.press("c")
    await answer(console, who)
    await answer(console, website)
    await console.until(lambda: console.main.pane == "composer")
    assert console.main.open_id is not None
    return console.main.open_id


async def answer(console: OpenConsole, said: str) -> None:
    """Answer the question that is asked next, instead of what may stand there."""
    await console.shows(Ask)
    asked = console.app.screen
    asked.query_one(Field).value = said  # typed, an id takes a second
    await console.press("enter")
    await console.until(lambda: console.app.screen is not asked)


async def leave_composer(console: OpenConsole) -> None:
    """Esc, until letters are keys again."""
    await console.press("escape")
    await console.until(lambda: console.main.pane == "thread")
