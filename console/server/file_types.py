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
    "audio": "mpeg ogg wav wave x-wav flac aac mp4 x-m4a opus webm amr",
    "video": "mp4 quicktime webm ogg mpeg x-matroska x-msvideo avi 3gpp",
    "application": "pdf rtf ogg zip x-gzip msword vnd.ms-excel vnd.ms-powerpoint "
    "vnd.oasis.opendocument.text vnd.oasis.opendocument.spreadsheet",
}
_SAFE = frozenset(f"{family}/{kind}" for family, kinds in _KINDS.items() for kind in kinds.split()) | {
    f"{_OFFICE}{kind}" for kind in ("wordprocessingml.document", "spreadsheetml.sheet", "presentationml.presentation")
}
_TEXTS = {".csv": "text/csv", ".md": "text/markdown", ".json": "application/json"}
_ZIP = b"PK\x03\x04"
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_LEAST_MATCH = 3  # without a name that fits: two bytes begin many a file of another kind
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?[\t\n\x0c\r ]*<")
_WRITTEN = frozenset({"application/pdf", "application/rtf"})  # kinds that may be nothing but text


def type_of(head: bytes, name: str) -> str:
    """The media type of a file that begins with `head`. The name only chooses among what the bytes allow.

    A page can be written so that it is also a picture, by magic that a comment holds or a script begins with. So what
    begins as markup is never more than text, and what is text throughout is no picture.
    """
    suffix = PurePosixPath(name).suffix.lower()
    text = _as_text(head, suffix)
    magic = None if _MARKUP.match(head) else _by_magic(head, suffix)
    return magic if magic is not None and (text is None or magic in _WRITTEN) else text or UNKNOWN


def _by_magic(head: bytes, suffix: str) -> str | None:
    import puremagic  # its tables take 15 ms, which only an upload should cost

    if not head:
        return None
    try:
        matches = puremagic.magic_string(head)
    except puremagic.PureError:
        return None
    fitting = [match for match in matches if match.extension == suffix]
    if not fitting and head.startswith(_ZIP):
        return "application/zip"  # every office format begins so
    strong = [match for match in matches if len(match.byte_match) >= _LEAST_MATCH]
    best = next((match.mime_type for match in (*fitting, *strong) if match.mime_type), None)
    return best if best in _SAFE else None


def _as_text(head: bytes, suffix: str) -> str | None:
    if not head or _NO_TEXT.search(head):
        return None
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason != "unexpected end of data":  # the head may end within a character
            return None
    return _TEXTS.get(suffix, "text/plain")
