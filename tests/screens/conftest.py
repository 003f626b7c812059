"""A server, and an administrator's way to it, for the tests of the main screen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from console.client.api import Api
from tests.support.server import RunningServer, running_server


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[RunningServer]:
    """A running server."""
    async with running_server(tmp_path / "server") as server:
        yield server


@pytest.fixture
async def api(server: RunningServer) -> AsyncIterator[Api]:
    """An administrator's way to it, for what others do."""
    async with Api(server.url, server.key("admin", member="Tomás Rivera"), trpc_path="/api/trpc") as api:
        yield api
