"""Bare apps of the framework's widgets, on its own driver: `python -m tests.benchmarks.panes.bare WIDGET [COUNT]`."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from itertools import cycle

from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import DataTable, Label, Markdown, OptionList, RichLog, Static, TextArea, Tree

_SAID = (
    "The lamp arrived broken. Can I send it back? I would rather have a new one than the money.",
    "Merhaba, siparişimin nerede olduğunu öğrenebilir miyim?",
    "Thank you, that helps a lot.",
)
_REVERSE = Style(reverse=True)
_TOKENS = ("I ", "am ", "sorry ", "about ", "that. ", "A ", "new ", "one ", "is ", "on ", "its ", "way ", "today. ")


def row(number: int) -> str:
    """What stands in a row."""
    return f"row {number} of Jane Cooper, 3m"


def message(number: int) -> str:
    """What stands in a message."""
    return f"row {number} {_SAID[number % len(_SAID)]}"


def tree(count: int) -> Widget:
    """A tree, unfolded."""
    made: Tree[None] = Tree("row")
    for number in range(count):
        made.root.add_leaf(row(number))
    made.root.expand()
    return made


def table(count: int) -> Widget:
    """A table of two columns."""
    made: DataTable[str] = DataTable(cursor_type="row")
    made.add_columns("name", "age")
    for number in range(count):
        made.add_row(row(number), "3m")
    return made


class Log(RichLog):
    """Filled once its width is known."""

    count = 0

    def on_mount(self) -> None:
        for number in range(self.count):
            self.write(message(number))


def log(count: int) -> Widget:
    """A log of messages."""
    made = Log(wrap=True)
    made.count = count
    return made


class Lines(ScrollView, can_focus=True):
    """Rows made when they are seen, with a cursor: the least that the framework can do."""

    BINDINGS = [("down", "move(1)", ""), ("up", "move(-1)", "")]  # noqa: RUF012

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count, self.at = count, 0

    def on_mount(self) -> None:
        self.virtual_size = Size(30, self.count)

    def render_line(self, y: int) -> Strip:
        number = y + self.scroll_offset.y
        text = row(number) if number < self.count else ""
        style = self.rich_style.update_link(None) if number != self.at else self.rich_style + _REVERSE
        return Strip([Segment(text.ljust(self.size.width), style)], self.size.width)

    def action_move(self, rows: int) -> None:
        """Move the cursor."""
        before, self.at = self.at, min(max(self.at + rows, 0), self.count - 1)
        for number in (before, self.at):
            self.refresh_line(number - self.scroll_offset.y)


WIDGETS: dict[str, Callable[[int], Widget]] = {
    "label": lambda count: Label("row 0"),
    "area": lambda count: TextArea("row 0"),
    "tree": tree,
    "options": lambda count: OptionList(*map(row, range(count))),
    "table": table,
    "log": log,
    "lines": Lines,
    "statics": lambda count: VerticalScroll(*(Static(message(number)) for number in range(count))),
    "markdowns": lambda count: VerticalScroll(*(Markdown(message(number)) for number in range(count))),
    "stream": lambda count: VerticalScroll(Markdown("row 0")),
}


class Bare(App[None]):
    """One widget and nothing else."""

    def __init__(self, widget: str, count: int) -> None:
        super().__init__()
        self._make, self._count = WIDGETS[widget], count

    def compose(self) -> ComposeResult:
        yield self._make(self._count)

    def on_mount(self) -> None:
        if "STREAM" in os.environ:
            self.run_worker(self._stream())

    async def _stream(self) -> None:
        """A draft that comes in at a pace, as chat programs show it."""
        stream = Markdown.get_stream(self.query_one(Markdown))
        pace = float(os.environ.get("PACE", "60"))
        begun, loop = asyncio.get_running_loop().time(), asyncio.get_running_loop()
        for number, token in zip(range(int(os.environ.get("TOKENS", "600"))), cycle(_TOKENS), strict=False):
            await asyncio.sleep(max(begun + number / pace - loop.time(), 0))
            await stream.write(token)
        await stream.stop()


if __name__ == "__main__":
    app = Bare(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    if os.environ.get("STILL"):
        app.animation_level = "none"
    app.run()
