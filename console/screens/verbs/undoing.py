"""Changes of conversations, the newest of which can be taken back, and then the one before it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING

from console.client.errors import NotFound
from console.errors import Connect360Error
from console.state.rows import ConversationRow
from console.text.safe import line
from console.values import dataclass

if TYPE_CHECKING:
    from console.screens.main import MainScreen

_MOST = 50


@dataclass(slots=True)
class Change:
    """What was done with a conversation, as its row was before, and what takes it back."""

    row: ConversationRow
    take_back: Callable[[], Coroutine[None, None, None]]


async def change(
    screen: MainScreen,
    row: ConversationRow,
    make: Awaitable[None],
    take_back: Callable[[], Coroutine[None, None, None]],
) -> None:
    """Make a change that can be taken back at once. Raises Connect360Error where the server refuses it."""
    one = Change(row, take_back)
    screen.changes.append(one)
    del screen.changes[:-_MOST]
    try:
        await make
    except Connect360Error:
        if one in screen.changes:
            screen.changes.remove(one)
        raise


async def undo(screen: MainScreen) -> None:
    """Take the last change back, and stand on its conversation again. Where it is refused it may be tried again."""
    one = screen.changes.pop()
    undoing = asyncio.create_task(one.take_back())
    await asyncio.sleep(0)  # by then it is shown
    if screen.pane == "tree":
        screen.conversations.move_to(one.row.id)
    try:
        await undoing
    except Connect360Error as error:
        if not isinstance(error, NotFound):  # what is gone would stand before all earlier ones for ever
            screen.changes.append(one)
        raise
    screen.say(line(f"Undone: {one.row.name}"))
