"""When all is looked through for garbage: in a pause between keys, as a full pass takes as long as a frame."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable

_PAUSE = 1.0
"""Seconds without a key that are a pause."""
_SOME, _MUCH = 2, 30
"""Passes over what is new: after how many all is looked through in a pause, and when it waits for none any more."""

_NEVER = 1_000_000


def put_off() -> None:
    """Look for none at all: nothing that a start makes is garbage, and looking for it is a tenth of the time."""
    gc.disable()


async def collect(typed: Callable[[], int], after: float, pause: float = _PAUSE) -> None:
    """Look for garbage again after so many seconds, but never in what was made by then; `typed` counts the keys.

    Until it is cancelled. What is new is looked through as it comes, which is quick.
    """
    before = gc.get_threshold()
    try:
        await asyncio.sleep(after)
        gc.freeze()
        gc.set_threshold(before[0], before[1], _NEVER)
        gc.enable()
        while True:
            count = typed()
            await asyncio.sleep(pause)
            passes = gc.get_count()[2]
            if passes > (_SOME if typed() == count else _MUCH):
                gc.collect()
    finally:
        gc.set_threshold(*before)
        gc.enable()
