"""The scroll bar: a block in its colour, and a thin quiet line where a theme has no colour that could be quiet."""

from __future__ import annotations

from rich.color import Color
from rich.segment import Segment, Segments
from rich.style import Style
from textual.scrollbar import ScrollBarRender

_LINE = "┃"
_DEFAULT = Color.default()
_QUIET = Style(dim=True, reverse=False)
_HANDLE = "grab"  # what a press on it does, by which the framework marks the handle


class ScrollBarLook(ScrollBarRender):
    """As the framework draws it, but in the terminal's own colour, where a block would be the brightest thing."""

    @classmethod
    def render_bar(
        cls,
        size: int = 25,
        virtual_size: float = 50,
        window_size: float = 20,
        position: float = 0,
        thickness: int = 1,
        vertical: bool = True,
        back_color: Color = _DEFAULT,
        bar_color: Color = _DEFAULT,
    ) -> Segments:
        """The bar, cell by cell."""
        bar = super().render_bar(size, virtual_size, window_size, position, thickness, vertical, back_color, bar_color)
        if vertical and bar_color.is_default:
            bar.segments = [_thin(one, thickness) for one in bar.segments]
        return bar


def _thin(cell: Segment, thickness: int) -> Segment:
    is_handle = cell.style is not None and cell.style.meta.get("@mouse.down") == _HANDLE
    return Segment(_LINE.rjust(thickness), cell.style + _QUIET) if cell.style and is_handle else cell
