"""The terminal itself: the framework's driver, through which every byte goes and which lets only ours pass.

Three guards, so that no widget can forget: a filter over every drawn line while text and style are still apart, the
allow-list over every write, and the answers of the terminal taken out of the input. A terminal that is slow, or gone,
never stops the loop: writing is a thread's, frames that a slow one cannot take are skipped and drawn anew.
"""

from __future__ import annotations

import os
import select
import threading
from codecs import getincrementaldecoder
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from rich.cells import set_cell_size
from rich.segment import Segment
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.filter import LineFilter

from console.terminal import doors
from console.terminal.allow_list import AllowList, is_whole
from console.terminal.answers import Answers
from console.text.marks import DRAWN, stand_in

if TYPE_CHECKING:
    from textual.app import App
    from textual.color import Color

MOST_WAITING = 64 * 1024
"""Bytes that wait for a slow terminal before its frames are given up for one whole screen: some two of those."""
_LAST_WORDS = 2.0
"""Seconds for a slow terminal to take what restores it."""
_HUNG_UP = 129  # as a shell says of SIGHUP


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

    def __init__(self, fileno: int, on_gone: Callable[[], None], on_caught_up: Callable[[], None]) -> None:
        super().__init__(name="connect360-writer", daemon=True)
        self._fileno = fileno
        self._on_gone = on_gone
        self._on_caught_up = on_caught_up
        self._changed = threading.Condition()
        self._queue: deque[tuple[bytes, bool]] = deque()
        self._waiting = 0
        self._skipped = False
        self._stopping = False
        self.is_gone = False

    def put(self, text: str, is_frame: bool) -> None:
        """Have it written. Never waits: where frames pile up they are given up, for a whole one when all is written."""
        written = text.encode("utf-8", "replace")
        with self._changed:
            if self.is_gone or not written:
                return
            if is_frame and self._waiting > MOST_WAITING:
                self._drop_frames()
                self._skipped = True
                return
            self._queue.append((written, is_frame))
            self._waiting += len(written)
            self._changed.notify()

    def drop_frames(self) -> None:
        """Forget the frames that were not begun: what restores the terminal must not wait for them."""
        with self._changed:
            self._drop_frames()
            self._skipped = False

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

    def _drop_frames(self) -> None:
        self._queue = deque((written, is_frame) for written, is_frame in self._queue if not is_frame)
        self._waiting = sum(len(written) for written, _ in self._queue)

    def _next(self) -> bytes | None:
        with self._changed:
            if not self._queue and self._skipped:
                self._skipped = False
                self._on_caught_up()
            while not self._queue and not self._stopping:
                self._changed.wait()
            if not self._queue:
                return None
            written, _ = self._queue.popleft()
            self._waiting -= len(written)
            return written

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
        self._feeding = threading.Lock()  # the input's thread writes too, when a terminal answers a question
        self._writer: Writer | None = None
        self._title: str | None = None
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
        with self._feeding:
            self._put(self.allow_list.feed(data), is_frame=not is_whole(data))

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
        self._writer = Writer(fileno, partial(self._soon, self._hang_up), partial(self._soon, self._redraw))
        self._writer.start()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if title := self._title:  # taken again after a while in an editor
            self._title = None
            self.set_title(title)

    def stop_application_mode(self) -> None:
        """Give the terminal back as it was, before any frame that still waits."""
        if self._writer is not None:
            self._writer.drop_frames()
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
            keys = answers.flush() if typed is None else answers.feed(decode(typed))
            try:
                for message in (*(parser.feed(keys) if keys else ()), *parser.tick()):
                    self.process_message(message)
            except (ValueError, OverflowError):  # a key code that is no character; the parser is of no use after it
                parser = XTermParser(self._debug)

    def _run_input_thread(self) -> None:
        """Without the framework's net, which shows any fault as a traceback."""
        self.run_input_thread()

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

    def _redraw(self) -> None:
        """A slow terminal caught up: draw what it missed."""
        self._app.screen.refresh(layout=True)


def _read(fileno: int) -> bytes | None:
    """What was typed; empty at the end and of a terminal that hung up, None where another reader was quicker."""
    try:
        return os.read(fileno, 4096)
    except BlockingIOError:  # somebody made it non-blocking: a shell, an editor
        return None
    except OSError:
        return b""
