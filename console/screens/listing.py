"""A list of lines, one of them pointed at, drawn by the line: ten thousand cost no more than what is on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from console import themes
from console.text.bidi import visual
from console.text.safe import SafeLine
from console.text.width import cell_width, clip

POINTER = "▌"
NOTHING = SafeLine("")
_LEAST_ABOUT = 8  # cells: what is shorter says nothing


@dataclass(frozen=True, slots=True)
class ListLine:
    """A line: a mark of our own, the label, what it is about, and something short at the right edge."""

    label: SafeLine
    about: SafeLine = NOTHING
    end: SafeLine = NOTHING
    mark: str = ""
    role: Literal["text", "muted", "accent"] = "text"


class Listing(ScrollView, can_focus=False):
    """The lines. Who owns it moves the pointer; a click moves it too, and a click on the pointer chooses."""

    DEFAULT_CSS = """
    Listing { height: auto; overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; }
    """

    pointer = reactive(0, repaint=False)  # the two rows are drawn by the watcher; all of them would be otherwise

    @dataclass
    class Clicked(Message):
        """The line that was pointed at was clicked."""

        index: int

    def __init__(self, *, empty: SafeLine = NOTHING, id: str | None = None) -> None:
        super().__init__(id=id)
        self.empty = empty
        """Said in place of the lines when there are none."""
        self.floor = 0
        """Rows that it takes at least where its height is automatic, so that filtering does not move the dialog."""
        self._lines: Sequence[ListLine] = ()
        self._marks = 0

    @property
    def lines(self) -> Sequence[ListLine]:
        """What it lists."""
        return self._lines

    def show(self, lines: Sequence[ListLine], pointer: int = 0) -> None:
        """List these instead, pointing at one of them."""
        self._lines = lines
        self._measure()
        self.set_reactive(Listing.pointer, self.validate_pointer(pointer))
        self.refresh(layout=True)
        self.call_after_refresh(self.reveal)

    def replace(self, index: int, line: ListLine) -> None:
        """One line is another now; only its row is drawn."""
        self._lines = [*self._lines[:index], line, *self._lines[index + 1 :]]
        self.refresh_line(index)

    def move(self, lines: int) -> None:
        """Point so many lines further down, at most at the last."""
        self.pointer += lines

    def page(self, pages: int) -> None:
        """Point a screenful further down."""
        self.move(pages * max(1, self.size.height - 1))

    def reveal(self) -> None:
        """Scroll, without animation, as little as brings the pointer into view."""
        self.scroll_to_region(
            Region(0, self.pointer, self.size.width, 1), animate=False, force=True, immediate=True, x_axis=False
        )

    def validate_pointer(self, pointer: int) -> int:
        """On a line, if there is one."""
        return max(0, min(pointer, len(self._lines) - 1))

    def watch_pointer(self, old: int, new: int) -> None:
        """Two lines changed."""
        self.refresh_line(old)
        self.refresh_line(new)
        self.reveal()

    def on_resize(self) -> None:
        """A smaller window still shows where one was."""
        self.call_after_refresh(self.reveal)

    def on_click(self, event: events.Click) -> None:
        """Point, then choose."""
        index = event.y + self.scroll_offset.y
        if index >= len(self._lines):
            return
        if index == self.pointer:
            self.post_message(self.Clicked(index))
        self.pointer = index

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """All that there is: lines are cut, not scrolled."""
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """A row a line."""
        return max(len(self._lines), self.floor, 1 if self.empty else 0)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The styles are looked up once for all lines."""
        self._worn = themes.styles(self.app.current_theme)
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """One line, or the empty ground below the last."""
        index = y + self.scroll_offset.y
        ground = self.rich_style
        width = self.size.width
        worn = self._worn
        if not self._lines and y == 0:
            words = Segment("  " + visual(clip(self.empty, width - 3)), ground + worn.muted)
            return Strip([words]).adjust_cell_length(width, ground)
        if index >= len(self._lines):
            return Strip.blank(width, ground)
        line = self._lines[index]
        pointed = index == self.pointer
        if pointed:
            ground += worn.selection
        label = getattr(worn, line.role)
        segments = [
            Segment(POINTER if pointed else " ", ground + worn.accent),
            Segment(_padded(line.mark, self._marks), ground + worn.accent),
        ]
        segments += _laid_out(line, width - 2 - self._marks, ground + label, ground + worn.muted)
        return Strip([*segments, Segment(" ", ground)]).adjust_cell_length(width, ground)

    def _measure(self) -> None:
        self._marks = max((cell_width(line.mark) + 1 for line in self._lines if line.mark), default=0)
        self.virtual_size = Size(0, len(self._lines))


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cell_width(text))


def _laid_out(line: ListLine, width: int, label_style: Style, other_style: Style) -> list[Segment]:
    """The label first: what it is about, and then the end, give way to it."""
    end = visual(line.end) if cell_width(line.end) <= width // 2 else ""
    room = width - (cell_width(end) + 2 if end else 0)
    label = visual(clip(line.label, max(1, room)))
    left = room - cell_width(label) - 2
    about = visual(clip(line.about, left)) if line.about and left >= _LEAST_ABOUT else ""
    said = cell_width(label) + (cell_width(about) + 2 if about else 0)
    return [
        Segment(label, label_style),
        *([Segment("  " + about, other_style)] if about else []),
        Segment(" " * (width - said - cell_width(end)), label_style),
        Segment(end, other_style),
    ]
