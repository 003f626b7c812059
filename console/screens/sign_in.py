"""The first screen of all: where the workspace is, and the key to it; or the demo, which needs neither."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from console.errors import SettingsError
from console.screens import address
from console.screens.dialog import NOTHING, Dialog, Field, KeyHint, Prompted, StyleSheets, Words
from console.text.safe import SafeLine, line

_ABOUT_KEYS = SafeLine(
    "A key belongs to one person in one workspace: ask whoever runs yours. "
    "On a server of your own, connect360 keys create makes one."
)
_NOT_ENCRYPTED = SafeLine("Not encrypted: the key can be read on the way. Enter again to use it all the same.")


@dataclass(frozen=True, slots=True)
class Credentials:
    """Where to call, and the key. The key is in no repr, and so in no log or report."""

    base_url: str
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TryDemo:
    """The person would rather see the demo first."""


class SignIn(Dialog[Credentials | TryDemo | None]):
    """Answers with what to open, or None to leave. What is wrong is said here, and what was typed stays."""

    CSS_PATH: ClassVar[StyleSheets] = ["dialog.tcss", "sign_in.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+t", "demo", show=False),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]

    def __init__(self, base_url: str, problem: SafeLine | None) -> None:
        super().__init__(SafeLine("Connect360 · sign in"))
        self._base_url = base_url
        self._problem = problem
        self._warned_of = ""
        self._complained_of = ("", "")

    def body(self) -> ComposeResult:
        """Address, key, where a key comes from, and what is wrong."""
        yield Prompted(Field(self._base_url, id="address"), SafeLine("address"))
        yield Prompted(Field(password=True, placeholder=SafeLine("paste it here"), id="key"), SafeLine("key"))
        yield Words(self._problem or NOTHING, classes="-danger", id="problem")
        yield Words(_ABOUT_KEYS, classes="-muted", id="about")

    def on_mount(self) -> None:
        """The address is mostly right already."""
        self.query_one("#key" if self._base_url else "#address", Field).focus()
        self._say(self._problem or NOTHING)

    def keys(self) -> Sequence[KeyHint]:
        """One key does it; the demo is one key away."""
        return (
            (SafeLine("enter"), SafeLine("sign in")),
            (SafeLine("tab"), SafeLine("next")),
            (SafeLine("ctrl+t"), SafeLine("try the demo")),
            (SafeLine("esc"), SafeLine("leave")),
        )

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """From the address to the key, and in."""
        event.stop()
        where, key = self._typed()
        if event.input.id == "address" and not key.strip():
            self.query_one("#key", Field).focus()
            return
        try:
            credentials = Credentials(address.base_url(where), address.api_key(key))
        except SettingsError as error:
            self._say(line(str(error)))
            return
        if address.is_readable_on_the_way(credentials.base_url) and self._warned_of != credentials.base_url:
            self._warned_of = credentials.base_url
            self._say(_NOT_ENCRYPTED)
            return
        self.dismiss(credentials)

    def on_input_changed(self, event: Input.Changed) -> None:
        """A complaint goes as soon as it is answered."""
        event.stop()
        if self._complained_of != self._typed():
            self._warned_of = ""
            self._say(NOTHING)

    def action_demo(self) -> None:
        """See it first."""
        self.dismiss(TryDemo())

    def _typed(self) -> tuple[str, str]:
        return self.query_one("#address", Field).value, self.query_one("#key", Field).value

    def _say(self, problem: SafeLine) -> None:
        self._complained_of = self._typed()
        self.set_class(bool(problem), "-complains")
        self.query_one("#problem", Words).say(problem)
