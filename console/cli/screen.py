"""The console on this terminal, from opening it to leaving it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from console.config import Settings


async def show(settings: Settings, *, profile: str = "default", title: str | None = None) -> int:
    """Run the console until the person leaves it. Being cancelled is a way of leaving: what was written is kept."""
    from console.app import ConsoleApp

    app = ConsoleApp(settings, profile=profile, title=title)
    running = asyncio.ensure_future(app.run_async())
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        app.exit()
        await running
        raise
    return app.return_code or 0


def preload() -> None:
    """Import what `show` needs: half a second that a caller may spend in another thread while it waits for a server."""
    import console.app  # noqa: F401
