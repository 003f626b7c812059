"""What one key costs the console: a letter in the composer, a step of a cursor; beside it a letter in a bare TextArea.

python -m tests.benchmarks.letter [KEYS]

A real server, the console in a pseudo-terminal. Processor time is the console's own; rows are those drawn, by widget.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any

from console.client.api import Api
from console.contract.inputs import CustomerInput
from tests.journeys.steps import ENTER, LIVE, leave_composer
from tests.support.console import conversation_with
from tests.support.server import running_server
from tests.support.terminal import Terminal
from tests.support.waiting import eventually

MODULE = os.environ.get("MODULE", "-m tests.benchmarks.watched").split()
SIZES = ((80, 24), (200, 50))
_QUIET, _BETWEEN_KEYS = 0.5, 0.06
"""Seconds without a byte after which a screen stands, and a key is done."""
_TEXT = "The lamp that came on Tuesday is broken and a new one is on its way to you now "


def watched(program: str, report: Path, rate: float = 0, **options: Any) -> Terminal:
    """A program that tells its costs, in a terminal."""
    argv = [sys.executable, "-m", "tests.benchmarks.watched", program, str(report), str(rate)]
    return Terminal(argv, **options)


async def told(terminal: Terminal, report: Path) -> dict[str, Any]:
    """What the program counted since it was last asked."""
    before = len(_lines(report))
    terminal.kill(signal.SIGUSR1)
    await eventually(lambda: len(_lines(report)) > before)
    read: dict[str, Any] = json.loads(_lines(report)[-1])
    return read


def _lines(report: Path) -> list[str]:
    return report.read_text().splitlines() if report.exists() else []


async def settled(terminal: Terminal, quiet: float = _QUIET) -> None:
    """Wait until the program has written nothing for so many seconds."""
    while True:
        before = len(terminal.bytes)
        try:
            await terminal.until(lambda shown: len(shown.bytes) > before, quiet)  # noqa: B023
        except AssertionError:
            return


async def typed(terminal: Terminal, report: Path, keys: list[str]) -> dict[str, Any]:
    """The costs of these keys, each of which is done before the next comes."""
    await told(terminal, report)
    before = len(terminal.bytes)
    for key in keys:
        terminal.send(key)
        await settled(terminal, _BETWEEN_KEYS)
    costs = await told(terminal, report)
    return costs | {"bytes": len(terminal.bytes) - before, "count": len(keys)}


def show(name: str, costs: dict[str, Any]) -> None:
    """A line of figures, for one key."""
    count, times = costs["count"], sorted(costs["keys"]) or [0.0, 0.0]
    part = quantiles(times, n=100) if len(times) > 1 else times * 99
    rows = ", ".join(f"{widget} {rows / count:.2f}" for widget, rows in sorted(costs["rows"].items()))
    print(  # noqa: T201
        f"{name:34} {costs['cpu'] / count * 1000:6.2f} ms CPU  key p50 {part[49]:5.1f} p99 {part[98]:5.1f} ms  "
        f"{costs['bytes'] / count:7.0f} bytes  {costs['layouts'] / count:.2f} layouts  rows: {rows}",
        flush=True,
    )


async def main(count: int = 200) -> None:
    """Print the figures at both sizes."""
    letters = [_TEXT[place % len(_TEXT)] for place in range(count)]
    with TemporaryDirectory() as folder:
        here = Path(folder)
        async with running_server(here / "server") as server:
            key = server.key()
            async with Api(server.url, key) as api:
                for number in range(60):
                    who = CustomerInput(external_id=str(number), name=f"Customer {number}")
                    await conversation_with(api, who, *("Where is my lamp?",) * (20 if number == 59 else 1))
            for columns, rows in SIZES:
                await _bare(here, columns, rows, letters)
                (home := here / f"{columns}").mkdir()
                await _ours(home, server.url, key, columns, rows, letters)


async def _bare(here: Path, columns: int, rows: int, letters: list[str]) -> None:
    report = here / f"bare-{columns}"
    async with watched("area", report, columns=columns, rows=rows) as terminal:
        await terminal.until(lambda shown: bool(shown.bytes))
        await settled(terminal)
        show(f"bare TextArea, letter {columns}x{rows}", await typed(terminal, report, letters))
        terminal.send("\x11")
        await terminal.wait()


async def _ours(here: Path, url: str, key: str, columns: int, rows: int, letters: list[str]) -> None:
    environment = {
        "PLATO_API_KEY": key,
        "PLATO_BASE_URL": url,
        "CONNECT360_STATE_DIR": str(here / "state"),
        "XDG_CONFIG_HOME": str(here / "config"),
    }
    report = here / "report"
    async with watched("console", report, columns=columns, rows=rows, env=environment) as terminal:
        await terminal.until(LIVE, timeout=30)
        await settled(terminal)
        keys = ["\x1b[B", "\x1b[A"] * (len(letters) // 2)
        show(f"console, cursor in tree {columns}x{rows}", await typed(terminal, report, keys))
        terminal.send(ENTER)
        await terminal.until("Where is my lamp?")
        await settled(terminal)
        show(f"console, cursor in thread {columns}x{rows}", await typed(terminal, report, ["k", "j"] * 40))
        terminal.send("r")
        await terminal.until("Shift+Enter line")
        terminal.send("x")
        await settled(terminal)
        show(f"console, letter {columns}x{rows}", await typed(terminal, report, letters))
        keys = ["\x1b[D"] * (len(letters) // 4)
        show(f"console, cursor in composer {columns}x{rows}", await typed(terminal, report, keys))
        await leave_composer(terminal)
        terminal.send("q")
        await terminal.wait()


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:])))
