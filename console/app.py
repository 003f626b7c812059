"""The console as a program: theme, keymap and first screen; opens the Api and closes it; leaves nothing half done."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.scrollbar import ScrollBar
from textual.worker import WorkerFailed

from console import themes
from console.config import Settings, save_settings
from console.driver import MarkControls, SafeDriver
from console.errors import SettingsError
from console.keymap import Keymap
from console.screens.main import MainScreen
from console.screens.palette import ActionProvider
from console.screens.sign_in import Credentials, SignIn, TryDemo, check_key
from console.screens.too_small import TooSmall, is_too_small
from console.text import bidi
from console.text.safe import SafeLine, line
from console.widgets.scroll_bar import ScrollBarLook

if TYPE_CHECKING:
    from rich.console import RenderableType

    from console.client.api import Api
    from console.client.wire import Exchange, Opened
    from console.state.database import Database
    from console.state.desk import Desk
    from console.state.follow import Follower
    from console.state.local_list import LocalList
    from console.state.log import Log
    from console.state.outbox import Outbox
    from console.state.store import Store


_TURNS = 4
_KEY_SECONDS = 0.5
"""For one key at most: whatever holds it up longer must not hold up all."""


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
        secrets: set[str] | None = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self.settings = settings
        self.profile = profile
        self._secrets = secrets if secrets is not None else set()  # what no report may show
        self._base_url = settings.base_url
        self._main: MainScreen | None = None
        self.clock = clock or (lambda: datetime.now(UTC))
        bidi.turns.set(settings.bidi == "visual")
        self._no_color = bool(os.environ.get("NO_COLOR"))
        self.keys = Keymap(settings.keys)
        self._wire_log: Log | None = None
        self._api: Api | None = None
        self._desk: Desk | None = None
        self._follower: Follower | None = None
        self._database: Database | None = None
        self._local_list: LocalList | None = None
        self._outbox: Outbox | None = None
        super().__init__(driver_class=SafeDriver)
        ScrollBar.renderer = ScrollBarLook
        for theme in themes.themes().values():
            self.register_theme(theme)
        self.theme = themes.in_force(settings.theme, no_color=self._no_color)
        self.animation_level = "none"

    # opening and closing

    async def on_mount(self) -> None:
        if isinstance(self._driver, SafeDriver):
            self._driver.set_title(self.TITLE or "")
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
        if self._wire_log:
            failed = self._exception
            self._wire_log.close(failed.error if isinstance(failed, WorkerFailed) else failed)

    async def _sign_in(self, problem: SafeLine | None) -> None:
        """Ask for address and key until there is one, and remember it."""
        answer = await self.push_screen_wait(SignIn(self._base_url, problem, self._check))
        match answer:
            case None:
                self.exit()
            case Credentials(base_url, key):
                self._secrets.add(key)
                self._base_url = base_url
                main = self._open_workspace(base_url, key)
                try:
                    save_settings(base_url=base_url, api_key=key)
                except SettingsError as error:
                    main.say(line(f"This key is not remembered: {error}", 400), is_error=True)
            case TryDemo():
                self.exit("demo")

    async def _check(self, credentials: Credentials) -> None:
        """Have the server take a key. Raises Connect360Error."""
        await check_key(credentials, on_wire=self._log_of(credentials.base_url).wire)

    def _log_of(self, base_url: str) -> Log:
        """The log, in which what happens next is between us and this server."""
        from console.state.log import Log

        if self._wire_log is None:
            self._wire_log = Log(self.settings.state_dir, now=self.clock, profile=self.profile, secrets=self._secrets)
        self._wire_log.start(base_url)
        return self._wire_log

    def _open_workspace(self, base_url: str, key: str) -> MainScreen:
        """The client, what is known and what is drafted, and the main screen on them."""
        # Imported here: the panes need none of it to be drawn, and the wire is half of what is to be imported.
        from console.client.api import Api
        from console.state.database import Database
        from console.state.desk import Desk
        from console.state.drafts import Drafts
        from console.state.follow import Follower
        from console.state.learnt import Learning
        from console.state.local_list import LocalList
        from console.state.outbox import Outbox
        from console.state.store import Store

        settings = self.settings
        log, store = self._log_of(base_url), Store(self.clock())
        learning = Learning(store, now=self.clock)

        def on_wire(told: Opened | Exchange) -> None:
            log.wire(told)
            learning.wire(told)

        api = self._api = Api(
            base_url, key, trpc_path=settings.trpc_path, transformer=settings.transformer, on_wire=on_wire
        )
        database = self._database = Database(settings.state_dir / "console.sqlite", self.profile, api.base_url)
        drafts, outbox = Drafts(database), Outbox(database)
        self._outbox = outbox
        store.overhear(log.change)
        desk = self._desk = Desk(api, store, drafts, outbox, now=self.clock, hold_seconds=settings.hold_seconds)
        follower = self._follower = Follower(api, store, desk, now=self.clock, is_metered=settings.metered)
        profile = "" if self.profile == "default" else self.profile
        main = self._main = MainScreen(
            store,
            desk,
            drafts,
            self.keys,
            clock=self.clock,
            profile=profile,
            language=settings.language,
            remembers=not profile,
            agent=settings.ai_agent,
            website=settings.channel,
        )
        known = self._local_list = LocalList(
            database,
            store,
            is_used=lambda: not desk.has_lists,
            told=lambda error: main.say(line(f"The local list is not kept: {error}", 400), is_error=True),
        )
        known.load()
        store.overhear(known.hear)
        self.push_screen(main)
        log.tell(lambda said: main.say(said, is_error=True))
        self.run_worker(self._follow(follower, store), exclusive=True, group="session")
        return main

    async def _follow(self, follower: Follower, store: Store) -> None:
        """Follow until the key is refused; then ask for another."""
        await follower.run()
        if store.line.state == "refused":
            problem = store.line.problem
            self._keep()
            while self._main in self.screen_stack:
                await self.pop_screen()
            await self._close_workspace()
            await self._sign_in(problem)

    async def _close_workspace(self) -> None:
        """Keep what is written, give back what was opened."""
        if self._local_list:
            self._local_list.close()
        if self._desk:
            await self._desk.close()
        if self._api:
            await self._api.close()
        for kept in (self._outbox, self._database):
            if kept:
                kept.close()
        self._desk = self._api = self._outbox = self._database = self._local_list = None

    # the keys

    async def on_event(self, event: events.Event) -> None:
        """Take a key when the one before has done its work: a slow line brings many at once, meant one by one."""
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
            return
        if self._follower:
            self._follower.stir()
        screen = self.screen
        target = self.focused or screen
        await super().on_event(event)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_KEY_SECONDS):
                await _taken(target)
                if self.screen is not screen:
                    await _taken(self.screen)  # by then it is composed and has its focus

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
            first = "Esc leaves the composer, then q" if self.screen.pane == "composer" else "q"
            self.screen.say(line(f"{first} closes the console."))

    def _handle_exception(self, error: Exception) -> None:
        """End, and leave the error to whoever runs the app: the framework would print locals, the key among them."""
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._keep()
        self._close_messages_no_wait()


async def _taken(widget: MessagePump) -> None:
    """Wait until what was sent to a widget went up through all that it stands in, as a key does."""
    done = asyncio.Event()

    def pass_up(node: MessagePump) -> None:
        parent = node._parent
        if parent is None or isinstance(node, Screen) or not parent.call_later(pass_up, parent):
            done.set()

    if widget.call_later(pass_up, widget):
        await done.wait()
        # What a verb asks is asked by a worker, which begins with the loop's next turns.
        for _ in range(_TURNS):
            await asyncio.sleep(0)
