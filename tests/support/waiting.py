"""Waiting for what nobody tells us of: another process's children, another program's server."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

_AGAIN = 0.02


async def eventually(claim: Callable[[], bool], timeout: float = 10.0) -> None:
    """Ask until the claim is true. Raises TimeoutError."""
    async with asyncio.timeout(timeout):
        while not claim():  # noqa: ASYNC110  the kernel tells nobody
            await asyncio.sleep(_AGAIN)


async def answer_of(ask: Callable[[], Awaitable[T]], claim: Callable[[T], bool], timeout: float = 10.0) -> T:
    """Ask until the claim is true of the answer, and give that. Raises TimeoutError."""
    async with asyncio.timeout(timeout):
        while not claim(answer := await ask()):  # noqa: ASYNC110  nor does another program
            await asyncio.sleep(_AGAIN)
        return answer
