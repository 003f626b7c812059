"""The terminal itself: the framework's driver, through which every byte goes and which lets only ours pass.

Three guards, so that no widget can forget: a filter over every drawn line while text and style are still apart, the
allow-list over every write, and the answers of the terminal taken out of the input. Frames go through the painter,
which writes the cells that changed. A terminal that is slow, or gone, never stops the loop: writing is a thread's, and
while one frame is on its way the next only changes what will be painted then, so that no old one is ever sent.
"""

from __future__ import annotations

import asyncio
import os
import select
import signal
import threading
import time
from codecs import getincrementaldecoder
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING, Any

from rich.cells import set_cell_size
from rich.segment import Segment
from textual import events
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.filter import LineFilter

from console.splash import Splash
from console.terminal import doors
from console.terminal.allow_list import MARKS_OF_FRAMES, AllowList, is_whole
from console.terminal.answers import ESCAPE, Answers, keys_apart
from console.terminal.pace import ASK, Pace
from console.terminal.painter import SETTLED, Painter
from console.text.marks import DRAWN, stand_in

if TYPE_CHECKING:
    from textual.app import App
    from textual.color import Color

_LAST_WORDS = 2.0
"""Seconds for a slow terminal to take what restores it."""
_ALTERNATE = "\x1b[?1049h"
_HUNG_UP = 129  # as a shell says of SIGHUP
_RESIZING = 0.05
"""Seconds after which a new size was drawn for; the framework lets sizes come for a hundredth of one."""


class MarkControls(LineFilter):
    """Replaces controls in drawn text, within its cells, and takes its links: text and style are still apart here."""

    def __init__(self) -> None:
        super().__init__()
        self.refused = 0

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments, each with nothing in it that a terminal would obey."""
        if all(text.isprintable() and not control and not (style and style.link) for text, style, control in segments):
            return segments
        return [self._safe(segment) for segment in segments if not segment.control]

    def _safe(self, segment: Segment) -> Segment:
        text, style, _ = segment
        if style and style.link:
            style = style.update_link(None)
        if DRAWN.search(text):
            self.refused += 1
            text = set_cell_size(DRAWN.sub(stand_in, text), segment.cell_length)
        return Segment(text, style)


class Writer(threading.Thread):
    """Writes to a terminal in its own time. One that is gone is written to no more."""

    def __init__(self, fileno: int, on_gone: Callable[[], None], on_done: Callable[[], None]) -> None:
        super().__init__(name="connect360-writer", daemon=True)
        self._fileno = fileno
        self._on_gone = on_gone
        self._on_done = on_done
        self._changed = threading.Condition()
        self._queue: deque[tuple[bytes, bool]] = deque()
        self._is_writing = False
        self._is_asked = False
        self._stopping = False
        self.is_gone = False

    def put(self, text: str, is_frame: bool) -> None:
        """Have it written. Never waits."""
        written = text.encode("utf-8", "replace")
        with self._changed:
            if not self.is_gone and written:
                self._queue.append((written, is_frame))
                self._changed.notify()

    def is_free(self) -> bool:
        """Whether all was written; if not, it is told once when it is."""
        with self._changed:
            self._is_asked = bool(self._queue) or self._is_writing
            return not self._is_asked

    def drop_frames(self) -> None:
        """Forget the frames that were not begun: what restores the terminal must not wait for them."""
        with self._changed:
            self._queue = deque((written, is_frame) for written, is_frame in self._queue if not is_frame)

    def stop(self, seconds: float = _LAST_WORDS) -> None:
        """Write what is left, for at most that long. The thread is a daemon: a stuck one is left behind."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self.join(seconds)

    def run(self) -> None:
        """Write until stopped, or until the terminal is gone."""
        while (written := self._next()) is not None:
            try:
                self._write(written)
            except OSError:  # EIO after a hang-up, EBADF, EPIPE: whatever it is, nobody reads this any more
                with self._changed:
                    self.is_gone = True
                    self._queue.clear()
                self._on_gone()
                return

    def _next(self) -> bytes | None:
        with self._changed:
            self._is_writing = False
            if not self._queue and self._is_asked:
                self._is_asked = False
                self._on_done()
            while not self._queue and not self._stopping:
                self._changed.wait()
            if not self._queue:
                return None
            self._is_writing = True
            return self._queue.popleft()[0]

    def _write(self, written: bytes) -> None:
        rest = memoryview(written)
        while rest:
            try:
                rest = rest[os.write(self._fileno, rest) :]
            except BlockingIOError:  # somebody made it non-blocking: a shell, a pipe
                select.select([], [self._fileno], [])


class SafeDriver(LinuxDriver):
    """The driver of a terminal that is trusted with nothing, nor is anything that is written to it."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self.allow_list = AllowList()
        self.marks = MarkControls()
        self.painter = Painter(*self._get_terminal_size())
        self.pace = Pace(time.monotonic)
        self._feeding = threading.Lock()  # the input's thread writes too, when a terminal answers a question
        self._writer: Writer | None = None
        self._is_ours = False  # the terminal, to be painted on
        self._heard: deque[None] = deque()  # answers that came and were not counted yet
        self._title: str | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.on_pace: Callable[[], None] = lambda: None
        """Called when the line answered, which may say that it is slow, or is no more."""
        self.splash: Splash | None = None
        """What stands on the terminal at the start; until the first frame."""
        app._filters.append(self.marks)

    @property
    def refused(self) -> int:
        """How much was replaced that a widget let through."""
        return self.allow_list.refused + self.marks.refused

    @property
    def is_gone(self) -> bool:
        """Whether the terminal hung up."""
        return self._writer is not None and self._writer.is_gone

    def write(self, data: str) -> None:
        """Have it written as far as it is ours. A copy of the framework's goes through our door."""
        if (text := doors.copied(data)) is not None:
            self.copy(text)
            return
        if data == _ALTERNATE and self.splash and self.splash.is_shown:
            return  # it stands there
        with self._feeding:
            passed = self.allow_list.feed(data)
            if data in MARKS_OF_FRAMES:  # the painter writes its own, where they are worth it
                self.painter.marks_frames = True
            elif is_whole(data):
                self._put(passed)
            else:
                self._take(passed)

    def afresh(self) -> None:
        """Paint everything anew: something else may have written to the terminal."""
        with self._feeding:
            self.painter.afresh()
            self._paint()

    def copy(self, text: str) -> None:
        """Put a text made safe on the terminal's clipboard."""
        self._put(doors.clipboard(text))

    def set_title(self, text: str) -> None:
        """Give the terminal a title made safe; its own comes back in the end."""
        self._put(("" if self._title else doors.TITLE_KEPT) + doors.title(text))
        self._title = text

    def start_application_mode(self) -> None:
        """Take the terminal. The framework's own writer starts too and is never given anything."""
        fileno = self._file.fileno() if self._file else 2
        self._writer = Writer(fileno, partial(self._soon, self._hang_up), partial(self._soon, self._go_on))
        self._writer.start()
        self.painter.afresh()  # whoever had it meanwhile left nobody knows what
        self._is_ours = True
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._notice_sizes()
        if self.splash and self.splash.is_shown:
            self.attrs_before = self.splash.taken()
        with self._feeding:
            if self.pace.asks(0):  # before the first frame: how long an answer takes on a line that is empty
                self._put(ASK)
                self.pace.wrote(len(ASK), asked=True)
        if title := self._title:  # taken again after a while in an editor
            self._title = None
            self.set_title(title)

    def stop_application_mode(self) -> None:
        """Give the terminal back as it was. A frame that still waits is painted no more."""
        self._is_ours = False
        if self._timer is not None:
            self._timer.cancel()
        self._hear_out()
        if self._writer is not None:
            self._writer.drop_frames()
            self._put(SETTLED)
        if self._title:
            self._put(doors.TITLE_BACK)
        if self._mouse_pixels:
            self.write("\x1b[?1016l")
        super().stop_application_mode()

    def close(self) -> None:
        """Wait until a living terminal took all; a stuck one, no longer than a moment."""
        if self._writer is not None:
            self._writer.stop()
            self._writer = None
        super().close()

    def run_input_thread(self) -> None:
        """Read keys until told to stop or until the terminal hangs up. Bytes that are no text become marks."""
        parser = XTermParser(self._debug)
        answers = Answers()
        decode = getincrementaldecoder("utf-8")("replace").decode
        while not self.exit_event.is_set():
            ready, _, _ = select.select([self.fileno], [], [], 0.1)
            typed = _read(self.fileno) if ready else None
            if typed == b"":
                self._soon(self._hang_up)
                return
            text = decode(typed) if typed is not None else ""
            if answers.pressed_escape(text):
                self.process_message(events.Key("escape", ESCAPE))
            keys = answers.flush() if typed is None else answers.feed(text)
            for _ in range(answers.taken_statuses()):
                self._heard.append(None)
                self._soon(self._answered)
            try:
                for key in keys_apart(keys):
                    for message in (events.Key("escape", key),) if key == ESCAPE else parser.feed(key):
                        self.process_message(message)
                for message in parser.tick():
                    self.process_message(message)
            except (ValueError, OverflowError):  # a key code that is no character; the parser is of no use after it
                parser = XTermParser(self._debug)

    def _run_input_thread(self) -> None:
        """Without the framework's net, which shows any fault as a traceback."""
        self.run_input_thread()

    def _take(self, frame: str) -> None:
        """Have a frame painted, on a screen of the size that it was made for."""
        columns, rows = self._app.size
        if (columns, rows) != self.painter.size:
            self.painter.resize(columns, rows)
        self.painter.take(frame)
        self._paint()

    def _paint(self) -> None:
        """Write what changed, as soon as the line can take it: until then there is one frame that waits, the newest."""
        if self._writer is None or not self._is_ours or not self.painter.has_news or not self._writer.is_free():
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if wait := self.pace.wait():
            self._timer = self._loop.call_later(wait, self._go_on)
        elif (painted := self.painter.paint()) and not self._stands(painted):
            asks = self.pace.asks(len(painted))
            self._put(painted + ASK if asks else painted, is_frame=True)
            self.pace.wrote(len(painted.encode()), asked=asks)

    def _stands(self, painted: str) -> bool:
        """Whether this is the first frame, and the terminal shows it already."""
        splash, self.splash = self.splash, None
        begins, ends = MARKS_OF_FRAMES
        return splash is not None and splash.covers(painted.replace(begins, "").replace(ends, ""))

    def _go_on(self) -> None:
        with self._feeding:
            self._paint()

    def _answered(self) -> None:
        with self._feeding:
            self._count_answers()
            self._paint()
        self.on_pace()

    def _count_answers(self) -> None:
        while self._heard:
            self._heard.popleft()
            self.pace.answered()

    def _hear_out(self) -> None:
        """Wait a moment for the answers that are to come: whoever has the terminal next would take them for keys."""
        until = time.monotonic() + min(_LAST_WORDS, 2 * (self.pace.round_trip or 0) + 0.1)
        self._count_answers()
        while self.pace.is_waiting and not self.is_gone and time.monotonic() < until:
            time.sleep(0.005)
            self._count_answers()  # for the loop, which is held up meanwhile
        self.pace.forget()

    def _notice_sizes(self) -> None:
        """Have a window that took its old size again at once, which is no news to the app, painted anew."""
        tell = signal.getsignal(signal.SIGWINCH)

        def resized(number: int, frame: FrameType | None) -> None:
            if callable(tell):
                tell(number, frame)
            self._soon(self._spoil)

        signal.signal(signal.SIGWINCH, resized)

    def _spoil(self) -> None:
        with self._feeding:
            self.painter.afresh()
        self._loop.call_later(_RESIZING, self._mend)

    def _mend(self) -> None:
        if self.painter.size == tuple(self._app.size):  # else a frame of another size is being made
            self._go_on()

    def _sigtstp_application(self, *args: Any) -> None:
        """Leave it to the loop: what is signalled may be in the middle of a frame, and never come to its end."""
        self._after_frame(super()._sigtstp_application, *args)

    def _sigcont_application(self, *args: Any) -> None:
        self._after_frame(super()._sigcont_application, *args)

    def _after_frame(self, signalled: Callable[..., None], *args: Any) -> None:
        if self._auto_restart:
            self._soon(partial(signalled, *args))
        else:  # it is lent, with the loop perhaps: stop at once, as who has it does
            signalled(*args)

    def _put(self, text: str, is_frame: bool = False) -> None:
        if self._writer is not None:
            self._writer.put(text, is_frame)

    def _soon(self, call: Callable[[], None]) -> None:
        """Have the loop call it, from another thread; nobody minds when the loop is over."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(call)

    def _hang_up(self) -> None:
        """The terminal is gone: end the app, which keeps what was written."""
        if not self._app._exit:  # else SIGHUP was quicker
            self._app.exit(return_code=_HUNG_UP)


def _read(fileno: int) -> bytes | None:
    """What was typed; empty at the end and of a terminal that hung up, None where another reader was quicker."""
    try:
        return os.read(fileno, 4096)
    except BlockingIOError:  # somebody made it non-blocking: a shell, an editor
        return None
    except OSError:
        return b""
