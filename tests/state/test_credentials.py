"""Whether a key is taken, on a real server, on one of the documentation alone, and on none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from console.client.errors import NotUnderstood, Unauthorized, Unreachable
from console.state.credentials import check
from tests.client.fakes import Heard, Line, no_procedure, refusal, reply, running
from tests.support.server import RunningServer, running_server


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[RunningServer]:
    """A running server."""
    async with running_server(tmp_path / "server") as server:
        yield server


async def test_a_key_of_the_server_is_taken_and_no_other(server: RunningServer) -> None:
    await check(server.url, server.key("viewer"))
    with pytest.raises(Unauthorized):
        await check(server.url, "plato_of_nobody")


async def test_a_server_that_is_not_there_takes_no_key() -> None:
    with pytest.raises(Unreachable, match="cannot be reached"):
        await check("http://127.0.0.1:1", "plato_x")


async def test_a_server_of_the_documentation_alone_is_asked_for_what_is_documented() -> None:
    async def answer(heard: Heard, line: Line) -> bytes:
        if not heard.path.endswith("listMessages"):
            return no_procedure(heard.path)
        if heard.headers.get("authorization") != "Bearer plato_good":
            return refusal(401, "UNAUTHORIZED", "Unauthorized API key.")
        return refusal(404, "NOT_FOUND", "Conversation not found.")

    async with running(answer) as server:
        await check(server.url, "plato_good")
        with pytest.raises(Unauthorized, match="Unauthorized API key"):
            await check(server.url, "plato_bad")


async def test_a_page_of_somebody_elses_takes_no_key() -> None:
    async with running(reply(404, b"<html>Not here</html>", content_type="text/html")) as server:
        with pytest.raises(NotUnderstood, match="There is no Connect360 API at"):
            await check(server.url, "plato_x")
