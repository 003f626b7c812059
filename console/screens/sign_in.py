"""The first screen of all: where the workspace is, and the key to it; or the demo, which needs neither."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input
from textual.worker import Worker

from console.config import load_settings
from console.errors import Connect360Error, SettingsError
from console.screens import address
from console.screens.dialog import NOTHING, Dialog, Field, KeyHint, Prompted, StyleSheets, Words
from console.text.safe import SafeLine, line
from console.values import dataclass

if TYPE_CHECKING:
    from console.client.wire import OnWire

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


Check = Callable[[Credentials], Awaitable[None]]
"""Has the server take a key. Raises Connect360Error with a sentence to show."""


async def check_key(credentials: Credentials, *, on_wire: OnWire | None = None) -> None:
    """Have the server of the settings' mount take a key. Raises Connect360Error."""
    # Imported here: the dialog is drawn without the wire.
    from console.state.credentials import check

    settings = load_settings()
    await check(
        credentials.base_url,
        credentials.key,
        trpc_path=settings.trpc_path,
        transformer=settings.transformer,
        on_wire=on_wire,
    )


class SignIn(Dialog[Credentials | TryDemo | None]):
    """Answers with what to open, once the server took it, or None to leave. What is wrong is said, and stays typed."""

    CSS_PATH: ClassVar[StyleSheets] = ["dialog.tcss", "sign_in.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        # Before the field has it, which would tell by a message: the next letter may be the key's by then.
        Binding("enter", "next", show=False, priority=True),
        Binding("ctrl+t", "demo", show=False),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]

    def __init__(self, base_url: str, problem: SafeLine | None, check: Check = check_key) -> None:
        super().__init__(SafeLine("Connect360 · sign in"))
        self._check = check
        self._checking: Worker[None] | None = None
        self._base_url = base_url
        self._problem = problem
        self._warned_of = ""
        self._complained_of = ("", "")

    def body(self) -> ComposeResult:
        """Address, key, where a key comes from, and what is wrong."""
        yield Prompted(Field(self._base_url, select_on_focus=True, id="address"), SafeLine("address"))
        yield Prompted(Field(password=True, placeholder=SafeLine("paste it here"), id="key"), SafeLine("key"))
        yield Words(self._problem or NOTHING, classes="-danger", id="problem")
        yield Words(_ABOUT_KEYS, classes="-muted", id="about")

    def on_mount(self) -> None:
        """The address first: whose workspace it is nobody can guess. It was right where only another key is needed."""
        self._go_to("#key" if self._problem and self._base_url else "#address")
        self._say(self._problem or NOTHING)

    def keys(self) -> Sequence[KeyHint]:
        """One key does it; the demo is one key away."""
        return (
            (SafeLine("enter"), SafeLine("sign in")),
            (SafeLine("tab"), SafeLine("next")),
            (SafeLine("ctrl+t"), SafeLine("try the demo")),
            (SafeLine("esc"), SafeLine("leave")),
        )

    def action_next(self) -> None:
        """From the address to the key, and in."""
        where, key = self._typed()
        try:
            if self.focused is self.query_one("#address") and not key.strip():
                address.base_url(where)
                self._go_to("#key")
                return
            credentials = Credentials(address.base_url(where), address.api_key(key))
        except SettingsError as error:
            self._say(line(str(error)))
            return
        if address.is_readable_on_the_way(credentials.base_url) and self._warned_of != credentials.base_url:
            self._warned_of = credentials.base_url
            self._say(_NOT_ENCRYPTED)
            return
        self._say(line(f"Asking {credentials.base_url} …", 400), is_problem=False)
        self._checking = self.run_worker(self._sign_in(credentials), exclusive=True)

    async def _sign_in(self, credentials: Credentials) -> None:
        """Answer with what the server takes; else say what it said, so that the next key may be typed over this."""
        try:
            await self._check(credentials)
        except Connect360Error as error:
            self._say(line(str(error), 400))
            self.query_one("#key", Field).select_all()
            return
        self.dismiss(credentials)

    def on_input_changed(self, event: Input.Changed) -> None:
        """A complaint goes as soon as it is answered."""
        event.stop()
        if self._complained_of != self._typed():
            if self._checking:
                self._checking.cancel()
            self._warned_of = ""
            self._say(NOTHING)

    def action_demo(self) -> None:
        """See it first."""
        self.dismiss(TryDemo())

    def _go_to(self, field: str) -> None:
        # `focus` of a widget would be a message too.
        self.set_focus(self.query_one(field, Field))

    def _typed(self) -> tuple[str, str]:
        return self.query_one("#address", Field).value, self.query_one("#key", Field).value

    def _say(self, said: SafeLine, *, is_problem: bool = True) -> None:
        self._complained_of = self._typed()
        self.set_class(bool(said), "-complains")
        words = self.query_one("#problem", Words)
        words.set_class(is_problem, "-danger").set_class(not is_problem, "-muted")
        words.say(said)
