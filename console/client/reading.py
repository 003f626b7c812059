"""Files of ours read while they are sent: never whole in memory, and never more or less than was announced."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from console.contract.shapes import Limits
from console.errors import FileError
from console.text.safe import name as safe_name


class FileReading(io.FileIO):
    """A file on its way: `on_read` hears of every piece. Raises FileError for a file that changes or goes."""

    def __init__(self, path: Path) -> None:
        try:
            super().__init__(path, "rb", opener=_open_at_once)
        except OSError as error:
            raise _unreadable(path, error) from None
        status = os.fstat(self.fileno())
        if not stat.S_ISREG(status.st_mode):
            self.close()
            raise FileError(f"{safe_name(path.name)} is no file. Choose one.")
        self.size = status.st_size
        self.sent_name = os.fsencode(path.name).decode("utf-8", "replace")
        self.on_read: Callable[[int], None] = lambda _: None
        self._path = path
        self._left = self.size

    def read(self, size: int | None = -1, /) -> bytes:
        """The next piece, of the size that the file had when it was opened."""
        wanted = self._left if size is None or size < 0 else min(size, self._left)
        try:
            piece = super().read(wanted) or b""
        except OSError as error:
            raise _unreadable(self._path, error) from None
        if len(piece) < wanted:
            raise FileError(f"{safe_name(self._path.name)} was changed while it was sent. Attach it again.")
        self._left -= len(piece)
        if piece:
            self.on_read(len(piece))
        return piece


def opened(paths: Sequence[Path], limits: Limits, closing: ExitStack) -> list[FileReading]:
    """The files, opened and put on `closing`. Raises FileError for what cannot be read or would be refused."""
    if not paths:
        raise FileError("There is no file to send. Choose one.")
    if len(paths) > limits.files_per_upload:
        raise FileError(f"{len(paths)} files are more than the server takes. Send {limits.files_per_upload} at a time.")
    readings = [closing.enter_context(FileReading(path)) for path in paths]
    for reading in readings:
        if reading.size > limits.bytes_per_file:
            raise FileError(
                f"{safe_name(reading.sent_name)} is larger than {limits.bytes_per_file / 1024**2:g} MB, "
                "which is the most that the server takes. Send a smaller one."
            )
    return readings


def _open_at_once(path: str, flags: int) -> int:
    """Open without waiting: a named pipe would be waited for without end."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _unreadable(path: Path, error: OSError) -> FileError:
    return FileError(
        f"{safe_name(path.name)} cannot be read: {(error.strerror or 'it failed').lower()}. Choose another file."
    )
