"""Importing the client costs httpx and pydantic, and nothing of a screen or a server."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.terminal import Terminal


def test_importing_the_client_brings_no_screen_and_no_server() -> None:
    program = "import sys, console.client.api; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)

    assert not {"textual", "starlette", "uvicorn", "sqlalchemy", "console.state", "console.server"} & {
        *done.stdout.split()
    }


def test_the_errors_cost_nothing() -> None:
    program = "import sys, console.client.errors; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)

    assert not {"httpx", "pydantic"} & {*done.stdout.split()}


async def test_the_panes_are_drawn_before_the_wire_is_imported(tmp_path: Path) -> None:
    modules = tmp_path / "modules"
    env = {"MODULES": str(modules), "STATE": str(tmp_path / "state")}
    async with Terminal([sys.executable, "-m", "tests.terminal.first_frame"], env=env) as terminal:
        await terminal.wait(timeout=30)
    imported = {*modules.read_text().split()}
    assert "console.widgets.tree" in imported
    assert not {"httpx", "pydantic", "sqlalchemy", "stamina", "console.client.transport", "console.server"} & imported
