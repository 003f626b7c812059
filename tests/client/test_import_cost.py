"""Importing the client costs httpx and pydantic, and nothing of a screen or a server."""

from __future__ import annotations

import subprocess
import sys


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
