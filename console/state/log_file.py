"""The file of the log: private, bounded by rotation, shared by consoles, and no reason for any of them to fail."""

from __future__ import annotations

import fcntl
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from io import TextIOWrapper
from logging import LogRecord, makeLogRecord
from logging.handlers import RotatingFileHandler
from pathlib import Path

from console.errors import StateError
from console.text.safe import SafeLine, line

NAME = "console.log"
MOST_BYTES = 1_000_000
"""Of one file."""

FILES = 3
"""The one that is written and those that were: `console.log`, `console.log.1` and so on, ever older."""

LONGEST_LINE = 400

_Identity = tuple[int, int]  # device and inode


class LogFile(RotatingFileHandler):
    """Lines for the log in `directory`. What cannot be written is counted in `lost`; `problem` says why."""

    def __init__(self, directory: Path, *, most_bytes: int = MOST_BYTES) -> None:
        super().__init__(
            directory / NAME,
            maxBytes=most_bytes,
            backupCount=FILES - 1,
            encoding="utf-8",
            errors="backslashreplace",
            delay=True,
        )
        self.lost = 0
        self.problem: str | None = None
        self._opened: _Identity | None = None  # the file that is written
        self._full: _Identity | None = None  # the file that was too full for a line

    def write(self, text: str) -> None:
        """Write one line. It stands in the file, whatever becomes of this process, when this returns."""
        self.handle(makeLogRecord({"msg": text}))

    def shouldRollover(self, record: LogRecord) -> bool:
        """Whether the file is too full, having looked whether it still is the file: other consoles rotate it too."""
        try:
            status = os.stat(self.baseFilename)  # noqa: PTH116  each line pays for it
        except FileNotFoundError:
            self._let_go()
            return False
        found = (status.st_dev, status.st_ino)
        if found != self._opened:
            self._let_go()
        self._full = found
        return status.st_size + len(record.getMessage()) + 1 > self.maxBytes and stat.S_ISREG(status.st_mode)

    def doRollover(self) -> None:
        """Begin a new file, unless another console did so or is about to: then that one is written to the next time."""
        with _alone(f"{self.baseFilename}.lock") as is_alone:
            if is_alone and _identity(self.baseFilename) == self._full:
                super().doRollover()
        self._let_go()

    def handleError(self, record: LogRecord) -> None:
        """Count the line as lost. The next one tries again with the file opened anew: what was half written stays."""
        error = sys.exc_info()[1]
        self.lost += 1
        self.problem = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
        self._let_go()

    def _open(self) -> TextIOWrapper:
        path = Path(self.baseFilename)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        opened = _private(path)
        status = os.fstat(opened)
        self._opened = (status.st_dev, status.st_ino)
        return os.fdopen(opened, "a", encoding=self.encoding, errors=self.errors)

    def _let_go(self) -> None:
        stream, self.stream = self.stream, None
        if stream is not None:
            with suppress(OSError):  # of a full disk, which has been told
                stream.close()


def read(directory: Path) -> Iterator[SafeLine]:
    """The log's lines, oldest first. Raises StateError where there is none, or it cannot be read."""
    path = directory / NAME
    with ExitStack() as closing:
        files: dict[_Identity, TextIOWrapper] = {}
        try:
            # The newest first: what is rotated meanwhile is met again, and nothing is missed.
            for one in [path, *(path.with_name(f"{NAME}.{number}") for number in range(1, FILES))]:
                with suppress(FileNotFoundError):
                    file = closing.enter_context(one.open(encoding="utf-8", errors="replace"))
                    status = os.fstat(file.fileno())
                    files.setdefault((status.st_dev, status.st_ino), file)
        except OSError as error:
            raise StateError(f"{path} cannot be read: {error.strerror}. Mend its permissions.") from error
        if not files:
            raise StateError(f"There is no log yet. The console writes one while it is open, to {path}.")
        for file in reversed(files.values()):
            for text in file:
                if text.strip():
                    yield line(text.rstrip("\n"), 2 * LONGEST_LINE)


@contextmanager
def _alone(path: str) -> Iterator[bool]:
    """Whether nobody else has this lock. It is not waited for."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            is_alone = False
        else:
            is_alone = True
        yield is_alone
    finally:
        os.close(lock)


def _identity(path: str) -> _Identity | None:
    try:
        status = os.stat(path)  # noqa: PTH116
    except FileNotFoundError:
        return None
    return (status.st_dev, status.st_ino)


def _private(path: Path) -> int:
    """Open for this user alone, also a file that was there, and without waiting for whoever reads a pipe."""
    opened = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK, 0o600)
    if stat.S_ISREG(os.fstat(opened).st_mode):
        os.fchmod(opened, 0o600)
    return opened
