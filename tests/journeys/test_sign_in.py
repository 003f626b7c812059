"""The first run: an address and a key are asked for, remembered privately, and not asked for again."""

from __future__ import annotations

import stat
from pathlib import Path

from tests.journeys.steps import ENTER, LIVE
from tests.journeys.workspace import Workspace
from tests.support.terminal import CONNECT360, Terminal


async def test_a_key_is_asked_for_once(workspace: Workspace, home: Path) -> None:
    key = workspace.key("agent")
    saved = home / ".config" / "connect360" / "settings.toml"
    environment = {"PLATO_BASE_URL": workspace.url}
    async with Terminal(CONNECT360, env=environment) as terminal:
        await terminal.until("sign in")
        terminal.send(ENTER)  # the address is right
        terminal.send("plato_of_nobody", ENTER)
        await terminal.until("Unauthorized", timeout=20)
        assert not saved.exists(), "a refused key is written down nowhere"
        terminal.send(key, ENTER)
        await terminal.until(LIVE)
        terminal.send("q")
        assert await terminal.wait() == 0
        assert key.encode() not in terminal.bytes
    assert key in saved.read_text()
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    async with Terminal(CONNECT360) as terminal:
        await terminal.until(LIVE)
        assert "sign in" not in terminal.text()
        terminal.send("q")
        assert await terminal.wait() == 0
