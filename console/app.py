"""The console as a program: theme, keymap and first screen; opens the Api and closes it; leaves nothing half done."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.filter import LineFilter

from console import themes
from console.config import Settings, save_settings
from console.driver import MarkControls, SafeDriver
from console.keymap import Keymap
from console.screens.main import MainScreen
from console.screens.palette import ActionProvider
from console.screens.sign_in import Credentials, SignIn, TryDemo
from console.screens.too_small import TooSmall, is_too_small
from console.text import bidi
from console.text.safe import SafeLine

if TYPE_CHECKING:
    from rich.console import RenderableType

    from console.client.api import Api
    from console.state.desk import Desk
    from console.state.drafts import Drafts
    from console.state.follow import Follower
    from console.state.outbox import Outbox
    from console.state.store import Store


class ConsoleApp(App[str | None], inherit_bindings=False):
    """The console. Its result is "demo" where a person chose that at the sign-in, else None."""

    CSS_PATH = "app.tcss"
    TITLE = "Connect360"
    COMMANDS: ClassVar = {ActionProvider}
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c", "how_to_close", show=False)]

    def __init__(
        self,
        settings: Settings,
        *,
        profile: str = "default",
        title: str | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self.settings = settings
        self.profile = profile
        self._window_title = title
        self.clock = clock or (lambda: datetime.now(UTC))
        bidi.turns.set(settings.bidi == "visual")
        self._no_color = bool(os.environ.get("NO_COLOR"))
        self.keys = Keymap(settings.keys)
        self._api: Api | None = None
        self._desk: Desk | None = None
        self._drafts: Drafts | None = None
        self._outbox: Outbox | None = None
        super().__init__(driver_class=SafeDriver)
        for theme in themes.themes().values():
            self.register_theme(theme)
        self.theme = themes.in_force(settings.theme, no_color=self._no_color)
        self.animation_level = "none"

    # opening and closing

    async def on_mount(self) -> None:
        if self._window_title and isinstance(self._driver, SafeDriver):
            self._driver.set_title(self._window_title)
        if self.settings.api_key is None:
            self.run_worker(self._sign_in(None), exclusive=True, group="session")
        else:
            self._open_workspace(self.settings.base_url, self.settings.api_key.get_secret_value())

    def exit(self, result: str | None = None, return_code: int = 0, message: RenderableType | None = None) -> None:
        """End the console, by key, by signal or because the terminal is gone; what is written is kept."""
        self._keep()
        super().exit(result, return_code, message)

    def _keep(self) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, MainScreen):
                screen.keep()

    async def on_unmount(self) -> None:
        await self._close_workspace()

    async def _sign_in(self, problem: SafeLine | None) -> None:
        """Ask for address and key until there is one, and remember it."""
        answer = await self.push_screen_wait(SignIn(self.settings.base_url, problem))
        match answer:
            case None:
                self.exit()
            case Credentials(base_url, key):
                save_settings(base_url=base_url, api_key=key)
                self._open_workspace(base_url, key)
            case TryDemo():
                self.exit("demo")

    def _open_workspace(self, base_url: str, key: str) -> None:
        """The client, what is known and what is drafted, and the main screen on them."""
        # Imported here: the panes need none of it to be drawn, and the wire is half of what is to be imported.
        from console.client.api import Api
        from console.state.desk import Desk
        from console.state.drafts import Drafts
        from console.state.follow import Follower
        from console.state.outbox import Outbox
        from console.state.store import Store

        settings = self.settings
        api = self._api = Api(base_url, key, trpc_path=settings.trpc_path, transformer=settings.transformer)
        database = settings.state_dir / "console.sqlite"
        drafts = self._drafts = Drafts(database, self.profile)
        outbox = self._outbox = Outbox(database, self.profile)
        store = Store(self.clock())
        desk = self._desk = Desk(api, store, drafts, outbox, now=self.clock, hold_seconds=settings.hold_seconds)
        follower = Follower(api, store, desk, now=self.clock)
        profile = "" if self.profile == "default" else self.profile
        self.push_screen(
            MainScreen(store, desk, drafts, self.keys, clock=self.clock, profile=profile, language=settings.language)
        )
        self.run_worker(self._follow(follower, store), exclusive=True, group="session")

    async def _follow(self, follower: Follower, store: Store) -> None:
        """Follow until the key is refused; then ask for another."""
        await follower.run()
        if store.line.state == "refused":
            problem = store.line.problem
            await self.pop_screen()
            await self._close_workspace()
            await self._sign_in(problem)

    async def _close_workspace(self) -> None:
        """Keep what is written, give back what was opened."""
        if self._desk:
            await self._desk.close()
        if self._api:
            await self._api.close()
        for kept in (self._outbox, self._drafts):
            if kept:
                kept.close()
        self._desk = self._api = self._outbox = self._drafts = None

    # the terminal

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What every drawn line passes: no colour where none is wanted, and never a control."""
        filters = super().get_line_filters()
        ours = [one for one in filters if isinstance(one, MarkControls)]
        return [
            *ours,
            *themes.line_filters([one for one in filters if one not in ours], self.theme, no_color=self._no_color),
        ]

    def on_resize(self, event: events.Resize) -> None:
        """Say so where there is no room to work in."""
        is_small = is_too_small(event.size.width, event.size.height)
        if is_small and not isinstance(self.screen, TooSmall):
            self.push_screen(TooSmall())
        elif not is_small and isinstance(self.screen, TooSmall):
            self.pop_screen()

    def action_how_to_close(self) -> None:
        """Ctrl+C is a habit: it harms nothing, and says what closes."""
        if isinstance(self.screen, MainScreen):
            self.screen.say(SafeLine("q closes the console; Esc leaves the composer first."))

    def _handle_exception(self, error: Exception) -> None:
        """End, and leave the error to whoever runs the app: the framework would print locals, the key among them."""
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._keep()
        self._close_messages_no_wait()
