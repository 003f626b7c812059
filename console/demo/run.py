"""The demo from start to end: a server comes up, is filled, is shown, and leaves nothing behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from console.demo.afternoon.people import COLLEAGUES
from console.demo.host import Hosted, KeyHolder, host
from console.demo.progress import bar, unheard

if TYPE_CHECKING:
    from console.client.api import Api
    from console.config import Settings
    from console.demo.dialogues import Dialogues
    from console.demo.seed import Progress
    from console.demo.story import Script

Show = Callable[["Settings"], Awaitable[int]]
"""Shows the console on a server until the person leaves it; answers the exit code."""


async def demo(
    show: Show,
    *,
    role: str = "agent",
    dialogues: Path | None = None,
    secrets: set[str],
    preload: Callable[[], None] | None = None,
    within: Path | None = None,
) -> int:
    """Run the demo and answer its exit code. Raises Connect360Error; whatever ends it, nothing stays behind.

    Its keys go into `secrets`, for a report to leave out. `preload` runs in a thread while the server starts.
    Its directory is made `within` another, by default the system's for temporary files.
    """
    read = await asyncio.to_thread(_checked, dialogues) if dialogues else None
    # The story is told with keys that may: the person's own can do no more than their role.
    holders = [KeyHolder(f"{one.name} <{one.email}>", "admin") for one in COLLEAGUES]
    holders.insert(0, KeyHolder(holders[0].member, role))
    name = dialogues.name.partition(".")[0] if dialogues else "Northwind Trading"
    async with AsyncExitStack() as stack:
        with unheard(), bar(name, "messages") as on_progress:
            preloading = asyncio.get_running_loop().run_in_executor(None, preload or _nothing)
            hosted = await stack.enter_async_context(host(name, holders, within=within))
            secrets.update(hosted.keys)
            apis = await stack.enter_async_context(_apis(hosted))
            places, script = await _seed(apis, hosted, read, on_progress)
            await preloading
        settings = await asyncio.to_thread(_settings, hosted)
        async with _performing(apis[COLLEAGUES[-1].handle], script, places):
            return await show(settings)


async def _seed(
    apis: Mapping[str, Api], hosted: Hosted, read: Dialogues | None, on_progress: Progress
) -> tuple[dict[str, str], Script]:
    """Tell the story, or what was read, and give what is needed to go on with it."""
    from console.demo.afternoon import northwind
    from console.demo.dialogues import talks
    from console.demo.seed import seed
    from console.demo.story import Script, Story

    story, count = northwind(), None
    told = iter(story.talks)
    if read is not None:
        # Real customers say nothing new, but they thank for an answer.
        story = Story(story.workspace, story.colleagues, (), script=Script(thanks=story.script.thanks))
        told, count = talks(read, tuple(one.handle for one in story.colleagues)), read.messages
    places = await seed(
        story,
        apis,
        now=datetime.now(UTC),
        directory=hosted.directory,
        on_progress=on_progress,
        talks=told,
        total=count,
    )
    return places, story.script


@asynccontextmanager
async def _apis(hosted: Hosted) -> AsyncIterator[dict[str, Api]]:
    """One for each colleague, by handle. The mount is known: it need not be looked for."""
    from console.client.api import Api

    async with AsyncExitStack() as stack:
        yield {
            one.handle: await stack.enter_async_context(
                Api(hosted.base_url, key, trpc_path="/api/trpc", transformer="none")
            )
            for one, key in zip(COLLEAGUES, hosted.keys[1:], strict=True)
        }


@asynccontextmanager
async def _performing(api: Api, script: Script, places: Mapping[str, str]) -> AsyncIterator[None]:
    from console.demo.cast import perform

    playing = asyncio.ensure_future(perform(api, script, places))
    try:
        yield
    finally:
        playing.cancel()
        with suppress(asyncio.CancelledError):
            await playing


def _checked(dialogues: Path) -> Dialogues:
    from console.demo.dialogues import checked

    return checked(dialogues)


def _settings(hosted: Hosted) -> Settings:
    """The person's own settings, but for what belongs to this server; drafts lie with it and go with it."""
    from console.config import load_settings

    return load_settings(
        api_key=hosted.keys[0], base_url=hosted.base_url, trpc_path="auto", state_dir=hosted.directory / "console"
    )


def _nothing() -> None:
    """For whoever has nothing to preload."""
