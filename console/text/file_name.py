"""A file's name as somebody else gave it, made one that a file may have here or anywhere."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath

NAMELESS = "file"
_CHARACTERS = 200
_BYTES = 240  # a file system takes 255, and a browser may append " (1)"
_SUFFIX = 20
_MARKS = 6
"""How many combining marks a base may carry: no script of ours needs more."""
# Controls, formats (every bidi mark among them), surrogates, private use, unassigned, line and paragraph separators.
_REFUSED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and symbols that show nothing
_PORTABLE = str.maketrans(dict.fromkeys('<>:"|?*', "_"))  # Windows takes none of them, and ":" opens another stream
_LEADING = " .-~"  # hidden, an option of a command, a home directory
_TRAILING = " ."
# Whatever their extension, Windows opens these as devices.
_DEVICES = frozenset({"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"}) | {
    f"{port}{number}" for port in ("COM", "LPT") for number in "0123456789¹²³"
}


def safe_name(raw: str) -> str:
    """The last part of a path, without control or bidi characters, at most 200 characters, never empty nor hidden."""
    last = raw.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    shown = "".join(char for char in last if unicodedata.category(char) not in _REFUSED and char not in _BLANK)
    spaced = " ".join(unicodedata.normalize("NFC", shown).translate(_PORTABLE).split())
    return _cut(_no_device(_few_marks(_bare(spaced)))) or NAMELESS


def _is_mark(char: str) -> bool:
    return unicodedata.category(char).startswith("M")


def _bare(name: str) -> str:
    """From the first character that may begin a name, which no mark may: it would sit on what stands before."""
    begin = next((at for at, char in enumerate(name) if char not in _LEADING and not _is_mark(char)), len(name))
    return name[begin:].rstrip(_TRAILING)


def _few_marks(name: str) -> str:
    kept: list[str] = []
    marks = 0
    for char in name:
        marks = marks + 1 if _is_mark(char) else 0
        if marks <= _MARKS:
            kept.append(char)
    return "".join(kept)


def _no_device(name: str) -> str:
    return f"_{name}" if name.split(".", 1)[0].rstrip().upper() in _DEVICES else name


def _cut(name: str) -> str:
    """Within both limits, the extension kept."""
    suffix = PurePosixPath(name).suffix
    if len(suffix) > _SUFFIX:
        suffix = ""
    stem = name.removesuffix(suffix)[: _CHARACTERS - len(suffix)]
    while len((stem + suffix).encode()) > _BYTES:
        stem = stem[:-1]
    return stem.rstrip(_TRAILING) + suffix
