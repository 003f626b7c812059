"""Questions that several verbs ask."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from console.lazily import lazily
from console.text.safe import SafeLine, line

if TYPE_CHECKING:
    from console.screens import pick
    from console.screens.main import MainScreen
else:
    (pick,) = lazily("console.screens", "pick")

_LONGEST_NAME, _LONGEST_ID = 300, 200
"""Characters: of a name or an address, where the contract takes little more, and of an id."""


async def pick_one(
    screen: MainScreen, title: SafeLine, choices: Sequence[pick.Choice], *, marked: str | None = None
) -> str | None:
    """Have one of the choices picked; its id, None on Esc. `marked` is the one in force now."""
    picked = await screen.app.push_screen_wait(pick.Pick(title, choices, marked=(marked,) if marked else ()))
    return picked[0] if picked else None


def start_folder() -> Path:
    """Where a file is looked for first: the folder one is in, else the home."""
    try:
        return Path.cwd()
    except FileNotFoundError:  # it was removed under us
        return Path.home()


def named(said: str) -> SafeLine | None:
    """Refuses, for a question, an answer that is no name."""
    return at_most(_LONGEST_NAME)(said) if said.strip() else SafeLine("Write a name first.")


def an_id(said: str) -> SafeLine | None:
    """Refuses, for a question, an answer that is no id of anything."""
    if not said or any(one.isspace() for one in said):
        return SafeLine("An id is one word.")
    return at_most(_LONGEST_ID)(said)


def at_most(characters: int) -> Callable[[str], SafeLine | None]:
    """Refuses, for a question, an answer that is longer."""
    return lambda said: line(f"At most {characters:,} characters.") if len(said) > characters else None
