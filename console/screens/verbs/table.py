"""What each action of `console.actions` does, by its id. A verb takes the main screen; an awaited one is a worker."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from console.screens.verbs import (
    around,
    attaching,
    beginning,
    drafting,
    finding,
    gating,
    measuring,
    moving,
    reading,
    saving,
    triage,
    writing,
)

if TYPE_CHECKING:
    from console.screens.main import MainScreen

Verb = Callable[["MainScreen"], Awaitable[None] | None]

VERBS: dict[str, Verb] = {
    **around.VERBS,
    **measuring.VERBS,
    **moving.VERBS,
    **beginning.VERBS,
    **triage.VERBS,
    **writing.VERBS,
    **gating.VERBS,
    **attaching.VERBS,
    **drafting.VERBS,
    **reading.VERBS,
    **finding.VERBS,
    **saving.VERBS,
}
