"""What an AI's answer costs while it streams into the composer: 5,000 tokens at full speed, 60 and 1,000 a second.

python -m tests.benchmarks.streaming

A real server that answers by script, an event a token; the console in a pseudo-terminal of 120x40. Beside it, in the
same run, the framework's Markdown stream, without any line to a server. Processor time is the program's own.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from console.client.api import Api
from console.contract.procedures import AI_STREAM
from tests.benchmarks.letter import told, watched
from tests.benchmarks.tokens import tokens
from tests.journeys.steps import ENTER, LIVE
from tests.support.console import JANE, conversation_with
from tests.support.server import running_server

COLUMNS, ROWS = 120, 40
RATES = (0, 60, 1_000)
_ASK = "d"
_HEAD = [(b"content-type", b"text/event-stream")]


class Scripted:
    """A server's app, but that its agents answer by script: `rate` tokens a second, 0 for as fast as can be.

    `cumulative`: each event brings all of the text so far, as the contract has it; else none, as from a server that
    sends it seldom. That is most of what is sent: 50 MB for 5,000 tokens.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.rate, self.cumulative = 0.0, False
        self.done = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what agents are asked; pass on the rest."""
        if scope["type"] != "http" or scope["path"] != AI_STREAM.path:
            await self._app(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": _HEAD})
        loop = asyncio.get_running_loop()
        began, whole = loop.time(), ""
        for number, token in enumerate(tokens(self.rate)):
            if self.rate and (due := began + number / self.rate) > loop.time():
                await asyncio.sleep(due - loop.time())
            whole += token
            await _say(send, {"type": "delta", "delta": token, "text": whole if self.cumulative else ""})
        await _say(send, {"type": "done", "messageId": None, "text": whole})
        await send({"type": "http.response.body", "body": b""})
        self.done.set()


async def _say(send: Send, event: dict[str, Any]) -> None:
    body = b"data: " + json.dumps(event).encode() + b"\n\n"
    await send({"type": "http.response.body", "body": body, "more_body": True})


def _show(name: str, count: int, seconds: float, costs: dict[str, Any]) -> None:
    gaps = sorted(costs["gaps"])
    print(  # noqa: T201
        f"{name:44} {costs['cpu']:6.2f} s CPU ({costs['cpu'] / seconds:4.0%} of a core), stall "
        f"{costs['stall'] * 1000:4.0f} ms (CPU {costs['stall_cpu'] * 1000:.0f}), {costs['writes']} frames in "
        f"{seconds:.1f} s, longest gap {gaps[-1] * 1000 if gaps else 0:.0f} ms, {costs['bytes'] / count:,.0f} bytes a "
        f"token, {costs['bytes']:,} in all",
        flush=True,
    )


async def main(rates: Sequence[float] = RATES) -> None:
    """Print the figures."""
    with TemporaryDirectory() as folder:
        here = Path(folder)
        async with running_server(here / "server") as server:
            assert server.server is not None
            scripted = Scripted(server.server.config.app)  # type: ignore[arg-type]
            server.server.config.loaded_app = scripted
            key = server.key()
            async with Api(server.url, key) as api:
                await conversation_with(api, JANE, "Where is my lamp?")
            for rate in rates:
                for cumulative in (False, True) if rate == 0 else (False,):
                    scripted.rate, scripted.cumulative = rate, cumulative
                    await _ours(here, server.url, key, scripted)
                await _markdown(here, rate)


def _named(rate: float) -> str:
    return f"{rate:,.0f} a second" if rate else "full speed"


async def _ours(here: Path, url: str, key: str, scripted: Scripted) -> None:
    home = here / f"{scripted.rate}-{scripted.cumulative}"
    home.mkdir()
    environment = {"PLATO_API_KEY": key, "PLATO_BASE_URL": url, "CONNECT360_STATE_DIR": str(home / "state")}
    environment["XDG_CONFIG_HOME"] = str(home)
    report, loop = home / "report", asyncio.get_running_loop()
    async with watched("console", report, columns=COLUMNS, rows=ROWS, env=environment) as terminal:
        await terminal.until(LIVE, timeout=30)
        terminal.send(ENTER)
        await terminal.until("Where is my lamp?")
        await asyncio.sleep(1)
        await told(terminal, report)
        scripted.done.clear()
        before, began = len(terminal.bytes), loop.time()
        terminal.send(_ASK)
        await asyncio.wait_for(scripted.done.wait(), 60)
        await terminal.until("Enter send", timeout=60)
        seconds = loop.time() - began
        costs = await told(terminal, report)
        size = len(terminal.bytes) - before
        whole = " and all of the text in each" if scripted.cumulative else ""
        name = f"console, {_named(scripted.rate)}{whole}"
        _show(name, len(tokens(scripted.rate)), seconds, costs | {"bytes": size})
        terminal.send("\x1b")
        await terminal.until("? keys")
        terminal.send("q")
        await terminal.wait()


async def _markdown(here: Path, rate: float) -> None:
    report, loop = here / f"markdown-{rate}", asyncio.get_running_loop()
    async with watched("markdown", report, rate, columns=COLUMNS, rows=ROWS) as terminal:
        await terminal.until(lambda shown: bool(shown.bytes))
        began = loop.time()
        await terminal.wait(120)
        costs = json.loads(report.read_text().splitlines()[-1]) | {"bytes": len(terminal.bytes)}
        _show(f"Markdown stream, {_named(rate)}", len(tokens(rate)), loop.time() - began, costs)


if __name__ == "__main__":
    asyncio.run(main([float(rate) for rate in sys.argv[1:]] or RATES))
