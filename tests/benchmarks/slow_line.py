"""Letters through a slow line: `python -m tests.benchmarks.slow_line [LETTERS] [BYTES_A_SECOND] [DELAY_MS]`.

The real console on a real server, in a terminal at the end of a line that takes so many bytes a second and is late by
half of the delay each way. What is said: from the key to its letter on the screen, beside the line's own round trip.
"""

from __future__ import annotations

import asyncio
import sys
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from console.client.api import Api
from tests.support.console import JANE, conversation_with
from tests.support.server import running_server
from tests.support.slow_line import SlowLine
from tests.support.terminal import CONNECT360

SIZE = (80, 24)
_WORDS = "thank you for your patience a new one is on its way "
_CURSOR_GROUND = "d8dce4"
_BETWEEN = 0.18
"""Seconds between two letters."""


async def measure(letters: int, rate: float, delay: float) -> None:
    """Type so many letters, and say how late they were shown."""
    with TemporaryDirectory() as folder:
        async with running_server(Path(folder) / "server") as server:
            async with Api(server.url, server.key("admin")) as beside:
                await conversation_with(beside, JANE, *(f"Hello, this is message {number}." for number in range(30)))
            env = {
                "PLATO_API_KEY": server.key("agent"),
                "PLATO_BASE_URL": server.url,
                "CONNECT360_STATE_DIR": f"{folder}/state",
                "XDG_CONFIG_HOME": f"{folder}/config",
                "COLORTERM": "truecolor",
            }
            async with SlowLine(CONNECT360, rate=rate, delay=delay / 2, columns=SIZE[0], rows=SIZE[1], env=env) as line:
                await line.until("Jane Cooper", timeout=60)
                line.send("\r")
                await line.until("message 2", timeout=60)
                line.send("r")
                await line.until("Shift+Enter", timeout=60)
                await asyncio.sleep(3)
                line.most_queued = 0
                took = [await _typed(line, letter) for letter in islice(cycle(_WORDS), letters)]
                queued = line.most_queued
                await asyncio.sleep(2)
                line.send("\x0c")  # all of it anew: what stood there must be what comes
                before = line.text()
                await asyncio.sleep(8)
                assert line.text() == before, f"{before}\n---\n{line.text()}"
    took.sort()
    late = [one - delay for one in took]
    print(  # noqa: T201
        f"{letters} letters, {rate:.0f} B/s, {delay * 1000:.0f} ms there and back: after that, p50 "
        f"{late[len(late) // 2] * 1000:.0f} ms, p99 {late[int(len(late) * 0.99)] * 1000:.0f} ms, most "
        f"{late[-1] * 1000:.0f} ms; at most {queued} writes stood in line; painted anew, the screen was the same"
    )


async def _typed(line: SlowLine, letter: str) -> float:
    """Seconds until the screen is another than before, which by then holds the letter."""
    loop = asyncio.get_running_loop()
    begun, before = loop.time(), _cursor(line)
    line.send(letter)
    await line.until(lambda shown: _cursor(shown) != before, timeout=30)  # type: ignore[arg-type]
    took = loop.time() - begun
    await asyncio.sleep(max(0.0, _BETWEEN - took))
    return took


def _cursor(line: SlowLine) -> tuple[int, int]:
    """Where the composer's cursor is drawn: behind the last letter."""
    rows = line._screen.buffer
    return next(((x, y) for y in range(SIZE[1]) for x in range(SIZE[0]) if rows[y][x].bg == _CURSOR_GROUND), (-1, -1))


if __name__ == "__main__":
    given = [float(one) for one in sys.argv[1:]] + [200, 2_000, 300][len(sys.argv) - 1 :]
    asyncio.run(measure(int(given[0]), given[1], given[2] / 1000))
