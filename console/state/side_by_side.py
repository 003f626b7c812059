"""Things that are done at the same time and end together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any


@asynccontextmanager
async def side_by_side(*doing: Awaitable[Any]) -> AsyncIterator[tuple[asyncio.Future[Any], ...]]:
    """A task for each while the block runs; after it none of them runs any more. Their errors are for the block."""
    tasks = tuple(asyncio.ensure_future(one) for one in doing)
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
