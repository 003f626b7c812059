"""What is drawn is what the framework would draw, and no more is rendered for it than is seen."""

from __future__ import annotations

from collections import Counter

from textual._compositor import Compositor
from textual.app import App, ComposeResult
from textual.containers import Horizontal, Vertical
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip
from textual.widgets import Static

from console.widgets.compositor import SparingCompositor

RENDERED = Counter[str]()


class Pane(Vertical):
    """Says that it was rendered."""

    def render_lines(self, crop: Region) -> list[Strip]:
        RENDERED[self.id or ""] += crop.height
        return super().render_lines(crop)


class Panes(Screen[None]):
    CSS = """
    Pane { width: 1fr; }
    #edged { border: round white; }
    Static { height: 1fr; }
    #half { height: 3; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._compositor = SparingCompositor()

    def compose(self) -> ComposeResult:
        with Horizontal():
            with Pane(id="covered"):
                yield Static("one")
            with Pane(id="edged"):
                yield Static("two")
            with Pane(id="open"):
                yield Static("three", id="half")


class Host(App[None]):
    def on_mount(self) -> None:
        self.push_screen(Panes())


async def test_all_is_drawn_as_the_framework_draws_it() -> None:
    async with Host().run_test(size=(60, 12)) as pilot:
        screen = pilot.app.screen
        theirs = Compositor()
        theirs.reflow(screen, screen.size)
        assert [*screen._compositor.render_strips()] == [*theirs.render_strips()]


async def test_what_is_covered_is_not_rendered() -> None:
    async with Host().run_test(size=(60, 12)) as pilot:
        RENDERED.clear()
        pilot.app.screen._compositor.render_strips()
        assert RENDERED["covered"] == 0
        assert RENDERED["edged"] == 12
        assert RENDERED["open"] == 9
