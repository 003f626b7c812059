"""From the line's return to a right view: the open thread shows what was said while there was no line.

python -m tests.benchmarks.outages [OUTAGES [LONGEST]]

A real server, a line that is cut and mended, a console as it is without its screen. Each outage lasts between a third
of a second and LONGEST seconds, the same ones for a server with events and for one without. In each the customer writes
to the open conversation; in half of them the console asks for something while there is no line.
"""

from __future__ import annotations

import asyncio
import math
import random
import sys
import time
from collections.abc import Collection, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from console.client.api import Api
from console.client.errors import LineError
from console.contract.inputs import Send
from tests.support.console import conversation_with
from tests.support.faulty_line import faulty_line
from tests.support.headless import JANE, Console, console
from tests.support.server import running_server

SHORTEST = 1 / 3
QUIET = 0.2  # seconds between two outages


async def main(outages: int = 100, longest: float = 8.0) -> None:
    """Print the figures of both ways of following."""
    for name, without in (("live", ()), ("polling", ("events",))):
        with TemporaryDirectory() as folder:
            lasted, views = await _measured(Path(folder), without, outages, longest)
        _say(f"{name}: {outages} outages of {min(lasted):.1f} to {max(lasted):.1f} s")
        _say(f"  from the line's return to a right view {_figures(views)}")
        short = [view for view, seconds in zip(views, lasted, strict=True) if seconds < 2]
        _say(f"  of those shorter than 2 s              {_figures(short)}")


async def _measured(
    here: Path, without: Collection[str], outages: int, longest: float
) -> tuple[list[float], list[float]]:
    """How long each outage lasted, and how long after it the view was right, in seconds."""
    chances = random.Random(1)
    lasted, views = [], []
    async with running_server(here / "server", without=without) as server, faulty_line(server.url) as line:
        key = server.key()
        async with Api(server.url, key) as beside:
            id = await conversation_with(beside, JANE, "Hello")
            async with console(line.url, here / "console", key) as it:
                await it.desk.open(id)
                for number in range(outages):
                    seconds = chances.uniform(SHORTEST, longest)
                    line.cut()
                    said = Send(conversation_id=id, content={"en": f"Number {number}"}, sender="customer")
                    await beside.messages.send(said)
                    if number % 2:
                        await _ask_in_vain(it, id)
                    await asyncio.sleep(seconds)
                    line.mend()
                    began = time.perf_counter()
                    await it.until(lambda text=f"Number {number}": text in it.texts(id), 60)  # type: ignore[misc]
                    views.append(time.perf_counter() - began)
                    lasted.append(seconds)
                    await it.until(lambda: it.store.line.state in ("live", "polling"), 60)
                    await asyncio.sleep(QUIET)
    return lasted, views


async def _ask_in_vain(it: Console, id: str) -> None:
    try:
        await it.desk.reload(id)
    except LineError:
        return


def _figures(seconds: Sequence[float]) -> str:
    if not seconds:
        return "none"
    ordered = sorted(seconds)
    p50, p99 = (ordered[math.ceil(len(ordered) * share) - 1] for share in (0.5, 0.99))
    return f"p50 {p50 * 1000:,.0f} ms, p99 {p99 * 1000:,.0f} ms, most {ordered[-1] * 1000:,.0f} ms"


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main(*(kind(text) for kind, text in zip((int, float), sys.argv[1:], strict=False))))
