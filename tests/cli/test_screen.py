"""The console's own faults: sentences of ours stay sentences, and a task that nobody awaits is heard of."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.support.terminal import Terminal

_PROGRAM = """
import asyncio
from console.__main__ import main
from console.app import ConsoleApp
from console.errors import StateError

async def fail():
    raise {error}

def on_mount(self):
    {start}

ConsoleApp.on_mount = on_mount
main()
"""
_IN_A_WORKER = "self.run_worker(fail())"
_IN_A_TASK = """
    task = self.lost = asyncio.get_running_loop().create_task(fail())
    from console.state.delivery import report
    task.add_done_callback(report)"""


def failing(start: str, error: str) -> Terminal:
    """A console that fails so."""
    program = _PROGRAM.format(start=start.strip(), error=error)
    return Terminal([sys.executable, "-c", program], columns=200, env={"PLATO_API_KEY": "plato_x"})


@pytest.mark.parametrize("start", [_IN_A_WORKER, _IN_A_TASK])
async def test_an_error_of_ours_is_one_sentence(home: Path, start: str) -> None:
    async with failing(start, "StateError('The folder is full. Free some space.')") as terminal:
        assert await terminal.wait() == 1
        said = bytes(terminal.bytes).rpartition(b"\x1b[?1049l")[2].decode()
    assert "connect360: The folder is full. Free some space." in said
    assert not list((home / ".state").rglob("crash-*.txt"))


@pytest.mark.parametrize("start", [_IN_A_WORKER, _IN_A_TASK])
async def test_any_other_error_is_reported_under_its_own_name(home: Path, start: str) -> None:
    async with failing(start, "KeyError('nobody planned it')") as terminal:
        assert await terminal.wait() == 1
        said = bytes(terminal.bytes).rpartition(b"\x1b[?1049l")[2].decode()
    assert "an error of its own (KeyError)" in said
    (report,) = (home / ".state").rglob("crash-*.txt")
    assert "KeyError: 'nobody planned it'" in report.read_text(encoding="utf-8")
