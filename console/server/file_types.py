"""What a file is, told from its bytes. Nothing that a browser would run is ever named as what it is."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

UNKNOWN = "application/octet-stream"
HEAD = 4096
"""How many of a file's first bytes `type_of` wants."""

_OFFICE = "application/vnd.openxmlformats-officedocument."
# HTML, SVG, XML and scripts are absent on purpose: they are text, or unknown.
_KINDS = {
    "image": "png jpeg gif webp heif heic avif tiff bmp x-ms-bmp",
    "audio": "mpeg ogg wav x-wav flac aac mp4 x-m4a opus webm amr",
    "video": "mp4 quicktime webm ogg mpeg x-matroska x-msvideo 3gpp",
    "application": "pdf rtf zip x-gzip msword vnd.ms-excel vnd.ms-powerpoint "
    "vnd.oasis.opendocument.text vnd.oasis.opendocument.spreadsheet",
}
_SAFE = frozenset(f"{family}/{kind}" for family, kinds in _KINDS.items() for kind in kinds.split()) | {
    f"{_OFFICE}{kind}" for kind in ("wordprocessingml.document", "spreadsheetml.sheet", "presentationml.presentation")
}
_TEXTS = {".csv": "text/csv", ".md": "text/markdown", ".json": "application/json"}
_ZIP = b"PK\x03\x04"
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_LEAST_MATCH = 3  # "BM" alone, two bytes, begins many a text


def type_of(head: bytes, name: str) -> str:
    """The media type of a file that begins with `head`. The name only chooses among what the bytes allow."""
    suffix = PurePosixPath(name).suffix.lower()
    return _by_magic(head, suffix) or _as_text(head, suffix) or UNKNOWN


def _by_magic(head: bytes, suffix: str) -> str | None:
    import puremagic  # its tables take 15 ms, which only an upload should cost

    if not head:
        return None
    try:
        matches = puremagic.magic_string(head)
    except puremagic.PureError:
        return None
    strong = [match for match in matches if len(match.byte_match) >= _LEAST_MATCH]
    fitting = [match for match in strong if match.extension == suffix]
    if not fitting and head.startswith(_ZIP):
        return "application/zip"  # every office format begins so
    best = (fitting or strong)[:1]
    return best[0].mime_type if best and best[0].mime_type in _SAFE else None


def _as_text(head: bytes, suffix: str) -> str | None:
    if not head or _NO_TEXT.search(head):
        return None
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason != "unexpected end of data":  # the head may end within a character
            return None
    return _TEXTS.get(suffix, "text/plain")
