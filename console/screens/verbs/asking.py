"""Questions that several verbs ask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from console.screens.pick import Choice, Pick
from console.text.safe import SafeLine

if TYPE_CHECKING:
    from console.screens.main import MainScreen


async def pick_one(
    screen: MainScreen, title: SafeLine, choices: Sequence[Choice], *, marked: str | None = None
) -> str | None:
    """Have one of the choices picked; its id, None on Esc. `marked` is the one in force now."""
    picked = await screen.app.push_screen_wait(Pick(title, choices, marked=(marked,) if marked else ()))
    return picked[0] if picked else None
