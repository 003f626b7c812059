"""A disk without room: it is said, nothing leaves that was not written down, and nothing is lost from sight."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from console.client.api import Api
from tests.journeys.steps import ENTER, customer_writes, find, write
from tests.journeys.workspace import Workspace


@contextmanager
def full_for(process: int) -> Iterator[None]:
    """To the process every file ends after its first page, as on a disk without room."""
    before = resource.prlimit(process, resource.RLIMIT_FSIZE)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        yield
    finally:
        resource.prlimit(process, resource.RLIMIT_FSIZE, before)


async def test_what_cannot_be_written_down_is_said_and_not_sent(workspace: Workspace, tmp_path: Path) -> None:
    key = workspace.key("agent")
    jane = await customer_writes(workspace, "Full Jane", "Are you there?")
    async with Api(workspace.url, key) as api, workspace.console(key, tmp_path / "state") as terminal:
        await find(terminal, "Full Jane")
        with full_for(terminal.pid):
            await write(terminal, "precious words")
            terminal.send(ENTER)
            await terminal.until("cannot be written")
            assert "precious words" in terminal.text()
            assert len((await api.messages.list(jane)).items) == 1
        terminal.send(ENTER)
        await terminal.until(lambda shown: "precious words" in "\n".join(map(shown.row, range(20))))
        await terminal.until(lambda shown: "sending" not in shown.text() and "waiting to" not in shown.text())
        assert [one.content["en"] for one in (await api.messages.list(jane)).items] == [
            "precious words",
            "Are you there?",
        ]


async def test_what_is_held_does_not_leave_once_it_cannot_be_written_that_it_does(
    workspace: Workspace, tmp_path: Path
) -> None:
    key = workspace.key("agent")
    sam = await customer_writes(workspace, "Full Sam", "Are you there?")
    async with (
        Api(workspace.url, key) as api,
        workspace.console(key, tmp_path / "state", hold_seconds=60) as terminal,
    ):
        await find(terminal, "Full Sam")
        await write(terminal, "held words")
        terminal.send(ENTER)
        await terminal.until("sending in 5")  # a second Enter at once would be a bouncing key
        with full_for(terminal.pid):
            terminal.send(ENTER)
            await terminal.until("Free some space")
            assert "held words" in terminal.text() and "1 not sent" in terminal.text()
            assert len((await api.messages.list(sam)).items) == 1
    async with workspace.console(key, tmp_path / "state") as terminal:
        await find(terminal, "Full Sam")
        await terminal.until("held words")
