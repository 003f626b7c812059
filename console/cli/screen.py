"""The console on this terminal, from opening it to leaving it."""

from __future__ import annotations

import asyncio
import gc
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from console.cli import pauses
from console.errors import SettingsError

if TYPE_CHECKING:
    from console.config import Settings
    from console.splash import Splash


_START_SECONDS = 2.0


class Left(NamedTuple):
    """How a person left the console: the exit code, and what they chose to see instead."""

    code: int
    choice: str | None


def need_terminal() -> None:
    """Raise SettingsError where there is no terminal to draw on or to read keys from."""
    # The framework draws on standard error: standard output may well go elsewhere.
    if not (sys.stdin and sys.stdin.isatty() and sys.stderr and sys.stderr.isatty()):
        raise SettingsError(
            "The console needs a terminal for its screen and keys. Run it without a pipe or redirection."
        )


async def show(
    settings: Settings, *, secrets: set[str], profile: str = "default", splash: Splash | None = None
) -> Left:
    """Run the console until the person leaves it. Being cancelled is a way of leaving: what was written is kept."""
    gc.disable()  # nothing that a start makes is garbage, and looking for it is a tenth of the time
    from console.app import ConsoleApp

    app = ConsoleApp(settings, profile=profile, secrets=secrets, splash=splash)

    def fail(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """A task that nobody awaits and that failed ends the console as any other error does, and is reported so."""
        if isinstance(error := context.get("exception"), Exception) and "task" in context:
            app._handle_exception(error)
        else:
            loop.default_exception_handler(context)

    asyncio.get_running_loop().set_exception_handler(fail)
    running = asyncio.ensure_future(app.run_async())
    pausing = asyncio.create_task(pauses.take(lambda: app.typed, _START_SECONDS))
    try:
        choice = await asyncio.shield(running)
    except asyncio.CancelledError:
        app.exit()
        await running
        raise
    finally:
        pausing.cancel()
        await asyncio.gather(pausing, return_exceptions=True)
    if app._exception is not None:
        raise _cause(app._exception)  # Textual keeps it to itself; told once, by our own report
    return Left(app.return_code or 0, choice)


def _cause(error: Exception) -> BaseException:
    """What a worker raised, where the framework tells only that one did: a sentence of ours is told as one."""
    from textual.worker import WorkerFailed

    return error.error if isinstance(error, WorkerFailed) else error


def preload() -> None:
    """Import what `show` needs: half a second that a caller may spend in another thread while it waits for a server."""
    import console.app  # noqa: F401
