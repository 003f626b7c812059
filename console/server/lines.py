"""Lines for standard error, written by a thread of its own: a reader that is slow or asleep holds up no call."""

from __future__ import annotations

import logging
import os
import threading
from collections import deque

_MOST = 20_000
_PAUSE_SECONDS = 0.1  # lines that come together are written together: waking a thread costs more than a line
_PATIENCE_SECONDS = 1.0


class Lines:
    """Takes lines from any thread and returns at once. Those that cannot be kept are dropped and counted."""

    def __init__(self, descriptor: int, most: int = _MOST) -> None:
        self._descriptor = descriptor
        self._most = most
        self._waiting: deque[str] = deque()
        self._dropped = 0
        self._woken = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lines", daemon=True)
        self._thread.start()

    def add(self, line: str) -> None:
        """Have a line written, soon."""
        if len(self._waiting) >= self._most:
            self._dropped += 1
            return
        self._waiting.append(line)
        if not self._woken.is_set():
            self._woken.set()

    def close(self) -> None:
        """Write what waits. A reader that does not read is not waited for longer than a moment."""
        self._over.set()
        self._woken.set()
        self._thread.join(_PATIENCE_SECONDS)

    def _run(self) -> None:
        while not self._over.is_set():
            self._woken.wait()
            self._over.wait(_PAUSE_SECONDS)
            self._woken.clear()
            self._write()

    def _write(self) -> None:
        lines = [self._waiting.popleft() for _ in range(len(self._waiting))]
        if self._dropped:
            lines.append(f"{self._dropped} lines were dropped: nobody read them")
            self._dropped = 0
        text = "".join(f"{line}\n" for line in lines).encode(errors="backslashreplace")
        try:
            while text:
                text = text[os.write(self._descriptor, text) :]
        except OSError:  # whoever read has left
            return


class LinesHandler(logging.Handler):
    """Python's log, by way of the lines."""

    def __init__(self, lines: Lines) -> None:
        super().__init__()
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        """Format now, write soon."""
        self._lines.add(self.format(record))
