"""What lies in a folder, read for the file picker. It reads the disk and may block: call it in a thread."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from console.text.age import age
from console.text.fold import fold
from console.text.safe import SafeLine, name
from console.text.size import size
from console.values import dataclass

Kind = Literal["folder", "file", "other"]
"""other: a device, a pipe, a socket, a link to nothing. Opening one may never return."""


@dataclass(frozen=True, slots=True)
class FolderEntry:
    """A file or folder: `path` is the true one, `name` what may be shown, `folded` what is searched."""

    path: Path
    name: SafeLine
    folded: str
    kind: Kind
    size: SafeLine
    age: SafeLine
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class Folder:
    """Folders first, then files, by name. `problem` says why nothing is seen, though the folder may be there."""

    path: Path
    entries: tuple[FolderEntry, ...] = ()
    problem: SafeLine | None = None
    is_there: bool = False


_PROBLEMS: tuple[tuple[type[OSError], str], ...] = (
    (PermissionError, "You may not look into this folder."),
    (FileNotFoundError, "There is no such folder."),
    (NotADirectoryError, "This is a file, not a folder."),
)


def read_folder(path: Path, now: datetime) -> Folder:
    """The folder at `path`; never raises for what the disk says."""
    try:
        with os.scandir(path) as found:
            entries = [_entry(one, now) for one in found]
    except OSError as error:
        said = next((words for kind, words in _PROBLEMS if isinstance(error, kind)), "This folder cannot be read.")
        return Folder(path, problem=SafeLine(said), is_there=isinstance(error, PermissionError))
    except ValueError:  # a NUL in the path
        return Folder(path, problem=SafeLine("There is no such folder."))
    return Folder(
        path,
        tuple(sorted(entries, key=lambda entry: (entry.kind != "folder", entry.folded, entry.path))),
        is_there=True,
    )


def typed_path(folder: Path, typed: str) -> Path:
    """What a person means by a path typed in this folder: `~` is home, `..` is what a shell makes of it."""
    try:
        expanded = Path(typed).expanduser()
    except RuntimeError:  # ~nobody
        expanded = Path(typed)
    path = os.path.normpath(folder / expanded)
    return Path("/" + path.lstrip("/"))  # two slashes at the beginning stay two otherwise


def _entry(found: os.DirEntry[str], now: datetime) -> FolderEntry:
    shown = name(found.name)
    kind: Kind = "other"
    length = since = SafeLine("")
    try:
        status = found.stat()
    except OSError:  # a link to nothing, or a file that went while we read
        pass
    else:
        is_file = stat.S_ISREG(status.st_mode)
        kind = "folder" if stat.S_ISDIR(status.st_mode) else "file" if is_file else "other"
        length = size(status.st_size) if is_file else length
        since = _age(status.st_mtime, now)
    return FolderEntry(Path(found.path), shown, fold(shown), kind, length, since, found.name.startswith("."))


def _age(modified: float, now: datetime) -> SafeLine:
    try:
        return age(datetime.fromtimestamp(modified, UTC), now)
    except (OverflowError, OSError, ValueError):  # a time beyond the year 9999: disks have them
        return SafeLine("?")
