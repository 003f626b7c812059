"""A terminal at the end of a slow line: what is written arrives at some bytes a second and late, and so do keys."""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import Mapping, Sequence

from tests.support.terminal import Terminal

_PIECE = 50  # bytes


class SlowLine(Terminal):
    """`rate` bytes a second to the person, `delay` seconds each way. The line takes any amount at once, as SSH does."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        rate: float = 2_000,
        delay: float = 0.15,
        columns: int = 120,
        rows: int = 40,
        env: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(argv, columns=columns, rows=rows, env=env)
        self.rate = rate
        self.delay = delay
        self.most_queued = 0
        """Writes that waited for the line at the same time, at most, since it was last set to 0."""
        self._queue: deque[bytes] = deque()
        self._free_at = 0.0  # of the loop's clock, when the line has taken all

    @property
    def queued(self) -> int:
        """Writes that wait for the line now."""
        return len(self._queue)

    def send(self, *keys: str) -> None:
        """Type this; it arrives after the delay."""
        asyncio.get_running_loop().call_later(self.delay, self._typed, "".join(keys).encode())

    def _typed(self, keys: bytes) -> None:
        if self._fd is not None:
            os.write(self._fd, keys)

    def _arrived(self, chunk: bytes) -> None:
        """What the program wrote stands in line, then travels piece by piece."""
        loop = asyncio.get_running_loop()
        starts = max(loop.time(), self._free_at)
        self._free_at = starts + len(chunk) / self.rate
        self._queue.append(chunk)
        loop.call_at(starts, self._begin)
        for start in range(0, len(chunk), _PIECE):
            piece = chunk[start : start + _PIECE]
            loop.call_at(starts + (start + len(piece)) / self.rate + self.delay, self._shown, piece)
        self.most_queued = max(self.most_queued, len(self._queue))

    def _begin(self) -> None:
        self._queue.popleft()

    def _answer(self, text: bytes) -> None:
        asyncio.get_running_loop().call_later(self.delay, self._typed, text)
