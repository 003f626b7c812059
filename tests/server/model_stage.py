"""A server that sequences of calls are played on, one after another, each in two workspaces of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from console.server.keyring import private_directory
from console.server.service import Config
from tests.server.inside import Inside, inside
from tests.server.model_play import Clock, begin
from tests.server.model_steps import Step


@dataclass
class Stage:
    """The server and its loop, which stands still between sequences."""

    runner: asyncio.Runner
    line: Inside
    directory: Path
    clock: Clock
    played: Iterator[int] = field(default_factory=count)

    def play(self, sequence: list[Step]) -> None:
        """Play one. Raises AssertionError where the server does not what the model does."""
        self.runner.run(self._play(sequence))

    async def _play(self, sequence: list[Step]) -> None:
        play = await begin(self.line, self.directory, self.clock, f"w{next(self.played)}")
        for step in sequence:
            await play.step(step)
        await play.end()


@contextmanager
def staged(directory: Path) -> Iterator[Stage]:
    """A server on a new directory while the block runs."""
    clock = Clock()
    serving = inside(Config(private_directory(directory), rate=0.0, pace=0.0, clock=clock))
    with asyncio.Runner() as runner:
        line = runner.run(serving.__aenter__())
        try:
            yield Stage(runner, line, directory, clock)
        finally:
            runner.run(serving.__aexit__(None, None, None))
