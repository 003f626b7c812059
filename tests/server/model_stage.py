"""A server that sequences of calls are played on, a few at a time, each in two workspaces of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count, zip_longest
from pathlib import Path

from console.server.keyring import private_directory
from console.server.service import Config
from tests.server.inside import Inside, inside
from tests.server.model_play import Clock, begin
from tests.server.model_steps import Step, Wait
from tests.server.model_words import BEGUN, HOUR

AT_ONCE = 4
"""How many are played side by side, in one transaction where they write together."""


@dataclass
class Stage:
    """The server and its loop, which stands still between sequences."""

    runner: asyncio.Runner
    line: Inside
    directory: Path
    clock: Clock
    played: Iterator[int] = field(default_factory=count)

    def play(self, sequences: list[list[Step]]) -> None:
        """Play them side by side. Raises AssertionError where the server does not what the model does."""
        try:
            self.runner.run(self._play(sequences))
        except (AssertionError, KeyError) as error:
            for sequence in sequences:
                error.add_note("played: " + "\n".join(map(str, sequence)))
            raise

    async def _play(self, sequences: list[list[Step]]) -> None:
        self.clock.now = BEGUN
        new = (begin(self.line, self.directory, self.clock, f"w{next(self.played)}") for _ in sequences)
        plays = await asyncio.gather(*new)
        for steps in zip_longest(*sequences):
            # One clock for all: it stands still while they call.
            hours = max((step.hours for step in steps if isinstance(step, Wait)), default=0)
            self.clock.now += 1000 + hours * HOUR
            called = (play.step(step) for play, step in zip(plays, steps, strict=True) if step is not None)
            await asyncio.gather(*called)
        await asyncio.gather(*(play.end() for play in plays))


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
