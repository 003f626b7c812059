"""The empty panes, shown before what draws them is imported: as the console first drew them at its last start.

Importing takes most of a start, and a person who looks at the shell meanwhile wonders whether anything happens. What is
kept is one frame of the painter's, in the state directory. Nobody's words are in it: it is taken before the server was
asked for anything. On a terminal of another size or with other colours nothing is shown, and another is kept.
"""

from __future__ import annotations

import json
import os
import re
import select
import sys
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from console import __version__

_LONGEST = 256 * 1024
_FRAME = re.compile(r"(?:\x1b\[[\d;]*[ABCDGHdmr]|[\r\n\b]|[^\x00-\x1f\x7f-\x9f\ud800-\udfff])*+")
"""What a frame may hold: moves, pens and text. Whoever wrote into the file has the terminal do no more than that."""
_COLOURS = ("TERM", "COLORTERM", "NO_COLOR", "TEXTUAL_COLOR_SYSTEM")
_PATIENCE = 2.0
"""Seconds for a slow terminal to take some of it."""
_TAKEN, _GIVEN_BACK = "\x1b[?1049h\x1b[?25l", "\x1b[m\x1b[?1049l\x1b[?25h"


class Splash:
    """What `path` keeps for this terminal, drawn in `theme`. Make it where standard input and error are a terminal."""

    def __init__(self, path: Path, theme: str) -> None:
        self._path = path
        self._keyboard, self._screen = sys.__stdin__.fileno(), sys.__stderr__.fileno()  # type: ignore[union-attr]
        self._theme = theme
        self._frame = ""
        self._before: list[Any] | None = None

    @property
    def is_shown(self) -> bool:
        """Whether it stands on the terminal, which is nobody else's yet."""
        return self._before is not None

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show it, if there is one. In the end the terminal is given back, unless the console took it meanwhile."""
        try:
            self._show()
            yield
        finally:
            if self._before is not None:
                self._write(_GIVEN_BACK)
                with suppress(termios.error):  # one that is gone, too
                    termios.tcsetattr(self._keyboard, termios.TCSANOW, self._before)
                self._before = None

    def taken(self) -> list[Any] | None:
        """The console has the terminal now: how it was before, for whoever gives it back."""
        before, self._before = self._before, None
        return before

    def covers(self, frame: str) -> bool:
        """Whether this first frame stands already. If not it is kept for the next start; failing that costs nothing."""
        if frame == self._frame:
            return True
        beside = self._path.with_suffix(f".{os.getpid()}")
        with suppress(OSError):
            kept = {"look": self._look(), "frame": frame}
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            opened = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(opened, "w", encoding="utf-8") as file:
                json.dump(kept, file)
            beside.replace(self._path)
        with suppress(OSError):  # there is one where the disk is full
            beside.unlink()
        return False

    def _show(self) -> None:
        self._frame = self._kept()
        if not self._frame:
            return
        with suppress(termios.error):
            self._before = termios.tcgetattr(self._keyboard)
            raw = termios.tcgetattr(self._keyboard)
            # As the framework will: what is typed from now on is for the console, and is not echoed into the panes.
            raw[tty.LFLAG] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN | termios.ISIG)
            raw[tty.IFLAG] &= ~(termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR)
            raw[tty.CC][termios.VMIN] = 1
            termios.tcsetattr(self._keyboard, termios.TCSANOW, raw)
            if not self._write(_TAKEN + self._frame):
                self._frame = ""  # some of it stands: the console writes all

    def _kept(self) -> str:
        """The frame that is kept for a terminal like this one; empty where there is none to be trusted."""
        try:
            look = self._look()
            opened = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            with os.fdopen(opened, encoding="utf-8") as file:
                kept = json.loads(file.read(_LONGEST))
        except (OSError, ValueError, RecursionError):
            return ""
        frame = kept.get("frame") if isinstance(kept, dict) and kept.get("look") == look else None
        return frame if isinstance(frame, str) and _FRAME.fullmatch(frame) else ""

    def _look(self) -> list[Any]:
        """What a frame depends on, as JSON has it."""
        return [__version__, self._theme, *os.get_terminal_size(self._screen), *map(os.environ.get, _COLOURS)]

    def _write(self, text: str) -> bool:
        """Write all of it; whether the terminal took it."""
        rest = memoryview(text.encode())
        with suppress(OSError):  # a terminal that is gone: the console will find out
            while rest:
                try:
                    rest = rest[os.write(self._screen, rest) :]
                except BlockingIOError:  # somebody made it non-blocking: a shell, a pipe
                    if not select.select([], [self._screen], [], _PATIENCE)[1]:
                        break
        return not rest
