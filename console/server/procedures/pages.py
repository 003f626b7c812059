"""Cursors: where a page ended, opaque to a client, never a reference that could reach into another workspace."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from console.server.refusal import bad_request

_FARTHEST = 1 << 60  # what a table can compare with


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last of a page: what it sorts by, and its id."""

    at: int
    id: str


def write_cursor(cursor: Cursor) -> str:
    """A cursor as a client carries it."""
    return base64.urlsafe_b64encode(f"{cursor.at}:{cursor.id}".encode()).decode("ascii").rstrip("=")


def read_cursor(text: str | None) -> Cursor | None:
    """The cursor that a client brought back; None at the first page. Raises a refusal for what was never one."""
    if text is None:
        return None
    try:
        at, _, last = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True).decode().partition(":")
        cursor = Cursor(int(at), last)
        if abs(cursor.at) > _FARTHEST:
            raise ValueError(at)
        return cursor
    except ValueError:
        raise bad_request("cursor is not one that this server gave") from None
