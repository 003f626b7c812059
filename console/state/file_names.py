"""Where a file of somebody else's may be saved: under a name that is only a name, and that is free."""

from __future__ import annotations

import os
import re
from itertools import count
from pathlib import Path

_LONGEST = 120  # characters, so that a number still fits into a file system's 255 bytes of most scripts
_UNFIT = re.compile(r'[/\\:*?"<>|\x00-\x1f\x7f]')


def place_for(to: Path, name: str) -> Path:
    """`to` itself, or if that is a folder a path in it that does not exist yet: `photo.jpg`, else `photo (2).jpg`."""
    if not to.is_dir():
        return to
    plain = _UNFIT.sub("_", name).strip().lstrip(".-") or "file"
    stem, suffix = Path(plain).stem, Path(plain).suffix[:20]
    stem = stem.encode()[:_LONGEST].decode(errors="ignore")
    for number in count(1):
        path = to / (f"{stem}{suffix}" if number == 1 else f"{stem} ({number}){suffix}")
        if not os.path.lexists(path):
            return path
    raise AssertionError("numbers do not end")
