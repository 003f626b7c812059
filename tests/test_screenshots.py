"""The pictures that the README shows: the console on its demo workspace, as it is drawn today."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from pytest_textual_snapshot import SVGImageExtension
from syrupy.assertion import SnapshotAssertion

from console.app import ConsoleApp
from console.client.api import Api
from console.config import Secret, Settings
from console.demo.afternoon import northwind
from console.demo.seed import seed
from console.screens.main import MainScreen
from console.state.changes import LineChanged
from console.state.rows import LineStatus
from console.text.safe import block
from tests.support.console import OpenConsole
from tests.support.server import RunningServer, running_server

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOW = datetime(2026, 11, 17, 14, 5, tzinfo=UTC)
_STYLE = re.compile(r"\.terminal-(r\d+) \{([^}]*)\}")
_GROUND = re.compile(
    r'<rect fill="(#\w+)" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)" shape-rendering="crispEdges"/>'
)
_FONTS = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)


def settled(svg: str) -> str:
    """The picture by what is seen: how blanks were cut into pieces, and which style met them first, is chance."""
    rules = dict(_STYLE.findall(svg))
    order = {rule: number for number, rule in enumerate(sorted(set(rules.values())), 1)}
    svg = re.sub(r'-(r\d+)"', lambda one: f'-s{order[rules[one[1]]]}"', _STYLE.sub("", svg))
    styles = "\n".join(f".terminal-s{number} {{{rule}}}" for rule, number in order.items() if f'-s{number}"' in svg)
    svg = svg.replace("</style>", f"{styles}\n</style>", 1)
    merged: list[tuple[str, float, str, float, str]] = []
    for fill, x, y, width, height in _GROUND.findall(svg):
        before = merged[-1] if merged else None
        if before and (before[0], before[2]) == (fill, y) and abs(before[1] + before[3] - float(x)) < 0.2:
            merged[-1] = (fill, before[1], y, before[3] + float(width), height)
        else:
            merged.append((fill, float(x), y, float(width), height))
    grounds = "".join(
        f'<rect fill="{fill}" x="{x:.1f}" y="{y}" width="{width:.1f}" height="{height}"/>\n'
        for fill, x, y, width, height in merged
    )
    first, *rest = _GROUND.split(svg)[::6]
    return "\n".join(line for line in (first + grounds + "".join(rest)).splitlines() if line.strip()) + "\n"


class Picture(SVGImageExtension):  # type: ignore[misc]
    """A screenshot whose fonts are the reader's, fetched from nowhere."""

    def serialize(self, data: Any, **kwargs: Any) -> Any:
        """The picture without the places that it would fetch fonts from."""
        return settled(super().serialize(_FONTS.sub("", str(data)), **kwargs))


@dataclass
class Demo:
    """The demo's workspace on a server, and the key of the one who sits at the console."""

    server: RunningServer
    key: str


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def demo(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    """A server with the demo's afternoon, told once."""
    directory = tmp_path_factory.mktemp("afternoon")
    story = northwind()
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(running_server(directory / "server", pace=0.0))
        apis = {}
        for one in story.colleagues:
            key = server.key("admin", f"{one.name} <{one.email}>", story.workspace)
            apis[one.handle] = await stack.enter_async_context(Api(server.url, key, trpc_path="/api/trpc"))
        places = await seed(story, apis, now=NOW, directory=directory, on_progress=lambda done, total: None)
        first = story.colleagues[0]
        # Read before any picture is taken, so that none depends on which was taken first.
        order = next(place for handle, place in places.items() if "1042" in handle)
        newest = (await apis[first.handle].messages.list(order, limit=1)).items[0]
        await apis[first.handle].conversations.mark_read(order, newest.id)
        yield Demo(server, server.key("agent", f"{first.name} <{first.email}>", story.workspace))


async def reading(console: OpenConsole) -> None:
    """Jane's order is open, and an answer begun."""
    order = next(line.row.id for line in console.main.conversations.lines if line.row.name.startswith("Order"))
    console.main.open(order)
    await console.until(lambda: console.main.thread and not console.main.thread.is_loading)


async def writing(console: OpenConsole) -> None:
    """An answer is begun as well."""
    await reading(console)
    await console.press("r")
    console.main.composer.put(block("I am sorry about that. A new one is on its way today."))
    console.main.keep()


async def choosing(console: OpenConsole) -> None:
    """The tree has the focus."""
    await reading(console)
    await console.press("escape")


async def test_wide(demo: Demo, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    picture = await drawn(demo, tmp_path, size=(120, 40), theme="dusk", scene=writing)
    assert picture == snapshot(extension_class=Picture)


async def test_small(demo: Demo, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    picture = await drawn(demo, tmp_path, size=(80, 24), theme="dusk", scene=choosing)
    assert picture == snapshot(extension_class=Picture)


async def test_dawn(demo: Demo, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    picture = await drawn(demo, tmp_path, size=(80, 24), theme="dawn", scene=writing)
    assert picture == snapshot(extension_class=Picture)


async def test_mono(demo: Demo, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    picture = await drawn(demo, tmp_path, size=(80, 24), theme="mono", scene=choosing)
    assert picture == snapshot(extension_class=Picture)


async def drawn(
    demo: Demo,
    tmp_path: Path,
    *,
    size: tuple[int, int],
    theme: str,
    scene: Callable[[OpenConsole], Awaitable[None]],
) -> str:
    """The console in a theme at a size, with a scene on it, at a moment that stands still."""
    settings = Settings(
        api_key=Secret(demo.key),
        base_url=demo.server.url,
        trpc_path="/api/trpc",
        transformer="none",
        theme=theme,
        state_dir=tmp_path,
        bidi="terminal",  # who draws a picture turns right-to-left text, as such a terminal does
    )
    app = ConsoleApp(settings, profile="demo", clock=lambda: NOW)
    async with app.run_test(size=size) as pilot:
        console = OpenConsole(app, pilot)
        await console.until(
            lambda: any(isinstance(screen, MainScreen) and screen.is_begun for screen in app.screen_stack)
        )
        await console.until(lambda: console.main.store.line.state == "live" and len(console.names) >= 18)
        await scene(console)
        await pilot.pause()
        console.main.store.apply(LineChanged(LineStatus("live", NOW, 38)))
        await pilot.pause()
        return app.export_screenshot(title="connect360 demo")
