"""From the start of the process to the panes and to the conversations, and the memory, beside a bare Textual app.

python -m tests.benchmarks.startup [ROUNDS]

A workspace server of its own process on loopback, with conversations in it. Each round starts the bare app, the least
one that shows conversations with the same libraries, ours as on a machine where it never ran, and ours again, which
then knows what its empty panes look like; each in a terminal of its own. The clock runs from the fork to the byte with
which the screen shows it. The panes of a first start are drawn, and take keys; those of a later one stand before they
are drawn, and take keys as soon as those of a first.
"""

from __future__ import annotations

import asyncio
import codecs
import os
import pty
import re
import select
import signal
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import pyte

from console.client.api import Api
from console.contract.inputs import CustomerInput
from tests.benchmarks.panes.stage import inherited
from tests.journeys.workspace import Workspace, workspace_in
from tests.support.console import conversation_with
from tests.support.terminal import CONNECT360

ROUNDS = 15
CONVERSATIONS = 40
SIZE = (40, 120)
CUSTOMER = "Zenobia"
BARE = """
from textual.app import App
from textual.widgets import Static

class Bare(App):
    def compose(self):
        yield Static("shown")

if __name__ == "__main__":
    Bare().run()
"""

LEAST = """
import os
from textual.app import App
from textual.widgets import Static

class Least(App):
    def compose(self):
        yield Static("Loading")

    def on_mount(self):
        self.call_after_refresh(self.load)

    async def load(self):
        import httpx
        from pydantic import BaseModel

        class Customer(BaseModel):
            name: str | None = None

        class Conversation(BaseModel):
            customer: Customer | None = None

        key = {"Authorization": f"Bearer {os.environ['PLATO_API_KEY']}"}
        async with httpx.AsyncClient(base_url=os.environ["PLATO_BASE_URL"], headers=key) as client:
            answer = await client.get("/api/trpc/v1.connect.listConversations", params={"input": "{}"})
        items = [Conversation.model_validate(one) for one in answer.json()["result"]["data"]["items"]]
        self.query_one(Static).update("\\n".join(one.customer.name for one in items if one.customer))

if __name__ == "__main__":
    Least().run()
"""
"""The least that shows conversations with the same libraries: no panes, no store, one request, nothing kept."""

PANES = ("Loading", CUSTOMER, "● live")
"""What the console's screen shows in turn: a pane that waits, a customer's name, a line that is followed."""

Measure = Callable[["Start"], float]

_PRIVATE = re.compile(r"\x1b\[[<>=][0-9;:]*[ -/]*[@-~]")  # pyte takes these for text
_ASKS_FOR_FRAMES, _HAS_FRAMES = b"\x1b[?2026$p", b"\x1b[?2026;2$y"
_STYLE = re.compile(rb"\x1b\[[0-9;:?]*[A-Za-z]")
_QUIET = 0.4
_LONGEST = 20.0


@dataclass(frozen=True, slots=True)
class Start:
    """One start: seconds until each text was on the screen, of those the processor's when all were, and memory then."""

    shown: tuple[float, ...]
    busy: float
    rss: int
    pss: int


_WHEN_LIVE: Sequence[tuple[str, str, Measure]] = (
    ("processor, in all", "ms", lambda one: one.busy * 1000),
    ("memory, RSS", "MB", lambda one: one.rss / 2**20),
    ("memory, PSS", "MB", lambda one: one.pss / 2**20),
)


def start(argv: Sequence[str], env: Mapping[str, str], *texts: str) -> Start:
    """Run a program until its screen has shown all of these and rests, then end it."""
    begun = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        try:
            termios.tcsetwinsize(0, SIZE)
            os.execvpe(argv[0], [*argv], {**inherited(), **env})
        finally:
            os._exit(127)
    chunks = []
    try:
        chunks = _written(terminal, begun, texts[-1])
        rss, pss = _memory(pid)
        busy = _busy(pid)
    finally:
        os.kill(pid, signal.SIGKILL)
        os.close(terminal)
        os.waitpid(pid, 0)
    return Start(_shown(chunks, texts), busy, rss, pss)


def _written(terminal: int, begun: float, last: str) -> list[tuple[float, bytes]]:
    """What was written, and when each piece came, until nothing more comes after the last text."""
    chunks, whole, sought = list[tuple[float, bytes]](), b"", last.encode()
    while time.perf_counter() - begun < _LONGEST:
        ready, _, _ = select.select([terminal], [], [], _QUIET)
        if not ready:
            if sought in _STYLE.sub(b"", whole):
                break
            continue
        chunk = os.read(terminal, 65536)
        chunks.append((time.perf_counter() - begun, chunk))
        if _ASKS_FOR_FRAMES in chunk:
            os.write(terminal, _HAS_FRAMES)
        whole += chunk
    return chunks


def _shown(chunks: Sequence[tuple[float, bytes]], texts: Sequence[str]) -> tuple[float, ...]:
    """When the screen first held each text."""
    screen = pyte.Screen(SIZE[1], SIZE[0])
    stream, decode = pyte.Stream(screen), codecs.getincrementaldecoder("utf-8")("replace").decode
    found = dict[str, float]()
    pending = ""
    for at, chunk in chunks:
        text = pending + decode(chunk)
        whole = len(text) if text.rfind("\x1b") < len(text) - 20 else text.rfind("\x1b")
        pending = text[whole:]
        stream.feed(_PRIVATE.sub("", text[:whole]))
        for row in range(SIZE[0]):
            cells = "".join(screen.buffer[row][column].data for column in range(SIZE[1]))
            for one in texts:
                if one in cells:
                    found.setdefault(one, at)
    missing = [one for one in texts if one not in found]
    if missing:
        raise RuntimeError(f"Never on the screen: {missing}.\n" + "\n".join(screen.display))
    return tuple(found[one] for one in texts)


def _memory(pid: int) -> tuple[int, int]:
    """Bytes resident, and bytes of its own with its share of what others hold too."""
    told = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
    return int(told["Rss"].split()[0]) * 1024, int(told["Pss"].split()[0]) * 1024


def _busy(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _fill(workspace: Workspace) -> None:
    async with Api(workspace.url, workspace.key("admin")) as api:
        for number in range(CONVERSATIONS):
            name = CUSTOMER if number == CONVERSATIONS - 1 else f"Person {number}"
            await conversation_with(api, CustomerInput(external_id=f"web-{number}", name=name), "Where is my order?")


def main(rounds: int = ROUNDS) -> None:
    """Print medians and how many times the bare app's they are."""
    with TemporaryDirectory() as folder, workspace_in(Path(folder) / "server") as workspace:
        here = Path(folder)
        asyncio.run(_fill(workspace))
        (here / "bare.py").write_text(BARE)
        (here / "least.py").write_text(LEAST)
        env = {
            "TERM": "xterm-256color",
            "LC_ALL": "C.UTF-8",
            "PLATO_API_KEY": workspace.key("agent"),
            "PLATO_BASE_URL": workspace.url,
            "XDG_CONFIG_HOME": str(here / "config"),
            "CONNECT360_STATE_DIR": str(here / "state"),
        }

        def bare() -> Start:
            return start([sys.executable, str(here / "bare.py")], env, "shown")

        def least() -> Start:
            return start([sys.executable, str(here / "least.py")], env, "Loading", CUSTOMER)

        def ours() -> Start:
            return start(CONNECT360, env, *PANES)

        def first() -> Start:
            (here / "state" / "splash.json").unlink(missing_ok=True)
            return ours()

        bare(), least(), first()  # what is compiled once
        runs = [(bare(), least(), first(), ours()) for _ in range(rounds)]
    _print(runs)


def _print(runs: Sequence[tuple[Start, Start, Start, Start]]) -> None:
    bare, least, first, ours = zip(*runs, strict=True)

    def row(name: str, starts: Sequence[Start], of: Measure, unit: str, floor_of: Measure) -> None:
        floor, value = median(map(floor_of, bare)), median(map(of, starts))
        print(f"{name:22} {floor:7.1f} {value:7.1f} {unit:3} {value / floor:5.2f} x")  # noqa: T201

    def shown(place: int) -> Measure:
        return lambda one: one.shown[place] * 1000

    print(f"{'':22} {'bare':>7} {'ours':>7}")  # noqa: T201
    row("panes", ours, shown(0), "ms", shown(0))
    row("panes, first start", first, shown(0), "ms", shown(0))
    row("conversations, least", least, shown(1), "ms", shown(0))
    for place, name in enumerate(("conversations", "live"), start=1):
        row(name, ours, shown(place), "ms", shown(0))
    for name, unit, of in _WHEN_LIVE:
        row(name, ours, of, unit, of)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
