"""What comes faster than a screen is drawn, shown at the frame's pace."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from console.screens.main import MainScreen

FRAME_SECONDS = 1 / 30
"""Between two drawings, unless the app knows of a line that takes fewer."""


class Paced:
    """Draws when it is wanted, at once or when the frame before it had its time."""

    def __init__(self, screen: MainScreen, draw: Callable[[], None]) -> None:
        self._screen = screen
        self._draw = draw
        self._loop = asyncio.get_running_loop()
        self._waiting: asyncio.TimerHandle | None = None
        self._drawn = 0.0
        self._is_over = False

    def want(self) -> None:
        """Have it drawn soon. However often this is said before, it is drawn once."""
        if self._waiting is None:
            seconds: float = getattr(self._screen.app, "frame_seconds", FRAME_SECONDS)
            self._waiting = self._loop.call_at(self._drawn + seconds, self._screen.call_later, self._now)

    def stop(self) -> None:
        """Draw no more."""
        self._is_over = True
        if self._waiting is not None:
            self._waiting.cancel()

    def _now(self) -> None:
        self._waiting, self._drawn = None, self._loop.time()
        if not self._is_over:
            self._draw()
