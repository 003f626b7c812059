"""The log of a console in a real terminal, printed by the command, and none of what was written and read in it."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

from tests.journeys.steps import ENTER, customer_writes, find, leave_composer, write
from tests.journeys.workspace import Workspace
from tests.support.terminal import CONNECT360, Terminal


def log(state: Path | None = None) -> subprocess.CompletedProcess[str]:
    """What `connect360 --log` says."""
    environment = os.environ | ({"CONNECT360_STATE_DIR": str(state)} if state else {})
    return subprocess.run(
        [*CONNECT360, "--log"], capture_output=True, text=True, timeout=30, check=False, env=environment
    )


async def test_a_console_can_be_asked_what_it_did(workspace: Workspace, tmp_path: Path) -> None:
    state, key = tmp_path / "state", workspace.key("agent")
    await customer_writes(workspace, "Quentin Vandermeer", "The zeppelin arrived punctured")
    async with workspace.console(key, state) as terminal:
        await find(terminal, "Quentin Vandermeer")
        await write(terminal, "Apologies, a fresh one departs")
        terminal.send(ENTER)
        await terminal.until(lambda shown: "sending" not in shown.text() and "departs" in shown.text())
        assert "call v1.connect.session GET 200" in log(state).stdout, "while it runs, too"
        await leave_composer(terminal)
        terminal.send("q")
        assert await terminal.wait() == 0

    ended = log(state)
    assert (ended.returncode, ended.stderr) == (0, "")
    told = [line.split(" ", 2)[2] for line in ended.stdout.splitlines()]
    assert told[0].startswith("start connect360=") and workspace.url.rpartition("/")[2] in told[0]
    assert "line live" in told and told[-1] == "end"
    assert any(line.startswith("outbox local_") and " sent msg_" in line for line in told)
    for word in ("Quentin", "Vandermeer", "zeppelin", "Apologies", "departs", key, "Maya"):
        assert word not in ended.stdout
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    assert stat.S_IMODE((state / "console.log").stat().st_mode) == 0o600


async def test_a_log_that_cannot_be_written_is_said_and_nothing_else_changes(
    workspace: Workspace, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    (state / "console.log").symlink_to("/dev/full")
    await customer_writes(workspace, "Jane", "Are you there?")
    async with workspace.console(workspace.key("agent"), state, columns=200) as terminal:
        await terminal.until("cannot be written: No space left on device")
        await find(terminal, "Jane")
        terminal.send("q")
        assert await terminal.wait() == 0
    after = bytes(terminal.bytes).rpartition(b"\x1b[?1049l")[2]
    assert b"Error" not in after and b"Traceback" not in after


async def test_the_demo_keeps_a_log_of_its_own_that_goes_with_it(home: Path) -> None:
    async with Terminal([*CONNECT360, "demo"]) as terminal:
        await terminal.until("● live", timeout=60)
        terminal.send("q")
        assert await terminal.wait() == 0
    assert log().stderr.startswith("connect360: There is no log yet.")
