"""The console as a program: theme, keymap and first screen; opens the Api and closes it; leaves nothing half done."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.filter import LineFilter
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.scrollbar import ScrollBar
from textual.worker import WorkerFailed

from console import themes
from console.config import Settings, save_settings
from console.driver import MarkControls, SafeDriver
from console.errors import SettingsError
from console.keymap import Keymap
from console.lazily import lazily
from console.screens.main import MainScreen
from console.screens.too_small import TooSmall, is_too_small
from console.screens.verbs.measuring import Measured
from console.splash import Splash
from console.text import bidi
from console.text.safe import SafeLine, line
from console.widgets.scroll_bar import ScrollBarLook
from console.widgets.stylesheet import SparingStylesheet

if TYPE_CHECKING:
    from rich.console import RenderableType

    from console.screens import sign_in
    from console.state.follow import Follower
    from console.state.log import Log
    from console.state.workspace import Workspace
else:
    (sign_in,) = lazily("console.screens", "sign_in")  # who has a key does not see it


_TURNS = 4
_FRAME, _SLOW_FRAME = 1 / 30, 1 / 8
"""Seconds between two drawings of what changes by itself: an answer as it is written."""
_ANSWER_SECONDS = 0.1
"""For which the panes stand as they are until the first conversations are there, and all is drawn at once."""
_PATIENT_SECONDS = 2.0
"""For which keys wait for what a server makes, to be typed into that."""
_KEY_SECONDS = 0.5
"""For one key at most: whatever holds it up longer must not hold up all."""


class ConsoleApp(App[str | None], inherit_bindings=False):
    """The console. Its result is "demo" where a person chose that at the sign-in, else None."""

    CSS_PATH = "app.tcss"
    TITLE = "Connect360"
    ENABLE_COMMAND_PALETTE = False  # ours is a dialog like the others
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c", "how_to_close", show=False)]

    def __init__(
        self,
        settings: Settings,
        *,
        profile: str = "default",
        secrets: set[str] | None = None,
        clock: Callable[[], datetime] | None = None,
        splash: Splash | None = None,
    ) -> None:
        self.settings = settings
        self.profile = profile
        self._splash = splash
        self._secrets = secrets if secrets is not None else set()  # what no report may show
        self._base_url = settings.base_url
        self._main: MainScreen | None = None
        self.clock = clock or (lambda: datetime.now(UTC))
        bidi.turns.set(settings.bidi == "visual")
        self._no_color = bool(os.environ.get("NO_COLOR"))
        self.keys = Keymap(settings.keys)
        self._wire_log: Log | None = None
        self._workspace: Workspace | None = None
        self._follower: Follower | None = None
        self.typed = 0  # keys and pastes so far
        self._risen: list[events.Key] | None = None  # of the key that is being taken
        self._drawing: asyncio.Task[None] | None = None  # and kept, as the loop keeps none
        self._answered = 0.0  # when Enter closed a dialog, if nothing was pressed since
        self._takes_keys = asyncio.Event()  # what is typed sooner is kept, in its order
        self._takes_keys.set()
        super().__init__(driver_class=SafeDriver)
        self.stylesheet = SparingStylesheet(variables=self.get_css_variables())
        ScrollBar.renderer = ScrollBarLook
        for theme in themes.themes().values():
            self.register_theme(theme)
        self.theme = themes.in_force(settings.theme, no_color=self._no_color)
        self.animation_level = "none"

    # opening and closing

    def _build_driver(self, headless: bool, inline: bool, mouse: bool, size: tuple[int, int] | None) -> Driver:
        driver = super()._build_driver(headless, inline, mouse, size)
        if isinstance(driver, SafeDriver):
            driver.splash = self._splash
        return driver

    async def on_mount(self) -> None:
        if isinstance(self._driver, SafeDriver):
            self._driver.set_title(self.TITLE or "")
            self._driver.pace.said_slow = self.settings.slow_line
            self._driver.on_pace = self._spare_the_line
        if self.settings.api_key is None:
            self._start(self._sign_in(None))
        else:
            self._start(self._open_workspace(self.settings.base_url, self.settings.api_key.get_secret_value()))

    def _start(self, session: Coroutine[None, None, None]) -> None:
        """Sign in or work, from now on."""
        self.run_worker(session, exclusive=True, group="session")

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
        answer = await self.push_screen_wait(sign_in.SignIn(self._base_url, problem, self._check))
        match answer:
            case None:
                self.exit()
            case sign_in.Credentials(base_url, key):
                self._secrets.add(key)
                self._base_url = base_url
                await self._open_workspace(base_url, key)
                try:
                    save_settings(base_url=base_url, api_key=key)
                except SettingsError as error:
                    if self._main:
                        self._main.say(line(f"This key is not remembered: {error}", 400), is_error=True)
            case sign_in.TryDemo():
                self.exit("demo")

    async def _check(self, credentials: sign_in.Credentials) -> None:
        """Have the server take a key. Raises Connect360Error."""
        await sign_in.check_key(credentials, on_wire=self._log_of(credentials.base_url).wire)

    def _log_of(self, base_url: str) -> Log:
        """The log, in which what happens next is between us and this server."""
        from console.state.log import Log

        if self._wire_log is None:
            self._wire_log = Log(self.settings.state_dir, now=self.clock, profile=self.profile, secrets=self._secrets)
        self._wire_log.start(base_url)
        return self._wire_log

    async def _open_workspace(self, base_url: str, key: str) -> None:
        """The panes at once; then, when they are drawn, the client, what is known and what is drafted."""
        self._takes_keys.clear()
        try:
            await self._open(base_url, key)
        finally:
            self._takes_keys.set()

    async def _open(self, base_url: str, key: str) -> None:
        settings, profile = self.settings, "" if self.profile == "default" else self.profile
        main = MainScreen(
            self.keys,
            clock=self.clock,
            profile=profile,
            language=settings.language,
            remembers=not profile,
            agent=settings.ai_agent,
            website=settings.channel,
            measured=self._measured,
            afresh=self.afresh,
            draw_soon=self._draw_soon,
            keys_wait=self._keys_wait,
        )
        await self.push_screen(main)
        # Until there is something to show, the framework would lay out and draw the same panes again, and again.
        with self.batch_update():
            await self._begin(main, base_url, key)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(main.has_lines.wait(), _ANSWER_SECONDS)
        # In no thread: the lazy modules among what it imports must not be used beside that.
        self.call_after_refresh(import_module, "console.screens.verbs.table")

    async def _begin(self, main: MainScreen, base_url: str, key: str) -> None:
        """Open the workspace, and give it to the main screen."""
        settings = self.settings
        # In a thread, for signals may come: of what is to be imported the wire is half.
        await asyncio.to_thread(import_module, "console.state.workspace")
        from console.state.workspace import Server, Workspace

        if isinstance(self._driver, SafeDriver):
            self._driver.splash = None  # what is drawn from now on may hold somebody's words
        log = self._log_of(base_url)
        workspace = self._workspace = Workspace(
            Server(base_url, key, settings.trpc_path, settings.transformer, settings.metered),
            settings.state_dir,
            self.profile,
            log,
            now=self.clock,
            hold_seconds=settings.hold_seconds,
            told=lambda error: main.say(line(f"The local list is not kept: {error}", 400), is_error=True),
        )
        self._follower = workspace.follower
        self.run_worker(self._follow(workspace), exclusive=True, group="following")
        main.begin(workspace.store, workspace.desk, workspace.drafts)
        log.tell(lambda said: main.say(said, is_error=True))
        self._main = main
        self._spare_the_line()

    async def _follow(self, workspace: Workspace) -> None:
        """Follow until the key is refused; then ask for another."""
        await workspace.follower.run()
        line_status = workspace.store.line
        if line_status.state == "refused":
            self._keep()
            while self._main in self.screen_stack:
                await self.pop_screen()
            await self._close_workspace()
            self._start(self._sign_in(line_status.problem))

    async def _close_workspace(self) -> None:
        """Keep what is written, give back what was opened."""
        workspace, self._workspace = self._workspace, None
        if workspace:
            await workspace.close()

    # the keys

    async def on_event(self, event: events.Event) -> None:
        """Take a key when the one before has done its work: a slow line brings many at once, meant one by one."""
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            await super().on_event(event)
            return
        self.typed += 1
        await self._takes_keys.wait()
        if self._follower:
            self._follower.stir()
        screen, is_enter = self.screen, isinstance(event, events.Key) and event.key == "enter"
        if is_enter and event.time < self._answered:
            return  # pressed twice, or repeated, before anybody saw what the first one closed
        self._answered = 0.0
        target = self.focused or screen
        self._risen = []
        await super().on_event(event)
        await _taken_soon(target)
        risen, self._risen = self._risen, None
        for key in risen:
            await self._dispatch_message(key)
        await _taken_soon(target)  # what the key had it say, as a field says that it is submitted
        if self.screen is not screen:
            await _taken_soon(self.screen)  # by then it is composed and has its focus
            if is_enter and screen not in self.screen_stack:
                self._answered = time.monotonic()
        self.screen.call_later(self._draw)
        if risen:
            self._draw_soon()

    @contextlib.contextmanager
    def _keys_wait(self) -> Iterator[None]:
        """What is typed meanwhile is for what comes up then, unless that takes long."""
        self._takes_keys.clear()
        long = asyncio.get_running_loop().call_later(_PATIENT_SECONDS, self._takes_keys.set)
        try:
            yield
        finally:
            long.cancel()
            self._takes_keys.set()

    def post_message(self, message: Message) -> bool:
        """Keep a key that nothing on the screen took, and that is one of ours to act on, out of the queue.

        There the next keys wait already: a Backspace among letters would take back those that were typed after it.
        """
        if self._risen is None or not isinstance(message, events.Key) or not message.is_forwarded:
            return super().post_message(message)
        self._risen.append(message)
        return True

    def _draw(self) -> None:
        """Draw what a key did, unless the next key is here: while much changes, the framework's turn may be far off."""
        if not self.message_queue_size:
            self.screen._on_timer_update()

    def _draw_soon(self) -> None:
        """Draw what came of a key by way of messages, when they were taken; the next key does not wait for that."""
        self._drawing = asyncio.create_task(self._draw_after(self.focused or self.screen))

    async def _draw_after(self, widget: MessagePump) -> None:
        await _taken_soon(widget)
        self._draw()

    # the terminal

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What every drawn line passes: no colour where none is wanted, and never a control."""
        filters = super().get_line_filters()
        ours = [one for one in filters if isinstance(one, MarkControls)]
        return [
            *ours,
            *themes.line_filters([one for one in filters if one not in ours], self.theme, no_color=self._no_color),
        ]

    @property
    def frame_seconds(self) -> float:
        """Between two drawings of what changes by itself."""
        return _SLOW_FRAME if self._is_slow else _FRAME

    @property
    def _is_slow(self) -> bool:
        return isinstance(self._driver, SafeDriver) and self._driver.pace.is_slow

    def _spare_the_line(self) -> None:
        """Leave ornament out where the line to the terminal is slow."""
        if self._main is not None and self._main.is_spare != self._is_slow:
            self._main.is_spare = self._is_slow
            self.set_class(self._is_slow, "-spare")

    def _measured(self) -> Measured:
        """What is known of the line to the terminal."""
        if not isinstance(self._driver, SafeDriver):
            return Measured(None, 0, self.typed)
        return Measured(self._driver.pace.round_trip, self._driver.pace.written, self.typed)

    def afresh(self) -> None:
        """Draw everything anew, whatever the terminal shows."""
        if isinstance(self._driver, SafeDriver):
            self._driver.afresh()

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


async def _taken_soon(widget: MessagePump) -> None:
    """Wait for that, but not for ever."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_KEY_SECONDS):
            await _taken(widget)


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
