"""What is done in the pauses between keys, as it takes as long as a frame: a full look for garbage, and imports."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable

from console.lazily import use_one

_PAUSE = 1.0
"""Seconds without a key that are a pause."""
_SOME, _MUCH = 2, 100
"""Passes over what is new: after how many all is looked through in a pause, and when that waits for none any more."""
_NEVER = 1_000_000


async def take(typed: Callable[[], int], after: float, pause: float = _PAUSE) -> None:
    """Take every pause until cancelled; `typed` counts the keys.

    For so many seconds no garbage is looked for, and later never in what was made by then. What is new is looked
    through as it comes, which is quick.
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
            is_pause = typed() == count
            if gc.get_count()[2] > (_SOME if is_pause else _MUCH):
                gc.collect()
            elif is_pause:
                use_one()
    finally:
        gc.set_threshold(*before)
        gc.enable()
