"""A program in a terminal that tells what it costs: `python -m tests.benchmarks.watched PROGRAM REPORT [RATE]`.

At each SIGUSR1 it adds a line of JSON to the file REPORT: what happened since the one before, in the program itself. So
what other programs do on the same machine shows in wall time alone, and the processor's time is its own.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from asyncio.events import Handle
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time, thread_time
from typing import Any

from textual import events
from textual._styles_cache import StylesCache
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message
from textual.screen import Screen
from textual.strip import Strip


class Watch:
    """Counts rows that were rendered, layouts and writes, and times keys and the loop's turns."""

    def __init__(self, report: Path) -> None:
        self._report = report
        self._came = 0.0
        self._began = process_time()
        self._forget()

    def _forget(self) -> None:
        self.rows: Counter[str] = Counter()
        self.layouts = 0
        self.keys: list[float] = []  # milliseconds from a key to its last write
        self.writes: list[float] = []
        self.longest = self.longest_cpu = 0.0
        self._began = process_time()

    def begin(self) -> None:
        """Look from here on."""
        self._look_at_drawing()
        self._look_at_driver(LinuxDriver)
        self._look_at_loop()

    def tell(self) -> None:
        """Add what was counted to the report, and begin anew."""
        self._settle_key()
        told = {
            "cpu": process_time() - self._began,
            "rows": dict(self.rows),
            "layouts": self.layouts,
            "keys": self.keys,
            "writes": len(self.writes),
            "gaps": [after - before for before, after in zip(self.writes, self.writes[1:], strict=False)],
            "stall": self.longest,
            "stall_cpu": self.longest_cpu,
        }
        with self._report.open("a") as file:
            file.write(json.dumps(told) + "\n")
        self._forget()

    def _look_at_drawing(self) -> None:
        watch, render, lay_out = self, StylesCache.render_line, Screen._refresh_layout

        def render_line(cache: StylesCache, *given: Any) -> Strip:
            watch.rows[type(given[7].__self__).__name__] += 1  # the method of a widget that gives a line
            return render(cache, *given)

        def refresh_layout(screen: Screen[Any], *args: Any, **options: Any) -> None:
            watch.layouts += 1
            lay_out(screen, *args, **options)

        changed: Any = StylesCache
        changed.render_line = render_line
        changed = Screen
        changed._refresh_layout = refresh_layout

    def _look_at_driver(self, kind: type[LinuxDriver]) -> None:
        from console.driver import SafeDriver

        watch = self

        def write_of(write: Callable[[Any, str], None]) -> Callable[[Any, str], None]:
            def written(driver: Any, data: str) -> None:
                watch.writes.append(perf_counter())
                write(driver, data)

            return written

        process = LinuxDriver.process_message

        def process_message(driver: LinuxDriver, message: Message) -> None:
            if isinstance(message, events.Key):
                watch._settle_key()
                watch._came = perf_counter()
            process(driver, message)

        changed: Any = kind
        changed.process_message = process_message
        for driver in (LinuxDriver, SafeDriver):
            changed = driver
            changed.write = write_of(driver.write)

    def _settle_key(self) -> None:
        """Of the key before this one: when the last was written that came of it."""
        if self._came and self.writes and self.writes[-1] > self._came:
            self.keys.append((self.writes[-1] - self._came) * 1000)
        self._came = 0.0

    def _look_at_loop(self) -> None:
        watch, run = self, Handle._run

        def timed(handle: Handle) -> None:
            began, began_cpu = perf_counter(), thread_time()
            run(handle)
            watch.longest = max(watch.longest, perf_counter() - began)
            watch.longest_cpu = max(watch.longest_cpu, thread_time() - began_cpu)

        changed: Any = Handle
        changed._run = timed


async def _console() -> int:
    from console.cli.open import open_console

    return await open_console(set())


async def _shown(app: App[None]) -> int:
    await app.run_async()
    return 0


async def _main(program: str, report: str, rate: str = "0") -> int:
    from tests.benchmarks import peers

    watch = Watch(Path(report))
    watch.begin()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, watch.tell)
    if program == "console":
        return await _console()
    code = await _shown(peers.PEERS[program](float(rate)))
    watch.tell()
    return code


if __name__ == "__main__":
    sys.exit(asyncio.run(_main(*sys.argv[1:])))
