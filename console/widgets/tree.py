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
from textual.timer import Timer

from console import themes
from console.state.outline import Outline
from console.state.shown import OutlineLine, Shown
from console.text.bidi import visual
from console.text.safe import SafeLine
from console.text.width import wrap
from console.widgets.spans import strip_of
from console.widgets.tree_lines import Marks, age_of, tree_line

_FRAME = 1 / 60  # seconds
_WITH_A_FRAME = 4
"""How many slices of the lines are looked for with each, in a few milliseconds."""
_Drawn = tuple[OutlineLine | None, Marks | None, SafeLine]
"""What a line of the screen depends on."""


class ConversationTree(ScrollView, can_focus=True):
    """Shows `lines`; the cursor stays on its conversation, and that on its row of the screen, however lines move.

    The lines are others' to change, who call `show` then. What it costs follows from what is on screen.
    """

    DEFAULT_CSS = """
    ConversationTree { overflow-x: hidden; overflow-y: scroll; scrollbar-size-vertical: 1; }
    """

    open_id: reactive[str | None] = reactive(None, repaint=False)
    drafts: reactive[frozenset[str]] = reactive(frozenset(), repaint=False)
    now: reactive[datetime] = reactive(lambda: datetime.now(UTC), repaint=False)
    empty: reactive[SafeLine] = reactive(SafeLine(""), repaint=False)
    cursor: reactive[int] = reactive(0, repaint=False)
    is_spare: reactive[bool] = reactive(False, repaint=False)
    """Whether the cursor is a mark alone: a whole row of it is ten times the bytes."""
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
        self.lines: Shown = Outline().shown
        self._held: str | None = None  # the conversation under the cursor, wherever its line is by now
        self._was_moved = False
        self._looking: Timer | None = None
        self._drawn: dict[int, _Drawn] = {}  # by row of the screen

    @property
    def cursor_id(self) -> str | None:
        """The conversation under the cursor."""
        return self._held

    @property
    def under(self) -> OutlineLine | None:
        """The line under the cursor."""
        place = self.lines.place(self._held)
        return None if place is None else self.lines[place]

    def show(self, lines: Shown) -> None:
        """Show these lines, or what became of them. Only rows of the screen that look otherwise are drawn."""
        self.lines = lines
        self._hold()
        self._draw_changed()
        if self._looking is None and not lines.is_whole:
            self._looking = self.set_interval(_FRAME, self._look_on)

    def _look_on(self) -> None:
        """Get to know all lines, some with each frame: what is on screen is drawn before, and keys go first."""
        for _ in range(_WITH_A_FRAME):
            self.lines.look_on()
        if self.lines.is_whole and self._looking is not None:
            self._looking.stop()
            self._looking = None
            self._measure()

    def move(self, to: int) -> None:
        """Put the cursor on a line, or on the nearest that there is."""
        self._was_moved = True
        place = self._nearest(to)
        self._held = self.lines.id_at(place) if self.lines else None
        self._measure()
        self.cursor = place

    def move_by(self, lines: int) -> None:
        """Put the cursor so many lines further down, or with a negative number further up."""
        self._hold()
        self.move(self.cursor + lines)

    def move_to(self, conversation_id: str) -> bool:
        """Put the cursor on a conversation; False when it is not among the lines."""
        self._hold()
        place = self.lines.place(conversation_id)
        if place is None:
            return False
        self.move(place)
        return True

    def open(self) -> None:
        """Open the conversation under the cursor."""
        if self.cursor_id:
            self.post_message(self.Opened(self.cursor_id))

    @property
    def page(self) -> int:
        """Lines of a page, one of which stays on screen."""
        return max(1, self.scrollable_content_region.height - 1)

    def watch_cursor(self, before: int, after: int) -> None:
        self.refresh_line(before)
        self.refresh_line(after)
        self._see(after)
        self.post_message(self.Moved(self.cursor_id))

    def watch_open_id(self) -> None:
        self._draw_changed()

    def watch_drafts(self) -> None:
        self._draw_changed()

    def watch_now(self) -> None:
        self._draw_changed()

    def watch_empty(self) -> None:
        if not self.lines:
            self.refresh()

    def watch_is_spare(self) -> None:
        self._draw_changed()

    def watch_has_keys(self) -> None:
        self.refresh_line(self.cursor)

    def refresh_line(self, place: int) -> None:
        """Draw one line anew."""
        self.refresh_lines(place, 1)

    def render_line(self, y: int) -> Strip:
        styles = themes.styles(self.app.current_theme)
        width = self.scrollable_content_region.width
        ground = self.rich_style
        self._drawn[y] = line, marks, _ = self._looks(y)
        if line is None or marks is None:
            words = wrap(self.empty, max(1, width - 2)) if not self.lines else []
            if not 1 <= y <= len(words):
                return Strip.blank(width, ground)
            return strip_of([(" " + visual(words[y - 1]), "muted")], styles, width, ground)
        over = styles.selection if marks.is_under_cursor and not marks.is_spare else None
        return strip_of(tree_line(line, marks, width=width, now=self.now), styles, width, ground, over)

    def on_resize(self) -> None:
        self._measure()
        self._drawn.clear()
        self._see(self.cursor)

    def on_click(self, event: events.Click) -> None:
        line, _, _ = self._drawn.get(event.y, (None, None, None))
        if line is not None and self.move_to(line.row.id):
            self.open()

    def _looks(self, y: int) -> _Drawn:
        """What a row of the screen shows now."""
        place = y + self.scroll_offset.y
        if not self.lines.reaches(place + 1):
            return None, None, SafeLine("") if self.lines else self.empty
        line = self.lines[place]
        id = line.row.id
        marks = Marks(id == self.open_id, id == self._held and self.has_keys, id in self.drafts, self.is_spare)
        return line, marks, age_of(line.row, self.now)

    def _draw_changed(self) -> None:
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        for y in range(height):
            if self._drawn.get(y) != self._looks(y):
                self.refresh_line(top + y)

    def _measure(self, top: int | None = None) -> None:
        """Say how much there is to scroll through, as far as it is known or likely; `top` is the first row from now on.

        Without it that stays, but in any case it is one from which a whole screen is left, if there is one.
        """
        top, height = self.scroll_offset.y if top is None else top, self.scrollable_content_region.height
        self.lines.reaches(top + height + 1)
        size = Size(self.scrollable_content_region.width, self.lines.likely)
        if size != self.virtual_size:
            # Not as the framework does it, which lays the whole screen out anew for it.
            self.set_reactive(ConversationTree.virtual_size, size)
            self.vertical_scrollbar.window_virtual_size = size.height
            self.vertical_scrollbar.window_size = height
        if (top := min(top, self.max_scroll_y)) != self.scroll_offset.y:
            self.scroll_to(y=top, animate=False, immediate=True)

    def _hold(self) -> None:
        """Keep the cursor on its conversation, wherever that went, or where it was if that is gone.

        Until a person moved it, it stays at the top, where what arrives while loading would push it down.
        """
        place: int | None = 0
        if self._held is not None and self._was_moved:
            place = self.lines.place(self._held)
        if place is None:
            place = self._nearest(self.cursor)
        top, shift = self.scroll_offset.y, place - self.cursor
        if shift and (top > 0 or not self._sees(place)):
            top = max(0, top + shift)
        self.set_reactive(ConversationTree.cursor, place)
        self._measure(top)
        held = self.lines.id_at(place) if self.lines.reaches(place + 1) else None
        if held != self._held:
            self._held = held
            self.post_message(self.Moved(held))

    def _nearest(self, place: int) -> int:
        """A line, or the nearest that there is; 0 where there is none."""
        return max(0, place if self.lines.reaches(place + 1) else len(self.lines) - 1)

    def _sees(self, place: int) -> bool:
        top = self.scroll_offset.y
        return top <= place < top + self.scrollable_content_region.height

    def _see(self, place: int) -> None:
        self.scroll_to_region(
            Region(0, place, self.scrollable_content_region.width, 1), animate=False, force=True, immediate=True
        )
