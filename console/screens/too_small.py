"""What is shown while the terminal is too small to work in. The app puts it there, and takes it away."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen

from console.screens.dialog import StyleSheets, Words
from console.text.safe import SafeLine

COLUMNS, ROWS = 40, 10
"""The least that the console can be worked in."""


def is_too_small(columns: int, rows: int) -> bool:
    """Whether a terminal of that size leaves no room to work."""
    return columns < COLUMNS or rows < ROWS


class TooSmall(ModalScreen[None]):
    """Covers everything, takes no key, loses nothing: what lies below is as it was when there is room again."""

    CSS_PATH: ClassVar[StyleSheets] = "too_small.tcss"

    def compose(self) -> ComposeResult:
        """The size that there is, and the one that is needed."""
        with Vertical():
            yield Words(self._said(), id="size")
            yield Words(SafeLine(f"{COLUMNS}x{ROWS} is the least."), classes="-muted")

    def on_resize(self) -> None:
        """Say the size as it changes."""
        self.query_one("#size", Words).say(self._said())

    def on_screen_resume(self) -> None:
        """A dialog that was opened above it has closed; there may be room by now."""
        if not is_too_small(*self.app.size):
            self.dismiss(None)

    def _said(self) -> SafeLine:
        columns, rows = self.app.size
        return SafeLine(f"Too small: {columns}x{rows}.")
