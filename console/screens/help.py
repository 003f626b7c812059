"""All keys, for looking one up by what it does, and what is to be known of a server that differs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from console.screens.dialog import Dialog, Field, KeyHint, Prompted, StyleSheets
from console.screens.key_table import KeyTable, Section
from console.text.safe import SafeLine


class Help(Dialog[None]):
    """Shows the keys that it is given, by section, below the sentences of `about`; typing finds, arrows scroll."""

    CSS_PATH: ClassVar[StyleSheets] = ["dialog.tcss", "help.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "scroll(1)", show=False),
        Binding("up", "scroll(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("f1", "back", show=False),
    ]

    def __init__(self, sections: Sequence[Section], about: Sequence[Section] = ()) -> None:
        super().__init__(SafeLine("Keys"))
        self._sections, self._about = sections, about

    def body(self) -> ComposeResult:
        """What is looked for, and what there is."""
        yield Prompted(Field(placeholder=SafeLine("type what you want to do"), id="search"))
        yield KeyTable(self._sections, self._about, id="table")

    def keys(self) -> Sequence[KeyHint]:
        """Nothing here does anything."""
        return (SafeLine("↑↓"), SafeLine("scroll")), (SafeLine("esc"), SafeLine("back"))

    @property
    def _table(self) -> KeyTable:
        return self.query_one(KeyTable)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Every letter narrows it."""
        event.stop()
        self._table.find(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Found; go and do it."""
        event.stop()
        self.action_back()

    def action_scroll(self, rows: int) -> None:
        """A row."""
        self._table.scroll_relative(y=rows, animate=False)

    def action_page(self, pages: int) -> None:
        """A screenful."""
        self._table.scroll_relative(y=pages * max(1, self._table.size.height - 1), animate=False)
