"""Ask before what cannot be taken back; for the worst of it, ask for the name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Input

from console.screens.dialog import Dialog, Field, KeyHint, Prompted, StyleSheets, Words
from console.text.fold import fold
from console.text.safe import SafeBlock, SafeLine


class Confirm(Dialog[bool]):
    """Answers True when it may be done, else False. With `typed`, that name must be typed first."""

    CSS_PATH: ClassVar[StyleSheets] = ["dialog.tcss", "confirm.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,y", "yes", show=False),
        Binding("n", "back", show=False),
        Binding("down,j", "scroll(1)", show=False),
        Binding("up,k", "scroll(-1)", show=False),
    ]

    def __init__(
        self, title: SafeLine, body: SafeLine | SafeBlock, yes_label: SafeLine, *, typed: SafeLine | None = None
    ) -> None:
        super().__init__(title)
        self._body = body
        self._yes_label = yes_label
        self._typed = typed

    def body(self) -> ComposeResult:
        """What will happen, and the name to type."""
        with VerticalScroll(id="reason", can_focus=False):
            yield Words(self._body)
        if self._typed is not None:
            yield Words(SafeLine("To go on, type the name:"), classes="-muted", id="ask")
            yield Words(self._typed, classes="-name", id="name")
            yield Prompted(Field(id="typed"))

    def keys(self) -> Sequence[KeyHint]:
        """Yes is offered only when it would be done."""
        yes = (SafeLine("enter"), self._yes_label)
        back = (SafeLine("esc"), SafeLine("back"))
        return (yes, back) if self._may else (back,)

    @property
    def _may(self) -> bool:
        if self._typed is None:
            return True
        fields = self.query(Field)
        return bool(fields) and is_same_name(fields.first().value, self._typed)

    def on_input_changed(self, event: Input.Changed) -> None:
        """The name is complete, or no longer."""
        event.stop()
        self.show_keys()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in the field, judged by what stood there then."""
        event.stop()
        if self._typed is not None and is_same_name(event.value, self._typed):
            self.dismiss(True)

    def action_yes(self) -> None:
        """Do it, if the name is there."""
        if self._may:
            self.dismiss(True)

    def action_back(self) -> None:
        """Leave it."""
        self.dismiss(False)

    def action_scroll(self, rows: int) -> None:
        """Read on, in a small terminal."""
        self.query_one("#reason").scroll_relative(y=rows, animate=False)


def is_same_name(typed: str, shown: SafeLine) -> bool:
    """Whether a person typed what they were shown: the same, or the same but for case, accents and spaces.

    A mark that stands in for a control character is on no keyboard: it may be left out.
    """
    wanted = "".join(one for one in shown if not _is_mark(one))
    return bool(typed.strip()) and _plain(typed) in {_plain(shown), _plain(wanted)}


def _is_mark(character: str) -> bool:
    return "\u2400" <= character <= "\u2426" or character in "\ufffd⏎"


def _plain(text: str) -> str:
    return " ".join(fold(text).split())
