"""A console without a terminal, on a real server: opened, driven by keys, looked at."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from console.app import ConsoleApp
from console.client.api import Api
from console.config import Secret, Settings
from console.contract.inputs import CustomerInput, GetOrCreateConversation, Send
from console.contract.permissions import RoleName
from console.screens.main import MainScreen
from console.state.rows import Entry
from tests.support.server import MAYA, RunningServer

JANE = CustomerInput(external_id="web-1", name="Jane Cooper", email="jane@example.com", metadata={"language": "en"})


class OpenConsole:
    """A console that is open on a server."""

    def __init__(self, app: ConsoleApp, pilot: Pilot[str | None]) -> None:
        self.app, self.pilot = app, pilot

    @property
    def main(self) -> MainScreen:
        """Its main screen."""
        return next(screen for screen in self.app.screen_stack if isinstance(screen, MainScreen))

    @property
    def said(self) -> str:
        """What stands in the last line."""
        return self.main.notice.text if self.main.notice else ""

    @property
    def names(self) -> list[str]:
        """The conversations that the tree shows."""
        return [line.row.name for line in self.main.conversations.lines]

    @property
    def bodies(self) -> list[str]:
        """What the thread's messages say."""
        return [entry.bodies[0] if entry.bodies else "" for entry in self.entries]

    @property
    def entries(self) -> Sequence[Entry]:
        """The thread's messages."""
        return self.main.thread.entries if self.main.thread else ()

    async def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            await self.pilot.press(key)

    async def write(self, text: str) -> None:
        """Type a text, key by key."""
        await self.press(*("space" if one == " " else one for one in text))

    async def until(self, claim: Callable[[], object], seconds: float = 10) -> None:
        """Wait until something is true."""
        async with asyncio.timeout(seconds):
            while not claim():
                await self.pilot.pause()

    async def shows(self, screen: type[object]) -> None:
        """Wait until a dialog stands on top."""
        await self.until(lambda: isinstance(self.app.screen, screen))
        await self.pilot.pause()


@asynccontextmanager
async def console_on(
    server: RunningServer,
    tmp_path: Path,
    *,
    role: RoleName = "agent",
    size: tuple[int, int] = (120, 40),
    profile: str = "default",
    member: str = MAYA,
    hold_seconds: float = 0,
    url: str | None = None,
) -> AsyncIterator[OpenConsole]:
    """A console with a key of this role, once its first conversations are there; `url` is a line to the server."""
    key = server.key(role, member)
    settings = Settings(
        api_key=Secret(key),
        base_url=url or server.url,
        trpc_path="/api/trpc",
        transformer="none",
        state_dir=tmp_path / "state",
        hold_seconds=hold_seconds,
    )
    app = ConsoleApp(settings, profile=profile)
    async with app.run_test(size=size) as pilot:
        console = OpenConsole(app, pilot)
        await console.until(
            lambda: any(isinstance(screen, MainScreen) and screen.is_begun for screen in app.screen_stack)
        )
        await console.until(lambda: console.main.store.line.state == "live")
        await console.pilot.pause()
        yield console


async def conversation_with(api: Api, customer: CustomerInput, *texts: str) -> str:
    """A conversation in which this customer said these things; its id."""
    conversation = await api.conversations.get_or_create(GetOrCreateConversation(customer=customer))
    for text in texts:
        await api.messages.send(Send(conversation_id=conversation.id, content={"en": text}, sender="customer"))
    return conversation.id
