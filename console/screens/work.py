"""A screen that does what takes time beside the keys, and says in the last line what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from textual.geometry import Size
from textual.reactive import var  # a `reactive` of a screen would have all of it drawn anew
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget
from textual.worker import Worker

from console.client.errors import Forbidden, Unreachable
from console.errors import Connect360Error
from console.text.safe import SafeLine, line
from console.widgets.compositor import SparingCompositor
from console.widgets.footer import Notice

_NOTICE_SECONDS, _ERROR_SECONDS = 5.0, 12.0


class WorkScreen(Screen[None]):
    """What the main screen has of this; `notice` is bound to its footer."""

    notice: var[Notice | None] = var(None, init=False)
    focused: var[Widget | None] = var(None)  # as the framework has it, but that it draws the whole screen anew

    def __init__(self) -> None:
        super().__init__()
        self._compositor = SparingCompositor()
        self._notice_timer: Timer | None = None
        self.has_met = False  # the server, which is not a wrong address then

    def _screen_resized(self, size: Size) -> None:
        """Be laid out for another size: at each start the framework would have it done again for the same."""
        if size != self._size:
            super()._screen_resized(size)

    def attempt(self, do: Callable[[], Awaitable[None]], *, group: str, exclusive: bool = True) -> Worker[None]:
        """Do it in a worker; `exclusive` ends what the group was doing before."""
        # A function, not a coroutine: one that is replaced before it began would never be awaited.
        return self.run_worker(partial(self._attempt, do), group=group, exclusive=exclusive)

    async def _attempt(self, do: Callable[[], Awaitable[None]]) -> None:
        """The one place where what a verb could not do is said."""
        try:
            await do()
        except Connect360Error as error:
            self.say(_sentence(error, has_met=self.has_met), is_error=True)

    def say(self, text: SafeLine, *, is_error: bool = False) -> None:
        """Say something in the last line for a while."""
        self.notice = Notice(text, is_error)
        if self._notice_timer:
            self._notice_timer.stop()
        self._notice_timer = self.set_timer(_ERROR_SECONDS if is_error else _NOTICE_SECONDS, self._fall_silent)

    def _fall_silent(self) -> None:
        self.notice = None


def _sentence(error: Connect360Error, *, has_met: bool) -> SafeLine:
    """What an error says; of a permission that is lacking, or a line that was there, no more than fits in a line."""
    if has_met and isinstance(error, Unreachable):
        return SafeLine("Offline: this was not done. The line is tried again by itself.")
    lacking = error.permission if isinstance(error, Forbidden) else None
    return line(f"Refused: it needs {lacking}. You may try again." if lacking else str(error), 400)
