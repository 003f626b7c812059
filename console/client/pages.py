"""Pages of a list, in the forms that servers of this family use, since the documentation shows none. Pure."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from console.client.errors import NotUnderstood
from console.contract.shapes import Page

T = TypeVar("T")

_ITEMS = ("items", "messages", "conversations", "data")
_CURSORS = ("nextCursor", "next", "cursor")
_MOST_PAGES = 1000


def page_of(value: Any) -> Any:
    """`{items, nextCursor}` from a bare list or from an object that calls them by another of the usual names."""
    if isinstance(value, list):
        return {"items": value, "nextCursor": None}
    if not isinstance(value, dict) or "items" in value:
        return value
    for name in _ITEMS:
        if isinstance(items := value.get(name), list):
            cursor = next((value[one] for one in _CURSORS if value.get(one) is not None), None)
            return {"items": items, "nextCursor": cursor}
    return value


async def unrolled(page_at: Callable[[str | None], Awaitable[Page[T]]]) -> tuple[T, ...]:
    """Every entry of a list. Raises NotUnderstood for a list that never ends."""
    entries: list[T] = []
    cursor: str | None = None
    for _ in range(_MOST_PAGES):
        page = await page_at(cursor)
        entries += page.items
        if page.next_cursor is None or page.next_cursor == cursor:
            return tuple(entries)
        cursor = page.next_cursor
    raise NotUnderstood("The server's list has no end. Tell those who run the server.")
