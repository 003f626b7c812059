"""What ours is measured against, in the same run: bare programs of the framework's own widgets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Markdown, TextArea

from tests.benchmarks.tokens import tokens


class Area(App[None]):
    """A TextArea that fills the screen."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+q", "quit", priority=True)]

    def __init__(self, _rate: float) -> None:
        super().__init__()
        self.animation_level = "none"

    def compose(self) -> ComposeResult:
        area = TextArea()
        area.cursor_blink = False
        yield area


class Streamed(App[None]):
    """The framework's Markdown stream, as oterm shows an answer: `rate` tokens a second, 0 for full speed.

    The title of the terminal says when it is done.
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.animation_level = "none"
        self._rate = rate

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Markdown()

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).anchor()
        self.run_worker(self._stream())

    async def _stream(self) -> None:
        stream = Markdown.get_stream(self.query_one(Markdown))
        loop = asyncio.get_running_loop()
        began = loop.time()
        for number, token in enumerate(tokens(self._rate)):
            await stream.write(token)
            due = began + number / self._rate if self._rate else loop.time()
            await asyncio.sleep(max(0.0, due - loop.time()))
        await stream.stop()
        self.call_after_refresh(self.exit)


PEERS: dict[str, Callable[[float], App[None]]] = {"area": Area, "markdown": Streamed}
