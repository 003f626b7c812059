"""A server that dies, a line that drops, a window that shrinks: nothing that was written is lost."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.client.api import Api
from tests.journeys.steps import ENTER, LIVE, customer_writes, find, leave_composer, write
from tests.journeys.workspace import Workspace, workspace_in
from tests.support.waiting import answer_of


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[Workspace]:
    """A server of this test's own, which may be killed."""
    with workspace_in(tmp_path / "server") as running:
        yield running


@pytest.mark.parametrize("is_long", [False, True], ids=["for a moment", "for long"])
async def test_a_killed_server_loses_no_text_and_needs_no_restart(
    mortal: Workspace, tmp_path: Path, is_long: bool
) -> None:
    jane = await customer_writes(mortal, "Jane", "Are you there?")
    key = mortal.key("agent")
    async with mortal.console(key, tmp_path / "state") as terminal:
        await find(terminal, "Jane")
        await write(terminal, "written before")
        mortal.kill(signal.SIGKILL)
        await terminal.until(lambda shown: LIVE not in shown.text() and "written before" in shown.text())
        terminal.send(", and after")
        await terminal.until("written before, and after")
        terminal.send(ENTER)
        await terminal.until("waiting to leave")
        if is_long:
            await terminal.until("offline since", timeout=15)
            await terminal.until("1 not sent")
        mortal.start()
        await terminal.until(LIVE, timeout=15)
        if is_long:  # what waited without a line is never flushed: a person says so
            terminal.send(ENTER)
            await terminal.until("d keep as draft")
            terminal.send("s")
        await terminal.until(lambda shown: "not sent" not in shown.text() and "waiting to" not in shown.text())
        await leave_composer(terminal)
        async with Api(mortal.url, key) as api:
            page = await answer_of(lambda: api.messages.list(jane), lambda page: len(page.items) > 1)
            assert [message.content["en"] for message in page.items] == [
                "written before, and after",
                "Are you there?",
            ]
        terminal.send("q")
        assert await terminal.wait() == 0


@pytest.mark.parametrize("lose", ["hangup", "terminate"])
async def test_a_dropped_line_keeps_the_draft(workspace: Workspace, tmp_path: Path, lose: str) -> None:
    name = f"Jane {lose}"
    await customer_writes(workspace, name, "Are you there?")
    key = workspace.key("agent")
    async with workspace.console(key, tmp_path / "state") as terminal:
        await find(terminal, name)
        await write(terminal, "half an answ")
        if lose == "hangup":
            terminal.hangup()
        else:
            terminal.kill(signal.SIGTERM)
        assert await terminal.wait() in (128 + signal.SIGHUP, 128 + signal.SIGTERM)
    async with workspace.console(key, tmp_path / "state") as terminal:
        await find(terminal, name)
        await terminal.until("half an answ")


async def test_a_small_window_says_so_and_recovers(workspace: Workspace, tmp_path: Path) -> None:
    await customer_writes(workspace, "Small Sam", "Are you there?")
    async with workspace.console(workspace.key("agent"), tmp_path / "state", columns=80, rows=24) as terminal:
        await find(terminal, "Small Sam")
        await write(terminal, "kept")
        for columns, rows in ((39, 24), (80, 9), (20, 5)):
            terminal.resize(columns, rows)
            await terminal.until(f"{columns}x{rows}")
            terminal.resize(80, 24)
            await terminal.until(lambda shown: "kept" in shown.text() and "Are you there?" in shown.text())
