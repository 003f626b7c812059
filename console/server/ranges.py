"""Which part of a file a request asks for (RFC 9110, sections 13.1 and 14)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from console.errors import Connect360Error

_RANGE = re.compile(r"bytes=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*", re.ASCII | re.IGNORECASE)


class Unsatisfiable(Connect360Error):
    """The file has nothing of what was asked for."""


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes from `start` up to but not including `end`."""

    start: int
    end: int

    def of(self, size: int) -> str:
        """As Content-Range names it, whose end is included."""
        return f"bytes {self.start}-{self.end - 1}/{size}"


def span_of(headers: Mapping[str, str], size: int, etag: str) -> Span | None:
    """The part that Range asks for, None for the whole. Raises Unsatisfiable.

    The whole also answers what cannot be read, more than one range, and a part of what If-Range shows to be another
    file; all three as the RFC allows.
    """
    found = _RANGE.fullmatch(headers.get("range", ""))
    if found is None or headers.get("if-range", etag).strip() != etag:
        return None
    first, last = found.groups()
    if not first and not last:
        return None
    if first and last and int(last) < int(first):
        return None
    start = int(first) if first else max(0, size - int(last))
    end = min(size, int(last) + 1) if first and last else size
    if start >= end:
        raise Unsatisfiable(f"The file has {size} bytes, and nothing of what was asked for.")
    return Span(start, end)


def is_known(headers: Mapping[str, str], etag: str) -> bool:
    """Whether If-None-Match says that the client has this file already."""
    tags = [tag.strip().removeprefix("W/") for tag in headers.get("if-none-match", "").split(",")]
    return etag in tags or tags == ["*"]
