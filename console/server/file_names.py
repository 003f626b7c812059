"""A file's name as a client gave it, made one that can be shown, saved and put into a header."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath
from urllib.parse import quote

NAMELESS = "file"
_CHARACTERS = 200
_BYTES = 240  # a file system takes 255, and a browser may append " (1)"
_SUFFIX = 20
# Controls, formats (every bidi mark among them), surrogates, private use, unassigned, line and paragraph separators.
_REFUSED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def safe_name(raw: str) -> str:
    """The last part of a path, without control or bidi characters, at most 200 characters, never empty nor hidden."""
    last = raw.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    shown = "".join(char for char in unicodedata.normalize("NFC", last) if unicodedata.category(char) not in _REFUSED)
    bare = " ".join(shown.split()).strip(" .")
    return _cut(bare) or NAMELESS


def content_disposition(name: str) -> str:
    """`attachment` with the name twice: in ASCII for old clients, in UTF-8 by RFC 5987 (RFC 6266, section 4.3)."""
    plain = "".join(char if " " <= char <= "~" and char not in '"\\%;' else "_" for char in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _cut(name: str) -> str:
    """Within both limits, the extension kept."""
    suffix = PurePosixPath(name).suffix
    if len(suffix) > _SUFFIX:
        suffix = ""
    stem = name.removesuffix(suffix)[: _CHARACTERS - len(suffix)]
    while len((stem + suffix).encode()) > _BYTES:
        stem = stem[:-1]
    return stem.rstrip() + suffix if stem else suffix.lstrip(".")
