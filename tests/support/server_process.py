"""`connect360 serve` as a process of its own: started, killed, started again on the same directory and port."""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

COMMAND = (sys.executable, "-m", "console")
LISTENING = "listening on "
_START_SECONDS = 60.0


async def told(*arguments: str) -> tuple[int, str, str]:
    """Exit code, output and errors of a command that ends by itself."""
    process = await asyncio.create_subprocess_exec(*COMMAND, *arguments, stdout=PIPE, stderr=PIPE, stdin=DEVNULL)
    output, errors = await process.communicate()
    return process.returncode or 0, output.decode(), errors.decode()


class ServerProcess:
    """A server process on a data directory. `url` stays the same over kill and start; its words go to `errors`."""

    def __init__(self, directory: Path, errors: Path, *arguments: str) -> None:
        self.directory = directory
        self.errors = errors
        self.url = ""
        self.listening = asyncio.Event()
        self.process: Process | None = None
        self._arguments = arguments
        self._port = "0"

    async def spawn(self) -> None:
        """Start the process without waiting for it to listen."""
        with self.errors.open("ab") as errors:
            self.process = await asyncio.create_subprocess_exec(
                *(*COMMAND, "serve", "--port", self._port, "--data", str(self.directory), *self._arguments),
                stdout=PIPE,
                stdin=DEVNULL,
                stderr=errors,
            )

    async def start(self) -> None:
        """Start, and wait until it listens: the second time at the first time's address."""
        await self.spawn()
        assert self.process is not None
        assert self.process.stdout is not None
        async with asyncio.timeout(_START_SECONDS):
            line = (await self.process.stdout.readline()).decode().strip()
        assert line.startswith(LISTENING), line or self.errors.read_text()
        self.url = line.removeprefix(LISTENING)
        self._port = self.url.rpartition(":")[2]
        self.listening.set()

    async def end(self, number: signal.Signals = signal.SIGKILL) -> int:
        """Send a signal and wait for the end; the exit code."""
        assert self.process is not None
        self.listening.clear()
        if self.process.returncode is None:
            self.process.send_signal(number)
        return await self.process.wait()


@asynccontextmanager
async def server_process(directory: Path, *arguments: str) -> AsyncIterator[ServerProcess]:
    """A server that listens. It is gone after the block, whatever happens."""
    server = ServerProcess(directory, directory.parent / f"{directory.name}.errors", *arguments)
    try:
        await server.start()
        yield server
    finally:
        if server.process is not None:
            await server.end()
