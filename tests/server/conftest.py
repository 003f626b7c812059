"""A server of its own for each test, and lines to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.server.calling import Talk, talking
from tests.support.server import RunningServer, running_server


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[RunningServer]:
    """A running server."""
    async with running_server(tmp_path / "data", pace=0.0) as running:
        yield running


@pytest.fixture
async def admin(server: RunningServer) -> AsyncIterator[Talk]:
    """A line of Maya's, who may do everything."""
    async with talking(server.url, server.key("admin")) as talk:
        yield talk


@pytest.fixture
async def agent(server: RunningServer) -> AsyncIterator[Talk]:
    """A line of Omar's, who answers customers."""
    async with talking(server.url, server.key("agent", "Omar Haddad")) as talk:
        yield talk


@pytest.fixture
async def viewer(server: RunningServer) -> AsyncIterator[Talk]:
    """A line of Vera's, who only looks."""
    async with talking(server.url, server.key("viewer", "Vera Lind")) as talk:
        yield talk


@pytest.fixture
async def foreign(server: RunningServer) -> AsyncIterator[Talk]:
    """A line of an admin's of another workspace."""
    async with talking(server.url, server.key("admin", "Fay Olsen", "Elsewhere")) as talk:
        yield talk
