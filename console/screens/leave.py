"""Leaving while something is about to be sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from console.screens.dialog import Dialog, KeyHint, Words
from console.text.safe import SafeLine, line


class Leave(Dialog[Literal["send", "keep"] | None]):
    """Answers whether what is about to be sent goes first or is kept as a draft; None stays.

    `files` are those that are still going up: leaving ends that.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "answer('send')", show=False),
        Binding("d", "answer('keep')", show=False),
    ]

    def __init__(self, count: int, files: int = 0) -> None:
        super().__init__(SafeLine("Leaving"))
        self._count, self._files = count, files

    def body(self) -> ComposeResult:
        """What is about to go."""
        if self._count:
            what = "A message is" if self._count == 1 else f"{self._count} messages are"
            yield Words(line(f"{what} about to be sent."))
        if self._files:
            what = "A file is" if self._files == 1 else f"{self._files} files are"
            yield Words(line(f"{what} still going up. Leaving ends that; the text is kept."))

    def keys(self) -> Sequence[KeyHint]:
        """The three ways on."""
        hints = [("s", "send now, then leave"), ("d", "keep as draft and leave"), ("esc", "stay")]
        if not self._count:
            hints[:2] = [("d", "leave")]
        return [(SafeLine(keys), SafeLine(label)) for keys, label in hints]

    def action_answer(self, what: Literal["send", "keep"]) -> None:
        """Answer."""
        if self._count or what == "keep":
            self.dismiss(what)
