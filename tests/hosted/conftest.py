"""One process for a module's stand-ins: node takes longer to start than any of its tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.hosted.hosted import HostedProcess, hosted_process


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def process() -> AsyncIterator[HostedProcess]:
    """It is gone when the module's tests are."""
    async with hosted_process() as process:
        yield process
