"""The title of a pane in its border: something at the left, something at the right, the border between them."""

from __future__ import annotations

from textual.content import Content

from console.text.safe import SafeLine
from console.text.width import cell_width, clip
from console.widgets.spans import shown

_FRAME = 6  # cells of the corners, and of a line and a space that the framework puts at either end of a title


def pane_title(left: SafeLine, right: SafeLine, width: int, *, keeps_right: bool = False, border: str = "─") -> Content:
    """A title for a pane of `width` cells, border included. What has no room is cut, the right end first."""
    room = max(0, width - _FRAME)
    if keeps_right and room > cell_width(right) + 8:
        left = SafeLine(clip(left, room - cell_width(right) - 3))
    if room < cell_width(left) + cell_width(right) + 3:
        right = SafeLine("") if room < cell_width(left) + 6 else SafeLine(shown(right, room - cell_width(left) - 3))
    start = shown(left, room)
    if not right:
        return Content(start)
    end = shown(right, room)
    gap = room - cell_width(start) - cell_width(end) - 2
    return Content.assemble(start, " ", (border * max(0, gap), "$border"), " ", end)
