"""A workspace server as a child process, with a private directory, and both gone afterwards whatever happens."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from console.errors import Connect360Error
from console.values import dataclass

LISTENING = "listening on "

START_SECONDS = 60.0
"""Time enough for the slowest disk to make the tables; a server that takes longer hangs."""

STOP_SECONDS = 3.0
"""A server that was asked to end and has not ended by then is killed."""

# -P: a folder named `console` where the person happens to be must not be run as ours.
_CONNECT360 = (sys.executable, "-P", "-m", "console")
_SERVE = ("--port", "0", "--with-parent", "--quiet", "--rate", "0")


class DemoError(Connect360Error):
    """The demo could not be set up."""


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """Whom a key is made for: `Name <email>` and a role."""

    member: str
    role: str


@dataclass(frozen=True, slots=True)
class Hosted:
    """A running server: its address, a key for each holder in their order, and a directory that goes when it goes."""

    base_url: str
    keys: tuple[str, ...]
    directory: Path


@asynccontextmanager
async def host(
    workspace: str, holders: Sequence[KeyHolder], *, within: Path | None = None, patience: float = STOP_SECONDS
) -> AsyncIterator[Hosted]:
    """Run a server for one workspace. Raises DemoError with its own last words when it does not come up.

    It ends with the block, and when our own process is gone, however that went.
    """
    directory = Path(tempfile.mkdtemp(prefix="connect360-demo-", dir=within))  # mode 0700
    try:
        store = str(directory / "server")
        wanted = [word for one in holders for word in ("--member", one.member, "--role", one.role)]
        command = ("serve", *_SERVE, "--data", store, "--workspace", workspace, *wanted)
        async with _child(*command, patience=patience) as server:
            keys = tuple([await _next_line(server) for _ in holders])
            yield Hosted(await _address(server), keys, directory)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@dataclass(slots=True)
class _Child:
    """A process of ours. Its last words are kept; whatever else it says is read, or it would wait for a reader."""

    name: str
    process: asyncio.subprocess.Process
    lines: asyncio.Queue[str | None]
    last_words: deque[str]


@asynccontextmanager
async def _child(*command: str, patience: float) -> AsyncIterator[_Child]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PLATO_")}
    process = await asyncio.create_subprocess_exec(
        *_CONNECT360,
        *command,
        stdin=asyncio.subprocess.PIPE,  # `serve --with-parent` ends when it is closed, should we be killed
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment,
        start_new_session=True,  # Ctrl+C and the loss of the terminal reach us alone: we end it, in order
    )
    child = _Child(" ".join(word for word in command[:2] if word.isalpha()), process, asyncio.Queue(), deque(maxlen=20))
    assert process.stdout is not None
    assert process.stderr is not None
    readers = (
        asyncio.ensure_future(_read(process.stdout, child.lines)),
        asyncio.ensure_future(_remember(process.stderr, child.last_words)),
    )
    try:
        yield child
    finally:
        await _end(process, patience)
        await asyncio.gather(*readers)


async def _read(stream: asyncio.StreamReader, lines: asyncio.Queue[str | None]) -> None:
    async for line in stream:
        lines.put_nowait(line.decode(errors="replace").rstrip())
    lines.put_nowait(None)


async def _remember(stream: asyncio.StreamReader, words: deque[str]) -> None:
    async for line in stream:
        if said := line.decode(errors="replace").strip():
            words.append(said)


async def _end(process: asyncio.subprocess.Process, patience: float) -> None:
    """Ask it to end, then make it. Shielded: a second interruption must not leave it behind."""

    async def end() -> None:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.terminate()
            try:
                async with asyncio.timeout(patience):
                    await process.wait()
            except TimeoutError:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()

    await asyncio.shield(asyncio.ensure_future(end()))


async def _address(server: _Child) -> str:
    while True:
        line = await _next_line(server)
        if line.startswith(LISTENING):
            return line.removeprefix(LISTENING)


async def _next_line(child: _Child) -> str:
    try:
        async with asyncio.timeout(START_SECONDS):
            line = await child.lines.get()
            if line is None:
                await child.process.wait()
    except TimeoutError:
        raise DemoError(f"`connect360 {child.name}` said nothing for {START_SECONDS:.0f} s. Try again.") from None
    if line is None:
        words = child.last_words[-1].removeprefix("connect360: ") if child.last_words else "it said nothing"
        raise DemoError(f"`connect360 {child.name}` ended with code {child.process.returncode}: {words}")
    return line
