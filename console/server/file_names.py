"""A file's name in a header."""

from __future__ import annotations

from urllib.parse import quote


def content_disposition(name: str) -> str:
    """`attachment` with the name twice: in ASCII for old clients, in UTF-8 by RFC 5987 (RFC 6266, section 4.3)."""
    plain = "".join(char if " " <= char <= "~" and char not in '"\\%;' else "_" for char in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
