"""Which processes there are: for tests that claim that none is left."""

from __future__ import annotations

import os
from pathlib import Path


def descendants(pid: int | None = None) -> dict[int, str]:
    """The living processes below one, this one by default: their numbers and command lines."""
    parents: dict[int, int] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = status.read_text().rpartition(")")[2].split()
        except OSError:  # ended meanwhile
            continue
        if after_name[0] != "Z":
            parents[int(status.parent.name)] = int(after_name[1])
    below = {pid or os.getpid()}
    while more := {child for child, parent in parents.items() if parent in below} - below:
        below |= more
    return {child: command(child) for child in below - {pid or os.getpid()}}


def command(pid: int) -> str:
    """The command line of a process; empty when there is none any more."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""


def is_running(pid: int) -> bool:
    """Whether there is such a process that still does something."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
