"""Ask for one line: a name, an address, a number of days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.widgets import Input

from console.screens.dialog import NOTHING, Dialog, Field, KeyHint, Prompted, StyleSheets, Words
from console.text.safe import SafeLine

Problem = SafeLine | None
"""Why an answer cannot be taken."""


class Ask(Dialog[str | None]):
    """Answers what was written, without the spaces around it, or None. `validate` says why an answer will not do."""

    CSS_PATH: ClassVar[StyleSheets] = ["dialog.tcss", "ask.tcss"]

    def __init__(
        self,
        title: SafeLine,
        label: SafeLine,
        value: str = "",
        placeholder: SafeLine = NOTHING,
        *,
        validate: Callable[[str], Problem] = lambda _: None,
        ok_label: SafeLine = SafeLine("save"),  # noqa: B008 (a NewType is a str)
    ) -> None:
        super().__init__(title)
        self._label = label
        self._value = value
        self._placeholder = placeholder
        self._validate = validate
        self._ok_label = ok_label

    def body(self) -> ComposeResult:
        """The question, the line, and room for what is wrong with the answer."""
        yield Words(self._label, classes="-muted")
        yield Prompted(Field(self._value, placeholder=self._placeholder, id="answer"))
        yield Words(classes="-danger", id="problem")

    def keys(self) -> Sequence[KeyHint]:
        """Enter and Esc."""
        return (SafeLine("enter"), self._ok_label), (SafeLine("esc"), SafeLine("back"))

    def on_input_changed(self, event: Input.Changed) -> None:
        """A complaint goes as soon as it is answered."""
        event.stop()
        self.query_one("#problem", Words).say(NOTHING)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Answer, or say why not."""
        event.stop()
        answer = event.value.strip()
        problem = self._validate(answer)
        if problem is None:
            self.dismiss(answer)
        else:
            self.query_one("#problem", Words).say(problem)
