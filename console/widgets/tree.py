"""The conversation tree: top-level conversations and what lies below them, drawn line by line as they are seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from console import themes
from console.state.outline import OutlineLine
from console.text.bidi import visual
from console.text.safe import SafeLine
from console.text.width import wrap
from console.widgets.spans import strip_of
from console.widgets.tree_lines import Marks, tree_line


class ConversationTree(ScrollView, can_focus=True):
    """Shows `lines`; the cursor stays on its conversation, and that on its row of the screen, however lines move."""

    DEFAULT_CSS = """
    ConversationTree { overflow-x: hidden; overflow-y: scroll; scrollbar-size-vertical: 1; }
    """

    lines: reactive[tuple[OutlineLine, ...]] = reactive((), repaint=False)
    open_id: reactive[str | None] = reactive(None, repaint=False)
    drafts: reactive[frozenset[str]] = reactive(frozenset(), repaint=False)
    now: reactive[datetime] = reactive(lambda: datetime.now(UTC), repaint=False)
    empty: reactive[SafeLine] = reactive(SafeLine(""), repaint=False)
    cursor: reactive[int] = reactive(0, repaint=False)
    has_keys: reactive[bool] = reactive(False, repaint=False)
    """Whether keys act on the conversation under the cursor: from its filter they do as well."""

    @dataclass
    class Opened(Message):
        """The person opened a conversation."""

        conversation_id: str

    @dataclass
    class Moved(Message):
        """The cursor stands on another conversation, or on none."""

        conversation_id: str | None

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._was_moved = False

    @property
    def cursor_id(self) -> str | None:
        """The conversation under the cursor."""
        return self.lines[self.cursor].row.id if self.cursor < len(self.lines) else None

    def move(self, to: int) -> None:
        """Put the cursor on a line, or on the nearest that there is."""
        self._was_moved = True
        self.cursor = max(0, min(to, len(self.lines) - 1))

    def move_to(self, conversation_id: str) -> bool:
        """Put the cursor on a conversation; False when it is not among the lines."""
        for place, line in enumerate(self.lines):
            if line.row.id == conversation_id:
                self._was_moved = True
                self.cursor = place
                return True
        return False

    def open(self) -> None:
        """Open the conversation under the cursor."""
        if self.cursor_id:
            self.post_message(self.Opened(self.cursor_id))

    @property
    def page(self) -> int:
        """Lines of a page, one of which stays on screen."""
        return max(1, self.scrollable_content_region.height - 1)

    def watch_lines(self, before: tuple[OutlineLine, ...], after: tuple[OutlineLine, ...]) -> None:
        self.virtual_size = Size(self.scrollable_content_region.width, len(after))
        # Until a person moved it the cursor stays at the top, where what arrives while loading would push it down.
        held = before[self.cursor].row.id if self.cursor < len(before) and self._was_moved else None
        places = {line.row.id: place for place, line in enumerate(after)}
        place = places.get(held, min(self.cursor, max(0, len(after) - 1))) if held else 0
        if place != self.cursor:
            shift = place - self.cursor
            self.set_reactive(ConversationTree.cursor, place)
            if self.scroll_offset.y > 0 or not self._sees(place):
                self.scroll_to(y=self.scroll_offset.y + shift, animate=False, immediate=True)
        if self.cursor_id != held:
            self.post_message(self.Moved(self.cursor_id))
        self.refresh()

    def watch_cursor(self, before: int, after: int) -> None:
        self.refresh_line(before)
        self.refresh_line(after)
        self._see(after)
        self.post_message(self.Moved(self.cursor_id))

    def watch_open_id(self) -> None:
        self.refresh()

    def watch_drafts(self) -> None:
        self.refresh()

    def watch_now(self) -> None:
        self.refresh()

    def watch_empty(self) -> None:
        self.refresh()

    def refresh_line(self, place: int) -> None:
        """Draw one line anew."""
        self.refresh_lines(place, 1)

    def render_line(self, y: int) -> Strip:
        styles = themes.styles(self.app.current_theme)
        width = self.scrollable_content_region.width
        ground = self.rich_style
        place = y + self.scroll_offset.y
        if place >= len(self.lines):
            words = wrap(self.empty, max(1, width - 2)) if not self.lines else []
            if not 1 <= y <= len(words):
                return Strip.blank(width, ground)
            return strip_of([(" " + visual(words[y - 1]), "muted")], styles, width, ground)
        line = self.lines[place]
        is_under_cursor = place == self.cursor and self.has_keys
        marks = Marks(line.row.id == self.open_id, is_under_cursor, line.row.id in self.drafts)
        over = styles.selection if is_under_cursor else None
        return strip_of(tree_line(line, marks, width=width, now=self.now), styles, width, ground, over)

    def watch_has_keys(self) -> None:
        self.refresh_line(self.cursor)

    def on_resize(self, event: events.Resize) -> None:
        self.virtual_size = Size(self.scrollable_content_region.width, len(self.lines))
        self._see(self.cursor)

    def on_click(self, event: events.Click) -> None:
        place = event.y + self.scroll_offset.y
        if place < len(self.lines):
            self.move(place)
            self.open()

    def _sees(self, place: int) -> bool:
        top = self.scroll_offset.y
        return top <= place < top + self.scrollable_content_region.height

    def _see(self, place: int) -> None:
        self.scroll_to_region(
            Region(0, place, self.scrollable_content_region.width, 1), animate=False, force=True, immediate=True
        )
