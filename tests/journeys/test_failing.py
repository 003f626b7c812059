"""An error that nobody planned, while the console is open: the terminal is given back, and no secret is told."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from tests.journeys.steps import LIVE, customer_writes
from tests.journeys.workspace import Workspace

_FAILS_ON_A_KEY = """
from console.__main__ import main
from console.screens.main import MainScreen

def perform(self, action_id):
    settings = self.app.settings
    key, words = settings.api_key.get_secret_value(), "what a customer confided"
    raise RuntimeError(f"it failed with {key}")

MainScreen.perform = perform
main()
"""


async def test_a_failing_console_gives_the_terminal_back_and_tells_no_secret(
    workspace: Workspace, tmp_path: Path, home: Path
) -> None:
    await customer_writes(workspace, "Unlucky", "what a customer confided")
    key = workspace.key("agent")
    terminal = workspace.console(key, tmp_path / "state")
    terminal.argv = [sys.executable, "-c", _FAILS_ON_A_KEY]
    async with terminal:
        await terminal.until(LIVE, timeout=20)
        drawn = len(terminal.bytes)
        terminal.send("j")
        assert await terminal.wait() == 1
        assert b"\x1b[?1049l" in terminal.bytes[drawn:]
        said = bytes(terminal.bytes).rpartition(b"\x1b[?1049l")[2].decode()
    assert "Traceback" not in said
    (report,) = (home / ".state").rglob("crash-*.txt")
    assert "The console stopped on an error of its own (RuntimeError)." in re.sub(r"\s+", " ", said)
    told = report.read_text(encoding="utf-8")
    assert "RuntimeError: it failed with [redacted]" in told
    for secret in (key, "confided"):
        assert secret not in told
        assert secret not in said
