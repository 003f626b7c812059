"""The scroll bar: loud in no theme."""

from __future__ import annotations

import pytest
from rich.segment import Segment
from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.scrollbar import ScrollBar
from textual.widgets import Label

from console import themes
from console.widgets.scroll_bar import ScrollBarLook


class Host(App[None]):
    """More than fits, under a theme."""

    CSS = "VerticalScroll { scrollbar-size-vertical: 1; }"

    def __init__(self, theme: str) -> None:
        super().__init__()
        for one in themes.themes().values():
            self.register_theme(one)
        self.theme = theme

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Label("\n".join(["row"] * 60))

    def bar(self) -> list[Segment]:
        """The cells of the scroll bar, from the top."""
        return [list(strip)[-1] for strip in self.screen._compositor.render_strips()]


@pytest.fixture(autouse=True)
def look(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ours, as in the console."""
    monkeypatch.setattr(ScrollBar, "renderer", ScrollBarLook)


async def test_without_colour_it_is_a_thin_quiet_line() -> None:
    host = Host("mono")
    async with host.run_test(size=(40, 20)) as pilot:
        await pilot.pause()
        handle = [cell for cell in host.bar() if cell.text.strip()]
        assert {cell.text[-1] for cell in handle} == {"┃"} and 5 < len(handle) < 10
        assert all(cell.style and cell.style.dim and not cell.style.reverse for cell in handle)


async def test_in_a_colour_it_is_the_block_that_it_was() -> None:
    host = Host("dusk")
    async with host.run_test(size=(40, 20)) as pilot:
        await pilot.pause()
        assert any(cell.style and cell.style.reverse for cell in host.bar())
        assert not any("┃" in cell.text for cell in host.bar())


async def test_it_can_still_be_taken_with_the_mouse() -> None:
    host = Host("mono")
    async with host.run_test(size=(40, 20)) as pilot:
        await pilot.mouse_down(offset=(39, 2))
        assert host.query_one(VerticalScroll).vertical_scrollbar.grabbed is not None
        await pilot.mouse_up(offset=(39, 2))
